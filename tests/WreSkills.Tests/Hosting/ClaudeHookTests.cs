using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Hosting;
using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Tests.Executions;

namespace WreSkills.Tests.Hosting;

/// <summary>Executions that hooks of Claude Code record.</summary>
public sealed class ClaudeHookTests : IDisposable
{
    private const string Skill = TestWorkspace.Skill;
    private const string Session = "5f0c3a52-session";
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    private int _opened;

    private ClaudeHookOutcome Run(string name, TranscriptWriter transcript, params (string Name, JsonNode? Value)[] more)
    {
        _test.Write("transcript.jsonl", transcript.Text);
        var json = new JsonObject { ["hook_event_name"] = name, ["session_id"] = Session, ["transcript_path"] = _test.At("transcript.jsonl"), ["cwd"] = _test.Root };
        foreach (var (field, value) in more)
        {
            json[field] = value;
        }

        var hook = new ClaudeHook(
            () =>
            {
                _opened++;
                return Workspace.Open(_test.Root, _test.Time);
            },
            _test.Time);
        return hook.Run(ClaudeHookEvent.Read(Encoding.UTF8.GetBytes(json.ToJsonString())));
    }

    private JsonElement Kept(string id) => _test.Workspace.Executions.Find(Skill, [$"claude-{id}"])[$"claude-{id}"];

    private static TranscriptWriter Turn(string id = "t1", string skill = Skill, string? folder = null)
    {
        var transcript = new TranscriptWriter().Prompt("go").Skill(id, skill).Result(id);
        if (folder is not null)
        {
            transcript.Base(id, folder);
        }

        return transcript.Use($"{id}-a", "Bash", new JsonObject { ["command"] = "grep buy chat.txt" }).Result($"{id}-a").Use($"{id}-b", "Write", []).Result($"{id}-b", error: true);
    }

    private async Task StageStepsAsync()
    {
        // Patterns that a transcript can tell.
        var path = $".claude/skills/{Skill}_prototype/SKILL.md";
        _test.Write(path, _test.Read(path).Replace("  - caps_checked=true\n  - links_checked=true\n  - rate_checked=true\n  - repetition_checked=true\n", "  - step: Bash\n  - step: Read\n", StringComparison.Ordinal));
        await _test.BenchAsync(new TestAgent(request => TestAgent.Answer(new JsonObject
        {
            ["decision"] = TestAgent.Text(request).Contains("buy", StringComparison.Ordinal) ? "remove" : "allow",
            ["breadcrumbs"] = new JsonArray(new JsonObject { ["tool"] = "Bash" }, new JsonObject { ["tool"] = "Read" }),
        })));
        TestWorkspace.Committed(_test.Promote(PromotionState.Staged, _test.Ticket(PromotionState.Staged)));
    }

    [Fact]
    public async Task The_end_of_a_turn_is_recorded_once_with_its_steps_and_scored()
    {
        await StageStepsAsync();
        var staged = _test.Workspace.Layout.StagedFolder(Skill);
        var execution = Assert.Single(Run("Stop", Turn(folder: staged)).Recording.Executions);
        Assert.Equal(("claude-t1", "1.0", "staged", 0.5), (execution.Record.ExecutionId, execution.Record.Version, execution.Record.State, execution.Score!.PatternFidelity!.Value));
        Assert.Equal(_test.Entry.Versions["1.0"].StateSerial, execution.Record.StateSerial);
        var kept = Kept("t1");
        Assert.Equal(("claude", Session, "hook", "folder", "claude-sonnet-4-5", false), (
            kept.GetProperty("agent").GetString(), kept.GetProperty("key").GetString(), kept.GetProperty("source").GetString(), kept.GetProperty("version_from").GetString(), kept.GetProperty("model").GetString(), kept.GetProperty("exception").GetBoolean()));
        Assert.Equal((6000.0, 2 * 117), (kept.GetProperty("execution_time_ms").GetDouble(), kept.GetProperty("tokens").GetInt32()));
        Assert.Equal("""[{"tool":"Bash","arguments":{"command":"grep buy chat.txt"},"at":3000},{"tool":"Write","arguments":{},"at":5000,"error":true}]""", kept.GetProperty("breadcrumbs").GetRawText());

        Assert.Empty(Run("Stop", Turn(folder: staged)).Recording.Executions);
        Assert.Equal(1, _test.Workspace.Database.ExecutionCounts()[Skill]);
    }

    [Fact]
    public async Task What_a_transcript_cannot_tell_is_kept_and_not_scored()
    {
        await _test.StageAsync();
        var execution = Assert.Single(Run("Stop", Turn(folder: _test.Workspace.Layout.StagedFolder(Skill))).Recording.Executions);
        Assert.Null(execution.Score);
        Assert.Equal(2, Kept("t1").GetProperty("steps").GetArrayLength());
        Assert.False(Kept("t1").TryGetProperty("breadcrumbs", out _));
    }

