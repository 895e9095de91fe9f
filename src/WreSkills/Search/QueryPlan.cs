using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Search;

/// <summary>A word of a query and what is looked for instead of it.</summary>
/// <param name="Text">The folded word.</param>
/// <param name="Stems">Stems that stand for it.</param>
/// <param name="Corrected">The words meant, when it stands in no skill and was taken for a slip of the keyboard; else empty.</param>
/// <param name="Documents">In how many documents the most frequent of the stems stands.</param>
internal sealed record QueryWord(string Text, IReadOnlyList<string> Stems, IReadOnlyList<string> Corrected, long Documents);

/// <summary>What a query looks for: known words by their stems, beginnings of words, corrected slips, and words of like letters.</summary>
internal sealed class QueryPlan
{
    private const int MostWords = 32;
    private const int MostBeginnings = 48;
    private const int MostCorrections = 3;
    private const int MostResembling = 5;

    /// <summary>Words that say nothing about a skill: left out of queries that say more, and of bodies.</summary>
    public static IReadOnlySet<string> StopWords { get; } = new HashSet<string>
    {
        "a", "an", "and", "are", "as", "at", "be", "by", "can", "could", "do", "does", "for", "from", "had", "has", "have", "how", "i", "if", "in", "into", "is", "it", "its", "me", "my",
        "of", "on", "or", "our", "please", "should", "so", "some", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "to", "was", "we", "were", "what", "when",
        "where", "which", "who", "why", "will", "with", "would", "you", "your", "im", "am", "want", "need", "help", "let", "lets", "us", "any", "did", "been", "just", "get", "got", "way",
    };

    private QueryPlan(IReadOnlyList<QueryWord> words, string shortName)
    {
        Words = words;
        ShortName = shortName;
    }

    /// <summary>Words that some document has, one way or another.</summary>
    public IReadOnlyList<QueryWord> Words { get; }

    /// <summary>The query as the beginning of a name: its words, corrected, without separators.</summary>
    public string ShortName { get; }

    /// <summary>
    /// The stems that are worth asking for: those of words in nearly every document tell nothing beside rarer ones.
    /// </summary>
    /// <param name="documents">How many documents there are.</param>
    public (IReadOnlyList<string> Stems, bool AreCommon) Asked(long documents)
    {
        const long few = 500;
        var common = documents / 5;
        var areCommon = documents > few && Words.Count > 0 && Words.All(word => word.Documents > common);
        var telling = documents > few && !areCommon ? Words.Where(word => word.Documents <= common) : Words;
        return ([.. telling.SelectMany(word => word.Stems).Distinct()], areCommon);
    }

    /// <summary>Reads a query against the vocabulary of an index.</summary>
    public static QueryPlan Of(SqliteConnection connection, string text)
    {
        using var lookup = new VocabularyLookup(connection);
        var words = new List<QueryWord>();
        var asked = Telling(WordSplitter.Split(text));
        for (var index = 0; index < asked.Count; index++)
        {
            var token = asked[index];
            if (index > 0 && ReadJoined(lookup, asked[index - 1], token) is { } joined)
            {
                words.Add(joined);
            }

            if (words.Exists(word => word.Text == token.Text))
            {
                continue;
            }

            if (Read(lookup, token, isLast: index == asked.Count - 1) is { } word)
            {
                words.Add(word);
            }
        }

        var corrected = words.Where(word => word.Corrected.Count > 0).ToDictionary(word => word.Text, word => word.Corrected[0]);
        return new QueryPlan(words, string.Concat(asked.Where(token => token.Kind == TokenKind.Word).Select(token => corrected.GetValueOrDefault(token.Text, token.Text))));
    }

