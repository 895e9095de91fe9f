using System.Data.Common;
using System.Text.Json.Nodes;

using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>Something that the monitor did or noticed.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">Such as <c>rollback</c>, <c>rollout</c>, <c>ingested</c>, <c>problem</c>.</param>
/// <param name="Skill">The skill, or null.</param>
/// <param name="Text">For people.</param>
public sealed record MonitorEvent(DateTimeOffset At, string Kind, string? Skill, string Text);

/// <summary>
/// The monitor of a workspace: tails the metric files, ingests, asks the triggers, moves rollouts, works off deadlines and schedules, and
/// delivers messages. One process per workspace works; others wait and take over when it is gone. It keeps nothing in memory that
/// is not on disk: the workspace is opened anew for every pass, so policies, registries and databases may be replaced while it runs.
/// Intervals are measured by a clock that does not jump.
/// </summary>
/// <param name="root">Root folder of the workspace.</param>
/// <param name="time">The clock.</param>
/// <param name="report">Told what happens.</param>
public sealed class MonitorDaemon(string root, TimeProvider time, Action<MonitorEvent> report)
{
    private readonly Dictionary<string, long> _last = [];
    private string? _latestProblem;
    private Task<string?> _probing = Task.FromResult<string?>(null);
    private Task<string?> _advising = Task.FromResult<string?>(null);
    private volatile bool _failedMeanwhile;

    /// <summary>How often everything that depends on time is looked at. Default one minute.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often everything is ingested, whatever the file system said (policy 5.4). Default one hour.</summary>
    public TimeSpan IngestInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often store and folders are held against the registry. Default ten minutes.</summary>
    public TimeSpan DriftInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often a standby asks whether the other one is gone. Default one second.</summary>
    public TimeSpan StandbyInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the outbox is looked at. Default one second.</summary>
    public TimeSpan DeliveryInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Where notifiers of kind console write. Default: nowhere.</summary>
    public TextWriter Console { get; init; } = TextWriter.Null;

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var turn = await BecomeMonitorAsync(cancellationToken).ConfigureAwait(false);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var delivery = new MonitorDelivery(root, time, Console, DeliveryInterval, (kind, text) => Say(kind, null, text)).RunAsync(over.Token);
            try
            {
                await WatchAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                // Whatever ended the watching ends the delivery: a process that delivers but does not watch would keep every standby away.
                await over.CancelAsync().ConfigureAwait(false);
                await delivery.ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop.
        }

