using Microsoft.Data.Sqlite;

using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Search;

/// <summary>
/// The skill index (HoloIndex's place in policy 5.1): one SQLite file with the texts of all skills, their words, letters, dependencies,
/// fingerprints and vectors. Everything in it can be made again; a file that is damaged or of another version is deleted, and
/// <see cref="IsComplete"/> is false until a rebuild. Any number of processes may use it at once.
/// </summary>
public sealed class SkillIndex(WorkspaceLayout layout, TimeProvider time)
{
    /// <summary>The note with the number of documents.</summary>
    internal const string CountNote = "documents";

    private const string BuiltNote = "built";

    private readonly IndexFile _file = new(layout);

    /// <summary>What happened to the file since this object was made that a person should know; null when nothing.</summary>
    public string? Problem { get; private set; }

    /// <summary>True when the index was built as a whole and kept since; false when there is none, or it had to be given up.</summary>
    public bool IsComplete => _file.Exists && Note(BuiltNote) is not null;

    /// <summary>Replaces the whole index in one transaction.</summary>
    public ReindexResult Rebuild(IEnumerable<IndexedSkill> skills)
    {
        var start = time.GetTimestamp();
        var key = new object();
        var change = new IndexChange { Everything = true, Added = skills.Select(skill => IndexedText.Of(skill, key)) };
        var added = Apply(change);
        var (count, descriptions, dependencies) = Count();
        return new ReindexResult(count, descriptions, dependencies, time.GetElapsedTime(start).TotalMilliseconds) { Indexed = added.Added, Removed = added.Removed };
    }

    /// <summary>Replaces one skill in the index; null takes it out.</summary>
    public void Update(string skill, IndexedSkill? indexed) =>
        Apply(indexed is null ? new IndexChange { Removed = [(skill, "")] } : new IndexChange { Added = [IndexedText.Of(indexed, new object())] });

    /// <summary>State and version under which a skill is indexed, or null.</summary>
    public (string State, string Version, string Digest)? Find(string skill) => Read<(string, string, string)?>(null, connection =>
    {
        using var command = connection.Prepare("SELECT state, version, digest FROM documents WHERE skill = $1 AND path = ''", skill);
        using var reader = command.ExecuteReader();
        return reader.Read() ? (reader.GetString(0), reader.GetString(1), reader.GetString(2)) : null;
    });

    /// <summary>Finds skills by words, best first.</summary>
    /// <param name="query">Words; every one may match, more matches rank higher.</param>
    /// <param name="state">Only skills indexed in this state; null for all.</param>
    /// <param name="top">Most results, 1 to 100.</param>
    public IReadOnlyList<SearchHit> Search(string query, PromotionState? state, int top) => Search(new SearchQuery(query) { State = state, Top = top }).Hits;

    /// <summary>Finds skills, best first, and says why.</summary>
    public SearchAnswer Search(SearchQuery query) => Read(new SearchAnswer([], new Dictionary<string, IReadOnlyList<string>>()), connection => new IndexSearch(connection, query).Run());

    /// <summary>The skills nearest to a folder, whether it is indexed or not; it is not compared with its own document.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="top">At most so many.</param>
    /// <param name="path">Where it lies, when it was found outside of registry and drafts.</param>
    public IReadOnlyList<SimilarSkill> Similar(SkillFolder folder, int top, string path = "") =>
        Similar(new SimilarText(folder.Settings.Description, folder.Document?.Body ?? "", folder.Document?.BodyLine ?? 1), top, folder.Name, path);

    /// <summary>The skills nearest to a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="top">At most so many.</param>
    /// <param name="except">Name of a skill that is not compared; null for none.</param>
    /// <param name="path">The folder of that skill, when it was found outside of registry and drafts.</param>
    public IReadOnlyList<SimilarSkill> Similar(SimilarText text, int top, string? except = null, string path = "") =>
        Read<IReadOnlyList<SimilarSkill>>([], connection =>
        {
            using var similar = new SimilarSkills(connection);
            return similar.Run(text, except, path, Math.Clamp(top, 1, 100));
        });

    /// <summary>All documents, without their texts.</summary>
    public IReadOnlyList<IndexEntry> Entries() => Read<IReadOnlyList<IndexEntry>>([], connection =>
    {
        using var statement = new SqliteStatement(connection, "SELECT id, skill, path, state, version, digest, stamp FROM documents ORDER BY skill, path");
        var entries = new List<IndexEntry>();
        while (statement.Read())
        {
            entries.Add(new IndexEntry(statement.Int64(0), statement.Text(1)!, statement.Text(2)!, statement.Text(3)!, statement.Text(4)!, statement.Text(5)!, statement.Text(6)!));
        }

        return entries;
    });

