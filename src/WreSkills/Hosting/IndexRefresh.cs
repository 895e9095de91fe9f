using WreSkills.Registry;
using WreSkills.Search;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>
/// Keeps index and graph in line with registry, store and drafts. A re-index looks at everything; before a search a look at times and
/// lengths of files is enough to see what people edited by hand.
/// </summary>
public sealed class IndexRefresh(Workspace workspace)
{
    private const string RegistryNote = "registry";
    private const string RootsNote = "roots";

    private SkillIndex Index => workspace.Index;

    private WorkspaceLayout Layout => workspace.Layout;

    /// <summary>Brings the index in line with everything there is: a skill whose digest, state and version are known is left alone.</summary>
    /// <param name="full">Read every skill anew, and forget folders that earlier calls named.</param>
    /// <param name="paths">Folders below which skills are found that are neither registered nor drafts; later calls look there too.</param>
    /// <exception cref="WreException">The registry or a folder cannot be read, or the index cannot be written.</exception>
    public ReindexResult Run(bool full, IReadOnlyList<string> paths) => Run(full || !Index.IsComplete, trustStamps: false, paths);

    /// <summary>Brings the index in line with what changed since the last look.</summary>
    /// <returns>What was done; null when nothing had changed.</returns>
    /// <exception cref="WreException">The registry cannot be read, or the index cannot be written; it still answers as it was.</exception>
    public RefreshResult? Run()
    {
        if (Index.Look(RegistryNote) is not var (registry, seen))
        {
            var problem = Index.Problem ?? "the search index was missing; it was built";
            var built = Run(full: true, trustStamps: true, []);
            return new RefreshResult(built.Indexed, built.Removed, [problem, .. built.Notes]);
        }

        if (registry != RegistryStamp())
        {
            return Summary(Run(full: false, trustStamps: true, []));
        }

        var drafts = Drafts().ToList();
        var changed = Changed(drafts, seen);
        var isElsewhere = seen.Count > drafts.Count - changed.Count(draft => !seen.ContainsKey(draft.Key))
            && seen.Keys.Except(drafts.Select(draft => draft.Key)).Any(key => seen[key] != SkillSource.NotIndexed && SkillStamp.Of(Absolute(key)) != seen[key]);
        return changed.Count == 0 && !isElsewhere ? null
            : !isElsewhere && changed.TrueForAll(draft => seen.ContainsKey(draft.Key)) ? Update(changed)
            : Summary(Run(full: false, trustStamps: true, []));
    }

    private static List<SkillSource> Changed(List<SkillSource> drafts, Dictionary<string, string> seen)
    {
        bool IsChanged(SkillSource draft) => seen.GetValueOrDefault(draft.Key) is not SkillSource.NotIndexed and var stamp && stamp != SkillStamp.Of(draft.Folder);
        return drafts.Count < Readings.Many ? drafts.FindAll(IsChanged) : [.. drafts.AsParallel().AsOrdered().Where(IsChanged)];
    }

    private static RefreshResult Summary(ReindexResult result) => new(result.Indexed, result.Removed, result.Notes);

    // Drafts that were there before and were edited: nothing else need be looked at.
    private RefreshResult Update(IReadOnlyList<SkillSource> drafts)
    {
        var before = drafts.ToDictionary(draft => draft.Skill, draft => Index.DependenciesOf(draft.Skill));
        var readings = new Readings(workspace, [], [], trustStamps: true);
        var (added, removed) = Index.Apply(readings.Change(drafts));
        if (drafts.Any(draft => !before[draft.Skill].SequenceEqual(Index.DependenciesOf(draft.Skill))))
        {
            UpdateGraph(workspace.Registry.Load(), readings.Removed);
        }

        return new RefreshResult(added, removed, readings.Problems);
    }

    private ReindexResult Run(bool full, bool trustStamps, IReadOnlyList<string> paths)
    {
        var start = workspace.Time.GetTimestamp();

        // The stamp from before the registry is read: a later change shows as another stamp.
        var stamp = RegistryStamp();
        var registry = workspace.Registry.Load();
        IReadOnlyList<IndexEntry> entries = full ? [] : Index.Entries();
        var roots = Roots(full, paths);
        var sources = Sources(registry, roots);
        var readings = new Readings(workspace, entries.ToDictionary(entry => (entry.Skill, entry.Path)), full ? [] : Index.Seen(), trustStamps);
        var wanted = sources.Select(source => (source.Skill, source.Path)).ToHashSet();
        readings.Remove(entries.Where(entry => !wanted.Contains((entry.Skill, entry.Path))).Select(entry => (entry.Skill, entry.Path)));
        var (added, removed) = Index.Apply(readings.Change(sources) with
        {
            Everything = full,
            Forgotten = full ? [] : [.. Index.Seen().Keys.Except(sources.Select(source => source.Key))],
            Notes = [(RegistryNote, stamp), (RootsNote, string.Join('\n', roots))],
        });
        UpdateGraph(registry, readings.Removed);
        return Result(start, readings, added, removed);
    }

