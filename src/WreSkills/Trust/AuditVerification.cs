namespace WreSkills.Trust;

/// <summary>What is wrong with a line of the audit log.</summary>
public enum AuditProblem
{
    /// <summary>It is no JSON object, and no later line vouches for it.</summary>
    NotJson,

    /// <summary>It does not begin with the hash of the line before it.</summary>
    MissingPrev,

    /// <summary>The hash that it begins with is not that of the line before it.</summary>
    PrevMismatch,

    /// <summary>It is the first and does not name the log, or a later one and does.</summary>
    LogName,

    /// <summary>It states no operation.</summary>
    MissingOperation,

    /// <summary>Its operation has a line already.</summary>
    DuplicateOperation,

    /// <summary>It is longer than any line of ours.</summary>
    TooLong,

    /// <summary>It is the last and unfinished: its writer died, nobody was told that it was written, and the next line vouches for it.</summary>
    TornTail,
}

/// <summary>The first line that is not as it was written.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Sentence">The same in words.</param>
public sealed record AuditBadLine(long Line, AuditProblem Problem, string Sentence);

/// <summary>A checkpoint of the log that was kept elsewhere.</summary>
/// <param name="Where">Where it stands, for people.</param>
/// <param name="Text">Its text.</param>
public sealed record KnownCheckpoint(string Where, string Text);

/// <summary>A checkpoint that the log does not extend.</summary>
/// <param name="Where">Where it stands.</param>
/// <param name="Size">Lines that the log had; 0 when it cannot be read.</param>
/// <param name="Sentence">Why the log does not extend it.</param>
public sealed record CheckpointFailure(string Where, long Size, string Sentence);

/// <summary>What a look at the whole audit log found.</summary>
public sealed record AuditVerification
{
    /// <summary>Whole lines, each ended by a line feed.</summary>
    public required long Lines { get; init; }

    /// <summary>Torn lines among them that later lines vouch for.</summary>
    public required long TornLines { get; init; }

    /// <summary>Id of the log, or null while it has none.</summary>
    public required string? Log { get; init; }

    /// <summary>The checkpoint of what was read.</summary>
    public required Checkpoint Checkpoint { get; init; }

    /// <summary>The first bad line, or null.</summary>
    public AuditBadLine? BadLine { get; init; }

    /// <summary>Known checkpoints that the log does not extend, the earliest first.</summary>
    public IReadOnlyList<CheckpointFailure> Failures { get; init; } = [];

    /// <summary>Known checkpoints that the log extends.</summary>
    public required int Agreeing { get; init; }

    /// <summary>Size of the largest of these; what changed stands behind that many lines.</summary>
    public required long AgreeingSize { get; init; }

    /// <summary>True when nothing is wrong.</summary>
    public bool IsSound => BadLine is null && Failures.Count == 0;

    /// <summary>True when something was changed; an unfinished last line alone is the trace of a killed process.</summary>
    public bool IsTampered => Failures.Count > 0 || BadLine is { Problem: not AuditProblem.TornTail };

    /// <summary>Everything that is wrong, in sentences.</summary>
    public IReadOnlyList<string> Problems => [.. BadLine is null ? [] : (string[])[BadLine.Sentence], .. Failures.Select(failure => failure.Sentence)];
}
