using System.Globalization;

using WreSkills.Policy;

namespace WreSkills.Monitoring;

/// <summary>The literal triggers of policy 3.1 for production → staged; pure functions of the monitor's state and the policy.</summary>
public static class RollbackTrigger
{
    private static readonly (TriggerSet Trigger, string Name)[] s_names =
    [
        (TriggerSet.CriticalFalseNegative, "critical_false_negative"), (TriggerSet.PatternFidelity, "pattern_fidelity"), (TriggerSet.OutcomeQuality, "outcome_quality"),
        (TriggerSet.FalsePositiveRate, "false_positive_rate"), (TriggerSet.ExecutionTime, "execution_time"), (TriggerSet.ExceptionRate, "exception_rate"),
    ];

    /// <summary>Those of a set that have an action.</summary>
    public static TriggerSet With(TriggerSet triggers, RollbackTriggers rules, TriggerAction action)
    {
        if (rules.Actions.Count == 0)
        {
            return action == TriggerAction.Rollback ? triggers : TriggerSet.None;
        }

        var chosen = TriggerSet.None;
        foreach (var (trigger, name) in s_names)
        {
            chosen |= triggers.HasFlag(trigger) && rules.ActionOf(name) == action ? trigger : TriggerSet.None;
        }

        return chosen;
    }

    /// <summary>The trigger of a name.</summary>
    public static TriggerSet Of(string name) => s_names.FirstOrDefault(trigger => trigger.Name == name).Trigger;

    /// <summary>Evaluates all triggers, the gravest first.</summary>
    /// <param name="state">The version's windows and evidence.</param>
    /// <param name="policy">The thresholds.</param>
    /// <param name="criticalIds">Names the executions behind critical false negatives; asked when somebody reads them.</param>
    public static IReadOnlyList<TriggerResult> Evaluate(WatchState state, PromotionPolicy policy, Func<IReadOnlyList<string>>? criticalIds = null)
    {
        var triggers = policy.Triggers;
        IReadOnlyList<TriggerResult> results =
        [
            Critical(state, triggers, criticalIds),
            MeanBelow("pattern_fidelity", "fidelity", "Pattern fidelity", state.FidelityWindow, triggers.PatternFidelityWindow, triggers.PatternFidelityBelow),
            MeanBelow("outcome_quality", "outcome", "Outcome quality", state.OutcomeWindow, triggers.OutcomeQualityWindow, triggers.OutcomeQualityBelow),
            RateAbove("false_positive_rate", "The false positive rate", "negatives", state.NegativeWindow, triggers.FalsePositiveMinimum, triggers.FalsePositiveRateAbove, FalsePositivesFire(state, triggers)),
            Time(state, triggers),
            RateAbove("exception_rate", "The exception rate", "executions", state.ExceptionWindow, triggers.ExceptionMinimum, triggers.ExceptionRateAbove, ExceptionsFire(state, triggers)),
        ];
        var unconfirmed = policy.Guard.Mode == GuardMode.Confirm && state.Guard.Evidence < policy.Guard.Limit;
        return [.. results.Where(result => triggers.ActionOf(result.Name) != TriggerAction.Off).Select(result => result with
        {
            Action = triggers.ActionOf(result.Name),
            IsConfirmed = !unconfirmed || result.Name == "critical_false_negative",
        })];
    }

    internal static bool FidelityFires(WatchState state, RollbackTriggers triggers) =>
        state.FidelityWindow is { IsFull: true } window && Threshold.MeanIsBelow(window.Sum, window.Count, triggers.PatternFidelityBelow);

    internal static bool OutcomeFires(WatchState state, RollbackTriggers triggers) =>
        state.OutcomeWindow is { IsFull: true } window && Threshold.MeanIsBelow(window.Sum, window.Count, triggers.OutcomeQualityBelow);

    internal static bool FalsePositivesFire(WatchState state, RollbackTriggers triggers) =>
        state.NegativeWindow is var window && window.Count >= triggers.FalsePositiveMinimum && Threshold.MeanIsAbove(window.Sum, window.Count, triggers.FalsePositiveRateAbove);

    internal static bool ExceptionsFire(WatchState state, RollbackTriggers triggers) =>
        state.ExceptionWindow is var window && window.Count >= triggers.ExceptionMinimum && Threshold.MeanIsAbove(window.Sum, window.Count, triggers.ExceptionRateAbove);

