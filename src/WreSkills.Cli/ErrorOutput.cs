using System.Text.Json.Nodes;

namespace WreSkills.Cli;

/// <summary>How a person and a program are told that something went wrong.</summary>
internal static class ErrorOutput
{
    public static void Write(WreException problem, bool json, TextWriter output, TextWriter error)
    {
        if (json)
        {
            JsonOutput.Write(output, new JsonObject
            {
                ["error"] = problem.Message,
                ["problems"] = new JsonArray([.. problem.Problems.Select(item => (JsonNode)item)]),
                ["hint"] = problem.Hint,
            });
            return;
        }

        error.WriteLine($"error: {Terminal.Safe(problem.Message)}");
        foreach (var item in problem.Problems)
        {
            error.WriteLine($"  - {Terminal.Safe(item)}");
        }

        if (problem.Hint is not null)
        {
            error.WriteLine($"hint: {Terminal.Safe(problem.Hint)}");
        }
    }
}
