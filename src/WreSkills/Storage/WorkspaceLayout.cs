namespace WreSkills.Storage;

/// <summary>
/// Where things are in a workspace. The default is the policy's own layout (policy sections 1, 5.2, 5.4, 6);
/// <c>wre.yaml</c> may choose another preset or override single paths.
/// </summary>
/// <remarks>Templates are relative to <see cref="Root"/> and may contain <c>{skill}</c>, <c>{module}</c>, <c>{timestamp}</c>.</remarks>
public sealed record WorkspaceLayout
{
    /// <summary>Absolute path of the workspace.</summary>
    public required string Root { get; init; }

    /// <summary>Name of the preset: <c>policy</c>, <c>claude</c> or <c>agents</c>.</summary>
    public string Preset { get; init; } = "policy";

    /// <summary>Folder of the registry and everything of ours, relative. Default: the policy's.</summary>
    public string Core { get; init; } = "modules/infrastructure/wre_core/skills";

    /// <summary>Folder of the metric files, relative. Default: the policy's.</summary>
    public string Metrics { get; init; } = "modules/infrastructure/wre_core/recursive_improvement/metrics";

    /// <summary>Template of a draft's folder.</summary>
    public string Prototype { get; init; } = ".claude/skills/{skill}_prototype";

    /// <summary>Template of a staged version's folder.</summary>
    public string Staged { get; init; } = ".claude/skills/{skill}_staged";

    /// <summary>Template of the archive of a staged folder.</summary>
    public string StagedArchive { get; init; } = ".claude/skills/{skill}_staged_archive_{timestamp}";

    /// <summary>Template of the production folder.</summary>
    public string Production { get; init; } = "modules/{module}/skills/{skill}";

    /// <summary>Template of the module's folder whose documents name the skill, or empty when the layout has no modules.</summary>
    public string Module { get; init; } = "modules/{module}";

    /// <summary>The layouts that <c>wre init --preset</c> offers.</summary>
    public static IReadOnlyList<string> Presets { get; } = ["policy", "claude", "agents"];

    /// <summary>The layout of a preset.</summary>
    /// <exception cref="WreException">There is no such preset.</exception>
    public static WorkspaceLayout ForPreset(string preset, string root) => preset switch
    {
        "policy" => new WorkspaceLayout { Root = root },
        "claude" => Compact(root, preset, ".claude/skills/{skill}"),
        "agents" => Compact(root, preset, ".agents/skills/{skill}"),
        _ => throw new WreException($"There is no layout preset '{preset}'.", $"choose one of {string.Join(", ", Presets)}"),
    };

    /// <summary>Absolute folder of our files.</summary>
    public string CoreFolder => At(Core);

    /// <summary>Absolute folder of the metric files.</summary>
    public string MetricsFolder => At(Metrics);

    /// <summary>The registry.</summary>
    public string RegistryFile => InCore("skills_registry.json");

    /// <summary>The skills graph.</summary>
    public string GraphFile => InCore("skills_graph.json");

    /// <summary>The metrics database; rebuildable from the metric files and logs.</summary>
    public string MetricsDatabase => InCore("skills_metrics.db");

    /// <summary>The policy document.</summary>
    public string PolicyFile => InCore("policy.yaml");

    /// <summary>The policy as a document for people, rendered from <see cref="PolicyFile"/>.</summary>
    public string PolicyRenderedFile => InCore("PROMOTION_ROLLBACK_POLICY.md");

    /// <summary>Folder of the proposed changes of the policy.</summary>
    public string PolicyProposalsFolder => InCore("proposals/policy");

    /// <summary>Folder of the approval tickets.</summary>
    public string TicketsFolder => InCore("tickets");

    /// <summary>Folder of the chain of trust roots.</summary>
    public string TrustFolder => InCore("trust");

    /// <summary>The audit log.</summary>
    public string AuditFile => InCore("audit.jsonl");

    /// <summary>Folder of the intents of unfinished transitions, and of the locks.</summary>
    public string JournalFolder => InCore("journal");

    /// <summary>Folder of the immutable versions.</summary>
    public string StoreFolder => InCore("store");

    /// <summary>Folder of the whole execution records.</summary>
    public string ExecutionsFolder => InCore("executions");

    /// <summary>Folder of the messages that wait for delivery.</summary>
    public string OutboxFolder => InCore("outbox");

    /// <summary>Folder of the failure reports.</summary>
    public string ReportsFolder => InCore("reports");

