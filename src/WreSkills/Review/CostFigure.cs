using System.Globalization;

using WreSkills.Registry;
using WreSkills.Scoring;

namespace WreSkills.Review;

/// <summary>What executions cost: time or tokens.</summary>
public sealed record CostFigure
{
    /// <summary><c>execution_time_ms</c> or <c>tokens</c>.</summary>
    public required string Metric { get; init; }

    /// <summary>Executions that tell it.</summary>
    public int Count { get; init; }

    /// <summary>Mean.</summary>
    public double Mean { get; init; }

    /// <summary>Median: the smallest value that at least half of the executions do not exceed.</summary>
    public double P50 { get; init; }

    /// <summary>The smallest value that at least 95 % of the executions do not exceed.</summary>
    public double P95 { get; init; }

    /// <summary>Sum.</summary>
    public double Total { get; init; }

    /// <summary>Whether it rises or falls; null for fewer than 8 values.</summary>
    public Trend? Trend { get; init; }

    /// <summary>The mean frozen at promotion; null when there is none.</summary>
    public double? Baseline { get; init; }

    /// <summary>Mean over baseline; null without baseline.</summary>
    public double? TimesBaseline => Baseline is > 0 ? Mean / Baseline : null;

    /// <summary>The skill's own limit (<c>max_execution_time_ms</c>); null when it states none.</summary>
    public double? Limit { get; init; }

    /// <summary>Executions above the limit, with their 95 % interval; null without limit.</summary>
    public MeasuredShare? AboveLimit { get; init; }
}

/// <summary>Works cost and time out; pure.</summary>
internal static class CostReview
{
    /// <summary>The figures, those without any value left out.</summary>
    public static IReadOnlyList<CostFigure> Of(IReadOnlyList<ReviewedExecution> executions, BaselineEntry? baseline, double? limitMs) =>
    [
        .. new[]
        {
            Of("execution_time_ms", [.. executions.Select(item => item.Figures.ExecutionTimeMs).OfType<double>()], baseline?.ExecutionTimeMs, limitMs),
            Of("tokens", [.. executions.Select(item => (double?)item.Figures.Tokens).OfType<double>()], null, null),
        }.OfType<CostFigure>(),
    ];

    /// <summary>The nearest-rank percentile of values.</summary>
    public static double Percentile(IReadOnlyList<double> sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)];

    private static CostFigure? Of(string metric, List<double> values, double? baseline, double? limit)
    {
        if (values.Count == 0)
        {
            return null;
        }

        var sorted = values.Order().ToList();
        return new CostFigure
        {
            Metric = metric,
            Count = values.Count,
            Mean = values.Average(),
            P50 = Percentile(sorted, 0.5),
            P95 = Percentile(sorted, 0.95),
            Total = values.Sum(),
            Trend = Trend.Of(values),
            Baseline = baseline,
            Limit = limit,
            AboveLimit = limit is { } most ? new MeasuredShare(values.Count(value => value > most), values.Count) : null,
        };
    }

    /// <summary>A number of milliseconds or tokens as people read it.</summary>
    public static string Text(double value) => Math.Round(value, value < 100 ? 1 : 0).ToString("#,0.#", CultureInfo.InvariantCulture);
}
