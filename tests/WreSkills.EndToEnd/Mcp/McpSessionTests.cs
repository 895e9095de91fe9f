using System.Text.Json;
using System.Text.Json.Nodes;

using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

using WreSkills.EndToEnd.Cli;

namespace WreSkills.EndToEnd.Mcp;

/// <summary>The SDK's client starts <c>wre mcp</c>, works against a rollout at 10 %, and sees what its reports bring about.</summary>
public sealed class McpSessionTests
{
    private const int Keys = 1000;
    private const string Skill = SpamWorkspace.Skill;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("suite", "smoke")]
    public async Task A_client_lists_searches_loads_and_reports_and_a_rollback_changes_what_it_loads_next()
    {
        using var workspace = SpamWorkspace.Produced();
        NextVersion(workspace, "1.1", 3);

        // The ids that the template has used are known already.
        workspace.Record(workspace.Good(110, "staged").Select(line => line.Replace("\"execution_id\":\"", "\"execution_id\":\"second-", StringComparison.Ordinal)));
        workspace.Approve("APPROVAL_20251020_004", "staged", "production");
        workspace.Ok("promote", "--skill", Skill, "--from", "staged", "--to", "production", "--approver", "0102", "--approval-ticket", "APPROVAL_20251020_004", "--production-readiness-checklist-complete");
        NextVersion(workspace, "1.2", 5);

        var errors = new List<string>();
        await using var client = await ConnectAsync(workspace, errors);
        Assert.Equal(
            ["list_skills", "search_skills", "load_skill", "read_skill_file", "report_execution", "skill_status"],
            (await client.ListToolsAsync(new ListToolsRequestParams(), Stop)).Tools.Select(tool => tool.Name));
        var listed = Assert.Single((await AnswerAsync(client, "list_skills", [])).GetProperty("skills").EnumerateArray());
        Assert.Equal((Skill, "1.1", "1.2", 10), (listed.GetProperty("skill").GetString(), listed.GetProperty("production").GetString(), listed.GetProperty("staged").GetString(), listed.GetProperty("rollout_percent").GetInt32()));
        Assert.Equal(Skill, (await AnswerAsync(client, "search_skills", new JsonObject { ["query"] = "spam in chat" })).GetProperty("hits")[0].GetProperty("skill").GetString());

        var loaded = new Dictionary<string, JsonElement>();
        foreach (var key in Enumerable.Range(0, Keys).Select(number => $"stream-{number}"))
        {
            loaded[key] = await LoadAsync(client, key);
        }

        var candidates = loaded.Where(load => load.Value.GetProperty("arm").GetString() == "candidate").ToList();
        var baselines = loaded.Where(load => load.Value.GetProperty("arm").GetString() == "baseline").ToList();
        Assert.Equal(Keys, candidates.Count + baselines.Count);
        Assert.InRange(candidates.Count, Keys * 7 / 100, Keys * 13 / 100);
        Assert.All(candidates, load => Assert.Equal("1.2", load.Value.GetProperty("version").GetString()));
        Assert.All(baselines, load => Assert.Equal("1.1", load.Value.GetProperty("version").GetString()));
        foreach (var (key, load) in (KeyValuePair<string, JsonElement>[])[candidates[0], baselines[0]])
        {
            var byCommand = workspace.Ok("load", "--skill", Skill, "--key", key, "--output", "json").Json;
            Assert.Equal((load.GetProperty("digest").GetString(), load.GetProperty("arm").GetString()), (byCommand.GetProperty("digest").GetString(), byCommand.GetProperty("arm").GetString()));
        }

        // The other side: the reports arrive at the version that each key got.
        foreach (var (key, load) in candidates.Take(5).Concat(baselines.Take(20)))
        {
            var answer = await ReportAsync(client, load, $"good-{key}", good: true);
            Assert.True(answer.GetProperty("recorded").GetBoolean());
            Assert.Equal((1.0, 1.0), (answer.GetProperty("pattern_fidelity").GetDouble(), answer.GetProperty("outcome_quality").GetDouble()));
        }

        var live = (await AnswerAsync(client, "skill_status", new JsonObject { ["skill"] = Skill })).GetProperty("live").EnumerateArray().ToDictionary(version => version.GetProperty("version").GetString()!);
        Assert.Equal((20, 5), (live["1.1"].GetProperty("sources").GetProperty("mcp by words").GetInt32(), live["1.2"].GetProperty("sources").GetProperty("mcp by words").GetInt32()));
        Assert.Equal((90, 10), (live["1.1"].GetProperty("percent").GetInt32(), live["1.2"].GetProperty("percent").GetInt32()));

        // A critical miss of the candidate takes its share away.
        var critical = await ReportAsync(client, candidates[0].Value, "critical", good: false, critical: true);
        Assert.Equal(("aborted", 0), (critical.GetProperty("rollout").GetProperty("status").GetString(), critical.GetProperty("rollout").GetProperty("percent").GetInt32()));
        Assert.Equal("1.1", (await LoadAsync(client, candidates[0].Key)).GetProperty("version").GetString());

        // Bad runs of the version in production bring the one before it back, within the session.
        var (stream, before) = baselines[0];
        var rollback = default(JsonElement);
        for (var number = 0; rollback.ValueKind != JsonValueKind.Object; number++)
        {
            Assert.InRange(number, 0, 9);
            rollback = (await ReportAsync(client, before, $"bad-{number}", good: false)).GetProperty("rollback");
        }

        Assert.Equal("1.1", rollback.GetProperty("version").GetString());
        var after = await LoadAsync(client, stream);
        Assert.Equal(("1.0", "production"), (after.GetProperty("version").GetString(), after.GetProperty("state").GetString()));
        Assert.NotEqual(before.GetProperty("digest").GetString(), after.GetProperty("digest").GetString());

        var file = await AnswerAsync(client, "read_skill_file", new JsonObject { ["skill"] = Skill, ["path"] = "SKILL.md", ["digest"] = before.GetProperty("digest").GetString() });
        Assert.Equal(("1.1", before.GetProperty("text").GetString()), (file.GetProperty("version").GetString(), file.GetProperty("text").GetString()));
        Assert.Contains(errors, line => line.Contains("a report over MCP caused a rollback of 1.1", StringComparison.Ordinal));
        Assert.DoesNotContain(errors, line => line.Contains("   at ", StringComparison.Ordinal));
        workspace.Ok("doctor");
    }

    [Fact]
    [Trait("suite", "smoke")]
    public async Task A_rollback_by_another_process_changes_the_next_load()
    {
        using var workspace = SpamWorkspace.Produced();
        await using var client = await ConnectAsync(workspace, []);
        Assert.Equal("production", (await LoadAsync(client, "anyone")).GetProperty("state").GetString());
        workspace.Ok("rollback", "--skill", Skill, "--from", "production", "--to", "staged", "--reason", "a test");
        Assert.Equal("staged", (await LoadAsync(client, "anyone")).GetProperty("state").GetString());
    }

    [Fact]
    public void What_cannot_be_opened_is_said_before_the_protocol_begins()
    {
        using var workspace = new SpamWorkspace();
        workspace.Write("wre.yaml", "version: 1\nnonsense: true\n");
        var result = workspace.Wre("mcp");
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains("hint:", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Stdout_has_nothing_but_messages_and_the_end_of_stdin_ends_it()
    {
        using var workspace = new SpamWorkspace();
        var result = workspace.WreWithInput("""{"jsonrpc":"2.0","id":1,"method":"ping"}""" + "\nnot json\n", "mcp", "--key", "someone");
        Assert.Equal(0, result.ExitCode);
        Assert.All(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Equal("2.0", JsonDocument.Parse(line).RootElement.GetProperty("jsonrpc").GetString()));
        Assert.Contains("to key someone", result.Error, StringComparison.Ordinal);
    }

    private static void NextVersion(SpamWorkspace workspace, string version, int ticket)
    {
        workspace.WriteDraft(version, $"of {version}");
        workspace.Stage($"APPROVAL_20251020_00{ticket}");
    }

    private static Task<McpClient> ConnectAsync(SpamWorkspace workspace, List<string> errors) => McpClient.CreateAsync(
        new StdioClientTransport(
            new StdioClientTransportOptions
            {
                Name = "wre",
                Command = WreCommand.Executable[0],
                Arguments = [.. WreCommand.Executable.Skip(1), "mcp", "--workspace", workspace.Folder],
                StandardErrorLines = line =>
                {
                    lock (errors)
                    {
                        errors.Add(line);
                    }
                },
            },
            null),
        cancellationToken: Stop);

    private static async Task<JsonElement> AnswerAsync(McpClient client, string tool, JsonObject arguments)
    {
        var given = arguments.ToDictionary(argument => argument.Key, argument => JsonDocument.Parse(argument.Value?.ToJsonString() ?? "null").RootElement.Clone());
        var result = await client.CallToolAsync(new CallToolRequestParams { Name = tool, Arguments = given }, Stop);
        Assert.True(result.IsError is not true, result.Content.OfType<TextContentBlock>().FirstOrDefault()?.Text);
        return result.StructuredContent!.Value;
    }

    private static Task<JsonElement> LoadAsync(McpClient client, string key) => AnswerAsync(client, "load_skill", new JsonObject { ["skill"] = Skill, ["key"] = key });

    private static Task<JsonElement> ReportAsync(McpClient client, JsonElement loaded, string id, bool good, bool critical = false) => AnswerAsync(client, "report_execution", new JsonObject
    {
        ["skill"] = Skill,
        ["execution_id"] = id,
        ["version"] = loaded.GetProperty("version").GetString(),
        ["digest"] = loaded.GetProperty("digest").GetString(),
        ["state"] = loaded.GetProperty("state").GetString(),
        ["state_serial"] = loaded.GetProperty("state_serial").GetInt64(),
        ["key"] = loaded.GetProperty("key").GetString(),
        ["agent"] = "words",
        ["decision"] = good ? "spam" : "allow",
        ["expected_decision"] = "spam",
        ["critical"] = critical,
        ["execution_time_ms"] = 100,
        ["exception"] = false,
        ["breadcrumbs"] = new JsonArray(good ? new JsonObject { ["words_checked"] = true, ["links_checked"] = true } : new JsonObject { ["links_checked"] = true }),
    });
}
