using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Tests.Skills;

public sealed class SkillDiscoveryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_layout_is_found_also_in_sub_projects()
    {
        string[] places =
        [
            ".claude/skills/a", ".agents/skills/b", ".github/skills/c", ".gemini/skills/d", ".cursor/skills/e", ".opencode/skill/f", ".opencode/skills/g", ".codex/skills/h",
            "modules/chat/live/skills/i", "apps/web/.claude/skills/j", "apps/web/modules/x/y/skillz/k", ".claude/skills/l_prototype", ".claude/skills/m_staged", ".claude/skills/n_staged_archive_20251020T100000Z",
            ".claude/skills/group/o", "modules/infrastructure/wre_core/skills/p",
        ];
        Write([.. places]);
        var found = Find();
        Assert.Equal(places.Order(StringComparer.Ordinal), found.Select(skill => skill.Path));
        Assert.Equal(
            "a production, b production, c production, d production, e production, f production, g production, h production, i production, j production, k production, l prototype, m staged, n archived, o production, p production",
            string.Join(", ", found.OrderBy(skill => skill.Name, StringComparer.Ordinal).Select(skill => $"{skill.Name} {skill.State}")));
        Assert.Equal(("chat/live", "", "modules"), (Of(found, "i").Module, Of(found, "i").Project, Of(found, "i").Place));
        Assert.Equal(("apps/web", ".claude/skills"), (Of(found, "j").Project, Of(found, "j").Place));
        Assert.Equal("apps/web", Of(found, "k").Project);
    }

    [Fact]
    public void The_state_in_the_front_matter_wins_over_the_path()
    {
        WriteWith("promotion_state: production", ".claude/skills/a_prototype");
        WriteWith("promotion_state: staged", "modules/chat/live/skills/b");
        WriteWith("promotion_state: unknown", ".claude/skills/c_staged");
        _folder.Write(".claude/skills/d/SKILL.md", TestSkill.Text(name: "d"));
        _folder.Write(".claude/skills/d/wre-skill.yaml", "promotion_state: prototype\n");
        Assert.Equal("a production True, b staged True, c staged False, d prototype True", string.Join(", ", Find().OrderBy(skill => skill.Name, StringComparer.Ordinal).Select(skill => $"{skill.Name} {skill.State} {skill.StateStated}")));
    }

    [Fact]
    public void What_is_no_skill_of_this_repository_is_passed_over()
    {
        Write(
            ".claude/skills/a", "node_modules/x/.claude/skills/no1", ".git/.claude/skills/no2", "src/bin/.claude/skills/no3", "src/obj/.claude/skills/no4",
            "modules/infrastructure/wre_core/skills/store/0123/no5", "modules/infrastructure/wre_core/skills/executions/no6", ".claude/skills/a/references/no7", ".claude/worktrees/w/.claude/skills/no8", "skills/no9");
        Assert.Equal(["a"], Find().Select(skill => skill.Name));
    }

    [Fact]
    public void A_folder_called_bin_among_skills_is_a_skill()
    {
        Write(".claude/skills/bin");
        Assert.Equal(["bin"], Find().Select(skill => skill.Name));
    }

    [Fact]
    public void Links_are_not_followed()
    {
        Write(".claude/skills/a", "elsewhere/b", "elsewhere/.claude/skills/e");
        Directory.CreateSymbolicLink(_folder.At(".claude/skills/linked"), _folder.At("elsewhere/b"));
        Directory.CreateSymbolicLink(_folder.At(".claude/skills/loop"), _folder.At(".claude"));
        Directory.CreateSymbolicLink(_folder.At("elsewhere/back"), _folder.Path);
        Directory.CreateDirectory(_folder.At(".agents"));
        Directory.CreateSymbolicLink(_folder.At(".agents/skills"), _folder.At(".claude/skills"));
        Directory.CreateDirectory(_folder.At(".claude/skills/file-link"));
        File.CreateSymbolicLink(_folder.At(".claude/skills/file-link/SKILL.md"), _folder.At("elsewhere/b/SKILL.md"));
        var found = Find();
        Assert.Equal([".claude/skills/a", ".claude/skills/file-link", "elsewhere/.claude/skills/e"], found.Select(skill => skill.Path));
        Assert.NotNull(Of(found, "file-link").Header.Problem);
    }

    [Fact]
    public void Traps_for_readers_are_reported_and_hold_nothing_up()
    {
        Directory.CreateDirectory(_folder.At(".claude/skills/pipe"));
        Shell.Run(_folder.Path, "mkfifo .claude/skills/pipe/SKILL.md");
        Directory.CreateDirectory(_folder.At(".claude/skills/folder/SKILL.md"));
        _folder.Write(".claude/skills/endless/SKILL.md", "---\n" + new string('a', 600_000));
        _folder.Write(".claude/skills/binary/SKILL.md", [.. "---\nname: "u8, 0xFF, 0xFE, 0, .. "\n---\n"u8]);
        _folder.Write(".claude/skills/large/SKILL.md", $"---\nname: large\ndescription: {new string('x', 40_000)}\n---\n" + new string('b', 3_000_000));
        _folder.Write(".claude/skills/empty/SKILL.md", "");
        var found = Find();
        Assert.Equal(["binary", "empty", "endless", "folder", "large", "pipe"], found.Select(skill => skill.Name));
        Assert.Equal(["large"], found.Where(skill => skill.Header.Problem is null).Select(skill => skill.Name));
        Assert.Equal(40_000, Of(found, "large").Header.Description.Length);
    }

    [Fact]
    public void A_search_ends_at_its_bounds_and_says_so()
    {
        Write([.. Enumerable.Range(0, 300).Select(number => $".claude/skills/s{number:000}")]);
        Assert.True(new SkillDiscovery(Layout).Run().Complete);
        var bounded = new SkillDiscovery(Layout) { MostFolders = 200 }.Run();
        Assert.False(bounded.Complete);
        var few = new SkillDiscovery(Layout) { MostSkills = 10 }.Run();
        Assert.Equal((10, false), (few.Skills.Count, few.Complete));
        Directory.CreateDirectory(_folder.At(string.Join('/', Enumerable.Repeat("d", 60)) + "/.claude/skills/deep"));
        Assert.Equal(300, new SkillDiscovery(Layout).Run().Skills.Count);
    }

    [Fact]
    public void Ten_thousand_folders_are_found_once_each()
    {
        string[] places = [".claude/skills", ".agents/skills", "apps/a/.claude/skills", "modules/x/y/skills"];
        for (var number = 0; number < 10_000; number++)
        {
            var path = Directory.CreateDirectory(_folder.At($"{places[number % places.Length]}/s{number}")).FullName;
            File.WriteAllText(Path.Combine(path, "SKILL.md"), "---\nname: s\ndescription: d\n---\n");
        }

        var found = new SkillDiscovery(Layout).Run();
        Assert.Equal((10_000, 10_000, true), (found.Skills.Count, found.Skills.Select(skill => skill.Path).Distinct().Count(), found.Complete));
        Assert.Equal(found.Skills.Select(skill => skill.Path).Order(StringComparer.Ordinal), found.Skills.Select(skill => skill.Path));
    }

    [Fact]
    public void The_users_own_skills_are_found_on_request()
    {
        Write("repo/.claude/skills/a", "home/.claude/skills/b", "home/.config/opencode/skills/c", "home/.copilot/skills/d");
        var layout = new WorkspaceLayout { Root = _folder.At("repo") };
        Assert.Equal(["a"], new SkillDiscovery(layout).Run().Skills.Select(skill => skill.Name));
        var all = new SkillDiscovery(layout) { Home = _folder.At("home") }.Run().Skills;
        Assert.Equal(["a", "b", "c", "d"], all.Select(skill => skill.Name).Order(StringComparer.Ordinal));
        Assert.Equal(("~/.claude/skills", true), (Of(all, "b").Place, Of(all, "b").IsUsers));
    }

    [Fact]
    public void Drafts_are_found_where_the_workspace_keeps_them()
    {
        Write("drafts/a", "drafts/b_prototype");
        var layout = new WorkspaceLayout { Root = _folder.Path, Prototype = "drafts/{skill}_prototype" };
        Assert.Equal(["a", "b"], new SkillDiscovery(layout).Run().Skills.Select(skill => skill.Name));
    }

    [Fact]
    public void The_python_tools_name_of_the_file_is_found_too()
    {
        _folder.Write("modules/chat/live/skillz/a/SKILLz.md", TestSkill.Text(name: "a"));
        _folder.Write(".claude/skills/b/SKILLz.md", TestSkill.Text(name: "b"));
        _folder.Write(".claude/skills/b/SKILL.md", TestSkill.Text(name: "b"));
        Assert.Equal(["b SKILL.md", "a SKILLz.md"], Find().Select(skill => $"{skill.Name} {skill.File}"));
    }

    private WorkspaceLayout Layout => new() { Root = _folder.Path };

    private IReadOnlyList<DiscoveredSkill> Find() => new SkillDiscovery(Layout).Run().Skills;

    private static DiscoveredSkill Of(IEnumerable<DiscoveredSkill> skills, string name) => skills.Single(skill => skill.Name == name);

    private void Write(params string[] folders)
    {
        foreach (var folder in folders)
        {
            _folder.Write($"{folder}/SKILL.md", TestSkill.Text(name: Path.GetFileName(folder)));
        }
    }

    private void WriteWith(string frontMatter, string folder) => _folder.Write($"{folder}/SKILL.md", TestSkill.Text(frontMatter + "\n", name: Path.GetFileName(folder)));
}
