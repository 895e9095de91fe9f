using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Tests.Promotion;

public class AdoptionPlanTests
{
    private static readonly WorkspaceLayout s_claude = WorkspaceLayout.ForPreset("claude", "/w");
    private static readonly WorkspaceLayout s_policy = WorkspaceLayout.ForPreset("policy", "/w");

    [Theory]
    [InlineData(AdoptionChoice.Production, "production")]
    [InlineData(AdoptionChoice.Prototype, "prototype")]
    [InlineData(AdoptionChoice.None, null)]
    public void What_clients_serve_is_registered_as_asked(AdoptionChoice choice, string? state) =>
        Assert.Equal(state, Make(s_claude, choice, Found(".claude/skills/a")).Single().As?.Text());

    [Theory]
    [InlineData("prototype", ".claude/skills/a", "prototype")]
    [InlineData("staged", ".claude/skills/a", "prototype")]
    [InlineData("archived", ".claude/skills/a_staged_archive_x", null)]
    [InlineData("staged", ".claude/skills/a_staged", "staged")]
    [InlineData("prototype", ".claude/skills/a_prototype", null)]
    [InlineData("production", ".claude/skills/a_prototype", "production")]
    public void The_state_decides_and_a_draft_in_its_place_needs_no_registration(string state, string path, string? registered) =>
        Assert.Equal(registered, Make(s_policy, AdoptionChoice.Production, Found(path, state)).Single().As?.Text());

    [Fact]
    public void Of_several_folders_of_one_name_the_layouts_own_is_taken()
    {
        var decisions = Make(s_policy, AdoptionChoice.Production, Found(".agents/skills/a"), Found(".claude/skills/a"), Found("modules/x/y/skills/a", module: "x/y"), Found("apps/web/.claude/skills/a", project: "apps/web"));
        Assert.Equal("modules/x/y/skills/a", Assert.Single(decisions, decision => decision.As is not null).Found.Path);
        Assert.All(decisions.Where(decision => decision.As is null), decision => Assert.Contains("modules/x/y/skills/a", decision.Reason, StringComparison.Ordinal));
        Assert.Equal(".claude/skills/a", Make(s_claude, AdoptionChoice.Production, Found("apps/web/.claude/skills/a", project: "apps/web"), Found(".agents/skills/a"), Found(".claude/skills/a")).Single(decision => decision.As is not null).Found.Path);
    }

    [Fact]
    public void A_skill_may_have_a_production_and_a_staged_version_at_once() =>
        Assert.Equal(["production", "staged"], Make(s_policy, AdoptionChoice.Production, Found("modules/x/y/skills/a", module: "x/y"), Found(".claude/skills/a_staged", "staged")).Select(decision => decision.As?.Text()));

    [Fact]
    public void What_is_registered_stays_as_it_is()
    {
        var registry = new RegistryDocument().With("a", new SkillEntry { Location = ".claude/skills/a/" });
        var decisions = AdoptionPlan.Make([Found(".claude/skills/a"), Found(".agents/skills/a")], registry, s_claude, AdoptionChoice.Production);
        Assert.Equal(["registered already", "a skill of this name is registered already, at .claude/skills/a/"], decisions.Select(decision => decision.Reason));
        Assert.All(decisions, decision => Assert.Null(decision.As));
    }

    [Fact]
    public void The_users_own_and_names_that_are_none_are_left_alone() =>
        Assert.All(Make(s_claude, AdoptionChoice.Production, Found("/home/ada/.claude/skills/a", place: "~/.claude/skills"), Found(".claude/skills/mit leerzeichen")), decision => Assert.Null(decision.As));

    private static IReadOnlyList<AdoptionDecision> Make(WorkspaceLayout layout, AdoptionChoice choice, params DiscoveredSkill[] found) => AdoptionPlan.Make(found, new RegistryDocument(), layout, choice);

    private static DiscoveredSkill Found(string path, string state = "production", string? module = null, string project = "", string? place = null)
    {
        var folder = Path.GetFileName(path);
        var archive = folder.IndexOf("_staged_archive_", StringComparison.Ordinal);
        return new DiscoveredSkill
        {
            Name = archive > 0 ? folder[..archive] : SkillName.WithoutState(folder),
            Path = path,
            File = "SKILL.md",
            Place = place ?? (module is not null ? "modules" : path.Contains(".agents", StringComparison.Ordinal) ? ".agents/skills" : ".claude/skills"),
            Project = project,
            Module = module,
            State = state,
            Header = new SkillHeader(),
        };
    }
}
