using WreSkills.Skills;

namespace WreSkills.Scanning;

/// <summary>A file that a scan comes to.</summary>
/// <param name="Path">Below the root of the scan, with forward slashes.</param>
/// <param name="FullPath">Absolute.</param>
/// <param name="Skill">The innermost skill folder around it, below the root and empty for the root itself; null outside of skills.</param>
internal readonly record struct ScanEntry(string Path, string FullPath, string? Skill)
{
    /// <summary>Path inside the skill; the whole path outside of skills.</summary>
    public string InSkill => string.IsNullOrEmpty(Skill) ? Path : Path[(Skill.Length + 1)..];
}

/// <summary>Walks a tree without following a link; what is no plain file becomes a finding.</summary>
internal static class ScanWalk
{
    private static readonly EnumerationOptions s_everything = new() { AttributesToSkip = 0, RecurseSubdirectories = false, IgnoreInaccessible = false };

    public static IEnumerable<ScanEntry> Files(string root, ScanLimits limits, FindingSink sink)
    {
        var count = 0;
        var folders = new Stack<(string Path, int Depth, string? Skill)>();
        folders.Push(("", 0, null));
        while (folders.TryPop(out var folder))
        {
            foreach (var entry in Entries(root, folder.Path, sink, out var skill, folder.Skill))
            {
                if (++count > limits.Entries)
                {
                    sink.Add(StructureRules.TooMany, folder.Path, $"more than {limits.Entries:N0} entries");
                    yield break;
                }

                var path = folder.Path.Length == 0 ? entry.Name : $"{folder.Path}/{entry.Name}";
                if (Passed(entry, path, folder.Path, skill, sink))
                {
                    continue;
                }

                if (entry is not DirectoryInfo)
                {
                    yield return new ScanEntry(path, entry.FullName, skill);
                }
                else if (folder.Depth >= limits.Depth)
                {
                    sink.Add(StructureRules.TooMany, path, $"deeper than {limits.Depth} folders");
                }
                else
                {
                    folders.Push((path, folder.Depth + 1, skill));
                }
            }
        }
    }

    // In order of names, so that two scans of one tree say the same.
    private static IReadOnlyList<FileSystemInfo> Entries(string root, string folder, FindingSink sink, out string? skill, string? outer)
    {
        skill = outer;
        try
        {
            var entries = new DirectoryInfo(Path.Combine(root, folder)).EnumerateFileSystemInfos("*", s_everything).Take(sink.Limits.Entries + 1).ToArray();
            Array.Sort(entries, static (left, right) => string.CompareOrdinal(left.Name, right.Name));
            skill = entries.Any(entry => entry.Name == SkillFolder.SkillFileName && entry is FileInfo) ? folder : outer;
            return entries;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            sink.Add(StructureRules.Unreadable, folder, ScanText.Visible(error.Message));
            return [];
        }
    }

    // Whether an entry is done with: a link, or a folder that belongs to no version.
    private static bool Passed(FileSystemInfo entry, string path, string folder, string? skill, FindingSink sink)
    {
        StructureScan.Names(path, entry.Name, sink);
        if ((int)entry.Attributes == -1)
        {
            // The name cannot be written as text, or the entry went away in between.
            sink.Add(StructureRules.Unreadable, path, "cannot be opened under this name");
            return true;
        }

        if (entry.LinkTarget is not null || (entry.Attributes & FileAttributes.ReparsePoint) != 0)
        {
            var target = entry.LinkTarget ?? "";
            sink.Add(LeavesSkill(target, path, skill) ? StructureRules.LinkOutside : StructureRules.Link, path, $"→ {ScanText.Visible(target)}");
            return true;
        }

        if (entry is not DirectoryInfo || skill is null && entry.Name != ".git")
        {
            if (entry.Name == ".git" && skill is not null && folder != skill)
            {
                sink.Add(StructureRules.Repository, path, ".git file");
            }

            return false;
        }

        // Neither the digest nor a version covers these two in a skill's own folder.
        if (entry.Name is ".git" && (skill is null || folder == skill) || (entry.Name == "versions" && folder == skill))
        {
            return true;
        }

        if (entry.Name == ".git")
        {
            sink.Add(StructureRules.Repository, path, ".git");
            return true;
        }

        return false;
    }

    private static bool LeavesSkill(string target, string path, string? skill)
    {
        if (target.Length == 0 || Path.IsPathRooted(target))
        {
            return true;
        }

        var depth = path.Split('/').Length - 1 - (string.IsNullOrEmpty(skill) ? 0 : skill.Split('/').Length);
        foreach (var part in target.Split('/'))
        {
            depth += part switch { ".." => -1, "." or "" => 0, _ => 1 };
            if (depth < 0)
            {
                return true;
            }
        }

        return false;
    }
}
