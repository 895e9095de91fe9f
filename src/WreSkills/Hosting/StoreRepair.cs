using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Skills;

namespace WreSkills.Hosting;

/// <summary>
/// Puts versions back into the store whose content was altered or lost, from any folder that still has exactly their content: the digest says so, wherever the
/// copy comes from. What was altered is kept beside it.
/// </summary>
internal sealed class StoreRepair(Workspace workspace)
{
    /// <summary>Repairs what can be repaired.</summary>
    /// <returns>What was done, and what could not be.</returns>
    public IReadOnlyList<string> Run()
    {
        var notes = new List<string>();
        foreach (var (skill, entry) in workspace.Registry.Load().Skills)
        {
            foreach (var (label, version) in entry.Versions)
            {
                if (workspace.Store.TryOpen(skill, version.Digest, out _) is not null)
                {
                    notes.Add($"{skill} {label}: {Restore(skill, entry, version.Digest)}");
                }
            }
        }

        return notes;
    }

    private string Restore(string skill, SkillEntry entry, string digest)
    {
        var layout = workspace.Layout;
        if (Sources(skill, entry).FirstOrDefault(folder => HasContent(folder, skill, digest)) is not { } source)
        {
            return $"no folder here holds its content any more; restore {layout.Relative(workspace.Store.Folder(digest))}/ from git (`git checkout -- {layout.Relative(workspace.Store.Folder(digest))}`) or a backup";
        }

        // Nobody promotes, sweeps or repairs meanwhile.
        using var turn = workspace.Locks.AcquireCommit();
        if (workspace.Store.TryOpen(skill, digest, out _) is null)
        {
            return "another command has restored it";
        }

        var aside = workspace.Store.SetAside(digest, workspace.Time.GetUtcNow());
        workspace.Store.Put(SkillFolder.ReadSound(source, workspace.Policy.SkillLimits, skill), digest);
        return $"restored in the store from {layout.Relative(source)}/{(aside is null ? "" : $"; what stood there is kept in {layout.Relative(aside)}/")}";
    }

    private bool HasContent(string folder, string skill, string digest)
    {
        try
        {
            return Directory.Exists(folder) && MaterializedFolders.DigestOf(folder, skill, workspace.Policy.SkillLimits) == digest;
        }
        catch (WreException)
        {
            return false;
        }
    }

    private IEnumerable<string> Sources(string skill, SkillEntry entry)
    {
        var layout = workspace.Layout;
        var sources = new List<string?> { FolderDrift.Place(workspace, skill, entry), FolderDrift.Usual(workspace, skill, entry), layout.StagedFolder(skill), workspace.Loader.DraftFolder(skill) };
        sources.AddRange(entry.Versions.Values.Select(version => version.AdoptedFrom is { } found ? Path.GetFullPath(Path.Combine(layout.Root, found)) : null));
        var archives = layout.StagedArchiveFolder(skill, workspace.Time.GetUtcNow());
        if (Path.GetDirectoryName(archives) is { } parent && Directory.Exists(parent))
        {
            var name = Path.GetFileName(archives);
            sources.AddRange(Directory.EnumerateDirectories(parent, name.Replace(Storage.Timestamp.ToFileName(workspace.Time.GetUtcNow()), "*", StringComparison.Ordinal)));
        }

        return sources.OfType<string>().Distinct();
    }
}
