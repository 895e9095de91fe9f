using System.Text.Json.Nodes;

namespace WreSkills.EndToEnd.Cli;

/// <summary><c>wre hook claude</c> as the client calls it: an event on stdin, and never an exit code that would block the client.</summary>
public sealed class HookCommandTests
{
    private const string Skill = SpamWorkspace.Skill;

    [Fact]
    [Trait("suite", "smoke")]
    public void A_turn_with_a_skill_is_recorded_once()
    {
        using var workspace = SpamWorkspace.Produced();
        workspace.Write("transcript.jsonl", """
            {"type":"user","uuid":"u0","sessionId":"s-1","timestamp":"2026-11-25T10:00:00.000Z","message":{"role":"user","content":"moderate the chat"}}
            {"type":"assistant","uuid":"u1","sessionId":"s-1","timestamp":"2026-11-25T10:00:01.000Z","message":{"id":"m1","model":"claude-sonnet-4-5","role":"assistant","content":[{"type":"tool_use","id":"toolu_01","name":"Skill","input":{"skill":"chat-tools:youtube_spam_detection"}}],"usage":{"input_tokens":3,"output_tokens":4}}}
            {"type":"user","uuid":"u2","sessionId":"s-1","timestamp":"2026-11-25T10:00:02.000Z","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_01","content":"Launching skill"}]}}
            {"type":"assistant","uuid":"u3","sessionId":"s-1","timestamp":"2026-11-25T10:00:03.000Z","message":{"id":"m2","model":"claude-sonnet-4-5","role":"assistant","content":[{"type":"tool_use","id":"toolu_02","name":"Bash","input":{"command":"grep buy chat.txt"}}],"usage":{"input_tokens":5,"output_tokens":6}}}
            {"type":"assistant","uuid":"u4","sess
            """);
        var hook = new JsonObject { ["hook_event_name"] = "Stop", ["session_id"] = "s-1", ["transcript_path"] = workspace.PathOf("transcript.jsonl"), ["cwd"] = workspace.Folder }.ToJsonString();
        var first = workspace.WreWithInput(hook, "hook", "claude", "--patience", "120", "--output", "json");
        Assert.Equal((0, ""), (first.ExitCode, first.Error));
        var execution = Assert.Single(first.Json.GetProperty("executions").EnumerateArray());
        Assert.Equal(("claude-toolu_01", Skill, "1.0", "production"), (
            execution.GetProperty("execution_id").GetString(), execution.GetProperty("skill").GetString(), execution.GetProperty("version").GetString(), execution.GetProperty("state").GetString()));
        Assert.Equal("1", workspace.Sql("SELECT count(*) FROM execution_metrics WHERE execution_id = 'claude-toolu_01'"));

        var second = workspace.WreWithInput(hook, "hook", "claude", "--patience", "120");
        Assert.Equal((0, "", ""), (second.ExitCode, second.Output, second.Error));
        Assert.Equal("1", workspace.Sql("SELECT count(*) FROM execution_metrics WHERE execution_id = 'claude-toolu_01'"));
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("{\"hook_event_name\":\"Stop\"", "not valid JSON")]
    [InlineData("{\"hook_event_name\":\"Stop\",\"session_id\":\"s\",\"transcript_path\":\"/nowhere/t.jsonl\"}", "the transcript cannot be read")]
    [InlineData("{\"hook_event_name\":\"PostToolUse\",\"session_id\":\"s\",\"tool_name\":\"Skill\",\"tool_use_id\":\"t1\",\"tool_input\":{\"skill\":\"pdf\"}}", "pdf is no skill of this workspace")]
    [InlineData("{\"hook_event_name\":\"PostToolUse\",\"session_id\":\"s\",\"tool_name\":\"Bash\",\"tool_input\":{}}", "")]
    public void Nothing_disturbs_the_client(string input, string said)
    {
        using var workspace = new SpamWorkspace();
        var before = Directory.EnumerateFiles(workspace.Folder, "*", SearchOption.AllDirectories).ToList();
        var result = workspace.WreWithInput(input, "hook", "claude", "--patience", "120");
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
        Assert.True(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length <= 1, result.Error);
        Assert.Equal(before, Directory.EnumerateFiles(workspace.Folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_damaged_workspace_does_not_disturb_the_client_either()
    {
        using var workspace = new SpamWorkspace();
        workspace.Write("wre.yaml", "version: 1\nnonsense: true\n");
        var result = workspace.WreWithInput("""{"hook_event_name":"PostToolUse","session_id":"s","tool_name":"Skill","tool_use_id":"t1","tool_input":{"skill":"pdf"}}""", "hook", "claude", "--patience", "120");
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("wre hook: nothing was recorded: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_settings_that_it_prints_are_those_of_the_guide()
    {
        using var workspace = new SpamWorkspace();
        var printed = workspace.Ok("hook", "claude", "--print-settings").Output.Trim();
        Assert.Contains(printed, File.ReadAllText(Path.Combine(WreCommand.RepositoryRoot, "docs", "guides", "claude-code.md")).ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }
}
