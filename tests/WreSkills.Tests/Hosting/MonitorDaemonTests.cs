using System.Collections.Concurrent;

using WreSkills.Hosting;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Tests.Hosting;

/// <summary>The daemon on a clock that the test moves: what it does by the time, and what it survives.</summary>
public sealed class MonitorDaemonTests : IDisposable
{
    private readonly TestWorkspace _test = new();
    private readonly ConcurrentQueue<MonitorEvent> _events = new();

    public void Dispose()
    {
        FaultInjection.Fault = null;
        _test.Dispose();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private MonitorDaemon Daemon => new(_test.Root, _test.Time, _events.Enqueue);

    private async Task OnceAsync() => Assert.True(await Daemon.RunOnceAsync(Stop));

    private int Messages(string kind) => _test.Workspace.Outbox.Pending().Count(message => message.Kind == kind);

    private void AppendFidelity(int count, double value, string version = "1.0") => File.AppendAllText(
        _test.Workspace.Metrics.FileOf(TestWorkspace.Skill, WreSkills.Metrics.MetricKind.Fidelity),
        string.Concat(Enumerable.Range(0, count).Select(_ => _test.Line(("pattern_fidelity", value), ("version", version), ("state", "production"), ("timestamp", Timestamp.ToIso(_test.Time.GetUtcNow()))).ToJsonString() + "\n")));

    [Fact]
    public async Task What_other_tools_append_rolls_back()
    {
        await _test.ProduceAsync();
        AppendFidelity(10, 0.5);
        await OnceAsync();
        Assert.Contains(_events, one => one.Kind == "rollback" && one.Text.Contains("pattern_fidelity_drop_below_85", StringComparison.Ordinal));
        Assert.Equal(PromotionState.Staged, _test.Entry.PromotionState);
    }

    [Fact]
    public async Task Reviews_fall_due_once_a_period()
    {
        await _test.StageAsync();
        await OnceAsync();
        Assert.Equal(0, Messages("review"));
        for (var hour = 0; hour < 49; hour++)
        {
            _test.Time.Advance(TimeSpan.FromHours(1));
            await OnceAsync();
        }

        Assert.Equal(2, Messages("review"));
    }

    [Fact]
    public async Task An_overdue_review_is_told_once_a_day()
    {
        await _test.ProduceAsync();
        _test.RecordFidelity([.. Enumerable.Repeat(0.5, 10)]);
        _test.Time.Advance(TimeSpan.FromHours(23));
        await OnceAsync();
        Assert.Equal(0, Messages("deadline_overdue"));
        _test.Time.Advance(TimeSpan.FromHours(2));
        await OnceAsync();
        await OnceAsync();
        Assert.Equal(1, Messages("deadline_overdue"));
        Assert.Contains("is late by 60 min", (string)_test.Workspace.Outbox.Pending().Single(message => message.Kind == "deadline_overdue").Body["text"]!, StringComparison.Ordinal);
        _test.Time.Advance(TimeSpan.FromDays(1));
        await OnceAsync();
        Assert.Equal(2, Messages("deadline_overdue"));
    }

    [Fact]
    public async Task Ingestion_that_lags_behind_for_an_hour_is_told()
    {
        await _test.ProduceAsync();
        AppendFidelity(1, 0.9);
        File.SetLastWriteTimeUtc(_test.Workspace.Metrics.FileOf(TestWorkspace.Skill, WreSkills.Metrics.MetricKind.Fidelity), _test.Time.GetUtcNow().UtcDateTime.AddSeconds(1));
        _test.Time.Advance(TimeSpan.FromMinutes(59));
        MonitorSchedule.Run(_test.Workspace, (_, _, _) => { });
        Assert.Equal(0, Messages("ingestion_lag"));
        _test.Time.Advance(TimeSpan.FromMinutes(2));
        MonitorSchedule.Run(_test.Workspace, (_, _, _) => { });
        MonitorSchedule.Run(_test.Workspace, (_, _, _) => { });
        Assert.Equal(1, Messages("ingestion_lag"));
        _test.Workspace.Ingestor.Run();
        Assert.Null(_test.Workspace.Ingestor.Lag());
    }

    [Theory]
    [InlineData(-400)]
    [InlineData(400)]
    public async Task A_clock_that_jumps_neither_stops_it_nor_repeats_what_was_told(int days)
    {
        await _test.ProduceAsync();
        _test.RecordFidelity([.. Enumerable.Repeat(0.5, 10)]);
        await OnceAsync();
        if (days > 0)
        {
            _test.Time.Advance(TimeSpan.FromDays(days));
        }
        else
        {
            _test.Time.AdjustTime(_test.Time.GetUtcNow().AddDays(days));
        }

        await OnceAsync();
        await OnceAsync();
        Assert.Single(File.ReadLines(_test.Workspace.Layout.AuditFile), line => line.Contains("\"event\":\"rollback\"", StringComparison.Ordinal) && line.Contains("\"from_state\":\"production\"", StringComparison.Ordinal));
        Assert.InRange(_test.Workspace.Outbox.Each().Count(message => message.Kind == "rollback_alert" && (string?)message.Body["from_state"] == "production"), days > 0 ? 0 : 1, 1);
        Assert.DoesNotContain(_events, one => one.Kind == "problem");
    }

    [Fact]
    public async Task A_full_disk_is_said_once_and_what_waited_is_done_when_there_is_room()
    {
        await _test.ProduceAsync();
        AppendFidelity(10, 0.5);
        FaultInjection.Fault = "full:skills_registry.json";
        var daemon = Daemon;
        await daemon.RunOnceAsync(Stop);
        await daemon.RunOnceAsync(Stop);
        Assert.Single(_events, one => one.Kind == "problem");
        Assert.Equal(PromotionState.Production, _test.Entry.PromotionState);
        FaultInjection.Fault = null;
        await daemon.RunOnceAsync(Stop);
        Assert.Equal(PromotionState.Staged, _test.Entry.PromotionState);
        Assert.Contains(_events, one => one.Kind == "recovered");
    }

    [Fact]
    public async Task A_database_that_is_taken_away_is_made_anew_and_hides_nothing()
    {
        await _test.ProduceAsync();
        AppendFidelity(6, 0.5);
        await OnceAsync();
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(_test.Workspace.Layout.MetricsDatabase)!, "skills_metrics.db*"))
        {
            File.Delete(file);
        }

