using System.Text.Json;

namespace WreSkills.EndToEnd.Cli;

/// <summary>A repository in which several clients and the policy's own layout meet, taken over by the built <c>wre</c>.</summary>
public sealed class ExistingSkillsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wre-existing-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_repository_with_all_layouts_is_found_adopted_served_exported_and_healthy()
    {
        string[] production =
        [
            ".claude/skills/claude-one", ".agents/skills/agents-one", ".github/skills/github-one", ".gemini/skills/gemini-one", ".cursor/skills/cursor-one", ".opencode/skill/open-one", ".opencode/skills/open-two",
            "modules/shop/cart/skills/cart_check", "apps/web/.claude/skills/web-one", "packages/api/.agents/skills/api-one",
        ];
        foreach (var path in production)
        {
            Skill(path);
        }

        Skill(".claude/skills/draft_prototype");
        Skill(".claude/skills/cart_check_staged", "Look closer.");
        Skill("node_modules/x/.claude/skills/no-one");
        Skill(".claude/skills/claude-one_staged_archive_20251020T100000Z");
        Skill("home/.claude/skills/claude-one");
        var before = Hashes();

        var found = Json("discover");
        Assert.Equal(14, found.GetProperty("skills").GetArrayLength());
        Assert.True(Json("init", "--dry-run").GetProperty("dry_run").GetBoolean());
        Assert.False(File.Exists(At("wre.yaml")));

        var init = Json("init");
        Assert.Equal("policy", init.GetProperty("preset").GetString());
        Assert.Equal(11, init.GetProperty("skills").EnumerateArray().Count(skill => skill.GetProperty("registered").GetBoolean()));
        Assert.Equal(before, Hashes());
        Assert.Equal(["cart_check production 1.0 1.1"], Json("list").GetProperty("skills").EnumerateArray().Where(skill => skill.GetProperty("staged").ValueKind != JsonValueKind.Null)
            .Select(skill => $"{skill.GetProperty("skill")} {skill.GetProperty("promotion_state")} {skill.GetProperty("production")} {skill.GetProperty("staged")}"));
        Assert.Contains("Do it.", Json("load", "--skill", "api-one").GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.True(Json("doctor").GetProperty("healthy").GetBoolean());
        Assert.DoesNotContain(Json("init").GetProperty("skills").EnumerateArray(), skill => skill.GetProperty("registered").GetBoolean());

        var export = Json("export", "--client", "gemini", "--to", "out");
        Assert.Equal(10, export.GetProperty("skills").GetArrayLength());
        Assert.Equal(0, Run("export", "--client", "gemini", "--to", "out", "--check").ExitCode);
        File.AppendAllText(At("out/web-one/SKILL.md"), "More.\n");
        var changed = Run("export", "--client", "gemini", "--to", "out", "--check");
        Assert.Equal(1, changed.ExitCode);
        Assert.Contains("web-one was changed", changed.Output, StringComparison.Ordinal);
        Assert.Equal(before, Hashes());
    }

    [Fact]
    public void The_users_own_skills_are_reported_with_what_they_hide()
    {
        Skill("repo/.claude/skills/deploy");
        Skill("home/.claude/skills/deploy");
        var text = WreCommand.Shell(At("repo"), $"export HOME='{At("home")}'; wre init --user");
        Assert.Equal(0, text.ExitCode);
        Assert.Contains($"Claude Code uses {At("home/.claude/skills/deploy")} of the user and hides the other.", text.Output, StringComparison.Ordinal);
        Assert.Contains("adopted deploy 1.0 as production", text.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".claude/skills/a", "claude")]
    [InlineData(".agents/skills/a", "agents")]
    [InlineData("modules/x/y/skills/a", "policy")]
    public void The_preset_fits_and_can_be_overridden(string path, string preset)
    {
        Skill("one/" + path);
        Skill("two/" + path);
        Assert.Contains($"preset: {preset}", After("one", "init"), StringComparison.Ordinal);
        Assert.Contains("preset: policy", After("two", "init --preset policy"), StringComparison.Ordinal);

        string After(string folder, string command)
        {
            Assert.Equal(0, WreCommand.Shell(At(folder), $"wre {command} && wre doctor").ExitCode);
            return File.ReadAllText(At($"{folder}/wre.yaml"));
        }
    }

    [Fact]
    public void A_new_skill_passes_the_lint_and_the_gates_that_need_no_benchmark()
    {
        Run("init", "--preset", "claude");
        Assert.Equal(0, Run("new", "tidy-up", "--agent", "gemma", "--description", "Tidies up; \"carefully\".").ExitCode);
        var lint = Run("lint", "--skill", "tidy-up");
        Assert.Equal((0, true), (lint.ExitCode, lint.Output.Contains("no findings", StringComparison.Ordinal)));
        var gates = WreCommand.Run(_folder, null, "validate", "--skill", "tidy-up", "--output", "json").Json.GetProperty("gates").EnumerateArray().ToDictionary(gate => gate.GetProperty("name").GetString()!, gate => gate.GetProperty("verdict").GetString());
        Assert.All(["skill_content", "dependencies_section", "dependency_health", "metrics_destinations"], name => Assert.Equal("pass", gates[name]));
        Assert.Equal(2, Run("new", "tidy-up").ExitCode);
        Assert.Equal(2, Run("new", "Tidy_Up").ExitCode);
        Skill(".agents/skills/other");
        var taken = Run("new", "other");
        Assert.Contains(".agents/skills/other", taken.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_are_filtered_by_agent_intent_and_state()
    {
        Skill(".claude/skills/a", front: "primary_agent: gemma\nintent_type: CLASSIFICATION\n");
        Skill(".claude/skills/b", front: "primary_agent: qwen\nfallback_agent: gemma\nintent_type: DECISION\n");
        Run("init");
        Run("new", "c", "--agent", "gemma");
        Run("retire", "--skill", "b", "--approver", "0102", "--reason", "over");
        Assert.Equal(["a", "b", "c"], Names("--agent", "gemma"));
        Assert.Equal(["b", "c"], Names("--intent", "decision"));
        Assert.Equal(["a"], Names("--state", "production"));
        Assert.Equal(["b"], Names("--state", "retired"));
        Assert.Equal(["c"], Names("--state", "prototype", "--agent", "gemma"));
        Assert.Empty(Names("--agent", "nobody"));

        IEnumerable<string?> Names(params string[] options) => Json(["list", .. options]).GetProperty("skills").EnumerateArray().Select(skill => skill.GetProperty("skill").GetString());
    }

    private void Skill(string path, string body = "Do it.", string front = "")
    {
        var name = Path.GetFileName(path).Replace("_prototype", "", StringComparison.Ordinal).Replace("_staged", "", StringComparison.Ordinal);
        Directory.CreateDirectory(At(path));
        File.WriteAllText(Path.Combine(At(path), "SKILL.md"), $"---\nname: {name}\ndescription: Does {name}.\n{front}---\n{body}\n");
    }

    private string Hashes() => WreCommand.Shell(_folder, "find . -name SKILL.md -not -path './modules/infrastructure/*' -not -path './out/*' -exec sha256sum {} \\; | sort").Output;

    private string At(string relative) => Path.Combine(_folder, relative);

    private WreResult Run(params string[] arguments) => WreCommand.Run(_folder, null, arguments);

    private JsonElement Json(params string[] arguments)
    {
        var result = Run([.. arguments, "--output", "json"]);
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', arguments)}: {result.Output}{result.Error}");
        return result.Json;
    }
}
