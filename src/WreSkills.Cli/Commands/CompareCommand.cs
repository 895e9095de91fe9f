using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Metrics;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre compare</c>: two versions or states of a skill side by side.</summary>
internal static class CompareCommand
{
    private static readonly Option<string> s_skill = GlobalOptions.Skill();
    private static readonly Option<string> s_a = new("--version-a") { Description = "A state (prototype, staged, production) or a version's label.", Required = true, HelpName = "A" };
    private static readonly Option<string> s_b = new("--version-b") { Description = "A state or a version's label.", Required = true, HelpName = "B" };

    public static Command Create() => Invocation.With(
        new Command("compare", "Compare the figures of two versions or states of a skill. Exit 1 when one of them has no executions.") { s_skill, s_a, s_b },
        Run);

    private static int Run(Invocation invocation)
    {
        var parsed = invocation.Parsed;
        var skill = parsed.GetValue(s_skill)!;
        var (nameA, nameB) = (parsed.GetValue(s_a)!, parsed.GetValue(s_b)!);
        var comparison = invocation.Workspace.Queries.CompareSkillVersions(skill, nameA, nameB);
        var (a, b) = (comparison.A, comparison.B);
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["skill"] = skill,
                ["version_a"] = nameA,
                ["version_b"] = nameB,
                ["a"] = a is null ? null : JsonViews.Summary(a),
                ["b"] = b is null ? null : JsonViews.Summary(b),
                ["difference"] = new JsonObject
                {
                    ["pattern_fidelity"] = comparison.PatternFidelity,
                    ["outcome_quality"] = comparison.OutcomeQuality,
                    ["false_positive_rate"] = comparison.FalsePositiveRate,
                    ["exception_rate"] = comparison.ExceptionRate,
                    ["execution_time_ms"] = comparison.ExecutionTimeMs,
                },
            });
            return a is null || b is null ? 1 : 0;
        }

        invocation.Terminal.Heading($"{skill}: {nameA} against {nameB}");
        invocation.Terminal.Rows(["figure", nameA, nameB, "b − a"],
        [
            ["version", Label(a), Label(b), ""],
            ["executions", Count(a), Count(b), ""],
            Row("pattern fidelity", a?.PatternFidelity, b?.PatternFidelity, comparison.PatternFidelity),
            Row("outcome quality", a?.OutcomeQuality, b?.OutcomeQuality, comparison.OutcomeQuality),
            Row("false positive rate", a?.FalsePositiveRate, b?.FalsePositiveRate, comparison.FalsePositiveRate),
            Row("exception rate", a?.ExceptionRate, b?.ExceptionRate, comparison.ExceptionRate),
            Row("execution time, ms", a?.ExecutionTimeMs, b?.ExecutionTimeMs, comparison.ExecutionTimeMs),
        ]);
        return a is null || b is null ? 1 : 0;
    }

    private static string Label(MetricsSummary? summary) => summary is null ? "none" : $"{summary.Version} {MetricsCommand.State(summary)}";

    private static string Count(MetricsSummary? summary) => summary?.Executions.ToString() ?? "0";

    private static IReadOnlyList<string> Row(string name, double? a, double? b, double? change) =>
        [name, TextViews.Number(a), TextViews.Number(b), change is { } difference ? (difference > 0 ? "+" : "") + TextViews.Number(difference) : "–"];
}
