using System.Text.Json;
using System.Text.Json.Serialization;

namespace WreSkills.Registry;

/// <summary>
/// The registry: which version of which skill is in which state. The shape of policy section 6, extended and never
/// narrowed; fields that we do not know survive a rewrite at every level. Values are immutable; change by <c>with</c>.
/// </summary>
public sealed record RegistryDocument
{
    // The source-generated reader hands absent fields to init accessors as null, here and below: each gives its default back.

    /// <summary>How many operation ids <see cref="RecentOperations"/> keeps.</summary>
    public const int MostRecentOperations = 64;

    /// <summary>Version of the format. Always <c>1.0</c>.</summary>
    public string Version { get; init => field = value ?? "1.0"; } = "1.0";

    /// <summary>Grows by one with every change; writes are compare-and-swap on it.</summary>
    public long Serial { get; init; }

    /// <summary>When it changed last.</summary>
    public string? LastUpdated { get; init; }

    /// <summary>Ids of the latest committed transitions, oldest first: how a restart tells a committed intent from a dead one.</summary>
    public IReadOnlyList<string> RecentOperations { get; init => field = value ?? []; } = [];

    /// <summary>The skills by name.</summary>
    public IReadOnlyDictionary<string, SkillEntry> Skills { get; init => field = value ?? new Dictionary<string, SkillEntry>(); } = new Dictionary<string, SkillEntry>();

    /// <summary>Fields of other tools.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Extension { get; set; }

    /// <summary>The entry of a skill, or null.</summary>
    public SkillEntry? Find(string skill) => Skills.GetValueOrDefault(skill);

    /// <summary>The entry of a skill.</summary>
    /// <exception cref="WreException">The registry does not know it.</exception>
    public SkillEntry Require(string skill) => Find(skill) ?? throw new WreException(
        $"The registry does not know the skill '{skill}'.",
        Skills.Count == 0 ? "`wre bench --skill NAME` registers a prototype" : $"it knows {string.Join(", ", Skills.Keys.Order(StringComparer.Ordinal).Take(8))}{(Skills.Count > 8 ? ", …" : "")}");

    /// <summary>This document without one entry.</summary>
    public RegistryDocument Without(string skill) => this with { Skills = new SortedDictionary<string, SkillEntry>(Skills.Where(known => known.Key != skill).ToDictionary(), StringComparer.Ordinal) };

    /// <summary>This document with one entry replaced or added.</summary>
    public RegistryDocument With(string skill, SkillEntry entry)
    {
        var skills = new SortedDictionary<string, SkillEntry>(StringComparer.Ordinal);
        foreach (var (name, known) in Skills)
        {
            skills[name] = known;
        }

        skills[skill] = entry;
        return this with { Skills = skills };
    }
}

/// <summary>One skill in the registry.</summary>
public sealed record SkillEntry
{
    /// <summary>The furthest state that is live.</summary>
    public PromotionState PromotionState { get; init; } = PromotionState.Prototype;

    /// <summary>Folder of the furthest live version, relative to the workspace, with a slash at the end.</summary>
    public string Location { get; init => field = value ?? ""; } = "";

    /// <summary>The agent that runs it first.</summary>
    public string PrimaryAgent { get; init => field = value ?? "unknown"; } = "unknown";

    /// <summary>The agent that takes over, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FallbackAgent { get; init; }

    /// <summary>What kind of task it is.</summary>
    public string IntentType { get; init => field = value ?? "unknown"; } = "unknown";

    /// <summary>Glob of its metric files, relative to the workspace.</summary>
    public string MetricsPath { get; init => field = value ?? ""; } = "";

    /// <summary>When a version of it was last promoted, ISO 8601, or null.</summary>
    public string? LastPromotion { get; init; }

    /// <summary>When a version of it was last rolled back, ISO 8601, or null.</summary>
    public string? LastRollback { get; init; }

    /// <summary><c>domain/module</c> of its production folder, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Module { get; init; }

    /// <summary>When it was registered, ISO 8601.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CreatedAt { get; init; }

