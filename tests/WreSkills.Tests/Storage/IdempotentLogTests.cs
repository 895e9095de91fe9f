using WreSkills.Storage;

namespace WreSkills.Tests.Storage;

public sealed class IdempotentLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Log => _folder.At("audit.jsonl");

    public void Dispose()
    {
        FaultInjection.Fault = null;
        _folder.Dispose();
    }

    [Fact]
    public void Append_of_a_known_id_changes_nothing()
    {
        Assert.True(IdempotentLog.Append(Log, "operation", "a", """{"operation":"a","n":1}"""));
        Assert.False(IdempotentLog.Append(Log, "operation", "a", """{"operation":"a","n":2}"""));
        Assert.True(IdempotentLog.Append(Log, "operation", "b", """{"operation":"b"}"""));
        Assert.Equal("{\"operation\":\"a\",\"n\":1}\n{\"operation\":\"b\"}\n", File.ReadAllText(Log));
    }

    [Fact]
    public void Append_of_an_id_that_stands_in_a_torn_line_only_writes_it()
    {
        _folder.Write("audit.jsonl", "{\"operation\":\"a\"");
        Assert.True(IdempotentLog.Append(Log, "operation", "a", """{"operation":"a"}"""));
        Assert.Equal("{\"operation\":\"a\"\n{\"operation\":\"a\"}\n", File.ReadAllText(Log));
    }

    [Fact]
    public void Append_of_an_id_that_is_the_beginning_of_another_writes_it()
    {
        IdempotentLog.Append(Log, "operation", "ab", """{"operation":"ab"}""");
        Assert.True(IdempotentLog.Append(Log, "operation", "a", """{"operation":"a"}"""));
    }

    [Fact]
    public void Append_on_a_failing_disk_is_not_taken_for_done_later()
    {
        FaultInjection.Fault = "flush:audit.jsonl";
        Assert.Throws<WreException>(() => IdempotentLog.Append(Log, "operation", "a", """{"operation":"a"}"""));
        Assert.False(IdempotentLog.Contains(Log, "operation", "a"));
        FaultInjection.Fault = null;
        Assert.True(IdempotentLog.Append(Log, "operation", "a", """{"operation":"a"}"""));
        Assert.Single(File.ReadAllLines(Log));
    }

    [Fact]
    public void Append_of_one_id_by_many_threads_stands_once()
    {
        var written = 0;
        var threads = Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            if (IdempotentLog.Append(Log, "id", "same", """{"id":"same"}"""))
            {
                Interlocked.Increment(ref written);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Equal(1, written);
        Assert.Single(File.ReadAllLines(Log));
    }

    [Fact]
    public void Lines_of_a_file_with_rubbish_are_its_objects()
    {
        _folder.Write("audit.jsonl", "{\"n\":1}\nrubbish\n[1]\n7\n\n{\"n\":2}\r\n{\"n\":3");
        Assert.Equal([1, 2], IdempotentLog.Lines(Log).Select(line => line.GetProperty("n").GetInt32()));
    }

    [Fact]
    public void Lines_of_a_missing_file_are_none() => Assert.Empty(IdempotentLog.Lines(Log));

    [Fact]
    public void Contains_passes_over_ids_that_are_no_text()
    {
        _folder.Write("audit.jsonl", "{\"id\":7}\n{\"id\":\"\\ud800\"}\n{\"id\":\"a\"}\n");
        Assert.True(IdempotentLog.Contains(Log, "id", "a"));
        Assert.False(IdempotentLog.Contains(Log, "id", "7"));
    }
}
