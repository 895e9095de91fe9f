using WreSkills.Scoring;

namespace WreSkills.Review;

/// <summary>How an expected pattern fared in the executions that a review looked at, and where it is declared.</summary>
public sealed record WeakPattern
{
    /// <summary>Its id within the review, such as <c>P1</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The pattern's name.</summary>
    public required string Name { get; init; }

    /// <summary>Misses among the executions to which it applied, with their 95 % interval. A pattern followed in part is missed.</summary>
    public required MeasuredShare Misses { get; init; }

    /// <summary>Lower bound of the share of misses that holds at every look at once, 0–1 (DESIGN section 6): reviews look often.</summary>
    public double AnytimeLow { get; init; }

    /// <summary>Whether a miss is a critical failure.</summary>
    public bool IsCritical { get; init; }

    /// <summary>What it counts in the fidelity, above 0.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>The file of the skill that declares it; null when the skill does not declare it.</summary>
    public string? File { get; init; }

    /// <summary>The line of <see cref="File"/> that declares it, from 1; null when the skill does not declare it.</summary>
    public int? Line { get; init; }

    /// <summary>Ids of executions that missed it, latest first, at most 10. None is of a holdout case.</summary>
    public IReadOnlyList<string> Executions { get; init => field = value ?? []; } = [];

    /// <summary>How much the mean fidelity would rise if it were always followed, 0–1.</summary>
    public double ExpectedGain { get; init; }

    /// <summary>Misses in the time before; null when there is no such time.</summary>
    public MeasuredShare? Before { get; init; }

    /// <summary>Whether it is missed more often than the policy's gate leaves room for, or is critical and missed at all.</summary>
    public bool IsWeak { get; init; }

    /// <summary>Whether even the lower end of the interval says so; otherwise it may be chance.</summary>
    public bool IsCertain { get; init; }
}
