using System.Text.Json.Nodes;

using WreSkills.Hosting;

namespace WreSkills.Tests.Hosting;

/// <summary>What a person knows days later counts together with what the agent reported at the time.</summary>
public sealed class ReviewPartialRecordTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task Late_expected_decision_makes_an_outcome_with_the_decision_known_before()
    {
        await _test.StageAsync();
        var line = _test.Line(("decision", "allow"), ("breadcrumbs", TestAgent.AllPatterns()));
        _test.Record([line]);
        var later = Assert.Single(Later(line, ("expected_decision", "remove")).Executions);
        Assert.Equal((false, 0.0, true), (later.KnownAlready, later.Record.OutcomeQuality!.Value, later.Outcome.FalseNegative));
        Assert.Contains(_test.Workspace.Database.Summarize(TestWorkspace.Skill, "all_time"), row => row is { State: "staged", Executions: 1, OutcomeCount: 1, OutcomeQuality: 0, FalseNegatives: 1 });
        Assert.True(Assert.Single(Later(line, ("expected_decision", "remove")).Executions).KnownAlready);
    }

    [Fact]
    public async Task Late_verdict_on_an_execution_that_was_critical_rolls_back_at_once()
    {
        await _test.ProduceAsync();
        var line = _test.Line(("decision", "allow"), ("label", "positive"), ("critical", true), ("breadcrumbs", TestAgent.AllPatterns()));
        Assert.Null(_test.Record([line]).Skills[TestWorkspace.Skill].Rollback);
        var rollback = Later(line, ("correct", false)).Skills[TestWorkspace.Skill].Rollback;
        Assert.Equal("critical_false_negative", rollback?.Reason);
    }

    [Fact]
    public async Task Late_label_on_a_wrong_outcome_counts()
    {
        await _test.ProduceAsync();
        var line = _test.Line(("correct", false), ("breadcrumbs", TestAgent.AllPatterns()));
        _test.Record([line]);
        Assert.Equal("critical_false_negative", Later(line, ("label", "positive"), ("critical", true)).Skills[TestWorkspace.Skill].Rollback?.Reason);
    }

    [Fact]
    public async Task Partial_records_of_one_batch_are_one_execution_and_its_whole_record_is_kept()
    {
        await _test.StageAsync();
        var line = _test.Line(("decision", "allow"), ("breadcrumbs", TestAgent.AllPatterns()));
        var verdict = new JsonObject { ["skill"] = TestWorkspace.Skill, ["execution_id"] = line["execution_id"]!.DeepClone(), ["expected_decision"] = "remove" };
        var recorded = _test.Record([line, verdict, verdict]).Executions;
        Assert.Equal([false, false, true], recorded.Select(execution => execution.KnownAlready));
        var kept = _test.Workspace.Executions.Find(TestWorkspace.Skill, [recorded[0].Record.ExecutionId]).Values.Single();
        Assert.Equal(("allow", "remove", 4), (kept.GetProperty("decision").GetString(), kept.GetProperty("expected_decision").GetString(), kept.GetProperty("breadcrumbs").GetArrayLength()));
        Assert.Contains(_test.Workspace.Database.Summarize(TestWorkspace.Skill, "all_time"), row => row is { State: "staged", Executions: 1, FidelityCount: 1, OutcomeCount: 1 });
    }

    [Fact]
    public async Task What_is_known_is_not_overwritten()
    {
        await _test.StageAsync();
        var line = _test.Good("allow");
        _test.Record([line]);
        var again = Assert.Single(Later(line, ("decision", "remove"), ("execution_time_ms", 9999), ("tokens", 7)).Executions);
        Assert.Equal(("allow", 50.0, 7L), (again.Record.Decision, again.Record.ExecutionTimeMs!.Value, again.Record.Tokens!.Value));
        Assert.Contains(_test.Workspace.Database.Summarize(TestWorkspace.Skill, "all_time"), row => row is { State: "staged", Executions: 1, OutcomeQuality: 1, ExecutionTimeMs: 50, Tokens: 7 });
    }

    private RecordingOutcome Later(JsonObject line, params (string Name, JsonNode? Value)[] fields)
    {
        var later = new JsonObject { ["skill"] = TestWorkspace.Skill, ["execution_id"] = line["execution_id"]!.DeepClone() };
        foreach (var (name, value) in fields)
        {
            later[name] = value;
        }

        return _test.Record([later]);
    }
}
