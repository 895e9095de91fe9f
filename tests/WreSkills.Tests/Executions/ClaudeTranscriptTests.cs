using System.Text;
using System.Text.Json.Nodes;

using WreSkills.Executions;

namespace WreSkills.Tests.Executions;

public sealed class ClaudeTranscriptTests
{
    private static JsonObject Command(string command) => new() { ["command"] = command };

    private static ClaudeInvocation Only(TranscriptWriter transcript) => Assert.Single(ClaudeTranscript.Read(transcript.Bytes));

    private static string[] Tools(ClaudeInvocation invocation) => [.. invocation.Steps.Select(step => step.Tool)];

    [Fact]
    public void An_invocation_has_the_steps_that_followed_with_time_tokens_and_model()
    {
        var invocation = Only(new TranscriptWriter()
            .Prompt("check the chat").Use("t0", "Read", []).Result("t0")
            .Skill("t1", "spam").Result("t1", text: "Launching skill: spam").Base("t1", "/home/ada/.claude/skills/spam")
            .Say("first I look", "m2").Use("t2", "Bash", Command("grep buy chat.txt"), "m2").Result("t2", error: true)
            .Use("t3", "Read", new JsonObject { ["file_path"] = "chat.txt" }).Result("t3").Say("It is spam.", "m4"));
        Assert.Equal(("t1", "spam", "/home/ada/.claude/skills/spam", null, false), (invocation.ToolUseId, invocation.Name, invocation.Folder, invocation.Failure, invocation.BySubagent));
        Assert.Equal(["Bash", "Read"], Tools(invocation));
        Assert.Equal([true, false], invocation.Steps.Select(step => step.Failed));
        Assert.Equal("""{"command":"grep buy chat.txt"}""", invocation.Steps[0].Arguments);
        Assert.Equal([4000.0, 6000.0], invocation.Steps.Select(step => step.AtMs!.Value));

        // The skill is line 3 and the last words line 11; three answers follow the one that invoked it, 117 tokens each.
        Assert.Equal((TranscriptWriter.Start.AddSeconds(3), TranscriptWriter.Start.AddSeconds(11)), (invocation.StartedAt!.Value, invocation.EndedAt!.Value));
        Assert.Equal((3 * 117L, "claude-sonnet-4-5"), (invocation.Tokens, invocation.Model));
    }

    [Fact]
    public void A_second_skill_of_the_turn_ends_the_first_and_the_next_prompt_ends_both()
    {
        var invocations = ClaudeTranscript.Read(new TranscriptWriter()
            .Prompt("go").Skill("t1", "spam").Result("t1").Use("t2", "Bash", []).Result("t2")
            .Skill("t3", "tools:report", field: "command").Result("t3").Use("t4", "Write", []).Result("t4")
            .Prompt("now something else").Use("t5", "Edit", []).Result("t5").Bytes);
        Assert.Equal(["spam", "tools:report"], invocations.Select(invocation => invocation.Name));
        Assert.Equal([["Bash"], ["Write"]], invocations.Select(Tools));
    }

    [Fact]
    public void Interruptions_and_errors_are_told()
    {
        Assert.Equal("interrupted", Only(new TranscriptWriter().Prompt("go").Skill("t1", "spam").Result("t1").Use("t2", "Bash", []).Interrupted().Prompt("stop").Use("t3", "Edit", [])).Failure);
        Assert.Equal("skill_error", Only(new TranscriptWriter().Prompt("go").Skill("t1", "spam").Result("t1", error: true)).Failure);
        Assert.Equal(("api_error", "claude-sonnet-4-5"), Only(new TranscriptWriter().Prompt("go").Skill("t1", "spam").Result("t1").ApiError()) is var failed ? (failed.Failure, failed.Model) : default);
        Assert.Null(Only(new TranscriptWriter().Prompt("go").Skill("t1", "spam").Result("t1").Use("t2", "Bash", []).Result("t2", error: true).Say("then by hand", "m3")).Failure);
    }

    [Fact]
    public void Sub_agents_have_a_course_of_their_own()
    {
        var invocations = ClaudeTranscript.Read(new TranscriptWriter()
            .Prompt("go").Skill("t1", "spam").Result("t1").Use("t2", "Task", [])
            .As("a1").Prompt("look into it").Skill("t3", "links").Result("t3").Use("t4", "WebFetch", []).Result("t4")
            .As("a2").Prompt("and you").Use("t5", "Grep", []).Result("t5")
            .As(null).Result("t2").Use("t6", "Write", []).Result("t6").Bytes);
        Assert.Equal([("spam", false), ("links", true)], invocations.Select(invocation => (invocation.Name, invocation.BySubagent)));
        Assert.Equal([["Task", "Write"], ["WebFetch"]], invocations.Select(Tools));
    }

