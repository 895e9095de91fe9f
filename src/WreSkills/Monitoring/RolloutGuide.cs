using System.Globalization;

using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Monitoring;

/// <summary>What becomes of a rollout.</summary>
public enum RolloutMove
{
    /// <summary>It stays as it is.</summary>
    Hold,

    /// <summary>The next step, or after the last one its completion.</summary>
    Advance,

    /// <summary>It stays at its share until a person resumes it.</summary>
    Pause,

    /// <summary>The staged version serves nobody any more.</summary>
    Abort,
}

/// <summary>One of the checks of a rollout.</summary>
/// <param name="Name">Such as <c>sample_ratio</c>.</param>
/// <param name="Verdict">Only <see cref="Verdict.Pass"/> lets it advance.</param>
/// <param name="Sentence">For people.</param>
public sealed record RolloutCheck(string Name, Verdict Verdict, string Sentence);

/// <summary>What is to be done with a rollout, and why.</summary>
/// <param name="Move">What is to be done.</param>
/// <param name="Reason">Machine-readable, such as <c>worse_than_baseline</c>.</param>
/// <param name="Checks">The checks in the order of evaluation; those after the first that does not pass are left out.</param>
public sealed record RolloutDecision(RolloutMove Move, string Reason, IReadOnlyList<RolloutCheck> Checks);

/// <summary>
/// Decides on a rollout; a pure function of registry, evidence and policy (policy 3.3, DESIGN section 8). The order: kill, hard triggers,
/// guardrails, sample ratio and missing data, minimum sample, comparison, approval.
/// </summary>
public static class RolloutGuide
{
    private const int LeastForRatio = 50;

    /// <summary>Decides.</summary>
    /// <param name="entry">The skill, with a staged version.</param>
    /// <param name="report">What the monitor sees of the staged version.</param>
    /// <param name="policy">Steps and limits.</param>
    /// <param name="now">The time.</param>
    /// <param name="failedDependency">A dependency that failed, in words; null for none.</param>
    public static RolloutDecision Decide(SkillEntry entry, MonitorReport report, PromotionPolicy policy, DateTimeOffset now, string? failedDependency = null)
    {
        var checks = new List<RolloutCheck>();
        if (entry.Rollout is not { } rollout || report.Arms is not { } arms)
        {
            return new RolloutDecision(RolloutMove.Hold, "nothing_staged", checks);
        }

        // A last step that lost its successor by a change of the policy is the last one.
        var step = policy.Rollout.Steps[Math.Min(rollout.Step, policy.Rollout.Steps.Count - 1)];
        Func<(RolloutCheck Check, RolloutMove Move, string Reason)>[] order =
        [
            () => Kill(rollout), () => Hard(report, policy.Triggers, failedDependency), () => Guardrails(report), () => SampleRatio(entry, rollout, report), () => Missing(rollout, report, arms, policy.Rollout),
            () => Minimum(rollout, report, step, now), () => Comparison(entry, report, arms, policy.Rollout), () => Approval(policy.Rollout),
        ];
        foreach (var check in order)
        {
            var (made, move, reason) = check();
            checks.Add(made);
            if (made.Verdict != Verdict.Pass)
            {
                return new RolloutDecision(move, reason, checks);
            }
        }

        return new RolloutDecision(RolloutMove.Advance, "all_checks_pass", checks);
    }

    /// <summary>Measured executions of both arms within the step.</summary>
    public static (long Candidate, long Baseline) Units(RolloutEntry rollout, MonitorReport report) => report.Arms is not { } arms
        ? (0, 0)
        : (Since(Measured(report.State.Fidelity, report.State.Outcome), rollout.CandidateBefore), Since(Measured(arms.BaselineFidelity, arms.BaselineOutcome), rollout.BaselineBefore));

    /// <summary>Measured executions of both arms since the staged version runs.</summary>
    public static (long Candidate, long Baseline) Totals(MonitorReport report) => report.Arms is not { } arms
        ? (0, 0)
        : (Measured(report.State.Fidelity, report.State.Outcome), Measured(arms.BaselineFidelity, arms.BaselineOutcome));