    private static QueryWord? Read(VocabularyLookup lookup, Token token, bool isLast)
    {
        // A single character of a script without spaces is the beginning of its pairs; in other scripts two letters are the least.
        var mayBegin = token.Kind == TokenKind.Gram || token.Text.Length >= 2;
        var stem = token.Form.Stem;
        if (lookup.Documents(stem) is var count and > 0)
        {
            // The last word may be cut short so that it looks like another one's stem.
            var isCutShort = isLast && mayBegin && !lookup.IsWord(token.Text);
            return new QueryWord(token.Text, isCutShort ? [.. lookup.Beginning(token.Text, MostBeginnings).Prepend(stem).Distinct()] : [stem], [], count);
        }

        if (mayBegin && lookup.Beginning(token.Text, MostBeginnings) is { Count: > 0 } stems)
        {
            return new QueryWord(token.Text, stems, [], stems.Max(lookup.Documents));
        }

        var corrections = token.Kind == TokenKind.Gram || !Spelling.IsCorrectable(token.Text) ? [] : Corrections(lookup, token.Text);
        if (corrections.Count == 0 && token.Kind == TokenKind.Word)
        {
            corrections = lookup.Head(token.Text) is { } head ? [head] : lookup.Resembling(token.Text, MostResembling);
        }

        return corrections.Count == 0
            ? null
            : new QueryWord(token.Text, [.. corrections.Select(correction => correction.Stem).Distinct()], [.. corrections.Select(correction => correction.Word)], corrections.Max(correction => correction.Documents));
    }

    // What people write apart may stand together: post mortem, flash cards.
    private static QueryWord? ReadJoined(VocabularyLookup lookup, Token first, Token second)
    {
        var text = first.Text + second.Text;
        return (first.Kind, second.Kind) == (TokenKind.Word, TokenKind.Word) && text.Length <= WordSplitter.LongestWord
            && WordStem.Of(text) is var stem && lookup.Documents(stem) is var count and > 0
                ? new QueryWord(text, [stem], [], count)
                : null;
    }

    private static List<(string Word, string Stem, long Documents)> Corrections(VocabularyLookup lookup, string word)
    {
        var most = word.Length >= 8 ? 2 : 1;
        var near = lookup.Neighbours(word)
            .Select(neighbour => (neighbour.Word, neighbour.Stem, Documents: lookup.Documents(neighbour.Stem), Distance: Spelling.Distance(word, neighbour.Word)))
            .Where(neighbour => neighbour.Distance <= most && neighbour.Documents > 0).ToList();
        if (near.Count == 0)
        {
            return [];
        }

        // Slips rarely hit the first letter, and common words are meant more often than rare ones.
        var least = near.Min(neighbour => neighbour.Distance);
        return [.. near.Where(neighbour => neighbour.Distance == least)
            .OrderByDescending(neighbour => neighbour.Word[0] == word[0]).ThenByDescending(neighbour => neighbour.Documents).ThenBy(neighbour => neighbour.Word, StringComparer.Ordinal)
            .DistinctBy(neighbour => neighbour.Stem).Take(MostCorrections).Select(neighbour => (neighbour.Word, neighbour.Stem, neighbour.Documents))];
    }

    private static List<Token> Telling(List<Token> tokens)
    {
        var asked = new List<Token>();
        for (var index = 0; index < tokens.Count && asked.Count < MostWords; index++)
        {
            // The last character of a run stands in the index on its own only where a text ends with it.
            var endsRun = tokens[index].Kind == TokenKind.Gram && index > 0 && tokens[index - 1] is { Kind: TokenKind.Gram } before
                && before.Start + before.Length == tokens[index].Start + tokens[index].Length;
            if (!endsRun)
            {
                asked.Add(tokens[index]);
            }
        }

        return asked.Exists(token => !StopWords.Contains(token.Text)) ? asked.FindAll(token => !StopWords.Contains(token.Text)) : asked;
    }
}

/// <summary>Questions to the vocabulary of an index.</summary>
internal sealed class VocabularyLookup(SqliteConnection connection) : IDisposable
{
    private const int RareGrams = 5;

