using System.Globalization;

using WreSkills.Metrics;
using WreSkills.Policy;

namespace WreSkills.Monitoring;

/// <summary>The literal triggers of policy 3.1 for production → staged; a pure function of window, baseline and policy.</summary>
public static class RollbackTrigger
{
    /// <summary>The sizes of windows that the triggers of a policy look at; a critical false negative counts for the whole stay.</summary>
    public static WindowSizes Sizes(RollbackTriggers triggers) => new(
        triggers.PatternFidelityWindow, triggers.OutcomeQualityWindow, triggers.FalsePositiveWindow, triggers.ExecutionTimeWindow, triggers.ExceptionWindow, int.MaxValue)
    { Sources = false };

    /// <summary>
    /// Evaluates all triggers, the gravest first. What arrived in one batch is judged as if it had arrived one by one.
    /// </summary>
    /// <param name="window">The latest values of the version in production: each trigger's window, and what arrived before the last of the batch.</param>
    /// <param name="baselineTimeMs">Mean time frozen at promotion, in milliseconds; null when unknown.</param>
    /// <param name="triggers">The thresholds.</param>
    /// <param name="arrivals">Executions in the batch, from 1.</param>
    public static IReadOnlyList<TriggerResult> Evaluate(EvidenceWindow window, double? baselineTimeMs, RollbackTriggers triggers, int arrivals = 1) =>
    [
        Critical(window, triggers),
        MeanBelow("pattern_fidelity", "fidelity", "Pattern fidelity", window.Fidelity, triggers.PatternFidelityWindow, triggers.PatternFidelityBelow, arrivals),
        MeanBelow("outcome_quality", "outcome", "Outcome quality", window.Outcomes, triggers.OutcomeQualityWindow, triggers.OutcomeQualityBelow, arrivals),
        RateAbove("false_positive_rate", "false_positive_rate", "The false positive rate", "negatives", window.Negatives, triggers.FalsePositiveWindow, triggers.FalsePositiveMinimum, triggers.FalsePositiveRateAbove, arrivals),
        Time(window, baselineTimeMs, triggers, arrivals),
        RateAbove("exception_rate", "exception_rate", "The exception rate", "executions", window.Exceptions, triggers.ExceptionWindow, triggers.ExceptionMinimum, triggers.ExceptionRateAbove, arrivals),
    ];

    private static TriggerResult Critical(EvidenceWindow window, RollbackTriggers triggers)
    {
        var count = window.CriticalFalseNegatives;
        var verdict = !triggers.CriticalFalseNegative ? Verdict.Pass : count > 0 ? Verdict.Fail : window.Outcomes.Count == 0 ? Verdict.NoData : Verdict.Pass;
        return new TriggerResult("critical_false_negative", verdict, count, 0, () => new TriggerWords(
            $"last {window.Outcomes.Count} outcomes", "critical_false_negative", $"critical_false_negatives={count}",
            count > 0
                ? $"A high-stakes event was missed ({string.Join(", ", window.CriticalFalseNegativeIds)}); one is enough."
                : $"No critical false negative in the last {window.Outcomes.Count} outcomes."));
    }

    private static TriggerResult MeanBelow(string name, string metric, string subject, IReadOnlyList<double> values, int window, double limit, int arrivals)
    {
        var last = Slide(values, window, arrivals, part => part.Count == window && Threshold.MeanIsBelow(part.Sum(), part.Count, limit));
        var mean = last.Count == 0 ? (double?)null : last.Average();
        var verdict = last.Count == 0 ? Verdict.NoData
            : last.Count < window ? Verdict.Inconclusive
            : Threshold.MeanIsBelow(last.Sum(), last.Count, limit) ? Verdict.Fail : Verdict.Pass;
        return new TriggerResult(name, verdict, mean, limit, () => new TriggerWords(
            $"last {window} executions", $"{name}_drop_below_{Percent(limit)}", $"{metric}={Round(mean)}",
            verdict switch
            {
                Verdict.NoData => $"{subject}: no value yet.",
                Verdict.Inconclusive => $"{subject}: {last.Count} of {window} values so far.",
                Verdict.Fail => $"{subject} averaged {Round(mean)} over the last {window} executions; the limit is {Round(limit)}.",
                _ => $"{subject} averages {Round(mean)} over the last {window} executions; the limit is {Round(limit)}.",
            }));
    }