    /// <summary>Folder of the proposals that wait for a person, and of those that were decided.</summary>
    public string ProposalsFolder => InCore("proposals");

    /// <summary>Folder of the benchmark results.</summary>
    public string BenchmarksFolder => InCore("benchmarks");

    /// <summary>Folder of the search index.</summary>
    public string IndexFolder => InCore("index");

    /// <summary>Recent executions per skill, and what was odd among them.</summary>
    public string AnomaliesFolder => InCore("anomalies");

    /// <summary>What the latest probes of the dependencies found.</summary>
    public string DependenciesFile => InCore("dependencies.json");

    /// <summary>Sign of life of the monitor.</summary>
    public string MonitorFile => InCore("monitor.json");

    /// <summary>When the retention was swept last.</summary>
    public string RetentionFile => InCore("retention.json");

    /// <summary>Folder of the circuit breakers that are not at rest.</summary>
    public string BreakersFolder => InCore("breakers");

    /// <summary>How well judges agree with people.</summary>
    public string JudgesFolder => InCore("judges");

    /// <summary>Answers of models that may be used again.</summary>
    public string ChatCacheFolder => InCore("cache/chat");

    /// <summary>Absolute folders below <see cref="CoreFolder"/> and <see cref="MetricsFolder"/> that hold nothing but our own files.</summary>
    public IReadOnlyList<string> OwnFolders =>
        [TicketsFolder, TrustFolder, JournalFolder, StoreFolder, ExecutionsFolder, OutboxFolder, ReportsFolder, ProposalsFolder, BenchmarksFolder, IndexFolder, ChatCacheFolder, JudgesFolder, AnomaliesFolder, BreakersFolder, MetricsFolder];

    /// <summary>True when a folder is one of ours, lies in one or contains one; a skill must not be extracted there.</summary>
    public bool IsOurs(string folder) => Within(CoreFolder, folder)
        || OwnFolders.Any(ours => Overlap(folder, ours));

    /// <summary>True when one of two folders is, or lies in, the other.</summary>
    public static bool Overlap(string left, string right) => Within(left, right) || Within(right, left);

    /// <summary>Absolute folder of a skill's draft.</summary>
    public string PrototypeFolder(string skill) => At(Fill(Prototype, skill));

    /// <summary>Absolute folder of a skill's staged version.</summary>
    public string StagedFolder(string skill) => At(Fill(Staged, skill));

    /// <summary>Absolute folder to which a staged folder is archived.</summary>
    public string StagedArchiveFolder(string skill, DateTimeOffset moment) =>
        At(Fill(StagedArchive, skill, timestamp: Timestamp.ToFileName(moment)));

    /// <summary>Absolute folder of a skill's production version.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="module"><c>domain/module</c>; ignored by layouts without modules.</param>
    public string ProductionFolder(string skill, string module) => At(Fill(Production, skill, module));

    /// <summary>Absolute folder of the module that a skill belongs to, or null when the layout has no modules.</summary>
    public string? ModuleFolder(string module) => Module.Length == 0 ? null : At(Fill(Module, "", module));

    /// <summary>The path relative to the workspace with forward slashes, as registry and messages show it; folders end in a slash.</summary>
    public string Relative(string absolute) => Path.GetRelativePath(Root, absolute).Replace('\\', '/');

    // Ignoring case, since some file systems do.
    private static bool Within(string inner, string outer) => (inner + Path.DirectorySeparatorChar).StartsWith(outer + Path.DirectorySeparatorChar, StringComparison.OrdinalIgnoreCase);

    private string InCore(string name) => Path.Combine(CoreFolder, name);

    private string At(string relative) => Path.GetFullPath(Path.Combine(Root, relative));

    private static string Fill(string template, string skill, string module = "", string timestamp = "") => template
        .Replace("{skill}", skill, StringComparison.Ordinal)
        .Replace("{module}", module, StringComparison.Ordinal)
        .Replace("{timestamp}", timestamp, StringComparison.Ordinal);

    private static WorkspaceLayout Compact(string root, string preset, string production) => new()
    {
        Root = root,
        Preset = preset,
        Core = ".wre",
        Metrics = ".wre/metrics",
        Prototype = ".wre/skills/{skill}_prototype",
        Staged = ".wre/skills/{skill}_staged",
        StagedArchive = ".wre/skills/{skill}_staged_archive_{timestamp}",
        Production = production,
        Module = "",
    };
}