    private ReindexResult Result(long start, Readings readings, int added, int removed)
    {
        var (skills, descriptions, dependencies) = Index.Count();
        return new ReindexResult(skills, descriptions, dependencies, workspace.Time.GetElapsedTime(start).TotalMilliseconds)
        {
            Indexed = added,
            Unchanged = readings.Unchanged,
            Removed = removed,
            Notes = readings.Problems,
        };
    }

    private void UpdateGraph(RegistryDocument registry, IReadOnlyCollection<(string Skill, string Path)> removed)
    {
        var rows = Index.Dependencies().Where(row => row.Path.Length == 0).ToLookup(row => row.Skill);
        var skills = Index.Entries().Where(entry => entry.Path.Length == 0).Select(entry => new GraphSkill(
            entry.Skill,
            registry.Find(entry.Skill) ?? new SkillEntry(),
            [.. rows[entry.Skill].Where(row => row.Kind != "skill").Select(row => (row.Kind, row.Name))],
            [.. rows[entry.Skill].Where(row => row.Kind == "skill").Select(row => new SkillReference(row.Name, row.FoundIn, row.Line))])).ToList();
        workspace.Graph.Update(skills, [.. removed.Where(item => item.Path.Length == 0 && registry.Find(item.Skill) is null).Select(item => item.Skill)]);
    }

    private IReadOnlyList<string> Roots(bool full, IReadOnlyList<string> paths)
    {
        var remembered = full ? [] : Index.Note(RootsNote)?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return [.. remembered.Concat(paths.Where(path => path != Layout.CoreFolder).Select(Key)).Distinct().Where(root => Directory.Exists(Absolute(root)))];
    }

    private IReadOnlyList<SkillSource> Sources(RegistryDocument registry, IReadOnlyList<string> roots)
    {
        var sources = new List<SkillSource>();
        var taken = new HashSet<string>();
        foreach (var (skill, entry) in registry.Skills)
        {
            var draft = Layout.PrototypeFolder(skill);
            taken.UnionWith([draft, Layout.StagedFolder(skill), Layout.ProductionFolder(skill, entry.Module ?? "")]);
            sources.Add(new SkillSource(skill, "", Key(draft), draft) { Entry = entry });
        }

        sources.AddRange(Drafts().Where(draft => taken.Add(draft.Folder)));
        foreach (var folder in roots.SelectMany(root => SkillFinder.Find(Absolute(root), Layout)))
        {
            var name = Path.GetFileName(folder);
            if (!name.Contains("_staged_archive_", StringComparison.Ordinal) && SkillName.Problem(SkillName.WithoutState(name)) is null && taken.Add(folder))
            {
                sources.Add(new SkillSource(SkillName.WithoutState(name), Key(folder), Key(folder), folder));
            }
        }

        return sources;
    }

    private IEnumerable<SkillSource> Drafts()
    {
        var template = Path.GetFileName(Layout.PrototypeFolder("*"));
        var (prefix, suffix) = (template[..template.IndexOf('*', StringComparison.Ordinal)], template[(template.IndexOf('*', StringComparison.Ordinal) + 1)..]);
        var parent = Path.GetDirectoryName(Layout.PrototypeFolder("x"))!;
        var key = Key(parent);
        if (!Directory.Exists(parent))
        {
            yield break;
        }

        foreach (var folder in Directory.EnumerateDirectories(parent))
        {
            var name = Path.GetFileName(folder);
            if (name.Length > prefix.Length + suffix.Length && name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(suffix, StringComparison.Ordinal)
                && name[prefix.Length..^suffix.Length] is var skill && SkillName.Problem(skill) is null)
            {
                yield return new SkillSource(skill, "", $"{key}/{name}", folder);
            }
        }
    }

    private string RegistryStamp() => SkillStamp.OfFile(Layout.RegistryFile) ?? "none";

    // Relative inside of the workspace, so that it may be moved.
    private string Key(string folder) => Layout.Relative(folder) is var relative && !relative.StartsWith("..", StringComparison.Ordinal) ? relative : folder;

    private string Absolute(string key) => Path.GetFullPath(Path.Combine(Layout.Root, key));
}

/// <summary>What a look at the workspace did to the index.</summary>
/// <param name="Indexed">Skills that were read and indexed anew.</param>
/// <param name="Removed">Skills that are gone from the index.</param>
/// <param name="Notes">What a person should know, such as an index that was damaged; empty when nothing.</param>
public sealed record RefreshResult(int Indexed, int Removed, IReadOnlyList<string> Notes);

/// <summary>Where a skill of the index comes from.</summary>
/// <param name="Skill">Its name.</param>
/// <param name="Path">Its folder, when it was found outside of registry and drafts; else empty.</param>
/// <param name="Key">The folder of its draft or where it was found, as the index remembers it.</param>
/// <param name="Folder">The same, absolute.</param>
internal sealed record SkillSource(string Skill, string Path, string Key, string Folder)
{
    /// <summary>The stamp of a draft that is not indexed, because a later version of the skill is live.</summary>
    public const string NotIndexed = "-";

    /// <summary>Its entry in the registry, or null.</summary>
    public SkillEntry? Entry { get; init; }