    private static TriggerResult RateAbove(string name, string metric, string subject, string what, IReadOnlyList<bool> all, int window, int minimum, double limit, int arrivals)
    {
        var values = Slide(all, window, arrivals, part => part.Count >= minimum && Threshold.MeanIsAbove(part.Count(value => value), part.Count, limit));
        var hits = values.Count(value => value);
        var rate = values.Count == 0 ? (double?)null : (double)hits / values.Count;
        var verdict = values.Count == 0 ? Verdict.NoData
            : values.Count < minimum ? Verdict.Inconclusive
            : Threshold.MeanIsAbove(hits, values.Count, limit) ? Verdict.Fail : Verdict.Pass;
        return new TriggerResult(name, verdict, rate, limit, () => new TriggerWords(
            $"last {values.Count} {what}", $"{name}_above_{Percent(limit)}", $"{metric}={Round(rate)}",
            verdict switch
            {
                Verdict.NoData => $"{subject}: no {what} yet.",
                Verdict.Inconclusive => $"{subject}: {values.Count} {what} so far, at least {minimum} are needed.",
                _ => $"{subject} is {Round(rate)} ({hits} of the last {values.Count} {what}); the limit is {Round(limit)}.",
            }));
    }

    private static TriggerResult Time(EvidenceWindow window, double? baselineTimeMs, RollbackTriggers triggers, int arrivals)
    {
        var size = triggers.ExecutionTimeWindow;
        var factor = triggers.ExecutionTimeTimesBaseline;
        var limit = (baselineTimeMs ?? 0) * factor;
        var last = Slide(window.TimesMs, size, arrivals, part => part.Count == size && baselineTimeMs is not null && Threshold.MeanIsAbove(part.Sum(), part.Count, limit));
        var mean = last.Count == 0 ? (double?)null : last.Average();
        var verdict = last.Count == 0 || baselineTimeMs is null ? Verdict.NoData
            : last.Count < size ? Verdict.Inconclusive
            : Threshold.MeanIsAbove(last.Sum(), last.Count, limit) ? Verdict.Fail : Verdict.Pass;
        return new TriggerResult("execution_time", verdict, mean, limit, () => new TriggerWords(
            $"last {size} executions", $"execution_time_above_{Text(factor)}x_baseline", $"execution_time_ms={Text(Math.Round(mean ?? 0, 1))}",
            verdict switch
            {
                Verdict.NoData when baselineTimeMs is null => "Execution time: no baseline was frozen at promotion.",
                Verdict.NoData => "Execution time: no value yet.",
                Verdict.Inconclusive => $"Execution time: {last.Count} of {size} values so far.",
                _ => $"Execution time averages {mean:0.#} ms over the last {size} executions; the limit is {limit:0.#} ms ({Text(factor)} × baseline).",
            }));
    }

    // The window at the earliest arrival of the batch at which it fires, else the latest. It may still be filling up then.
    private static List<T> Slide<T>(IReadOnlyList<T> values, int window, int arrivals, Func<List<T>, bool> fires)
    {
        for (var end = Math.Max(1, values.Count - arrivals + 1); end < values.Count; end++)
        {
            var start = Math.Max(0, end - window);
            var part = values.Skip(start).Take(end - start).ToList();
            if (fires(part))
            {
                return part;
            }
        }

        return [.. values.TakeLast(window)];
    }

    private static string Percent(double share) => Text(Math.Round(share * 100, 6));

    private static string Round(double? value) => value is { } number ? Text(Math.Round(number, 4)) : "none";

    private static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
