using WreSkills.Loading;
using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Tests.Hosting;

namespace WreSkills.Tests.Loading;

public sealed class CircuitBreakerTests : IDisposable
{
    private static readonly BreakerRules s_rules = new();
    private static readonly DateTimeOffset s_now = new(2025, 10, 20, 12, 0, 0, TimeSpan.Zero);
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    private static CircuitBreaker After(CircuitBreaker breaker, string executions, double seconds = 0) =>
        executions.Aggregate(breaker, (state, execution) => state.After(execution == 'x', s_rules, s_now.AddSeconds(seconds)));

    private static IReadOnlyList<(long, bool)> Executions(string executions, int after = 0) => [.. executions.Select((execution, index) => (after + index + 1L, execution == 'x'))];

    private static CircuitBreaker Rest => new() { StateSerial = 3 };

    [Theory]
    [InlineData("xxxx", BreakerState.Closed)]
    [InlineData("xxxxx", BreakerState.Open)]
    [InlineData("xxxx.xxxx", BreakerState.Closed)]
    [InlineData(".xxxxx", BreakerState.Open)]
    public void It_opens_after_five_exceptions_in_a_row(string executions, BreakerState expected) => Assert.Equal(expected, After(Rest, executions).At(s_now));

    [Fact]
    public void It_lets_a_share_try_after_a_minute_and_closes_after_three_successes()
    {
        var open = After(Rest, "xxxxx");
        Assert.Equal(BreakerState.Open, open.At(s_now.AddSeconds(59)));
        Assert.Equal(BreakerState.HalfOpen, open.At(s_now.AddSeconds(60)));
        var admitted = Enumerable.Range(0, 2000).Count(key => open.Admits("s", $"k{key}", s_rules, s_now.AddSeconds(61)));
        Assert.InRange(admitted, 140, 260);
        Assert.Equal(BreakerState.HalfOpen, After(open, "..", 61).At(s_now.AddSeconds(62)));
        Assert.Equal(Rest, After(open, "...", 61));
    }

    [Fact]
    public void A_failed_trial_opens_it_for_twice_as_long_up_to_a_day()
    {
        var breaker = After(Rest, "xxxxx");
        var now = s_now;
        for (var trial = 0; trial < 20; trial++)
        {
            now = now.AddDays(2);
            breaker = breaker.After(true, s_rules, now);
        }

        Assert.Equal(86_400, breaker.OpenSeconds);
        Assert.Equal(120, After(After(Rest, "xxxxx"), "x", 61).OpenSeconds);
    }

    [Fact]
    public void What_comes_in_late_while_it_is_open_changes_nothing() => Assert.Equal(After(Rest, "xxxxx"), After(After(Rest, "xxxxx"), "x.x...", 5));

    [Fact]
    public async Task A_candidate_that_fails_repeatedly_gives_way_to_the_baseline_at_once_and_comes_back()
    {
        await _test.ProduceAsync();
        _test.WriteSkill("1.1", "Look closer.");
        await _test.StageAsync();
        var key = Enumerable.Range(0, 1000).Select(number => $"k{number}").First(key => _test.Workspace.Loader.Load(TestWorkspace.Skill, key)!.Version == "1.1");
        _test.Record(Enumerable.Range(0, 5).Select(_ => _test.Line(("version", "1.1"), ("exception", true))));
        Assert.Equal("1.0", _test.Workspace.Loader.Load(TestWorkspace.Skill, key)!.Version);
        Assert.Contains(_test.Workspace.Outbox.Pending(), message => message.Kind == "breaker_alert");

        _test.Time.Advance(TimeSpan.FromSeconds(61));
        _test.Record(Enumerable.Range(0, 3).Select(_ => _test.Line(("version", "1.1"), ("exception", false))));
        Assert.Equal("1.1", _test.Workspace.Loader.Load(TestWorkspace.Skill, key)!.Version);
        Assert.True(Assert.Single(_test.Workspace.Breakers.Load(TestWorkspace.Skill)).IsAtRest);
    }

