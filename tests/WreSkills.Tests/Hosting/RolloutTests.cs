using System.Text.Json.Nodes;

using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Tests.Hosting;

/// <summary>Rollouts through the whole library (policy 3.3).</summary>
public sealed class RolloutTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    private RolloutEntry Rollout => _test.Entry.Rollout!;

    private RollbackOutcome Steer(string change, string? approver = null, bool force = false, int? percent = null) => _test.Workspace.Watch.Steer(
        new RolloutRequest { Skill = TestWorkspace.Skill, Change = change, Reason = "by hand", Approver = approver, Percent = percent, RequestedBy = "someone" }, force);

    private IEnumerable<JsonNode?> Audit(string change) => File.ReadLines(_test.Workspace.Layout.AuditFile).Select(line => JsonNode.Parse(line)).Where(line => (string?)line!["change"] == change);

    [Fact]
    public async Task Steps_follow_one_another_with_enough_executions_and_time()
    {
        await _test.StageAsync();
        Assert.Equal((10, 0, "progressing"), (Rollout.Percent, Rollout.Step, Rollout.Status));
        _test.RecordGood(30);
        Assert.Equal(10, Rollout.Percent);

        _test.Time.Advance(TimeSpan.FromMinutes(60));
        _test.RecordGood(1);
        Assert.Equal((50, 1, 31L), (Rollout.Percent, Rollout.Step, Rollout.ExecutionsBefore));

        _test.Time.Advance(TimeSpan.FromMinutes(60));
        _test.RecordGood(19);
        Assert.Equal(50, Rollout.Percent);
        _test.RecordGood(1);
        Assert.Equal((100, 2), (Rollout.Percent, Rollout.Step));

        _test.Time.Advance(TimeSpan.FromMinutes(60));
        _test.RecordGood(20);
        Assert.Equal((100, "completed"), (Rollout.Percent, Rollout.Status));
        Assert.Equal([50, 100, 100], Audit("advance").Select(line => (int)line!["percent"]!));
        Assert.Equal("completed", Steer(RolloutRequest.Advance, TestWorkspace.Approver).Refusal!.Split(' ')[3].TrimEnd(';'));
    }

    [Fact]
    public async Task Windows_of_the_stay_do_not_begin_anew_with_a_step()
    {
        await _test.StageAsync();
        _test.RecordGood(20);
        _test.Time.Advance(TimeSpan.FromHours(1));
        _test.RecordGood(1);
        Assert.Equal(50, Rollout.Percent);
        Assert.Equal(21, _test.Workspace.Checker.Check(TestWorkspace.Skill, PromotionState.Staged, PromotionState.Production).Evidence.Window.Executions);
    }

    [Fact]
    public async Task A_missed_high_stakes_event_aborts_and_everything_else_serves_again()
    {
        await _test.ProduceAsync();
        _test.WriteSkill("1.1", "Look closer.");
        await _test.StageAsync();
        _test.Record([_test.Line(("version", "1.1"), ("decision", "allow"), ("expected_decision", "remove"), ("critical", true))]);
        Assert.Equal((0, "aborted"), (Rollout.Percent, Rollout.Status));
        Assert.Contains("high-stakes", Rollout.Reason, StringComparison.Ordinal);
        Assert.All(Enumerable.Range(0, 50), key => Assert.Equal("1.0", _test.Workspace.Loader.Load(TestWorkspace.Skill, $"k{key}")!.Version));
        Assert.Contains(_test.Workspace.Outbox.Pending(), message => message.Kind == "rollout_alert");
        Assert.Equal("1.1", _test.Entry.Live(PromotionState.Staged)!.Value.Label);
    }

    [Fact]
    public async Task A_window_beyond_its_limit_holds_the_rollout_until_it_recovers()
    {
        await _test.StageAsync();
        _test.RecordGood(20);
        _test.RecordFidelity([.. Enumerable.Repeat(0.84, 10)]);
        _test.Time.Advance(TimeSpan.FromHours(2));
        _test.RecordFidelity(0.84);
        Assert.Equal((10, "progressing"), (Rollout.Percent, Rollout.Status));
        _test.RecordGood(60);
        Assert.Equal(50, Rollout.Percent);
    }

    [Fact]
    public async Task Paused_it_stays_and_only_an_approver_resumes_it()
    {
        await _test.StageAsync();
        Assert.NotNull(Steer(RolloutRequest.Pause).Transition);
        _test.Time.Advance(TimeSpan.FromHours(2));
        _test.RecordGood(40);
        Assert.Equal((10, "paused", "by hand"), (Rollout.Percent, Rollout.Status, Rollout.Reason));
        Assert.Contains("--approver", Steer(RolloutRequest.Resume).Refusal, StringComparison.Ordinal);
        Assert.Contains("resume it first", Steer(RolloutRequest.Advance, TestWorkspace.Approver).Refusal, StringComparison.Ordinal);
        Assert.NotNull(Steer(RolloutRequest.Resume, TestWorkspace.Approver).Transition);
        _test.RecordGood(1);
        Assert.Equal((50, "progressing", null), (Rollout.Percent, Rollout.Status, Rollout.Reason));
    }

    [Fact]
    public async Task Aborted_it_begins_again_with_the_first_step()
    {
        await _test.StageAsync();
        Steer(RolloutRequest.Abort);
        Assert.Equal(0, Rollout.Percent);
        Assert.Null(_test.Workspace.Loader.Load(TestWorkspace.Skill, "k"));
        Assert.NotNull(Steer(RolloutRequest.Resume, TestWorkspace.Approver).Transition);
        Assert.Equal((10, 0, "progressing"), (Rollout.Percent, Rollout.Step, Rollout.Status));
    }

    [Fact]
    public async Task Advancing_by_hand_takes_passing_checks_or_the_right_to_override()
    {
        await _test.StageAsync();
        Assert.StartsWith("minimum sample: 0 of at least 20", Steer(RolloutRequest.Advance, TestWorkspace.Approver).Refusal, StringComparison.Ordinal);
        Assert.Contains("right to override", Steer(RolloutRequest.Advance, null, force: true).Refusal, StringComparison.Ordinal);
        Assert.NotNull(Steer(RolloutRequest.Advance, TestWorkspace.Approver, force: true).Transition);
        Assert.Equal(50, Rollout.Percent);
    }

    [Fact]
    public async Task A_share_by_hand_needs_an_approver_upwards_only()
    {
        await _test.StageAsync();
        Assert.Contains("right to override", Steer(RolloutRequest.Set, percent: 30).Refusal, StringComparison.Ordinal);
        Assert.NotNull(Steer(RolloutRequest.Set, percent: 5).Transition);
        Assert.NotNull(Steer(RolloutRequest.Set, TestWorkspace.Approver, percent: 30).Transition);
        Assert.Equal((30, "paused"), (Rollout.Percent, Rollout.Status));
    }

    [Fact]
    public void Without_a_staged_version_there_is_no_rollout()
    {
        _test.Write("modules/infrastructure/wre_core/skills/skills_registry.json", """{"version":"1.0","skills":{"spam_check":{"promotion_state":"prototype","location":"x","primary_agent":"gemma"}}}""");
        Assert.Contains("no rollout", Steer(RolloutRequest.Pause).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_policy_may_leave_advancing_to_a_person_and_begin_with_labelled_keys()
    {
        using var test = new TestWorkspace("""
            rollout:
              advance: manual
              steps:
                - {percent: 100, executions: 2, minutes: 0, labels: [low-risk]}
                - {percent: 50, executions: 2, minutes: 0}
            """);
        await test.StageAsync();
        Assert.Null(test.Workspace.Loader.Load(TestWorkspace.Skill, "k"));
        Assert.Null(test.Workspace.Loader.Load(TestWorkspace.Skill, "k", ["high-risk"]));
        Assert.Equal("candidate", test.Workspace.Loader.Load(TestWorkspace.Skill, "k", ["low-risk"])!.Arm);
        test.RecordGood(10);
        Assert.Equal(0, test.Entry.Rollout!.Step);
        var outcome = test.Workspace.Watch.Steer(new RolloutRequest { Skill = TestWorkspace.Skill, Change = RolloutRequest.Advance, Reason = "looks good", Approver = TestWorkspace.Approver }, force: false);
        Assert.NotNull(outcome.Transition);
        Assert.Equal((50, null), (test.Entry.Rollout!.Percent, test.Entry.Rollout.Labels));
    }

    [Fact]
    public async Task Lost_executions_of_one_arm_hold_the_rollout()
    {
        await _test.ProduceAsync();
        _test.WriteSkill("1.1", "Look closer.");
        await _test.StageAsync();
        for (var round = 0; round < 40; round++)
        {
            // Half of the executions at a share of ten percent.
            foreach (var version in (string[])["1.1", "1.0"])
            {
                var line = _test.Good("allow");
                line["version"] = version;
                _test.Record([line]);
            }
        }

        _test.Time.Advance(TimeSpan.FromHours(2));
        _test.Record([_test.Good("allow")]);
        Assert.Equal((10, "progressing"), (Rollout.Percent, Rollout.Status));
        var report = _test.Workspace.Monitor.Evaluate(TestWorkspace.Skill, _test.Entry, _test.Workspace.Policy, PromotionState.Staged)!;
        var decision = WreSkills.Monitoring.RolloutGuide.Decide(_test.Entry, report, _test.Workspace.Policy, _test.Time.GetUtcNow());
        Assert.Equal(("sample_ratio_mismatch", "sample_ratio"), (decision.Reason, decision.Checks[^1].Name));
    }

    [Fact]
    public async Task A_version_in_production_of_which_nothing_arrives_any_more_holds_the_rollout()
    {
        await _test.ProduceAsync();
        _test.WriteSkill("1.1", "Look closer.");
        await _test.StageAsync();
        _test.Record(Enumerable.Range(0, 60).Select(_ =>
        {
            var line = _test.Good("allow");
            line["version"] = "1.1";
            return line;
        }));
        _test.Time.Advance(TimeSpan.FromHours(2));
        _test.Workspace.Watch.Run(TestWorkspace.Skill);
        Assert.Equal((10, "progressing"), (Rollout.Percent, Rollout.Status));
        Assert.StartsWith("sample ratio: 60 executions beside 0 are not 10 %", Steer(RolloutRequest.Advance, TestWorkspace.Approver).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Much_worse_than_what_serves_beside_it_is_demoted()
    {
        await _test.ProduceAsync();
        _test.WriteSkill("1.1", "Look closer.");
        await _test.StageAsync();
        Transition? demotion = null;
        for (var round = 0; round < 100 && demotion is null; round++)
        {
            foreach (var (version, right) in ((string, bool)[])[("1.1", round % 2 == 0), ("1.0", true), ("1.0", true)])
            {
                var line = _test.Line(("version", version), ("correct", right));
                demotion ??= _test.Record([line]).Skills[TestWorkspace.Skill].Rollback;
            }
        }

        Assert.Equal(("regression_against_baseline", PromotionState.Prototype), (demotion!.Reason, demotion.To));
        Assert.Equal("1.0", _test.Workspace.Loader.Load(TestWorkspace.Skill, "k")!.Version);
        Assert.Equal("weekly", _test.Entry.ReviewSchedule);
    }
}