    [Fact]
    public void A_compacted_conversation_goes_on()
    {
        var invocation = Only(new TranscriptWriter().Prompt("go").Skill("t1", "spam").Result("t1").Use("t2", "Bash", []).Result("t2").Compacted().Use("t3", "Write", []).Result("t3"));
        Assert.Equal(["Bash", "Write"], Tools(invocation));
    }

    [Fact]
    public void What_a_resumed_session_repeats_counts_once()
    {
        var first = new TranscriptWriter().Prompt("go").Skill("t1", "spam").Result("t1").Use("t2", "Bash", []).Result("t2").Text;
        var again = first.Replace("5f0c3a52-session", "another-session", StringComparison.Ordinal).Replace("\"uuid\":\"u", "\"uuid\":\"copy-u", StringComparison.Ordinal);
        var invocation = Assert.Single(ClaudeTranscript.Read(Encoding.UTF8.GetBytes(first + again)));
        Assert.Equal("t1", invocation.ToolUseId);
        Assert.Equal(["Bash"], Tools(invocation));
    }

    [Theory]
    [InlineData("""{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t9","name":"Skill","input":{"skill":"sp""")]
    [InlineData("not json at all \"Skill\"")]
    [InlineData("""{"type":"assistant","message":"Skill"}""")]
    [InlineData("""{"type":"assistant","message":{"content":[{"type":"tool_use","id":7,"name":"Skill","input":[]},null,"x",{"type":"tool_use","id":"t8","name":"Skill","input":{"skill":9}}]}}""")]
    [InlineData("[1,2,3]")]
    public void What_cannot_be_read_is_passed_over(string line)
    {
        var transcript = new TranscriptWriter().Prompt("go").Skill("t1", "spam").Result("t1").Raw(line).Use("t2", "Bash", []).Result("t2").Text;
        Assert.Equal(["Bash"], Tools(Assert.Single(ClaudeTranscript.Read(Encoding.UTF8.GetBytes(transcript)))));
        Assert.Single(ClaudeTranscript.Read(Encoding.UTF8.GetBytes(transcript + line)));
    }

    [Fact]
    public void Only_the_end_of_a_huge_transcript_is_read()
    {
        using var folder = new TemporaryFolder();
        var old = new TranscriptWriter().Prompt("go").Skill("old", "spam").Result("old").Text;
        var recent = new TranscriptWriter().Prompt("go").Skill("new", "spam").Result("new").Text.Replace("\"uuid\":\"u", "\"uuid\":\"n", StringComparison.Ordinal);
        var filler = string.Concat(Enumerable.Repeat($$"""{"type":"progress","data":"{{new string('x', 1000)}}"}""" + "\n", 5000));
        folder.Write("t.jsonl", old + filler + recent);
        Assert.Equal("new", Assert.Single(ClaudeTranscript.ReadTail(folder.At("t.jsonl"))).ToolUseId);
    }

    [Fact]
    public void Arguments_are_shortened_and_steps_are_bounded()
    {
        var transcript = new TranscriptWriter().Prompt("go").Skill("t1", "spam").Result("t1")
            .Use("long", "Write", new JsonObject { ["content"] = new string('x', 10_000), ["deep"] = JsonNode.Parse("[[[[[[1]]]]]]"), ["n"] = 3, ["none"] = null });
        for (var number = 0; number < ClaudeTranscript.MostSteps + 10; number++)
        {
            transcript.Use($"s{number}", "Read", []);
        }

        var invocation = Only(transcript);
        Assert.Equal(ClaudeTranscript.MostSteps, invocation.Steps.Count);
        Assert.Equal($$"""{"content":"{{new string('x', 200)}}…","deep":[[["…"]]],"n":3,"none":null}""", invocation.Steps[0].Arguments);
    }

    [Fact]
    public void A_link_is_not_followed()
    {
        using var folder = new TemporaryFolder();
        folder.Write("real.jsonl", "{}\n");
        File.CreateSymbolicLink(folder.At("link.jsonl"), folder.At("real.jsonl"));
        Assert.ThrowsAny<IOException>(() => ClaudeTranscript.ReadTail(folder.At("link.jsonl")));
    }
}
