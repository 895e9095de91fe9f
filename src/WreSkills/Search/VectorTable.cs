using System.Numerics.Tensors;
using System.Runtime.InteropServices;

using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Search;

/// <summary>Vectors of skill texts, by digest and model: a version that comes back, or goes on to another state, is never embedded twice.</summary>
internal static class VectorTable
{
    /// <summary>Skills of the index without a vector of a model, with the text to embed.</summary>
    /// <param name="connection">The open index.</param>
    /// <param name="model">The model.</param>
    /// <param name="most">At most so many.</param>
    public static IReadOnlyList<(string Digest, string Text)> Missing(SqliteConnection connection, string model, int most)
    {
        const int longest = 4_000;
        using var statement = new SqliteStatement(connection, """
            SELECT DISTINCT digest, skill || char(10) || description || char(10) || keywords || char(10) || body FROM documents
            WHERE NOT EXISTS (SELECT 1 FROM vectors WHERE vectors.digest = documents.digest AND model = ?1) LIMIT ?2
            """);
        statement.Bind(1, model);
        statement.Bind(2, (long)most);
        var missing = new List<(string, string)>();
        while (statement.Read())
        {
            var text = statement.Text(1)!;
            missing.Add((statement.Text(0)!, text.Length <= longest ? text : text[..longest]));
        }

        return missing;
    }

    /// <summary>How many skills of the index have no vector of a model.</summary>
    public static long CountMissing(SqliteConnection connection, string model)
    {
        using var statement = new SqliteStatement(connection, "SELECT COUNT(*) FROM documents WHERE NOT EXISTS (SELECT 1 FROM vectors WHERE vectors.digest = documents.digest AND model = ?1)");
        statement.Bind(1, model);
        return statement.Read() ? statement.Int64(0) : 0;
    }

    /// <summary>Keeps a vector.</summary>
    public static void Put(SqliteConnection connection, string digest, string model, ReadOnlySpan<float> vector)
    {
        using var statement = new SqliteStatement(connection, "INSERT OR REPLACE INTO vectors (digest, model, vector) VALUES (?1, ?2, ?3)");
        statement.Bind(1, digest);
        statement.Bind(2, model);
        statement.Bind(3, MemoryMarshal.AsBytes(vector));
        statement.Run();
    }

    /// <summary>Forgets vectors that no skill of the index has.</summary>
    public static void RemoveUnused(SqliteConnection connection) => connection.Execute("DELETE FROM vectors WHERE digest NOT IN (SELECT digest FROM documents)");

    /// <summary>The documents nearest to a query by the cosine of their vectors, nearest first; those at a right angle or beyond are none.</summary>
    public static IReadOnlyList<long> Nearest(SqliteConnection connection, QueryVector query, int most, string? state, string? agent)
    {
        using var statement = new SqliteStatement(connection, """
            SELECT id, vector FROM documents JOIN vectors ON vectors.digest = documents.digest AND model = ?1
            WHERE (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR instr(char(10) || agents || char(10), char(10) || ?3 || char(10)) > 0)
            """);
        statement.Bind(1, query.Model);
        statement.Bind(2, state);
        statement.Bind(3, agent);
        var nearest = new List<(long Id, float Cosine)>();
        while (statement.Read())
        {
            var vector = MemoryMarshal.Cast<byte, float>(statement.Blob(1));

            // A model may have been replaced under its name by one of another length.
            if (vector.Length == query.Values.Length && vector.Length > 0 && TensorPrimitives.CosineSimilarity(vector, query.Values.Span) is var cosine and > 0)
            {
                nearest.Add((statement.Int64(0), cosine));
            }
        }

        nearest.Sort(static (left, right) => left.Cosine != right.Cosine ? right.Cosine.CompareTo(left.Cosine) : left.Id.CompareTo(right.Id));
        return [.. nearest.Take(most).Select(row => row.Id)];
    }
}
