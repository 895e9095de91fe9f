using System.Runtime.InteropServices;

using Microsoft.Win32.SafeHandles;

namespace WreSkills.Storage;

/// <summary>
/// Opens files that strangers put there: never follows a link in the last path component, never blocks on a named pipe,
/// never reads more than it was told to.
/// </summary>
public static partial class UntrustedFile
{
    /// <summary>Reads a regular file of at most <paramref name="limit"/> bytes.</summary>
    /// <returns>The bytes, or null when the file is larger.</returns>
    /// <exception cref="IOException">It is a link, not a regular file, or cannot be read.</exception>
    public static byte[]? ReadAllBytes(string path, long limit)
    {
        using var handle = Open(path);
        var length = Length(handle, path);
        if (length > limit)
        {
            return null;
        }

        // A file may grow while we read: the buffer is what was promised, not what is there by then.
        var bytes = new byte[length];
        var read = 0;
        while (read < bytes.Length)
        {
            var count = RandomAccess.Read(handle, bytes.AsSpan(read), read);
            if (count == 0)
            {
                return bytes[..read];
            }

            read += count;
        }

        return bytes;
    }

    /// <summary>Reads the beginning of a regular file, as much of it as the buffer holds.</summary>
    /// <param name="path">The file.</param>
    /// <param name="buffer">Takes the bytes.</param>
    /// <param name="length">Length of the whole file.</param>
    /// <returns>How many bytes were read; -1 when there is no such file.</returns>
    /// <exception cref="IOException">It is a link, not a regular file, or cannot be read.</exception>
    public static int ReadBeginning(string path, Span<byte> buffer, out long length)
    {
        length = 0;
        using var handle = OpenIfThere(path);
        if (handle is null)
        {
            return -1;
        }

        length = Length(handle, path);
        var read = 0;
        while (read < buffer.Length && RandomAccess.Read(handle, buffer[read..], read) is > 0 and var count)
        {
            read += count;
        }

        return read;
    }

    // Where the kernel refuses links by itself one call opens the file; tens of thousands are opened one after another.
    private static SafeFileHandle? OpenIfThere(string path)
    {
        const int refusesLinks = 0x20000, noEntry = 2, notDirectory = 20;
        if (!OperatingSystem.IsLinux() || (NonBlockingReadFlags & refusesLinks) == 0)
        {
            return File.Exists(path) ? Open(path) : null;
        }

        var descriptor = OpenNonBlocking(path, NonBlockingReadFlags);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true)
            : Marshal.GetLastPInvokeError() is noEntry or notDirectory ? null
            : throw new IOException($"Cannot open '{path}' (errno {Marshal.GetLastPInvokeError()}).");
    }

    /// <summary>Opens a regular file for reading.</summary>
    /// <exception cref="IOException">It is a link, not a regular file, or cannot be opened.</exception>
    public static SafeFileHandle Open(string path)
    {
        if ((File.GetAttributes(path) & FileAttributes.ReparsePoint) != 0)
        {
            throw new IOException($"'{path}' is a link.");
        }

        if (OperatingSystem.IsWindows())
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }

        var descriptor = OpenNonBlocking(path, NonBlockingReadFlags);
        if (descriptor < 0)
        {
            throw new IOException($"Cannot open '{path}' (errno {Marshal.GetLastPInvokeError()}).");
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            _ = Length(handle, path);
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static long Length(SafeFileHandle handle, string path)
    {
        try
        {
            return RandomAccess.GetLength(handle);
        }
        catch (NotSupportedException error)
        {
            throw new IOException($"'{path}' is not a regular file.", error);
        }
    }

    // O_RDONLY | O_NONBLOCK | O_CLOEXEC, and O_NOFOLLOW where its value is known; File.GetAttributes covers the rest.
    private static int NonBlockingReadFlags => (OperatingSystem.IsMacOS(), RuntimeInformation.ProcessArchitecture) switch
    {
        (true, _) => 0x4 | 0x1000000 | 0x100,
        (false, Architecture.X64 or Architecture.X86) => 0x800 | 0x80000 | 0x20000,
        _ => 0x800 | 0x80000,
    };

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenNonBlocking(string path, int flags);
}