    /// <summary>What the skills depend on: skill, its folder if it was found, kind, name, where it says so and on which line.</summary>
    internal IReadOnlyList<(string Skill, string Path, string Kind, string Name, string FoundIn, int Line)> Dependencies() =>
        Read<IReadOnlyList<(string, string, string, string, string, int)>>([], connection =>
        {
            using var statement = new SqliteStatement(connection, """
                SELECT skill, path, kind, name, found_in, line FROM skill_dependencies JOIN documents ON id = document ORDER BY skill, path, kind, name
                """);
            var rows = new List<(string, string, string, string, string, int)>();
            while (statement.Read())
            {
                rows.Add((statement.Text(0)!, statement.Text(1)!, statement.Text(2)!, statement.Text(3)!, statement.Text(4)!, (int)statement.Int64(5)));
            }

            return rows;
        });

    /// <summary>What tells whether anything changed since the last look, read at once; null when the index is not complete.</summary>
    internal (string? Registry, Dictionary<string, string> Seen)? Look(string registryNote) => Read<(string?, Dictionary<string, string>)?>(null, connection =>
    {
        using var command = connection.Prepare("SELECT (SELECT value FROM notes WHERE name = $1), (SELECT value FROM notes WHERE name = $2)", BuiltNote, registryNote);
        using var reader = command.ExecuteReader();
        return reader.Read() && !reader.IsDBNull(0) ? (reader.IsDBNull(1) ? null : reader.GetString(1), SeenOf(connection)) : null;
    });

    /// <summary>How folders looked when they were read, by path.</summary>
    internal Dictionary<string, string> Seen() => Read<Dictionary<string, string>>([], SeenOf);

    /// <summary>How the dependencies and references of one skill stand in the index, in their order.</summary>
    internal IReadOnlyList<string> DependenciesOf(string skill) => Read<IReadOnlyList<string>>([], connection =>
    {
        using var statement = new SqliteStatement(connection, """
            SELECT kind || ':' || name || ':' || found_in FROM skill_dependencies WHERE document = (SELECT id FROM documents WHERE skill = ?1 AND path = '') ORDER BY 1
            """);
        statement.Bind(1, skill);
        var rows = new List<string>();
        while (statement.Read())
        {
            rows.Add(statement.Text(0)!);
        }

        return rows;
    });

    /// <summary>Something noted in the index, or null.</summary>
    internal string? Note(string name) => Read<string?>(null, connection =>
    {
        using var command = connection.Prepare("SELECT value FROM notes WHERE name = $1", name);
        return command.ExecuteScalar() as string;
    });

    /// <summary>Numbers of documents, of those with a description, and of dependencies.</summary>
    internal (int Skills, int Descriptions, int Dependencies) Count() => Read((0, 0, 0), connection =>
    {
        using var statement = new SqliteStatement(connection, "SELECT COUNT(*), COALESCE(SUM(description <> ''), 0), (SELECT COUNT(*) FROM skill_dependencies) FROM documents");
        return statement.Read() ? ((int)statement.Int64(0), (int)statement.Int64(1), (int)statement.Int64(2)) : default;
    });

    /// <summary>Skills without a vector of a model, with the text to embed.</summary>
    internal IReadOnlyList<(string Digest, string Text)> WithoutVector(string model, int most) => Read<IReadOnlyList<(string, string)>>([], connection => VectorTable.Missing(connection, model, most));

    /// <summary>How many skills have no vector of a model.</summary>
    internal long CountWithoutVector(string model) => Read(0L, connection => VectorTable.CountMissing(connection, model));

    /// <summary>Keeps vectors of a model.</summary>
    internal void PutVectors(string model, IReadOnlyList<(string Digest, ReadOnlyMemory<float> Vector)> vectors) => Write(connection =>
    {
        foreach (var (digest, vector) in vectors)
        {
            VectorTable.Put(connection, digest, model, vector.Span);
        }

        return 0;
    });

