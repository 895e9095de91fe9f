using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>Finds skill folders below a folder, without following links, within bounds.</summary>
internal static class SkillFinder
{
    private const int DeepestFolder = 12;
    private const int MostFolders = 100_000;

    private static readonly EnumerationOptions s_here = new() { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };

    /// <summary>Folders with a <c>SKILL.md</c>, in the order of their paths. What lies inside of a skill is part of it.</summary>
    /// <param name="root">Where to look.</param>
    /// <param name="layout">Our own files are no skills.</param>
    public static IReadOnlyList<string> Find(string root, WorkspaceLayout layout)
    {
        var found = new List<string>();
        var waiting = new Stack<(string Folder, int Depth)>([(root, 0)]);
        for (var visited = 0; waiting.Count > 0 && visited < MostFolders; visited++)
        {
            var (folder, depth) = waiting.Pop();
            if (folder == layout.CoreFolder || Path.GetFileName(folder) is ".git" or "node_modules" or "bin" or "obj")
            {
                continue;
            }

            if (File.Exists(Path.Combine(folder, SkillFolder.SkillFileName)))
            {
                found.Add(folder);
            }
            else if (depth < DeepestFolder)
            {
                foreach (var inner in Directory.EnumerateDirectories(folder, "*", s_here))
                {
                    waiting.Push((inner, depth + 1));
                }
            }
        }

        found.Sort(StringComparer.Ordinal);
        return found;
    }
}
