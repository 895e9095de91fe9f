using WreSkills.Notifications;

namespace WreSkills.Hosting;

/// <summary>
/// Delivers the outbox while the monitor runs: every notifier by itself, so that a slow one delays nobody. What wre.yaml says is read again
/// when it changes.
/// </summary>
internal sealed class MonitorDelivery(string root, TimeProvider time, TextWriter console, TimeSpan interval, Action<string, string> say)
{
    private readonly Dictionary<string, string> _problems = [];

    /// <summary>Delivers until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            using var changed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var stamp = Stamp();
            var couriers = Couriers();
            var running = couriers.Select(courier => CarryAsync(courier, changed.Token)).Append(RetireAsync(couriers, changed.Token)).ToList();
            while (!cancellationToken.IsCancellationRequested && Stamp() == stamp)
            {
                await PauseAsync(cancellationToken).ConfigureAwait(false);
            }

            await changed.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(running).ConfigureAwait(false);
            Dispose(couriers);
        }
    }

    /// <summary>Tries everything that is due once.</summary>
    /// <returns>What each notifier's round did, by name.</returns>
    public async Task<IReadOnlyDictionary<string, DeliveryRound>> RunOnceAsync(CancellationToken cancellationToken)
    {
        var couriers = Couriers();
        try
        {
            var rounds = await Task.WhenAll(couriers.Select(async courier => (courier.Notifier.Settings.Name, Round: await courier.RunOnceAsync(cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false);
            Retire(couriers);
            return rounds.ToDictionary(round => round.Name, round => round.Round);
        }
        finally
        {
            Dispose(couriers);
        }
    }

    private async Task CarryAsync(OutboxCourier courier, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await AttemptAsync(courier.Notifier.Settings.Name, async () =>
            {
                var round = await courier.RunOnceAsync(cancellationToken).ConfigureAwait(false);
                return round.Problems.Count == 0 ? null : string.Join("; ", round.Problems);
            }).ConfigureAwait(false);
            await PauseAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RetireAsync(IReadOnlyList<OutboxCourier> couriers, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await AttemptAsync("outbox", () =>
            {
                Retire(couriers);
                return Task.FromResult<string?>(null);
            }).ConfigureAwait(false);
            await PauseAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void Retire(IReadOnlyList<OutboxCourier> couriers)
    {
        var layout = WorkspaceConfiguration.Load(root).Layout;
        new Outbox(layout).Retire([.. couriers.Select(courier => courier.Notifier.Settings)], new DeliveryLedger(layout), time.GetUtcNow());
    }

    private IReadOnlyList<OutboxCourier> Couriers()
    {
        try
        {
            using var workspace = Workspace.Open(root, time);
            return workspace.Couriers(console);
        }
        catch (WreException error)
        {
            say("problem", $"nobody is told: {error.Message}");
            return [];
        }
    }

    // Said once, and again when it is another one.
    private async Task AttemptAsync(string name, Func<Task<string?>> action)
    {
        string? problem;
        try
        {
            problem = await action().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception error) when (error is WreException or IOException or UnauthorizedAccessException)
        {
            problem = error.Message;
        }

        lock (_problems)
        {
            if (problem is not null && !MonitorDaemon.IsSame(problem, _problems.GetValueOrDefault(name, "")))
            {
                say("problem", $"{name}: {problem}");
            }

            _problems[name] = problem ?? "";
        }
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(interval, time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Whoever waits asks next whether to go on.
        }
    }

    private (DateTime Written, long Length) Stamp()
    {
        var file = new FileInfo(Path.Combine(root, WorkspaceConfiguration.FileName));
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }

    private static void Dispose(IReadOnlyList<OutboxCourier> couriers)
    {
        foreach (var courier in couriers)
        {
            (courier.Notifier as IDisposable)?.Dispose();
        }
    }
}
