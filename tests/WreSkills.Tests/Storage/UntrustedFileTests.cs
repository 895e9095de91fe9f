using WreSkills.Storage;

namespace WreSkills.Tests.Storage;

public sealed class UntrustedFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ReadAllBytes_up_to_the_limit_returns_them()
    {
        var path = _folder.Write("a", "12345");
        Assert.Equal<byte>([.. "12345"u8], UntrustedFile.ReadAllBytes(path, 5)!);
        Assert.Null(UntrustedFile.ReadAllBytes(path, 4));
    }

    [Fact]
    public void ReadAllBytes_of_an_empty_file_is_empty() => Assert.Equal<byte>([], UntrustedFile.ReadAllBytes(_folder.Write("a", ""), 5)!);

    [Fact]
    public void ReadAllBytes_of_a_huge_file_reads_nothing()
    {
        using (var file = File.Create(_folder.At("huge")))
        {
            file.SetLength(1L << 40);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(UntrustedFile.ReadAllBytes(_folder.At("huge"), 1_000_000));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Open_of_a_link_is_refused()
    {
        File.CreateSymbolicLink(_folder.At("link"), _folder.Write("a", "secret"));
        File.CreateSymbolicLink(_folder.At("dangling"), _folder.At("nowhere"));
        Assert.Throws<IOException>(() => UntrustedFile.ReadAllBytes(_folder.At("link"), 100));
        Assert.Throws<IOException>(() => UntrustedFile.ReadAllBytes(_folder.At("dangling"), 100));
    }

    [Fact(Timeout = 20_000)]
    public async Task Open_of_a_pipe_that_nobody_writes_does_not_hang()
    {
        Shell.Run(_folder.Path, "mkfifo pipe");
        await Assert.ThrowsAsync<IOException>(() => Task.Run(() => UntrustedFile.ReadAllBytes(_folder.At("pipe"), 100), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void ReadAllBytes_of_a_folder_is_refused() =>
        Assert.Throws<IOException>(() => UntrustedFile.ReadAllBytes(_folder.Path, 1_000_000));

    [Fact]
    public void Open_of_a_missing_file_is_refused() =>
        Assert.ThrowsAny<IOException>(() => UntrustedFile.Open(_folder.At("missing")));
}
