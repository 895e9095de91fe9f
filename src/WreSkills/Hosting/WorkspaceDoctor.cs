using System.Text.Json;

using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>An invariant of the workspace and whether it holds.</summary>
/// <param name="Name">Stable name, such as <c>store_complete</c>.</param>
/// <param name="Title">What must hold.</param>
/// <param name="Problems">Where it does not; empty when it holds.</param>
public sealed record Invariant(string Name, string Title, IReadOnlyList<string> Problems)
{
    /// <summary>True when it holds everywhere.</summary>
    public bool Holds => Problems.Count == 0;
}

/// <summary>Checks that registry, store, folders, audit log, promotion log, database, graph and index tell the same story, and repairs what can be derived.</summary>
public sealed class WorkspaceDoctor(Workspace workspace)
{
    /// <summary>Checks every invariant; reads only.</summary>
    public IReadOnlyList<Invariant> Check()
    {
        var registry = workspace.Registry.Load();
        var audit = workspace.Audit.Lines();
        return
        [
            new("journal_empty", "No transition is unfinished", [.. workspace.Journal.Open().Select(intent => $"{intent.Kind} {intent.Operation} of {intent.Skill} is unfinished")]),
            Of("states_consistent", "Every skill's states agree with its live versions", registry, States),
            Of("store_complete", "Every version's content is in the store, unaltered", registry, Store),
            Of("staged_folders", "Staged folders are copies of the staged versions", registry, StagedFolder),
            Of("production_folders", "Production folders are copies of the production versions", registry, ProductionFolder),
            Of("module_documents", "Module documents name the skills in production", registry, Documents),
            AuditComplete(registry, audit),
            new("audit_chain", "The audit log is chained and extends every checkpoint", [.. workspace.Inspection.Run().Problems.Select(problem => $"audit log: {problem}; `wre audit verify`")]),
            PromotionLogs(registry, audit),
            new("policy_approved", "The policy in force is the one that was put into force last", workspace.PolicyHistory.Outside() is { } outside ? [$"{outside}; {workspace.PolicyHistory.RestoreHint()}"] : workspace.PolicyHistory.Refusal() is { } refusal ? [refusal] : []),
            new("policy_document", "The rendered policy says what policy.yaml says", PolicyRendered()),
            Of("database_rows", "The database agrees with the registry", registry, DatabaseRow),
            new("database_sound", "The database file is sound", DatabaseSound()),
            Of("graph", "The skills graph agrees with the registry", registry, Graph),
            Of("index", "The search index agrees with the registry", registry, Index),
            Rollbacks(audit),
            new("no_leftovers", "No temporary files are left over", Leftovers()),
        ];
    }

    /// <summary>
    /// Puts altered versions back into the store where a folder still has their content, and brings folders, documents, database rows, graph and index in line
    /// with the registry; drifted folders are overwritten from the store. A skill that cannot be mended keeps none of the others from it.
    /// </summary>
    /// <returns>What was put back into the store, and what could not be mended.</returns>
    public IReadOnlyList<string> Repair()
    {
        foreach (var file in LeftoverFiles())
        {
            File.Delete(file);
        }

        var notes = new List<string>(new StoreRepair(workspace).Run());
        foreach (var skill in workspace.Registry.Load().Skills.Keys)
        {
            try
            {
                workspace.Settlement.Repair(skill);
            }
            catch (WreException error)
            {
                notes.Add($"{skill} is not mended: {error.Message} hint: {error.Hint}");
            }
        }

        if (PolicyRendered().Count > 0)
        {
            new PolicyApplication(workspace).Render();
        }

        return notes;
    }

    /// <summary>Rebuilds database, graph and index from the registry, the append-only files and the store.</summary>
    public void Rebuild()
    {
        workspace.Database.Dispose();
        foreach (var suffix in (ReadOnlySpan<string>)["", "-wal", "-shm"])
        {
            File.Delete(workspace.Layout.MetricsDatabase + suffix);
        }

        if (Directory.Exists(workspace.Layout.IndexFolder))
        {
            Directory.Delete(workspace.Layout.IndexFolder, recursive: true);
        }

        workspace.Graph.DeleteUnreadable();
        workspace.Ingestor.Run();
        var registry = workspace.Registry.Load();
        foreach (var (skill, entry) in registry.Skills)
        {
            workspace.Database.SaveSkill(skill, entry);
        }

        var lines = workspace.Audit.Lines();
        foreach (var line in lines.Where(line => Text(line, "event") == "rollback"))
        {
            var operation = Text(line, "operation")!;
            _ = Timestamp.TryParse(Text(line, "timestamp"), out var at);
            var reviewed = lines.Any(other => Text(other, "operation") == $"{operation}-review");
            workspace.Settlement.RestoreDeadlines(operation, Text(line, "skill")!, at, File.Exists(workspace.Reports.FileOf(operation)), reviewed);
        }

        workspace.Reindex();
    }

