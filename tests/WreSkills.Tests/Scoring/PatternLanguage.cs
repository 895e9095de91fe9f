using System.Text.Json;

using WreSkills.Scoring;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Tests.Scoring;

/// <summary>Patterns as a skill states them and breadcrumbs as an agent leaves them, for tests.</summary>
internal static class PatternLanguage
{
    /// <summary>Reads patterns from the YAML of a list; there must be nothing to complain about.</summary>
    public static IReadOnlyList<ExpectedPattern> Patterns(string yaml)
    {
        var (patterns, findings) = Read(yaml);
        Assert.Empty(findings);
        return patterns;
    }

    /// <summary>Reads patterns and what is wrong with them.</summary>
    public static (IReadOnlyList<ExpectedPattern> Patterns, IReadOnlyList<string> Findings) Read(string yaml)
    {
        var problems = new List<YamlProblem>();
        var root = YamlReader.Read(yaml, 1, problems);
        Assert.Empty(problems);
        var (patterns, findings) = (new List<ExpectedPattern>(), new FindingList());
        ExpectedPatternReader.ReadList(root, "SKILL.md", patterns, findings);
        return (patterns, [.. findings.All.Select(finding => finding.ToString())]);
    }

    /// <summary>Scores breadcrumbs, given as a JSON list.</summary>
    public static FidelityScore Score(string yaml, string breadcrumbs, double penalty = 0) => Score(yaml, Evidence(breadcrumbs), penalty);

    public static FidelityScore Score(string yaml, ExecutionEvidence evidence, double penalty = 0) => new PatternScorer(Patterns(yaml), penalty).Score(evidence);

    public static ExecutionEvidence Evidence(string breadcrumbs)
    {
        using var document = JsonDocument.Parse(breadcrumbs);
        return new ExecutionEvidence { Breadcrumbs = [.. document.RootElement.Clone().EnumerateArray()] };
    }

    /// <summary>Breadcrumbs of tool calls: <c>search(q=a) save</c>.</summary>
    public static string Calls(string calls) => "[" + string.Join(',', calls.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Call)) + "]";

    private static string Call(string call)
    {
        if (call.TrimEnd(')').Split('(') is not [var name, var arguments])
        {
            return "{\"tool\":\"" + call + "\",\"arguments\":{}}";
        }

        var members = arguments.Split(',').Select(argument => argument.Split('=')).Select(pair => $"\"{pair[0]}\":\"{pair[1]}\"");
        return "{\"tool\":\"" + name + "\",\"arguments\":{" + string.Join(',', members) + "}}";
    }
}