    /// <summary>State → label of the live version in it; at most one staged and one production.</summary>
    public IReadOnlyDictionary<string, string> Active { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>Share of traffic of the staged version; null when nothing is staged.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RolloutEntry? Rollout { get; init; }

    /// <summary>The latest benchmarked draft; null before the first benchmark.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PrototypeEntry? Prototype { get; init; }

    /// <summary>Folder of the draft, relative to the workspace, when it lies elsewhere than the layout says; else null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DraftFolder { get; init; }

    /// <summary>Since when and why it is out of traffic for good; null while it is not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RetiredEntry? Retired { get; init; }

    /// <summary>Names that it had before, oldest first; null when it always had this one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? RenamedFrom { get; init; }

    /// <summary>When executions are scored: <c>on_demand</c> or <c>automatic</c> (policy 5.2).</summary>
    public string Scoring { get; init => field = value ?? "on_demand"; } = "on_demand";

    /// <summary>Whether it is watched: <c>none</c>, <c>scheduled</c> or <c>alerting</c> (policy 2.1 and 2.2).</summary>
    public string Monitoring { get; init => field = value ?? "none"; } = "none";

    /// <summary>How often the advisor reviews it (policy 5.3): <c>on_demand</c>, <c>hourly</c>, <c>daily</c> or <c>weekly</c>.</summary>
    public string ReviewSchedule { get; init => field = value ?? "on_demand"; } = "on_demand";

    /// <summary>Every version ever minted, by label.</summary>
    public IReadOnlyDictionary<string, VersionEntry> Versions { get; init => field = value ?? new Dictionary<string, VersionEntry>(); } = new Dictionary<string, VersionEntry>();

    /// <summary>Fields of other tools.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Extension { get; set; }

    /// <summary>Label and entry of the live version in a state, or null.</summary>
    public (string Label, VersionEntry Version)? Live(PromotionState state) =>
        Active.TryGetValue(state.Text(), out var label) && Versions.TryGetValue(label, out var version) ? (label, version) : null;

    /// <summary>The label of the version with this digest, or null.</summary>
    public string? LabelOf(string digest) => Versions.Where(version => version.Value.Digest == digest).Select(version => version.Key).FirstOrDefault();

    /// <summary>This entry with one version replaced or added.</summary>
    public SkillEntry With(string label, VersionEntry version)
    {
        var versions = new SortedDictionary<string, VersionEntry>(StringComparer.Ordinal);
        foreach (var (name, known) in Versions)
        {
            versions[name] = known;
        }

        versions[label] = version;
        return this with { Versions = versions };
    }

    /// <summary>This entry with the live version of a state set, or cleared by null.</summary>
    public SkillEntry WithLive(PromotionState state, string? label)
    {
        var active = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, known) in Active)
        {
            active[name] = known;
        }

        active.Remove(state.Text());
        if (label is not null)
        {
            active[state.Text()] = label;
        }

        return this with { Active = active };
    }
}

/// <summary>The draft as it was last benchmarked.</summary>
public sealed record PrototypeEntry
{
    /// <summary>Digest of the draft at that time.</summary>
    public required string Digest { get; init; }

    /// <summary>When, ISO 8601.</summary>
    public required string BenchmarkedAt { get; init; }

    /// <summary>Fields of other tools.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Extension { get; set; }
}

/// <summary>Share of traffic of the staged version.</summary>
public sealed record RolloutEntry
{
    /// <summary>Percent of keys, 0 to 100.</summary>
    public required int Percent { get; init; }

    /// <summary>Index into the policy's steps, from 0.</summary>
    public int Step { get; init; }

    /// <summary>Since when, ISO 8601.</summary>
    public required string Since { get; init; }

    /// <summary>
    /// <c>progressing</c>: the steps follow one another; <c>paused</c>: a person or a trigger holds it; <c>aborted</c>: it serves nobody any
    /// more; <c>completed</c>: the last step is done.
    /// </summary>
    public string Status { get; init => field = value ?? Progressing; } = Progressing;

    /// <summary>Why it is paused or aborted, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>Only requests with one of these labels may get the staged version; null for all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Executions of the staged version before this step.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long ExecutionsBefore { get; init; }

    /// <summary>Measured executions of the staged version before this step.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long CandidateBefore { get; init; }

    /// <summary>Measured executions of what serves beside it before this step.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long BaselineBefore { get; init; }

    /// <summary>The value of <see cref="Status"/> at the beginning.</summary>
    public const string Progressing = "progressing";

    /// <summary>A person or a trigger holds it.</summary>
    public const string Paused = "paused";

    /// <summary>It serves nobody any more.</summary>
    public const string Aborted = "aborted";

    /// <summary>The last step is done.</summary>
    public const string Completed = "completed";

