using WreSkills.Monitoring;
using WreSkills.Policy;
using WreSkills.Registry;

namespace WreSkills.Review;

/// <summary>A metric of a version beside that of its prototype.</summary>
/// <param name="Metric"><c>pattern_fidelity</c> or <c>outcome_quality</c>.</param>
/// <param name="Baseline">The prototype's mean in its benchmark, 0–1.</param>
/// <param name="Mean">The version's mean since it came to its state, 0–1.</param>
/// <param name="Count">Values behind the mean.</param>
/// <param name="Low">Lower bound of the mean that holds at every look at once.</param>
/// <param name="High">Upper bound of the mean that holds at every look at once.</param>
public sealed record ComparedMetric(string Metric, double Baseline, double Mean, int Count, double Low, double High)
{
    /// <summary>Mean less baseline.</summary>
    public double Difference => Mean - Baseline;
}

/// <summary>
/// A version against the prototype baseline, by the metrics that both have (policy 5.3). Time and tokens are left out: a benchmark
/// runs elsewhere. The means describe; the verdict is that of the A/B evidence alone.
/// </summary>
public sealed record BaselineComparison
{
    /// <summary>Executions of the prototype's benchmark.</summary>
    public int BaselineExecutions { get; init; }

    /// <summary>The metrics that both have.</summary>
    public IReadOnlyList<ComparedMetric> Metrics { get; init => field = value ?? []; } = [];

    /// <summary><c>worse</c>, <c>not_shown_worse</c>, or <c>no_verdict</c> where nothing was compared side by side.</summary>
    public required string Verdict { get; init; }

    /// <summary>Evidence that it is worse than what serves beside it; null where nothing was compared.</summary>
    public double? EvidenceAgainstArm { get; init; }

    /// <summary>Evidence that it is worse than its benchmark; null where nothing was compared.</summary>
    public double? EvidenceAgainstBenchmark { get; init; }

    /// <summary>Evidence from which on it counts as worse.</summary>
    public double Limit { get; init; } = VersionComparison.Limit;

    /// <summary>The verdict in one sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>Compares; null when there is no baseline.</summary>
    /// <param name="executions">All executions since the version came to its state, oldest first.</param>
    /// <param name="baseline">The prototype's benchmark.</param>
    /// <param name="arms">The A/B comparison of a staged version; null elsewhere.</param>
    internal static BaselineComparison? Of(IReadOnlyList<ReviewedExecution> executions, BaselineEntry? baseline, ArmComparison? arms)
    {
        if (baseline is null)
        {
            return null;
        }

        var metrics = new[]
        {
            Metric("pattern_fidelity", baseline.PatternFidelity, executions.Select(item => item.Figures.PatternFidelity)),
            Metric("outcome_quality", baseline.OutcomeQuality, executions.Select(item => item.Figures.OutcomeQuality)),
        }.OfType<ComparedMetric>().ToList();
        var worse = arms is { WorseThanArm: true } or { WorseThanBenchmark: true };
        return new BaselineComparison
        {
            BaselineExecutions = baseline.Executions,
            Metrics = metrics,
            Verdict = arms is null ? "no_verdict" : worse ? "worse" : "not_shown_worse",
            EvidenceAgainstArm = arms?.AgainstArm,
            EvidenceAgainstBenchmark = arms?.AgainstBenchmark,
            Sentence = arms is null
                ? "No verdict: versions are compared side by side while they are staged; the means alone prove nothing."
                : worse
                    ? $"It is worse than {(arms.WorseThanArm ? "what serves beside it" : "its prototype baseline")} by more than {ReportText.Number(arms.Margin)}."
                    : $"There is no A/B evidence that it is worse by more than {ReportText.Number(arms.Margin)}.",
        };
    }

    private static ComparedMetric? Metric(string name, double? baseline, IEnumerable<double?> values)
    {
        var bound = new ConfidenceBound();
        foreach (var value in values.OfType<double>())
        {
            bound.Observe(Math.Clamp(value, 0, 1));
        }

        return baseline is { } figure && bound.Mean is { } mean ? new ComparedMetric(name, figure, mean, bound.Count, bound.Lower, bound.Upper) : null;
    }
}
