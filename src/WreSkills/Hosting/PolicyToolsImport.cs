using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Metrics;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>What became of one thing of the policy's Python tools.</summary>
/// <param name="Kind"><c>skill</c>, <c>executions</c>, <c>events</c>, <c>file</c> or <c>table</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Count">How many rows of it; 1 for a skill.</param>
/// <param name="Words">What was done, or why nothing was.</param>
public sealed record ImportedThing(string Kind, string Name, int Count, string Words);

/// <summary>What an import took over and what it did not.</summary>
/// <param name="Sources">Files that were read, relative to the workspace where they lie in it.</param>
/// <param name="Taken">What was taken over by this run.</param>
/// <param name="NotTaken">What was not, and why.</param>
/// <param name="Outcomes">The skills that were adopted.</param>
public sealed record ImportReport(IReadOnlyList<string> Sources, IReadOnlyList<ImportedThing> Taken, IReadOnlyList<ImportedThing> NotTaken, IReadOnlyList<AdoptionOutcome> Outcomes);

/// <summary>
/// Takes over registry, metric files and database of the policy's Python tools. Their files are only read; where one of them stands in the place of
/// one of ours it is kept beside it under another name first. Running it again takes nothing twice.
/// </summary>
public sealed class PolicyToolsImport
{
    private const string Kept = "policy-tools";
    private const string KeptList = "." + Kept;
    private readonly string _root;
    private readonly string _from;
    private readonly bool _dryRun;
    private readonly HashSet<string> _names = [];
    private readonly List<string> _sources = [];
    private readonly List<ImportedThing> _taken = [];
    private readonly List<ImportedThing> _notTaken = [];

    private PolicyToolsImport(string root, string from, bool dryRun) => (_root, _from, _dryRun) = (root, from, dryRun);

    /// <summary>Moves files of theirs out of the places where ours belong, without changing them. Needed before the workspace can be opened.</summary>
    /// <param name="layout">The layout of the workspace.</param>
    /// <returns>Old and new paths, relative.</returns>
    public static IReadOnlyList<(string From, string To)> SetAside(WorkspaceLayout layout)
    {
        var moved = new List<(string, string)>();
        if (PolicyToolsRegistry.IsTheirs(layout.RegistryFile))
        {
            Move(layout.RegistryFile, Path.Combine(layout.CoreFolder, $"skills_registry.{Kept}.json"));
        }

        if (PolicyToolsDatabase.IsTheirs(layout.MetricsDatabase))
        {
            Move(layout.MetricsDatabase, Path.Combine(layout.CoreFolder, $"skills_metrics.{Kept}.db"));
        }

        return moved;

        void Move(string from, string to)
        {
            if (File.Exists(to))
            {
                throw new WreException($"{from} belongs to the Python tools, and so does {to}.", "two of them cannot be told apart; move one of them out of the folder");
            }

            DurableFile.Move(from, to);
            foreach (var suffix in (ReadOnlySpan<string>)["-wal", "-shm"])
            {
                if (File.Exists(from + suffix))
                {
                    DurableFile.Move(from + suffix, to + suffix);
                }
            }

            moved.Add((layout.Relative(from), layout.Relative(to)));
        }
    }

    /// <summary>Imports.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="from">A file of theirs, or a folder with their files; null for the workspace itself.</param>
    /// <param name="dryRun">Only say what would be taken.</param>
    /// <param name="requestedBy">Who runs the command.</param>
    /// <exception cref="WreException">There is nothing of theirs, or a file cannot be read or written.</exception>
    public static ImportReport Run(Workspace workspace, string? from, bool dryRun, string requestedBy)
    {
        var path = Path.GetFullPath(from ?? workspace.Layout.Root);
        if (!Path.Exists(path))
        {
            throw new WreException($"There is no {path}.", "--import-policy-tools takes the repository of the Python tools, or one of their files");
        }

        return new PolicyToolsImport(workspace.Layout.Root, path, dryRun).Run(workspace, requestedBy);
    }

    private ImportReport Run(Workspace workspace, string requestedBy)
    {
        var (registries, databases, metrics) = Sources(workspace.Layout);
        if (registries.Count + databases.Count + metrics.Count == 0)
        {
            throw new WreException($"Nothing of the policy's Python tools is in {_from}.", "name their repository, or a skills_registry.json, a database or a folder of metric files");
        }

        var skills = registries.SelectMany(PolicyToolsRegistry.Read).ToList();
        foreach (var file in databases)
        {
            using var database = new PolicyToolsDatabase(file);
            skills.AddRange(database.Skills().Select(row => PolicyToolsRegistry.Skill(row.Row["skill_name"]?.ToString() ?? row.Row["name"]?.ToString() ?? row.Row["skill_id"]?.ToString() ?? "", row.Row)));
            _notTaken.AddRange(database.OtherTables.Select(table => new ImportedThing("table", table, 0, "this workspace has nothing of that kind")));
        }

        var outcomes = Adopt(workspace, skills, requestedBy);
        var lines = new PolicyToolsMetrics(workspace);
        foreach (var file in databases)
        {
            using var database = new PolicyToolsDatabase(file);
            Executions(database, lines);
            Events(database, lines);
        }

        foreach (var file in metrics)
        {
            MetricFile(workspace, file, lines);
        }

        _taken.AddRange(lines.Count.Select(kind => new ImportedThing("executions", MetricFiles.Name("*", kind.Key), kind.Value, "lines with the source imported")));
        if (!_dryRun)
        {
            lines.Write();
            workspace.Ingestor.Run();
        }

        return new ImportReport([.. _sources.Select(Show)], _taken, Sum(_notTaken), outcomes);
    }

