namespace WreSkills.Scoring;

/// <summary>
/// How a rule fared: a share between 0 (missed) and 1 (followed). Low and high differ while evidence is missing; low takes
/// everything unknown for the worse, high for the better.
/// </summary>
/// <param name="Low">The least it can be, 0–1.</param>
/// <param name="High">The most it can be, 0–1.</param>
internal readonly record struct Assessment(double Low, double High)
{
    /// <summary>True when the rule says nothing about this execution.</summary>
    public bool NotApplicable { get; init; }

    /// <summary>True when only a judge's answer is missing, and none was asked.</summary>
    public bool AwaitsJudge { get; init; }

    /// <summary>Index of the breadcrumb that decided, or null.</summary>
    public int? Breadcrumb { get; init; }

    /// <summary>What that breadcrumb says, or null.</summary>
    public string? Value { get; init; }

    /// <summary>Why, in words; null when breadcrumb and value say it all.</summary>
    public string? Reason { get; init; }

    public bool IsOpen => !NotApplicable && Low < High;

    public static Assessment Of(Match match) => new(match == Match.Yes ? 1 : 0, match == Match.No ? 0 : 1);

    public static Assessment Of(bool holds) => holds ? new(1, 1) : new(0, 0);

    public static Assessment Inapplicable(string? reason = null) => new(0, 0) { NotApplicable = true, Reason = reason };
}
