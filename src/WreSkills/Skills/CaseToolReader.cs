using System.Text.Json;

namespace WreSkills.Skills;

/// <summary>Reads <c>wre.tools</c> of a benchmark case.</summary>
internal static class CaseToolReader
{
    private const int Most = 100;
    private const string AnyObject = """{"type":"object"}""";

    public static IReadOnlyList<CaseTool> Read(JsonElement wre, Action<string> report)
    {
        if (wre.ValueKind != JsonValueKind.Object || !wre.TryGetProperty("tools", out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > Most)
        {
            report($"tools must be a list of at most {Most}");
            return [];
        }

        var tools = new List<CaseTool>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || Text(item, "name") is not { Length: > 0 } name || tools.Exists(tool => tool.Name == name))
            {
                report("a tool is an object with a name of its own");
                continue;
            }

            if (item.TryGetProperty("parameters", out var parameters) && parameters.ValueKind != JsonValueKind.Object)
            {
                report($"tool '{name}': parameters must be a JSON Schema object");
                continue;
            }

            using var any = JsonDocument.Parse(AnyObject);
            tools.Add(new CaseTool
            {
                Name = name,
                Description = Text(item, "description") ?? "",
                Parameters = parameters.ValueKind == JsonValueKind.Object ? parameters.Clone() : any.RootElement.Clone(),
                Answers = Answers(item, name, report),
            });
        }

        return tools;
    }

    private static List<ToolAnswer> Answers(JsonElement item, string name, Action<string> report)
    {
        var answers = new List<ToolAnswer>();
        if (item.TryGetProperty("results", out var several) && several.ValueKind == JsonValueKind.Array)
        {
            answers.AddRange(several.EnumerateArray().Select(Answer).OfType<ToolAnswer>());
            if (answers.Count < several.GetArrayLength())
            {
                report($"tool '{name}': each of results needs result or error, and may have when (an object)");
            }
        }
        else if (Answer(item) is { } only)
        {
            answers.Add(only);
        }
        else
        {
            report($"tool '{name}' needs a result, an error, or results");
        }

        return answers;
    }

    private static ToolAnswer? Answer(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object || (item.TryGetProperty("when", out var when) && when.ValueKind != JsonValueKind.Object))
        {
            return null;
        }

        JsonElement? condition = when.ValueKind == JsonValueKind.Object ? when.Clone() : null;
        return item.TryGetProperty("error", out var error) ? new ToolAnswer(condition, error.Clone(), true)
            : item.TryGetProperty("result", out var result) ? new ToolAnswer(condition, result.Clone(), false)
            : null;
    }

    private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
