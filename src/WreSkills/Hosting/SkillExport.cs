using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>A skill in a client's folder.</summary>
/// <param name="Skill">The skill's name and folder.</param>
/// <param name="Version">Label of the version that should be live.</param>
/// <param name="State">Its state.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Content">Digest of the folder as the client gets it; differs from <paramref name="Digest"/> only where <c>SKILLz.md</c> becomes <c>SKILL.md</c>.</param>
/// <param name="InPlace">True when this folder is where the workspace keeps the version anyway, or somebody else's with the very same content; an export never touches it.</param>
public sealed record ExportedSkill(string Skill, string Version, PromotionState State, string Digest, string Content, bool InPlace)
{
    /// <summary>What the export did: <c>written</c>, <c>unchanged</c> or <c>in_place</c>; empty after a check.</summary>
    public string Action { get; init; } = "";

    /// <summary>Digest of the folder that this one was about to replace when the lock file was written; else null.</summary>
    internal string? Previous { get; init; }
}

/// <summary>How an export or a check ended.</summary>
/// <param name="Folder">Absolute folder of the client's skills.</param>
/// <param name="Skills">Every skill that should be there.</param>
/// <param name="Removed">Skills that an earlier export had put there and that are gone now.</param>
/// <param name="Problems">Why nothing was changed, or what a check found; empty when all is well.</param>
public sealed record ExportResult(string Folder, IReadOnlyList<ExportedSkill> Skills, IReadOnlyList<string> Removed, IReadOnlyList<string> Problems);

/// <summary>
/// Gives a client exactly the versions that should be live, as folders that it reads. A lock file beside them says which version of which
/// content each is, and with that what belongs to the export: nothing else is overwritten or removed. Every skill changes by one rename, so
/// that a killed export leaves the old folder or the new one of each; the next one goes on from there.
/// </summary>
public sealed class SkillExport(Workspace workspace, SkillClient client, string? to = null)
{
    /// <summary>Name of the lock file.</summary>
    public const string LockFileName = "wre-skills.lock";

    private const string StagingName = ".wre-export";
    private static readonly JsonSerializerOptions s_format = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Absolute folder of the client's skills.</summary>
    public string Folder { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(to ?? Path.Combine(workspace.Layout.Root, client.ExportFolder)));

    private string LockFile => Path.Combine(Folder, LockFileName);

    private string Staging => Path.Combine(Folder, StagingName);

    /// <summary>Brings the client's folder in line.</summary>
    /// <param name="force">Overwrite and remove also what is not this export's, or was edited by hand.</param>
    /// <exception cref="WreException">A version is not in the store as the registry names it, the lock file is damaged, or something cannot be written.</exception>
    public ExportResult Run(bool force)
    {
        if (new DirectoryInfo(Folder).LinkTarget is not null)
        {
            throw new WreException($"{Folder} is a link.", "replace it by a folder, or name the one it leads to with --to; nothing is written through links");
        }

        DurableFile.CreateDirectory(workspace.Layout.JournalFolder);
        using var turn = FileLock.Acquire(Path.Combine(workspace.Layout.JournalFolder, "export.lock"));
        Recover();
        var known = ReadLock();
        var wanted = Wanted(known);
        var gone = known.Where(entry => !entry.Value.InPlace && !wanted.Exists(skill => skill.Skill == entry.Key)).Select(entry => entry.Key).Where(skill => Path.Exists(At(skill))).ToList();
        var problems = wanted.Where(skill => !skill.InPlace).Select(skill => skill.Skill).Concat(gone).Select(skill => Obstacle(skill, known.GetValueOrDefault(skill), force)).OfType<string>().ToList();
        if (problems.Count > 0)
        {
            return new ExportResult(Folder, wanted, [], problems);
        }

        if (wanted.Count == 0 && known.Count == 0)
        {
            return new ExportResult(Folder, [], [], []);
        }

        // What is about to be written belongs to this export before it is there, with what it replaces.
        WriteLock(wanted.Select(skill => (skill, known.GetValueOrDefault(skill.Skill)?.Content)).Concat(gone.Select(skill => (known[skill], (string?)null))));
        FaultInjection.Reach("export-announced");
        var done = wanted.ConvertAll(skill => skill with { Action = skill.InPlace ? "in_place" : Put(skill) ? "written" : "unchanged" });
        foreach (var skill in gone)
        {
            DurableFile.CreateDirectory(Staging);
            DurableFile.Move(At(skill), Path.Combine(Staging, skill + ".gone"));
            FaultInjection.Reach("export-removed");
        }

        WriteLock(wanted.Select(skill => (skill, (string?)null)));
        FaultInjection.Reach("export-locked");
        DeleteStaging();
        return new ExportResult(Folder, done, gone, []);
    }

