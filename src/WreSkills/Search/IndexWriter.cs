using Microsoft.Data.Sqlite;

using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Search;

/// <summary>Writes documents within the open transaction of its connection.</summary>
internal sealed class IndexWriter : IDisposable
{
    private readonly SqliteStatement _document;
    private readonly SqliteStatement _words;
    private readonly SqliteStatement _titles;
    private readonly SqliteStatement _letters;
    private readonly SqliteStatement _dependency;
    private readonly SqliteStatement _fingerprints;
    private readonly SqliteStatement _vocabulary;
    private readonly SqliteStatement _spelling;
    private readonly SqliteStatement _find;
    private readonly SqliteStatement[] _removals;
    private readonly SqliteStatement _seen;
    private readonly SqliteConnection _connection;

    private readonly HashSet<string> _known = [];
    private readonly List<(long Key, long Word)> _spellings = [];

    public IndexWriter(SqliteConnection connection)
    {
        _connection = connection;
        _document = new SqliteStatement(connection, """
            INSERT INTO documents (skill, path, state, version, digest, stamp, agent, agents, body_line, short_name, keywords, description, headings, about, body)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            """);
        _words = new SqliteStatement(connection, "INSERT INTO skill_words (rowid, name, keywords, description, headings, body, about) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        _titles = new SqliteStatement(connection, "INSERT INTO skill_titles (rowid, name, keywords, description) VALUES (?1, ?2, ?3, ?4)");
        _letters = new SqliteStatement(connection, "INSERT INTO word_letters (rowid, word) VALUES (?1, ?2)");
        _dependency = new SqliteStatement(connection, "INSERT OR IGNORE INTO skill_dependencies (document, kind, name, found_in, line) VALUES (?1, ?2, ?3, ?4, ?5)");
        _fingerprints = new SqliteStatement(connection, "INSERT INTO fingerprints (document, hashes) VALUES (?1, ?2)");
        _vocabulary = new SqliteStatement(connection, "INSERT OR IGNORE INTO vocabulary (word, stem) VALUES (?1, ?2)");
        _spelling = new SqliteStatement(connection, "INSERT OR IGNORE INTO spellings (key, word) VALUES (?1, ?2)");
        _find = new SqliteStatement(connection, "SELECT id FROM documents WHERE skill = ?1 AND path = ?2");
        _removals =
        [
            new SqliteStatement(connection, "DELETE FROM skill_words WHERE rowid = ?1"),
            new SqliteStatement(connection, "DELETE FROM skill_titles WHERE rowid = ?1"),
            new SqliteStatement(connection, "DELETE FROM skill_dependencies WHERE document = ?1"),
            new SqliteStatement(connection, "DELETE FROM fingerprints WHERE document = ?1"),
            new SqliteStatement(connection, "DELETE FROM documents WHERE id = ?1"),
        ];
        _seen = new SqliteStatement(connection, "INSERT OR REPLACE INTO seen (path, stamp) VALUES (?1, ?2)");
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_document, _words, _titles, _letters, _dependency, _fingerprints, _vocabulary, _spelling, _find, .. _removals, _seen])
        {
            statement.Dispose();
        }
    }

    /// <summary>Empties the index; vectors stay, because they are dear and bound to a digest.</summary>
    public void Clear()
    {
        _known.Clear();
        foreach (var table in (ReadOnlySpan<string>)["documents", "skill_dependencies", "fingerprints", "vocabulary", "spellings", "seen", "notes"])
        {
            _connection.Execute($"DELETE FROM {table}");
        }

        _connection.Execute("INSERT INTO skill_words (skill_words) VALUES ('delete-all')");
        _connection.Execute("INSERT INTO skill_titles (skill_titles) VALUES ('delete-all')");
        _connection.Execute("INSERT INTO word_letters (word_letters) VALUES ('delete-all')");
    }

    /// <summary>Takes a skill out.</summary>
    /// <returns>False when it was not there.</returns>
    public bool Remove(string skill, string path)
    {
        _find.Bind(1, skill);
        _find.Bind(2, path);
        if (!_find.Read())
        {
            return false;
        }

        var id = _find.Int64(0);
        _find.Reset();
        foreach (var removal in _removals)
        {
            removal.Bind(1, id);
            removal.Run();
        }

        return true;
    }

    /// <summary>Puts a skill in; the same one must be out.</summary>
    /// <returns>The number of things it depends on.</returns>
    public int Add(IndexedText text)
    {
        var (skill, settings) = (text.Skill, text.Skill.Folder.Settings);
        _document.Bind(1, skill.Skill);
        _document.Bind(2, skill.Path);
        _document.Bind(3, skill.State.Text());
        _document.Bind(4, skill.Version);
        _document.Bind(5, text.Digest);
        _document.Bind(6, skill.Stamp);
        _document.Bind(7, settings.PrimaryAgent);
        _document.Bind(8, string.Join('\n', new[] { settings.PrimaryAgent, settings.FallbackAgent ?? "" }.Concat(settings.Agents).Where(agent => agent.Length > 0)));
        _document.Bind(9, text.BodyLine);
        _document.Bind(10, ShortName(skill.Skill));
        _document.Bind(11, text.Texts[1]);
        _document.Bind(12, text.Texts[2]);
        _document.Bind(13, text.Texts[3]);
        _document.Bind(14, text.Texts[5]);
        _document.Bind(15, text.Texts[4]);
        _document.Run();
        var id = SQLitePCL.raw.sqlite3_last_insert_rowid(_connection.Handle);
        _words.Bind(1, id);
        for (var field = 0; field < text.Stems.Count; field++)
        {
            _words.Bind(field + 2, text.Stems[field]);
        }

        _words.Run();
        _titles.Bind(1, id);
        for (var field = 0; field <= IndexFields.Description; field++)
        {
            _titles.Bind(field + 2, text.Stems[field]);
        }

        _titles.Run();
        _fingerprints.Bind(1, id);
        _fingerprints.Bind(2, text.Fingerprints);
        _fingerprints.Run();
        AddWords(text);
        return AddDependencies(id, text);
    }

    /// <summary>Notes how the files of a folder looked that was read.</summary>
    public void See(string path, string stamp)
    {
        _seen.Bind(1, path);
        _seen.Bind(2, stamp);
        _seen.Run();
    }

    /// <summary>Writes what is better written at once; to be called before the commit.</summary>
    public void Finish()
    {
        // In the order of the table, so that a full rebuild appends instead of jumping about.
        _spellings.Sort();
        foreach (var (key, word) in _spellings)
        {
            _spelling.Bind(1, key);
            _spelling.Bind(2, word);
            _spelling.Run();
        }

        _spellings.Clear();
    }

    /// <summary>A name without case, accents and separators.</summary>
    public static string ShortName(string name) => string.Concat(WordSplitter.Split(name).Where(token => token.Kind == TokenKind.Word).Select(token => token.Text));

    private void AddWords(IndexedText text)
    {
        foreach (var form in text.NewWords)
        {
            if (form.WrittenBy == text.Change)
            {
                continue;
            }

            // Each thread that reads has forms of its own; the table is asked once.
            form.WrittenBy = text.Change;
            if (!_known.Add(form.Text))
            {
                continue;
            }

            _vocabulary.Bind(1, form.Text);
            _vocabulary.Bind(2, form.Stem);
            if (_vocabulary.Run() > 0)
            {
                AddLetters(form.Text, SQLitePCL.raw.sqlite3_last_insert_rowid(_connection.Handle));
            }
        }
    }

    private void AddLetters(string word, long id)
    {
        const int shortest = 3;
        if (word.Length >= shortest)
        {
            _letters.Bind(1, id);
            _letters.Bind(2, word);
            _letters.Run();
        }

        if (Spelling.IsCorrectable(word))
        {
            foreach (var key in Spelling.Keys(word))
            {
                _spellings.Add((key, id));
            }
        }
    }

    private int AddDependencies(long id, IndexedText text)
    {
        var count = 0;
        void Add(string kind, string name, string foundIn, int line)
        {
            _dependency.Bind(1, id);
            _dependency.Bind(2, kind);
            _dependency.Bind(3, name);
            _dependency.Bind(4, foundIn);
            _dependency.Bind(5, line);
            count += _dependency.Run();
        }

        foreach (var (kind, name) in text.Skill.Folder.Settings.Dependencies.All)
        {
            if (!name.StartsWith("skill:", StringComparison.Ordinal))
            {
                Add(kind, name, "dependencies", 0);
            }
        }

        foreach (var reference in text.References)
        {
            Add("skill", reference.Skill, reference.FoundIn, reference.Line);
        }

        return count;
    }
}
