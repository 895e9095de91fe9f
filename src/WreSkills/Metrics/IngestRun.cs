using System.Text.Json;
using System.Text.Unicode;

using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>Writes batches: data, malformed lines, watermarks and what the monitor has yet to judge, each batch in one transaction. Counts what is committed.</summary>
internal sealed class IngestRun(SqliteConnection connection, TimeProvider time, IngestResult result) : IDisposable
{
    private const int MaxExamples = 20;
    private readonly MetricsWriter _writer = new(connection, time);
    private readonly List<string> _examples = [];

    public HashSet<string> Skills { get; } = [];

    public IReadOnlyList<string> Examples => _examples;

    public void Dispose() => _writer.Dispose();

    /// <summary>Writes one batch.</summary>
    public void Save(IngestBatch batch)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var taken = 0L;
        foreach (var kind in (ReadOnlySpan<MetricKind>)[MetricKind.Fidelity, MetricKind.Outcomes, MetricKind.Performance])
        {
            taken += batch.Count(kind);
        }

        if (taken > 0)
        {
            _writer.Merge(batch.Skill, batch.Lines);
            var sequence = _writer.Finish();
            connection.Execute("INSERT INTO unjudged_skills (skill_id, sequence) VALUES ($1, $2) ON CONFLICT (skill_id) DO UPDATE SET sequence = excluded.sequence", batch.Skill, sequence);
        }

        foreach (var mark in batch.Marks)
        {
            mark.Save(connection);
        }

        Keep(batch.Malformed);
        transaction.Commit();
        Count(batch.Skill, taken, batch.Malformed);
    }

    /// <summary>Takes over a promotion log.</summary>
    public void Log(string path, string skill, Watermark? known, int batchSize)
    {
        if (IngestReader.Open(path, known, result) is not var (stream, mark))
        {
            return;
        }

        using (stream)
        {
            using var lines = new LineReader(stream, mark.Offset, MetricsIngestor.MaxLineBytes);
            var (number, more) = (mark.Line, true);
            while (more)
            {
                using var transaction = connection.BeginTransaction(deferred: false);
                var (inBatch, taken, malformed) = (0, 0L, new List<MalformedLine>());
                while (inBatch < batchSize && (more = lines.TryRead(out var line, out var tooLong)))
                {
                    inBatch++;
                    number++;
                    var text = number == 1 && line.Span.StartsWith("\uFEFF"u8) ? line.Span[3..] : line.Span;
                    if (text.Trim(" \t\r"u8).IsEmpty && !tooLong)
                    {
                        continue;
                    }

                    var reason = tooLong ? $"longer than {MetricsIngestor.MaxLineBytes:N0} bytes" : Event(skill, text);
                    taken += reason is null ? 1 : 0;
                    if (reason is not null)
                    {
                        malformed.Add(IngestReader.Malformed(path, number, lines.LineOffset, reason, text));
                    }
                }

                if (inBatch == 0)
                {
                    return;
                }

                Keep(malformed);
                Watermark.At(stream, path, lines.Offset, number).Save(connection);
                transaction.Commit();
                Count(skill, taken, malformed);
            }
        }
    }

    private string? Event(string skill, ReadOnlySpan<byte> line)
    {
        if (!Utf8.IsValid(line))
        {
            return "not valid UTF-8";
        }

        try
        {
            var reader = new Utf8JsonReader(line);
            using var document = JsonDocument.ParseValue(ref reader);
            return reader.BytesConsumed < line.Length && !line[(int)reader.BytesConsumed..].Trim(" \t\r"u8).IsEmpty ? "more than one JSON value on the line"
                : document.RootElement.ValueKind == JsonValueKind.Object ? _writer.MergeEvent(skill, document.RootElement) : "not a JSON object";
        }
        catch (JsonException error)
        {
            return "not valid JSON: " + error.Message.Split(" LineNumber:")[0];
        }
        catch (InvalidOperationException error)
        {
            return "a value has the wrong type: " + error.Message;
        }
    }

    private void Keep(IReadOnlyList<MalformedLine> malformed)
    {
        foreach (var line in malformed)
        {
            connection.Execute(
                "INSERT OR IGNORE INTO malformed_lines (file, line_number, byte_offset, reason, text, found_at) VALUES ($1, $2, $3, $4, $5, $6)",
                line.File, line.Line, line.Offset, line.Reason, line.Text, Timestamp.ToIso(time.GetUtcNow()));
        }
    }

    // Only what is committed counts, so that what is claimed is what is stored.
    private void Count(string skill, long taken, IReadOnlyList<MalformedLine> malformed)
    {
        result.Lines += taken;
        result.Malformed += malformed.Count;
        if (taken > 0)
        {
            Skills.Add(skill);
        }

        foreach (var line in malformed)
        {
            if (_examples.Count < MaxExamples)
            {
                _examples.Add($"{Path.GetFileName(line.File)}:{line.Line}: {line.Reason}");
            }
        }
    }
}
