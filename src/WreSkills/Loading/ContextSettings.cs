namespace WreSkills.Loading;

/// <summary>How often something may be used, as <c>throttles:</c> in wre.yaml says; skills ask for it by name. The agent is told; nobody counts for it.</summary>
public sealed record ThrottleSettings
{
    /// <summary>The name by which skills ask for it.</summary>
    public required string Name { get; init; }

    /// <summary>Most uses per second; null for no such limit.</summary>
    public double? MaxPerSecond { get; init; }

    /// <summary>Most uses per minute; null for no such limit.</summary>
    public int? MaxPerMinute { get; init; }

    /// <summary>Most uses per hour; null for no such limit.</summary>
    public int? MaxPerHour { get; init; }

    /// <summary>Most uses per day; null for no such limit.</summary>
    public int? MaxPerDay { get; init; }

    /// <summary>Most uses at a time; null for no such limit.</summary>
    public int? MaxParallel { get; init; }

    /// <summary>What the agent should know besides; null for nothing.</summary>
    public string? Description { get; init; }
}

/// <summary>Something that skills must know, as <c>context:</c> in wre.yaml says: a value, a file's text, or what comes with each request.</summary>
public sealed record ContextSettings
{
    /// <summary>The name by which skills ask for it.</summary>
    public required string Name { get; init; }

    /// <summary>The value; null for other sources.</summary>
    public string? Value { get; init; }

    /// <summary>Absolute path of a text file; null for other sources.</summary>
    public string? Path { get; init; }

    /// <summary>True when each request brings it, so that there is nothing to tell beforehand.</summary>
    public bool ComesWithRequest { get; init; }

    /// <summary>What the agent should know besides; null for nothing.</summary>
    public string? Description { get; init; }
}

/// <summary>What wre.yaml says about the things that skills depend on, beside their probes.</summary>
/// <param name="Throttles">In the order of the file.</param>
/// <param name="Context">In the order of the file.</param>
public sealed record ContextCatalog(IReadOnlyList<ThrottleSettings> Throttles, IReadOnlyList<ContextSettings> Context)
{
    /// <summary>Nothing.</summary>
    public static ContextCatalog Empty { get; } = new([], []);
}
