using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Metrics;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre metrics</c>: aggregated figures of a skill.</summary>
internal static class MetricsCommand
{
    private static readonly Option<string> s_skill = GlobalOptions.Skill();
    private static readonly Option<string> s_timeframe = Timeframe();

    public static Command Create() => Invocation.With(
        new Command("metrics", "Aggregated metrics of a skill by version and state.") { s_skill, s_timeframe },
        invocation =>
        {
            var (skill, timeframe) = (invocation.Parsed.GetValue(s_skill)!, invocation.Parsed.GetValue(s_timeframe)!);
            var summaries = invocation.Workspace.Queries.GetSkillMetrics(skill, timeframe);
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, new JsonObject { ["skill"] = skill, ["timeframe"] = timeframe, ["summaries"] = JsonOutput.List(summaries, JsonViews.Summary) });
                return 0;
            }

            if (summaries.Count == 0)
            {
                invocation.Terminal.Line($"No execution of {skill} in this timeframe ({timeframe}).");
                return 0;
            }

            invocation.Terminal.Heading($"{skill}, {timeframe.Replace('_', ' ')}");
            invocation.Terminal.Rows(["version", "state", "runs", "fidelity", "outcome", "false +", "critical", "failed", "ms"], summaries.Select(Row), wrapping: 1);
            return 0;
        });

    public static IReadOnlyList<string> Row(MetricsSummary summary) =>
    [
        summary.Version.Length == 0 ? "unknown" : summary.Version,
        summary.State.Length == 0 ? "unknown" : State(summary),
        summary.Executions.ToString(),
        TextViews.Number(summary.PatternFidelity),
        TextViews.Number(summary.OutcomeQuality),
        summary.Negatives == 0 ? "–" : $"{summary.FalsePositives}/{summary.Negatives}",
        summary.CriticalFalseNegatives.ToString(),
        summary.Exceptions.ToString(),
        TextViews.Number(summary.ExecutionTimeMs is { } time ? Math.Round(time, 1) : null),
    ];

    /// <summary>The state, or that the figures are those of a benchmark.</summary>
    public static string State(MetricsSummary summary) => (summary.Benchmark, summary.State) switch
    {
        (true, "prototype") => "benchmark",
        (true, var state) => state + " benchmark",
        (false, var state) => state,
    };

    private static Option<string> Timeframe()
    {
        var option = new Option<string>("--timeframe") { Description = "last_24_hours, last_7_days, last_30_days or all_time.", DefaultValueFactory = _ => "last_7_days", HelpName = "SPAN" };
        option.AcceptOnlyFromAmong([.. MetricsDatabase.Timeframes.Keys]);
        return option;
    }
}
