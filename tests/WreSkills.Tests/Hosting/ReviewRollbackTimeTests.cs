using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Tests.Hosting;

/// <summary>Rollbacks whose time is stated by hand, and versions with more than one rollback.</summary>
public sealed class ReviewRollbackTimeTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task Future_rollback_is_refused()
    {
        await _test.ProduceAsync();
        var outcome = RollBack(TestWorkspace.Start.AddYears(70));
        Assert.Contains("lies in the future", outcome.Refusal, StringComparison.Ordinal);
        Assert.Null(RollBack(TestWorkspace.Start.AddMinutes(1)).Refusal);
    }

    [Fact]
    public async Task Lines_after_a_rollback_with_an_old_time_belong_to_what_it_brought_about()
    {
        await _test.ProduceAsync();
        Assert.Null(RollBack(TestWorkspace.Start.AddYears(-1)).Refusal);
        _test.Time.Advance(TimeSpan.FromHours(1));
        File.AppendAllText(
            _test.Workspace.Metrics.FileOf(TestWorkspace.Skill, WreSkills.Metrics.MetricKind.Fidelity),
            """{"execution_id":"foreign","timestamp":"2025-10-20T12:30:00Z","pattern_fidelity":0.5}""" + "\n");
        _test.Workspace.Ingestor.Run();
        Assert.Equal("staged", _test.Workspace.Database.PlaceOf(TestWorkspace.Skill, "foreign")?.State);
    }

    [Fact]
    public async Task A_rollback_decided_before_another_took_the_version_out_does_not_hit_the_predecessor()
    {
        await _test.ProduceAsync();
        _test.WriteSkill("1.1", "Look closer.");
        await _test.StageAsync();
        _test.Record(Enumerable.Range(0, 100).Select(index =>
        {
            var line = _test.Good(index % 2 == 0 ? "allow" : "remove");
            line["version"] = "1.1";
            return line;
        }));
        TestWorkspace.Committed(_test.Promote(PromotionState.Production, _test.Ticket(PromotionState.Production)));
        _test.Time.Advance(TimeSpan.FromMinutes(10));
        _test.RecordFidelity([.. Enumerable.Repeat(0.5, 10)]);
        Assert.Equal("1.0", _test.Entry.Live(PromotionState.Production)!.Value.Label);
        Assert.Contains("1.0 serves again", RollBack(TestWorkspace.Start.AddMinutes(9)).Refusal, StringComparison.Ordinal);
        _test.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("1.0", RollBack(TestWorkspace.Start.AddMinutes(11)).Transition!.Version);
    }

    [Fact]
    public async Task Review_of_a_version_that_was_rolled_back_and_demoted_meets_both_deadlines()
    {
        await _test.ProduceAsync();
        Assert.Null(_test.RollBack(PromotionState.Production).Refusal);
        _test.Time.Advance(TimeSpan.FromHours(1));
        Assert.Null(_test.RollBack(PromotionState.Staged).Refusal);
        _test.Workspace.Worker.Run();
        _test.Workspace.RollbackReviews.Record(TestWorkspace.Skill, TestWorkspace.Approver, "read both");
        _test.Workspace.Worker.Run();
        _test.Time.Advance(TimeSpan.FromDays(3));
        Assert.Empty(_test.Workspace.Worker.Overdue());
    }

    private RollbackOutcome RollBack(DateTimeOffset at) => _test.Workspace.Promoter.RollBack(new RollbackRequest
    {
        Skill = TestWorkspace.Skill,
        From = PromotionState.Production,
        To = PromotionState.Staged,
        Reason = "test",
        At = at,
    });
}