    [Fact]
    public async Task Production_gives_way_to_the_version_it_replaced()
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
        Assert.Equal("1.1", _test.Workspace.Loader.Load(TestWorkspace.Skill, "k")!.Version);
        _test.Record(Enumerable.Range(0, 5).Select(_ => _test.Line(("exception", true))));
        var loaded = _test.Workspace.Loader.Load(TestWorkspace.Skill, "k")!;
        Assert.Equal(("1.0", "fallback"), (loaded.Version, loaded.Arm));
        Assert.Equal("1.1", _test.Entry.Live(PromotionState.Production)!.Value.Label);
    }

    [Fact]
    public void Executions_that_two_processes_read_count_once()
    {
        var breakers = _test.Workspace.Breakers;
        BreakerState Note(string executions, int after = 0, string database = "a")
        {
            breakers.Note(TestWorkspace.Skill, "1.0", 3, Executions(executions, after), () => database, [3]);
            return breakers.Find(TestWorkspace.Skill, "1.0", 3).At(_test.Time.GetUtcNow());
        }

        Note("xxx");
        Assert.Equal(BreakerState.Closed, Note("xxx"));
        Assert.Equal(BreakerState.Closed, Note("xxx.x"));

        // Whoever read less before and comes later brings nothing back.
        Assert.Equal(BreakerState.Closed, Note("xxx"));
        Assert.Equal(1, breakers.Find(TestWorkspace.Skill, "1.0", 3).Failures);
        Assert.Equal(BreakerState.Closed, Note("x.", 5));
        Assert.Equal(BreakerState.Closed, Note("xxxx", 3));
        Assert.Equal(0, breakers.Find(TestWorkspace.Skill, "1.0", 3).Failures);

        // A database that was made anew counts from one.
        Assert.Equal(BreakerState.Open, Note("xxxxx", 0, "b"));
    }

    [Fact]
    public void What_happens_to_one_arm_leaves_the_other_arms_count_alone_and_ended_stays_are_forgotten()
    {
        var breakers = _test.Workspace.Breakers;
        breakers.Note(TestWorkspace.Skill, "1.0", 3, Executions("xxxx"), () => "a", [3, 5]);
        breakers.Note(TestWorkspace.Skill, "1.1", 5, Executions("x", 4), () => "a", [3, 5]);
        Assert.NotNull(breakers.Note(TestWorkspace.Skill, "1.0", 3, Executions("x", 5), () => "a", [3, 5]));
        breakers.Note(TestWorkspace.Skill, "1.1", 5, Executions("x", 6), () => "a", [5]);
        Assert.Equal(5, Assert.Single(breakers.Load(TestWorkspace.Skill)).StateSerial);
    }

    [Fact]
    public async Task A_monitor_that_is_killed_between_breaker_and_memory_counts_no_exception_twice()
    {
        await _test.ProduceAsync();
        var production = _test.Entry.Live(PromotionState.Production)!.Value;
        string Lines(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => _test.Line(
            ("execution_time_ms", 50), ("exception", true), ("version", "1.0"), ("state", "production"), ("state_serial", production.Version.StateSerial)).ToJsonString() + "\n"));
        File.AppendAllText(_test.Workspace.Metrics.FileOf(TestWorkspace.Skill, WreSkills.Metrics.MetricKind.Performance), Lines(4));
        _test.Workspace.Ingestor.Run(TestWorkspace.Skill);
        var report = _test.Workspace.Monitor.Evaluate(TestWorkspace.Skill, _test.Entry, _test.Workspace.Policy, PromotionState.Production)!;
        Assert.Equal(4, report.NewExceptions.Count);
        _test.Workspace.Breakers.Note(TestWorkspace.Skill, "1.0", production.Version.StateSerial, report.NewExceptions, () => _test.Workspace.Database.Identity, [production.Version.StateSerial]);

        // Nothing was kept; the next look reads the same four.
        _test.Reopen();
        _test.Workspace.Watch.Run(TestWorkspace.Skill);
        var breaker = Assert.Single(_test.Workspace.Breakers.Load(TestWorkspace.Skill));
        Assert.Equal((4, null), (breaker.Failures, breaker.OpenUntil));
    }

    [Fact]
    public void A_torn_file_protects_nobody_and_stops_nobody()
    {
        _test.Write("modules/infrastructure/wre_core/skills/breakers/spam_check.json", "[{\"state_ser");
        Assert.Equal(BreakerState.Closed, _test.Workspace.Breakers.Find(TestWorkspace.Skill, null, 3).At(_test.Time.GetUtcNow()));
        Assert.NotNull(_test.Workspace.Breakers.Note(TestWorkspace.Skill, "1.0", 3, Executions("xxxxx"), () => "a", [3]));
        Assert.Single(_test.Workspace.Breakers.Load(TestWorkspace.Skill));
    }
}
