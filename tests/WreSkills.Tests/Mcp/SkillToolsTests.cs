using System.Text.Json;
using System.Text.Json.Nodes;

using ModelContextProtocol;
using ModelContextProtocol.Protocol;

using WreSkills.Executions;
using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Tests.Hosting;

namespace WreSkills.Tests.Mcp;

/// <summary>The tools as a client sees them, through the SDK's own client.</summary>
public sealed class SkillToolsTests : IDisposable
{
    private const string Skill = TestWorkspace.Skill;
    private readonly TestWorkspace _test = new();

    public SkillToolsTests()
    {
        _test.Write("wre.yaml", "version: 1\ndependencies:\n  author_history: {kind: directory, path: .}\n");
        _test.Write($".claude/skills/{Skill}_prototype/references/words.txt", "buy\nsell\n");
        _test.Reopen();
    }

    public void Dispose() => _test.Dispose();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task There_are_exactly_these_tools_and_none_decides_anything()
    {
        await using var session = await McpSession.StartAsync(_test);
        var tools = (await session.Client.ListToolsAsync(new ListToolsRequestParams(), Stop)).Tools;
        Assert.Equal(["list_skills", "search_skills", "load_skill", "read_skill_file", "report_execution", "skill_status"], tools.Select(tool => tool.Name));
        Assert.All(tools, tool =>
        {
            var annotations = tool.Annotations!;
            Assert.Equal((tool.Name != "report_execution", false, false), (annotations.ReadOnlyHint, annotations.DestructiveHint, annotations.OpenWorldHint));
            Assert.Equal(tool.Name != "report_execution", annotations.IdempotentHint);
            Assert.NotEmpty(tool.Title!);
            Assert.NotEmpty(tool.Description!);
            Assert.Equal("object", tool.InputSchema.GetProperty("type").GetString());
            Assert.All(tool.InputSchema.GetProperty("properties").EnumerateObject(), property => Assert.NotEmpty(property.Value.GetProperty("description").GetString()!));
            var output = Assert.NotNull(tool.OutputSchema);
            Assert.Equal(output.GetProperty("properties").EnumerateObject().Select(property => property.Name), output.GetProperty("required").EnumerateArray().Select(name => name.GetString()));
        });
        Assert.Equal(tools.Select(tool => tool.Name), (await session.Client.ListToolsAsync(new ListToolsRequestParams(), Stop)).Tools.Select(tool => tool.Name));
    }

    [Theory]
    [InlineData("promote")]
    [InlineData("rollback")]
    [InlineData("approve")]
    [InlineData("LOAD_SKILL")]
    public async Task Any_other_tool_is_refused(string tool)
    {
        await using var session = await McpSession.StartAsync(_test);
        var before = _test.Workspace.Registry.Load().Serial;
        var error = await Assert.ThrowsAsync<McpProtocolException>(() => session.CallAsync(tool, new JsonObject { ["skill"] = Skill }));
        Assert.Equal(McpErrorCode.InvalidParams, error.ErrorCode);
        Assert.Equal(before, _test.Workspace.Registry.Load().Serial);
    }

    [Fact]
    public async Task Skills_are_listed_in_pages_without_their_text()
    {
        await _test.StageAsync();
        var registry = _test.Workspace.Registry;
        var entry = _test.Entry;
        Change(document => document.With("another", entry with { IntentType = "REVIEW", PrimaryAgent = "qwen" }).With("retired", entry with { Retired = new RetiredEntry { Operation = "o", At = "2025-10-20T12:00:00Z", Approver = "0102", Reason = "old" } }));
        await using var session = await McpSession.StartAsync(_test);

        var first = await session.AnswerAsync("list_skills", new JsonObject { ["limit"] = 1 });
        var second = await session.AnswerAsync("list_skills", new JsonObject { ["limit"] = 1, ["cursor"] = first.GetProperty("next_cursor").GetString() });
        Assert.Equal(["another"], Names(first));
        Assert.Equal([Skill], Names(second));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next_cursor").ValueKind);
        var listed = second.GetProperty("skills")[0];
        Assert.Equal(("Flags spam in chat messages.", "staged", "1.0", 10), (listed.GetProperty("description").GetString(), listed.GetProperty("state").GetString(), listed.GetProperty("staged").GetString(), listed.GetProperty("rollout_percent").GetInt32()));
        Assert.False(listed.TryGetProperty("text", out _));

        Assert.Equal(["another"], Names(await session.AnswerAsync("list_skills", new JsonObject { ["intent"] = "review" })));
        Assert.Equal([Skill], Names(await session.AnswerAsync("list_skills", new JsonObject { ["agent"] = "gemma" })));
        Assert.Empty(Names(await session.AnswerAsync("list_skills", new JsonObject { ["state"] = "production" })));
        Assert.Equal(registry.Load().Serial, first.GetProperty("serial").GetInt64());
    }