        Say("stopped", null, "not watching any more");
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var layout = WorkspaceConfiguration.Load(root).Layout;
        using var tail = new MetricsTail(layout.MetricsFolder, time);
        try
        {
            Say("started", null, "watching this workspace");
            while (!cancellationToken.IsCancellationRequested)
            {
                await PassAsync(tail, everything: false, cancellationToken).ConfigureAwait(false);
                await tail.WaitAsync(UntilNext(), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
        finally
        {
            // It wakes the tail, so it ends first.
            await Task.WhenAny(_probing).ConfigureAwait(false);
            await Task.WhenAny(_advising).ConfigureAwait(false);
        }
    }

    /// <summary>Does everything once, whether it is due or not, and ends.</summary>
    /// <returns>False when another process is the monitor; it does all of this.</returns>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        using var turn = new WorkspaceLock(WorkspaceConfiguration.Load(root).Layout).TryAcquireMonitor();
        if (turn is null)
        {
            return false;
        }

        await PassAsync(null, everything: true, cancellationToken).ConfigureAwait(false);
        await new MonitorDelivery(root, time, Console, DeliveryInterval, (kind, text) => Say(kind, null, text)).RunOnceAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task<FileLock> BecomeMonitorAsync(CancellationToken cancellationToken)
    {
        var locks = new WorkspaceLock(WorkspaceConfiguration.Load(root).Layout);
        for (var told = false; ; told = true)
        {
            if (locks.TryAcquireMonitor() is { } turn)
            {
                return turn;
            }

            if (!told)
            {
                Say("standby", null, "another process is the monitor; taking over when it is gone");
            }

            await Task.Delay(StandbyInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    // What fails is said once and tried again: a full disk empties, a broken file is mended.
    private async Task PassAsync(MetricsTail? tail, bool everything, CancellationToken cancellationToken)
    {
        var problem = await AttemptAsync(async () =>
        {
            var changed = tail?.Take() ?? [];
            var (ingest, sweep) = (everything || IsDue("ingest", IngestInterval), everything || IsDue("sweep", SweepInterval) || _failedMeanwhile);
            if (changed.Count == 0 && !ingest && !sweep)
            {
                return;
            }

            using var workspace = Workspace.Open(root, time);
            foreach (var transition in workspace.Recovery.Finished)
            {
                Say("recovered", transition.Skill, $"{transition.Title} was left unfinished; it is finished now");
            }

            await PassAsync(workspace, tail, changed, ingest, sweep, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        if (problem is not null && (_latestProblem is null || !IsSame(problem, _latestProblem)))
        {
            Say("problem", null, problem);
        }
        else if (problem is null && _latestProblem is not null)
        {
            Say("recovered", null, "what went wrong before works again");
        }

        _latestProblem = problem;
    }

    private async Task PassAsync(Workspace workspace, MetricsTail? tail, IReadOnlyList<string> changed, bool ingest, bool sweep, CancellationToken cancellationToken)
    {
        List<string> problems = [];
        void Note(string? problem)
        {
            if (problem is not null && !problems.Contains(problem))
            {
                problems.Add(problem);
            }
        }

        var watched = new HashSet<string>(changed, StringComparer.Ordinal);
        if (ingest)
        {
            Note(Attempt(() =>
            {
                var result = workspace.Ingestor.Run();
                watched.UnionWith(result.Skills);
                Mark("ingest");
                if (result.Lines > 0)
                {
                    Say("ingested", null, $"{result.Lines:N0} new lines of {result.Files:N0} files");
                }
            }));
        }

        if (sweep)
        {
            watched.UnionWith(workspace.Database.Unjudged().Keys);
            watched.UnionWith(workspace.Registry.Load().Skills.Where(skill => skill.Value.Active.Count > 0).Select(skill => skill.Key));
        }

        if (sweep && tail is null)
        {
            Note(await AttemptAsync(() => ProbeAsync(workspace, cancellationToken)).ConfigureAwait(false));
        }
        else if (sweep && _probing.IsCompleted)
        {
            Note(await _probing.ConfigureAwait(false));
            _failedMeanwhile = false;
            _probing = AttemptAsync(() => ProbeBesideAsync(tail!, cancellationToken));
        }

        foreach (var skill in watched.Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var problem = Attempt(() => Look(workspace, skill, ingest: !ingest && changed.Contains(skill)));
            Note(problem);
            if (problem is not null && changed.Contains(skill))
            {
                tail?.Return(skill);
            }
        }

        if (sweep)
        {
            Note(Attempt(() => MonitorSchedule.Run(workspace, Say)));
            Note(await AdviseAsync(wait: tail is null, cancellationToken).ConfigureAwait(false));
            Note(Attempt(() => workspace.IndexRefresh.Run()));
            if (tail is null || IsDue("drift", DriftInterval))
            {
                Note(Attempt(() => MonitorSchedule.Drift(workspace, Say)));
                Mark("drift");
            }

            Mark("sweep");
            Note(Attempt(() => SignOfLife(workspace, problems)));
        }

        if (problems.Count > 0)
        {
            throw new WreException(string.Join("; ", problems));
        }
    }

    // Somebody else's service that hangs must not keep the triggers waiting; what has just failed is looked at at once.
    private async Task ProbeBesideAsync(MetricsTail tail, CancellationToken cancellationToken)
    {
        await Task.Yield();
        using var workspace = Workspace.Open(root, time);
        var before = workspace.Dependencies.Failed().Select(state => state.Name).ToHashSet();
        await ProbeAsync(workspace, cancellationToken).ConfigureAwait(false);
        if (workspace.Dependencies.Failed().Any(state => !before.Contains(state.Name)))
        {
            _failedMeanwhile = true;
            tail.Wake();
        }
    }

    // Reviews and models take their time, and triggers do not wait for them. What was written from the data stands meanwhile.
    private async Task<string?> AdviseAsync(bool wait, CancellationToken cancellationToken)
    {
        if (!wait && !_advising.IsCompleted)
        {
            return null;
        }

        var problem = await _advising.ConfigureAwait(false);
        _advising = AttemptAsync(async () =>
        {
            await Task.Yield();
            using var workspace = Workspace.Open(root, time);
            MonitorSchedule.Reviews(workspace, Say);
            foreach (var (skill, text) in await workspace.ReviewWorker.AskWaitingAsync(cancellationToken).ConfigureAwait(false))
            {
                Say("advice", skill, text);
            }
        });
        return wait ? await _advising.ConfigureAwait(false) ?? problem : problem;
    }

    // What the live versions name. A failure is confirmed first, which takes the policy's ten seconds.
    private static async Task ProbeAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        if (workspace.Dependencies.Settings.Count == 0)
        {
            return;
        }

        var names = workspace.Registry.Load().Skills.SelectMany(skill => skill.Value.Active.Values.Select(label => (Skill: skill.Key, skill.Value.Versions[label].Digest)))
            .SelectMany(live => workspace.Store.Open(live.Skill, live.Digest).Settings.Dependencies.Probed).ToHashSet();
        await workspace.Dependencies.CheckAsync(names, fresh: false, confirm: true, cancellationToken).ConfigureAwait(false);
    }

    private void Look(Workspace workspace, string skill, bool ingest)
    {
        if (ingest)
        {
            workspace.Ingestor.Run(skill);
        }

        var before = workspace.Registry.Load().Find(skill)?.Rollout;
        var watched = workspace.Watch.Run(skill);
        if (watched.Rollback is { } rollback)
        {
            Say("rollback", skill, $"{rollback.Skill} {rollback.Version} was rolled back from {rollback.From.Text()} to {rollback.To.Text()}: {rollback.Reason}{(rollback.TriggerMetric is { } metric ? $" ({metric})" : "")}; {rollback.Serves ?? "no version"} serves now");
        }
        else if (workspace.Registry.Load().Find(skill)?.Rollout is { } after && before is not null && (after.Percent, after.Status) != (before.Percent, before.Status))
        {
            Say("rollout", skill, $"the rollout of {skill} is {after.Status} at {after.Percent} %{(after.Reason is { } reason ? $": {reason}" : "")}");
        }
    }

    private void SignOfLife(Workspace workspace, List<string> problems) => DurableFile.Replace(workspace.Layout.MonitorFile, new JsonObject
    {
        ["process_id"] = Environment.ProcessId,
        ["machine"] = Environment.MachineName,
        ["last_pass"] = Timestamp.ToIso(time.GetUtcNow()),
        ["sweep_seconds"] = SweepInterval.TotalSeconds,
        ["problem"] = problems.Count == 0 ? null : string.Join("; ", problems),
    }.ToJsonString() + "\n");

    private TimeSpan UntilNext()
    {
        var next = SweepInterval < MetricsTail.ScanInterval ? SweepInterval : MetricsTail.ScanInterval;
        if (_last.TryGetValue("sweep", out var last))
        {
            var rest = SweepInterval - time.GetElapsedTime(last);
            next = rest < next ? rest : next;
        }

        // After a problem soon, but not at once.
        var least = _latestProblem is null ? TimeSpan.FromMilliseconds(1) : TimeSpan.FromSeconds(1);
        return next > least ? next : least;
    }

    private bool IsDue(string what, TimeSpan interval) => !_last.TryGetValue(what, out var last) || time.GetElapsedTime(last) >= interval;

    private void Mark(string what) => _last[what] = time.GetTimestamp();

    private void Say(string kind, string? skill, string text) => report(new MonitorEvent(time.GetUtcNow(), kind, skill, text));

    /// <summary>True when two problems differ in numbers only, such as the names of temporary files.</summary>
    internal static bool IsSame(string left, string right) => left.Where(character => !char.IsAsciiHexDigit(character)).SequenceEqual(right.Where(character => !char.IsAsciiHexDigit(character)));

    private static string? Attempt(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception error) when (error is WreException or IOException or UnauthorizedAccessException or DbException)
        {
            return error.Message;
        }
    }

    private static async Task<string?> AttemptAsync(Func<Task> action)
    {
        try
        {
            await action().ConfigureAwait(false);
            return null;
        }
        catch (Exception error) when (error is WreException or IOException or UnauthorizedAccessException or DbException)
        {
            return error.Message;
        }
    }
}
