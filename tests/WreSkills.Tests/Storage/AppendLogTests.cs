using System.Text;

using WreSkills.Storage;

namespace WreSkills.Tests.Storage;

public sealed class AppendLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(AppendDurability.Flushed)]
    [InlineData(AppendDurability.None)]
    public void Lines_of_many_writers_are_whole_and_in_each_writers_order(AppendDurability durability)
    {
        const int writers = 6, lines = 200;
        using (var first = new AppendLog(At("log"), durability))
        using (var second = new AppendLog(At("log"), durability))
        {
            Parallel.For(0, writers, new ParallelOptions { MaxDegreeOfParallelism = writers }, writer =>
            {
                for (var line = 0; line < lines; line++)
                {
                    Append(writer % 2 == 0 ? first : second, $"{writer} {line} {new string('x', line)}");
                }
            });
        }

        var read = File.ReadAllLines(At("log")).Select(line => line.Split(' ')).ToList();
        Assert.Equal(writers * lines, read.Count);
        Assert.All(read.GroupBy(line => line[0]), writer => Assert.Equal(Enumerable.Range(0, lines), writer.Select(line => int.Parse(line[1], System.Globalization.CultureInfo.InvariantCulture))));
        Assert.All(read, line => Assert.Equal(line[1], $"{line[2].Length}"));
    }

    [Fact]
    public void A_durable_line_is_in_the_file_when_the_append_returns()
    {
        using var log = new AppendLog(At("log"));
        Append(log, "one");
        Assert.Equal("one\n", File.ReadAllText(At("log")));
    }

    [Fact]
    public void Other_lines_are_in_the_file_after_a_flush()
    {
        using var log = new AppendLog(At("log"), AppendDurability.None);
        Append(log, "one");
        log.Flush();
        Assert.Equal("one\n", File.ReadAllText(At("log")));
    }

    [Fact]
    public void A_torn_line_is_ended_first_whenever_it_appears()
    {
        File.WriteAllText(At("log"), "{\"torn");
        using var log = new AppendLog(At("log"));
        Append(log, "one");
        File.AppendAllText(At("log"), "torn again by a writer that died");
        Append(log, "two");
        Assert.Equal("{\"torn\none\ntorn again by a writer that died\ntwo\n", File.ReadAllText(At("log")));
    }

    [Fact]
    public void A_file_that_was_rotated_away_keeps_its_lines_and_another_begins()
    {
        using var log = new AppendLog(At("log"));
        Append(log, "one");
        File.Move(At("log"), At("log.1"));
        Append(log, "two");
        Assert.Equal(("one\n", "two\n"), (File.ReadAllText(At("log.1")), File.ReadAllText(At("log"))));
    }

    [Fact]
    public void A_log_in_the_place_of_a_folder_is_an_error_with_its_name_and_the_next_append_tries_again()
    {
        Directory.CreateDirectory(At("log"));
        using var log = new AppendLog(At("log"));
        Assert.Contains(At("log"), Assert.Throws<WreException>(() => Append(log, "one")).Message, StringComparison.Ordinal);
        Directory.Delete(At("log"));
        Append(log, "two");
        Assert.Equal("two\n", File.ReadAllText(At("log")));
    }

    [Fact]
    public void Others_who_append_under_the_lock_take_turns_with_it()
    {
        using var log = new AppendLog(At("log"));
        Append(log, "one");
        using (FileLock.Acquire(At(AppendTurns.FileName)))
        {
            var waiting = new Thread(() => Append(log, "two"));
            waiting.Start();
            Assert.False(waiting.Join(50));
            Assert.Equal("one\n", File.ReadAllText(At("log")));
        }

        Append(log, "three");
        Assert.StartsWith("one\ntwo\n", File.ReadAllText(At("log")), StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(_folder.Path, name);

    private static void Append(AppendLog log, string line) => log.Append(Encoding.UTF8.GetBytes(line + "\n"));
}