    /// <summary>Fields of other tools.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Extension { get; set; }
}

/// <summary>A skill that was taken out of traffic and is kept in the record.</summary>
public sealed record RetiredEntry
{
    /// <summary>Id of the transition that retired it.</summary>
    public required string Operation { get; init; }

    /// <summary>When, ISO 8601.</summary>
    public required string At { get; init; }

    /// <summary>Who decided.</summary>
    public required string Approver { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>State → label of what served, to which an undoing returns.</summary>
    public IReadOnlyDictionary<string, string> Active { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>Share of traffic that the staged version had, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RolloutEntry? Rollout { get; init; }

    /// <summary>Fields of other tools.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Extension { get; set; }
}

/// <summary>One immutable version.</summary>
public sealed record VersionEntry
{
    /// <summary>Digest of its content: its folder in the store.</summary>
    public required string Digest { get; init; }

    /// <summary>Its state now.</summary>
    public required PromotionState State { get; init; }

    /// <summary>When it entered that state, ISO 8601.</summary>
    public required string StateSince { get; init; }

    /// <summary>Serial of the registry commit that put it there; executions carry it, so that windows start anew with every entry.</summary>
    public required long StateSerial { get; init; }

    /// <summary>Id of the transition that put it there.</summary>
    public required string Operation { get; init; }

    /// <summary>True when it was taken over as it was found: nobody approved it, and it has no ticket.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Adopted { get; init; }

    /// <summary>The folder that an adopted version was found in and stays in, relative to the workspace; else null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AdoptedFrom { get; init; }

    /// <summary>For a held version: which state it stands for, <c>prototype</c>, <c>staged</c> or <c>production</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PromotionState? HeldAs { get; init; }

    /// <summary>For a held version: <c>superseded</c>, <c>rolled_back</c> or <c>demoted</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? HeldReason { get; init; }

    /// <summary>For a production version: label of the one it replaced, to which a rollback returns.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Predecessor { get; init; }

    /// <summary>Target state → ticket by which it got there; a ticket is good for one promotion.</summary>
    public IReadOnlyDictionary<string, string> Tickets { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>Tickets by which it got to a state before it got there again; they stay used. Null when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? EarlierTickets { get; init; }

    /// <summary>Figures of the benchmark with which it was staged: the prototype baseline.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BaselineEntry? PrototypeBaseline { get; init; }

    /// <summary>Figures frozen at its promotion to production.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BaselineEntry? Baseline { get; init; }

    /// <summary>How often it was rolled back from production, ever.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Rollbacks { get; init; }

    /// <summary>When it was rolled back last, ISO 8601; null when never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LastRollback { get; init; }

    /// <summary>Its latest rollback, until a later promotion clears it; null when there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RollbackEntry? RolledBack { get; init; }

    /// <summary>When it was minted, ISO 8601.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CreatedAt { get; init; }

    /// <summary>Fields of other tools.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Extension { get; set; }
}

/// <summary>Figures that later ones are compared with.</summary>
public sealed record BaselineEntry
{
    /// <summary>Mean pattern fidelity, 0–1, or null when unknown.</summary>
    public double? PatternFidelity { get; init; }

    /// <summary>Share of correct outcomes, 0–1, or null when unknown.</summary>
    public double? OutcomeQuality { get; init; }

    /// <summary>Mean execution time in milliseconds, or null when unknown.</summary>
    public double? ExecutionTimeMs { get; init; }

    /// <summary>Executions behind the figures.</summary>
    public int Executions { get; init; }

    /// <summary>Fields of other tools.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Extension { get; set; }
}

/// <summary>A rollback of a version.</summary>
public sealed record RollbackEntry
{
    /// <summary>Id of the transition; the failure report is filed under it.</summary>
    public required string Operation { get; init; }

    /// <summary>When, ISO 8601.</summary>
    public required string At { get; init; }

    /// <summary>Why, such as <c>pattern_fidelity_drop_below_85</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>The figure that tripped it, such as <c>fidelity=0.83</c>; null for a manual one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TriggerMetric { get; init; }

    /// <summary>Who reviewed the failure report; null until then, and the version cannot be promoted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReviewedBy { get; init; }

    /// <summary>When it was reviewed, ISO 8601.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReviewedAt { get; init; }

    /// <summary>Fields of other tools.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Extension { get; set; }
}
