using System.Text;

using WreSkills.Metrics;
using WreSkills.Storage;

namespace WreSkills.Tests.Metrics;

/// <summary>What files of other tools, dying writers and full disks look like: nothing is lost, everything is reported, and what is claimed is what is stored.</summary>
public sealed class FaultFileTests : IDisposable
{
    private const string Fidelity = "spam_fidelity.json";
    private readonly MetricsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Ten megabytes do not belong into the name of a test, so the names carry the lines.
    private static readonly Dictionary<string, (byte[] Line, string? Reason)> s_lines = new()
    {
        ["malformed JSON"] = (Utf8("{\"execution_id\":\"x\",\"pattern_fidelity\":}"), "not valid JSON"),
        ["half a line that somebody ended"] = (Utf8("{\"execution_id\":\"x\",\"pattern_fi"), "not valid JSON"),
        ["a line torn inside a character and ended"] = ([.. Utf8("{\"execution_id\":\"x\",\"agent\":\"gr"), 0xC3], "not valid UTF-8"),
        ["invalid UTF-8"] = ([.. Utf8("{\"execution_id\":\"x"), 0xFF, .. Utf8("\",\"pattern_fidelity\":1}")], "not valid UTF-8"),
        ["an overlong sequence"] = ([.. Utf8("{\"execution_id\":\"x\",\"pattern_fidelity\":1,\"a\":\""), 0xC0, 0x80, .. Utf8("\"}")], "not valid UTF-8"),
        ["deep nesting"] = (Utf8("{\"execution_id\":\"x\",\"pattern_fidelity\":1,\"a\":" + new string('[', 200) + new string(']', 200) + "}"), "not valid JSON"),
        ["NaN"] = (Utf8("{\"execution_id\":\"x\",\"pattern_fidelity\":NaN}"), "not valid JSON"),
        ["a missing key"] = (Utf8("{\"pattern_fidelity\":1}"), "has no execution_id"),
        ["a missing value"] = (Utf8("{\"execution_id\":\"x\"}"), "has no pattern_fidelity"),
        ["a lone surrogate"] = (Utf8("{\"execution_id\":\"\\ud800\",\"pattern_fidelity\":1}"), "a value has the wrong type"),
        ["an integer over 63 bits"] = (Utf8("{\"execution_id\":\"x\",\"pattern_fidelity\":1,\"tokens\":99999999999999999999}"), "a value has the wrong type: tokens is out of range"),
        ["a serial over 63 bits"] = (Utf8("{\"execution_id\":\"x\",\"pattern_fidelity\":1,\"state_serial\":1e300}"), "a value has the wrong type: state_serial is out of range"),
        ["a number beyond numbers"] = (Utf8("{\"execution_id\":\"x\",\"pattern_fidelity\":1e999}"), "a value has the wrong type: pattern_fidelity is out of range"),
        ["a time longer than a year"] = (Utf8("{\"execution_id\":\"x\",\"pattern_fidelity\":1,\"execution_time_ms\":1e300}"), "execution_time_ms is longer than a year"),
        ["a timestamp that is none"] = (Utf8("{\"execution_id\":\"x\",\"pattern_fidelity\":1,\"timestamp\":\"yesterday\"}"), "a value has the wrong type: timestamp must be ISO 8601 or Unix seconds"),
        ["a NUL hole"] = (new byte[4096], "not valid JSON"),
        ["a text timestamp"] = (Utf8("{\"execution_id\":\"x\",\"pattern_fidelity\":1,\"timestamp\":\"2025-10-20T10:00:00.123456+02:00\"}"), null),
        ["Unix seconds as text"] = (Utf8("{\"execution_id\":\"x\",\"pattern_fidelity\":1,\"timestamp\":\"1760954400\"}"), null),
        ["a carriage return"] = (Utf8("{\"execution_id\":\"x\",\"pattern_fidelity\":1}\r"), null),
        ["an escaped name"] = (Utf8("{\"execution\\u005fid\":\"x\",\"pattern_fidelity\":1}"), null),
        ["ten megabytes"] = (Utf8("{\"execution_id\":\"x\",\"pattern_fidelity\":1,\"note\":\"" + new string('n', 10 * 1024 * 1024) + "\"}"), null),
        ["a UUID in capitals"] = (Utf8("{\"execution_id\":\"AAAAAAAA-0000-4000-8000-000000000000\",\"pattern_fidelity\":1}"), null),
        ["the UUID of zeros"] = (Utf8("{\"execution_id\":\"00000000-0000-0000-0000-000000000000\",\"pattern_fidelity\":1}"), null),
    };