    private static (RolloutCheck, RolloutMove, string) Kill(RolloutEntry rollout) => rollout.Status == RolloutEntry.Progressing
        ? (new RolloutCheck("kill", Verdict.Pass, "Nobody holds it."), RolloutMove.Hold, "")
        : (new RolloutCheck("kill", rollout.Status == RolloutEntry.Completed ? Verdict.Inconclusive : Verdict.Fail, $"It is {rollout.Status}{(rollout.Reason is { } why ? $": {why}" : "")}."), RolloutMove.Hold, rollout.Status);

    private static (RolloutCheck, RolloutMove, string) Hard(MonitorReport report, RollbackTriggers rules, string? failedDependency)
    {
        if (failedDependency is not null && rules.ActionOf("dependency_failure") is var action and (TriggerAction.Rollback or TriggerAction.Pause))
        {
            return (new RolloutCheck("hard_triggers", Verdict.Fail, failedDependency), Stop(action), "dependency_failure");
        }

        var critical = report.Guardrails.FirstOrDefault(trigger => trigger is { Name: "critical_false_negative", Verdict: Verdict.Fail });
        if (critical is not null)
        {
            return (new RolloutCheck("hard_triggers", Verdict.Fail, critical.Sentence), Stop(critical.Action), critical.Reason);
        }

        var strong = report.Guard.IsStrong ? report.Guardrails.FirstOrDefault(trigger => trigger.Verdict == Verdict.Fail) : null;
        return strong is null
            ? (new RolloutCheck("hard_triggers", Verdict.Pass, "No critical failure, no strong evidence against it."), RolloutMove.Hold, "")
            : (new RolloutCheck("hard_triggers", Verdict.Fail, $"{strong.Sentence} {report.Guard.Sentence}"), Stop(strong.Action), strong.Reason);
    }

    // A window alone cries wolf too often to end a rollout, but nothing advances while it holds.
    private static (RolloutCheck, RolloutMove, string) Guardrails(MonitorReport report)
    {
        var fired = report.Guardrails.FirstOrDefault(trigger => trigger.Verdict == Verdict.Fail && trigger.Action != TriggerAction.Alert);
        return fired is null
            ? (new RolloutCheck("guardrails", Verdict.Pass, "No window is beyond its limit."), RolloutMove.Hold, "")
            : (new RolloutCheck("guardrails", Verdict.Fail, fired.Sentence), fired.Action == TriggerAction.Pause ? RolloutMove.Pause : RolloutMove.Hold, fired.Reason);
    }

    // A prototype beside it is scored on demand only, so nothing of it tells nothing; a version in production that nobody measures is lost.
    private static (RolloutCheck, RolloutMove, string) SampleRatio(SkillEntry entry, RolloutEntry rollout, MonitorReport report)
    {
        const string name = "sample_ratio";
        var (candidate, baseline) = Units(rollout, report);
        if ((baseline == 0 && entry.Live(PromotionState.Production) is null) || candidate + baseline < LeastForRatio || rollout.Labels is { Count: > 0 })
        {
            return (new RolloutCheck(name, Verdict.Pass, $"{candidate} executions beside {baseline}: too few of both to say that any are lost."), RolloutMove.Hold, "");
        }

        var probability = Policy.SampleRatio.Probability(candidate, baseline, rollout.Percent / 100.0);
        return probability < Policy.SampleRatio.Alpha
            ? (new RolloutCheck(name, Verdict.Fail, $"{candidate} executions beside {baseline} are not {rollout.Percent} % (p = {Text(probability.Value)}): executions of one arm are lost or misrouted, so the arms cannot be compared."), RolloutMove.Hold, "sample_ratio_mismatch")
            : (new RolloutCheck(name, Verdict.Pass, $"{candidate} executions beside {baseline} agree with {rollout.Percent} %."), RolloutMove.Hold, "");
    }

    private static (RolloutCheck, RolloutMove, string) Missing(RolloutEntry rollout, MonitorReport report, ArmComparison arms, RolloutRules rules)
    {
        var (all, measured) = (Executions(rollout, report), Units(rollout, report).Candidate);
        var enough = all == 0 || measured >= all * rules.LeastMeasured;
        return (new RolloutCheck("missing_data", enough ? Verdict.Pass : Verdict.Inconclusive, $"{measured} of {all} executions of this step have a fidelity or outcome{(enough ? "." : $"; at least {Text(rules.LeastMeasured * 100)} % are needed.")}"), RolloutMove.Hold, "missing_data");
    }