    internal static bool TimeFires(WatchState state, RollbackTriggers triggers) =>
        state is { TimeWindow: { IsFull: true } window, BaselineTimeMs: { } baseline } && Threshold.MeanIsAbove(window.Sum, window.Count, baseline * triggers.ExecutionTimeTimesBaseline);

    private static TriggerResult Critical(WatchState state, RollbackTriggers triggers, Func<IReadOnlyList<string>>? ids)
    {
        var (count, outcomes) = (state.CriticalFalseNegatives, state.Outcome.Count);
        var verdict = !triggers.CriticalFalseNegative ? Verdict.Pass : count > 0 ? Verdict.Fail : outcomes == 0 ? Verdict.NoData : Verdict.Pass;
        return new TriggerResult("critical_false_negative", verdict, count, 0, () => new TriggerWords(
            $"all {outcomes} outcomes", "critical_false_negative", $"critical_false_negatives={count}",
            count > 0
                ? $"A high-stakes event was missed{(ids?.Invoke() is { Count: > 0 } known ? $" ({string.Join(", ", known)})" : "")}; one is enough."
                : $"No critical false negative in {outcomes} outcomes."));
    }

    private static TriggerResult MeanBelow(string name, string metric, string subject, SlidingWindow values, int window, double limit)
    {
        var (count, mean) = (values.Count, values.Mean);
        var verdict = count == 0 ? Verdict.NoData
            : count < window ? Verdict.Inconclusive
            : Threshold.MeanIsBelow(values.Sum, count, limit) ? Verdict.Fail : Verdict.Pass;
        return new TriggerResult(name, verdict, mean, limit, () => new TriggerWords(
            $"last {window} executions", $"{name}_drop_below_{Percent(limit)}", $"{metric}={Round(mean)}",
            verdict switch
            {
                Verdict.NoData => $"{subject}: no value yet.",
                Verdict.Inconclusive => $"{subject}: {count} of {window} values so far.",
                Verdict.Fail => $"{subject} averaged {Round(mean)} over the last {window} executions; the limit is {Round(limit)}.",
                _ => $"{subject} averages {Round(mean)} over the last {window} executions; the limit is {Round(limit)}.",
            }));
    }

    private static TriggerResult RateAbove(string name, string subject, string what, SlidingWindow values, int minimum, double limit, bool fires)
    {
        var (count, hits, rate) = (values.Count, (int)Math.Round(values.Sum), values.Mean);
        var verdict = count == 0 ? Verdict.NoData : count < minimum ? Verdict.Inconclusive : fires ? Verdict.Fail : Verdict.Pass;
        return new TriggerResult(name, verdict, rate, limit, () => new TriggerWords(
            $"last {count} {what}", $"{name}_above_{Percent(limit)}", $"{name}={Round(rate)}",
            verdict switch
            {
                Verdict.NoData => $"{subject}: no {what} yet.",
                Verdict.Inconclusive => $"{subject}: {count} {what} so far, at least {minimum} are needed.",
                _ => $"{subject} is {Round(rate)} ({hits} of the last {count} {what}); the limit is {Round(limit)}.",
            }));
    }

    private static TriggerResult Time(WatchState state, RollbackTriggers triggers)
    {
        var (size, factor, baseline) = (triggers.ExecutionTimeWindow, triggers.ExecutionTimeTimesBaseline, state.BaselineTimeMs);
        var limit = (baseline ?? 0) * factor;
        var (count, mean) = (state.TimeWindow.Count, state.TimeWindow.Mean);
        var verdict = count == 0 || baseline is null ? Verdict.NoData
            : count < size ? Verdict.Inconclusive
            : TimeFires(state, triggers) ? Verdict.Fail : Verdict.Pass;
        return new TriggerResult("execution_time", verdict, mean, limit, () => new TriggerWords(
            $"last {size} executions", $"execution_time_above_{Text(factor)}x_baseline", $"execution_time_ms={Text(Math.Round(mean ?? 0, 1))}",
            verdict switch
            {
                Verdict.NoData when baseline is null => "Execution time: no baseline was frozen at promotion.",
                Verdict.NoData => "Execution time: no value yet.",
                Verdict.Inconclusive => $"Execution time: {count} of {size} values so far.",
                _ => $"Execution time averages {mean:0.#} ms over the last {size} executions; the limit is {limit:0.#} ms ({Text(factor)} × baseline).",
            }));
    }

    internal static string Percent(double share) => Text(Math.Round(share * 100, 6));

    internal static string Round(double? value) => value is { } number ? Text(Math.Round(number, 4)) : "none";

    private static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
