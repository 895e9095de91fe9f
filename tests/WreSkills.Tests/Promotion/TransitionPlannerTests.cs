using CsCheck;

using WreSkills.Benchmarks;
using WreSkills.Loading;
using WreSkills.Metrics;
using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Tests.Promotion;

public sealed class TransitionPlannerTests : IDisposable
{
    private static readonly PromotionPolicy s_policy = new();
    private static readonly WorkspaceLayout s_layout = new() { Root = "/somewhere" };
    private readonly TemporaryFolder _folder = new();
    private readonly PromotionEvidence _evidence;

    public TransitionPlannerTests() => _evidence = new PromotionEvidence
    {
        Skill = "spam",
        Folder = TestSkill.Read(_folder, ("SKILL.md", TestSkill.Text("primary_agent: gemma\nintent_type: CLASSIFICATION\nmodule: communication/livechat\n"))),
        Benchmark = new BenchmarkResult { RunId = "r", Skill = "spam", Digest = TestRegistry.Digest('a'), State = "prototype", Agent = "a", StartedAt = TestRegistry.At, Runs = 118, PatternFidelity = 0.94, OutcomeQuality = 0.9, ExecutionTimeMs = 12 },
        Window = new EvidenceWindow { Executions = 120, Fidelity = [0.9, 1.0], Outcomes = [1.0, 0.5], TimesMs = [10, 20] },
    };

    public void Dispose() => _folder.Dispose();

    private static Transition Frame(PromotionState from, PromotionState to, string version = "1.0", char digest = 'a', long serial = 7, string kind = "promotion") => new()
    {
        Operation = $"op-{serial}",
        Kind = kind,
        Skill = "spam",
        Version = version,
        Digest = TestRegistry.Digest(digest),
        From = from,
        To = to,
        At = "2025-10-21T00:00:00Z",
        ExpectedSerial = serial,
        Ticket = $"T-{serial}",
        Reason = "pattern_fidelity_drop_below_85",
        TriggerMetric = "fidelity=0.83",
    };

    private PlannedTransition Stage(SkillEntry entry, string version = "1.0", char digest = 'a') =>
        TransitionPlanner.Stage(Frame(PromotionState.Prototype, PromotionState.Staged, version, digest), entry, _evidence, s_layout, s_policy);

    private static PlannedTransition RollBack(SkillEntry entry, PromotionPolicy? policy = null)
    {
        var (label, version) = entry.Live(PromotionState.Production)!.Value;
        return TransitionPlanner.RollBack(Frame(PromotionState.Production, PromotionState.Staged, label, version.Digest[0], kind: "rollback"), entry, s_layout, policy ?? s_policy, _ => true);
    }

    [Fact]
    public void Stage_mints_the_version_and_starts_the_rollout()
    {
        var entry = Stage(new SkillEntry()).Entry;
        var version = entry.Versions["1.0"];
        Assert.Equal((PromotionState.Staged, "1.0", ".claude/skills/spam_staged/"), (entry.PromotionState, entry.Active["staged"], entry.Location));
        Assert.Equal((10, 0, "2025-10-21T00:00:00Z"), (entry.Rollout!.Percent, entry.Rollout.Step, entry.Rollout.Since));
        Assert.Equal(("automatic", "scheduled", "daily", "gemma", "CLASSIFICATION"), (entry.Scoring, entry.Monitoring, entry.ReviewSchedule, entry.PrimaryAgent, entry.IntentType));
        Assert.Equal((8, "op-7", "T-7"), (version.StateSerial, version.Operation, version.Tickets["staged"]));
        Assert.Equal((0.94, 0.9, 12, 118), (version.PrototypeBaseline!.PatternFidelity, version.PrototypeBaseline.OutcomeQuality, version.PrototypeBaseline.ExecutionTimeMs, version.PrototypeBaseline.Executions));
        Assert.Equal("2025-10-21T00:00:00Z", entry.LastPromotion);
    }

