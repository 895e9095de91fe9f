using WreSkills.Hosting;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Skills;

namespace WreSkills.Tests.Hosting;

public sealed class ExistingSkillsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_skill_that_clients_serve_is_adopted_as_production_and_not_a_byte_changes()
    {
        Write(".claude/skills/deploy", "version: \"2.1\"");
        _folder.Write(".claude/skills/deploy/scripts/run.sh", "echo hi\n");
        var before = Everything();
        using var workspace = Init();
        Assert.Equal("claude", workspace.Layout.Preset);
        Assert.Equal(before, Everything());
        var (label, version) = workspace.Registry.Load().Require("deploy").Live(PromotionState.Production)!.Value;
        Assert.Equal(("2.1", true, ".claude/skills/deploy"), (label, version.Adopted, version.AdoptedFrom));
        Assert.Empty(version.Tickets);
        Assert.Equal(TestSkill.Text("version: \"2.1\"\n", "Do it.\n", "deploy"), workspace.Loader.Load("deploy", "any")!.Text);
        var line = Assert.Single(workspace.Audit.Lines(), line => line.GetProperty("event").GetString() != "policy_init");
        Assert.Equal(("adoption", "deploy", version.Operation), (line.GetProperty("event").GetString(), line.GetProperty("skill").GetString(), line.GetProperty("operation").GetString()));
        Healthy(workspace);
    }

    [Fact]
    public void A_repository_that_mixes_layouts_is_adopted_and_doctor_is_content()
    {
        Write("modules/chat/live/skills/a");
        Write(".claude/skills/b");
        Write(".claude/skills/c_prototype");
        Write(".claude/skills/d_staged");
        Write("apps/web/.agents/skills/e");
        Write(".gemini/skills/f", "promotion_state: prototype");
        Write(".claude/skills/a_staged", body: "Better.\n");
        _folder.Write("modules/chat/live/skillz/g/SKILLz.md", TestSkill.Text(name: "g"));
        var before = Everything();
        using var workspace = Init();
        Assert.Equal(before, Everything());
        var registry = workspace.Registry.Load();
        Assert.Equal(
            "a production modules/chat/live/skills/a/, b production .claude/skills/b/, d staged .claude/skills/d_staged/, e production apps/web/.agents/skills/e/, f prototype .gemini/skills/f/, g production modules/chat/live/skillz/g/",
            string.Join(", ", registry.Skills.Select(skill => $"{skill.Key} {skill.Value.PromotionState.Text()} {skill.Value.Location}")));
        Assert.Equal(("1.0", "1.1"), (registry.Require("a").Active["production"], registry.Require("a").Active["staged"]));
        Assert.Equal("g", workspace.Loader.Load("g", "any")!.Folder.Settings.Name);
        Assert.Equal(".gemini/skills/f", workspace.Layout.Relative(workspace.Loader.OpenPrototype("f").Folder.Path));
        Healthy(workspace);
        new WorkspaceDoctor(workspace).Repair();
        Assert.Equal(before, Everything());
        Healthy(workspace);
        new WorkspaceDoctor(workspace).Rebuild();
        Healthy(workspace);
    }

    [Fact]
    public void Adopting_again_changes_nothing()
    {
        Write(".claude/skills/a");
        using var workspace = Init();
        var registry = File.ReadAllText(workspace.Layout.RegistryFile);
        Init().Dispose();
        Assert.Equal(registry, File.ReadAllText(workspace.Layout.RegistryFile));
        Assert.Single(workspace.Audit.Lines(), line => line.GetProperty("event").GetString() != "policy_init");
    }

    [Fact]
    public void What_cannot_be_a_version_is_refused_with_its_reasons()
    {
        Write(".claude/skills/good");
        _folder.Write(".claude/skills/bad/SKILL.md", "---\nname: bad\nname: twice\n---\n");
        Write(".claude/skills/linked");
        File.CreateSymbolicLink(_folder.At(".claude/skills/linked/more.md"), "/etc/hostname");
        using var workspace = Init();
        Assert.Equal(["good"], workspace.Registry.Load().Skills.Keys);
        Assert.All(_report!.Outcomes.Where(outcome => outcome.Decision.Found.Name != "good"), outcome => Assert.NotEmpty(outcome.Problems));
        Healthy(workspace);
    }

    [Fact]
    public void A_hand_edit_of_an_adopted_skill_is_found_and_not_served()
    {
        Write(".claude/skills/a");
        using var workspace = Init();
        _folder.Write(".claude/skills/a/SKILL.md", TestSkill.Text(name: "a", body: "Do harm.\n"));
        Assert.DoesNotContain("harm", workspace.Loader.Load("a", "any")!.Text, StringComparison.Ordinal);
        Assert.Contains(new WorkspaceDoctor(workspace).Check(), invariant => invariant is { Name: "production_folders", Holds: false });
    }

    [Fact]
    public void More_skills_than_one_batch_are_adopted_each_with_its_audit_line()
    {
        for (var number = 0; number < 40; number++)
        {
            Write($".claude/skills/s{number}");
        }

        using var workspace = Init();
        Assert.Equal(40, workspace.Registry.Load().Skills.Count);
        Assert.Equal(40, workspace.Audit.Lines().Where(line => line.GetProperty("event").GetString() != "policy_init").Select(line => line.GetProperty("operation").GetString()).Distinct().Count());
        Healthy(workspace);
    }

    [Fact]
    public void An_adopted_version_is_rolled_back_like_any_other_and_returns()
    {
        Write(".claude/skills/a");
        using var workspace = Init();
        var outcome = workspace.Promoter.RollBack(new RollbackRequest { Skill = "a", From = PromotionState.Production, To = PromotionState.Staged, Reason = "test" });
        Assert.NotNull(outcome.Transition);
        Healthy(workspace);
        workspace.Worker.Run();
        workspace.RollbackReviews.Record("a", "0102", "seen");
        Assert.NotNull(workspace.Promoter.Undo("a", "0102", "it was fine", "tester").Transition);
        Assert.Equal(PromotionState.Production, workspace.Registry.Load().Require("a").PromotionState);
        Healthy(workspace);
    }

    [Fact]
    public void Somebody_elses_skill_where_production_would_be_is_left_alone()
    {
        Write("modules/chat/live/skills/a", body: "Theirs.\n");
        Write(".claude/skills/a", "module: chat/live");
        using var workspace = Workspace.Open(_folder.Path);
        var layout = workspace.Layout;
        var plan = ExistingSkills.Plan(layout, AdoptionChoice.Production, null, TimeProvider.System);
        var mine = plan.Outcomes.Single(outcome => outcome.Decision.Found.Path == ".claude/skills/a").Decision with { As = PromotionState.Production };
        workspace.Adopter.Adopt([mine], "tester");
        var before = Everything();
        new WorkspaceDoctor(workspace).Repair();
        Assert.Equal(before, Everything());
        Healthy(workspace);
    }

    [Theory]
    [InlineData("claude", ".claude/skills/a")]
    [InlineData("agents", ".agents/skills/a")]
    [InlineData("policy", "modules/x")]
    [InlineData("policy", ".claude/skills/a_prototype")]
    [InlineData("policy", "src")]
    public void The_layout_fits_what_is_there(string preset, string folder)
    {
        Directory.CreateDirectory(_folder.At(folder));
        Assert.Equal(preset, ExistingSkills.PresetFor(_folder.Path));
    }

    private ExistingSkillsReport? _report;

    private Workspace Init()
    {
        WorkspaceInitializer.Run(_folder.Path, ExistingSkills.PresetFor(_folder.Path));
        var workspace = Workspace.Open(_folder.Path);
        _report = ExistingSkills.Adopt(workspace, ExistingSkills.Plan(workspace.Layout, AdoptionChoice.Production, null, TimeProvider.System), "tester");
        return workspace;
    }

    private void Write(string path, string frontMatter = "", string body = "Do it.\n")
    {
        var name = SkillName.WithoutState(Path.GetFileName(path));
        _folder.Write($"{path}/SKILL.md", TestSkill.Text(frontMatter.Length == 0 ? "" : frontMatter + "\n", body, name));
    }

    // Everything that belongs to skills: names, times, modes and contents.
    private string Everything() => Shell.Run(
        _folder.Path, "find . -path ./.wre -prune -o -path ./modules/infrastructure -prune -o -name wre.yaml -prune -o -type f -printf '%p %m %T@ %s ' -exec sha256sum {} \\; | sort");

    private static void Healthy(Workspace workspace) => Assert.Empty(new WorkspaceDoctor(workspace).Check().SelectMany(invariant => invariant.Problems.Select(problem => $"{invariant.Name}: {problem}")));
}
