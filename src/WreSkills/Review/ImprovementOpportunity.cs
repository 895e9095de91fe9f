using System.Globalization;

namespace WreSkills.Review;

/// <summary>Something to improve, with what it would gain.</summary>
public sealed record ImprovementOpportunity
{
    /// <summary>Its id within the review, such as <c>O1</c>; the list is ranked.</summary>
    public required string Id { get; init; }

    /// <summary>The weak pattern, cluster or suggestion that it is about, such as <c>P1</c>.</summary>
    public required string About { get; init; }

    /// <summary>What would improve: <c>pattern_fidelity</c>, <c>outcome_quality</c>, <c>execution_time_ms</c> or <c>tokens</c>.</summary>
    public required string Metric { get; init; }

    /// <summary>By how much its mean would rise, 0–1; null where that cannot be told.</summary>
    public double? ExpectedGain { get; init; }

    /// <summary>In one sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>The file that it leads to; null when it leads to none.</summary>
    public string? File { get; init; }

    /// <summary>The line of <see cref="File"/>, from 1; null when it leads to none.</summary>
    public int? Line { get; init; }
}

/// <summary>Ranks what could be improved; pure.</summary>
internal static class OpportunityReview
{
    /// <summary>Critical patterns first, then the largest gain; what makes executions faster or cheaper comes last.</summary>
    public static IReadOnlyList<ImprovementOpportunity> Of(
        IReadOnlyList<WeakPattern> weak, IReadOnlyList<FailureCluster> clusters, IReadOnlyList<PerformanceSuggestion> suggestions, IReadOnlyList<ReviewedExecution> executions)
    {
        var fidelity = executions.Select(item => item.Figures.PatternFidelity).OfType<double>().DefaultIfEmpty(double.NaN).Average();
        var outcomes = executions.Count(item => item.Figures.OutcomeQuality is not null);
        var found = weak.Select(pattern => (pattern.IsCritical, Opportunity: OfPattern(pattern, fidelity)))
            .Concat(clusters.Where(cluster => cluster.Wrong > 0 && outcomes > 0).Select(cluster => (IsCritical: false, Opportunity: OfCluster(cluster, outcomes))))
            .OrderByDescending(item => item.IsCritical).ThenByDescending(item => item.Opportunity.ExpectedGain).ThenBy(item => item.Opportunity.About, StringComparer.Ordinal)
            .Select(item => item.Opportunity)
            .Concat(suggestions.Select(suggestion => new ImprovementOpportunity { Id = "", About = suggestion.Id, Metric = suggestion.Metric, Sentence = suggestion.Sentence }));
        return [.. found.Select((opportunity, index) => opportunity with { Id = string.Create(CultureInfo.InvariantCulture, $"O{index + 1}") })];
    }

    private static ImprovementOpportunity OfPattern(WeakPattern pattern, double fidelity)
    {
        var after = double.IsNaN(fidelity) ? "" : $", from {Number(fidelity)} to {Number(Math.Min(1, fidelity + pattern.ExpectedGain))}";
        return new ImprovementOpportunity
        {
            Id = "",
            About = pattern.Id,
            Metric = "pattern_fidelity",
            ExpectedGain = pattern.ExpectedGain,
            Sentence = $"Were {ReportText.Clean(pattern.Name, 80)} always followed, mean fidelity would rise by {Number(pattern.ExpectedGain)}{after}; it is{(pattern.IsCritical ? " critical and" : "")} missed in {pattern.Misses.Hits} of {pattern.Misses.Of} executions{(pattern.IsCertain ? "" : ", which may be chance")}.",
            File = pattern.File,
            Line = pattern.Line,
        };
    }

    private static ImprovementOpportunity OfCluster(FailureCluster cluster, int outcomes)
    {
        var gain = (double)cluster.Wrong / outcomes;
        return new ImprovementOpportunity
        {
            Id = "",
            About = cluster.Id,
            Metric = "outcome_quality",
            ExpectedGain = gain,
            Sentence = $"Were the {cluster.Wrong} wrong executions of one kind ({ReportText.Clean(cluster.Title, 120)}) right, outcome quality would rise by {Number(gain)}.",
        };
    }

    private static string Number(double value) => ReportText.Number(Math.Round(value, 3), "0.###");
}