    private static Invariant Of(string name, string title, RegistryDocument registry, Func<string, SkillEntry, IEnumerable<string>> check)
    {
        var problems = new List<string>();
        foreach (var (skill, entry) in registry.Skills)
        {
            try
            {
                problems.AddRange(check(skill, entry).Select(problem => $"{skill}: {problem}"));
            }
            catch (WreException error)
            {
                problems.Add($"{skill}: {error.Message}");
            }
        }

        return new Invariant(name, title, problems);
    }

    private IEnumerable<string> States(string skill, SkillEntry entry)
    {
        var located = TransitionPlanner.Locate(skill, entry, workspace.Layout);
        if (entry.Versions.Count > 0 && located.PromotionState != entry.PromotionState)
        {
            yield return $"promotion_state is {entry.PromotionState.Text()}, but the furthest live version is {located.PromotionState.Text()}";
        }

        foreach (var (label, version) in entry.Versions.Where(version => version.Value.State is PromotionState.Staged or PromotionState.Production))
        {
            if (entry.Live(version.State)?.Label != label)
            {
                yield return $"version {label} is {version.State.Text()}, but not the active one";
            }
        }
    }

    private IEnumerable<string> Store(string skill, SkillEntry entry)
    {
        foreach (var (label, version) in entry.Versions)
        {
            string? problem = null;
            try
            {
                workspace.Store.Open(skill, version.Digest);
            }
            catch (WreException error)
            {
                problem = $"{label}: {error.Message}";
            }

            if (problem is not null)
            {
                yield return problem;
            }
        }
    }

    private IEnumerable<string> StagedFolder(string skill, SkillEntry entry) => FolderDrift.Staged(workspace, skill, entry) is { } drift ? [drift.Words] : [];

    private IEnumerable<string> ProductionFolder(string skill, SkillEntry entry)
    {
        var live = entry.Live(PromotionState.Production);
        var folder = FolderDrift.Usual(workspace, skill, entry);
        if (FolderDrift.Place(workspace, skill, entry) is not { } place)
        {
            yield break;
        }

        if (FolderDrift.Production(workspace, skill, entry) is { } drift)
        {
            yield return drift.Words;
        }

        if (folder is not null && folder != place && MaterializedFolders.DigestOf(folder, skill, workspace.Policy.SkillLimits) is { } stranger && entry.LabelOf(stranger) is not null)
        {
            yield return new FolderDrift(skill, workspace.Layout.Relative(folder), null, stranger).Words;
        }

        if (live is { Version.Adopted: false } production && !File.Exists(Path.Combine(place, "versions", $"v{production.Label}_baseline.md")))
        {
            yield return $"versions/v{production.Label}_baseline.md is missing";
        }

        foreach (var (label, version) in entry.Versions.Where(version => folder is not null && version.Value is { RolledBack: not null, Baseline: not null, State: PromotionState.Held }))
        {
            _ = Timestamp.TryParse(version.RolledBack!.At, out var at);
            if (!File.Exists(Path.Combine(folder ?? place, "versions", $"v{label}_failed_{Timestamp.ToFileName(at)}.md")))
            {
                yield return $"versions/v{label}_failed_{Timestamp.ToFileName(at)}.md is missing";
            }
        }
    }

    private IEnumerable<string> Documents(string skill, SkillEntry entry)
    {
        if (entry.Live(PromotionState.Production) is { Version.Adopted: false } live && entry.Module is { } module && !new ModuleDocuments(workspace.Layout).Mentions(module, skill, live.Label))
        {
            yield return $"README.md or INTERFACE.md of {module} does not name version {live.Label}";
        }
    }

    private static Invariant AuditComplete(RegistryDocument registry, IReadOnlyList<JsonElement> audit)
    {
        var problems = new List<string>();
        var counts = audit.Select(line => Text(line, "operation")).OfType<string>().CountBy(operation => operation).ToDictionary();
        problems.AddRange(counts.Where(count => count.Value > 1).Select(count => $"operation {count.Key} stands {count.Value} times"));
        problems.AddRange(registry.RecentOperations.Where(operation => !counts.ContainsKey(operation)).Select(operation => $"operation {operation} was committed, but has no line"));
        return new Invariant("audit_complete", "Every committed operation has exactly one audit line", problems);
    }

