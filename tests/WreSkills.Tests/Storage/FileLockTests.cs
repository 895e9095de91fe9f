using WreSkills.Storage;

namespace WreSkills.Tests.Storage;

public sealed class FileLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Acquire_of_a_held_lock_says_that_somebody_holds_it()
    {
        var path = _folder.At("x.lock");
        using var held = FileLock.Acquire(path);
        var error = Assert.Throws<WreException>(() => FileLock.Acquire(path, TimeSpan.Zero));
        Assert.StartsWith($"Another process has held {path}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Acquire_after_release_succeeds()
    {
        var path = _folder.At("x.lock");
        FileLock.Acquire(path).Dispose();
        using var again = FileLock.Acquire(path, TimeSpan.Zero);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void Lock_held_by_a_process_that_is_killed_is_free_again()
    {
        var path = _folder.At("x.lock");
        using var shell = Shell.Start(_folder.Path, "exec 9>x.lock; flock 9; echo held; exec cat /dev/zero >/dev/null");
        Assert.Equal("held", shell.StandardOutput.ReadLine());
        Assert.Throws<WreException>(() => FileLock.Acquire(path, TimeSpan.Zero));
        shell.Kill();
        shell.WaitForExit();
        using var mine = FileLock.Acquire(path, TimeSpan.FromSeconds(5));
        Assert.NotNull(mine);
    }

    [Fact]
    public void Acquire_waits_for_the_holder()
    {
        var path = _folder.At("x.lock");
        var holder = FileLock.Acquire(path);
        using var started = new ManualResetEventSlim();
        var order = new List<string>();
        var waiter = new Thread(() =>
        {
            started.Set();
            using var mine = FileLock.Acquire(path);
            lock (order)
            {
                order.Add("waiter");
            }
        });
        waiter.Start();
        started.Wait(TestContext.Current.CancellationToken);
        lock (order)
        {
            order.Add("holder");
        }

        holder.Dispose();
        waiter.Join();
        Assert.Equal(["holder", "waiter"], order);
    }

    [Fact]
    public void Acquire_in_a_missing_folder_fails_at_once()
    {
        var error = Assert.Throws<WreException>(() => FileLock.Acquire(_folder.At("missing/x.lock")));
        Assert.StartsWith("Cannot open the lock", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Acquire_where_a_folder_stands_fails_at_once()
    {
        Directory.CreateDirectory(_folder.At("x.lock"));
        var error = Assert.Throws<WreException>(() => FileLock.Acquire(_folder.At("x.lock")));
        Assert.StartsWith("Cannot open the lock", error.Message, StringComparison.Ordinal);
    }
}
