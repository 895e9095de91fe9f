using WreSkills.Hosting;
using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Tests.Hosting;

/// <summary>What only a listed person may do: override, review, undo; and what the deadlines say.</summary>
public sealed class OverrideTests : IDisposable
{
    private const string Policy = """
        version: "1.0"
        approvers:
          - id: "0102"
            name: Human supervision
            may: [promote, override, policy]
          - id: junior
            name: Junior
            may: [promote]
        """;

    private readonly TestWorkspace _test = new(Policy);

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_manual_override_needs_an_approver_with_that_right()
    {
        await _test.ProduceAsync();
        Assert.Contains("name them with --approver", _test.RollBack(PromotionState.Production, RollbackRequest.ManualOverride).Refusal!, StringComparison.Ordinal);
        Assert.Contains("junior is not listed", _test.RollBack(PromotionState.Production, RollbackRequest.ManualOverride, "junior").Refusal!, StringComparison.Ordinal);
        Assert.Equal(PromotionState.Production, _test.Entry.PromotionState);
        Assert.Equal(TestWorkspace.Approver, _test.RollBack(PromotionState.Production, RollbackRequest.ManualOverride, TestWorkspace.Approver).Transition!.Approver);
        Assert.Equal(PromotionState.Staged, _test.Entry.PromotionState);
    }

    [Fact]
    public async Task A_rollback_towards_safety_needs_nobody()
    {
        await _test.ProduceAsync();
        Assert.NotNull(_test.RollBack(PromotionState.Production, "dependency_failure").Transition);
    }

    [Fact]
    public async Task Undoing_a_rollback_needs_the_right_the_review_and_something_to_undo()
    {
        await _test.ProduceAsync();
        Assert.Contains("nothing to undo", Undo(TestWorkspace.Approver).Refusal!, StringComparison.Ordinal);
        _test.RollBack(PromotionState.Production);
        Assert.Contains("junior is not listed", Undo("junior").Refusal!, StringComparison.Ordinal);
        Assert.Contains("is not reviewed", Undo(TestWorkspace.Approver).Refusal!, StringComparison.Ordinal);
        _test.Workspace.RollbackReviews.Record(TestWorkspace.Skill, TestWorkspace.Approver, "the network was down");
        var restored = Undo(TestWorkspace.Approver).Transition!;
        Assert.Equal(("restore", PromotionState.Production), (restored.Kind, _test.Entry.PromotionState));
        Assert.Null(_test.Entry.Versions["1.0"].RolledBack);
        Assert.Null(_test.Entry.Live(PromotionState.Staged));
        Assert.Equal("alerting", _test.Entry.Monitoring);
        Assert.True(File.Exists(_test.At($"modules/{TestWorkspace.Module}/skills/{TestWorkspace.Skill}/SKILL.md")));

        RollbackOutcome Undo(string approver) => _test.Workspace.Promoter.Undo(TestWorkspace.Skill, approver, "false alarm", "author");
    }

    [Fact]
    public async Task A_restored_version_is_judged_by_new_executions_only()
    {
        await _test.ProduceAsync();
        _test.RecordFidelity([.. Enumerable.Repeat(0.5, 10)]);
        _test.Workspace.RollbackReviews.Record(TestWorkspace.Skill, TestWorkspace.Approver, "reviewed");
        Assert.NotNull(_test.Workspace.Promoter.Undo(TestWorkspace.Skill, TestWorkspace.Approver, "false alarm", "author").Transition);
        Assert.Null(_test.RecordFidelity(1.0).Skills[TestWorkspace.Skill].Rollback);
    }

    [Fact]
    public async Task A_demoted_version_is_promoted_again_only_after_its_report_was_reviewed()
    {
        await _test.StageAsync();
        _test.RollBack(PromotionState.Staged);
        var refused = _test.Promote(PromotionState.Staged, _test.Ticket(PromotionState.Staged));
        Assert.StartsWith("gate failure_report_reviewed", Assert.Single(refused.Refusals), StringComparison.Ordinal);
        _test.Workspace.RollbackReviews.Record(TestWorkspace.Skill, "junior", "the throttle was missing");
        TestWorkspace.Committed(_test.Promote(PromotionState.Staged, _test.Ticket(PromotionState.Staged)));
        Assert.Null(_test.Entry.Versions["1.0"].RolledBack);
    }

