using System.Diagnostics;
using System.Runtime.InteropServices;

using Microsoft.Win32.SafeHandles;

namespace WreSkills.Storage;

/// <summary>
/// The turns of those who append to files of one directory: the same lock as <see cref="FileLock"/> on <c>.append.lock</c>, but with
/// the lock file kept open, so that a turn costs two system calls. The operating system ends the turn of a process that dies.
/// </summary>
internal sealed partial class AppendTurns(string directory) : IDisposable
{
    public const string FileName = ".append.lock";

    private const int LockExclusive = 2;
    private const int LockNoWait = 4;
    private const int Unlock = 8;
    private const int ReadWriteCreateCloseOnExec = 0x80042;
    private const int OwnerWritesAllRead = 0x1A4;
    private const int Eager = 200;

    private readonly string _path = Path.Combine(directory, FileName);
    private SafeFileHandle? _handle;

    public void Dispose() => _handle?.Dispose();

    /// <summary>Waits for the turn; disposing what is returned ends it.</summary>
    /// <exception cref="WreException">Another process held the lock for 30 seconds.</exception>
    public IDisposable Take()
    {
        // Elsewhere the flags and numbers differ, and the portable lock is good enough.
        if (!OperatingSystem.IsLinux())
        {
            return FileLock.Acquire(_path);
        }

        _handle ??= Open();
        var start = Stopwatch.GetTimestamp();
        for (var attempt = 0; Lock(_handle, LockExclusive | LockNoWait) != 0; attempt++)
        {
            if (Stopwatch.GetElapsedTime(start) > FileLock.DefaultTimeout)
            {
                throw new WreException(
                    $"Another process has held {_path} for {FileLock.DefaultTimeout.TotalSeconds:0} s.", "look for a hanging wre process; the lock goes away with it, the file itself is harmless");
            }

            // A turn takes microseconds; who has waited long waits for somebody who sleeps.
            if (attempt < Eager)
            {
                Thread.Yield();
            }
            else
            {
                Thread.Sleep(1);
            }
        }

        return new Turn(_handle);
    }

    private SafeFileHandle Open()
    {
        var descriptor = OpenFile(_path, ReadWriteCreateCloseOnExec, OwnerWritesAllRead);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException($"Cannot open the lock {_path} (errno {Marshal.GetLastPInvokeError()}).");
    }

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags, int mode);

    private sealed class Turn(SafeFileHandle handle) : IDisposable
    {
        public void Dispose() => _ = Lock(handle, Unlock);
    }
}
