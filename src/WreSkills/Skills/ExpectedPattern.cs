namespace WreSkills.Skills;

/// <summary>Something an execution that follows the skill leaves behind in its breadcrumbs.</summary>
public sealed record ExpectedPattern
{
    /// <summary>The name under which it is listed; the rule in a few words when none was given.</summary>
    public required string Name { get; init; }

    /// <summary>What must hold.</summary>
    public required PatternRule Rule { get; init; }

    /// <summary>How much it counts, above 0. Default 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>When given, the pattern applies only to executions for which this holds.</summary>
    public PatternRule? When { get; init; }

    /// <summary>A miss of a critical pattern is a critical failure of the execution; a critical <c>forbid</c> or <c>only</c> is a veto. Default false.</summary>
    public bool Critical { get; init; }

    /// <summary>Where it is written, for messages: file and line.</summary>
    public required string Source { get; init; }
}
