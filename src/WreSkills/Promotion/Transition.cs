using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

using WreSkills.Registry;

namespace WreSkills.Promotion;

/// <summary>One change of the registry with everything that follows from it. As a file in the journal it is the intent.</summary>
public sealed record Transition
{
    /// <summary>The kind of a change of a rollout.</summary>
    public const string RolloutKind = "rollout";

    /// <summary>The kind of an adoption of skills that were there already.</summary>
    public const string AdoptionKind = "adoption";

    /// <summary>The kind of taking a skill out of traffic for good.</summary>
    public const string RetirementKind = "retirement";

    /// <summary>The kind of undoing a retirement.</summary>
    public const string RevivalKind = "revival";

    /// <summary>The kind of giving a skill another name.</summary>
    public const string RenameKind = "rename";

    /// <summary>Id of the operation, a UUIDv7; every later step is idempotent by it.</summary>
    public required string Operation { get; init; }

    /// <summary><c>promotion</c>, <c>rollback</c>, <c>restore</c> (the undoing of a rollback), <c>rollout</c> (another share of traffic), <c>adoption</c>, <c>retirement</c>, <c>revival</c> (its undoing) or <c>rename</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The skill's name.</summary>
    public required string Skill { get; init; }

    /// <summary>Label of the version that moves.</summary>
    public required string Version { get; init; }

    /// <summary>Its digest.</summary>
    public required string Digest { get; init; }

    /// <summary>Where it comes from.</summary>
    public required PromotionState From { get; init; }

    /// <summary>Where it goes to.</summary>
    public required PromotionState To { get; init; }

    /// <summary>When it was decided, ISO 8601.</summary>
    public required string At { get; init; }

    /// <summary>Serial of the registry that it changes.</summary>
    public required long ExpectedSerial { get; init; }

    /// <summary>Who approved it; null for an automatic rollback.</summary>
    public string? Approver { get; init; }

    /// <summary>The ticket; null for a rollback.</summary>
    public string? Ticket { get; init; }

    /// <summary>SHA-256 of the ticket's file, or null.</summary>
    public string? TicketSha256 { get; init; }

    /// <summary>Who signed the ticket; null where signatures are not asked for.</summary>
    public IReadOnlyList<string>? SignedBy { get; init; }

    /// <summary>Why the promotion went against failing checks; null for an ordinary one.</summary>
    public string? BreakGlass { get; init; }

    /// <summary>For a promotion that broke the glass: whether a second person had signed already.</summary>
    public bool Countersigned { get; init; } = true;

