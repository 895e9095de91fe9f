using System.Text.Json.Nodes;

using WreSkills.Hosting;
using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Tests.Hosting;

/// <summary>
/// Two at the same moment, in a thousand different orders each, on a clock that stands still: exactly one wins, and audit log, promotion
/// log and outbox say so once. Every round begins with the same workspace; the order is drawn from the round's number.
/// </summary>
public sealed class InterleavedRaceTests : IDisposable
{
    private const int Rounds = 1000;
    private const int RoundsBetweenDoctors = 50;
    private readonly List<TestWorkspace> _workspaces = [];
    private string? _template;

    public void Dispose()
    {
        _workspaces.ForEach(workspace => workspace.Dispose());
        if (_template is not null)
        {
            Directory.Delete(_template, recursive: true);
        }
    }

    [Fact]
    public async Task A_rollback_while_promoting_always_goes_through_and_the_promotion_is_whole_or_refused()
    {
        var test = await WithStagedSecondAsync("");
        RecordOf(test, "1.1", 100);
        var ticket = test.Ticket(PromotionState.Production);
        var (promoted, outcomes) = (0, 0);
        Race(test, [world => world.Promote(ticket), world => world.RollBack()], (before, after, made) =>
        {
            outcomes++;
            promoted += made[0] is null ? 0 : 1;
            Assert.NotNull(made[1]);
            Assert.Equal((before.Lines + made.OfType<Transition>().Count(), before.RollbackAlerts + 1), (after.Lines, after.RollbackAlerts));

            // Whatever was rolled back does not serve, and what was promoted before it is what it took out.
            var failed = Assert.Single(test.Entry.Versions, version => version.Value.RolledBack is not null).Key;
            Assert.NotEqual(failed, test.Entry.Live(PromotionState.Production)?.Label);
            Assert.Equal(failed, made[1]!.Version);
            Assert.Equal(made[0] is { } promotion && promotion.ExpectedSerial < made[1]!.ExpectedSerial ? "1.1" : "1.0", failed);
        });
        Assert.True(promoted > 0 && promoted < outcomes, $"{promoted} of {outcomes} promoted");
    }

    [Fact]
    public async Task Of_two_monitors_exactly_one_rolls_back()
    {
        var test = await WithFiringTriggerAsync();
        var won = new int[2];
        Race(test, [world => world.Watch(), world => world.Watch()], (before, after, made) =>
        {
            won[made[0] is null ? 1 : 0]++;
            AssertOneRollback(test, before, after, made);
        });
        Assert.All(won, wins => Assert.InRange(wins, 1, Rounds - 1));
    }

    [Fact]
    public async Task Of_a_person_and_the_monitor_exactly_one_rolls_back()
    {
        var test = await WithFiringTriggerAsync();
        var won = new int[2];
        Race(test, [world => world.Watch(), world => world.Override()], (before, after, made) =>
        {
            won[made[0] is null ? 1 : 0]++;
            AssertOneRollback(test, before, after, made);
            Assert.Equal(made[0] is null ? RollbackRequest.ManualOverride : "pattern_fidelity_drop_below_85", test.Entry.Versions["1.1"].RolledBack!.Reason);
        });
        Assert.All(won, wins => Assert.InRange(wins, 1, Rounds - 1));
    }

    [Fact]
    public async Task Of_the_monitor_that_advances_and_a_person_who_aborts_the_abort_always_holds()
    {
        var test = await WithStagedSecondAsync("rollout:\n  minimum_executions: 1\n  minimum_minutes: 1\n");
        RecordOf(test, "1.1", 5);
        test.Time.Advance(TimeSpan.FromMinutes(2));
        var advanced = 0;
        Race(test, [world => world.Advance(), world => world.Abort()], (before, after, made) =>
        {
            advanced += made[0] is null ? 0 : 1;
            Assert.NotNull(made[1]);
            Assert.Equal(before.Lines + made.OfType<Transition>().Count(), after.Lines);
            Assert.Equal((0, RolloutEntry.Aborted), (test.Entry.Rollout!.Percent, test.Entry.Rollout.Status));
            Assert.True(made[0] is null || made[0]!.ExpectedSerial < made[1]!.ExpectedSerial, "an aborted rollout was advanced");
        });
        Assert.InRange(advanced, 1, Rounds - 1);
    }

    private static void AssertOneRollback(TestWorkspace test, Traces before, Traces after, Transition?[] made)
    {
        Assert.Single(made.OfType<Transition>());
        Assert.Equal(new Traces(before.Serial + 1, before.Lines + 1, before.RollbackAlerts + 1, 0), after);
        Assert.Equal(("1.0", 1, 0), (test.Entry.Live(PromotionState.Production)!.Value.Label, test.Entry.Versions["1.1"].Rollbacks, test.Entry.Versions["1.0"].Rollbacks));
    }

    private void Race(TestWorkspace test, Func<World, Transition?>[] actors, Action<Traces, Traces, Transition?[]> check)
    {
        Keep(test);
        var before = Traces.Of(test);
        var orders = new HashSet<string>();
        for (var round = 0; round < Rounds; round++)
        {
            Restore(test);
            var (made, order) = Interleaving.Run(round, [.. actors.Select(actor => (Func<Transition?>)(() =>
            {
                using var workspace = Workspace.Open(test.Root, test.Time);
                return actor(new World(workspace));
            }))]);
            orders.Add(order);
            try
            {
                // The next command finishes what two left to each other, as every command does.
                using var next = Workspace.Open(test.Root, test.Time);
                var after = Traces.Of(test);
                Assert.Equal((before.Serial + made.OfType<Transition>().Count(), 0), (after.Serial, after.Intents));
                check(before, after, made);
                if (round % RoundsBetweenDoctors == 0)
                {
                    Assert.All(new WorkspaceDoctor(next).Check(), invariant => Assert.True(invariant.Holds, $"{invariant.Title}: {string.Join("; ", invariant.Problems)}"));
                }
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"Round {round}, order {order}: {error.Message}", error);
            }
        }

