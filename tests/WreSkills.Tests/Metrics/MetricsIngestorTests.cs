using WreSkills.Metrics;

namespace WreSkills.Tests.Metrics;

public sealed class MetricsIngestorTests : IDisposable
{
    private const string Fidelity = "spam_fidelity.json";
    private readonly MetricsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Lines_of_all_three_files_merge_by_execution()
    {
        _folder.Append(Fidelity, """{"execution_id":"a","timestamp":"2025-10-20T10:00:00Z","pattern_fidelity":0.75,"patterns_followed":3,"patterns_missed":1}""" + "\n");
        _folder.Append("spam_outcomes.json", """{"execution_id":"a","timestamp":"2025-10-20T10:00:00Z","outcome_quality":1}""" + "\n");
        _folder.Append("spam_performance.json", """{"execution_id":"a","timestamp":"2025-10-20T10:00:00Z","execution_time_ms":12.6,"exception":false}""" + "\n");
        Assert.Equal(3, _folder.Ingest().Lines);
        Assert.Equal(["a|spam|2025-10-20T10:00:00.000Z|0.75|1|13|3|1|0"], _folder.Rows("SELECT * FROM execution_metrics"));
    }

    [Fact]
    public void Ingesting_again_changes_nothing()
    {
        _folder.Append(Fidelity, Line("a", 0.5) + Line("b", 0.75) + "nonsense\n");
        _folder.Ingest();
        var before = _folder.Facts();
        var again = _folder.Ingest();
        Assert.Equal((0L, 0L, 0), (again.Lines, again.Malformed, again.Restarted));
        Assert.Empty(again.Skills);
        Assert.Equal(before, _folder.Facts());
        Assert.Equal(["1"], _folder.Rows("SELECT count(*) FROM malformed_lines"));
    }

    [Fact]
    public void A_repeated_line_keeps_its_first_place_in_the_order_of_arrival()
    {
        _folder.Append(Fidelity, Line("a", 0.1) + Line("b", 0.2) + Line("c", 0.3) + Line("a", 0.1));
        _folder.Ingest();
        Assert.Equal(["0.1", "0.2", "0.3"], _folder.Rows("SELECT fidelity FROM execution_facts ORDER BY fidelity_seq"));
    }

    [Fact]
    public void A_partial_record_never_nulls_out_what_is_known()
    {
        _folder.Append(Fidelity, """{"execution_id":"a","pattern_fidelity":0.5,"patterns_missed":["x","y"]}""" + "\n" + """{"execution_id":"a","pattern_fidelity":0.5,"patterns_missed":null,"agent":null}""" + "\n");
        _folder.Append("spam_outcomes.json", """{"execution_id":"a","outcome_quality":0,"label":"positive"}""" + "\n" + """{"execution_id":"a","decision":"remove","outcome_quality":null}""" + "\n");
        _folder.Ingest();
        Assert.Equal(["0.5|2|0|1|1"], _folder.Rows("SELECT fidelity, missed, outcome, label, false_negative FROM execution_facts"));
    }

    [Fact]
    public void A_late_verdict_joins_its_execution_and_takes_its_place_when_it_arrives()
    {
        _folder.Append("spam_performance.json", """{"execution_id":"a","timestamp":100,"execution_time_ms":5}""" + "\n" + """{"execution_id":"b","timestamp":200,"execution_time_ms":6}""" + "\n");
        _folder.Append("spam_outcomes.json", """{"execution_id":"b","timestamp":200,"correct":true}""" + "\n");
        _folder.Ingest();
        _folder.Append("spam_outcomes.json", """{"execution_id":"a","timestamp":90000,"correct":false}""" + "\n");
        _folder.Ingest();
        Assert.Equal(["b|1", "a|0"], _folder.Rows("SELECT execution, outcome FROM execution_facts ORDER BY outcome_seq"));
        Assert.Equal(["a", "b"], _folder.Rows("SELECT execution FROM execution_facts ORDER BY time_seq"));
        Assert.Equal(["a|100000", "b|200000"], _folder.Rows("SELECT execution, timestamp_ms FROM execution_facts ORDER BY 1"));
    }

    [Fact]
    public void An_execution_happened_at_the_earliest_of_its_times_whatever_file_is_read_first()
    {
        // A rebuild reads outcomes before performance, so the verdict of two days later comes first.
        _folder.Append("spam_performance.json", """{"execution_id":"a","timestamp":"2025-10-18T10:00:00Z","execution_time_ms":5}""" + "\n");
        _folder.Append("spam_outcomes.json", """{"execution_id":"a","timestamp":"2025-10-20T10:00:00Z","correct":false}""" + "\n");
        _folder.Ingest();
        Assert.Equal(["2025-10-18T10:00:00.000Z"], _folder.Rows("SELECT timestamp FROM execution_metrics"));
    }

