using System.Globalization;

using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Monitoring;

/// <summary>What the triggers of staged → prototype look at.</summary>
/// <param name="Version">The staged version.</param>
/// <param name="Executions">Executions since staging.</param>
/// <param name="State">Its windows and evidence.</param>
/// <param name="Arms">Its comparison with the baseline.</param>
/// <param name="Flag">What a review flagged about this stay, or null.</param>
/// <param name="Now">The time.</param>
public sealed record StagedEvidence(VersionEntry Version, long Executions, WatchState State, ArmComparison Arms, ReviewFlag? Flag, DateTimeOffset Now);

/// <summary>The triggers of staged → prototype (policy 3.1); a pure function of evidence and policy.</summary>
public static class DemotionTrigger
{
    /// <summary>Evaluates all triggers, the gravest first.</summary>
    public static IReadOnlyList<TriggerResult> Evaluate(StagedEvidence evidence, DemotionTriggers triggers)
    {
        IReadOnlyList<TriggerResult> results = [Flagged(evidence), Regression(evidence, triggers), NeverReached(evidence, triggers), Milestone(evidence, triggers)];
        return [.. results.Where(result => triggers.ActionOf(result.Name) != TriggerAction.Off).Select(result => result with { Action = triggers.ActionOf(result.Name) })];
    }

    private static TriggerResult Flagged(StagedEvidence evidence) => new(
        "review_flag", evidence.Flag is null ? Verdict.Pass : Verdict.Fail, evidence.Flag is null ? 0 : 1, 0, () => new TriggerWords(
            "since staging", "review_flagged_instructions", $"flagged_by={evidence.Flag?.FlaggedBy ?? "nobody"}",
            evidence.Flag is { } flag ? $"A review by {flag.FlaggedBy} flagged the instructions: {flag.Reason}" : "No review has flagged a fundamental problem of the instructions."));

    private static TriggerResult Regression(StagedEvidence evidence, DemotionTriggers triggers)
    {
        var arms = evidence.Arms;
        var worse = arms.WorseThanArm || arms.WorseThanBenchmark;
        var (figure, other) = arms.WorseThanArm || (!arms.WorseThanBenchmark && arms.AgainstArm >= arms.AgainstBenchmark) ? (arms.AgainstArm, "what serves beside it") : (arms.AgainstBenchmark, "its prototype baseline");
        var values = Math.Max(evidence.State.Fidelity.Count, evidence.State.Outcome.Count);
        var verdict = values == 0 ? Verdict.NoData : values < triggers.FidelityWindow ? Verdict.Inconclusive : worse ? Verdict.Fail : Verdict.Pass;
        return new TriggerResult("regression", verdict, figure, VersionComparison.Limit, () => new TriggerWords(
            "since staging", "regression_against_baseline", $"evidence={Text(figure)}",
            $"Evidence {Text(figure)} (limit {Text(VersionComparison.Limit)}) that it is worse than {other} by more than {Text(triggers.RegressionMargin)}; "
            + "a version that is not reaches the limit at most once in 20, however often one looks."));
    }

    private static TriggerResult NeverReached(StagedEvidence evidence, DemotionTriggers triggers)
    {
        var (scored, best) = (evidence.State.Fidelity.Count, evidence.State.BestRun);
        var due = scored >= triggers.MilestoneExecutions || Deadline(evidence, triggers) <= evidence.Now;
        // A best run that is only rounding away from the figure has reached it.
        var reached = best is { } mean && !Threshold.MeanIsBelow(mean * triggers.FidelityWindow, triggers.FidelityWindow, triggers.FidelityReaches);
        var verdict = reached ? Verdict.Pass : best is null ? Verdict.NoData : due ? Verdict.Fail : Verdict.Inconclusive;
        return new TriggerResult("pattern_fidelity", verdict, best, triggers.FidelityReaches, () => new TriggerWords(
            $"{scored} executions since staging", $"pattern_fidelity_never_reached_{RollbackTrigger.Percent(triggers.FidelityReaches)}", $"fidelity={RollbackTrigger.Round(best)}",
            best is null
                ? $"Fewer than {triggers.FidelityWindow} executions have a fidelity so far."
                : $"The best run of {triggers.FidelityWindow} executions had a mean fidelity of {RollbackTrigger.Round(best)}; {Text(triggers.FidelityReaches)} has to be reached within {triggers.MilestoneExecutions} executions or {triggers.MilestoneDays} days."));
    }

    private static TriggerResult Milestone(StagedEvidence evidence, DemotionTriggers triggers)
    {
        var (count, deadline) = (evidence.Executions, Deadline(evidence, triggers));
        var verdict = count >= triggers.MilestoneExecutions ? Verdict.Pass : evidence.Now >= deadline ? Verdict.Fail : Verdict.Inconclusive;
        return new TriggerResult("milestone", verdict, count, triggers.MilestoneExecutions, () => new TriggerWords(
            $"{triggers.MilestoneDays} days since staging", $"milestone_{triggers.MilestoneExecutions}_executions_not_reached", $"executions={count}",
            verdict == Verdict.Pass
                ? $"{count} executions since staging."
                : $"{count} of {triggers.MilestoneExecutions} executions since staging; the milestone {(verdict == Verdict.Fail ? "was" : "is")} due {Timestamp.ToIso(deadline)}."));
    }

    private static DateTimeOffset Deadline(StagedEvidence evidence, DemotionTriggers triggers) =>
        Timestamp.TryParse(evidence.Version.StateSince, out var since) ? since.AddDays(triggers.MilestoneDays) : DateTimeOffset.MaxValue;

    private static string Text(double value) => (value >= 10 ? Math.Round(value) : Math.Round(value, 2)).ToString("0.##", CultureInfo.InvariantCulture);
}