        AppendFidelity(4, 0.5);
        await OnceAsync();
        Assert.Equal(PromotionState.Staged, _test.Entry.PromotionState);
    }

    [Fact]
    public async Task Running_it_notices_lines_at_once_and_stops_when_asked()
    {
        await _test.ProduceAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var running = new MonitorDaemon(_test.Root, TimeProvider.System, _events.Enqueue) { SweepInterval = TimeSpan.FromMinutes(10) }.RunAsync(stop.Token);
        while (!File.Exists(_test.Workspace.Layout.MonitorFile))
        {
            await Task.Yield();
        }

        Assert.False(await Daemon.RunOnceAsync(Stop));
        File.AppendAllText(
            _test.Workspace.Metrics.FileOf(TestWorkspace.Skill, WreSkills.Metrics.MetricKind.Fidelity),
            string.Concat(Enumerable.Range(0, 10).Select(_ => _test.Line(("pattern_fidelity", 0.5), ("version", "1.0"), ("state", "production"), ("timestamp", Timestamp.ToIso(TimeProvider.System.GetUtcNow()))).ToJsonString() + "\n")));
        while (_test.Entry.PromotionState != PromotionState.Staged)
        {
            Stop.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        await stop.CancelAsync();
        await running;
        Assert.Equal("stopped", _events.Last().Kind);
        Assert.True(await Daemon.RunOnceAsync(Stop));
    }

    [Fact]
    public async Task A_dependency_that_hangs_keeps_no_trigger_waiting()
    {
        _test.Write("wre.yaml", "dependencies:\n  author_history: {kind: command, command: [sh, -c, 'test -f hang && exec sleep 600; exit 0'], timeout_seconds: 60}\n");
        _test.Reopen();
        await _test.ProduceAsync();
        _test.Write("hang", "");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var running = new MonitorDaemon(_test.Root, TimeProvider.System, _events.Enqueue) { SweepInterval = TimeSpan.FromMinutes(10) }.RunAsync(stop.Token);
        AppendFidelity(10, 0.5);
        while (_test.Entry.PromotionState != PromotionState.Staged && clock.Elapsed < TimeSpan.FromSeconds(50))
        {
            Stop.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Assert.Equal(PromotionState.Staged, _test.Entry.PromotionState);
        await stop.CancelAsync();
        await running;
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 55);
    }

    [Fact]
    public async Task A_failed_dependency_is_looked_at_as_soon_as_it_has_failed()
    {
        _test.Write("wre.yaml", "dependencies:\n  author_history: {kind: file, path: authors.db}\n");
        _test.Write("authors.db", "");
        _test.Reopen();
        await _test.ProduceAsync();
        File.Delete(_test.At("authors.db"));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var running = new MonitorDaemon(_test.Root, TimeProvider.System, _events.Enqueue) { SweepInterval = TimeSpan.FromHours(1) }.RunAsync(stop.Token);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!_events.Any(one => one.Kind == "rollback") && clock.Elapsed < TimeSpan.FromMinutes(2))
        {
            Stop.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Assert.Contains(_events, one => one.Text.Contains("dependency_failure", StringComparison.Ordinal));
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Whatever_ends_the_watching_ends_the_process_so_that_a_standby_takes_over()
    {
        await _test.StageAsync();
        var broken = new MonitorDaemon(_test.Root, TimeProvider.System, one => throw new InvalidOperationException(one.Kind));
        await Assert.ThrowsAsync<InvalidOperationException>(() => broken.RunAsync(Stop).WaitAsync(TimeSpan.FromMinutes(2), Stop));
        Assert.True(await Daemon.RunOnceAsync(Stop));
    }
}
