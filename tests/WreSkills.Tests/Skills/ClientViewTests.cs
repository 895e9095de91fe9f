using WreSkills.Skills;

namespace WreSkills.Tests.Skills;

public class ClientViewTests
{
    [Fact]
    public void Claude_prefers_the_users_own_and_keeps_sub_projects_apart()
    {
        var collisions = Of("claude", Found(".claude/skills", "deploy"), Found("~/.claude/skills", "deploy"), Found(".claude/skills", "deploy", "apps/web"));
        Assert.Contains(collisions, collision => collision is { Session: "", Winner: null } && collision.Resolution.Contains("apps/web:deploy", StringComparison.Ordinal));
        Assert.Contains(collisions, collision => collision is { Session: "", Winner: "/home/ada/.claude/skills/deploy" });
        var plain = Assert.Single(Of("claude", Found(".claude/skills", "deploy"), Found("~/.claude/skills", "deploy")));
        Assert.Equal("/home/ada/.claude/skills/deploy", plain.Winner);
    }

    [Fact]
    public void Claude_reads_one_of_the_two_places_only() => Assert.Empty(Of("claude", Found(".claude/skills", "deploy"), Found(".agents/skills", "deploy")));

    [Fact]
    public void Copilot_takes_the_first_of_its_places()
    {
        var collision = Assert.Single(Of("copilot", Found(".claude/skills", "deploy"), Found(".agents/skills", "deploy"), Found(".github/skills", "deploy")));
        Assert.Equal([".github/skills/deploy", ".agents/skills/deploy", ".claude/skills/deploy"], collision.Paths);
        Assert.Equal(".github/skills/deploy", collision.Winner);
    }

    [Fact]
    public void Gemini_prefers_the_workspace_and_there_the_shared_folder()
    {
        var collision = Assert.Single(Of("gemini", Found("~/.agents/skills", "deploy"), Found(".gemini/skills", "deploy"), Found(".agents/skills", "deploy")));
        Assert.Equal(".agents/skills/deploy", collision.Winner);
    }

    [Fact]
    public void Codex_lists_all_of_them()
    {
        var collision = Assert.Single(Of("codex", Found(".agents/skills", "deploy"), Found("~/.agents/skills", "deploy")));
        Assert.Null(collision.Winner);
        Assert.Contains("lists all 2", collision.Resolution, StringComparison.Ordinal);
    }

    [Fact]
    public void Opencode_prefers_its_own_folder() =>
        Assert.Equal(".opencode/skills/deploy", Assert.Single(Of("opencode", Found(".claude/skills", "deploy"), Found(".opencode/skills", "deploy"))).Winner);

    [Fact]
    public void Names_are_those_of_the_front_matter_where_the_client_reads_them()
    {
        var (draft, live) = (Found(".claude/skills", "deploy_prototype", name: "deploy"), Found(".claude/skills", "deploy"));
        Assert.Empty(Of("claude", draft, live));
        Assert.Equal("deploy", Assert.Single(Of("copilot", draft, live)).Name);
    }

    [Fact]
    public void A_collision_inside_a_sub_project_is_said_for_a_session_there()
    {
        var collision = Assert.Single(Of("codex", Found(".agents/skills", "deploy"), Found(".agents/skills", "deploy", "apps/web"), Found(".agents/skills", "deploy", "apps/api")), collision => collision.Session == "apps/web");
        Assert.Equal(["apps/web/.agents/skills/deploy", ".agents/skills/deploy"], collision.Paths);
        Assert.Empty(Of("gemini", Found(".agents/skills", "deploy"), Found(".agents/skills", "deploy", "apps/web")));
    }

    [Fact]
    public void A_client_lists_each_name_once()
    {
        DiscoveredSkill[] skills = [Found(".claude/skills", "b"), Found(".github/skills", "a"), Found(".agents/skills", "b"), Found(".gemini/skills", "c")];
        Assert.Equal([".github/skills/a", ".agents/skills/b"], ClientView.Listed(SkillClient.Copilot, skills).Select(skill => skill.Path));
    }

    private static List<SkillCollision> Of(string client, params DiscoveredSkill[] skills) => [.. ClientView.Collisions(skills).Where(collision => collision.Client == client)];

    private static DiscoveredSkill Found(string place, string folder, string project = "", string? name = null) => new()
    {
        Name = SkillName.WithoutState(folder),
        Path = (place.StartsWith('~') ? "/home/ada" + place[1..] : project.Length == 0 ? place : $"{project}/{place}") + "/" + folder,
        File = "SKILL.md",
        Place = place,
        Project = project,
        State = "production",
        Header = new SkillHeader { Name = name ?? folder, Description = "d" },
    };
}
