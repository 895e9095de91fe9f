using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Registry;
using WreSkills.Tests.Hosting;

namespace WreSkills.Tests.Mcp;

/// <summary>Reports over MCP: they go the way of every execution, are marked, and can cause a rollback and nothing else.</summary>
public sealed class ReportExecutionTests : IDisposable
{
    private const string Skill = TestWorkspace.Skill;
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_report_is_recorded_scored_and_marked_as_the_clients()
    {
        await TwoVersions.StageSecondAsync(_test);
        await using var session = await McpSession.StartAsync(_test);
        var loaded = await session.LoadAsync();
        var report = McpSession.Report(loaded, "run-1", good: false);
        report["source"] = "benchmark";
        report["reported_by"] = "0102";
        report["note_of_mine"] = "kept";
        var answer = await session.AnswerAsync("report_execution", report);
        Assert.Equal((true, true, 0.25, 0.0, "1.0"), (
            answer.GetProperty("recorded").GetBoolean(), answer.GetProperty("scored").GetBoolean(), answer.GetProperty("pattern_fidelity").GetDouble(), answer.GetProperty("outcome_quality").GetDouble(), answer.GetProperty("version").GetString()));
        Assert.Equal(["links_checked=true", "rate_checked=true", "repetition_checked=true"], answer.GetProperty("patterns_missed").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("rollback").ValueKind);

        var kept = _test.Workspace.Executions.Find(Skill, ["run-1"])["run-1"];
        Assert.Equal(("mcp", "tester 1.2", "kept", McpSession.Key), (kept.GetProperty("source").GetString(), kept.GetProperty("reported_by").GetString(), kept.GetProperty("note_of_mine").GetString(), kept.GetProperty("key").GetString()));
    }

    [Fact]
    public async Task The_same_report_twice_counts_once_and_a_later_verdict_is_added()
    {
        await TwoVersions.StageSecondAsync(_test);
        await using var session = await McpSession.StartAsync(_test);
        var report = McpSession.Report(await session.LoadAsync(), "run-1", good: true);
        report.Remove("expected_decision");
        Assert.True((await session.AnswerAsync("report_execution", (JsonObject)report.DeepClone())).GetProperty("recorded").GetBoolean());
        Assert.False((await session.AnswerAsync("report_execution", (JsonObject)report.DeepClone())).GetProperty("recorded").GetBoolean());
        var verdict = await session.AnswerAsync("report_execution", new JsonObject { ["skill"] = Skill, ["execution_id"] = "run-1", ["correct"] = true });
        Assert.Equal((true, 1.0, "1.0"), (verdict.GetProperty("recorded").GetBoolean(), verdict.GetProperty("outcome_quality").GetDouble(), verdict.GetProperty("version").GetString()));
        Assert.Equal(1, (await session.AnswerAsync("skill_status", new JsonObject { ["skill"] = Skill })).GetProperty("live")[0].GetProperty("sources").GetProperty("mcp by tester").GetInt32());
    }

    [Fact]
    public async Task A_report_without_id_gets_one_and_one_of_no_version_says_so()
    {
        await TwoVersions.StageSecondAsync(_test);
        await using var session = await McpSession.StartAsync(_test);
        var answer = await session.AnswerAsync("report_execution", new JsonObject { ["skill"] = Skill, ["version"] = "9.9", ["state"] = "production", ["correct"] = false });
        Assert.True(Guid.TryParse(answer.GetProperty("execution_id").GetString(), out _));
        Assert.Contains("not counted: no version 9.9", answer.GetProperty("note").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_reports_roll_back_and_the_next_load_is_another_version()
    {
        await TwoVersions.ProduceSecondAsync(_test);
        await using var session = await McpSession.StartAsync(_test);
        var loaded = await session.LoadAsync();
        Assert.Equal("1.1", loaded.GetProperty("version").GetString());
        JsonElement? rollback = null;
        for (var number = 0; number < 10; number++)
        {
            Assert.Null(rollback);
            var answer = await session.AnswerAsync("report_execution", McpSession.Report(loaded, $"bad-{number}", good: false));
            rollback = answer.GetProperty("rollback") is { ValueKind: JsonValueKind.Object } found ? found : null;
        }

        Assert.Equal(("1.1", "production", "pattern_fidelity_drop_below_85"), Assert.NotNull(rollback) is var done ? (done.GetProperty("version").GetString(), done.GetProperty("from_state").GetString(), done.GetProperty("reason").GetString()) : default);
        Assert.Equal("1.0", (await session.LoadAsync()).GetProperty("version").GetString());
        var status = await session.AnswerAsync("skill_status", new JsonObject { ["skill"] = Skill });
        Assert.Equal(("1.0", "1.1"), (status.GetProperty("live")[0].GetProperty("version").GetString(), status.GetProperty("rolled_back")[0].GetProperty("version").GetString()));
    }

    [Fact]
    public async Task Reports_cannot_grow_without_bound()
    {
        await TwoVersions.StageSecondAsync(_test);
        await using var session = await McpSession.StartAsync(_test);
        var many = new JsonObject { ["skill"] = Skill, ["breadcrumbs"] = new JsonArray([.. Enumerable.Range(0, 2001).Select(number => (JsonNode)$"step={number}")]) };
        Assert.Contains("2,001 breadcrumbs", await session.ErrorAsync("report_execution", many), StringComparison.Ordinal);
        Assert.Contains("at most 1,000,000", await session.ErrorAsync("report_execution", new JsonObject { ["skill"] = Skill, ["decision"] = new string('x', 1_000_001) }), StringComparison.Ordinal);
        Assert.Equal(PromotionState.Production, _test.Entry.PromotionState);
    }
}
