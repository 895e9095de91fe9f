using System.Text.Json.Nodes;

using Microsoft.Extensions.Time.Testing;

using WreSkills.Executions;
using WreSkills.Loading;
using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Tests.Hosting;

namespace WreSkills.Tests.Executions;

public sealed class AgentExecutionTests : IDisposable
{
    private static readonly FakeTimeProvider s_time = new(new DateTimeOffset(2025, 10, 20, 12, 0, 0, TimeSpan.Zero));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("wre-agent-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_we_know_wins_over_what_the_agent_claims()
    {
        var record = await RunAsync(
            new JsonObject
            {
                ["execution_id"] = "forged",
                ["skill"] = "other",
                ["version"] = "9",
                ["digest"] = "forged",
                ["state"] = "prototype",
                ["state_serial"] = 99,
                ["timestamp"] = "1999-01-01T00:00:00Z",
                ["agent"] = "somebody",
                ["source"] = "imported",
                ["key"] = "forged",
                ["expected_decision"] = "remove",
                ["label"] = "positive",
                ["critical"] = false,
                ["correct"] = true,
                ["outcome_quality"] = 1,
                ["decision"] = "remove",
                ["model"] = "m",
            },
            new JsonObject { ["expected_decision"] = "allow", ["label"] = "negative", ["critical"] = true });
        Assert.Equal(("e-1", "spam", "1.0", "digest", "staged", 4L), (record.ExecutionId, record.Skill, record.Version, record.Digest, record.State, record.StateSerial));
        Assert.Equal((s_time.GetUtcNow(), "test", "live", "user-1"), (record.Timestamp!.Value, record.Agent, record.Source, record.Key));
        Assert.Equal(("remove", "allow", CaseLabel.Negative, true, 0.0), (record.Decision, record.ExpectedDecision, record.Label!.Value, record.Critical!.Value, record.OutcomeQuality!.Value));
        Assert.Equal("m", record.Model);
    }

    [Fact]
    public async Task Nobody_gets_faster_by_saying_so()
    {
        var record = await RunAsync(new JsonObject { ["execution_time_ms"] = 7 });
        Assert.Equal((12.346, 7), (record.ExecutionTimeMs, (int?)record.Json["reported_execution_time_ms"]));
        Assert.Equal(12.346, (await RunAsync([])).ExecutionTimeMs);
    }

    [Fact]
    public async Task A_failure_is_an_execution_with_an_exception()
    {
        var record = await RunAsync(TestAgent.Failed("timeout", log: "last words"), new JsonObject { ["expected_decision"] = "remove" });
        Assert.Equal((true, "timeout", 0.0), (record.Exception, record.ExceptionType, record.OutcomeQuality));
        Assert.Empty(record.Breadcrumbs!);
        Assert.Equal(("it was timeout", "last words"), ((string?)record.Json["exception_message"], (string?)record.Json["log"]));
    }

    [Fact]
    public async Task Impossible_fields_are_the_agents_failure()
    {
        var record = await RunAsync(new JsonObject { ["confidence"] = 7, ["decision"] = "allow" });
        Assert.Equal((true, "invalid_output", null), (record.Exception, record.ExceptionType, record.Decision));
        Assert.Equal("confidence: is 7; it must lie between 0 and 1", (string?)record.Json["exception_message"]);
    }

    [Fact]
    public async Task A_field_that_stands_twice_is_the_agents_failure()
    {
        var record = await RunAsync(new AgentResult { Record = TestAgent.Json("""{"decision":"allow","decision":"remove"}"""), ElapsedMs = 1 });
        Assert.Equal((true, "invalid_output"), (record.Exception, record.ExceptionType));
    }

    [Fact]
    public async Task An_answer_that_says_nothing_went_well_without_breadcrumbs()
    {
        var record = await RunAsync([]);
        Assert.Equal((false, 0), (record.Exception, record.Breadcrumbs!.Count));
    }

    private Task<ExecutionRecord> RunAsync(JsonObject answer, JsonObject? truth = null) => RunAsync(TestAgent.Answer(answer), truth);

    private async Task<ExecutionRecord> RunAsync(AgentResult result, JsonObject? truth = null)
    {
        var folder = SkillFolder.Read(_folder.FullName, new SkillLimits(), "spam");
        var request = new AgentRequest { ExecutionId = "e-1", Skill = new LoadedSkill("spam", "1.0", "digest", PromotionState.Staged, 4, "pinned", folder), Key = "user-1" };
        return (await AgentExecution.RunAsync(new TestAgent(_ => result), request, truth ?? [], "live", s_time, TestContext.Current.CancellationToken)).Record;
    }
}
