using System.Collections.Concurrent;
using System.Text.Json;

using SQLitePCL;

namespace WreSkills.Benchmarks.Speed;

/// <summary>
/// What the machine could do if nobody cared: lines through <see cref="Utf8JsonReader"/> on one thread, SQLite on another,
/// integer skill ids, 16-byte execution ids, a clustered table, a commit per 10,000 lines; no validation, no watermark, no index.
/// </summary>
internal static class IngestYardstick
{
    private const int BatchLines = 10_000;

    public static long Run(string folder, string database)
    {
        Batteries_V2.Init();
        using var batches = new BlockingCollection<(int Kind, Row[] Rows, int Count)>(8);
        var reader = Task.Run(() =>
        {
            Read(folder, batches);
            batches.CompleteAdding();
        });
        var lines = Write(database, batches);
        reader.Wait();
        return lines;
    }

    private static void Read(string folder, BlockingCollection<(int Kind, Row[] Rows, int Count)> batches)
    {
        var skills = new Dictionary<string, int>();
        foreach (var path in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            var stem = Path.GetFileNameWithoutExtension(path);
            var at = stem.LastIndexOf('_');
            var kind = stem[at + 1] switch { 'f' => 0, 'o' => 1, _ => 2 };
            skills.TryAdd(stem[..at], skills.Count);
            var skill = skills[stem[..at]];
            var rows = new Row[BatchLines];
            var count = 0;
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
            var buffer = new byte[1 << 20];
            var filled = 0;
            int read;
            while ((read = stream.Read(buffer.AsSpan(filled))) > 0)
            {
                filled += read;
                var start = 0;
                int end;
                while ((end = buffer.AsSpan(start, filled - start).IndexOf((byte)'\n')) >= 0)
                {
                    rows[count++] = Parse(buffer.AsSpan(start, end), skill);
                    start += end + 1;
                    if (count == BatchLines)
                    {
                        batches.Add((kind, rows, count));
                        (rows, count) = (new Row[BatchLines], 0);
                    }
                }

                buffer.AsSpan(start, filled - start).CopyTo(buffer);
                filled -= start;
            }

            if (count > 0)
            {
                batches.Add((kind, rows, count));
            }
        }
    }

    private static Row Parse(ReadOnlySpan<byte> line, int skill)
    {
        var row = new Row { Skill = skill };
        var reader = new Utf8JsonReader(line);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("execution_id"u8))
            {
                reader.Read();
                row.Id = reader.GetGuid();
            }
            else if (reader.ValueTextEquals("timestamp"u8))
            {
                reader.Read();
                row.Ms = reader.GetDateTimeOffset().ToUnixTimeMilliseconds();
            }
            else if (reader.ValueTextEquals("pattern_fidelity"u8) || reader.ValueTextEquals("outcome_quality"u8) || reader.ValueTextEquals("execution_time_ms"u8))
            {
                reader.Read();
                row.Value = reader.GetDouble();
            }
            else if (reader.ValueTextEquals("exception"u8) || reader.ValueTextEquals("false_positive"u8))
            {
                reader.Read();
                row.Flag = reader.GetBoolean();
            }
            else
            {
                reader.Skip();
            }
        }

        return row;
    }

    private static long Write(string path, BlockingCollection<(int Kind, Row[] Rows, int Count)> batches)
    {
        Check(raw.sqlite3_open(path, out var db));
        Check(raw.sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"));
        Check(raw.sqlite3_exec(db, "CREATE TABLE facts (skill INTEGER, execution BLOB, ms INTEGER, fidelity REAL, outcome REAL, false_positive INTEGER, time_ms REAL, exception INTEGER, PRIMARY KEY (skill, execution)) WITHOUT ROWID"));
        var statements = new sqlite3_stmt[3];
        string[] values = ["fidelity", "outcome", "time_ms"];
        string[] flags = ["", "false_positive", "exception"];
        for (var kind = 0; kind < 3; kind++)
        {
            var (extra, set) = flags[kind].Length == 0 ? ("", "") : (", " + flags[kind], $", {flags[kind]} = excluded.{flags[kind]}");
            Check(raw.sqlite3_prepare_v2(
                db, $"INSERT INTO facts (skill, execution, ms, {values[kind]}{extra}) VALUES (?1, ?2, ?3, ?4{(extra.Length == 0 ? "" : ", ?5")}) ON CONFLICT DO UPDATE SET {values[kind]} = excluded.{values[kind]}{set}", out statements[kind]));
        }

        var lines = 0L;
        Span<byte> id = stackalloc byte[16];
        foreach (var (kind, rows, count) in batches.GetConsumingEnumerable())
        {
            Check(raw.sqlite3_exec(db, "BEGIN"));
            var statement = statements[kind];
            for (var index = 0; index < count; index++)
            {
                ref var row = ref rows[index];
                row.Id.TryWriteBytes(id, bigEndian: true, out _);
                raw.sqlite3_bind_int(statement, 1, row.Skill);
                raw.sqlite3_bind_blob(statement, 2, id);
                raw.sqlite3_bind_int64(statement, 3, row.Ms);
                raw.sqlite3_bind_double(statement, 4, row.Value);
                if (kind > 0)
                {
                    raw.sqlite3_bind_int(statement, 5, row.Flag ? 1 : 0);
                }

                raw.sqlite3_step(statement);
                raw.sqlite3_reset(statement);
            }

            Check(raw.sqlite3_exec(db, "COMMIT"));
            lines += count;
        }

        foreach (var statement in statements)
        {
            raw.sqlite3_finalize(statement);
        }

        raw.sqlite3_close(db);
        return lines;
    }

    private static void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw new InvalidOperationException($"SQLite says {code}");
        }
    }

    private record struct Row
    {
        public int Skill;
        public Guid Id;
        public long Ms;
        public double Value;
        public bool Flag;
    }
}