    /// <summary>Changes the index in one transaction: all of it or nothing.</summary>
    /// <exception cref="WreException">It cannot be written, for example because the disk is full; it is as it was.</exception>
    internal (int Added, int Removed) Apply(IndexChange change) => Write(connection =>
    {
        using var writer = new IndexWriter(connection);
        var (added, removed) = (0, 0);
        if (change.Everything)
        {
            // Pages that do not fit are written and read again, several times over.
            connection.Execute("PRAGMA cache_size = -131072");
            writer.Clear();
            connection.Execute("INSERT INTO notes (name, value) VALUES ($1, $2)", BuiltNote, Timestamp.ToIso(time.GetUtcNow()));
        }

        foreach (var text in change.Added)
        {
            // Whoever is added twice stands there once, as it was added last.
            _ = writer.Remove(text.Skill.Skill, text.Skill.Path);
            writer.Add(text);
            added++;
        }

        foreach (var (skill, path) in change.Removed)
        {
            removed += writer.Remove(skill, path) ? 1 : 0;
        }

        FaultInjection.Reach("index-half-written");
        foreach (var (path, stamp) in change.Seen)
        {
            writer.See(path, stamp);
        }

        foreach (var path in change.Forgotten)
        {
            connection.Execute("DELETE FROM seen WHERE path = $1", path);
        }

        foreach (var (name, value) in change.Notes)
        {
            connection.Execute("INSERT OR REPLACE INTO notes (name, value) VALUES ($1, $2)", name, value);
        }

        writer.Finish();
        connection.Execute("INSERT OR REPLACE INTO notes (name, value) SELECT $1, COUNT(*) FROM documents", CountNote);
        if (change.Everything)
        {
            VectorTable.RemoveUnused(connection);
        }

        return (added, removed);
    });

    private static Dictionary<string, string> SeenOf(SqliteConnection connection)
    {
        using var statement = new SqliteStatement(connection, "SELECT path, stamp FROM seen");
        var seen = new Dictionary<string, string>();
        while (statement.Read())
        {
            seen[statement.Text(0)!] = statement.Text(1)!;
        }

        return seen;
    }

    private T Write<T>(Func<SqliteConnection, T> write) => Guarded(() =>
    {
        try
        {
            FaultInjection.ThrowIfDiskFull(_file.Path);
        }
        catch (IOException error)
        {
            throw DurableFile.Failure(_file.Path, error);
        }

        using var connection = _file.Open();
        using var transaction = connection.BeginTransaction(deferred: false);
        var result = write(connection);
        transaction.Commit();
        return result;
    });

    private T Read<T>(T nothing, Func<SqliteConnection, T> read) => !_file.Exists ? nothing : Guarded(() =>
    {
        using var connection = OpenToRead();
        return read(connection);
    });

    // A full disk may have no room for the log's shared memory; the file itself can be read all the same.
    private SqliteConnection OpenToRead()
    {
        try
        {
            return _file.Open();
        }
        catch (WreException error) when (error.InnerException is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_FULL or SQLitePCL.raw.SQLITE_IOERR or SQLitePCL.raw.SQLITE_CANTOPEN or SQLitePCL.raw.SQLITE_READONLY })
        {
            Problem = $"{error.Message}; the answer is from the index as it was";
            return _file.OpenAsItIs();
        }
    }

    // Once: a second failure of a fresh file is no damage that deleting would mend.
    private T Guarded<T>(Func<T> use)
    {
        try
        {
            return Translated(use);
        }
        catch (DamagedIndexException error)
        {
            _file.DeleteDamaged();
            Problem = $"{error.Message} It was given up and is built anew.";
        }

        try
        {
            return Translated(use);
        }
        catch (DamagedIndexException error)
        {
            throw new WreException(error.Message, "delete the index folder and run `wre reindex --full`", innerException: error);
        }
    }

    private T Translated<T>(Func<T> use)
    {
        try
        {
            return use();
        }
        catch (SqliteException error)
        {
            throw _file.Failure(error);
        }
    }
}

/// <summary>A change of the index.</summary>
internal sealed record IndexChange
{
    /// <summary>True to begin with an empty index, which is complete afterwards.</summary>
    public bool Everything { get; init; }

    /// <summary>Skills to put in, in place of documents of the same name and folder; read while the change is written, before everything else here.</summary>
    public IEnumerable<IndexedText> Added { get; init; } = [];

    /// <summary>Skills to take out, by name and folder.</summary>
    public IReadOnlyCollection<(string Skill, string Path)> Removed { get; init; } = [];

    /// <summary>How folders look that were read.</summary>
    public IReadOnlyCollection<(string Path, string Stamp)> Seen { get; init; } = [];

    /// <summary>Folders that are gone.</summary>
    public IReadOnlyCollection<string> Forgotten { get; init; } = [];

    /// <summary>Notes to keep.</summary>
    public IReadOnlyCollection<(string Name, string Value)> Notes { get; init; } = [];
}