    /// <summary>Compares the client's folder with what should be live; changes nothing.</summary>
    public ExportResult Check()
    {
        var known = ReadLock();
        var wanted = Wanted(known);
        var problems = new List<string>();
        foreach (var skill in wanted)
        {
            var (entry, actual) = (known.GetValueOrDefault(skill.Skill), ContentOf(skill.Skill));
            if (actual is null)
            {
                problems.Add($"{skill.Skill} is missing; {skill.Version} should be there");
            }
            else if (actual != skill.Content)
            {
                problems.Add(entry?.Content == actual ? $"{skill.Skill} is {entry.Version}; it should be {skill.Version}" : $"{skill.Skill} was changed: its content is {actual[..12]}, that of {skill.Version} {skill.Content[..12]}");
            }
            else if (entry is null || entry.Digest != skill.Digest || entry.Version != skill.Version)
            {
                problems.Add($"{LockFileName} does not name {skill.Skill} {skill.Version}");
            }
        }

        problems.AddRange(known.Keys.Where(skill => !wanted.Exists(other => other.Skill == skill) && !known[skill].InPlace && Path.Exists(At(skill))).Select(skill => $"{skill} should not be there any more"));
        return new ExportResult(Folder, wanted, [], problems);
    }

    private List<ExportedSkill> Wanted(IReadOnlyDictionary<string, ExportedSkill> known)
    {
        var wanted = new List<ExportedSkill>();
        foreach (var (skill, entry) in workspace.Registry.Load().Skills)
        {
            if (Serving(entry) is not var (label, version, state))
            {
                continue;
            }

            var folder = workspace.Store.Open(skill, version.Digest);
            var content = SkillDigest.ComputeRenamed(folder);
            var place = Path.GetFullPath(Path.Combine(workspace.Layout.Root, entry.Location.TrimEnd('/')));
            var foreign = !known.ContainsKey(skill) || known[skill].InPlace;
            wanted.Add(new ExportedSkill(skill, label, state, version.Digest, content, place == At(skill) || (foreign && ContentOf(skill) == content)));
        }

        return wanted;
    }

    // What serves whoever asks with whatever key: a share of traffic cannot be put into a folder.
    private static (string Label, VersionEntry Version, PromotionState State)? Serving(SkillEntry entry) =>
        entry.Live(PromotionState.Production) is { } production ? (production.Label, production.Version, PromotionState.Production)
            : entry.Live(PromotionState.Staged) is { } staged && entry.Rollout is { Percent: 100, Labels: null } ? (staged.Label, staged.Version, PromotionState.Staged)
            : null;

    private string? Obstacle(string skill, ExportedSkill? known, bool force)
    {
        var path = At(skill);
        if (!Path.Exists(path))
        {
            return null;
        }

        if (new DirectoryInfo(path).LinkTarget is not null || !Directory.Exists(path))
        {
            return $"{skill}: {path} is {(Directory.Exists(path) ? "a link" : "no folder")}; remove it";
        }

        if (force)
        {
            return null;
        }

        return known is null || known.InPlace ? $"{skill}: {path} was not put there by an export; --force overwrites it"
            : ContentOf(skill) is var actual && actual != known.Content && actual != known.Previous ? $"{skill}: {path} was edited by hand; --force overwrites it"
            : null;
    }

