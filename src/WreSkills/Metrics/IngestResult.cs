namespace WreSkills.Metrics;

/// <summary>What an ingestion did.</summary>
public sealed record IngestResult
{
    /// <summary>Files looked at.</summary>
    public int Files { get; set; }

    /// <summary>Lines taken over, repetitions included.</summary>
    public long Lines { get; set; }

    /// <summary>Malformed lines found in this run.</summary>
    public long Malformed { get; set; }

    /// <summary>Files whose content was another than at the last run (rotated, truncated or replaced) and that were read anew.</summary>
    public int Restarted { get; set; }

    /// <summary>Skills that gained lines.</summary>
    public IReadOnlyList<string> Skills { get; set; } = [];

    /// <summary>The first malformed lines, as <c>file:line: reason</c>; at most 20.</summary>
    public IReadOnlyList<string> MalformedExamples { get; set; } = [];

    /// <summary>Time in milliseconds.</summary>
    public double ElapsedMs { get; set; }
}
