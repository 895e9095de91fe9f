using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>What an ingestion did.</summary>
public sealed record IngestResult
{
    /// <summary>Files looked at.</summary>
    public int Files { get; set; }

    /// <summary>Lines taken over, repetitions included.</summary>
    public long Lines { get; set; }

    /// <summary>Malformed lines found in this run.</summary>
    public long Malformed { get; set; }

    /// <summary>Files whose content was another than at the last run (rotated, truncated or replaced) and that were read anew.</summary>
    public int Restarted { get; set; }

    /// <summary>Skills that gained lines.</summary>
    public IReadOnlyList<string> Skills { get; set; } = [];

    /// <summary>The first malformed lines, as <c>file:line: reason</c>; at most 20.</summary>
    public IReadOnlyList<string> MalformedExamples { get; set; } = [];

    /// <summary>Time in milliseconds.</summary>
    public double ElapsedMs { get; set; }
}

/// <summary>
/// Takes new lines of the metric files over into the database (policy 5.4). Watermark and data move in one transaction,
/// so that a run may be killed at any point and repeated; a torn last line waits for its end; a malformed line is kept
/// with file, line and reason and never stops the rest.
/// </summary>
public sealed class MetricsIngestor(string metricsFolder, string databasePath, TimeProvider time)
{
    /// <summary>Lines per transaction unless told otherwise (policy 5.4).</summary>
    public const int DefaultBatchSize = 1000;

    /// <summary>A longer line is malformed.</summary>
    public const int MaxLineBytes = 16 * 1024 * 1024;

    private const int MaxKeptText = 64 * 1024;
    private const int MaxExamples = 20;

    /// <summary>Ingests what is new.</summary>
    /// <param name="skill">Only this skill's files; null for all.</param>
    /// <param name="batchSize">Lines per transaction, from 1.</param>
    /// <exception cref="WreException">The database cannot be used.</exception>
    public IngestResult Run(string? skill = null, int batchSize = DefaultBatchSize)
    {
        var start = time.GetTimestamp();
        var result = new IngestResult();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(databasePath))!);
        using var turn = FileLock.Acquire(databasePath + ".lock");
        using var connection = SqliteFile.Open(databasePath, MetricsSchema.Sql);
        try
        {
            var run = new IngestRun(connection, time, batchSize, result);
            foreach (var (path, name, kind) in Files(skill))
            {
                run.File(path, name, kind);
            }

            connection.Execute("INSERT INTO ingest_state (name, value) VALUES ('last_run', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value", Timestamp.ToIso(time.GetUtcNow()));
            result.Skills = [.. run.Skills.Order(StringComparer.Ordinal)];
            result.MalformedExamples = run.Examples;
        }
        catch (SqliteException error)
        {
            throw SqliteFile.Failure(databasePath, error);
        }

        result.ElapsedMs = time.GetElapsedTime(start).TotalMilliseconds;
        return result;
    }

    // Promotion logs first: their intervals place lines that do not name their version.
    private IEnumerable<(string Path, string Skill, MetricKind Kind)> Files(string? skill)
    {
        if (!Directory.Exists(metricsFolder))
        {
            return [];
        }

        var files = new List<(string Path, string Skill, MetricKind Kind)>();
        foreach (var path in Directory.EnumerateFiles(metricsFolder, (skill ?? "") + "*.json*"))
        {
            if (MetricFiles.TryParse(Path.GetFileName(path), out var name, out var kind) && (skill is null || name == skill))
            {
                files.Add((path, name, kind));
            }
        }

        // A rotated file holds older lines than the file that took its name, and the order of arrival must not turn round.
        return files.OrderByDescending(file => file.Kind == MetricKind.PromotionLog).ThenBy(file => file.Skill, StringComparer.Ordinal)
            .ThenBy(file => file.Kind).ThenBy(file => MetricFiles.RotationOrder(Path.GetFileName(file.Path)), StringComparer.Ordinal);
    }

    private sealed class IngestRun(SqliteConnection connection, TimeProvider time, int batchSize, IngestResult result)
    {
        private readonly List<string> _examples = [];

        public HashSet<string> Skills { get; } = [];

        public IReadOnlyList<string> Examples => _examples;

        public void File(string path, string skill, MetricKind kind)
        {
            result.Files++;
            FileStream stream;
            try
            {
                stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            }
            catch (FileNotFoundException)
            {
                // Rotated away between listing and opening; its new name is read in the next run at the latest.
                return;
            }

            using (stream)
            {
                var mark = Watermark.Load(connection, path);
                if (!mark.Matches(stream))
                {
                    result.Restarted++;
                    mark = new Watermark(path, 0, 0, "");
                }

                if (mark.Offset < stream.Length)
                {
                    Lines(stream, mark, skill, kind);
                }
            }
        }

        private void Lines(FileStream stream, Watermark mark, string skill, MetricKind kind)
        {
            using var lines = new LineReader(stream, mark.Offset, MaxLineBytes);
            using var writer = new MetricsWriter(connection, time);
            var number = mark.Line;
            var more = true;
            while (more)
            {
                using var transaction = connection.BeginTransaction(deferred: false);
                writer.Join(transaction);
                var (inBatch, before) = (0, result.Lines);
                while (inBatch < batchSize && (more = lines.TryRead(out var line, out var tooLong)))
                {
                    inBatch++;
                    number++;
                    Line(line.Span, tooLong, writer, skill, kind, mark.File, number, lines.LineOffset);
                }

                if (inBatch == 0)
                {
                    break;
                }

                writer.Finish();
                if (kind != MetricKind.PromotionLog && result.Lines > before)
                {
                    connection.Execute(
                        "INSERT INTO unjudged_lines (skill_id, kind, lines) VALUES ($1, $2, $3) ON CONFLICT (skill_id, kind) DO UPDATE SET lines = lines + excluded.lines",
                        skill, (int)kind, result.Lines - before);
                }

                Watermark.At(stream, mark.File, lines.Offset, number).Save(connection);
                transaction.Commit();
            }
        }

        private void Line(ReadOnlySpan<byte> line, bool tooLong, MetricsWriter writer, string skill, MetricKind kind, string file, long number, long offset)
        {
            if (line.Trim(" \t\r"u8).IsEmpty && !tooLong)
            {
                return;
            }

            var reason = tooLong ? $"longer than {MaxLineBytes:N0} bytes" : Take(line, writer, skill, kind);
            if (reason is null)
            {
                result.Lines++;
                Skills.Add(skill);
                return;
            }

            result.Malformed++;
            if (_examples.Count < MaxExamples)
            {
                _examples.Add($"{Path.GetFileName(file)}:{number}: {reason}");
            }

            connection.Execute(
                "INSERT OR IGNORE INTO malformed_lines (file, line_number, byte_offset, reason, text, found_at) VALUES ($1, $2, $3, $4, $5, $6)",
                file, number, offset, reason, Encoding.UTF8.GetString(line[..Math.Min(line.Length, MaxKeptText)]), Timestamp.ToIso(time.GetUtcNow()));
        }

        private static string? Take(ReadOnlySpan<byte> line, MetricsWriter writer, string skill, MetricKind kind)
        {
            if (kind == MetricKind.PromotionLog)
            {
                try
                {
                    var reader = new Utf8JsonReader(line);
                    using var document = JsonDocument.ParseValue(ref reader);
                    return reader.BytesConsumed < line.Length && !line[(int)reader.BytesConsumed..].Trim(" \t\r"u8).IsEmpty ? "more than one JSON value on the line"
                        : document.RootElement.ValueKind == JsonValueKind.Object ? writer.MergeEvent(skill, document.RootElement) : "not a JSON object";
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

            if (MetricLine.Read(line, kind, out var reason) is not { } metric)
            {
                return reason;
            }

            writer.Merge(skill, metric);
            return null;
        }
    }
}

/// <summary>How far a file was read.</summary>
internal sealed record Watermark(string File, long Offset, long Line, string Fingerprint)
{
    private const int Head = 4096;
    private const int Tail = 256;

    public static Watermark Load(SqliteConnection connection, string file)
    {
        using var command = connection.Prepare("SELECT byte_offset, line_number, fingerprint FROM ingest_watermarks WHERE file = $1", file);
        using var reader = command.ExecuteReader();
        return reader.Read() ? new Watermark(file, reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2)) : new Watermark(file, 0, 0, "");
    }

    public static Watermark At(FileStream stream, string file, long offset, long line) => new(file, offset, line, Hash(stream, offset));

    /// <summary>True when the file still begins and ends, up to the mark, as it did: it only grew.</summary>
    public bool Matches(FileStream stream) => Offset == 0 || (stream.Length >= Offset && Hash(stream, Offset) == Fingerprint);

    public void Save(SqliteConnection connection) => connection.Execute(
        """
        INSERT INTO ingest_watermarks (file, byte_offset, line_number, fingerprint) VALUES ($1, $2, $3, $4)
        ON CONFLICT (file) DO UPDATE SET byte_offset = excluded.byte_offset, line_number = excluded.line_number, fingerprint = excluded.fingerprint
        """,
        File, Offset, Line, Fingerprint);

    private static string Hash(FileStream stream, long offset)
    {
        var head = (int)Math.Min(offset, Head);
        var tail = (int)Math.Min(offset, Tail);
        var buffer = new byte[head + tail];
        var read = RandomAccess.Read(stream.SafeFileHandle, buffer.AsSpan(0, head), 0);
        read += RandomAccess.Read(stream.SafeFileHandle, buffer.AsSpan(head), offset - tail);
        return Convert.ToHexStringLower(SHA256.HashData(buffer.AsSpan(0, read)));
    }
}