    [Fact]
    public void A_torn_last_line_waits_for_its_end()
    {
        var line = Line("b", 0.25);
        _folder.Append(Fidelity, Line("a", 0.5) + line[..20]);
        Assert.Equal((1L, 0L), Counts(_folder.Ingest()));
        Assert.Equal((0L, 0L), Counts(_folder.Ingest()));
        _folder.Append(Fidelity, line[20..]);
        Assert.Equal((1L, 0L), Counts(_folder.Ingest()));
        Assert.Equal(["a", "b"], Executions());
    }

    [Fact]
    public void A_line_torn_inside_a_character_waits_for_its_end()
    {
        var line = System.Text.Encoding.UTF8.GetBytes("""{"execution_id":"größe","pattern_fidelity":1}""" + "\n");
        var inside = Array.IndexOf(line, (byte)0xC3) + 1;
        _folder.AppendBytes(Fidelity, line.AsSpan(0, inside));
        _folder.Ingest();
        _folder.AppendBytes(Fidelity, line.AsSpan(inside));
        _folder.Ingest();
        Assert.Equal(["größe"], Executions());
    }

    [Fact]
    public void Malformed_lines_are_kept_with_file_line_and_reason_and_stop_nothing()
    {
        _folder.Append(Fidelity, Line("a", 0.5) + "{broken\n" + "[1]\n" + """{"pattern_fidelity":0.5}""" + "\n" + """{"execution_id":"x","pattern_fidelity":1.5}""" + "\n"
            + """{"execution_id":"y"}""" + "\n" + """{"execution_id":"z","pattern_fidelity":"high"}""" + "\n" + """{"execution_id":"w","pattern_fidelity":1}{}""" + "\n" + Line("b", 0.25));
        var result = _folder.Ingest();
        Assert.Equal((2L, 7L), Counts(result));
        Assert.Equal(["a", "b"], Executions());
        var rows = _folder.Rows("SELECT line_number, reason, text FROM malformed_lines ORDER BY line_number");
        Assert.Equal(["2", "3", "4", "5", "6", "7", "8"], rows.Select(row => row.Split('|')[0]));
        Assert.StartsWith("2|not valid JSON", rows[0], StringComparison.Ordinal);
        Assert.Equal("3|not a JSON object|[1]", rows[1]);
        Assert.Equal("""4|has no execution_id|{"pattern_fidelity":0.5}""", rows[2]);
        Assert.Equal("""5|pattern_fidelity and outcome_quality must lie between 0 and 1|{"execution_id":"x","pattern_fidelity":1.5}""", rows[3]);
        Assert.Equal("""6|has no pattern_fidelity|{"execution_id":"y"}""", rows[4]);
        Assert.Contains("pattern_fidelity must be a number", rows[5], StringComparison.Ordinal);
        Assert.StartsWith(Fidelity + ":2: not valid JSON", result.MalformedExamples[0], StringComparison.Ordinal);
        Assert.All(_folder.Rows("SELECT file FROM malformed_lines"), file => Assert.Equal(_folder.At(Fidelity), file));
        Assert.Equal((7L, "2025-10-20T12:00:00Z"), _folder.Queries.Health());
    }

    [Theory]
    [InlineData("""{"execution_id":"\ud800","pattern_fidelity":1}""")]
    [InlineData("""{"execution_id":"a","pattern_fidelity":1e999}""")]
    [InlineData("""{"execution_id":"a","timestamp":"yesterday","pattern_fidelity":1}""")]
    [InlineData("""{"execution_id":"a","pattern_fidelity":1,"version":{}}""")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("\u0001\u0002")]
    public void Odd_lines_are_malformed_and_never_fatal(string line)
    {
        _folder.Append(Fidelity, line + "\n" + Line("good", 1));
        Assert.Equal((1L, 1L), Counts(_folder.Ingest()));
        Assert.Equal(["good"], Executions());
    }