    /// <summary>The signed statement of a person's decision against the monitor's, or null.</summary>
    public string? Statement { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>The figure that tripped it.</summary>
    public string? TriggerMetric { get; init; }

    /// <summary>User who ran the command, or <c>monitor</c>.</summary>
    public string RequestedBy { get; init => field = value ?? "unknown"; } = "unknown";

    /// <summary>Whether <c>--production-readiness-checklist-complete</c> was given.</summary>
    public bool ChecklistComplete { get; init; }

    /// <summary>Label that serves instead from now on; null when there is none.</summary>
    public string? Serves { get; init; }

    /// <summary>For a rollout: what it does, such as <c>advance</c>; else null.</summary>
    public string? Change { get; init; }

    /// <summary>For a rollout: percent of keys from now on; else null.</summary>
    public int? Percent { get; init; }

    /// <summary>Every version whose state changes.</summary>
    public IReadOnlyList<StateChange> Changes { get; init => field = value ?? []; } = [];

    /// <summary>For an adoption: what became known by it; else null.</summary>
    public IReadOnlyList<AdoptedSkill>? Adopted { get; init; }

    /// <summary>For a rename: the name that the skill had; else null.</summary>
    public string? RenamedFrom { get; init; }

    /// <summary>What it is, for messages.</summary>
    [JsonIgnore]
    public string Title => Kind == AdoptionKind ? $"The adoption of {string.Join(", ", (Adopted ?? []).Select(skill => skill.Skill))}" : Kind == RolloutKind ? $"The {Change} of the rollout of {Skill} {Version} ({Percent} %)" : $"The {Kind} of {Skill} {Version} ({From.Text()} → {To.Text()})";

    /// <summary>The audit line.</summary>
    internal JsonObject AuditLine() => Line(new JsonObject
    {
        ["operation"] = Operation,
        ["timestamp"] = At,
        ["event"] = Kind,
        ["skill"] = Skill,
        ["version"] = Version,
        ["digest"] = Digest,
        ["from_state"] = From.Text(),
        ["to_state"] = To.Text(),
        ["serial"] = ExpectedSerial + 1,
        ["requested_by"] = RequestedBy,
    });

    /// <summary>The audit line, and for a version also the promotion log line, of one skill of an adoption.</summary>
    internal JsonObject AdoptionLine(AdoptedSkill skill, string id) => new()
    {
        [id] = skill.Operation,
        ["timestamp"] = At,
        ["event"] = Kind,
        [id == "event_id" ? "skill_name" : "skill"] = skill.Skill,
        ["version"] = skill.Version,
        ["digest"] = skill.Digest,
        ["from_state"] = "unmanaged",
        ["to_state"] = skill.State.Text(),
        ["serial"] = ExpectedSerial + 1,
        ["adopted_from"] = skill.Folder,
        ["requested_by"] = RequestedBy,
        ["changes"] = new JsonArray(skill.Version.Length == 0
            ? []
            : [new JsonObject { ["version"] = skill.Version, ["digest"] = skill.Digest, ["state"] = skill.State.Text(), ["state_serial"] = ExpectedSerial + 1 }]),
    };

    /// <summary>The promotion log line (policy 5.2).</summary>
    /// <param name="checkpoint">Text of the audit log's checkpoint with this operation; null when there is none.</param>
    internal JsonObject PromotionLogLine(string? checkpoint)
    {
        var line = Line(new JsonObject
        {
            ["event_id"] = Operation,
            ["timestamp"] = At,
            ["event"] = Kind,
            ["skill_name"] = Skill,
            ["version"] = Version,
            ["digest"] = Digest,
            ["from_state"] = From.Text(),
            ["to_state"] = To.Text(),
        });
        line["changes"] = new JsonArray([.. Changes.Select(change => new JsonObject
        {
            ["version"] = change.Version,
            ["digest"] = change.Digest,
            ["state"] = change.State.Text(),
            ["state_serial"] = ExpectedSerial + 1,
        })]);
        if (checkpoint is not null)
        {
            line["checkpoint"] = checkpoint;
        }

        return line;
    }

    private JsonObject Line(JsonObject line)
    {
        void Add(string name, string? value)
        {
            if (value is not null)
            {
                line[name] = value;
            }
        }

        Add("approver", Approver);
        Add("approval_ticket", Ticket);
        Add("ticket_sha256", TicketSha256);
        if (SignedBy is { } people)
        {
            line["signed_by"] = new JsonArray([.. people.Select(person => (JsonNode)person)]);
        }

        Add("break_glass", BreakGlass);
        Add("statement", Statement);
        Add("reason", Reason);
        Add("trigger_metric", TriggerMetric);
        Add("serves", Serves);
        Add("change", Change);
        Add("renamed_from", RenamedFrom);
        if (Percent is { } percent)
        {
            line["percent"] = percent;
        }

        if (ChecklistComplete)
        {
            line["production_readiness_checklist_complete"] = true;
        }

        return line;
    }
}

/// <summary>A version whose state changes.</summary>
/// <param name="Version">Label.</param>
/// <param name="Digest">Digest.</param>
/// <param name="State">New state.</param>
public sealed record StateChange(string Version, string Digest, PromotionState State);

/// <summary>Source-generated JSON of transitions and gates.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Transition))]
[JsonSerializable(typeof(TicketEvidence))]
[JsonSerializable(typeof(PolicyProposal))]
[JsonSerializable(typeof(PolicyIntent))]
internal sealed partial class PromotionJson : JsonSerializerContext
{
    public static PromotionJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