    [Fact]
    public async Task A_session_that_no_version_serves_counts_for_none()
    {
        await _test.StageAsync();
        var session = Enumerable.Range(0, 1000).Select(number => $"session-{number}").First(key => _test.Workspace.Loader.Load(Skill, key) is null);
        var outcome = Run("Stop", Turn(), ("session_id", session));
        Assert.Empty(outcome.Recording.Executions);
        Assert.Contains("no version of", Assert.Single(outcome.Notes), StringComparison.Ordinal);
        Assert.False(_test.Workspace.Database.ExecutionCounts().ContainsKey(Skill));
    }

    [Fact]
    public async Task The_beginning_fixes_the_version_and_the_end_adds_the_rest()
    {
        await StageStepsAsync();
        var folder = Path.Combine(_test.Root, ".claude/skills", Skill);
        Directory.CreateDirectory(folder);
        foreach (var file in _test.Workspace.Store.Open(Skill, _test.Entry.Versions["1.0"].Digest).Files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file.Path))!);
            File.Copy(Path.Combine(_test.Workspace.Store.Folder(_test.Entry.Versions["1.0"].Digest), file.Path), Path.Combine(folder, file.Path));
        }

        var begun = Assert.Single(Run("PostToolUse", new TranscriptWriter().Prompt("go"), ("tool_name", "Skill"), ("tool_use_id", "t1"), ("tool_input", new JsonObject { ["skill"] = Skill })).Recording.Executions);
        Assert.Equal(("1.0", null, null), (begun.Record.Version, begun.Record.ExecutionTimeMs, begun.Record.Exception));
        Directory.Delete(folder, recursive: true);
        var ended = Assert.Single(Run("Stop", Turn()).Recording.Executions);
        Assert.Equal(("1.0", 5000.0, 0.5, false), (ended.Record.Version, ended.Record.ExecutionTimeMs, ended.Score!.PatternFidelity!.Value, ended.Record.Exception));
        Assert.Equal(1, _test.Workspace.Database.ExecutionCounts()[Skill]);
    }

    [Fact]
    public async Task An_exported_folder_tells_the_version_even_under_another_file_name()
    {
        await _test.ProduceAsync();
        var export = new SkillExport(_test.Workspace, SkillClient.Claude);
        Assert.Empty(export.Run(force: false).Problems);
        Run("Stop", Turn("t1", folder: Path.Combine(export.Folder, Skill)));
        Assert.Equal(("folder", "1.0", "production"), (Kept("t1").GetProperty("version_from").GetString(), Kept("t1").GetProperty("version").GetString(), Kept("t1").GetProperty("state").GetString()));

        // Where the folder cannot be found, the lock file beside it still says which version was there.
        Directory.Delete(Path.Combine(export.Folder, Skill), recursive: true);
        Run("Stop", Turn("t2", folder: "/nowhere/at/all"));
        Assert.Equal(("lock", "1.0"), (Kept("t2").GetProperty("version_from").GetString(), Kept("t2").GetProperty("version").GetString()));

        File.Delete(Path.Combine(export.Folder, SkillExport.LockFileName));
        Run("Stop", Turn("t3"));
        Assert.Equal(("serving", "1.0"), (Kept("t3").GetProperty("version_from").GetString(), Kept("t3").GetProperty("version").GetString()));
    }

    [Fact]
    public async Task A_folder_of_unknown_content_counts_for_no_version()
    {
        await _test.ProduceAsync();
        _test.Write($".claude/skills/{Skill}/SKILL.md", $"---\nname: {Skill}\ndescription: Edited by hand.\n---\nElse.\n");
        Run("Stop", Turn());
        Assert.Equal("prototype", Kept("t1").GetProperty("state").GetString());
        Assert.Equal(100, _test.Workspace.Database.Latest(Skill, "1.0", "staged", null)!.Executions);
        Assert.Null(_test.Workspace.Database.Latest(Skill, "1.0", "production", null));
    }

    [Fact]
    public async Task Failures_are_exceptions_and_two_skills_are_two_executions()
    {
        await _test.StageAsync();
        var outcome = Run("SessionEnd", new TranscriptWriter()
            .Prompt("go").Skill("t1", $"tools:{Skill}").Result("t1", error: true)
            .Skill("t2", $"{Skill}_staged").Result("t2").Use("t3", "Bash", []).Interrupted());
        Assert.Equal([("claude-t1", true, "skill_error"), ("claude-t2", true, "interrupted")], outcome.Recording.Executions.Select(execution => (execution.Record.ExecutionId, execution.Record.Exception == true, execution.Record.ExceptionType)));
    }

    [Fact]
    public async Task The_end_of_a_sub_agent_leaves_the_sessions_own_skill_alone()
    {
        await _test.StageAsync();
        var transcript = new TranscriptWriter().Prompt("go").Skill("t1", Skill).Result("t1").Use("t2", "Task", []).As("a1").Prompt("look").Skill("t3", Skill).Result("t3").Use("t4", "Grep", []).Result("t4");
        Assert.Equal(["claude-t3"], Run("SubagentStop", transcript).Recording.Executions.Select(execution => execution.Record.ExecutionId));
        Assert.Equal(["claude-t1"], Run("Stop", transcript.As(null).Result("t2")).Recording.Executions.Select(execution => execution.Record.ExecutionId));
    }

    [Fact]
    public async Task A_sub_agent_with_a_transcript_of_its_own_is_read_there()
    {
        await _test.StageAsync();
        _test.Write("agent.jsonl", new TranscriptWriter().As("a1").Prompt("look").Skill("t7", Skill).Result("t7").Text);
        var outcome = Run("SubagentStop", Turn(), ("agent_transcript_path", _test.At("agent.jsonl")));
        Assert.Equal(["claude-t7"], outcome.Recording.Executions.Select(execution => execution.Record.ExecutionId));
    }

    [Fact]
    public async Task Bad_turns_roll_back()
    {
        await StageStepsAsync();
        _test.Record(Enumerable.Range(0, 100).Select(index => _test.Line(("decision", index % 2 == 0 ? "allow" : "remove"), ("expected_decision", index % 2 == 0 ? "allow" : "remove"), ("execution_time_ms", 50), ("exception", false), ("breadcrumbs", JsonNode.Parse("""[{"tool":"Bash"},{"tool":"Read"}]""")))));
        TestWorkspace.Committed(_test.Promote(PromotionState.Production, _test.Ticket(PromotionState.Production)));
        var transcript = new TranscriptWriter();
        for (var number = 0; number < 10; number++)
        {
            transcript.Prompt("go").Skill($"t{number}", Skill).Result($"t{number}").Use($"w{number}", "Write", []).Result($"w{number}");
        }

        Assert.Equal("pattern_fidelity_drop_below_85", Run("Stop", transcript).Recording.Skills[Skill].Rollback!.Reason);
    }

    [Theory]
    [InlineData("Stop", null)]
    [InlineData("PreToolUse", "Skill")]
    [InlineData("PostToolUse", "Bash")]
    public void Without_a_skill_the_workspace_is_not_opened(string name, string? tool)
    {
        Assert.Empty(Run(name, new TranscriptWriter().Prompt("go").Use("t1", "Bash", []).Result("t1"), ("tool_name", tool)).Recording.Executions);
        Assert.Equal(0, _opened);
    }

    [Fact]
    public void Skills_of_others_are_noted_and_nothing_is_written()
    {
        Assert.Contains("somebody-elses is no skill of this workspace", Assert.Single(Run("Stop", Turn(skill: "somebody-elses")).Notes), StringComparison.Ordinal);
        Assert.False(File.Exists(_test.Workspace.Layout.MetricsDatabase));
        Assert.False(Directory.Exists(_test.Workspace.Layout.ExecutionsFolder));
    }

    [Fact]
    public void A_missing_transcript_is_noted()
    {
        var hook = new ClaudeHook(() => throw new InvalidOperationException(), _test.Time);
        var outcome = hook.Run(ClaudeHookEvent.Read("""{"hook_event_name":"Stop","session_id":"s","transcript_path":"/nowhere/t.jsonl"}"""u8.ToArray()));
        Assert.Contains("transcript cannot be read", Assert.Single(outcome.Notes), StringComparison.Ordinal);
        Assert.Empty(hook.Run(ClaudeHookEvent.Read("""{"hook_event_name":"Stop","session_id":"s"}"""u8.ToArray())).Notes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"hook_event_name":"Stop"}""")]
    [InlineData("""{"hook_event_name":1,"session_id":"s"}""")]
    public void What_is_no_event_is_refused(string json) => Assert.Throws<WreException>(() => ClaudeHookEvent.Read(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("spam", "spam")]
    [InlineData("tools:spam", "spam")]
    [InlineData("/spam", "spam")]
    [InlineData("spam_prototype", "spam")]
    [InlineData("market:tools:spam_staged", "spam")]
    public void Names_are_told_without_plugin_and_state(string name, string expected) => Assert.Equal(expected, ClaudeHook.NameOf(name));
}