/// <summary>Reads whole lines of a file from an offset in constant memory; an unfinished last line is left for later.</summary>
internal sealed class LineReader(FileStream stream, long offset, int maxLine) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
    private int _start;
    private int _end;
    private long _read = offset;
    private bool _skipping;

    /// <summary>Offset after the last line that was read.</summary>
    public long Offset { get; private set; } = offset;

    /// <summary>Offset of the last line that was read.</summary>
    public long LineOffset { get; private set; }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    /// <summary>Reads the next whole line without its line feed. A line beyond the limit comes as its first part, flagged.</summary>
    public bool TryRead(out ReadOnlyMemory<byte> line, out bool tooLong)
    {
        var searched = 0;
        ReadOnlyMemory<byte> beginning = default;
        while (true)
        {
            var found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                var length = searched + found;
                line = _skipping ? beginning : _buffer.AsMemory(_start, length);
                tooLong = _skipping;
                _skipping = false;
                _start += length + 1;
                LineOffset = Offset;
                Offset = _read - (_end - _start);
                return true;
            }

            searched = _end - _start;
            if (searched >= maxLine)
            {
                // Keep the beginning for the report and drop the rest as it comes.
                beginning = _skipping ? beginning : _buffer.AsSpan(_start, Math.Min(searched, 4096)).ToArray();
                _skipping = true;
                _start = _end = searched = 0;
            }

            if (!Fill())
            {
                _skipping = false;
                (line, tooLong) = (default, false);
                return false;
            }
        }
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(_buffer.Length * 2, maxLine + 1));
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var count = RandomAccess.Read(stream.SafeFileHandle, _buffer.AsSpan(_end), _read);
        _end += count;
        _read += count;
        return count > 0;
    }
}
