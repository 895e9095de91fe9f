using System.Runtime.InteropServices;
using System.Text;

using Microsoft.Win32.SafeHandles;

namespace WreSkills.Storage;

/// <summary>
/// Files that are either wholly there after a crash or not at all. Every flush is checked: .NET on Linux swallows the
/// error of a failed <c>fsync</c> and cannot open a directory to flush it, so both are done here through libc.
/// After a failed flush the temporary file is abandoned and the old content stays; the descriptor is never flushed again.
/// </summary>
public static partial class DurableFile
{
    /// <summary>Replaces a file's content: temporary file beside it, flush, rename, flush of the directory.</summary>
    /// <param name="path">The file; its directory is made if it is missing.</param>
    /// <param name="content">The new bytes.</param>
    /// <exception cref="WreException">The disk is full or a flush failed; the old content is untouched.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        CreateDirectory(directory);
        var temporary = Path.Combine(directory, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            WriteNew(temporary, content);
            FaultInjection.Reach($"temporary:{Path.GetFileName(path)}");
            File.Move(temporary, path, overwrite: true);
            FlushDirectory(directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            TryDelete(temporary);
            throw Failure(path, error);
        }
    }

    /// <summary>Replaces a file's content with UTF-8 text without a byte order mark.</summary>
    public static void Replace(string path, string text) => Replace(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a file that must not exist yet and flushes it; the directory is not flushed.</summary>
    public static void WriteNew(string path, ReadOnlySpan<byte> content)
    {
        FaultInjection.ThrowIfDiskFull(path);
        using var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, content.Length);
        RandomAccess.Write(handle, content, 0);
        Flush(handle, path);
    }

    /// <summary>
    /// Appends whole lines (each ended by a line feed) and flushes. Writers of one directory take turns by an advisory
    /// lock; a torn last line of a writer that died is ended first, so that it stays visible and cannot swallow ours.
    /// </summary>
    /// <param name="path">The file, made if it is missing.</param>
    /// <param name="lines">One or more complete lines, UTF-8, with their line feeds.</param>
    /// <param name="flush">False leaves the flush to the operating system.</param>
    /// <exception cref="WreException">The disk is full or the flush failed; the append is not acknowledged.</exception>
    public static void Append(string path, ReadOnlySpan<byte> lines, bool flush = true)
    {
        using var log = new AppendLog(path, flush ? AppendDurability.Flushed : AppendDurability.None);
        log.Append(lines);
    }

    /// <summary>Appends under a lock that the caller already holds on the directory's <c>.append.lock</c>.</summary>
    internal static void AppendHoldingTurn(string path, ReadOnlySpan<byte> lines, bool flush)
    {
        long? length = null;
        try
        {
            FaultInjection.ThrowIfDiskFull(path);
            var isNew = !File.Exists(path);
            using var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            length = RandomAccess.GetLength(handle);
            RandomAccess.Write(handle, lines, EndTornLine(handle, length.Value));
            if (flush)
            {
                FlushData(handle, path);
                if (isNew)
                {
                    FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            CutBack(path, length);
            throw Failure(path, error);
        }
    }

    /// <summary>Ends a last line that has no line feed.</summary>
    /// <returns>Where the next line begins.</returns>
    internal static long EndTornLine(SafeFileHandle handle, long length)
    {
        Span<byte> last = stackalloc byte[1];
        if (length == 0 || RandomAccess.Read(handle, last, length - 1) != 1 || last[0] == (byte)'\n')
        {
            return length;
        }

        RandomAccess.Write(handle, "\n"u8, length);
        return length + 1;
    }

    /// <summary>Makes a directory with its parents and flushes each parent that gained an entry.</summary>
    public static void CreateDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        var parent = Path.GetDirectoryName(path);
        if (!string.IsNullOrEmpty(parent))
        {
            CreateDirectory(parent);
        }

        try
        {
            Directory.CreateDirectory(path);
            if (!string.IsNullOrEmpty(parent))
            {
                FlushDirectory(parent);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failure(path, error);
        }
    }

    /// <summary>Renames a file or directory and flushes the directories of both names.</summary>
    public static void Move(string from, string to)
    {
        if (Directory.Exists(from))
        {
            Directory.Move(from, to);
        }
        else
        {
            File.Move(from, to, overwrite: true);
        }

        FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(from))!);
        FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(to))!);
    }

    /// <summary>Behind the name of what is set aside while two folders change places in two steps.</summary>
    public const string AsideSuffix = ".aside";

    /// <summary>
    /// Lets two folders of one file system change places: at once where the kernel can do that, so that both names are there at every moment;
    /// else by setting the second aside under the first one's name with <see cref="AsideSuffix"/>.
    /// </summary>
    public static void Exchange(string first, string second)
    {
        if (!TryExchange(first, second))
        {
            Directory.Move(second, first + AsideSuffix);
            Directory.Move(first, second);
            Directory.Move(first + AsideSuffix, first);
        }

        FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(first))!);
        FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(second))!);
    }

    private static bool TryExchange(string first, string second)
    {
        const int here = -100, exchange = 2;
        try
        {
            return OperatingSystem.IsLinux() && Rename(here, first, here, second, exchange) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Deletes a file if it is there and flushes its directory.</summary>
    public static void Delete(string path)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
            FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
    }

    /// <summary>Flushes a directory, so that a rename or a new entry in it survives a power cut. Does nothing on Windows, where NTFS journals names.</summary>
    public static void FlushDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = OpenReadOnly(path, 0);
        if (descriptor < 0)
        {
            throw new IOException($"Cannot open directory '{path}' to flush it (errno {Marshal.GetLastPInvokeError()}).");
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        Flush(handle, path);
    }

    /// <summary>Flushes a file's content and length, without its times: all that an appended line needs.</summary>
    /// <exception cref="IOException">The flush failed; the descriptor must not be flushed again.</exception>
    internal static void FlushData(SafeFileHandle handle, string path) => Flush(handle, path, dataOnly: true);

    private static void Flush(SafeFileHandle handle, string path, bool dataOnly = false)
    {
        if (FaultInjection.FlushFails(path))
        {
            throw new IOException($"Input/output error : fsync of '{path}' failed");
        }

        if (OperatingSystem.IsWindows())
        {
            RandomAccess.FlushToDisk(handle);
            return;
        }

        const int interrupted = 4;
        while ((dataOnly && OperatingSystem.IsLinux() ? FlushDataToDisk(handle) : FlushToDisk(handle)) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != interrupted)
            {
                throw new IOException($"fsync of '{path}' failed (errno {error}).");
            }
        }
    }

    // An append that was not acknowledged must not come back later: whoever asked has been told that it failed.
    private static void CutBack(string path, long? length)
    {
        if (length is not { } old)
        {
            return;
        }

        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.SetLength(handle, old);
        }
        catch (IOException)
        {
            // The torn tail stays; the next append ends it and readers report it as malformed.
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (IOException)
        {
            // A temporary file that cannot be deleted is ignored by every reader.
        }
    }

    internal static WreException Failure(string path, Exception error) => new(
        $"Cannot write {path}: {error.Message}",
        "check free disk space and permissions",
        innerException: error);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushToDisk(SafeFileHandle descriptor);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FlushDataToDisk(SafeFileHandle descriptor);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenReadOnly(string path, int flags);
}
