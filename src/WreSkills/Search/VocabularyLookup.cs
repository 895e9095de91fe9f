using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Search;

/// <summary>Questions to the vocabulary of an index. Each is prepared when it is asked first; most queries ask only one of them.</summary>
internal sealed class VocabularyLookup(SqliteConnection connection) : IDisposable
{
    private const string DocumentsSql = "SELECT doc FROM skill_stems WHERE term = ?1";
    private const string GramsSql = "SELECT doc FROM letter_grams WHERE term = ?1";
    private const string BeginningSql = "SELECT stem FROM vocabulary WHERE word >= ?1 AND word < ?2 ORDER BY word LIMIT 400";
    private const string NeighboursSql = "SELECT vocabulary.word, stem FROM spellings JOIN vocabulary ON id = spellings.word WHERE key = ?1";
    private const string StemSql = "SELECT stem FROM vocabulary WHERE word = ?1";
    private const string LettersSql = "SELECT word, stem FROM vocabulary WHERE id IN (SELECT rowid FROM word_letters WHERE word_letters MATCH ?1 LIMIT 3000)";

    private readonly Dictionary<string, SqliteStatement> _statements = [];
    private readonly Dictionary<string, long> _known = [];

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }
    }

    /// <summary>In how many documents a stem stands.</summary>
    public long Documents(string stem) => _known.TryGetValue(stem, out var count) ? count : _known[stem] = Count(DocumentsSql, stem);

    /// <summary>Stems of words that begin so and stand in some document, at most so many.</summary>
    public List<string> Beginning(string word, int most)
    {
        var (statement, stems) = (Statement(BeginningSql), new List<string>());
        statement.Bind(1, word);
        statement.Bind(2, word + "\U0010FFFF");
        while (statement.Read())
        {
            var stem = statement.Text(0)!;
            if (!stems.Contains(stem))
            {
                stems.Add(stem);
            }
        }

        return [.. stems.Where(stem => Documents(stem) > 0).Take(most)];
    }

    /// <summary>Words of which one slip of the keyboard makes this one, and some more.</summary>
    public List<(string Word, string Stem)> Neighbours(string word)
    {
        var (statement, words) = (Statement(NeighboursSql), new HashSet<(string, string)>());
        foreach (var key in Spelling.Keys(word))
        {
            statement.Bind(1, key);
            while (statement.Read())
            {
                words.Add((statement.Text(0)!, statement.Text(1)!));
            }
        }

        return [.. words];
    }

    /// <summary>The longest known word with which a longer one begins, such as spam of spammers; null when it is less than half of it.</summary>
    public (string Word, string Stem, long Documents)? Head(string word)
    {
        const int shortest = 4;
        for (var length = word.Length - 1; length >= Math.Max(shortest, word.Length / 2); length--)
        {
            var head = word[..length];
            if (Stem(head) is { } stem && Documents(stem) is var count and > 0)
            {
                return (head, stem, count);
            }
        }

        return null;
    }

    /// <summary>Known words that contain a word, or, if there is none, that have at least half of its runs of three letters; the most alike first.</summary>
    public List<(string Word, string Stem, long Documents)> Resembling(string word, int most)
    {
        var grams = LetterGrams.Of(word);
        if (grams.Count == 0)
        {
            return [];
        }

        var found = Lettered($"\"{word}\"");
        if (found.Count == 0 && grams.Count > 1)
        {
            // A word with half of them has at least one of any larger half, so the rarer half leads to all of those words.
            var rare = grams.Select(gram => (Gram: gram, Words: Count(GramsSql, gram))).OrderBy(gram => gram.Words).Take((grams.Count / 2) + 1).Where(gram => gram.Words > 0);
            found = Lettered(string.Join(" OR ", rare.Select(gram => $"\"{gram.Gram}\""))).FindAll(other => LetterGrams.Resemble(grams, other.Word));
        }

        return [.. found.OrderByDescending(other => LetterGrams.Likeness(grams, other.Word)).ThenBy(other => other.Word, StringComparer.Ordinal)
            .Select(other => (other.Word, other.Stem, Documents: Documents(other.Stem))).Where(other => other.Documents > 0).Take(most)];
    }

    /// <summary>True when some skill says exactly this word, or said so before it changed.</summary>
    public bool IsWord(string word) => Stem(word) is not null;

    private string? Stem(string word)
    {
        var statement = Statement(StemSql);
        statement.Bind(1, word);
        var stem = statement.Read() ? statement.Text(0) : null;
        statement.Reset();
        return stem;
    }

    private List<(string Word, string Stem)> Lettered(string match)
    {
        var words = new List<(string, string)>();
        if (match.Length == 0)
        {
            return words;
        }

        var statement = Statement(LettersSql);
        statement.Bind(1, match);
        while (statement.Read())
        {
            words.Add((statement.Text(0)!, statement.Text(1)!));
        }

        return words;
    }

    private long Count(string sql, string term)
    {
        var statement = Statement(sql);
        statement.Bind(1, term);
        var count = statement.Read() ? statement.Int64(0) : 0;
        statement.Reset();
        return count;
    }

    private SqliteStatement Statement(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            _statements[sql] = statement = new SqliteStatement(connection, sql);
        }

        return statement;
    }
}
