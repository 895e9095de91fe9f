using WreSkills.Executions;
using WreSkills.Metrics;
using WreSkills.Scoring;
using WreSkills.Skills;

namespace WreSkills.Review;

/// <summary>An execution as a review sees it: its figures, and as far as its record is still kept, what happened in it.</summary>
/// <param name="Figures">What the metrics say.</param>
/// <param name="Record">The whole record; null when it is not kept (any more).</param>
internal sealed record ReviewedExecution(ExecutionFigures Figures, ExecutionRecord? Record)
{
    /// <summary>How far each pattern that applied was followed, 0–1, by name.</summary>
    public required IReadOnlyDictionary<string, double> Shares { get; init; }

    /// <summary>Its id.</summary>
    public string Id => Figures.ExecutionId;

    /// <summary>Whether anything is known about its patterns.</summary>
    public bool IsScored => Figures.PatternFidelity is not null || Shares.Count > 0;

    /// <summary>Whether it was wrong, broke off, or missed a pattern.</summary>
    public bool IsBad => Figures.IsBad || Shares.Values.Any(share => share < 1);

    /// <summary>Puts figures and record together. What the metrics say about a pattern counts; the record tells which patterns applied.</summary>
    public static ReviewedExecution Of(ExecutionFigures figures, ExecutionRecord? record, IReadOnlyList<ExpectedPattern> patterns, PatternScorer scorer) => new(figures, record)
    {
        Shares = record is not null && ExecutionEvidence.Of(record) is { } evidence ? Scored(figures, scorer.Score(evidence)) : Unscored(figures, patterns),
    };

    private static Dictionary<string, double> Scored(ExecutionFigures figures, FidelityScore score)
    {
        var shares = new Dictionary<string, double>();
        var told = figures.PatternFidelity is not null && (figures.MissedCount is not { } count || count == figures.PatternsMissed.Count);
        foreach (var proof in score.PatternsFollowed)
        {
            shares[proof.Name] = 1;
        }

        foreach (var proof in score.PatternsMissed)
        {
            shares[proof.Name] = told && !figures.PatternsMissed.Contains(proof.Name) ? 1 : proof.Share ?? 0;
        }

        // A judge that decided what a matcher cannot is asked no second time; the counts tell whether it did.
        var decided = figures is { FollowedCount: { } followed, MissedCount: { } missed }
            && followed + missed == score.PatternsFollowed.Count + score.PatternsMissed.Count + score.PatternsInconclusive.Count;
        foreach (var proof in score.PatternsInconclusive.Where(_ => decided && told))
        {
            shares[proof.Name] = 1;
        }

        foreach (var name in figures.PatternsMissed)
        {
            shares[name] = shares.TryGetValue(name, out var share) && share < 1 ? share : 0;
        }

        return shares;
    }

    // Without the record nobody knows which conditional patterns applied, unless all of them did.
    private static Dictionary<string, double> Unscored(ExecutionFigures figures, IReadOnlyList<ExpectedPattern> patterns)
    {
        var shares = figures.PatternsMissed.Distinct().ToDictionary(name => name, _ => 0.0);
        if (figures.PatternFidelity is null || (figures.MissedCount is { } count && count != figures.PatternsMissed.Count))
        {
            return shares;
        }

        var all = figures.FollowedCount + figures.MissedCount == patterns.Count;
        foreach (var pattern in patterns.Where(pattern => all || pattern is { When: null, Rule: not IfRule }))
        {
            shares.TryAdd(pattern.Name, 1);
        }

        return shares;
    }
}
