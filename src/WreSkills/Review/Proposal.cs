using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace WreSkills.Review;

/// <summary>A check of a proposed edit.</summary>
/// <param name="Name">Such as <c>critical_rules</c>.</param>
/// <param name="Passed">Whether it passed.</param>
/// <param name="Sentence">What was found, one sentence.</param>
public sealed record ProposalCheck(string Name, bool Passed, string Sentence);

/// <summary>Something that happened to a proposal.</summary>
public sealed record ProposalEvent
{
    /// <summary><c>queued</c>, <c>accepting</c>, <c>accepted</c> or <c>rejected</c>.</summary>
    public required string Event { get; init; }

    /// <summary>When, ISO 8601.</summary>
    public required string At { get; init; }

    /// <summary>Who.</summary>
    public required string By { get; init; }

    /// <summary>Why, or null.</summary>
    public string? Reason { get; init; }

    /// <summary>Digest of the draft that came of it; null where none did.</summary>
    public string? Digest { get; init; }

    /// <summary>Label of the draft that came of it; null where none did.</summary>
    public string? Version { get; init; }

    /// <summary>SHA-256 of each file that is being written, by path in the draft; null where none is.</summary>
    public IReadOnlyDictionary<string, string>? Files { get; init; }
}

/// <summary>A minimal edit of a draft's instructions that waits for a person, or was decided by one: <c>proposals/&lt;id&gt;.json</c>.</summary>
public sealed record Proposal
{
    /// <summary>It waits for a person.</summary>
    public const string Queued = "queued";

    /// <summary>It became the draft.</summary>
    public const string Accepted = "accepted";

    /// <summary>A person decided against it.</summary>
    public const string Rejected = "rejected";

    /// <summary>Names of the priorities, the most urgent first.</summary>
    public static IReadOnlyList<string> Priorities { get; } = ["high", "medium", "low"];

    /// <summary>The skill's name, a hyphen and 12 hex digits of the base and the edit.</summary>
    public required string Id { get; init; }

    /// <summary>The skill's name.</summary>
    public required string Skill { get; init; }

    /// <summary><see cref="Queued"/>, <see cref="Accepted"/> or <see cref="Rejected"/>.</summary>
    public required string Status { get; init; }

    /// <summary><c>low</c>, <c>medium</c> or <c>high</c>.</summary>
    public string Priority { get; init; } = "medium";

    /// <summary>When it was made, ISO 8601.</summary>
    public required string CreatedAt { get; init; }

    /// <summary>Who asked for the review.</summary>
    public string CreatedBy { get; init; } = "";

    /// <summary>Digest of the draft that it was made for.</summary>
    public required string BaseDigest { get; init; }

    /// <summary>Label that the draft stated, or null.</summary>
    public string? BaseVersion { get; init; }

    /// <summary>What it is for, in the words of whoever proposed it.</summary>
    public string Summary { get; init => field = value ?? ""; } = "";

    /// <summary>The weak patterns that it is to mend.</summary>
    public IReadOnlyList<string> Patterns { get; init => field = value ?? []; } = [];

    /// <summary>Ids of the executions that motivated it.</summary>
    public IReadOnlyList<string> Traces { get; init => field = value ?? []; } = [];

    /// <summary>The edit: a unified diff of <c>SKILL.md</c>.</summary>
    public required string Diff { get; init; }

    /// <summary>The agent of <c>wre.yaml</c> that proposed it.</summary>
    public string Advisor { get; init; } = "";

    /// <summary>Its model as the endpoint named it; null when it did not.</summary>
    public string? Model { get; init; }

    /// <summary>SHA-256 of the messages that the model was sent.</summary>
    public string PromptSha256 { get; init; } = "";

    /// <summary>The checks that it passed.</summary>
    public IReadOnlyList<ProposalCheck> Checks { get; init => field = value ?? []; } = [];

    /// <summary>How it fared against the text that it changes.</summary>
    public VariationEvidence? Evidence { get; init; }

    /// <summary>What happened to it, in order.</summary>
    public IReadOnlyList<ProposalEvent> History { get; init => field = value ?? []; } = [];

    /// <summary>The id of an edit of a draft, so that neither can be changed in the file without the other.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="baseDigest">Digest of the draft.</param>
    /// <param name="diff">The edit.</param>
    public static string IdOf(string skill, string baseDigest, string diff) => $"{skill}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{baseDigest}\n{diff}")))[..12]}";

    /// <summary>The proposal as JSON, in the shape of its file.</summary>
    public JsonNode ToJson() => JsonSerializer.SerializeToNode(this, ProposalJson.Readable.Proposal)!;

    /// <summary>The reason of its rejection; null unless it was rejected.</summary>
    [JsonIgnore]
    public string? Rejection => Status == Rejected ? History.LastOrDefault(item => item.Event == Rejected)?.Reason : null;
}

/// <summary>Source-generated JSON of proposals.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Proposal))]
[JsonSerializable(typeof(VariationOutcome))]
internal sealed partial class ProposalJson : JsonSerializerContext
{
    public static ProposalJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
