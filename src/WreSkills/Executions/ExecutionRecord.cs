using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Skills;

namespace WreSkills.Executions;

/// <summary>
/// One run of a skill. Only <see cref="Skill"/> is required; what is absent is null and never overwrites what is known.
/// The whole JSON object, with fields that we do not know, is kept in <see cref="Json"/>.
/// </summary>
public sealed record ExecutionRecord
{
    /// <summary>Unique within the skill; a UUIDv7 when the reporter gave none.</summary>
    public required string ExecutionId { get; init; }

    /// <summary>The skill's name.</summary>
    public required string Skill { get; init; }

    /// <summary>Label of the version that ran.</summary>
    public string? Version { get; init; }

    /// <summary>Digest of the content that ran.</summary>
    public string? Digest { get; init; }

    /// <summary>State of the version at that time: <c>prototype</c>, <c>staged</c>, <c>production</c>.</summary>
    public string? State { get; init; }

    /// <summary>Registry serial with which the version had entered that state.</summary>
    public long? StateSerial { get; init; }

    /// <summary>When it ran; the time of recording when the reporter gave none.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Name of the agent that ran it.</summary>
    public string? Agent { get; init; }

    /// <summary>Model behind the agent.</summary>
    public string? Model { get; init; }

    /// <summary>What the traffic split hashed.</summary>
    public string? Key { get; init; }

    /// <summary>Where the evidence comes from: <c>live</c>, <c>benchmark</c>, <c>imported</c>, <c>mcp</c> (reported by an MCP client) or <c>hook</c> (read from a client's transcript).</summary>
    public string? Source { get; init; }

    /// <summary>The ordered log of the run; null when the record says nothing about it.</summary>
    public IReadOnlyList<JsonElement>? Breadcrumbs { get; init; }

    /// <summary>What was decided, as text.</summary>
    public string? Decision { get; init; }

    /// <summary>What should have been decided, as text.</summary>
    public string? ExpectedDecision { get; init; }

    /// <summary>The true class.</summary>
    public CaseLabel? Label { get; init; }

    /// <summary>Whether the outcome was right, 0–1; null when nobody knows yet.</summary>
    public double? OutcomeQuality { get; init; }

    /// <summary>Whether a miss or an exception here is critical.</summary>
    public bool? Critical { get; init; }

    /// <summary>The agent's own confidence, 0–1.</summary>
    public double? Confidence { get; init; }

    /// <summary>Milliseconds the run took.</summary>
    public double? ExecutionTimeMs { get; init; }

    /// <summary>Whether it ended in an exception.</summary>
    public bool? Exception { get; init; }

    /// <summary>Which exception.</summary>
    public string? ExceptionType { get; init; }

    /// <summary>Peak memory in mebibytes.</summary>
    public double? MemoryUsageMb { get; init; }

    /// <summary>Tokens used.</summary>
    public long? Tokens { get; init; }

    /// <summary>A score that the reporter worked out, 0–1; used only when there are no breadcrumbs to score.</summary>
    public double? PatternFidelity { get; init; }

    /// <summary>The whole object as it is stored.</summary>
    public required JsonObject Json { get; init; }
}