    [Theory]
    [InlineData("""{"event_id":"\ud800","from_state":"a","to_state":"b","timestamp":1}""")]
    [InlineData("""{"event_id":"x","from_state":"a","to_state":"b","timestamp":1,"changes":[{"version":1.0,"state":"staged","state_serial":2}]}""")]
    [InlineData("""{"event_id":"x","from_state":"a","to_state":"b","timestamp":1,"changes":[{"version":"1.0","state":"staged","state_serial":"2"}]}""")]
    [InlineData("""{"event_id":"x","from_state":"a","to_state":"b","timestamp":1,"changes":[{"version":"1.0","digest":4,"state":"staged","state_serial":2}]}""")]
    [InlineData("""{"event_id":"x","from_state":"a","to_state":"b","timestamp":true}""")]
    [InlineData("""{"event_id":"x","from_state":"a","to_state":"b","timestamp":1}{}""")]
    public void Odd_promotion_log_lines_are_malformed_and_never_fatal(string line)
    {
        _folder.Append("spam_promotion_log.json", line + "\n" + """{"event_id":"good","from_state":"a","to_state":"b","timestamp":1}""" + "\n");
        Assert.Equal((1L, 1L), Counts(_folder.Ingest()));
        Assert.Equal(["good"], _folder.Rows("SELECT event_id FROM promotion_events"));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_malformed_and_never_fatal()
    {
        _folder.AppendBytes(Fidelity, [(byte)'{', (byte)'"', 0xFF, 0xFE, (byte)'"', (byte)':', (byte)'1', (byte)'}', (byte)'\n']);
        _folder.AppendBytes(Fidelity, [0, 0, 0, (byte)'\n']);
        _folder.Append(Fidelity, Line("good", 1));
        Assert.Equal((1L, 2L), Counts(_folder.Ingest()));
        Assert.Equal(["good"], Executions());
    }

    [Fact]
    public void A_line_beyond_sixteen_mebibytes_is_malformed_and_the_next_one_is_read()
    {
        _folder.Append(Fidelity, Line("a", 0.5) + "{\"execution_id\":\"big\",\"pattern_fidelity\":1,\"x\":\"");
        var block = new byte[1 << 20];
        block.AsSpan().Fill((byte)'x');
        for (var count = 0; count < 17; count++)
        {
            _folder.AppendBytes(Fidelity, block);
        }

        _folder.Append(Fidelity, "\"}\n" + Line("b", 0.25));
        Assert.Equal((2L, 1L), Counts(_folder.Ingest()));
        Assert.Equal(["a", "b"], Executions());
        Assert.Equal(["2|longer than 16,777,216 bytes|4096"], _folder.Rows("SELECT line_number, reason, length(text) FROM malformed_lines"));
    }

    [Fact]
    public void A_long_line_below_the_limit_is_read()
    {
        _folder.Append(Fidelity, "{\"execution_id\":\"long\",\"pattern_fidelity\":1,\"x\":\"" + new string('x', 3_000_000) + "\"}\n" + Line("b", 0.25));
        Assert.Equal((2L, 0L), Counts(_folder.Ingest()));
    }

    [Fact]
    public void Carriage_returns_and_empty_lines_are_passed_over()
    {
        _folder.Append(Fidelity, "\r\n\n  \n" + Line("a", 0.5).Replace("\n", "\r\n", StringComparison.Ordinal) + "\t\r\n" + Line("b", 0.25));
        Assert.Equal((2L, 0L), Counts(_folder.Ingest()));
        Assert.Equal(["a", "b"], Executions());
    }

    [Fact]
    public void A_truncated_file_is_read_anew()
    {
        _folder.Append(Fidelity, Line("a", 0.5) + Line("b", 0.25));
        _folder.Ingest();
        File.WriteAllText(_folder.At(Fidelity), Line("c", 0.75));
        var result = _folder.Ingest();
        Assert.Equal((1L, 1), (result.Lines, result.Restarted));
        Assert.Equal(["a", "b", "c"], Executions());
    }

    [Fact]
    public void A_file_truncated_to_nothing_and_grown_beyond_its_old_length_is_read_anew()
    {
        _folder.Append(Fidelity, Line("a", 0.5));
        _folder.Ingest();
        File.WriteAllText(_folder.At(Fidelity), "");
        _folder.Ingest();
        _folder.Append(Fidelity, Line("c", 0.75) + Line("d", 0.75) + Line("e", 0.75));
        _folder.Ingest();
        Assert.Equal(["a", "c", "d", "e"], Executions());
    }

    [Fact]
    public void A_file_replaced_by_one_of_the_same_length_is_read_anew()
    {
        _folder.Append(Fidelity, Line("a", 0.5));
        _folder.Ingest();
        File.WriteAllText(_folder.At(Fidelity), Line("b", 0.5));
        Assert.Equal(1, _folder.Ingest().Restarted);
        Assert.Equal(["a", "b"], Executions());
    }

    [Theory]
    [InlineData(".1")]
    [InlineData("-20251020")]
    [InlineData(".20251020T120000Z")]
    public void A_rotated_file_loses_nothing_and_doubles_nothing(string suffix)
    {
        _folder.Append(Fidelity, Line("a", 0.1) + Line("b", 0.2));
        _folder.Ingest();
        _folder.Append(Fidelity, Line("c", 0.3));
        File.Move(_folder.At(Fidelity), _folder.At(Fidelity + suffix));
        _folder.Append(Fidelity, Line("d", 0.4));
        _folder.Ingest();
        Assert.Equal(["0.1", "0.2", "0.3", "0.4"], _folder.Rows("SELECT fidelity FROM execution_facts ORDER BY fidelity_seq"));
    }

    [Theory]
    [InlineData(".2", ".1")]
    [InlineData(".10", ".9")]
    [InlineData("-20251020", "-20251021")]
    [InlineData(".20251020T120000Z", ".20251020T130000Z")]
    public void Rotated_files_are_read_oldest_first(string older, string newer)
    {
        _folder.Append(Fidelity + older, Line("a", 0.1) + Line("b", 0.2));
        _folder.Append(Fidelity + newer, Line("c", 0.3) + Line("a", 0.9));
        _folder.Append(Fidelity, Line("d", 0.4));
        _folder.Ingest();
        Assert.Equal(["a|0.9", "b|0.2", "c|0.3", "d|0.4"], _folder.Rows("SELECT execution, fidelity FROM execution_facts ORDER BY fidelity_seq"));
    }

    [Fact]
    public void Watermark_and_data_move_together_batch_by_batch()
    {
        _folder.Append(Fidelity, Line("a", 0.1) + Line("b", 0.2) + Line("c", 0.3));
        _folder.Ingest();
        // As a kill after the first of three batches leaves it: one row, and the mark behind its line.
        using (var connection = WreSkills.Storage.SqliteFile.Open(_folder.Database, ""))
        {
            var first = new FileStream(_folder.At(Fidelity), FileMode.Open);
            using (first)
            {
                Watermark.At(first, _folder.At(Fidelity), Line("a", 0.1).Length, 1).Save(connection);
            }

            using var delete = connection.CreateCommand();
            delete.CommandText = "DELETE FROM execution_facts WHERE execution <> 'a'; UPDATE ingest_state SET value = 1 WHERE name = 'sequence'";
            delete.ExecuteNonQuery();
        }

        Assert.Equal(2, _folder.Ingest(batchSize: 1).Lines);
        Assert.Equal(["a|1", "b|2", "c|3"], _folder.Rows("SELECT execution, fidelity_seq FROM execution_facts ORDER BY fidelity_seq"));
        Assert.Equal([$"{new FileInfo(_folder.At(Fidelity)).Length}|3"], _folder.Rows("SELECT byte_offset, line_number FROM ingest_watermarks"));
    }

    [Fact]
    public void A_database_that_refuses_a_batch_keeps_neither_its_data_nor_its_watermark()
    {
        _folder.Append(Fidelity, Line("a", 0.1) + Line("b", 0.2) + Line("poison", 0.3) + Line("d", 0.4));
        _folder.Queries.Health();
        using (var connection = WreSkills.Storage.SqliteFile.Open(_folder.Database, "CREATE TRIGGER stop BEFORE INSERT ON execution_facts WHEN NEW.execution = 'poison' BEGIN SELECT RAISE(ABORT, 'full'); END"))
        {
            Assert.Throws<WreException>(() => _folder.Ingest(batchSize: 2));
        }

        Assert.Equal(["a", "b"], Executions());
        Assert.Equal([$"{Line("a", 0.1).Length * 2}|2"], _folder.Rows("SELECT byte_offset, line_number FROM ingest_watermarks"));
        using (WreSkills.Storage.SqliteFile.Open(_folder.Database, "DROP TRIGGER stop"))
        {
            _folder.Ingest(batchSize: 2);
        }

        Assert.Equal(["a", "b", "d", "poison"], Executions());
    }

    [Fact]
    public void Only_the_files_of_the_skill_asked_for_are_read()
    {
        _folder.Append(Fidelity, Line("a", 0.5));
        _folder.Append("spam_hard_fidelity.json", Line("b", 0.5));
        _folder.Append("notes.json", "{}\n");
        Assert.Equal(1, _folder.Ingest(skill: "spam").Files);
        Assert.Equal(["spam"], _folder.Rows("SELECT skill_id FROM skill_keys"));
        Assert.Equal(["spam_hard"], _folder.Ingest().Skills);
    }

    [Fact]
    public void A_missing_folder_is_an_empty_one()
    {
        Directory.Delete(_folder.Files);
        Assert.Equal((0, 0L), (_folder.Ingest().Files, _folder.Ingest().Lines));
    }

    private static (long Lines, long Malformed) Counts(IngestResult result) => (result.Lines, result.Malformed);

    private static string Line(string id, double fidelity) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{{\"execution_id\":\"{id}\",\"timestamp\":\"2025-10-20T10:00:00Z\",\"pattern_fidelity\":{fidelity}}}\n");

    private List<string> Executions() => _folder.Rows("SELECT execution FROM execution_facts ORDER BY execution");
}