    private Invariant PromotionLogs(RegistryDocument registry, IReadOnlyList<JsonElement> audit)
    {
        var problems = new List<string>();
        foreach (var skill in registry.Skills.Keys)
        {
            var expected = audit.Where(line => Text(line, "skill") == skill && Text(line, "event") is "promotion" or "rollback" or "restore" && Text(line, "skill") == skill).Select(line => Text(line, "operation")!).ToHashSet();
            var lines = IdempotentLog.Lines(workspace.Metrics.FileOf(skill, Metrics.MetricKind.PromotionLog)).Select(line => Text(line, "event_id")).OfType<string>().ToList();
            problems.AddRange(lines.CountBy(line => line).Where(count => count.Value > 1).Select(count => $"{skill}: event {count.Key} stands {count.Value} times in the promotion log"));
            problems.AddRange(expected.Except(lines).Select(operation => $"{skill}: operation {operation} has no promotion log line"));
            problems.AddRange(expected.Except(File.Exists(workspace.Layout.MetricsDatabase) ? workspace.Database.EventIds(skill) : []).Select(operation => $"{skill}: operation {operation} has no row in the database"));
        }

        return new Invariant("promotion_log", "Every operation has one promotion log line and one database row", problems);
    }

    private IEnumerable<string> DatabaseRow(string skill, SkillEntry entry)
    {
        if (entry.Versions.Count == 0)
        {
            yield break;
        }

        var row = workspace.Database.FindSkill(skill);
        if (row?.State != entry.PromotionState.Text() || row?.Version != entry.Live(entry.PromotionState)?.Label)
        {
            yield return $"the table `skills` says {row?.State ?? "nothing"} {row?.Version}, the registry {entry.PromotionState.Text()} {entry.Live(entry.PromotionState)?.Label}";
        }
    }

    private IReadOnlyList<string> PolicyRendered() =>
        File.Exists(workspace.Layout.PolicyRenderedFile) && File.ReadAllText(workspace.Layout.PolicyRenderedFile) is var text
        && text.StartsWith(Policy.PolicyMarkdown.Marker, StringComparison.Ordinal) && text != Policy.PolicyMarkdown.Render(workspace.Policy)
            ? [$"{workspace.Layout.Relative(workspace.Layout.PolicyRenderedFile)} is of another policy; `wre policy render` writes it anew"]
            : [];

    private IReadOnlyList<string> DatabaseSound() =>
        File.Exists(workspace.Layout.MetricsDatabase) && workspace.Database.IntegrityProblem() is { } problem ? [problem] : [];

    private IEnumerable<string> Graph(string skill, SkillEntry entry)
    {
        if (entry.Versions.Count > 0 && workspace.Graph.StateOf(skill) is var state && state != entry.PromotionState.Text())
        {
            yield return $"the graph says {state ?? "nothing"}, the registry {entry.PromotionState.Text()}";
        }
    }

    private IEnumerable<string> Index(string skill, SkillEntry entry)
    {
        if (entry.Live(entry.PromotionState) is not { } live)
        {
            yield break;
        }

        var indexed = workspace.Index.Find(skill);
        if (indexed is not var (state, version, digest) || state != entry.PromotionState.Text() || version != live.Label || digest != live.Version.Digest)
        {
            yield return $"the index says {indexed?.State ?? "nothing"} {indexed?.Version}, the registry {entry.PromotionState.Text()} {live.Label}";
        }
    }

    private Invariant Rollbacks(IReadOnlyList<JsonElement> audit)
    {
        var operations = audit.Where(line => Text(line, "event") == "rollback").Select(line => Text(line, "operation")!).ToList();
        var rows = operations.Count == 0 || !File.Exists(workspace.Layout.MetricsDatabase) ? [] : workspace.Deadlines.List(openOnly: false).Select(row => row.Operation).ToHashSet();
        return new Invariant("rollback_deadlines", "Every rollback has its deadlines", [.. operations.Where(operation => !rows.Contains(operation)).Select(operation => $"rollback {operation} has no deadlines")]);
    }

    private IReadOnlyList<string> Leftovers() => [.. LeftoverFiles().Select(file => workspace.Layout.Relative(file))];

    // Replacements of a killed process; younger ones may belong to a living one.
    private IReadOnlyList<string> LeftoverFiles()
    {
        var old = workspace.Time.GetUtcNow().UtcDateTime.AddMinutes(-10);
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var here = new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint };
        var files = new SortedSet<string>(Files(workspace.Layout.CoreFolder, all), StringComparer.Ordinal);
        foreach (var (skill, entry) in workspace.Registry.Load().Skills)
        {
            files.UnionWith(Files(workspace.Layout.StagedFolder(skill), all));
            if (entry.Module is { } module)
            {
                files.UnionWith(Files(workspace.Layout.ProductionFolder(skill, module), all));
                files.UnionWith(Files(workspace.Layout.ModuleFolder(module), here));
            }
        }

        return [.. files];

        // Ours have an id before the ending; what else begins with a dot and ends in .tmp belongs to somebody else.
        IEnumerable<string> Files(string? folder, EnumerationOptions options) => Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, ".*.tmp", options).Where(file => IsOurs(Path.GetFileName(file)) && File.GetLastWriteTimeUtc(file) < old)
            : [];
    }

    private static bool IsOurs(string name) => name.Split('.') is [.., var id, "tmp"] && Guid.TryParseExact(id, "N", out _);

    private static string? Text(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