    public static TheoryData<string> Names() => [.. s_lines.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_line_between_good_ones_is_taken_or_reported_and_they_are_taken(string what)
    {
        var (line, reason) = s_lines[what];
        _folder.Append(Fidelity, Good("first"));
        _folder.AppendBytes(Fidelity, [.. line, (byte)'\n']);
        _folder.Append(Fidelity, Good("last"));
        var result = _folder.Ingest();
        Assert.Equal((reason is null ? 3L : 2L, reason is null ? 0L : 1L), (result.Lines, result.Malformed));
        Assert.Equal([$"{result.Lines}"], _folder.Rows("SELECT count(*) FROM execution_metrics"));
        Assert.Equal([$"{result.Malformed}"], _folder.Rows("SELECT count(*) FROM malformed_lines"));
        if (reason is not null)
        {
            var row = Assert.Single(_folder.Rows("SELECT line_number || ' ' || byte_offset || ' ' || reason FROM malformed_lines"));
            Assert.StartsWith($"2 {Good("first").Length} {reason}", row, StringComparison.Ordinal);
            Assert.StartsWith($"{Fidelity}:2: {reason}", Assert.Single(result.MalformedExamples), StringComparison.Ordinal);
        }

        Assert.Equal((0L, 0L), (_folder.Ingest().Lines, _folder.Ingest().Malformed));
    }

    [Fact]
    public void A_byte_order_mark_at_the_beginning_is_no_part_of_the_first_line()
    {
        _folder.AppendBytes(Fidelity, [0xEF, 0xBB, 0xBF, .. Utf8(Good("a")), .. Utf8(Good("b"))]);
        Assert.Equal((2L, 0L), (_folder.Ingest().Lines, _folder.Ingest().Malformed));
    }

    [Fact]
    public void An_empty_file_and_one_without_a_last_line_feed_wait()
    {
        _folder.Append(Fidelity, "");
        Assert.Equal((1, 0L), (_folder.Ingest().Files, _folder.Ingest().Lines));
        _folder.Append(Fidelity, Good("a") + Good("b").TrimEnd('\n'));
        Assert.Equal(1, _folder.Ingest().Lines);
        _folder.Append(Fidelity, "\n");
        Assert.Equal(1, _folder.Ingest().Lines);
        Assert.Equal(["2"], _folder.Rows("SELECT count(*) FROM execution_metrics"));
    }

    [Fact]
    public void The_same_id_is_one_execution_in_a_skill_and_two_in_two()
    {
        _folder.Append(Fidelity, Good("a") + Good("a") + Good("b"));
        _folder.Append("other_fidelity.json", Good("a"));
        var result = _folder.Ingest();
        Assert.Equal((4L, 2), (result.Lines, result.Skills.Count));
        Assert.Equal(["other|a", "spam|a", "spam|b"], _folder.Rows("SELECT skill_id, execution_id FROM execution_metrics ORDER BY 1, 2"));
        Assert.Equal(["1", "2"], _folder.Rows("SELECT executions FROM metric_days ORDER BY 1"));
    }

    [Fact]
    public void A_writer_that_holds_the_lock_for_seven_seconds_is_waited_for()
    {
        _folder.Append(Fidelity, Good("a"));
        _folder.Ingest();
        using var connection = SqliteFile.Open(_folder.Database, "");
        using var held = connection.BeginTransaction(deferred: false);
        _folder.Append(Fidelity, Good("b"));
        var release = new Thread(() =>
        {
            Thread.Sleep(TimeSpan.FromSeconds(7));
            held.Commit();
        });
        release.Start();
        Assert.Equal(1, _folder.Ingest().Lines);
        release.Join();
        Assert.Equal(["2"], _folder.Rows("SELECT count(*) FROM execution_metrics"));
    }

    [Fact]
    public void Two_who_ingest_at_once_take_every_line_once()
    {
        const int lines = 4000;
        _folder.Append(Fidelity, string.Concat(Enumerable.Range(0, lines).Select(index => Good($"e{index}"))));

        var results = new IngestResult[2];
        Parallel.For(0, 2, index => results[index] = _folder.Ingest(batchSize: 97));
        Assert.Equal(lines, results.Sum(result => result.Lines));
        Assert.Equal([$"{lines}"], _folder.Rows("SELECT count(*) FROM execution_metrics"));
        Assert.Equal([$"{lines}"], _folder.Rows("SELECT sum(executions) FROM metric_days"));
    }

    [Fact]
    public void A_disk_that_is_full_loses_nothing_and_the_rest_follows_when_there_is_room()
    {
        _folder.Append(Fidelity, string.Concat(Enumerable.Range(0, 3000).Select(index => Good($"execution-with-a-rather-long-name-{index:000000}"))));

        _folder.Ingest(skill: "nobody");
        var max = long.Parse(Assert.Single(_folder.Rows("PRAGMA page_count")), System.Globalization.CultureInfo.InvariantCulture) + 60;
        var full = new MetricsIngestor(_folder.Files, _folder.Database, _folder.Time) { MaxPages = max };
        Assert.Contains("full", Assert.Throws<WreException>(() => full.Run(batchSize: 200)).Message, StringComparison.Ordinal);
        var stored = long.Parse(Assert.Single(_folder.Rows("SELECT count(*) FROM execution_metrics")), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(stored, 1, 2999);
        Assert.Equal([$"{stored}"], _folder.Rows("SELECT line_number FROM ingest_watermarks"));
        Assert.Equal(3000 - stored, _folder.Ingest().Lines);
        Assert.Equal(["3000|3000"], _folder.Rows("SELECT count(*), (SELECT sum(executions) FROM metric_days) FROM execution_metrics"));
    }

    [Fact]
    public void A_pipeline_of_two_threads_tells_what_one_thread_tells()
    {
        // Above four mebibytes one thread reads and another writes.
        var text = new StringBuilder();
        for (var index = 0; index < 20_000; index++)
        {
            text.Append(index % 1000 == 7 ? "nonsense\n" : $$"""{"execution_id":"{{new Guid(index, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)}}","timestamp":"2025-10-20T10:00:00Z","pattern_fidelity":0.5,"note":"{{new string('x', 200)}}"}""" + "\n");
        }

        _folder.Append(Fidelity, text.ToString());
        var result = _folder.Ingest(batchSize: 700);
        Assert.Equal((19_980L, 20L), (result.Lines, result.Malformed));
        Assert.Equal(["19980|19980"], _folder.Rows("SELECT count(*), (SELECT sum(executions) FROM metric_hours) FROM execution_metrics"));
        Assert.Equal(["20"], _folder.Rows("SELECT count(*) FROM malformed_lines"));
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static string Good(string id) => $$"""{"execution_id":"{{id}}","timestamp":"2025-10-20T10:00:00Z","pattern_fidelity":0.5}""" + "\n";
}
