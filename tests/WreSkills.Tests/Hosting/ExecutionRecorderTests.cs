using System.Text.Json.Nodes;

using WreSkills.Executions;
using WreSkills.Metrics;
using WreSkills.Registry;

namespace WreSkills.Tests.Hosting;

public sealed class ExecutionRecorderTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_staged_execution_is_placed_scored_and_kept_whole()
    {
        await _test.StageAsync();
        var line = _test.Good("allow");
        line["breadcrumbs"] = TestAgent.Array("caps_checked=true", "links_checked=true", "rate_checked=true");
        line["stream"] = "abc";
        var execution = Assert.Single(_test.Record([line]).Executions);
        Assert.Equal((0.75, false), (execution.Score!.PatternFidelity, execution.KnownAlready));
        Assert.Equal(("1.0", "staged", 2L, "live"), (execution.Record.Version, execution.Record.State, execution.Record.StateSerial, execution.Record.Source));
        var kept = _test.Workspace.Executions.Find(TestWorkspace.Skill, [execution.Record.ExecutionId]).Values.Single();
        Assert.Equal(("abc", 3), (kept.GetProperty("stream").GetString(), kept.GetProperty("breadcrumbs").GetArrayLength()));
        Assert.True(File.Exists(Path.Combine(_test.Workspace.Layout.ExecutionsFolder, TestWorkspace.Skill, "2025-10-20.jsonl")));
    }

    [Fact]
    public async Task A_verdict_that_brings_only_the_truth_is_completed_by_the_kept_decision()
    {
        await _test.StageAsync();
        var line = _test.Line(("breadcrumbs", TestAgent.AllPatterns()), ("decision", "allow"), ("critical", true));
        Assert.Null(Assert.Single(_test.Record([line]).Executions).Record.OutcomeQuality);

        var verdict = new JsonObject { ["skill"] = TestWorkspace.Skill, ["execution_id"] = line["execution_id"]!.GetValue<string>(), ["expected_decision"] = "remove" };
        var judged = Assert.Single(_test.Record([verdict]).Executions);

        Assert.Equal((0.0, true, true), (judged.Record.OutcomeQuality, judged.Outcome.FalseNegative, judged.Outcome.CriticalFalseNegative));
        Assert.True(Assert.Single(_test.Record([verdict.DeepClone().AsObject()]).Executions).KnownAlready);
    }

    [Fact]
    public async Task A_corrected_outcome_is_news_and_the_same_outcome_is_not()
    {
        await _test.StageAsync();
        var line = _test.Good("allow");
        _test.Record([line]);
        var correction = new JsonObject { ["skill"] = TestWorkspace.Skill, ["execution_id"] = line["execution_id"]!.GetValue<string>(), ["correct"] = false };

        Assert.False(Assert.Single(_test.Record([correction]).Executions).KnownAlready);
        Assert.True(Assert.Single(_test.Record([correction.DeepClone().AsObject()]).Executions).KnownAlready);
        Assert.Equal(0, _test.Workspace.Database.Latest(TestWorkspace.Skill, "1.0", "staged", null)!.OutcomeQuality);
    }

    [Fact]
    public async Task A_prototype_is_scored_on_demand_only()
    {
        await _test.BenchAsync();
        File.Delete(_test.Workspace.Metrics.FileOf(TestWorkspace.Skill, MetricKind.Fidelity));
        var execution = Assert.Single(_test.Record([_test.Good("allow")]).Executions);
        Assert.Null(execution.Score);
        Assert.Equal("prototype", execution.Record.State);
        Assert.False(File.Exists(_test.Workspace.Metrics.FileOf(TestWorkspace.Skill, MetricKind.Fidelity)));
        Assert.Equal(1, _test.Workspace.Recorder.ScoreRecorded(execution.Record)!.PatternFidelity);
        Assert.Single(File.ReadAllLines(_test.Workspace.Metrics.FileOf(TestWorkspace.Skill, MetricKind.Fidelity)));
    }

    [Fact]
    public async Task Breadcrumbs_are_scored_whatever_score_is_reported()
    {
        await _test.ProduceAsync();
        var line = _test.Good("allow");
        line["breadcrumbs"] = new JsonArray();
        line["pattern_fidelity"] = 1;
        Assert.Equal(0, Assert.Single(_test.Record([line]).Executions).Score!.PatternFidelity);
    }

    [Fact]
    public async Task A_late_verdict_belongs_to_the_stay_in_which_the_execution_ran()
    {
        await _test.StageAsync();
        var line = _test.Line(("breadcrumbs", TestAgent.AllPatterns()), ("decision", "allow"));
        _test.Record([line]);
        _test.RecordGood(100);
        TestWorkspace.Committed(_test.Promote(PromotionState.Production, _test.Ticket(PromotionState.Production)));
        _test.Time.Advance(TimeSpan.FromDays(2));
        var verdict = new JsonObject { ["skill"] = TestWorkspace.Skill, ["execution_id"] = (string)line["execution_id"]!, ["correct"] = false, ["label"] = "positive", ["critical"] = true };
        var outcome = _test.Record([verdict]);
        Assert.Equal(("staged", 2L), (outcome.Executions[0].Record.State, outcome.Executions[0].Record.StateSerial));
        Assert.Null(outcome.Skills[TestWorkspace.Skill].Rollback);
        var stay = new StateStay(TestWorkspace.Skill, "1.0", "staged", 2);
        Assert.Equal(1, _test.Workspace.Database.Window(stay, new WindowSizes(200, 200, 200, 200, 200, 200)).CriticalFalseNegatives);
    }

    [Fact]
    public async Task A_late_verdict_in_production_rolls_back()
    {
        await _test.ProduceAsync();
        var line = _test.Line(("breadcrumbs", TestAgent.AllPatterns()), ("decision", "allow"));
        Assert.Null(_test.Record([line]).Skills[TestWorkspace.Skill].Rollback);
        var verdict = new JsonObject { ["skill"] = TestWorkspace.Skill, ["execution_id"] = (string)line["execution_id"]!, ["correct"] = false, ["label"] = "positive", ["critical"] = true };
        Assert.Equal("critical_false_negative", _test.Record([verdict]).Skills[TestWorkspace.Skill].Rollback!.Reason);
    }

    [Fact]
    public async Task Executions_of_a_superseded_version_do_not_touch_the_one_in_production()
    {
        await _test.ProduceAsync();
        _test.WriteSkill("1.1", "Look closer.");
        await _test.StageAsync();
        var outcome = _test.Record(Enumerable.Range(0, 10).Select(_ => _test.Line(("version", "1.1"), ("pattern_fidelity", 0.1))));
        // They are 1.1's own, which they demote; 1.0 saw none of them.
        Assert.Equal(("1.1", PromotionState.Staged), (outcome.Skills[TestWorkspace.Skill].Rollback!.Version, outcome.Skills[TestWorkspace.Skill].Rollback!.From));
        Assert.All(outcome.Skills[TestWorkspace.Skill].Report!.Triggers, trigger => Assert.Equal(trigger.Name == "critical_false_negative" ? 0.0 : null, trigger.Figure));
        Assert.All(outcome.Executions, execution => Assert.Equal("staged", execution.Record.State));
    }

    [Fact]
    public void Executions_of_an_unknown_skill_are_refused()
    {
        var record = ExecutionRecordReader.Read("""{"skill":"nobody"}""", "test", null, () => "id");
        Assert.Contains("There is no skill 'nobody' here", Assert.Throws<WreException>(() => _test.Workspace.Recorder.Record([record])).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_test.Workspace.Layout.ExecutionsFolder));
    }

    [Fact]
    public async Task Twenty_negatives_with_three_flagged_roll_back_whatever_else_the_batch_holds()
    {
        await _test.ProduceAsync();
        // Outcomes stay at .85 and better; only the rate of 3 in 20 negatives is too high, and 40 more dilute it to .05.
        var lines = Enumerable.Range(0, 60).Select(index => _test.Line(("decision", index is 0 or 7 or 14 ? "remove" : "allow"), ("expected_decision", "allow")));
        Assert.Equal("false_positive_rate_above_10", _test.Record(lines).Skills[TestWorkspace.Skill].Rollback!.Reason);
    }

    [Fact]
    public async Task Slow_executions_above_three_times_the_baseline_roll_back()
    {
        await _test.ProduceAsync();
        Assert.Null(Record(150).Rollback);
        var rollback = Record(152).Rollback!;
        Assert.Equal("execution_time_above_3x_baseline", rollback.Reason);

        WreSkills.Hosting.MonitoredSkill Record(int milliseconds) =>
            _test.Record(Enumerable.Range(0, 10).Select(_ => _test.Line(("execution_time_ms", milliseconds)))).Skills[TestWorkspace.Skill];
    }

    [Fact]
    public async Task Two_exceptions_in_twenty_roll_back_and_one_does_not()
    {
        await _test.ProduceAsync();
        Assert.Null(Record(1, 20).Rollback);
        Assert.Equal("exception_rate_above_5", Record(1, 1).Rollback!.Reason);

        WreSkills.Hosting.MonitoredSkill Record(int failed, int count) =>
            _test.Record(Enumerable.Range(0, count).Select(index => _test.Line(("exception", index >= count - failed)))).Skills[TestWorkspace.Skill];
    }
}
