using System.Diagnostics;
using System.Text;

namespace WreSkills.Storage;

/// <summary>
/// An exclusive advisory lock on a file, held by one process at a time and released by the operating system when the
/// holder dies. The file stays behind, empty of meaning.
/// </summary>
public sealed class FileLock : IDisposable
{
    /// <summary>How long <see cref="Acquire"/> waits unless told otherwise: 30 seconds.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    private readonly FileStream _stream;

    private FileLock(FileStream stream) => _stream = stream;

    /// <summary>Waits for the lock.</summary>
    /// <param name="path">The lock file; its directory must exist.</param>
    /// <param name="timeout">How long to wait; <see cref="DefaultTimeout"/> when null.</param>
    /// <exception cref="WreException">Another process held the lock for the whole time.</exception>
    public static FileLock Acquire(string path, TimeSpan? timeout = null)
    {
        var waited = Stopwatch.StartNew();
        var limit = timeout ?? DefaultTimeout;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var held = new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1));
                FaultInjection.Reach("lock-taken");
                return held;
            }
            catch (IOException error) when (error is not (DirectoryNotFoundException or PathTooLongException) && waited.Elapsed < limit && IsHeld(path))
            {
                // Holders keep it for a few milliseconds; start eager and become polite.
                FaultInjection.Reach("lock-held");
                Thread.Sleep(attempt < 20 ? 1 : 15);
            }
            catch (IOException error) when (error is not (DirectoryNotFoundException or PathTooLongException) && waited.Elapsed >= limit)
            {
                throw new WreException(
                    $"Another process has held {path} for {limit.TotalSeconds:0} s.",
                    "look for a hanging wre process; the lock goes away with it, the file itself is harmless",
                    innerException: error);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new WreException($"Cannot open the lock {path}: {error.Message}", "check that the workspace is writable", innerException: error);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => _stream.Dispose();

    // An existing lock file that we may write but not open is a held lock; anything else is a real error.
    private static bool IsHeld(string path) => File.Exists(path);
}
