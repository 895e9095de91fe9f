using System.Collections.Concurrent;
using System.IO.Enumeration;

using WreSkills.Storage;

namespace WreSkills.Skills;

/// <summary>
/// Finds the skills that real clients find in a repository, in every sub-project, whatever client they were written for. Reads directories
/// and the beginnings of <c>SKILL.md</c> files, level by level with all cores; follows no link; enters neither <c>.git</c> nor packages nor
/// build output nor our own stores. A folder inside a skill is a part of that skill, whose digest covers it.
/// </summary>
public sealed class SkillDiscovery(WorkspaceLayout layout)
{
    private static readonly EnumerationOptions s_noLinks = new() { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
    private static readonly HashSet<string> s_skipped = new(StringComparer.OrdinalIgnoreCase) { "node_modules", "bin", "obj", "__pycache__", "venv", "target", "site-packages", "TestResults", "artifacts" };
    private static readonly (string Parent, string Child, string Place)[] s_places =
        [.. SkillClient.All.SelectMany(client => client.Places).Where(place => !place.StartsWith('~')).Append(".codex/skills").Append(".wre/skills").Distinct().Select(place => (place.Split('/')[0], place.Split('/')[1], place))];

    private readonly HashSet<string> _own = [.. layout.OwnFolders];
    private readonly int _rootLength = layout.Root.TrimEnd('/').Length + 1;

    /// <summary>Most folders that are looked into. Default 400,000.</summary>
    public int MostFolders { get; init; } = 400_000;

    /// <summary>Most skills. Default 100,000.</summary>
    public int MostSkills { get; init; } = 100_000;

    /// <summary>Deepest folder below the root. Default 32.</summary>
    public int MostDepth { get; init; } = 32;

    /// <summary>Levels of groups below a folder of skills in which skills are still found. Default 6.</summary>
    public int MostGroups { get; init; } = 6;

    /// <summary>The user's home, whose own skills are found too; null for none.</summary>
    public string? Home { get; init; }

    /// <summary>A skill in a folder that is known already, wherever it lies.</summary>
    /// <param name="root">Root of the workspace.</param>
    /// <param name="folder">The folder, relative; it has a file that makes it a skill.</param>
    /// <param name="skill">Its name.</param>
    public static DiscoveredSkill At(string root, string folder, string skill)
    {
        var (file, header) = SkillHeader.OfFolder(Path.Combine(root, folder), new byte[16 * 1024]) ?? (SkillFolder.SkillFileName, new SkillHeader { Problem = "there is no skill" });
        var parent = Path.GetDirectoryName(folder)?.Replace('\\', '/') ?? "";
        var place = s_places.Select(known => known.Place).FirstOrDefault(known => parent == known || parent.EndsWith("/" + known, StringComparison.Ordinal)) ?? (folder.StartsWith("modules/", StringComparison.Ordinal) ? "modules" : parent);
        return new SkillDiscovery(new WorkspaceLayout { Root = root }).Describe(new Item(Path.Combine(root, folder), Role.Probe, place, 0, false), file, header) with { Name = skill };
    }

    /// <summary>Finds the skills.</summary>
    public DiscoveryResult Run()
    {
        var found = new ConcurrentBag<DiscoveredSkill>();
        var level = Seeds();
        var (folders, complete) = (0, true);
        for (var depth = 0; level.Count > 0; depth++)
        {
            folders += level.Count;
            if (folders > MostFolders || found.Count > MostSkills || depth > MostDepth + MostGroups + 2)
            {
                complete = false;
                break;
            }

            level = Step(level, found);
        }

        var skills = found.ToArray();
        Array.Sort(skills, static (left, right) => string.CompareOrdinal(left.Path, right.Path));
        return new DiscoveryResult(skills.Length > MostSkills ? skills[..MostSkills] : skills, folders, complete && skills.Length <= MostSkills);
    }

    private List<Item> Seeds()
    {
        var seeds = new List<Item> { new(layout.Root, Role.Folder, "", 0, false) };
        var homes = Home is null ? [] : SkillClient.All.SelectMany(client => client.Places).Where(place => place.StartsWith('~')).Distinct();
        seeds.AddRange(homes.Select(place => new Item(Path.Combine(Home!, place[2..]), Role.Container, place, 0, false)));

        // Where this workspace keeps drafts and staged versions, if that is none of the clients' folders.
        foreach (var folder in (ReadOnlySpan<string>)[Path.GetDirectoryName(layout.PrototypeFolder("x"))!, Path.GetDirectoryName(layout.StagedFolder("x"))!])
        {
            var place = layout.Relative(folder);
            if (!s_places.Any(known => known.Place == place) && !seeds.Exists(seed => seed.Path == folder))
            {
                seeds.Add(new Item(folder, Role.Container, place, 0, false));
            }
        }

        return seeds;
    }

    private List<Item> Step(List<Item> level, ConcurrentBag<DiscoveredSkill> found)
    {
        const int worthThreads = 64;
        if (level.Count < worthThreads)
        {
            var local = new Local();
            foreach (var item in level)
            {
                Visit(item, local, found);
            }

            return local.Next;
        }

        var all = new List<Item>();
        Parallel.ForEach(
            Partitioner.Create(0, level.Count, Math.Clamp(level.Count / (Environment.ProcessorCount * 8), 16, 512)),
            static () => new Local(),
            (range, _, local) =>
            {
                for (var index = range.Item1; index < range.Item2; index++)
                {
                    Visit(level[index], local, found);
                }

                return local;
            },
            local =>
            {
                lock (all)
                {
                    all.AddRange(local.Next);
                }
            });
        return all;
    }

    private void Visit(Item item, Local local, ConcurrentBag<DiscoveredSkill> found)
    {
        switch (item.Role)
        {
            case Role.Folder:
                Folder(item, local);
                break;
            case Role.Container:
                Container(item, local);
                break;
            default:
                if (SkillHeader.OfFolder(item.Path, local.Buffer) is var (file, header))
                {
                    found.Add(Describe(item, file, header));
                }
                else if (item.Depth < MostGroups)
                {
                    Container(item, local);
                }

                break;
        }
    }

    private void Folder(Item item, Local local)
    {
        foreach (var name in Children(item.Path))
        {
            var path = Path.Join(item.Path, name);
            if (item.InModules && name is "skills" or "skillz")
            {
                local.Next.Add(new Item(path, Role.Container, "modules", 0, true));
            }
            else if (name[0] == '.')
            {
                foreach (var (_, child, place) in s_places.Where(known => known.Parent == name))
                {
                    local.Next.Add(new Item(Path.Join(path, child), Role.Container, place, 0, false));
                }
            }
            else if (item.Depth < MostDepth && !s_skipped.Contains(name) && !_own.Contains(path))
            {
                local.Next.Add(new Item(path, Role.Folder, "", item.Depth + 1, item.InModules || name == "modules"));
            }
        }
    }

    private void Container(Item item, Local local)
    {
        // What was enumerated is no link; a client's folder of skills may be one, or not there at all.
        if (item.Depth == 0 && new DirectoryInfo(item.Path) is not { Exists: true, LinkTarget: null })
        {
            return;
        }

        foreach (var name in Children(item.Path))
        {
            var path = Path.Join(item.Path, name);
            if (name is not (".git" or "node_modules") && !_own.Contains(path))
            {
                local.Next.Add(item with { Path = path, Role = Role.Probe, Depth = item.Depth + 1 });
            }
        }
    }

    private static IEnumerable<string> Children(string path)
    {
        try
        {
            return new FileSystemEnumerable<string>(path, static (ref FileSystemEntry entry) => entry.FileName.ToString(), s_noLinks)
            {
                ShouldIncludePredicate = static (ref FileSystemEntry entry) => entry.IsDirectory,
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It vanished in between, or is nobody's business.
            return [];
        }
    }

    private DiscoveredSkill Describe(Item item, string file, SkillHeader header)
    {
        var folder = Path.GetFileName(item.Path);
        var archive = folder.IndexOf("_staged_archive_", StringComparison.Ordinal);
        var (name, state) = archive > 0 ? (folder[..archive], DiscoveredSkill.Archived)
            : folder.EndsWith("_prototype", StringComparison.Ordinal) ? (folder[..^10], "prototype")
            : folder.EndsWith("_staged", StringComparison.Ordinal) ? (folder[..^7], "staged")
            : (folder, "production");
        var users = item.Place.StartsWith('~');
        var relative = users ? item.Path : item.Path[_rootLength..].Replace('\\', '/');
        var stated = state != DiscoveredSkill.Archived ? header.State : null;
        return new DiscoveredSkill
        {
            Name = name,
            Path = relative,
            File = file,
            Place = item.Place,
            Project = users ? "" : Project(relative, item.Place),
            Module = ModuleOf(relative, item.Place) ?? header.Module,
            State = stated ?? state,
            StateStated = stated is not null,
            Header = header,
        };
    }

    private static string Project(string relative, string place)
    {
        var mark = place == "modules" ? "modules/" : place + "/";
        var index = relative.StartsWith(mark, StringComparison.Ordinal) ? 0 : relative.IndexOf("/" + mark, StringComparison.Ordinal);
        return index <= 0 ? "" : relative[..index];
    }

    // Only `modules/DOMAIN/MODULE/skills/NAME` is where a layout with modules has a production version.
    private static string? ModuleOf(string relative, string place) =>
        place == "modules" && relative.Split('/') is ["modules", var domain, var module, "skills", _] && SkillSettings.ModuleProblem($"{domain}/{module}") is null ? $"{domain}/{module}" : null;

    private enum Role
    {
        Folder,
        Container,
        Probe,
    }

    private sealed class Local
    {
        public List<Item> Next { get; } = [];

        public byte[] Buffer { get; } = new byte[16 * 1024];
    }

    private readonly record struct Item(string Path, Role Role, string Place, int Depth, bool InModules);
}