    private readonly SqliteStatement _documents = new(connection, "SELECT doc FROM skill_stems WHERE term = ?1");
    private readonly SqliteStatement _grams = new(connection, "SELECT doc FROM letter_grams WHERE term = ?1");
    private readonly SqliteStatement _beginning = new(connection, "SELECT stem FROM vocabulary WHERE word >= ?1 AND word < ?2 ORDER BY word LIMIT 400");
    private readonly SqliteStatement _neighbours = new(connection, "SELECT vocabulary.word, stem FROM spellings JOIN vocabulary ON id = spellings.word WHERE key = ?1");
    private readonly SqliteStatement _stem = new(connection, "SELECT stem FROM vocabulary WHERE word = ?1");
    private readonly SqliteStatement _letters = new(connection, "SELECT word, stem FROM (SELECT rowid AS id FROM word_letters WHERE word_letters MATCH ?1 ORDER BY rank LIMIT 200) JOIN vocabulary USING (id)");
    private readonly Dictionary<string, long> _known = [];

    public void Dispose()
    {
        _documents.Dispose();
        _beginning.Dispose();
        _neighbours.Dispose();
        _stem.Dispose();
        _letters.Dispose();
        _grams.Dispose();
    }

    /// <summary>In how many documents a stem stands.</summary>
    public long Documents(string stem)
    {
        if (_known.TryGetValue(stem, out var count))
        {
            return count;
        }

        return _known[stem] = Count(_documents, stem);
    }

    private static long Count(SqliteStatement statement, string term)
    {
        statement.Bind(1, term);
        var count = statement.Read() ? statement.Int64(0) : 0;
        statement.Reset();
        return count;
    }

    /// <summary>Stems of words that begin so and stand in some document, at most so many.</summary>
    public List<string> Beginning(string word, int most)
    {
        var stems = new List<string>();
        _beginning.Bind(1, word);
        _beginning.Bind(2, word + "\U0010FFFF");
        while (_beginning.Read())
        {
            var stem = _beginning.Text(0)!;
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
        var words = new HashSet<(string, string)>();
        foreach (var key in Spelling.Keys(word))
        {
            _neighbours.Bind(1, key);
            while (_neighbours.Read())
            {
                words.Add((_neighbours.Text(0)!, _neighbours.Text(1)!));
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
            if (IsWord(head) && Stem(head) is var stem && Documents(stem) is var count and > 0)
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
            // The rare runs lead to it; the common ones are in every second word.
            var rare = grams.Select(gram => (Gram: gram, Words: Count(_grams, gram))).Where(gram => gram.Words > 0).OrderBy(gram => gram.Words).Take(RareGrams);
            found = Lettered(string.Join(" OR ", rare.Select(gram => $"\"{gram.Gram}\""))).FindAll(other => LetterGrams.Resemble(grams, other.Word));
        }

        return [.. found.Select(other => (other.Word, other.Stem, Documents: Documents(other.Stem))).Where(other => other.Documents > 0)
            .OrderByDescending(other => LetterGrams.Likeness(grams, other.Word)).ThenBy(other => other.Word, StringComparer.Ordinal).Take(most)];
    }

    private List<(string Word, string Stem)> Lettered(string match)
    {
        var words = new List<(string, string)>();
        if (match.Length == 0)
        {
            return words;
        }

        _letters.Bind(1, match);
        while (_letters.Read())
        {
            words.Add((_letters.Text(0)!, _letters.Text(1)!));
        }

        return words;
    }

    /// <summary>True when some skill says exactly this word, or said so before it changed.</summary>
    public bool IsWord(string word)
    {
        _stem.Bind(1, word);
        var known = _stem.Read();
        _stem.Reset();
        return known;
    }

    private string Stem(string word)
    {
        _stem.Bind(1, word);
        var stem = _stem.Read() ? _stem.Text(0)! : word;
        _stem.Reset();
        return stem;
    }
}