    [Fact]
    public async Task A_stranger_cannot_review()
    {
        await _test.ProduceAsync();
        _test.RollBack(PromotionState.Production);
        Assert.Throws<WreException>(() => _test.Workspace.RollbackReviews.Record(TestWorkspace.Skill, "mallory", "fine"));
        Assert.Null(_test.Entry.Versions["1.0"].RolledBack!.ReviewedBy);
    }

    [Fact]
    public async Task A_review_that_nobody_did_is_overdue_after_a_day()
    {
        await _test.ProduceAsync();
        _test.RollBack(PromotionState.Production);
        _test.Workspace.Worker.Run();
        _test.Time.Advance(TimeSpan.FromHours(24));
        Assert.Empty(_test.Workspace.Worker.Overdue());
        _test.Time.Advance(TimeSpan.FromSeconds(1));
        var overdue = Assert.Single(_test.Workspace.Worker.Overdue());
        Assert.Equal(("human_review", "2025-10-21T12:00:00Z", TestWorkspace.Skill), (overdue.Action, overdue.DueAt, overdue.Skill));
    }

    [Fact]
    public async Task A_failure_analysis_that_nobody_wrote_is_overdue_after_an_hour_and_done_by_the_worker()
    {
        await _test.ProduceAsync();
        var operation = _test.RollBack(PromotionState.Production).Transition!.Operation;
        _test.Time.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal("failure_analysis", Assert.Single(_test.Workspace.Worker.Overdue()).Action);
        Assert.Equal([operation], _test.Workspace.Worker.Run());
        Assert.Empty(_test.Workspace.Worker.Overdue());
        Assert.True(File.Exists(_test.Workspace.Reports.FileOf(operation)));
        Assert.Empty(_test.Workspace.Worker.Run());
    }

    [Fact]
    public async Task A_late_rollback_of_the_monitor_does_not_hit_a_later_stay()
    {
        await _test.ProduceAsync();
        var stale = _test.Workspace.Promoter.RollBack(new RollbackRequest
        {
            Skill = TestWorkspace.Skill,
            From = PromotionState.Production,
            To = PromotionState.Staged,
            Reason = "pattern_fidelity_drop_below_85",
            OnlyIf = ("1.0", _test.Entry.Versions["1.0"].StateSerial - 1),
        });
        Assert.Null(stale.Transition);
        Assert.Equal(PromotionState.Production, _test.Entry.PromotionState);
    }

    [Theory]
    [InlineData(PromotionState.Production, PromotionState.Staged, "nothing to roll back")]
    [InlineData(PromotionState.Production, PromotionState.Prototype, "in one step")]
    [InlineData(PromotionState.Staged, PromotionState.Production, "is a step forward")]
    [InlineData(PromotionState.Staged, PromotionState.Staged, "that is no change")]
    public async Task An_illegal_rollback_says_its_own_reason(PromotionState from, PromotionState to, string reason)
    {
        await _test.StageAsync();
        var outcome = _test.Workspace.Promoter.RollBack(new RollbackRequest { Skill = TestWorkspace.Skill, From = from, To = to, Reason = "test" });
        Assert.Contains(reason, outcome.Refusal!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_deadline_of_the_review_is_met_by_the_review()
    {
        await _test.ProduceAsync();
        _test.RollBack(PromotionState.Production);
        _test.Workspace.Worker.Run();
        _test.Workspace.RollbackReviews.Record(TestWorkspace.Skill, TestWorkspace.Approver, "reviewed");
        _test.Workspace.Worker.Run();
        Assert.Empty(_test.Workspace.Deadlines.List());
    }
}
