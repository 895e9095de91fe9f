namespace WreSkills.Review;

/// <summary>What the advisor found about one version of a skill (policy 5.3).</summary>
public sealed record SkillReview
{
    /// <summary>The skill's name.</summary>
    public required string Skill { get; init; }

    /// <summary>The version's label; null for a draft.</summary>
    public string? Version { get; init; }

    /// <summary>Digest of the content.</summary>
    public required string Digest { get; init; }

    /// <summary><c>prototype</c>, <c>staged</c> or <c>production</c>.</summary>
    public required string State { get; init; }

    /// <summary>Registry serial with which the version entered the state; 0 for a draft.</summary>
    public long StateSerial { get; init; }

    /// <summary>The span of time, such as <c>last_24_hours</c>.</summary>
    public required string Timeframe { get; init; }

    /// <summary>When it was made, ISO 8601.</summary>
    public required string At { get; init; }

    /// <summary>Executions that were looked at: those of the timeframe, at most 2000.</summary>
    public int Executions { get; init; }

    /// <summary>Earlier executions of the same stay that they were compared with.</summary>
    public int ExecutionsBefore { get; init; }

    /// <summary>Executions left out because they may belong to holdout cases.</summary>
    public int HoldoutLeftOut { get; init; }

    /// <summary>Every pattern, the weak ones first.</summary>
    public IReadOnlyList<WeakPattern> Patterns { get; init; } = [];

    /// <summary>The patterns that are missed more often than the policy's gate leaves room for.</summary>
    public IReadOnlyList<WeakPattern> WeakPatterns => [.. Patterns.Where(pattern => pattern.IsWeak)];
}
