using WreSkills.Metrics;
using WreSkills.Registry;

namespace WreSkills.Tests.Hosting;

/// <summary>What must hold although somebody deleted <c>audit.jsonl</c>.</summary>
public sealed class LostAuditTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task The_failure_analysis_is_written_from_the_promotion_log()
    {
        await _test.ProduceAsync();
        _test.RecordFidelity([.. Enumerable.Repeat(0.9, 4)]);
        var operation = _test.RollBack(PromotionState.Production, "by_hand").Transition!.Operation;
        File.Delete(_test.Workspace.Layout.AuditFile);
        Assert.Equal([operation], _test.Workspace.Worker.Run());
        var report = File.ReadAllText(_test.Workspace.Reports.FileOf(operation));
        Assert.Contains("Rolled back from production to staged", report, StringComparison.Ordinal);
        Assert.Contains("- Reason: `by_hand`", report, StringComparison.Ordinal);
        Assert.Contains("## Last 4 executions", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_analysis_that_nobody_can_write_is_not_done()
    {
        await _test.ProduceAsync();
        var operation = _test.RollBack(PromotionState.Production).Transition!.Operation;
        File.Delete(_test.Workspace.Layout.AuditFile);
        File.Delete(_test.Workspace.Metrics.FileOf(TestWorkspace.Skill, MetricKind.PromotionLog));
        Assert.Empty(_test.Workspace.Worker.Run());
        Assert.False(File.Exists(_test.Workspace.Reports.FileOf(operation)));
        _test.Time.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal("failure_analysis", Assert.Single(_test.Workspace.Worker.Overdue()).Action);
    }

    [Fact]
    public async Task A_used_ticket_stays_used_after_another_one_took_its_place()
    {
        await _test.BenchAsync();
        var (first, second) = (_test.Ticket(PromotionState.Staged), _test.Ticket(PromotionState.Staged));
        foreach (var ticket in (string[])[first, second])
        {
            TestWorkspace.Committed(_test.Promote(PromotionState.Staged, ticket));
            _test.RollBack(PromotionState.Staged);
            _test.Workspace.RollbackReviews.Record(TestWorkspace.Skill, TestWorkspace.Approver, "understood");
        }

        File.Delete(_test.Workspace.Layout.AuditFile);
        Assert.Equal([first], _test.Entry.Versions["1.0"].EarlierTickets!);
        var refusals = _test.Promote(PromotionState.Staged, first).Refusals;
        Assert.Equal(2, refusals.Count);
        Assert.Contains("there is no such log any more", refusals[0], StringComparison.Ordinal);
        Assert.Equal($"ticket {first}: it was used already: it promoted spam_check 1.0 before; a ticket is good for one promotion", refusals[1]);
        Assert.Equal(2, _test.Promote(PromotionState.Staged, second).Refusals.Count);
    }
}
