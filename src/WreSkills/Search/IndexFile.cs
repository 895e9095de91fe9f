using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Search;

/// <summary>The index file is damaged, or of another version than this program writes; it never leaves <see cref="SkillIndex"/>, which begins anew.</summary>
internal sealed class DamagedIndexException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The file <c>index/skills.db</c>: opened with its schema, deleted when it is damaged or of another version. Everything in it can be
/// made again from registry, store and drafts.
/// </summary>
internal sealed class IndexFile(WorkspaceLayout layout)
{
    /// <summary>Version of schema and analysis; another one means that everything has to be read again.</summary>
    public const int Version = 1;

    /// <summary>Its name.</summary>
    public const string FileName = "skills.db";

    private const string Schema = """
        CREATE TABLE documents (
            id INTEGER PRIMARY KEY, skill TEXT NOT NULL, path TEXT NOT NULL, state TEXT NOT NULL, version TEXT NOT NULL, digest TEXT NOT NULL, stamp TEXT NOT NULL,
            agent TEXT NOT NULL, agents TEXT NOT NULL, body_line INTEGER NOT NULL, short_name TEXT NOT NULL,
            keywords TEXT NOT NULL, description TEXT NOT NULL, headings TEXT NOT NULL, about TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (skill, path));
        CREATE INDEX documents_short_name ON documents (short_name);
        CREATE TABLE skill_dependencies (document INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, found_in TEXT NOT NULL, line INTEGER NOT NULL, PRIMARY KEY (document, kind, name)) WITHOUT ROWID;
        CREATE TABLE fingerprints (document INTEGER PRIMARY KEY, hashes BLOB NOT NULL);
        CREATE TABLE vocabulary (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE, stem TEXT NOT NULL);
        CREATE TABLE spellings (key INTEGER NOT NULL, word INTEGER NOT NULL, PRIMARY KEY (key, word)) WITHOUT ROWID;
        CREATE TABLE vectors (digest TEXT NOT NULL, model TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (digest, model)) WITHOUT ROWID;
        CREATE TABLE seen (path TEXT PRIMARY KEY, stamp TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE VIRTUAL TABLE skill_words USING fts5(name, keywords, description, headings, body, about, content = '', contentless_delete = 1, tokenize = 'ascii');
        CREATE VIRTUAL TABLE skill_titles USING fts5(name, keywords, description, content = '', contentless_delete = 1, tokenize = 'ascii');
        CREATE VIRTUAL TABLE skill_stems USING fts5vocab('skill_words', 'row');
        CREATE VIRTUAL TABLE word_letters USING fts5(word, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1');
        CREATE VIRTUAL TABLE letter_grams USING fts5vocab('word_letters', 'row');
        """;

    /// <summary>Where it is.</summary>
    public string Path { get; } = System.IO.Path.Combine(layout.IndexFolder, FileName);

    /// <summary>True when there is a file, whatever is in it.</summary>
    public bool Exists => File.Exists(Path);

    /// <summary>Opens the file; an empty one is made when there is none.</summary>
    /// <exception cref="DamagedIndexException">It is damaged or of another version.</exception>
    /// <exception cref="WreException">It cannot be opened, for example because the disk is full.</exception>
    public SqliteConnection Open()
    {
        SqliteConnection? connection = null;
        try
        {
            connection = SqliteFile.Open(Path, "PRAGMA cache_size = -16384");
            if (VersionOf(connection) is var version && version != Version)
            {
                if (version != 0 || HasTables(connection))
                {
                    throw new DamagedIndexException($"The search index {Path} is of version {version}, not {Version}.");
                }

                Create(connection);
            }

            return connection;
        }
        catch (Exception error)
        {
            connection?.Dispose();
            throw error switch
            {
                SqliteException sqlite => Failure(sqlite),
                WreException { InnerException: SqliteException sqlite } => Failure(sqlite),
                IOException or UnauthorizedAccessException => DurableFile.Failure(Path, error),
                _ => error,
            };
        }
    }

    /// <summary>
    /// Opens the file for reading only, without its log and without making any file: the way to answer from what is there when the
    /// disk is full.
    /// </summary>
    public SqliteConnection OpenAsItIs()
    {
        var source = $"file:{Uri.EscapeDataString(Path).Replace("%2F", "/", StringComparison.Ordinal)}?immutable=1";
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = source, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        try
        {
            connection.Open();
            return VersionOf(connection) == Version ? connection : throw new DamagedIndexException($"The search index {Path} is of another version.");
        }
        catch (SqliteException error)
        {
            connection.Dispose();
            throw Failure(error);
        }
        catch (DamagedIndexException)
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>What a failure of SQLite means for the index.</summary>
    public Exception Failure(SqliteException error) => error.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB
        || (error.SqliteErrorCode == SQLitePCL.raw.SQLITE_ERROR && error.Message.Contains("no such ", StringComparison.Ordinal))
        ? new DamagedIndexException($"The search index {Path} is damaged: {error.Message}", error)
        : new WreException(
            $"Cannot use the search index {Path}: {error.Message}",
            error.SqliteErrorCode is SQLitePCL.raw.SQLITE_FULL ? "free some disk space; the index can be built again at any time" : "it is rebuildable: `wre reindex --full`",
            innerException: error);

    /// <summary>Deletes a file that cannot be used, unless another process has put a good one in its place meanwhile.</summary>
    public void DeleteDamaged()
    {
        DurableFile.CreateDirectory(layout.IndexFolder);
        using var turn = FileLock.Acquire(System.IO.Path.Combine(layout.IndexFolder, ".damaged.lock"));
        if (!IsDamaged())
        {
            return;
        }

        foreach (var suffix in (ReadOnlySpan<string>)["-wal", "-shm", ""])
        {
            File.Delete(Path + suffix);
        }
    }

    private bool IsDamaged()
    {
        if (!Exists)
        {
            return false;
        }

        try
        {
            using var connection = Open();
            using var check = connection.Prepare("PRAGMA quick_check(1)");
            if (check.ExecuteScalar() is not "ok")
            {
                return true;
            }

            connection.Execute("INSERT INTO skill_words (skill_words) VALUES ('integrity-check')");
            connection.Execute("INSERT INTO skill_titles (skill_titles) VALUES ('integrity-check')");
            connection.Execute("INSERT INTO word_letters (word_letters) VALUES ('integrity-check')");
            return false;
        }
        catch (Exception error) when (error is DamagedIndexException || (error is SqliteException sqlite && Failure(sqlite) is DamagedIndexException))
        {
            return true;
        }
    }

    // Two processes may find an empty file at once; the second one waits and finds the tables.
    private static void Create(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        if (VersionOf(connection) == 0)
        {
            connection.Execute(Schema);
            connection.Execute("INSERT INTO skill_words (skill_words, rank) VALUES ('hashsize', 33554432)");
            connection.Execute($"PRAGMA user_version = {Version}");
        }

        transaction.Commit();
    }

    private static long VersionOf(SqliteConnection connection)
    {
        using var command = connection.Prepare("PRAGMA user_version");
        return (long)command.ExecuteScalar()!;
    }

    private static bool HasTables(SqliteConnection connection)
    {
        using var command = connection.Prepare("SELECT COUNT(*) FROM sqlite_schema");
        return (long)command.ExecuteScalar()! > 0;
    }
}
