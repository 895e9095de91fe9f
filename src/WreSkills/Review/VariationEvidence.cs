namespace WreSkills.Review;

/// <summary>How one text fared in a comparison.</summary>
public sealed record ArmFigures
{
    /// <summary>Runs: cases times trials.</summary>
    public int Runs { get; init; }

    /// <summary>Runs that passed.</summary>
    public int Passed { get; init; }

    /// <summary>Share that passed, 0–1, or null.</summary>
    public double? PassRate { get; init; }

    /// <summary>Lower end of its 95 % interval.</summary>
    public double PassRateLow { get; init; }

    /// <summary>Upper end of its 95 % interval.</summary>
    public double PassRateHigh { get; init; }

    /// <summary>Mean pattern fidelity, 0–1, or null.</summary>
    public double? PatternFidelity { get; init; }

    /// <summary>Lower end of its 95 % interval (normal approximation), or null with less than two runs.</summary>
    public double? PatternFidelityLow { get; init; }

    /// <summary>Upper end of its 95 % interval, or null.</summary>
    public double? PatternFidelityHigh { get; init; }

    /// <summary>Share of right decisions, 0–1, or null.</summary>
    public double? OutcomeQuality { get; init; }

    /// <summary>False positives over negatives, 0–1, or null.</summary>
    public double? FalsePositiveRate { get; init; }

    /// <summary>Critical false negatives.</summary>
    public int CriticalFalseNegatives { get; init; }

    /// <summary>Mean time in milliseconds, or null.</summary>
    public double? ExecutionTimeMs { get; init; }

    /// <summary>Tokens of all runs, or null.</summary>
    public long? Tokens { get; init; }
}

/// <summary>One case under both texts.</summary>
/// <param name="Case">The case.</param>
/// <param name="Baseline">Its mean score under the text as it is, 0–1.</param>
/// <param name="Candidate">Its mean score under the edited text, 0–1.</param>
public sealed record ComparedCase(string Case, double Baseline, double Candidate);

/// <summary>A comparison of an edited text with the text as it is: the same cases, trials and agent, run in pairs.</summary>
public sealed record VariationEvidence
{
    /// <summary>The agent that ran both.</summary>
    public required string Agent { get; init; }

    /// <summary>When it began, ISO 8601.</summary>
    public required string StartedAt { get; init; }

    /// <summary>The text as it is.</summary>
    public required ArmFigures Baseline { get; init; }

    /// <summary>The edited text.</summary>
    public required ArmFigures Candidate { get; init; }

    /// <summary>Difference of the mean score over the cases that decide, −1 to 1.</summary>
    public double Gain { get; init; }

    /// <summary>Cases that decide, which are all but those of the holdout.</summary>
    public int Cases { get; init; }

    /// <summary>Of them, those that the edited text did better.</summary>
    public int Better { get; init; }

    /// <summary>Those that it did worse.</summary>
    public int Worse { get; init; }

    /// <summary>Name of the test: <c>sign test, exact, one-sided</c>.</summary>
    public string Test { get; init; } = "sign test, exact, one-sided";

    /// <summary>Chance of at least so many better cases if better and worse were equally likely.</summary>
    public double PValue { get; init; } = 1;

    /// <summary>What it must not exceed: the policy's figure over the number of variations that were compared.</summary>
    public double Alpha { get; init; }

    /// <summary>Variations that were compared in the same review.</summary>
    public int Variations { get; init; } = 1;

    /// <summary>Cases of the holdout, which no model ever sees; they can only speak against an edit.</summary>
    public int HoldoutCases { get; init; }

    /// <summary>Difference of the mean score over the holdout; null without one.</summary>
    public double? HoldoutGain { get; init; }

    /// <summary>Whether it is shown to be better and breaks nothing critical.</summary>
    public bool Kept { get; init; }

    /// <summary>Why, in a sentence. It names no case of the holdout.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The cases that differ, without those of the holdout.</summary>
    public IReadOnlyList<ComparedCase> Differing { get; init => field = value ?? []; } = [];
}
