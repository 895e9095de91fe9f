using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Tests.Hosting;

/// <summary>
/// Two or three at the same moment, over and over on a clock that stands still: in each round exactly one wins, and audit log and outbox
/// say so once.
/// </summary>
public sealed class MonitorRaceTests : IDisposable
{
    private readonly List<TestWorkspace> _workspaces = [];

    public void Dispose() => _workspaces.ForEach(workspace => workspace.Dispose());

    private async Task<TestWorkspace> SecondStagedAsync()
    {
        var test = new TestWorkspace("rollout:\n  minimum_executions: 0\n  minimum_minutes: 0\n  advance: manual\n");
        _workspaces.Add(test);
        await test.ProduceAsync();
        test.WriteSkill("1.1", "Look closer.");
        await test.StageAsync();
        return test;
    }

    private static RolloutRequest Request(string change, (long, int, string)? only = null) =>
        new() { Skill = TestWorkspace.Skill, Change = change, Reason = change, Approver = TestWorkspace.Approver, OnlyIf = only, RequestedBy = "someone" };

    [Fact]
    public async Task Of_advancing_and_aborting_exactly_one_wins_hundreds_of_times()
    {
        // The orders that threads fall into by chance; InterleavedRaceTests draws a thousand of them.
        const int rounds = 250;
        var test = await SecondStagedAsync();
        var random = new Random(11);
        var (advanced, aborted) = (0, 0);
        for (var round = 0; round < rounds; round++)
        {
            var (staged, rollout) = (test.Entry.Live(PromotionState.Staged)!.Value, test.Entry.Rollout!);
            (long, int, string) seen = (staged.Version.StateSerial, rollout.Step, rollout.Status);
            var before = AuditLines(test);
            string[] order = random.Next(2) == 0 ? [RolloutRequest.Advance, RolloutRequest.Abort] : [RolloutRequest.Abort, RolloutRequest.Advance];
            var outcomes = await Task.WhenAll(order.Select(change => Task.Run(() => (Change: change, Outcome: test.Workspace.Rollouts.Change(Request(change, seen))))));
            var winner = Assert.Single(outcomes, outcome => outcome.Outcome.Transition is not null);
            Assert.Contains("has changed meanwhile", Assert.Single(outcomes, outcome => outcome.Outcome.Transition is null).Outcome.Refusal, StringComparison.Ordinal);
            Assert.Equal(before + 1, AuditLines(test));
            Assert.Equal(winner.Change == RolloutRequest.Abort ? (0, "aborted") : (50, "progressing"), (test.Entry.Rollout!.Percent, test.Entry.Rollout.Status));
            (advanced, aborted) = winner.Change == RolloutRequest.Abort ? (advanced, aborted + 1) : (advanced + 1, aborted);

            // Back to the first step for the next round.
            if (winner.Change == RolloutRequest.Advance)
            {
                test.Workspace.Rollouts.Change(Request(RolloutRequest.Abort));
            }

            test.Workspace.Rollouts.Change(Request(RolloutRequest.Resume));
        }

        Assert.True(advanced > 0 && aborted > 0, $"{advanced} advanced, {aborted} aborted");
    }

    [Fact]
    public async Task Of_two_monitors_and_a_person_exactly_one_rolls_back_a_hundred_times()
    {
        const int rounds = 100;
        var test = new TestWorkspace();
        _workspaces.Add(test);
        await test.ProduceAsync();
        var won = new Dictionary<string, int>();
        for (var round = 0; round < rounds; round++)
        {
            // What completes the trigger is written, and nobody has judged it.
            var serial = test.Entry.Live(PromotionState.Production)!.Value.Version.StateSerial;
            File.AppendAllText(Path.Combine(test.Workspace.Layout.MetricsFolder, $"{TestWorkspace.Skill}_fidelity.json"), string.Concat(Enumerable.Range(0, 10).Select(_ =>
                test.Line(("pattern_fidelity", 0.83), ("version", "1.0"), ("state", "production"), ("state_serial", serial)).ToJsonString() + "\n")));
            var (lines, alerts) = (AuditLines(test), Alerts(test));
            Func<string?>[] actors = [() => Monitor(test), () => Monitor(test), () => Manual(test)];
            using var start = new Barrier(actors.Length);
            var outcomes = await Task.WhenAll(actors.Select(actor => Task.Run(() =>
            {
                start.SignalAndWait();
                return actor();
            })));
            var winner = Assert.Single(outcomes.OfType<string>());
            won[winner] = won.GetValueOrDefault(winner) + 1;
            Assert.Equal((lines + 1, alerts + 1, round + 1), (AuditLines(test), Alerts(test), test.Entry.Versions["1.0"].Rollbacks));
            Assert.Equal(PromotionState.Staged, test.Entry.PromotionState);

            test.Workspace.RollbackReviews.Record(TestWorkspace.Skill, TestWorkspace.Approver, "a race");
            Assert.NotNull(test.Workspace.Promoter.Undo(TestWorkspace.Skill, TestWorkspace.Approver, "for the next round", "test").Transition);
        }

        Assert.Equal(2, won.Count);
        Assert.All(new WreSkills.Hosting.WorkspaceDoctor(test.Workspace).Check(), invariant => Assert.True(invariant.Holds, $"{invariant.Title}: {string.Join("; ", invariant.Problems)}"));
    }

    private static int Alerts(TestWorkspace test) => test.Workspace.Outbox.Each().Count(message => message.Kind == "rollback_alert");

    // A monitor of its own, with its own connections, as another process would have.
    private static string? Monitor(TestWorkspace test)
    {
        using var workspace = WreSkills.Hosting.Workspace.Open(test.Root, test.Time);
        workspace.Ingestor.Run(TestWorkspace.Skill);
        return workspace.Watch.Run(TestWorkspace.Skill).Rollback is null ? null : "monitor";
    }

    private static string? Manual(TestWorkspace test)
    {
        using var workspace = WreSkills.Hosting.Workspace.Open(test.Root, test.Time);
        return workspace.Promoter.RollBack(new RollbackRequest
        {
            Skill = TestWorkspace.Skill,
            From = PromotionState.Production,
            To = PromotionState.Staged,
            Reason = RollbackRequest.ManualOverride,
            Approver = TestWorkspace.Approver,
        }).Transition is null ? null : "person";
    }

    private static int AuditLines(TestWorkspace test) => File.ReadLines(test.Workspace.Layout.AuditFile).Count();
}
