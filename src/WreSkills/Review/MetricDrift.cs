using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Review;

/// <summary>How a metric stands in the timeframe, against the time before and against what was frozen at promotion.</summary>
public sealed record MetricDrift
{
    /// <summary><c>pattern_fidelity</c>, <c>outcome_quality</c>, <c>exception_rate</c>, <c>false_positive_rate</c>, <c>execution_time_ms</c> or <c>tokens</c>.</summary>
    public required string Metric { get; init; }

    /// <summary>Values in the timeframe.</summary>
    public int Count { get; init; }

    /// <summary>Their mean; null without values.</summary>
    public double? Mean { get; init; }

    /// <summary>Lower bound of the mean that holds at every look at once; null for metrics that are not between 0 and 1.</summary>
    public double? Low { get; init; }

    /// <summary>Upper bound of the mean that holds at every look at once; null for metrics that are not between 0 and 1.</summary>
    public double? High { get; init; }

    /// <summary>Values of the time before.</summary>
    public int CountBefore { get; init; }

    /// <summary>Their mean; null without values.</summary>
    public double? MeanBefore { get; init; }

    /// <summary>Probability of such a difference by chance, by shuffling; null when one side has fewer than 5 values.</summary>
    public double? Probability { get; init; }

    /// <summary>The figure that was frozen at promotion; null when there is none.</summary>
    public double? Baseline { get; init; }

    /// <summary>When the series changed most clearly, over the timeframe and the time before; null when it did not.</summary>
    public DriftChange? Change { get; init; }

    /// <summary>Whether it differs from the time before by more than chance.</summary>
    public bool Drifts => Probability is < ChangePoint.Alpha;
}

/// <summary>A moment at which a metric changed.</summary>
/// <param name="ExecutionId">The first execution after the change.</param>
/// <param name="At">When it ran, ISO 8601.</param>
/// <param name="Before">Mean until then.</param>
/// <param name="After">Mean from then on.</param>
/// <param name="Probability">Share of shuffled series that look at least as changed.</param>
public sealed record DriftChange(string ExecutionId, string At, double Before, double After, double Probability);

/// <summary>Works drift out; pure.</summary>
internal static class DriftReview
{
    /// <summary>The metrics of a review, those without any value left out.</summary>
    /// <param name="executions">Those of the timeframe, oldest first.</param>
    /// <param name="before">Those before it, oldest first.</param>
    /// <param name="baseline">What was frozen at promotion; null when nothing was.</param>
    public static IReadOnlyList<MetricDrift> Of(IReadOnlyList<ReviewedExecution> executions, IReadOnlyList<ReviewedExecution> before, BaselineEntry? baseline)
    {
        (string Name, bool IsShare, double? Baseline, Func<ReviewedExecution, double?> Value)[] metrics =
        [
            ("pattern_fidelity", true, baseline?.PatternFidelity, item => item.Figures.PatternFidelity),
            ("outcome_quality", true, baseline?.OutcomeQuality, item => item.Figures.OutcomeQuality),
            ("exception_rate", true, null, item => Share(item.Figures.Exception)),
            ("false_positive_rate", true, null, item => Share(item.Figures.FalsePositive)),
            ("execution_time_ms", false, baseline?.ExecutionTimeMs, item => item.Figures.ExecutionTimeMs),
            ("tokens", false, null, item => item.Figures.Tokens),
        ];
        return [.. metrics.Select(metric => Of(metric.Name, metric.IsShare, metric.Baseline, metric.Value, executions, before)).OfType<MetricDrift>()];
    }

    private static MetricDrift? Of(
        string name, bool isShare, double? baseline, Func<ReviewedExecution, double?> value, IReadOnlyList<ReviewedExecution> executions, IReadOnlyList<ReviewedExecution> before)
    {
        var (now, then) = (executions.Select(value).OfType<double>().ToList(), before.Select(value).OfType<double>().ToList());
        if (now.Count == 0)
        {
            return null;
        }

        var bound = new ConfidenceBound();
        foreach (var one in now)
        {
            bound.Observe(isShare ? Math.Clamp(one, 0, 1) : 0);
        }

        return new MetricDrift
        {
            Metric = name,
            Count = now.Count,
            Mean = now.Average(),
            Low = isShare ? bound.Lower : null,
            High = isShare ? bound.Upper : null,
            CountBefore = then.Count,
            MeanBefore = then.Count == 0 ? null : then.Average(),
            Probability = TwoSamples.Probability(now, then),
            Baseline = baseline,
            Change = Change([.. before.Concat(executions).Where(item => value(item) is not null)], value),
        };
    }

    private static DriftChange? Change(List<ReviewedExecution> series, Func<ReviewedExecution, double?> value) =>
        ChangePoint.Find([.. series.Select(item => value(item)!.Value)]) is { } change
            ? new DriftChange(series[change.Index].Id, Timestamp.ToIso(series[change.Index].Figures.Timestamp), change.Before, change.After, change.Probability)
            : null;

    private static double? Share(bool? flag) => flag is { } known ? (known ? 1 : 0) : null;
}
