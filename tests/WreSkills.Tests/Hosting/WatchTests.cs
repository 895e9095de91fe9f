using System.Text.Json.Nodes;

using WreSkills.Monitoring;
using WreSkills.Policy;
using WreSkills.Registry;

namespace WreSkills.Tests.Hosting;

/// <summary>The monitor through the whole library: what it remembers, what it forgets, what it tells.</summary>
public sealed class WatchTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    private MonitorReport Production => _test.Workspace.Monitor.Evaluate(TestWorkspace.Skill, _test.Entry, _test.Workspace.Policy, PromotionState.Production)!;

    [Fact]
    public async Task What_was_ingested_and_never_judged_is_judged_by_the_next_command_as_if_nothing_had_happened()
    {
        await _test.ProduceAsync();
        _test.RecordFidelity([.. Enumerable.Repeat(0.83, 6)]);

        // A command is killed after it ingested and before it judged.
        _test.Workspace.Metrics.Append(TestWorkspace.Skill, [.. Enumerable.Range(0, 5).Select(index =>
        {
            var line = _test.Line(("pattern_fidelity", 0.83), ("state", "production"), ("version", "1.0"));
            line["state_serial"] = _test.Entry.Live(PromotionState.Production)!.Value.Version.StateSerial;
            var record = WreSkills.Executions.ExecutionRecordReader.Read(line.ToJsonString(), "test", TestWorkspace.Skill, () => "x");
            return new WreSkills.Metrics.ScoredExecution(record, new WreSkills.Scoring.FidelityScore { PatternFidelity = 0.83, PatternsFollowed = [], PatternsMissed = [], PatternsNotApplicable = [] }, new WreSkills.Metrics.OutcomeClass(null, null, null, false));
        })]);
        _test.Workspace.Ingestor.Run(TestWorkspace.Skill);
        _test.Reopen();
        var rollback = _test.Workspace.Watch.Run(TestWorkspace.Skill).Rollback!;
        Assert.Equal(("pattern_fidelity_drop_below_85", "fidelity=0.83"), (rollback.Reason, rollback.TriggerMetric));
    }

    [Fact]
    public async Task Resumed_after_every_execution_the_evidence_is_that_of_one_run()
    {
        await _test.ProduceAsync();
        var random = new Random(3);
        var values = Enumerable.Range(0, 60).Select(_ => Math.Round(0.86 + (0.14 * random.NextDouble()), 3)).ToArray();
        foreach (var value in values)
        {
            _test.RecordFidelity(value);
            _test.Reopen();
        }

        var kept = Production.State;
        var whole = new WatchState(_test.Workspace.Policy, 50);
        foreach (var (index, value) in values.Index())
        {
            whole.Observe(new WreSkills.Metrics.Observation(index + 1, WreSkills.Metrics.ObservedMetric.Fidelity, value));
        }

        Assert.Equal(whole.Guard.Evidence, kept.Guard.Evidence);
        Assert.Equal(whole.Fidelity.Lower, kept.Fidelity.Lower);

        // Nothing is kept that the facts do not say.
        File.Delete(_test.Workspace.Layout.MetricsDatabase);
        _test.Reopen();
        _test.Workspace.Ingestor.Run();
        Assert.Equal(whole.Guard.Evidence, Production.State.Guard.Evidence);
    }

    [Fact]
    public async Task Another_policy_or_a_correction_reads_everything_again_without_judging_the_past()
    {
        await _test.ProduceAsync();
        _test.RecordFidelity([.. Enumerable.Repeat(0.86, 10), .. Enumerable.Repeat(1.0, 20)]);
        _test.Write("modules/infrastructure/wre_core/skills/policy.yaml", "triggers:\n  pattern_fidelity: {below: 0.9, window: 10}\n");
        _test.Reopen();
        Assert.Null(_test.Workspace.Watch.Run(TestWorkspace.Skill).Rollback);
        Assert.Equal(30, Production.State.Fidelity.Count);
        Assert.Equal("pattern_fidelity_drop_below_90", _test.RecordFidelity([.. Enumerable.Repeat(0.86, 10)]).Skills[TestWorkspace.Skill].Rollback!.Reason);
    }

    [Fact]
    public async Task A_corrected_outcome_counts_as_what_it_is_now()
    {
        await _test.ProduceAsync();
        var lines = Enumerable.Range(0, 10).Select(_ => _test.Line(("correct", true))).ToList();
        _test.Record(lines);
        Assert.Equal(1.0, Production.State.Outcome.Mean);
        foreach (var line in lines.Take(2))
        {
            Assert.Null(_test.Record([new JsonObject { ["skill"] = TestWorkspace.Skill, ["execution_id"] = (string)line["execution_id"]!, ["correct"] = false }]).Skills[TestWorkspace.Skill].Rollback);
        }

        Assert.Equal(0.8, Production.State.Outcome.Mean!.Value, 1e-9);
        var third = new JsonObject { ["skill"] = TestWorkspace.Skill, ["execution_id"] = (string)lines[2]["execution_id"]!, ["correct"] = false };
        Assert.Equal("outcome_quality_drop_below_80", _test.Record([third]).Skills[TestWorkspace.Skill].Rollback!.Reason);
    }

    [Fact]
    public async Task A_change_of_model_begins_the_evidence_anew_and_is_told_once()
    {
        await _test.ProduceAsync();
        JsonObject Run(string model, double fidelity, string agent = "gemma") => _test.Line(("agent", agent), ("model", model), ("pattern_fidelity", fidelity));
        _test.Record(Enumerable.Range(0, 9).Select(_ => Run("gemma3:270m", 0.83)));
        Assert.Null(_test.Record([Run("gemma3:1b", 0.83)]).Skills[TestWorkspace.Skill].Rollback);
        Assert.Equal(1, Production.State.Fidelity.Count);
        Assert.Equal("gemma runs it with the model gemma3:1b instead of gemma3:270m", Production.Change!.Sentence);
        _test.Record([Run("gemma3:270m", 1.0), Run("gemma3:1b", 1.0)]);
        Assert.Equal(3, Production.State.Fidelity.Count);
        Assert.Single(_test.Workspace.Outbox.Pending(), message => message.Kind == "runner_change");
        Assert.Equal(3, _test.Workspace.Database.Window(Production.Stay, new WreSkills.Metrics.WindowSizes(100, 100, 100, 100, 100, 100)).Executions);
    }

    [Fact]
    public async Task Primary_and_fallback_agent_may_take_turns_and_a_stranger_may_not()
    {
        await _test.ProduceAsync();
        JsonObject Run(string agent) => _test.Line(("agent", agent), ("pattern_fidelity", 0.95));
        _test.Record([Run("qwen"), Run("gemma"), Run("qwen")]);
        Assert.Null(Production.Change);
        _test.Record([Run("claude")]);
        Assert.Equal(1, Production.State.Fidelity.Count);
    }

    [Theory]
    [InlineData("benchmark")]
    [InlineData("restage")]
    public async Task The_policy_may_ask_for_more_when_the_model_changes(string mode)
    {
        using var test = new TestWorkspace($"model_change: {mode}\n");
        JsonObject Run(string model)
        {
            var line = test.Good("allow");
            (line["agent"], line["model"]) = ("gemma", model);
            return line;
        }

        if (mode == "restage")
        {
            await test.ProduceAsync();
            test.Record([Run("a")]);
            Assert.Equal(("model_change", "model=b"), (test.Record([Run("b")]).Skills[TestWorkspace.Skill].Rollback is { } rollback ? (rollback.Reason, rollback.TriggerMetric) : default));
            return;
        }

        await test.StageAsync();
        test.Record([Run("a"), Run("b")]);
        var gate = test.Workspace.Checker.Check(TestWorkspace.Skill, PromotionState.Staged, PromotionState.Production).Gates.Single(gate => gate.Name == "requalified");
        Assert.Equal(Verdict.Fail, gate.Verdict);
    }

    [Fact]
    public async Task A_trigger_that_only_alerts_tells_people_once_an_hour_and_rolls_nothing_back()
    {
        using var test = new TestWorkspace("triggers:\n  pattern_fidelity: {action: alert}\n");
        await test.ProduceAsync();
        for (var round = 0; round < 3; round++)
        {
            Assert.Null(test.RecordFidelity([.. Enumerable.Repeat(0.8, 10)]).Skills[TestWorkspace.Skill].Rollback);
            test.RecordFidelity([.. Enumerable.Repeat(1.0, 10)]);
        }

        Assert.Single(test.Workspace.Outbox.Pending(), message => message.Kind == "trigger_alert");
        test.Time.Advance(TimeSpan.FromHours(2));
        test.RecordFidelity([.. Enumerable.Repeat(0.8, 10)]);
        Assert.Equal(2, test.Workspace.Outbox.Pending().Count(message => message.Kind == "trigger_alert"));
    }

    [Fact]
    public async Task With_the_guard_asked_a_dip_is_not_enough_and_a_lasting_fall_is()
    {
        using var test = new TestWorkspace("guard: {mode: confirm}\n");
        await test.ProduceAsync();
        Assert.Null(test.RecordFidelity([.. Enumerable.Repeat(0.84, 10)]).Skills[TestWorkspace.Skill].Rollback);
        var rollback = test.RecordFidelity([.. Enumerable.Repeat(0.5, 20)]).Skills[TestWorkspace.Skill].Rollback!;
        Assert.Equal("pattern_fidelity_drop_below_85", rollback.Reason);
    }

    [Fact]
    public async Task A_flagged_version_is_demoted()
    {
        await _test.StageAsync();
        var staged = _test.Entry.Live(PromotionState.Staged)!.Value;
        _test.Workspace.Flags.Put(TestWorkspace.Skill, new ReviewFlag { Version = "1.0", StateSerial = staged.Version.StateSerial, Reason = "it contradicts itself", FlaggedBy = "qwen", At = "2025-10-20T12:00:00Z" });
        Assert.Equal("review_flagged_instructions", _test.Workspace.Watch.Run(TestWorkspace.Skill).Rollback!.Reason);
    }

    [Fact]
    public async Task A_staged_version_that_nobody_runs_is_demoted_after_seven_days()
    {
        await _test.StageAsync();
        _test.Time.Advance(TimeSpan.FromDays(7));
        Assert.Equal("milestone_100_executions_not_reached", _test.Workspace.Watch.Run(TestWorkspace.Skill).Rollback!.Reason);
    }

    [Fact]
    public async Task The_same_version_does_not_go_to_and_fro()
    {
        await _test.ProduceAsync();
        string Gate() => _test.Workspace.Checker.Check(TestWorkspace.Skill, PromotionState.Staged, PromotionState.Production).Gates.Single(gate => gate.Name == "rollback_hysteresis").Evidence;
        _test.RecordFidelity([.. Enumerable.Repeat(0.84, 10)]);
        Assert.Equal(1, _test.Entry.Versions["1.0"].Rollbacks);
        Assert.Contains("may be promoted again from 2025-10-20T13:00:00Z on", Gate(), StringComparison.Ordinal);
        _test.Workspace.RollbackReviews.Record(TestWorkspace.Skill, TestWorkspace.Approver, "a hiccup");
        _test.Time.Advance(TimeSpan.FromMinutes(61));
        _test.RecordGood(100);
        TestWorkspace.Committed(_test.Promote(PromotionState.Production, _test.Ticket(PromotionState.Production)));
        _test.RecordFidelity([.. Enumerable.Repeat(0.84, 10)]);
        _test.Time.Advance(TimeSpan.FromDays(1));
        Assert.StartsWith("This very content was rolled back 2 times", Gate(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_says_when_it_began_which_kind_failed_and_what_was_different()
    {
        await _test.ProduceAsync();
        _test.WriteSkill("1.1", "Look closer.\n\n`<script>alert(1)</script>`");
        await _test.StageAsync();
        JsonObject Run(bool good, string decision)
        {
            var line = good ? _test.Good(decision) : _test.Line(("decision", "allow"), ("expected_decision", decision), ("exception", false), ("breadcrumbs", TestAgent.Array("caps_checked=true", "links_checked=true", "rate_checked=true", "evil `~~~~ \u001b[31m")));
            line["version"] = "1.1";
            return line;
        }

        _test.Record(Enumerable.Range(0, 100).Select(index => Run(true, index % 2 == 0 ? "allow" : "remove")));
        TestWorkspace.Committed(_test.Promote(PromotionState.Production, _test.Ticket(PromotionState.Production)));
        _test.Record(Enumerable.Range(0, 30).Select(index => Run(true, index % 2 == 0 ? "allow" : "remove")));
        var rollback = _test.Record(Enumerable.Range(0, 20).Select(index => Run(index % 2 == 0, index % 2 == 0 ? "allow" : "remove"))).Skills[TestWorkspace.Skill].Rollback!;
        var report = File.ReadAllText(_test.Workspace.Reports.FileOf(rollback.Operation));
        Assert.Matches(@"- outcome quality: 1 until then, 0\.\d+ from execution 3[0-9] of 50 on", report);
        Assert.Contains("- class positive:", report, StringComparison.Ordinal);
        Assert.Contains("-Look at capital letters, links, rate and repetition.", report, StringComparison.Ordinal);
        Assert.Contains("+Look closer.", report, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", report, StringComparison.Ordinal);
        Assert.DoesNotContain("evil `", report, StringComparison.Ordinal);
        Assert.Contains("For contrast, one that went well before:", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_judge_than_that_of_the_benchmark_leaves_its_gates_open()
    {
        const string Judge = "agents:\n  a: {kind: chat, model: gemma3:270m, endpoint: 'http://127.0.0.1:9/v1'}\n  b: {kind: chat, model: gemma3:1b, endpoint: 'http://127.0.0.1:9/v1'}\njudge:\n  model: ";
        _test.Write("wre.yaml", Judge + "a\n");
        _test.Reopen();
        var result = await _test.BenchAsync();
        _test.Workspace.Benchmarks.Save(result with
        {
            Judge = new WreSkills.Benchmarks.JudgeUse { Judge = _test.Workspace.Agents.Judge(cache: false)!.Identity, Prompt = WreSkills.Scoring.JudgePrompt.Digest, Questions = 3 },
        });
        WreSkills.Promotion.GateResult Gate() => _test.Workspace.Checker.Check(TestWorkspace.Skill, PromotionState.Prototype, PromotionState.Staged).Gates.Single(gate => gate.Name == "test_pass_rate");
        Assert.Equal(Verdict.Pass, Gate().Verdict);

        _test.Write("wre.yaml", Judge + "b\n");
        _test.Reopen();
        Assert.Equal(Verdict.Inconclusive, Gate().Verdict);
        Assert.Contains("wre.yaml names gemma3:1b", Gate().Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pause", "paused")]
    [InlineData("alert", "progressing")]
    public async Task A_condition_of_a_staged_version_that_only_pauses_or_alerts_does_so_once(string action, string status)
    {
        using var test = new TestWorkspace($"demotion:\n  milestone: {{executions: 100, days: 7, action: {action}}}\n");
        await test.StageAsync();
        test.Time.Advance(TimeSpan.FromDays(7));
        Assert.Null(test.Workspace.Watch.Run(TestWorkspace.Skill).Rollback);
        Assert.Equal(status, test.Entry.Rollout!.Status);
        Assert.Single(test.Workspace.Outbox.Pending(), message => message.Kind == "trigger_alert");

        // A person who resumes it has seen it.
        if (action == "pause")
        {
            Assert.NotNull(test.Workspace.Watch.Steer(new WreSkills.Promotion.RolloutRequest { Skill = TestWorkspace.Skill, Change = "resume", Reason = "seen", Approver = TestWorkspace.Approver }, force: false).Transition);
        }

        test.Workspace.Watch.Run(TestWorkspace.Skill);
        Assert.Equal("progressing", test.Entry.Rollout!.Status);
        Assert.Single(test.Workspace.Outbox.Pending(), message => message.Kind == "trigger_alert");
    }

    [Fact]
    public async Task A_trigger_of_production_that_pauses_stops_the_rollout_beside_it()
    {
        using var test = new TestWorkspace("triggers:\n  pattern_fidelity: {action: pause}\n");
        await test.ProduceAsync();
        test.WriteSkill("1.1", "Look closer.");
        await test.StageAsync();
        test.Record(Enumerable.Range(0, 10).Select(_ => test.Line(("version", "1.0"), ("pattern_fidelity", 0.5))));
        Assert.Equal(("paused", PromotionState.Production), (test.Entry.Rollout!.Status, test.Entry.PromotionState));
        Assert.Contains("Pattern fidelity averaged 0.5", test.Entry.Rollout.Reason, StringComparison.Ordinal);
    }
}
