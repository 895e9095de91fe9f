namespace WreSkills.Monitoring;

/// <summary>In what an execution differs from the skill's own history. It is shown and told, and never a trigger.</summary>
public sealed record Anomaly
{
    /// <summary>The execution.</summary>
    public required string ExecutionId { get; init; }

    /// <summary>When it ran, ISO 8601.</summary>
    public required string At { get; init; }

    /// <summary><c>latency</c>, <c>tokens</c>, <c>steps</c>, <c>new_tool</c> or <c>pattern_mix</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The figure; null where there is none.</summary>
    public double? Figure { get; init; }

    /// <summary>The history's median, or for patterns its share; null where there is none.</summary>
    public double? Typical { get; init; }

    /// <summary>Executions that it was compared with.</summary>
    public int History { get; init; }

    /// <summary>One sentence for a person.</summary>
    public required string Sentence { get; init; }
}