    private (List<string> Registries, List<string> Databases, List<string> Metrics) Sources(WorkspaceLayout layout)
    {
        if (File.Exists(_from))
        {
            _sources.Add(_from);
            return PolicyToolsDatabase.IsTheirs(_from) ? ([], [_from], []) : MetricFiles.TryParse(Path.GetFileName(_from), out _, out _) ? ([], [], [_from]) : ([_from], [], []);
        }

        const string core = "modules/infrastructure/wre_core";
        string[] folders = [_from, .. ((string[])["skills", "skillz", "data", "recursive_improvement/metrics"]).Select(folder => Path.Combine(_from, core, folder))];
        var files = folders.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder)).Where(file => new FileInfo(file).LinkTarget is null).Distinct().Order(StringComparer.Ordinal).ToList();
        var registries = files.Where(file => Path.GetFileName(file).StartsWith("skills_registry", StringComparison.Ordinal) && file.EndsWith(".json", StringComparison.Ordinal) && PolicyToolsRegistry.IsTheirs(file)).ToList();
        var databases = files.Where(file => file.EndsWith(".db", StringComparison.Ordinal) && PolicyToolsDatabase.IsTheirs(file)).ToList();

        // Lines in our own metric files are read where they are; only what is no line (their older lists) is converted.
        var metrics = files.Where(file => MetricFiles.TryParse(MetricName(file), out _, out _) && (Path.GetDirectoryName(file) != layout.MetricsFolder || IsList(file))).ToList();
        _sources.AddRange([.. registries, .. databases, .. metrics]);
        return (registries, databases, metrics);
    }

    private IReadOnlyList<AdoptionOutcome> Adopt(Workspace workspace, List<PolicyToolsSkill> skills, string requestedBy)
    {
        // A dry run leaves their registry in the place of ours.
        var registry = PolicyToolsRegistry.IsTheirs(workspace.Layout.RegistryFile) ? new RegistryDocument() : workspace.Registry.Load();
        _names.UnionWith(registry.Skills.Keys.Concat(new SkillDiscovery(workspace.Layout).Run().Skills.Where(skill => skill.State == "prototype").Select(skill => skill.Name)));
        var decisions = new List<AdoptionDecision>();
        foreach (var group in skills.GroupBy(skill => skill.Skill))
        {
            if (SkillName.Problem(group.Key) is { } problem)
            {
                NotTaken("skill", group.Key, problem);
                continue;
            }

            // Of several registries the first with a folder that is here says where the skill lies; the others may know more.
            var located = group.Select(skill => (Skill: skill, Place: PolicyToolsRegistry.Locate(_root, skill.Location))).ToList();
            var (chosen, place) = located.FirstOrDefault(item => item.Place.Folder is not null);
            if (chosen is null)
            {
                NotTaken("skill", group.Key, located.Find(item => item.Skill.Location.Length > 0).Place.Reason ?? "no registry says where it lies");
                continue;
            }

            var state = group.Select(skill => skill.State).FirstOrDefault(known => known is not null);
            var found = SkillDiscovery.At(_root, place.Folder!, group.Key);
            var decision = AdoptionPlan.Make([state is null ? found : found with { State = state.Value.Text(), StateStated = false }], registry, workspace.Layout, AdoptionChoice.Production)[0];
            decisions.Add(decision with { Facts = group.Select(skill => skill.Facts).Aggregate((first, second) => first.Or(second)), Reason = state is null ? decision.Reason : $"{decision.Reason}; their registry says {state.Value.Text()}" });
        }

        foreach (var decision in decisions.Where(decision => decision.As is null))
        {
            NotTaken("skill", decision.Found.Name, decision.Reason);
        }

        var outcomes = _dryRun ? [.. decisions.Select(decision => new AdoptionOutcome(decision, null, []))] : workspace.Adopter.Adopt(decisions, requestedBy);
        foreach (var outcome in outcomes.Where(outcome => outcome.Decision.As is not null))
        {
            if (outcome.Problems.Count > 0)
            {
                NotTaken("skill", outcome.Decision.Found.Name, string.Join("; ", outcome.Problems));
            }
            else
            {
                _names.Add(outcome.Decision.Found.Name);
                _taken.Add(new ImportedThing("skill", outcome.Decision.Found.Name, 1, $"as {outcome.Decision.As!.Value.Text()}, from {outcome.Decision.Found}"));
            }
        }

        return outcomes;
    }

    private void Executions(PolicyToolsDatabase database, PolicyToolsMetrics lines)
    {
        foreach (var (table, row) in database.Executions())
        {
            if (SkillOf(row) is not { } skill)
            {
                NotTaken("executions", $"{table} of {row["skill_id"] ?? row["skill_name"]}", "there is no skill of this name here");
            }
            else if (lines.Take(skill, row, only: null) is { } problem)
            {
                NotTaken("executions", $"{table} of {skill}", problem);
            }
        }
    }

    private void Events(PolicyToolsDatabase database, PolicyToolsMetrics lines)
    {
        var added = new Dictionary<string, int>();
        foreach (var (table, row) in database.Events())
        {
            if (SkillOf(row) is not { } skill)
            {
                NotTaken("events", $"{table} of {row["skill_id"] ?? row["skill_name"]}", "there is no skill of this name here");
            }
            else if (lines.TakeEvent(skill, row, table == "rollback_events", _dryRun, out var isNew) is { } problem)
            {
                NotTaken("events", $"{table} of {skill}", problem);
            }
            else if (isNew)
            {
                added[table] = added.GetValueOrDefault(table) + 1;
            }
        }

        _taken.AddRange(added.Select(table => new ImportedThing("events", table.Key, table.Value, "lines of the promotion logs")));
    }

    private void MetricFile(Workspace workspace, string file, PolicyToolsMetrics lines)
    {
        _ = MetricFiles.TryParse(MetricName(file), out var name, out var kind);
        if (SkillOf(new JsonObject { ["skill_name"] = name }) is not { } skill)
        {
            NotTaken("file", Show(file), "there is no skill of this name here");
            return;
        }

        var rows = Rows(file);
        if (rows is null)
        {
            NotTaken("file", Show(file), "it is neither JSON lines nor a list");
            return;
        }

        // A list in the place of one of our files would stand before the lines that are appended.
        if (!_dryRun && Path.GetDirectoryName(file) == workspace.Layout.MetricsFolder && !file.EndsWith(KeptList, StringComparison.Ordinal))
        {
            DurableFile.Move(file, file + KeptList);
        }

        var events = 0;
        foreach (var row in rows)
        {
            string? problem;
            if (kind == MetricKind.PromotionLog)
            {
                problem = lines.TakeEvent(skill, row, row["event"]?.ToString() == "rollback", _dryRun, out var isNew);
                events += isNew ? 1 : 0;
            }
            else
            {
                problem = lines.Take(skill, row, kind);
            }

            if (problem is not null)
            {
                NotTaken("file", Show(file), problem);
            }
        }

        if (events > 0)
        {
            _taken.Add(new ImportedThing("events", Show(file), events, "lines of the promotion log"));
        }
    }

    // A list that was kept beside our file by an earlier import is read again, and nothing of it is taken twice.
    private static string MetricName(string file) => Path.GetFileName(file) is var name && name.EndsWith(KeptList, StringComparison.Ordinal) ? name[..^KeptList.Length] : name;

    private static List<JsonObject>? Rows(string file)
    {
        if (IsList(file))
        {
            return JsonNode.Parse(File.ReadAllBytes(file)) is JsonArray list ? [.. list.OfType<JsonObject>()] : null;
        }

        var rows = IdempotentLog.Lines(file).Select(line => JsonObject.Create(line)!).ToList();
        return rows.Count == 0 && new FileInfo(file).Length > 0 ? null : rows;
    }

    // Their first tools wrote one JSON list into each file.
    private static bool IsList(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            int first;
            while ((first = stream.ReadByte()) is ' ' or '\t' or '\r' or '\n')
            {
                continue;
            }

            if (first != '[')
            {
                return false;
            }

            stream.Position = 0;
            using var document = JsonDocument.Parse(stream);
            return document.RootElement.ValueKind == JsonValueKind.Array;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private string? SkillOf(JsonObject row)
    {
        var name = SkillName.WithoutState((row["skill_name"] ?? row["skill_id"])?.ToString() ?? "");
        return _names.Contains(name) ? name : null;
    }

    private void NotTaken(string kind, string name, string why) => _notTaken.Add(new ImportedThing(kind, name, 1, why));

    // Thousands of rows may be left for one reason.
    private static List<ImportedThing> Sum(IEnumerable<ImportedThing> things) =>
        [.. things.GroupBy(thing => (thing.Kind, thing.Name, thing.Words)).Select(group => group.First() with { Count = group.Sum(thing => thing.Count) })];

    private string Show(string file) => file.StartsWith(_root + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? Path.GetRelativePath(_root, file).Replace('\\', '/') : file;
}
