using System.Security.Cryptography;

using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>How far a file was read.</summary>
internal sealed record Watermark(string File, long Offset, long Line, string Fingerprint)
{
    private const int Head = 4096;
    private const int Tail = 256;

    /// <summary>All marks by file.</summary>
    public static Dictionary<string, Watermark> LoadAll(SqliteConnection connection)
    {
        using var command = connection.Prepare("SELECT file, byte_offset, line_number, fingerprint FROM ingest_watermarks");
        using var reader = command.ExecuteReader();
        var marks = new Dictionary<string, Watermark>();
        while (reader.Read())
        {
            marks[reader.GetString(0)] = new Watermark(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetString(3));
        }

        return marks;
    }

    /// <summary>The marks of a few files.</summary>
    public static Dictionary<string, Watermark> Load(SqliteConnection connection, IEnumerable<string> files)
    {
        using var statement = new SqliteStatement(connection, "SELECT byte_offset, line_number, fingerprint FROM ingest_watermarks WHERE file = ?1");
        var marks = new Dictionary<string, Watermark>();
        foreach (var file in files)
        {
            statement.Bind(1, file);
            if (statement.Read())
            {
                marks[file] = new Watermark(file, statement.Int64(0), statement.Int64(1), statement.Text(2)!);
                statement.Reset();
            }
        }

        return marks;
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
