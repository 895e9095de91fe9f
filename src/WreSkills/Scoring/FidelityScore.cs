namespace WreSkills.Scoring;

/// <summary>How one expected pattern fared in one execution.</summary>
/// <param name="Name">The pattern's name.</param>
/// <param name="Breadcrumb">Index of the breadcrumb that decided, from 0: the proof when followed, a contradicting statement when missed, the failed condition when not applicable; null when nothing was said.</param>
/// <param name="Value">What that breadcrumb stated; null when nothing was said.</param>
public sealed record PatternProof(string Name, int? Breadcrumb, string? Value)
{
    /// <summary>The share that was followed when it is neither all nor nothing, above 0 and below 1; null otherwise.</summary>
    public double? Share { get; init; }

    /// <summary>Why, in words; null when breadcrumb and value say it all.</summary>
    public string? Reason { get; init; }
}

/// <summary>A call that no pattern expected.</summary>
/// <param name="Breadcrumb">Index of its breadcrumb, from 0.</param>
/// <param name="Name">The tool, command or skill.</param>
public sealed record UnexpectedStep(int Breadcrumb, string Name);

/// <summary>The score of one execution (policy 5.2).</summary>
public sealed record FidelityScore
{
    /// <summary>Largest part of the fidelity that missing or redacted evidence may leave open before there is no number.</summary>
    public const double MaxOpen = 0.2;

    /// <summary>
    /// Weighted share of the decided patterns that was followed, less the penalty for unexpected steps, 0–1. Null when
    /// nothing applied or was decided, or when missing evidence could move it by more than <see cref="MaxOpen"/>.
    /// </summary>
    public double? PatternFidelity { get; init; }

    /// <summary>The fidelity if every open pattern was missed, 0–1; null when no pattern applied.</summary>
    public double? FidelityLow { get; init; }

    /// <summary>The fidelity if every open pattern was followed, 0–1; null when no pattern applied.</summary>
    public double? FidelityHigh { get; init; }

    /// <summary>Patterns followed.</summary>
    public required IReadOnlyList<PatternProof> PatternsFollowed { get; init; }

    /// <summary>Patterns missed, in whole or in part.</summary>
    public required IReadOnlyList<PatternProof> PatternsMissed { get; init; }

    /// <summary>Patterns that do not apply to this execution.</summary>
    public required IReadOnlyList<PatternProof> PatternsNotApplicable { get; init; }

    /// <summary>Patterns that missing or redacted evidence, or a judge's silence, leaves open.</summary>
    public IReadOnlyList<PatternProof> PatternsInconclusive { get; init; } = [];

    /// <summary>Calls that no pattern expected; looked for only when the skill puts a penalty on them.</summary>
    public IReadOnlyList<UnexpectedStep> UnexpectedSteps { get; init; } = [];

    /// <summary>Whether a critical pattern was missed.</summary>
    public bool CriticalMissed { get; init; }

    /// <summary>Whether a critical prohibition was broken; the fidelity is 0 then.</summary>
    public bool Vetoed { get; init; }
}
