using System.Buffers;
using System.Diagnostics;

using Microsoft.Win32.SafeHandles;

namespace WreSkills.Storage;

/// <summary>When an append counts as done.</summary>
public enum AppendDurability
{
    /// <summary>When it is on the disk: it survives a killed process and a power cut.</summary>
    Flushed,

    /// <summary>At once: lines are gathered and written in blocks, at the latest by <see cref="AppendLog.Flush"/> or <see cref="AppendLog.Dispose"/>.</summary>
    None,
}

/// <summary>
/// An append-only file of lines that stays open for many appends, by many threads and processes. Writers that wait while a
/// flush is running go into the next one together, and that one begins as soon as the last has ended (group commit without a
/// timer). A torn last line of a writer that died is ended first, so that it cannot swallow ours; readers report it.
/// </summary>
/// <param name="path">The file, made with its directory if it is missing. It may be renamed meanwhile; then a new one is begun.</param>
/// <param name="durability">When an append counts as done. Default: when it is on the disk.</param>
public sealed class AppendLog(string path, AppendDurability durability = AppendDurability.Flushed) : IDisposable
{
    private const int BlockBytes = 64 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromMicroseconds(40);
    private readonly string _path = Path.GetFullPath(path);
    private readonly object _gate = new();
    private ArrayBufferWriter<byte> _pending = new(BlockBytes);
    private ArrayBufferWriter<byte> _writing = new(BlockBytes);
    private SafeFileHandle? _file;
    private AppendTurns? _turns;
    private Batch _gathering = new();
    private bool _flushing;
    private int _latest;

    /// <summary>Appends whole lines, each ended by a line feed. Returns when they are as durable as this log promises.</summary>
    /// <exception cref="WreException">The disk is full or a flush failed; the lines are not acknowledged.</exception>
    public void Append(ReadOnlySpan<byte> lines)
    {
        lock (_gate)
        {
            _pending.Write(lines);
            var mine = _gathering;
            mine.Appends++;
            if (durability == AppendDurability.Flushed || _pending.WrittenCount >= BlockBytes)
            {
                Await(mine);
            }
        }
    }

    /// <summary>Writes what is gathered; with <see cref="AppendDurability.Flushed"/> there is never anything.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            Await(_gathering);
        }
    }

    /// <summary>Writes what is gathered and closes the file.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            try
            {
                Await(_gathering);
            }
            finally
            {
                _file?.Dispose();
                _turns?.Dispose();
                (_file, _turns) = (null, null);
            }
        }
    }

    // Whoever comes while nobody flushes does it for all that have come by then; the others wait for it.
    private void Await(Batch mine)
    {
        while (!mine.IsDone && mine.Appends > 0)
        {
            if (_flushing)
            {
                Monitor.Wait(_gate);
                continue;
            }

            _flushing = true;
            Gather();
            var batch = _gathering;
            _gathering = new Batch();
            (_pending, _writing) = (_writing, _pending);
            Monitor.Exit(_gate);
            try
            {
                Write();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or WreException)
            {
                batch.Error = failure;
            }
            finally
            {
                Monitor.Enter(_gate);
            }

            _writing.ResetWrittenCount();
            _latest = batch.Appends;
            (batch.IsDone, _flushing) = (true, false);
            Monitor.PulseAll(_gate);
        }

        if (mine.Error is { } error)
        {
            throw error as WreException ?? DurableFile.Failure(_path, error);
        }
    }

    // Those whose lines went out together come back together: a moment of patience, far shorter than a flush, saves the
    // first of them from flushing alone. Who writes alone never waits.
    private void Gather()
    {
        var start = Stopwatch.GetTimestamp();
        while (_gathering.Appends < _latest && Stopwatch.GetElapsedTime(start) < s_patience)
        {
            Monitor.Exit(_gate);
            Thread.Yield();
            Monitor.Enter(_gate);
        }
    }

    private void Write()
    {
        FaultInjection.ThrowIfDiskFull(_path);
        var isNew = Open();
        var begin = 0L;
        var end = 0L;
        using (_turns!.Take())
        {
            begin = RandomAccess.GetLength(_file!);
            try
            {
                var offset = DurableFile.EndTornLine(_file!, begin);
                RandomAccess.Write(_file!, _writing.WrittenSpan, offset);
                end = offset + _writing.WrittenCount;
            }
            catch (IOException)
            {
                // Half of a line that nobody acknowledged would stand in the way of the next.
                RandomAccess.SetLength(_file!, begin);
                throw;
            }
        }

        if (durability == AppendDurability.None)
        {
            return;
        }

        try
        {
            // Not under the lock: other processes write meanwhile, and the disk takes their flushes together with ours.
            DurableFile.FlushData(_file!, _path);
            if (isNew)
            {
                DurableFile.FlushDirectory(Path.GetDirectoryName(_path)!);
            }
        }
        catch (IOException)
        {
            Withdraw(begin, end);
            throw;
        }
    }

    // After a failed flush the descriptor is done with, and what was not acknowledged is taken back unless others wrote after it.
    private void Withdraw(long begin, long end)
    {
        using (_turns!.Take())
        {
            if (RandomAccess.GetLength(_file!) == end)
            {
                RandomAccess.SetLength(_file!, begin);
            }
        }

        _file!.Dispose();
        _file = null;
    }

    private bool Open()
    {
        if (_file is not null && File.Exists(_path))
        {
            return false;
        }

        _file?.Dispose();
        var directory = Path.GetDirectoryName(_path)!;
        DurableFile.CreateDirectory(directory);
        _turns ??= new AppendTurns(directory);
        var isNew = !File.Exists(_path);
        _file = File.OpenHandle(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        return isNew;
    }

    // The appends that go to the disk together, and what became of them.
    private sealed class Batch
    {
        public int Appends { get; set; }

        public bool IsDone { get; set; }

        public Exception? Error { get; set; }
    }
}
