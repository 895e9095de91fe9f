using System.Runtime.InteropServices;

using WreSkills.Metrics;

namespace WreSkills.Hosting;

/// <summary>
/// Notices which skills' metric files grew: the operating system says so at once; because such messages get lost (an overflow, a network
/// folder, a folder that was replaced) all files are looked at every minute as well.
/// </summary>
internal sealed class MetricsTail : IDisposable
{
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, Stamp> _stamps = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _signal = new(0, 1);
    private FileSystemWatcher? _watcher;
    private long? _lastScan;

    public MetricsTail(string folder, TimeProvider time)
    {
        (_folder, _time) = (folder, time);
        Watch();
    }

    /// <summary>How often everything is looked at.</summary>
    public static TimeSpan ScanInterval { get; } = TimeSpan.FromMinutes(1);

    public void Dispose()
    {
        _watcher?.Dispose();
        _signal.Dispose();
    }

    /// <summary>Waits until something changed or the time is over.</summary>
    public async Task WaitAsync(TimeSpan most, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(most, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            await _signal.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time is over.
        }
    }

    /// <summary>Skills whose files grew since the last call.</summary>
    public IReadOnlyList<string> Take()
    {
        if (_lastScan is not { } last || _time.GetElapsedTime(last) >= ScanInterval)
        {
            _lastScan = _time.GetTimestamp();
            Watch();
            Scan();
        }

        lock (_gate)
        {
            var skills = _changed.Order(StringComparer.Ordinal).ToList();
            _changed.Clear();
            return skills;
        }
    }

    /// <summary>Notes that a skill has to be looked at again, because it could not be dealt with.</summary>
    public void Return(string skill)
    {
        lock (_gate)
        {
            _changed.Add(skill);
        }
    }

    /// <summary>Ends the present wait, or the next.</summary>
    public void Wake() => Signal();

    // A folder that was deleted and made again needs another watcher.
    private void Watch()
    {
        if (!Directory.Exists(_folder))
        {
            _watcher?.Dispose();
            _watcher = null;
            return;
        }

        if (_watcher is not null)
        {
            return;
        }

        try
        {
            var watcher = new FileSystemWatcher(_folder, "*.json*") { NotifyFilter = NotifyFilters.Size | NotifyFilters.FileName | NotifyFilters.LastWrite, InternalBufferSize = 64 * 1024 };
            watcher.Changed += (_, change) => Note(change.Name);
            watcher.Created += (_, change) => Note(change.Name);
            watcher.Renamed += (_, change) => Note(change.Name);
            watcher.Error += (_, _) => Lose();
            watcher.EnableRaisingEvents = true;
            _watcher = watcher;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // No watches left: the minute's look has to do.
            _watcher = null;
        }
    }

    private void Lose()
    {
        lock (_gate)
        {
            _lastScan = null;
        }

        Signal();
    }

    private void Note(string? file)
    {
        if (file is null || !MetricFiles.TryParse(file, out var skill, out _))
        {
            return;
        }

        lock (_gate)
        {
            _changed.Add(skill);
        }

        Signal();
    }

    private void Signal()
    {
        try
        {
            _signal.Release();
        }
        catch (Exception error) when (error is SemaphoreFullException or ObjectDisposedException)
        {
            // It is signalled already, or nobody waits any more.
        }
    }

    private void Scan()
    {
        if (!Directory.Exists(_folder))
        {
            _stamps.Clear();
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles("*.json*"))
        {
            if (!MetricFiles.TryParse(file.Name, out var skill, out _))
            {
                continue;
            }

            seen.Add(file.Name);
            var stamp = new Stamp(file.Length, file.LastWriteTimeUtc.Ticks);
            if (!_stamps.TryGetValue(file.Name, out var known) || known != stamp)
            {
                _stamps[file.Name] = stamp;
                Return(skill);
            }
        }

        foreach (var gone in _stamps.Keys.Where(name => !seen.Contains(name)).ToList())
        {
            _stamps.Remove(gone);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Stamp(long Length, long WrittenTicks);
}