    private bool Put(ExportedSkill skill)
    {
        if (ContentOf(skill.Skill) == skill.Content)
        {
            return false;
        }

        var (version, fresh) = (workspace.Store.Open(skill.Skill, skill.Digest), Path.Combine(Staging, skill.Skill + ".new"));
        foreach (var file in version.Files)
        {
            VersionStore.CopyFile(Path.Combine(version.Path, file.Path), Path.Combine(fresh, file.Path == version.SkillFile ? SkillFolder.SkillFileName : file.Path), long.MaxValue);
        }

        var copied = SkillDigest.Compute(SkillFolder.Read(fresh, workspace.Policy.SkillLimits, skill.Skill));
        if (copied != skill.Content)
        {
            throw new WreException($"The copy of {skill.Skill} {skill.Version} is {copied[..12]}, not {skill.Content[..12]}.", "try again; `wre doctor` checks the version store");
        }

        foreach (var inner in Directory.EnumerateDirectories(fresh, "*", SearchOption.AllDirectories).Append(fresh))
        {
            DurableFile.FlushDirectory(inner);
        }

        FaultInjection.Reach("export-staged");
        if (Directory.Exists(At(skill.Skill)))
        {
            DurableFile.Exchange(fresh, At(skill.Skill));
        }
        else
        {
            DurableFile.Move(fresh, At(skill.Skill));
        }

        FaultInjection.Reach("export-swapped");
        return true;
    }

    // Where two folders cannot change places at once the old one may have been left aside.
    private void Recover()
    {
        if (!Directory.Exists(Staging))
        {
            return;
        }

        foreach (var aside in Directory.EnumerateDirectories(Staging, "*" + DurableFile.AsideSuffix).ToList())
        {
            var skill = Path.GetFileName(aside)[..^(".new".Length + DurableFile.AsideSuffix.Length)];
            if (!Path.Exists(At(skill)))
            {
                DurableFile.Move(aside, At(skill));
            }
        }

        DeleteStaging();
    }

    private void DeleteStaging()
    {
        if (Directory.Exists(Staging))
        {
            Directory.Delete(Staging, recursive: true);
        }
    }

    private string At(string skill) => Path.Combine(Folder, skill);

    private string? ContentOf(string skill)
    {
        if (!Directory.Exists(At(skill)) || new DirectoryInfo(At(skill)).LinkTarget is not null)
        {
            return null;
        }

        // A folder that is no sound skill is nothing that an export has put there.
        var folder = SkillFolder.Read(At(skill), workspace.Policy.SkillLimits, skill);
        return folder.IsSound ? SkillDigest.Compute(folder) : "unsound".PadRight(64, '-');
    }

    private Dictionary<string, ExportedSkill> ReadLock() => ReadLock(LockFile);

    /// <summary>What a lock file says about its folder; empty when there is none.</summary>
    /// <exception cref="WreException">It is damaged.</exception>
    internal static Dictionary<string, ExportedSkill> ReadLock(string lockFile)
    {
        var skills = new Dictionary<string, ExportedSkill>();
        if (!File.Exists(lockFile))
        {
            return skills;
        }

        try
        {
            var root = JsonNode.Parse(File.ReadAllBytes(lockFile), documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false })!.AsObject();
            foreach (var (name, node) in root["skills"]!.AsObject())
            {
                SkillName.Require(name);
                var entry = node!.AsObject();
                _ = PromotionStates.TryParse((string?)entry["state"], out var state);
                skills[name] = new ExportedSkill(name, (string)entry["version"]!, state, (string)entry["digest"]!, (string)entry["content"]!, (bool)entry["in_place"]!) { Previous = (string?)entry["previous"] };
            }

            return skills;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or NullReferenceException or ArgumentException or WreException)
        {
            throw new WreException($"{lockFile} is damaged: {error.Message}", "restore it from git, or delete it and export with --force", innerException: error);
        }
    }

    private void WriteLock(IEnumerable<(ExportedSkill Skill, string? Previous)> skills)
    {
        var list = new JsonObject();
        foreach (var (skill, previous) in skills.OrderBy(item => item.Skill.Skill, StringComparer.Ordinal))
        {
            var entry = new JsonObject
            {
                ["version"] = skill.Version,
                ["state"] = skill.State.Text(),
                ["digest"] = skill.Digest,
                ["content"] = skill.Content,
                ["path"] = skill.Skill,
                ["in_place"] = skill.InPlace,
            };
            if (previous is not null && previous != skill.Content)
            {
                entry["previous"] = previous;
            }

            list[skill.Skill] = entry;
        }

        var text = new JsonObject { ["version"] = 1, ["client"] = client.Name, ["skills"] = list }.ToJsonString(s_format) + "\n";
        if (!File.Exists(LockFile) || File.ReadAllText(LockFile) != text)
        {
            DurableFile.Replace(LockFile, text);
        }
    }
}
