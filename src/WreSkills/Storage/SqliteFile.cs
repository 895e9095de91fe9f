using Microsoft.Data.Sqlite;

namespace WreSkills.Storage;

/// <summary>Opens SQLite files the same way everywhere: write-ahead log, busy time-out, foreign keys, no pooling (files may be replaced under us).</summary>
public static class SqliteFile
{
    /// <summary>Opens or makes a database and brings its schema up.</summary>
    /// <param name="path">The file; its directory is made if it is missing.</param>
    /// <param name="schema">Statements that are harmless to repeat.</param>
    /// <exception cref="WreException">The file is not a database or cannot be opened.</exception>
    public static SqliteConnection Open(string path, string schema)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 30 }.ToString());
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            // The database is rebuildable from the append-only files, so NORMAL (no flush per transaction) is safe.
            command.CommandText = "PRAGMA busy_timeout=30000; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=OFF; PRAGMA temp_store=MEMORY;";
            command.ExecuteNonQuery();
            command.CommandText = schema;
            command.ExecuteNonQuery();
            return connection;
        }
        catch (SqliteException error)
        {
            connection.Dispose();
            throw Failure(path, error);
        }
    }

    /// <summary>What to tell a person when SQLite refuses.</summary>
    public static WreException Failure(string path, SqliteException error) => new(
        $"Cannot use the database {path}: {error.Message}",
        "it is rebuildable: delete the file and run `wre doctor --rebuild`",
        innerException: error);

    /// <summary>Runs a statement with positional parameters <c>$1, $2, …</c>; null becomes NULL.</summary>
    /// <returns>The number of rows changed.</returns>
    public static int Execute(this SqliteConnection connection, string sql, params ReadOnlySpan<object?> parameters)
    {
        using var command = connection.Prepare(sql, parameters);
        return command.ExecuteNonQuery();
    }

    /// <summary>Makes a command with positional parameters <c>$1, $2, …</c>; null becomes NULL.</summary>
    public static SqliteCommand Prepare(this SqliteConnection connection, string sql, params ReadOnlySpan<object?> parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every statement is a constant of its store; values only ever travel as parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var index = 0; index < parameters.Length; index++)
        {
            command.Parameters.AddWithValue($"${index + 1}", parameters[index] ?? DBNull.Value);
        }

        return command;
    }
}
