using WreSkills.Registry;

namespace WreSkills.Loading;

/// <summary>A file of the version that serves.</summary>
/// <param name="Path">Relative to the skill's folder, with forward slashes.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">Of its content, 64 lower-case hex digits.</param>
public sealed record ServedFile(string Path, long Length, string Sha256);

/// <summary>The bytes of one file of exactly the version that serves a request.</summary>
/// <param name="Source">The version.</param>
/// <param name="File">The file.</param>
/// <param name="Bytes">Its content, whose SHA-256 was verified.</param>
public sealed record ServedContent(SkillText Source, ServedFile File, ReadOnlyMemory<byte> Bytes);

/// <summary>Why a skill is not handed out although a version serves.</summary>
/// <param name="Kind"><c>data_store</c>, <c>mcp_endpoint</c>, <c>throttle</c> or <c>context</c>.</param>
/// <param name="Name">What the skill calls it.</param>
/// <param name="Reason">What is wrong with it.</param>
/// <param name="Hint">How to mend it.</param>
public sealed record LoadRefusal(string Kind, string Name, string Reason, string Hint);

/// <summary>What an agent gets to read, and of which version it is, so that the execution can report it.</summary>
public sealed record SkillText
{
    /// <summary>The skill's name.</summary>
    public required string Skill { get; init; }

    /// <summary>What the traffic split hashed.</summary>
    public required string Key { get; init; }

    /// <summary>Label of the version; null for a prototype.</summary>
    public required string? Version { get; init; }

    /// <summary>Digest of its content, verified.</summary>
    public required string Digest { get; init; }

    /// <summary><c>baseline</c>, <c>candidate</c>, <c>fallback</c> or <c>pinned</c>.</summary>
    public required string Arm { get; init; }

    /// <summary>State of the version.</summary>
    public required PromotionState State { get; init; }

    /// <summary>Registry serial with which it entered that state; 0 for a prototype.</summary>
    public required long StateSerial { get; init; }

    /// <summary>Absolute folder with its files; not to be written to.</summary>
    public required string Folder { get; init; }

    /// <summary>The agent that was asked for, or null.</summary>
    public string? Agent { get; init; }

    /// <summary>How much of it was asked for.</summary>
    public required DisclosureLevel Level { get; init; }

    /// <summary>What the skill does and when to use it.</summary>
    public required string Description { get; init; }

    /// <summary>The text to read; null for metadata alone and for a refused skill.</summary>
    public string? Text { get; init; }

    /// <summary>How many parts of the text were for other agents and are left out.</summary>
    public int SectionsDropped { get; init; }

    /// <summary>All files of the version, in digest order.</summary>
    public required IReadOnlyList<ServedFile> Files { get; init; }

    /// <summary>Everything that keeps it from being handed out; empty when nothing does.</summary>
    public IReadOnlyList<LoadRefusal> Refused { get; init; } = [];

    /// <summary>True when something it depends on is missing or unhealthy.</summary>
    public bool IsRefused => Refused.Count > 0;
}