    private static (RolloutCheck, RolloutMove, string) Minimum(RolloutEntry rollout, MonitorReport report, RolloutStep step, DateTimeOffset now)
    {
        var executions = Executions(rollout, report);
        var due = (Timestamp.TryParse(rollout.Since, out var since) ? since : now).AddMinutes(step.Minutes);
        var enough = executions >= step.Executions && now >= due;
        return (new RolloutCheck("minimum_sample", enough ? Verdict.Pass : Verdict.Inconclusive, $"{executions} of at least {step.Executions} executions in this step, which lasts at least until {Timestamp.ToIso(due)}."), RolloutMove.Hold, "minimum_sample");
    }

    private static (RolloutCheck, RolloutMove, string) Comparison(SkillEntry entry, MonitorReport report, ArmComparison arms, RolloutRules rules)
    {
        const string name = "comparison";
        if (arms.WorseThanArm)
        {
            return (new RolloutCheck(name, Verdict.Fail, $"Evidence {Text(arms.AgainstArm)} (limit {Text(VersionComparison.Limit)}) that it is worse than what serves beside it."), RolloutMove.Abort, "worse_than_baseline");
        }

        var benchmark = entry.Live(PromotionState.Staged)?.Version.PrototypeBaseline;
        var beside = arms.BaselineFidelity.Count + arms.BaselineOutcome.Count > 0;
        var losses = new List<string>();
        var compared = 0;
        foreach (var (metric, own, other) in (ReadOnlySpan<(string, double?, double?)>)
            [("fidelity", report.State.Fidelity.Mean, beside ? arms.BaselineFidelity.Mean : benchmark?.PatternFidelity), ("outcome quality", report.State.Outcome.Mean, beside ? arms.BaselineOutcome.Mean : benchmark?.OutcomeQuality)])
        {
            if (own is { } mean && other is { } figure)
            {
                compared++;
                if (mean < figure - rules.Tolerance - Threshold.Slack)
                {
                    losses.Add($"{metric} {Text(mean)} against {Text(figure)}");
                }
            }
        }

        var against = beside ? "what serves beside it" : "its prototype baseline";
        return losses.Count > 0
            ? (new RolloutCheck(name, Verdict.Fail, $"Below {against} by more than {Text(rules.Tolerance)}: {string.Join(", ", losses)}."), RolloutMove.Hold, "below_baseline")
            : compared == 0
                ? (new RolloutCheck(name, Verdict.NoData, "Nothing can be compared yet."), RolloutMove.Hold, "no_comparison")
                : (new RolloutCheck(name, Verdict.Pass, $"No worse than {against} by more than {Text(rules.Tolerance)}."), RolloutMove.Hold, "");
    }

    private static (RolloutCheck, RolloutMove, string) Approval(RolloutRules rules) => rules.Automatic
        ? (new RolloutCheck("approval", Verdict.Pass, "The policy advances by itself."), RolloutMove.Hold, "")
        : (new RolloutCheck("approval", Verdict.Inconclusive, "The policy leaves it to a person: `wre rollout advance`."), RolloutMove.Hold, "needs_approval");

    private static RolloutMove Stop(TriggerAction action) => action switch
    {
        TriggerAction.Rollback => RolloutMove.Abort,
        TriggerAction.Pause => RolloutMove.Pause,
        _ => RolloutMove.Hold,
    };

    private static long Executions(RolloutEntry rollout, MonitorReport report) => Math.Max(0, report.Executions - rollout.ExecutionsBefore);

    private static long Measured(ConfidenceBound fidelity, ConfidenceBound outcome) => Math.Max(fidelity.Count, outcome.Count);

    // A change of model begins to count anew, and is below what was counted before then.
    private static long Since(long all, long before) => all >= before ? all - before : all;

    private static string Text(double value) => value switch
    {
        >= 10 => value.ToString("#,0", CultureInfo.InvariantCulture),
        < 0.001 and > 0 => value.ToString("0.0e+0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
