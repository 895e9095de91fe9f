using System.Text.Json;

namespace WreSkills.EndToEnd.Cli;

/// <summary>The example workspace and the demo that plays on it.</summary>
public sealed class LivechatTests : IDisposable
{
    private const string Skill = "youtube_spam_detection";
    private const string Core = "modules/infrastructure/wre_core/skills";
    private readonly string _folder = Directory.CreateTempSubdirectory("wre-livechat-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    [Trait("suite", "smoke")]
    public void Demo_ends_in_the_rollback_and_leaves_the_evidence()
    {
        var demo = WreCommand.Run(_folder, null, "demo", "--directory", At("demo"));

        Assert.True(demo.ExitCode == 0, demo.Output + demo.Error);
        Assert.Contains("ROLLED BACK youtube_spam_detection 1.1: production → staged, 1.0 serves again.", demo.Output, StringComparison.Ordinal);
        Assert.Contains("All invariants hold.", demo.Output, StringComparison.Ordinal);
        var show = WreCommand.Run(At("demo"), null, "show", "--skill", Skill, "--output", "json").Json;
        Assert.Equal("production", show.GetProperty("promotion_state").GetString());
        var versions = show.GetProperty("versions").EnumerateArray().ToDictionary(version => version.GetProperty("version").GetString()!);
        Assert.Equal("production", versions["1.0"].GetProperty("state").GetString());
        Assert.Equal(("held", "rolled_back"), (versions["1.1"].GetProperty("state").GetString(), versions["1.1"].GetProperty("held_reason").GetString()));
        var audit = File.ReadAllLines(At($"demo/{Core}/audit.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetString());
        Assert.Equal(["promotion", "promotion", "promotion", "promotion", "rollback"], audit);
        Assert.Contains("`links_checked`: missed", File.ReadAllText(Directory.GetFiles(At($"demo/{Core}/reports"), "*.md").Single()), StringComparison.Ordinal);
        Assert.Equal(
            ["v1.0_baseline.md", "v1.1_baseline.md"],
            Directory.GetFiles(At($"demo/modules/communication/livechat/skills/{Skill}/versions"), "*_baseline.md").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Single(Directory.GetFiles(At($"demo/modules/communication/livechat/skills/{Skill}/versions"), "v1.1_failed_*.md"));
        Assert.Single(Directory.GetFiles(At($"demo/{Core}/outbox"), "*-rollback_alert.json"));
        // What serves is the text of 1.0, byte for byte.
        Assert.Equal(File.ReadAllText(At($"demo/modules/communication/livechat/skills/{Skill}/versions/v1.0_baseline.md")), WreCommand.Run(At("demo"), null, "load", "--skill", Skill, "--no-inject").Output);
        Assert.Contains("\"source\": \"request\"", WreCommand.Run(At("demo"), null, "load", "--skill", Skill).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Breaking_one_rule_makes_the_gate_fail()
    {
        using var workspace = new LivechatWorkspace();
        var skill = workspace.At($".claude/skills/{Skill}_prototype/SKILL.md");
        var text = File.ReadAllText(skill);
        var begin = text.IndexOf("### Check: threat", StringComparison.Ordinal);
        var end = text.IndexOf("### Check: link", StringComparison.Ordinal);
        Assert.True(begin > 0 && end > begin);
        File.WriteAllText(skill, text.Remove(begin, end - begin));

        Assert.Equal(1, workspace.Wre("bench", "--skill", Skill, "--agent", "rules").ExitCode);
        var status = workspace.Wre("status", "--skill", Skill, "--target-state", "staged", "--output", "json");

        Assert.Equal(1, status.ExitCode);
        var verdicts = status.Json.GetProperty("gates").EnumerateArray().ToDictionary(gate => gate.GetProperty("name").GetString()!, gate => gate.GetProperty("verdict").GetString());
        Assert.Equal(("fail", "fail", "pass"), (verdicts["critical_false_negatives"], verdicts["pattern_fidelity"], verdicts["dependencies_section"]));
    }

    [Fact]
    public void Without_the_bad_edit_the_raid_rolls_nothing_back()
    {
        using var workspace = new LivechatWorkspace();
        workspace.Wre("bench", "--skill", Skill);
        workspace.Promote("T1", "prototype", "staged");
        Assert.Equal(0, workspace.Wre("run", "--skill", Skill, "--state", "staged", "--quiet", "--parallel", "4", "live/week_one.jsonl").ExitCode);
        workspace.Promote("T2", "staged", "production");

        var raid = workspace.Wre("run", "--skill", Skill, "--quiet", "live/raid.jsonl");

        Assert.True(raid.ExitCode == 0, raid.Output + raid.Error);
        Assert.Contains("1.0 (production): 30 executions, mean fidelity 1, 30 of 30 right", raid.Output, StringComparison.Ordinal);
        Assert.Equal("production", workspace.Wre("show", "--skill", Skill, "--output", "json").Json.GetProperty("promotion_state").GetString());
    }

    private string At(string relative) => Path.Combine(_folder, relative);
}
