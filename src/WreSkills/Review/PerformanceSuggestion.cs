using System.Globalization;

using WreSkills.Scoring;
using WreSkills.Skills;

namespace WreSkills.Review;

/// <summary>Something that would make executions faster or cheaper, by a rule that names its evidence.</summary>
public sealed record PerformanceSuggestion
{
    /// <summary>Its id within the review, such as <c>S1</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The rule: <c>over_time_limit</c>, <c>slower_than_baseline</c>, <c>rising</c>, <c>repeated_calls</c>, <c>failed_calls</c>, <c>slow_tool</c> or <c>long_instructions</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>What it would improve: <c>execution_time_ms</c> or <c>tokens</c>.</summary>
    public required string Metric { get; init; }

    /// <summary>The evidence and what to do.</summary>
    public required string Sentence { get; init; }

    /// <summary>Ids of executions that show it, at most 5.</summary>
    public IReadOnlyList<string> Executions { get; init => field = value ?? []; } = [];
}

/// <summary>The rules; pure.</summary>
internal static class PerformanceReview
{
    private const double Slower = 1.5;
    private const int LeastExecutions = 10;
    private const int LeastExamples = 3;
    private const double LeastShare = 0.1;
    private const double LeastRise = 0.01;
    private const int LeastPerSide = 5;
    private const int MostExamples = 5;
    private const int LongInstructions = 5000;
    private const int CharactersPerToken = 4;

    /// <summary>The suggestions, in the order of the rules.</summary>
    public static IReadOnlyList<PerformanceSuggestion> Of(IReadOnlyList<ReviewedExecution> executions, IReadOnlyList<CostFigure> cost, SkillFolder folder)
    {
        var steps = executions.Where(item => item.Record?.Breadcrumbs is not null).Select(item => (Execution: item, Steps: ExecutionStep.Read(item.Record!.Breadcrumbs!))).ToList();
        IEnumerable<PerformanceSuggestion?> found =
        [
            .. cost.SelectMany(figure => OfFigure(figure, executions)), Repeated(steps), Failed(steps), SlowTool(steps), Instructions(cost, folder),
        ];
        return [.. found.OfType<PerformanceSuggestion>().Select((suggestion, index) => suggestion with { Id = string.Create(CultureInfo.InvariantCulture, $"S{index + 1}") })];
    }

    private static IEnumerable<PerformanceSuggestion?> OfFigure(CostFigure figure, IReadOnlyList<ReviewedExecution> executions)
    {
        var what = figure.Metric == "tokens" ? "tokens" : "ms";
        if (figure is { AboveLimit: { Hits: > 0 } above, Limit: { } limit } && figure.P95 > limit)
        {
            yield return Suggest(
                "over_time_limit", figure.Metric,
                $"{above.Hits} of {above.Of} executions took longer than max_execution_time_ms ({CostReview.Text(limit)} ms; 95 % of all stay below {CostReview.Text(figure.P95)} ms): shorten what they do, or raise the limit if it was too tight.",
                executions.Where(item => item.Figures.ExecutionTimeMs > limit).OrderByDescending(item => item.Figures.ExecutionTimeMs));
        }

        if (figure is { TimesBaseline: >= Slower and var times, Count: >= LeastExecutions })
        {
            yield return Suggest(
                "slower_than_baseline", figure.Metric, string.Create(CultureInfo.InvariantCulture, $"Executions take {times:0.##} × the {CostReview.Text(figure.Baseline!.Value)} {what} frozen at promotion: look for steps that were added since."), []);
        }

        if (figure.Trend is { Direction: "rising" } trend && trend.Per100 > LeastRise * figure.Mean)
        {
            yield return Suggest(
                "rising", figure.Metric, string.Create(CultureInfo.InvariantCulture, $"{(figure.Metric == "tokens" ? "Tokens" : "Execution times")} rise by about {CostReview.Text(trend.Per100)} {what} per 100 executions (p {ReportText.Probability(trend.Probability)}): look for inputs, histories or retries that grow."), []);
        }
    }

