using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Promotion;

/// <summary>
/// The policy's folders as copies of what the registry and the store say. Every call makes them match the registry as
/// it is now, so late work of an older operation cannot undo a newer one; doing it again changes nothing.
/// </summary>
public sealed class MaterializedFolders(WorkspaceLayout layout, VersionStore store)
{
    private const long AnySize = long.MaxValue;

    /// <summary>Brings the staged folder in line: a copy of the staged version, else archived.</summary>
    /// <param name="skill">The skill.</param>
    /// <param name="entry">Its entry now.</param>
    /// <param name="moment">Names the archive.</param>
    public void SyncStaged(string skill, SkillEntry entry, DateTimeOffset moment)
    {
        var folder = layout.StagedFolder(skill);
        if (entry.Live(PromotionState.Staged) is { } staged)
        {
            Copy(skill, staged.Version.Digest, folder);
        }
        else if (Directory.Exists(folder))
        {
            var archive = Free(layout.StagedArchiveFolder(skill, moment));
            DurableFile.CreateDirectory(Path.GetDirectoryName(archive)!);
            DurableFile.Move(folder, archive);
        }
    }

    /// <summary>Brings the production folder in line: a copy of the production version beside its <c>versions/</c>, else only those.</summary>
    public void SyncProduction(string skill, SkillEntry entry)
    {
        if (entry.Module is null && layout.Production.Contains("{module}", StringComparison.Ordinal))
        {
            return;
        }

        var folder = layout.ProductionFolder(skill, entry.Module ?? "");
        if (entry.Live(PromotionState.Production) is { } production && IsPlaceOf(production.Version, folder))
        {
            Copy(skill, production.Version.Digest, folder);
        }
        else if (Directory.Exists(folder) && IsOurs(folder, skill, entry))
        {
            RemoveStrangers(folder, []);
        }
    }

    /// <summary>Keeps the text of a version under <c>versions/</c> of the production folder, such as <c>v1.0_baseline.md</c>.</summary>
    public void KeepText(string skill, SkillEntry entry, string digest, string name)
    {
        if (entry.Module is null && layout.Production.Contains("{module}", StringComparison.Ordinal))
        {
            return;
        }

        var file = Path.Combine(layout.ProductionFolder(skill, entry.Module ?? ""), "versions", name);
        var bytes = File.ReadAllBytes(SkillFolder.SkillFileIn(store.Folder(digest))!);
        if (!File.Exists(file) || !File.ReadAllBytes(file).AsSpan().SequenceEqual(bytes))
        {
            RefuseLinks(Path.GetDirectoryName(file)!);
            DurableFile.Replace(file, bytes);
        }
    }

    /// <summary>Digest of a materialised folder, or null when it is missing or has no SKILL.md; for checks.</summary>
    public static string? DigestOf(string folder, string skill, Policy.SkillLimits limits) =>
        SkillFolder.SkillFileIn(folder) is not null ? SkillDigest.Compute(SkillFolder.Read(folder, limits, skill)) : null;

    // Where versions were adopted from elsewhere, this folder may be somebody else's skill of the same name.
    private bool IsOurs(string folder, string skill, SkillEntry entry)
    {
        if (!entry.Versions.Values.Any(version => !IsPlaceOf(version, folder)))
        {
            return true;
        }

        var found = SkillFolder.Read(folder, new Policy.SkillLimits { Files = int.MaxValue, FileBytes = AnySize }, skill);
        return found.IsSound && entry.LabelOf(SkillDigest.Compute(found)) is not null;
    }

    // An adopted version stays where it was found.
    private bool IsPlaceOf(VersionEntry version, string folder) => version.AdoptedFrom is not { } found || Path.GetFullPath(Path.Combine(layout.Root, found)) == folder;

    private void Copy(string skill, string digest, string folder)
    {
        var version = store.Open(skill, digest);
        RefuseLinks(folder);
        DurableFile.CreateDirectory(folder);
        foreach (var file in version.Files)
        {
            var (from, to) = (Path.Combine(version.Path, file.Path), Path.Combine(folder, file.Path));
            if (!Same(from, to))
            {
                RefuseLinks(Path.GetDirectoryName(to)!);
                var temporary = Path.Combine(Path.GetDirectoryName(to)!, $".{Path.GetFileName(to)}.{Guid.NewGuid():N}.tmp");
                VersionStore.CopyFile(from, temporary, AnySize);
                DurableFile.Move(temporary, to);
            }
        }

        RemoveStrangers(folder, [.. version.Files.Select(file => file.Path)]);
    }

    private static bool Same(string from, string to) =>
        File.Exists(to) && new FileInfo(to).LinkTarget is null && new FileInfo(from).Length == new FileInfo(to).Length && File.ReadAllBytes(from).AsSpan().SequenceEqual(File.ReadAllBytes(to));

    // What is not of the version goes, except `versions/` and `.git/`, which no digest covers.
    private static void RemoveStrangers(string folder, HashSet<string> files)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().ToList())
        {
            if (entry.Name is "versions" or ".git" && entry is DirectoryInfo)
            {
                continue;
            }

            RemoveStrangers(entry, entry.Name, files);
        }

        if (!Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
        else
        {
            DurableFile.FlushDirectory(folder);
        }
    }

    private static void RemoveStrangers(FileSystemInfo entry, string relative, HashSet<string> files)
    {
        if (entry is DirectoryInfo directory && directory.LinkTarget is null)
        {
            foreach (var inner in directory.EnumerateFileSystemInfos().ToList())
            {
                RemoveStrangers(inner, $"{relative}/{inner.Name}", files);
            }

            if (!directory.EnumerateFileSystemInfos().Any())
            {
                directory.Delete();
            }
        }
        else if (!files.Contains(relative))
        {
            entry.Delete();
        }
    }

    // Somebody may have put a link where we are about to write; we never write through one.
    private void RefuseLinks(string folder)
    {
        for (var current = new DirectoryInfo(folder); current is not null && current.FullName.Length > layout.Root.Length; current = current.Parent)
        {
            if (current.LinkTarget is not null)
            {
                throw new WreException($"{current.FullName} is a link.", "replace it by a folder; nothing is written through links");
            }
        }
    }

    private static string Free(string folder)
    {
        var candidate = folder;
        for (var number = 2; Directory.Exists(candidate); number++)
        {
            candidate = $"{folder}_{number}";
        }

        return candidate;
    }
}
