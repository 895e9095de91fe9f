using System.Globalization;
using System.Text;

using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

using WreSkills.Metrics;
using WreSkills.Storage;

namespace WreSkills.Tests.Metrics;

/// <summary>A folder of metric files with its database, written byte by byte.</summary>
internal sealed class MetricsFolder : IDisposable
{
    public MetricsFolder()
    {
        Root = Directory.CreateTempSubdirectory("wre-metrics-").FullName;
        Database = Path.Combine(Root, "db", "skills_metrics.db");
        Directory.CreateDirectory(Files);
    }

    public string Root { get; }

    public string Files => Path.Combine(Root, "metrics");

    public string Database { get; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2025, 10, 20, 12, 0, 0, TimeSpan.Zero));

    public MetricsDatabase Queries => new(Database, Time);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    public string At(string name) => Path.Combine(Files, name);

    public void Append(string name, string text) => File.AppendAllText(At(name), text);

    public void AppendBytes(string name, ReadOnlySpan<byte> bytes)
    {
        using var stream = new FileStream(At(name), FileMode.Append);
        stream.Write(bytes);
    }

    public IngestResult Ingest(int batchSize = MetricsIngestor.DefaultBatchSize, string? skill = null) => new MetricsIngestor(Files, Database, Time).Run(skill, batchSize);

    /// <summary>Rows of a query, columns joined by a bar.</summary>
    public List<string> Rows(string sql)
    {
        using var connection = SqliteFile.Open(Database, "");
        using var command = connection.Prepare(sql);
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(column => Text(reader, column))));
        }

        return rows;
    }

    /// <summary>All facts in words, with arrival numbers as ranks per metric, so that gaps in the numbering do not matter.</summary>
    public string Facts()
    {
        var text = new StringBuilder();
        foreach (var row in Rows("""
            SELECT k.skill_id, execution, coalesce(r.version, '?'), coalesce(r.state, '?'), timestamp_ms, source, fidelity, followed, missed, missed_names,
                   outcome, label, false_positive, false_negative, critical, critical_false_negative, time_ms, exception, tokens,
                   CASE WHEN fidelity_seq IS NULL THEN 0 ELSE rank() OVER (PARTITION BY f.skill_key, fidelity_seq IS NULL ORDER BY fidelity_seq) END,
                   CASE WHEN outcome_seq IS NULL THEN 0 ELSE rank() OVER (PARTITION BY f.skill_key, outcome_seq IS NULL ORDER BY outcome_seq) END,
                   CASE WHEN time_seq IS NULL THEN 0 ELSE rank() OVER (PARTITION BY f.skill_key, time_seq IS NULL ORDER BY time_seq) END
            FROM execution_facts f JOIN skill_keys k ON k.skill_key = f.skill_key LEFT JOIN revisions r ON r.revision_key = f.revision_key ORDER BY 1, 2
            """))
        {
            text.Append(row).Append('\n');
        }

        return text.ToString();
    }

    private static string Text(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? "-" : Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture)!;
}