    private static PerformanceSuggestion? Repeated(List<(ReviewedExecution Execution, IReadOnlyList<ExecutionStep> Steps)> runs)
    {
        var repeats = runs.Select(run => (run.Execution, Call: run.Steps.Where(step => step is { IsCall: true, Failed: false }).GroupBy(step => $"{step.Name}\n{step.Arguments?.GetRawText()}").Where(group => group.Count() > 1).Select(group => group.First().Name).FirstOrDefault()))
            .Where(run => run.Call is not null).ToList();
        return Enough(repeats.Count, runs.Count)
            ? Suggest(
                "repeated_calls", "execution_time_ms",
                $"{repeats.Count} of {runs.Count} executions make the very same call again although it had succeeded, most often {ReportText.Clean(MostFrequent(repeats.Select(run => run.Call!)), 60)}: tell the agent to keep the result.",
                repeats.Select(run => run.Execution).Reverse())
            : null;
    }

    private static PerformanceSuggestion? Failed(List<(ReviewedExecution Execution, IReadOnlyList<ExecutionStep> Steps)> runs)
    {
        var failed = runs.Select(run => (run.Execution, Call: run.Steps.FirstOrDefault(step => step is { IsCall: true, Failed: true })?.Name)).Where(run => run.Call is not null).ToList();
        return Enough(failed.Count, runs.Count)
            ? Suggest(
                "failed_calls", "execution_time_ms",
                $"In {failed.Count} of {runs.Count} executions a call fails, most often {ReportText.Clean(MostFrequent(failed.Select(run => run.Call!)), 60)}: say in SKILL.md how it is called, or mend what it calls.",
                failed.Select(run => run.Execution).Reverse())
            : null;
    }

    private static PerformanceSuggestion? SlowTool(List<(ReviewedExecution Execution, IReadOnlyList<ExecutionStep> Steps)> runs)
    {
        var timed = runs.Where(run => run.Execution.Figures.ExecutionTimeMs is not null).Select(run => (run.Execution, Time: run.Execution.Figures.ExecutionTimeMs!.Value, Names: run.Steps.Where(step => step.IsCall).Select(step => step.Name).ToHashSet())).ToList();
        var slow = timed.SelectMany(run => run.Names).Distinct().Order(StringComparer.Ordinal)
            .Select(name => (Name: name, With: timed.Where(run => run.Names.Contains(name)).Select(run => run.Time).Order().ToList(), Without: timed.Where(run => !run.Names.Contains(name)).Select(run => run.Time).Order().ToList()))
            .Where(tool => tool.With.Count >= LeastPerSide && tool.Without.Count >= LeastPerSide)
            .Select(tool => (tool.Name, With: CostReview.Percentile(tool.With, 0.5), Without: CostReview.Percentile(tool.Without, 0.5), Probability: TwoSamples.Probability(tool.With, tool.Without)))
            .Where(tool => tool.With >= Slower * tool.Without && tool.Probability < ChangePoint.Alpha)
            .OrderByDescending(tool => tool.With - tool.Without).FirstOrDefault();
        return slow.Name is null
            ? null
            : Suggest(
                "slow_tool", "execution_time_ms",
                $"Executions that call {ReportText.Clean(slow.Name, 60)} take {CostReview.Text(slow.With)} ms in the middle, those that do not {CostReview.Text(slow.Without)} ms: call it only where it is needed.",
                timed.Where(run => run.Names.Contains(slow.Name)).OrderByDescending(run => run.Time).Select(run => run.Execution));
    }

    private static PerformanceSuggestion? Instructions(IReadOnlyList<CostFigure> cost, SkillFolder folder)
    {
        var estimate = (folder.Document?.Body.Length ?? 0) / CharactersPerToken;
        var share = cost.FirstOrDefault(figure => figure.Metric == "tokens") is { Mean: > 0 } tokens ? estimate / tokens.Mean : (double?)null;
        return estimate > LongInstructions || (share > 0.5 && estimate > LongInstructions / 5)
            ? Suggest(
                "long_instructions", "tokens",
                string.Create(CultureInfo.InvariantCulture, $"The body of {folder.SkillFile} is about {estimate:#,0} tokens long (a quarter of its characters){(share is { } part and <= 1 ? $", {part * 100:0} % of what an execution uses" : "")}: move what few executions need into files of its own."), [])
            : null;
    }

    private static bool Enough(int count, int of) => count >= LeastExamples && count >= LeastShare * of;

    private static string MostFrequent(IEnumerable<string> names) => names.CountBy(name => name).OrderByDescending(name => name.Value).ThenBy(name => name.Key, StringComparer.Ordinal).First().Key;

    private static PerformanceSuggestion Suggest(string rule, string metric, string sentence, IEnumerable<ReviewedExecution> executions) =>
        new() { Id = "", Rule = rule, Metric = metric, Sentence = sentence, Executions = [.. executions.Take(MostExamples).Select(execution => execution.Id)] };
}