        Assert.True(orders.Count > Rounds / 4, $"only {orders.Count} different orders");
    }

    // Every round begins with the same files.
    private void Keep(TestWorkspace test)
    {
        test.Workspace.Dispose();
        _template = test.Root + "-template";
        Copy(test.Root, _template);
    }

    private void Restore(TestWorkspace test)
    {
        Directory.Delete(test.Root, recursive: true);
        Copy(_template!, test.Root);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (var folder in Directory.EnumerateDirectories(from))
        {
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }

    private TestWorkspace New(string policy)
    {
        var test = new TestWorkspace(policy, inMemory: true);
        _workspaces.Add(test);
        return test;
    }

    private async Task<TestWorkspace> WithStagedSecondAsync(string policy)
    {
        var test = New(policy);
        await test.ProduceAsync();
        test.WriteSkill("1.1", "Look closer.");
        await test.StageAsync();
        return test;
    }

    // 1.1 has replaced 1.0, which serves again after one rollback and must not be hit by a second. What completes the trigger is ingested,
    // and nobody has judged it.
    private async Task<TestWorkspace> WithFiringTriggerAsync()
    {
        var test = await WithStagedSecondAsync("");
        RecordOf(test, "1.1", 100);
        TestWorkspace.Committed(test.Promote(PromotionState.Production, test.Ticket(PromotionState.Production)));
        var serial = test.Entry.Live(PromotionState.Production)!.Value.Version.StateSerial;
        File.AppendAllText(Path.Combine(test.Workspace.Layout.MetricsFolder, $"{TestWorkspace.Skill}_fidelity.json"), string.Concat(Enumerable.Range(0, 10).Select(_ =>
            test.Line(("pattern_fidelity", 0.83), ("version", "1.1"), ("state", "production"), ("state_serial", serial)).ToJsonString() + "\n")));
        test.Workspace.Ingestor.Run(TestWorkspace.Skill);
        return test;
    }

    private static void RecordOf(TestWorkspace test, string version, int count) => test.Record(Enumerable.Range(0, count).Select(index =>
    {
        JsonObject line = test.Good(index % 2 == 0 ? "allow" : "remove");
        line["version"] = version;
        return line;
    }));

    /// <summary>What a transition leaves behind exactly once.</summary>
    private sealed record Traces(long Serial, int Lines, int RollbackAlerts, int Intents)
    {
        public static Traces Of(TestWorkspace test)
        {
            var layout = test.Workspace.Layout;
            var lines = File.ReadLines(layout.AuditFile).Count();

            // A rollout moves no version, so the promotion log does not know it.
            var moves = File.ReadLines(layout.AuditFile).Count(line => !line.Contains("\"event\":\"rollout\"", StringComparison.Ordinal));
            Assert.Equal(moves, File.ReadLines(Path.Combine(layout.MetricsFolder, $"{TestWorkspace.Skill}_promotion_log.json")).Count());
            return new Traces(
                test.Workspace.Registry.Load().Serial, lines, test.Workspace.Outbox.Each().Count(message => message.Kind == "rollback_alert"), Directory.GetFiles(layout.JournalFolder, "*.json").Length);
        }
    }

    /// <summary>What an actor can do, each with a workspace and connections of its own, as another process would have.</summary>
    private sealed class World(Workspace workspace)
    {
        public Transition? Promote(string ticket) => workspace.Promoter.Promote(new PromotionRequest
        {
            Skill = TestWorkspace.Skill,
            From = PromotionState.Staged,
            To = PromotionState.Production,
            Approver = TestWorkspace.Approver,
            Ticket = ticket,
            RequestedBy = "author",
        }).Transition;

        public Transition? RollBack(string reason = "test", string? approver = null) => workspace.Promoter.RollBack(new RollbackRequest
        {
            Skill = TestWorkspace.Skill,
            From = PromotionState.Production,
            To = PromotionState.Staged,
            Reason = reason,
            Approver = approver,
            At = approver is null ? null : workspace.Time.GetUtcNow(),
        }).Transition;

        // Decided at this moment, whenever the command gets its turn.
        public Transition? Override() => RollBack(RollbackRequest.ManualOverride, TestWorkspace.Approver);

        public Transition? Watch() => workspace.Watch.Run(TestWorkspace.Skill).Rollback;

        // The monitor advances what passes all checks; what became of it is in the registry.
        public Transition? Advance()
        {
            var entry = workspace.Registry.Load().Require(TestWorkspace.Skill);
            var report = workspace.Monitor.Evaluate(TestWorkspace.Skill, entry, workspace.Policy, PromotionState.Staged)!;
            var decision = WreSkills.Monitoring.RolloutGuide.Decide(entry, report, workspace.Policy, workspace.Time.GetUtcNow());
            return decision.Move != WreSkills.Monitoring.RolloutMove.Advance ? null : workspace.Rollouts.Change(new RolloutRequest
            {
                Skill = TestWorkspace.Skill,
                Change = RolloutRequest.Advance,
                Reason = "all checks pass",
                OnlyIf = (report.Stay.StateSerial, entry.Rollout!.Step, entry.Rollout.Status),
                Counts = (report.Executions, 0, 0),
                RequestedBy = RollbackRequest.Monitor,
            }).Transition;
        }

        public Transition? Abort() => workspace.Rollouts.Change(new RolloutRequest
        {
            Skill = TestWorkspace.Skill,
            Change = RolloutRequest.Abort,
            Reason = "it looks bad",
            RequestedBy = "someone",
        }).Transition;
    }
}
