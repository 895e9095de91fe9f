using System.Globalization;

using CsCheck;

using WreSkills.Metrics;

namespace WreSkills.Tests.Metrics;

/// <summary>Sums and windows are those of the rows, whatever arrived in whatever pieces.</summary>
public class RollUpPropertyTests
{
    private const int Hours = 30;

    // The last 24 hours begin in the middle of it, and in the middle of an hour.
    private static readonly DateTimeOffset s_first = new(2025, 10, 19, 6, 0, 0, TimeSpan.Zero);

    // An execution 0–11, its minute, a version that the line may not tell, a kind, and values that may be absent.
    private static readonly Gen<(int Id, int Minute, int Version, int Kind, int A, int B, int C)> s_line =
        Gen.Select(Gen.Int[0, 11], Gen.Int[0, Hours * 60], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 5], Gen.Int[0, 2], Gen.Int[0, 2]);

    [Fact]
    public void Sums_are_those_of_the_rows() =>
        Gen.Select(s_line.Array[1, 40], Gen.Int[1, 10], Gen.Int[1, 4]).Sample(
            (lines, batch, runs) =>
            {
                using var folder = new MetricsFolder();
                folder.Time.Advance(TimeSpan.FromMinutes(17));
                foreach (var part in lines.Chunk((lines.Length / runs) + 1))
                {
                    foreach (var line in part)
                    {
                        folder.Append(Name(line.Kind), Text(line) + "\n");
                    }

                    folder.Ingest(batch);
                }

                foreach (var (timeframe, span) in MetricsDatabase.Timeframes)
                {
                    var since = span is { } back ? (folder.Time.GetUtcNow() - back).ToUnixTimeMilliseconds() : 0;
                    var expected = folder.Rows($"""
                        SELECT coalesce(r.version, ''), count(*), count(fidelity), round(avg(fidelity), 9), count(outcome), round(avg(outcome), 9),
                               coalesce(sum(label = 0 AND false_positive IS NOT NULL), 0), coalesce(sum(false_positive), 0), coalesce(sum(false_negative), 0), coalesce(sum(critical_false_negative), 0),
                               coalesce(sum(exception), 0), round(avg(time_ms), 6), coalesce(sum(tokens), 0), min(timestamp_ms), max(timestamp_ms)
                        FROM execution_facts f LEFT JOIN revisions r USING (revision_key) WHERE timestamp_ms >= {since} GROUP BY 1 ORDER BY 1
                        """);
                    Assert.Equal(expected, folder.Queries.Summarize("spam", timeframe).OrderBy(row => row.Version, StringComparer.Ordinal).Select(Row));
                }
            },
            iter: 200);

    [Fact]
    public void Windows_are_those_of_the_rows() =>
        Gen.Select(s_line.Array[1, 60], Gen.Int[1, 8], Gen.Int[1, 10]).Sample(
            (lines, size, batch) =>
            {
                using var folder = new MetricsFolder();
                foreach (var line in lines)
                {
                    folder.Append(Name(line.Kind), Text(line) + "\n");
                }

                folder.Ingest(batch);
                var window = folder.Queries.Window(new StateStay("spam", "1.0", "production", 7), new WindowSizes(size, size, size, size, size, int.MaxValue));
                List<string> Latest(string value, string sequence, string also = "1") => folder.Rows($"""
                    SELECT value FROM (SELECT {value} AS value, {sequence} FROM execution_facts JOIN revisions USING (revision_key)
                        WHERE version = '1.0' AND {sequence} IS NOT NULL AND {also} ORDER BY {sequence} DESC LIMIT {size}) ORDER BY {sequence}
                    """);
                Assert.Equal(Latest("fidelity", "fidelity_seq"), window.Fidelity.Select(Text));
                Assert.Equal(Latest("outcome", "outcome_seq"), window.Outcomes.Select(Text));
                Assert.Equal(Latest("time_ms", "time_seq"), window.TimesMs.Select(Text));
                Assert.Equal(Latest("exception", "exception_seq"), window.Exceptions.Select(flag => flag ? "1" : "0"));
                Assert.Equal(Latest("false_positive", "outcome_seq", "label = 0 AND false_positive IS NOT NULL"), window.Negatives.Select(flag => flag ? "1" : "0"));
                Assert.Equal(Latest("coalesce(false_negative, 0)", "outcome_seq").Count(value => value == "1"), window.FalseNegatives);
                Assert.Equal(folder.Rows("SELECT count(*) FROM execution_facts JOIN revisions USING (revision_key) WHERE version = '1.0'"), [Text(window.Executions)]);
                Assert.Equal(
                    folder.Rows("SELECT coalesce(sum(coalesce(critical_false_negative, 0) OR coalesce(critical_missed, 0) OR (coalesce(critical, 0) AND coalesce(exception, 0))), 0) FROM execution_facts JOIN revisions USING (revision_key) WHERE version = '1.0'"),
                    [Text(window.CriticalFailures)]);
            },
            iter: 200);

    private static string Name(int kind) => "spam_" + (kind switch { 0 => "fidelity", 1 => "outcomes", _ => "performance" }) + ".json";

    private static string Text((int Id, int Minute, int Version, int Kind, int A, int B, int C) line)
    {
        var moment = s_first.AddMinutes(line.Minute);
        var place = line.Version == 0 ? "" : $",\"version\":\"{line.Version}.0\",\"state\":\"production\",\"state_serial\":7";
        string Maybe(int value, string text) => value == 0 ? "" : "," + text;
        var values = line.Kind switch
        {
            0 => $",\"pattern_fidelity\":{line.A / 5.0:0.0}{Maybe(line.B, $"\"critical_missed\":{(line.B == 2 ? "true" : "false")}")}",
            1 => $"{Maybe(line.B, $"\"outcome_quality\":{line.A / 5.0:0.0}")}{Maybe(line.C, $"\"label\":\"{(line.C == 1 ? "positive" : "negative")}\"")},\"critical\":{(line.A > 3 ? "true" : "false")}",
            _ => $"{Maybe(line.B, $"\"execution_time_ms\":{line.A * 10}.5")}{Maybe(line.C, $"\"exception\":{(line.C == 1 ? "true" : "false")}")},\"tokens\":{line.A}",
        };
        return $"{{\"execution_id\":\"{Id(line.Id)}\",\"timestamp\":\"{moment:yyyy-MM-ddTHH:mm:ss}Z\"{place}{values}}}";
    }

    // Every other id is a UUID.
    private static string Id(int id) => id % 2 == 0 ? $"run-{id}" : $"00000000-0000-4000-8000-0000000000{id:00}";

    private static string Row(MetricsSummary row) => string.Join('|', new object?[]
    {
        row.Version, row.Executions, row.FidelityCount, Rounded(row.PatternFidelity, 9), row.OutcomeCount, Rounded(row.OutcomeQuality, 9), row.Negatives, row.FalsePositives, row.FalseNegatives,
        row.CriticalFalseNegatives, row.Exceptions, Rounded(row.ExecutionTimeMs, 6), row.Tokens, Moment(row.From), Moment(row.To),
    }.Select(value => value is null ? "-" : Convert.ToString(value, CultureInfo.InvariantCulture)));

    private static double? Rounded(double? value, int digits) => value is { } number ? Math.Round(number, digits) : null;

    private static long? Moment(string? iso) => iso is null ? null : DateTimeOffset.Parse(iso, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