    [Fact]
    public async Task Skills_are_found_by_words()
    {
        await _test.StageAsync();
        await using var session = await McpSession.StartAsync(_test);
        var hit = (await session.AnswerAsync("search_skills", new JsonObject { ["query"] = "spam mesages" })).GetProperty("hits")[0];
        Assert.Equal((Skill, "staged"), (hit.GetProperty("skill").GetString(), hit.GetProperty("state").GetString()));
        Assert.Empty((await session.AnswerAsync("search_skills", new JsonObject { ["query"] = "spam", ["state"] = "production" })).GetProperty("hits").EnumerateArray());
    }

    [Fact]
    public async Task Loading_says_which_version_it_is_and_that_none_serves_is_an_answer()
    {
        await _test.StageAsync();
        await using var session = await McpSession.StartAsync(_test);
        var keys = Enumerable.Range(0, 200).Select(number => $"stream-{number}").ToList();
        var served = keys.Find(key => _test.Workspace.Loader.Load(Skill, key) is { Arm: "candidate" })!;
        var loaded = await session.LoadAsync(served);
        Assert.True(loaded.GetProperty("served").GetBoolean());
        Assert.Equal(("1.0", _test.Entry.Versions["1.0"].Digest, "candidate", "staged", _test.Entry.Versions["1.0"].StateSerial), (
            loaded.GetProperty("version").GetString(), loaded.GetProperty("digest").GetString(), loaded.GetProperty("arm").GetString(), loaded.GetProperty("state").GetString(), loaded.GetProperty("state_serial").GetInt64()));
        Assert.Contains("Look at capital letters", loaded.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains("references/words.txt", loaded.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("path").GetString()));

        var none = await session.LoadAsync(keys.Find(key => _test.Workspace.Loader.Load(Skill, key) is null)!);
        Assert.False(none.GetProperty("served").GetBoolean());
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (none.GetProperty("text").ValueKind, none.GetProperty("version").ValueKind));
        Assert.Contains("work without the skill", none.GetProperty("note").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_the_session_is_the_key_and_without_sessions_every_request_is()
    {
        await _test.StageAsync();
        await using (var session = await McpSession.StartAsync(_test))
        {
            Assert.Equal(McpSession.Key, (await session.LoadAsync()).GetProperty("key").GetString());
        }

        await using var shared = await McpSession.StartAsync(_test, key: null);
        Assert.NotEqual((await shared.LoadAsync()).GetProperty("key").GetString(), (await shared.LoadAsync()).GetProperty("key").GetString());
    }

    [Theory]
    [InlineData("load_skill", """{"skill":"nothing_here"}""", "does not know the skill 'nothing_here'")]
    [InlineData("load_skill", """{}""", "skill: is missing")]
    [InlineData("load_skill", """{"skill":7,"key":"","labels":["a",1],"level":"all","shell":"sh"}""", "skill: must be a text")]
    [InlineData("load_skill", """{"skill":"../../etc"}""", "")]
    [InlineData("list_skills", """{"limit":100000}""", "limit: must be a whole number from 1 to 100")]
    [InlineData("search_skills", """{"query":""}""", "query: must have 1 to 512 characters")]
    [InlineData("skill_status", """{"skill":"nothing_here"}""", "does not know the skill")]
    [InlineData("read_skill_file", """{"skill":"spam_check","path":"SKILL.md","digest":"XYZ"}""", "That is no digest")]
    [InlineData("read_skill_file", """{"skill":"spam_check","path":"SKILL.md","digest":"0000000000000000000000000000000000000000000000000000000000000000"}""", "has no version 000000000000")]
    [InlineData("report_execution", """{"skill":"nothing_here"}""", "There is no skill 'nothing_here' here")]
    [InlineData("report_execution", """{"decision":"allow"}""", "skill: is missing")]
    [InlineData("report_execution", """{"skill":"spam_check","execution_time_ms":-1,"state":"live","breadcrumbs":"none","correct":"yes"}""", "execution_time_ms: is -1")]
    [InlineData("report_execution", """{"skill":"spam_check","execution_id":"a\u0000b"}""", "execution_id: must have 1 to 200 printable characters")]
    public async Task Mistakes_are_told_with_a_hint(string tool, string arguments, string expected)
    {
        await _test.StageAsync();
        await using var session = await McpSession.StartAsync(_test);
        var error = await session.ErrorAsync(tool, JsonNode.Parse(arguments)!.AsObject());
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Contains("\nhint: ", error, StringComparison.Ordinal);
        Assert.Equal(0, _test.Workspace.Database.ExecutionCounts().GetValueOrDefault(Skill));
    }

    [Fact]
    public async Task Everything_wrong_with_the_arguments_is_told_at_once()
    {
        await using var session = await McpSession.StartAsync(_test);
        var error = await session.ErrorAsync("load_skill", JsonNode.Parse("""{"key":5,"labels":"a","level":"all","shell":"sh"}""")!.AsObject());
        Assert.All((string[])["- skill: is missing", "- key: must be a text", "- labels: must be a list of texts", "- level: must be one of metadata, body, document", "- shell: load_skill knows no such argument"], problem => Assert.Contains(problem, error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_damaged_workspace_is_told_and_not_shown()
    {
        await _test.StageAsync();
        await using var session = await McpSession.StartAsync(_test);
        _test.Write("modules/infrastructure/wre_core/skills/skills_registry.json", "{ not json");
        var error = await session.ErrorAsync("list_skills", []);
        Assert.Contains("skills_registry.json", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_another_process_promotes_is_loaded_next()
    {
        await _test.StageAsync();
        await using var session = await McpSession.StartAsync(_test);
        _test.RecordGood(100);
        Assert.Equal("staged", (await session.AnswerAsync("skill_status", new JsonObject { ["skill"] = Skill })).GetProperty("state").GetString());
        TestWorkspace.Committed(_test.Promote(PromotionState.Production, _test.Ticket(PromotionState.Production)));
        Assert.Equal(("production", "baseline"), (await session.LoadAsync("anyone")) is var loaded ? (loaded.GetProperty("state").GetString(), loaded.GetProperty("arm").GetString()) : default);
        Assert.Equal("production", (await session.AnswerAsync("skill_status", new JsonObject { ["skill"] = Skill })).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Many_requests_at_once_disturb_nothing()
    {
        await _test.ProduceAsync();
        await using var session = await McpSession.StartAsync(_test);
        var loaded = await session.LoadAsync();
        await Task.WhenAll(Enumerable.Range(0, 60).Select(number => (number % 3) switch
        {
            0 => session.AnswerAsync("report_execution", McpSession.Report(loaded, $"many-{number}", good: true)),
            1 => session.LoadAsync($"key-{number}"),
            _ => session.AnswerAsync("search_skills", new JsonObject { ["query"] = "spam" }),
        }));
        var status = await session.AnswerAsync("skill_status", new JsonObject { ["skill"] = Skill });
        Assert.Equal(20, status.GetProperty("live")[0].GetProperty("executions").GetInt64());
        Assert.Equal(20, status.GetProperty("live")[0].GetProperty("sources").GetProperty("mcp by tester").GetInt32());
    }

    private static List<string?> Names(JsonElement page) => [.. page.GetProperty("skills").EnumerateArray().Select(skill => skill.GetProperty("skill").GetString())];

    private void Change(Func<RegistryDocument, RegistryDocument> change)
    {
        var (registry, document) = (_test.Workspace.Registry, _test.Workspace.Registry.Load());
        Assert.True(registry.TryCommit(change(document), document.Serial));
    }
}
