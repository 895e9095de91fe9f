using System.Text.Json;

using WreSkills.Skills;

namespace WreSkills.Scoring;

/// <summary>How one expected pattern fared in one execution.</summary>
/// <param name="Name">The pattern's name.</param>
/// <param name="Breadcrumb">Index of the breadcrumb that decided, from 0: the proof when followed, a contradicting statement when missed, the failed condition when not applicable; null when nothing was said.</param>
/// <param name="Value">What that breadcrumb stated; null when nothing was said.</param>
public sealed record PatternProof(string Name, int? Breadcrumb, string? Value);

/// <summary>The score of one execution (policy 5.2).</summary>
public sealed record FidelityScore
{
    /// <summary>Weighted share of the applicable patterns that were followed, 0–1; null when none applied.</summary>
    public double? PatternFidelity { get; init; }

    /// <summary>Patterns followed.</summary>
    public required IReadOnlyList<PatternProof> PatternsFollowed { get; init; }

    /// <summary>Patterns missed.</summary>
    public required IReadOnlyList<PatternProof> PatternsMissed { get; init; }

    /// <summary>Patterns that do not apply to this execution.</summary>
    public required IReadOnlyList<PatternProof> PatternsNotApplicable { get; init; }

    /// <summary>Whether a critical pattern was missed.</summary>
    public bool CriticalMissed { get; init; }
}

/// <summary>Scores executions against expected patterns; pure. Fidelity is the weighted share of applicable patterns that were followed.</summary>
public static class PatternScorer
{
    /// <summary>Scores one execution.</summary>
    public static FidelityScore Score(IReadOnlyList<ExpectedPattern> patterns, IReadOnlyList<JsonElement> breadcrumbs)
    {
        var facts = new BreadcrumbFacts(breadcrumbs);
        var followed = new List<PatternProof>();
        var missed = new List<PatternProof>();
        var notApplicable = new List<PatternProof>();
        var (gained, possible, critical) = (0.0, 0.0, false);
        foreach (var pattern in patterns)
        {
            if (pattern.When is { } when && PatternMatcher.Prove(when, facts) is null)
            {
                notApplicable.Add(Proof(pattern, Statement(facts, when)));
                continue;
            }

            possible += pattern.Weight;
            if (PatternMatcher.Prove(pattern.Condition, facts) is { } proof)
            {
                gained += pattern.Weight;
                followed.Add(Proof(pattern, proof));
            }
            else
            {
                critical |= pattern.Critical;
                missed.Add(Proof(pattern, Statement(facts, pattern.Condition)));
            }
        }

        return new FidelityScore
        {
            PatternFidelity = possible > 0 ? gained / possible : null,
            PatternsFollowed = followed,
            PatternsMissed = missed,
            PatternsNotApplicable = notApplicable,
            CriticalMissed = critical,
        };
    }

    private static Fact? Statement(BreadcrumbFacts facts, PatternCondition condition) => facts[condition.Fact] is [.., var last] ? last : null;

    private static PatternProof Proof(ExpectedPattern pattern, Fact? fact) => new(pattern.Name, fact?.Breadcrumb, fact?.Value);
}
