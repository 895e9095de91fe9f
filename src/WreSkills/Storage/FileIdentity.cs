using System.Runtime.InteropServices;

namespace WreSkills.Storage;

/// <summary>
/// Which file stands at a path, and in which edition: equal identities mean the same bytes, provided that the first one was settled when it
/// was taken. The time of the last change of the inode counts, which nobody can set, besides the time of the last write, which anybody can.
/// </summary>
/// <param name="Device">Number of the file system; 0 where it is not known.</param>
/// <param name="Inode">Number of the file in it; 0 where it is not known.</param>
/// <param name="Length">Bytes.</param>
/// <param name="ModifiedTicks">Last write, ticks of UTC.</param>
/// <param name="ModifiedRest">Nanoseconds of it that a tick does not hold.</param>
/// <param name="ChangedTicks">Last change of content, name or attributes, ticks of UTC; the creation where that is not known.</param>
/// <param name="ChangedRest">Nanoseconds of it that a tick does not hold.</param>
[StructLayout(LayoutKind.Auto)]
public readonly partial record struct FileIdentity(ulong Device, ulong Inode, long Length, long ModifiedTicks, int ModifiedRest, long ChangedTicks, int ChangedRest)
{
    private static readonly AsyncLocal<TimeProvider?> s_clock = new();

    // File systems round times, the coarsest in use to two seconds.
    private static readonly TimeSpan s_coarsest = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The clock that the system stamps files with, whatever clock a workspace runs on. Take it before <see cref="Of"/>, for <see cref="IsSettled"/>.
    /// </summary>
    public static DateTimeOffset Now => (s_clock.Value ?? TimeProvider.System).GetUtcNow();

    /// <summary>Lets a test look at files as if time had passed since they were written, in its own flow of execution only; null for the system's clock.</summary>
    internal static TimeProvider? Clock { set => s_clock.Value = value; }

    /// <summary>The identity of a file or folder; null when nothing is there, or it cannot be looked at.</summary>
    public static FileIdentity? Of(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            return Status(path, out var status) ? new FileIdentity(
                ((ulong)status.DeviceMajor << 32) | status.DeviceMinor, status.Inode, (long)status.Size,
                Ticks(status.Modified), (int)(status.Modified.Nanoseconds % 100), Ticks(status.Changed), (int)(status.Changed.Nanoseconds % 100)) : null;
        }

        FileSystemInfo info = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        return info.Exists ? new FileIdentity(0, 0, (info as FileInfo)?.Length ?? 0, info.LastWriteTimeUtc.Ticks, 0, info.CreationTimeUtc.Ticks, 0) : null;
    }

    /// <summary>
    /// Whether every later change is bound to give another identity. A change right after another may get the very same times, since file systems
    /// round them; it cannot once the clock is beyond them by more than the coarsest rounding. So what was read at a time at which its identity was
    /// not settled is read again, and what was settled need not be. A clock that was set back makes it unsettled until the clock has caught up.
    /// </summary>
    /// <param name="asOf">What <see cref="Now"/> was before the identity was taken and the content read.</param>
    public bool IsSettled(DateTimeOffset asOf) => asOf.UtcTicks - Math.Max(ModifiedTicks, ChangedTicks) > s_coarsest.Ticks;

    private static long Ticks(StatusTime time) => DateTime.UnixEpoch.Ticks + (time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / 100);

    private static bool Status(string path, out FileStatus status)
    {
        const int currentFolder = -100, doNotFollow = 0x100;
        const uint basic = 0x7ff;
        return StatusOf(currentFolder, path, doNotFollow, basic, out status) == 0;
    }

    // The one call whose structure is the same on every processor.
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatusOf(int folder, string path, int flags, uint mask, out FileStatus status);

    [StructLayout(LayoutKind.Sequential)]
    private struct StatusTime
    {
        public long Seconds;
        public uint Nanoseconds;
        public int Reserved;
    }

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct FileStatus
    {
        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(96)]
        public StatusTime Changed;

        [FieldOffset(112)]
        public StatusTime Modified;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