    /// <summary>The live version that is indexed, or null for a draft.</summary>
    public (string Label, VersionEntry Version)? Live => Entry?.Live(Entry.PromotionState);
}

/// <summary>Reads skills for the index, several at once, and keeps book of what became of each.</summary>
internal sealed class Readings(Workspace workspace, Dictionary<(string Skill, string Path), IndexEntry> known, Dictionary<string, string> seen, bool trustStamps)
{
    /// <summary>Fewer skills are read where they are needed; threads pay for many.</summary>
    public const int Many = 16;

    private readonly object _change = new();
    private readonly List<(string Skill, string Path)> _removed = [];
    private readonly List<(string Path, string Stamp)> _seen = [];
    private readonly List<string> _problems = [];

    public IReadOnlyCollection<(string Skill, string Path)> Removed => _removed;

    public int Unchanged { get; private set; }

    public IReadOnlyList<string> Problems => _problems;

    public void Remove(IEnumerable<(string Skill, string Path)> skills) => _removed.AddRange(skills);

    /// <summary>The change that brings these skills in line; its lists fill while it is written.</summary>
    public IndexChange Change(IReadOnlyList<SkillSource> sources) => new() { Added = Texts(sources), Removed = _removed, Seen = _seen };

    private sealed record Reading(SkillSource Source, IndexedText? Text, string Stamp, bool IsUnchanged = false, string? Problem = null);

    private IEnumerable<IndexedText> Texts(IReadOnlyList<SkillSource> sources)
    {
        foreach (var reading in sources.Count < Many ? sources.Select(Read) : Ahead(sources))
        {
            var source = reading.Source;
            if (reading.Stamp.Length > 0)
            {
                _seen.Add((source.Key, reading.Stamp));
            }

            if (reading.Problem is { } problem)
            {
                _problems.Add($"{source.Skill} is not indexed: {problem}");
            }

            if (reading.IsUnchanged)
            {
                Unchanged++;
            }
            else if (reading.Text is { } text)
            {
                yield return text;
            }
            else
            {
                _removed.Add((source.Skill, source.Path));
            }
        }
    }

    // One batch is read while the one before it is written: no thread waits for long, and few texts are held at a time.
    private IEnumerable<Reading> Ahead(IReadOnlyList<SkillSource> sources)
    {
        const int batch = 128;
        Task<Reading[]>? next = null;
        foreach (var chunk in sources.Chunk(batch))
        {
            var reading = Task.Run(() => chunk.AsParallel().AsOrdered().Select(Read).ToArray());
            foreach (var done in next?.GetAwaiter().GetResult() ?? [])
            {
                yield return done;
            }

            next = reading;
        }

        foreach (var done in next?.GetAwaiter().GetResult() ?? [])
        {
            yield return done;
        }
    }

    private Reading Read(SkillSource source)
    {
        var entry = known.GetValueOrDefault((source.Skill, source.Path));
        if (source.Live is { } live)
        {
            var isDraftThere = SkillStamp.Of(source.Folder) is not null;
            var note = isDraftThere ? SkillSource.NotIndexed : "";
            return entry is not null && (entry.State, entry.Version, entry.Digest) == (source.Entry!.PromotionState.Text(), live.Label, live.Version.Digest)
                ? new Reading(source, null, note, IsUnchanged: true)
                : Guarded(source, note, null, () => workspace.Settlement.Indexed(source.Skill, source.Entry));
        }

        if (SkillStamp.Of(source.Folder) is not { } stamp)
        {
            return new Reading(source, null, "");
        }

        if (trustStamps && seen.GetValueOrDefault(source.Key) == stamp)
        {
            // A draft that was refused then is refused now.
            return new Reading(source, null, "", IsUnchanged: entry is not null);
        }

        return Guarded(source, stamp, entry, () => source.Path.Length == 0 ? workspace.Settlement.Indexed(source.Skill, source.Entry) : Found(source, stamp));
    }

    private Reading Guarded(SkillSource source, string stamp, IndexEntry? entry, Func<IndexedSkill?> read)
    {
        try
        {
            if (read() is not { } skill)
            {
                return new Reading(source, null, stamp);
            }

            var digest = skill.Digest ?? SkillDigest.Compute(skill.Folder);
            return entry is not null && (entry.Digest, entry.Version, entry.State) == (digest, skill.Version, skill.State.Text())
                ? new Reading(source, null, stamp, IsUnchanged: true)
                : new Reading(source, IndexedText.Of(skill with { Digest = digest }, _change), stamp);
        }
        catch (Exception error) when (error is WreException or IOException or UnauthorizedAccessException)
        {
            // One skill that cannot be read must not keep the others from being found.
            return new Reading(source, null, stamp, Problem: error.Message);
        }
    }

    private IndexedSkill? Found(SkillSource source, string stamp)
    {
        var folder = SkillFolder.Read(source.Folder, workspace.Policy.SkillLimits, source.Skill);
        return folder.IsSound
            ? new IndexedSkill(source.Skill, PromotionState.Prototype, folder.Settings.Version ?? "", folder) { Path = source.Path, Stamp = stamp }
            : null;
    }
}
