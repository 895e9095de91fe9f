using System.Text;

using WreSkills.Storage;

namespace WreSkills.Tests.Storage;

public sealed class DurableFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        FaultInjection.Fault = null;
        _folder.Dispose();
    }

    [Fact]
    public void Replace_of_a_missing_file_makes_it_with_its_folders()
    {
        var path = _folder.At("a/b/state.json");
        DurableFile.Replace(path, "ä\n");
        Assert.Equal([0xC3, 0xA4, 0x0A], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_folder.At("a/b")));
    }

    [Theory]
    [InlineData("flush:state.json")]
    [InlineData("full:state.json")]
    public void Replace_on_a_failing_disk_keeps_the_old_content_and_leaves_nothing_behind(string fault)
    {
        var path = _folder.Write("state.json", "old");
        FaultInjection.Fault = fault;
        var error = Assert.Throws<WreException>(() => DurableFile.Replace(path, "new"));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Hint);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Replace_after_a_failure_works_again()
    {
        var path = _folder.Write("state.json", "old");
        FaultInjection.Fault = "flush:state.json";
        Assert.Throws<WreException>(() => DurableFile.Replace(path, "new"));
        FaultInjection.Fault = null;
        DurableFile.Replace(path, "newer");
        Assert.Equal("newer", File.ReadAllText(path));
    }

    [Fact]
    public void Fault_of_another_file_is_not_ours()
    {
        FaultInjection.Fault = "flush:other.json";
        DurableFile.Replace(_folder.At("state.json"), "new");
        Assert.Equal("new", File.ReadAllText(_folder.At("state.json")));
    }

    [Fact]
    public void Replace_where_a_folder_stands_is_a_message_and_not_a_crash()
    {
        Directory.CreateDirectory(_folder.At("state.json/inner"));
        Assert.Throws<WreException>(() => DurableFile.Replace(_folder.At("state.json"), "new"));
        Assert.True(Directory.Exists(_folder.At("state.json/inner")));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Append_adds_to_the_end()
    {
        var path = _folder.At("log.jsonl");
        DurableFile.Append(path, "{\"n\":1}\n"u8);
        DurableFile.Append(path, "{\"n\":2}\n{\"n\":3}\n"u8, flush: false);
        Assert.Equal("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n", File.ReadAllText(path));
    }

    [Fact]
    public void Append_behind_a_torn_line_ends_it_first()
    {
        var path = _folder.Write("log.jsonl", "{\"n\":1}\n{\"n\":");
        DurableFile.Append(path, "{\"n\":3}\n"u8);
        Assert.Equal("{\"n\":1}\n{\"n\":\n{\"n\":3}\n", File.ReadAllText(path));
    }

    [Theory]
    [InlineData("flush:log.jsonl", "{\"n\":1}\n")]
    [InlineData("full:log.jsonl", "{\"n\":1}\n")]
    [InlineData("flush:log.jsonl", "{\"n\":1}\n{\"n\":")]
    public void Append_that_was_not_acknowledged_does_not_come_back(string fault, string before)
    {
        var path = _folder.Write("log.jsonl", before);
        FaultInjection.Fault = fault;
        Assert.Throws<WreException>(() => DurableFile.Append(path, "{\"n\":2}\n"u8));
        Assert.Equal(before, File.ReadAllText(path));
    }

    [Fact]
    public void Append_where_a_folder_stands_is_a_message_and_not_a_crash()
    {
        Directory.CreateDirectory(_folder.At("log.jsonl"));
        Assert.Throws<WreException>(() => DurableFile.Append(_folder.At("log.jsonl"), "x\n"u8));
    }

    [Fact]
    public void Append_by_threads_and_other_processes_loses_nothing()
    {
        const int writers = 4, each = 150;
        using var together = new Barrier(writers);
        var path = _folder.At("log.jsonl");
        // flock(1) takes the same advisory lock as another wre process would.
        using var shell = Shell.Start(_folder.Path, $"for i in $(seq {each}); do flock .append.lock -c \"printf 'shell:%s\\n' $i >> log.jsonl\"; done");
        var threads = Enumerable.Range(0, writers).Select(writer => new Thread(() =>
        {
            together.SignalAndWait();
            for (var i = 0; i < each; i++)
            {
                DurableFile.Append(path, Encoding.UTF8.GetBytes($"{writer}:{i}:{new string('x', 300)}\n"), flush: false);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        shell.WaitForExit();

        var lines = File.ReadAllLines(path);
        var ours = Enumerable.Range(0, writers).SelectMany(writer => Enumerable.Range(0, each).Select(i => $"{writer}:{i}:{new string('x', 300)}"));
        var shells = Enumerable.Range(1, each).Select(i => $"shell:{i}");
        Assert.Equal(ours.Concat(shells).Order(StringComparer.Ordinal), lines.Order(StringComparer.Ordinal));
        for (var writer = 0; writer < writers; writer++)
        {
            Assert.Equal(Enumerable.Range(0, each).Select(i => $"{writer}:{i}"), lines.Where(line => line.StartsWith($"{writer}:", StringComparison.Ordinal)).Select(line => line[..line.LastIndexOf(':')]));
        }
    }

    [Fact]
    public void CreateDirectory_below_a_file_is_a_message_and_not_a_crash()
    {
        _folder.Write("plain", "");
        Assert.Throws<WreException>(() => DurableFile.CreateDirectory(_folder.At("plain/inner")));
    }

    [Fact]
    public void Move_replaces_a_file_and_renames_a_folder()
    {
        _folder.Write("a", "1");
        _folder.Write("b", "2");
        _folder.Write("from/x", "3");
        DurableFile.Move(_folder.At("a"), _folder.At("b"));
        DurableFile.Move(_folder.At("from"), _folder.At("to"));
        Assert.Equal("1", File.ReadAllText(_folder.At("b")));
        Assert.False(File.Exists(_folder.At("a")));
        Assert.Equal("3", File.ReadAllText(_folder.At("to/x")));
    }

    [Fact]
    public void Delete_twice_is_harmless()
    {
        var path = _folder.Write("a", "1");
        DurableFile.Delete(path);
        DurableFile.Delete(path);
        Assert.False(File.Exists(path));
    }
}