    [Fact]
    public void Stage_beside_production_keeps_production_watched()
    {
        var entry = Stage(TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Production))) with { Monitoring = "alerting" }, "1.1", 'b').Entry;
        Assert.Equal((PromotionState.Production, "alerting", "1.0", "1.1"), (entry.PromotionState, entry.Monitoring, entry.Active["production"], entry.Active["staged"]));
    }

    [Fact]
    public void Produce_freezes_the_baseline_and_holds_the_predecessor()
    {
        var before = TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Production)), ("1.1", TestRegistry.Version('b', PromotionState.Staged) with { Tickets = new Dictionary<string, string> { ["staged"] = "T-1" } }));
        var plan = TransitionPlanner.Produce(Frame(PromotionState.Staged, PromotionState.Production, "1.1", 'b'), before, _evidence, "communication/livechat", s_layout, s_policy);
        var (old, version) = (plan.Entry.Versions["1.0"], plan.Entry.Versions["1.1"]);
        Assert.Equal((PromotionState.Held, PromotionState.Production, "superseded"), (old.State, old.HeldAs, old.HeldReason));
        Assert.Equal((PromotionState.Production, "1.0", 8), (version.State, version.Predecessor, version.StateSerial));
        Assert.Equal((0.95, 0.75, 15, 120), (version.Baseline!.PatternFidelity!.Value, version.Baseline.OutcomeQuality, version.Baseline.ExecutionTimeMs, version.Baseline.Executions));
        Assert.Equal([("production", "T-7"), ("staged", "T-1")], version.Tickets.Select(ticket => (ticket.Key, ticket.Value)));
        Assert.Equal(["production=1.1"], plan.Entry.Active.Select(live => $"{live.Key}={live.Value}"));
        Assert.Equal(("alerting", "weekly", "modules/communication/livechat/skills/spam/"), (plan.Entry.Monitoring, plan.Entry.ReviewSchedule, plan.Entry.Location));
        Assert.Null(plan.Entry.Rollout);
        Assert.Equal("1.1", plan.Transition.Serves);
        Assert.Equal([("1.1", PromotionState.Production), ("1.0", PromotionState.Held)], plan.Transition.Changes.Select(change => (change.Version, change.State)));
    }

    [Fact]
    public void Rollback_with_a_predecessor_lets_it_serve_and_holds_the_failed_one()
    {
        var before = TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Held) with { HeldAs = PromotionState.Production, HeldReason = "superseded" }), ("1.1", TestRegistry.Version('b', PromotionState.Production, "1.0")));
        var plan = RollBack(before);
        var (old, failed) = (plan.Entry.Versions["1.0"], plan.Entry.Versions["1.1"]);
        Assert.Equal((PromotionState.Production, null, null, 8), (old.State, old.HeldAs, old.HeldReason, old.StateSerial));
        Assert.Equal((PromotionState.Held, PromotionState.Staged, "rolled_back"), (failed.State, failed.HeldAs, failed.HeldReason));
        Assert.Equal(("op-7", "pattern_fidelity_drop_below_85", "fidelity=0.83"), (failed.RolledBack!.Operation, failed.RolledBack.Reason, failed.RolledBack.TriggerMetric));
        Assert.Equal((PromotionState.Production, "1.0", "1.0"), (plan.Entry.PromotionState, plan.Entry.Active["production"], plan.Transition.Serves));
        Assert.Equal("2025-10-21T00:00:00Z", plan.Entry.LastRollback);
    }

    [Fact]
    public void Rollback_without_a_predecessor_lets_the_staged_copy_serve_everybody()
    {
        var plan = RollBack(TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Production))));
        Assert.Equal((PromotionState.Staged, PromotionState.Staged, 100, "1.0"), (plan.Entry.PromotionState, plan.Entry.Versions["1.0"].State, plan.Entry.Rollout!.Percent, plan.Transition.Serves));
        Assert.NotNull(plan.Entry.Versions["1.0"].RolledBack);
        Assert.Equal("1.0", ServingPlan.For(plan.Entry).Choose("spam", "any key")!.Version);
    }

    [Fact]
    public void Rollback_without_a_predecessor_serves_nobody_when_the_policy_withholds_the_copy()
    {
        var plan = RollBack(TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Production))), s_policy with { Rollback = new RollbackRules { ServeStagedCopy = false } });
        Assert.Equal((PromotionState.Prototype, PromotionState.Held, PromotionState.Staged), (plan.Entry.PromotionState, plan.Entry.Versions["1.0"].State, plan.Entry.Versions["1.0"].HeldAs));
        Assert.Null(plan.Transition.Serves);
        Assert.Null(ServingPlan.For(plan.Entry).Choose("spam", "any key"));
    }

    [Fact]
    public void Rollback_without_a_predecessor_leaves_another_candidate_in_its_place()
    {
        var before = TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Production)), ("1.1", TestRegistry.Version('b', PromotionState.Staged))) with { Rollout = new RolloutEntry { Percent = 10, Since = TestRegistry.At } };
        var plan = RollBack(before);
        Assert.Equal((PromotionState.Held, "1.1", 10), (plan.Entry.Versions["1.0"].State, plan.Entry.Active["staged"], plan.Entry.Rollout!.Percent));
    }

    [Theory]
    [InlineData(true, "production", "alerting", "1.0")]
    [InlineData(false, "prototype", "none", null)]
    public void Demotion_gives_the_traffic_back_to_the_baseline(bool production, string state, string monitoring, string? serves)
    {
        var before = TestRegistry.Entry(("1.1", TestRegistry.Version('b', PromotionState.Staged))) with { Monitoring = "alerting", Scoring = "automatic", Rollout = new RolloutEntry { Percent = 50, Since = TestRegistry.At } };
        before = production ? before.With("1.0", TestRegistry.Version('a', PromotionState.Production)).WithLive(PromotionState.Production, "1.0") : before;
        var plan = TransitionPlanner.Demote(Frame(PromotionState.Staged, PromotionState.Prototype, "1.1", 'b', kind: "rollback"), before, s_layout, s_policy);
        Assert.Equal((state, monitoring, serves, production ? "automatic" : "on_demand"), (plan.Entry.PromotionState.Text(), plan.Entry.Monitoring, plan.Transition.Serves, plan.Entry.Scoring));
        Assert.Equal((PromotionState.Held, PromotionState.Prototype, "demoted"), (plan.Entry.Versions["1.1"].State, plan.Entry.Versions["1.1"].HeldAs, plan.Entry.Versions["1.1"].HeldReason));
        Assert.Null(plan.Entry.Rollout);
        Assert.False(plan.Entry.Active.ContainsKey("staged"));
    }

    [Fact]
    public void Undoing_a_rollback_makes_what_serves_now_the_predecessor()
    {
        var rolled = RollBack(TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Held)), ("1.1", TestRegistry.Version('b', PromotionState.Production, "1.0")))).Entry;
        var plan = TransitionPlanner.Restore(Frame(PromotionState.Staged, PromotionState.Production, "1.1", 'b', 8, "restore"), rolled, s_layout, s_policy);
        Assert.Equal((PromotionState.Production, "1.0", "1.1"), (plan.Entry.Versions["1.1"].State, plan.Entry.Versions["1.1"].Predecessor, plan.Entry.Active["production"]));
        Assert.Equal((PromotionState.Held, "superseded"), (plan.Entry.Versions["1.0"].State, plan.Entry.Versions["1.0"].HeldReason));
    }

    [Fact]
    public void Review_of_a_rollback_clears_it_at_the_next_promotion()
    {
        var rolledBack = new RollbackEntry { Operation = "op", At = TestRegistry.At, Reason = "r" };
        SkillEntry Held(RollbackEntry rollback) => TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Held) with { RolledBack = rollback }));
        Assert.Null(Stage(Held(rolledBack with { ReviewedBy = "0102" })).Entry.Versions["1.0"].RolledBack);
        Assert.NotNull(Stage(Held(rolledBack)).Entry.Versions["1.0"].RolledBack);
    }

    [Theory]
    [InlineData(null, "", "1.0")]
    [InlineData("2.0", "", "2.0")]
    [InlineData(null, "1.0", "1.1")]
    [InlineData(null, "1.9", "1.10")]
    [InlineData(null, "2.3 1.9", "2.4")]
    [InlineData(null, "beta", "1.0")]
    public void Label_is_the_stated_one_or_the_next_minor(string? stated, string taken, string label)
    {
        var entry = TestRegistry.Entry([.. taken.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((name, index) => (name, TestRegistry.Version((char)('b' + index), PromotionState.Held)))]);
        Assert.Equal(label, TransitionPlanner.Label(entry, stated, TestRegistry.Digest('a')));
    }

    [Fact]
    public void Label_of_known_content_stays_and_of_other_content_is_refused()
    {
        var entry = TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Held)));
        Assert.Equal("1.0", TransitionPlanner.Label(entry, "3.0", TestRegistry.Digest('a')));
        var error = Assert.Throws<WreException>(() => TransitionPlanner.Label(entry, "1.0", TestRegistry.Digest('b')));
        Assert.Contains("for example to 1.1", error.Hint, StringComparison.Ordinal);
        Assert.Equal("1.0", TransitionPlanner.Label(null, null, TestRegistry.Digest('b')));
    }

    [Fact]
    public void Any_history_of_legal_steps_keeps_the_entry_consistent() =>
        Gen.Int[0, 4].List[1, 25].Sample(steps =>
        {
            var entry = new SkillEntry();
            var serial = 0L;
            foreach (var step in steps)
            {
                entry = Step(entry, step, serial++);
                var live = entry.Versions.Where(version => version.Value.State is PromotionState.Staged or PromotionState.Production).Select(version => $"{version.Value.State.Text()}={version.Key}");
                Assert.Equal(entry.Active.Select(active => $"{active.Key}={active.Value}").Order(StringComparer.Ordinal), live.Order(StringComparer.Ordinal));
                Assert.Equal(entry.Live(PromotionState.Staged) is not null, entry.Rollout is not null);
                Assert.Equal(entry.Live(PromotionState.Production) is not null ? PromotionState.Production : entry.Live(PromotionState.Staged) is not null ? PromotionState.Staged : PromotionState.Prototype, entry.PromotionState);
                Assert.DoesNotContain(entry.Versions.Values, version => version.State == PromotionState.Held && version.HeldAs is null);
            }

            return true;
        });

    private SkillEntry Step(SkillEntry entry, int step, long serial)
    {
        Transition At(PromotionState from, PromotionState to, string label, string digest) => Frame(from, to, label, digest[0], serial) with { Digest = digest };
        var (staged, production) = (entry.Live(PromotionState.Staged), entry.Live(PromotionState.Production));
        var digest = serial.ToString("x64");
        switch (step)
        {
            case 0 when staged is null:
                return TransitionPlanner.Stage(At(PromotionState.Prototype, PromotionState.Staged, TransitionPlanner.Label(entry, null, digest), digest), entry, _evidence, s_layout, s_policy).Entry;
            case 1 when staged is { } candidate:
                return TransitionPlanner.Produce(At(PromotionState.Staged, PromotionState.Production, candidate.Label, candidate.Version.Digest), entry, _evidence, "a/b", s_layout, s_policy).Entry;
            case 2 when production is { } failed:
                return TransitionPlanner.RollBack(At(PromotionState.Production, PromotionState.Staged, failed.Label, failed.Version.Digest), entry, s_layout, s_policy, _ => true).Entry;
            case 3 when staged is { } demoted:
                return TransitionPlanner.Demote(At(PromotionState.Staged, PromotionState.Prototype, demoted.Label, demoted.Version.Digest), entry, s_layout, s_policy).Entry;
            case 4 when entry.Versions.FirstOrDefault(version => version.Value.RolledBack is not null && version.Value.State != PromotionState.Production && version.Value.HeldAs != PromotionState.Prototype) is { Key: { } label, Value: { } version }:
                return TransitionPlanner.Restore(At(PromotionState.Staged, PromotionState.Production, label, version.Digest), entry, s_layout, s_policy).Entry;
            default:
                return entry;
        }
    }
}
