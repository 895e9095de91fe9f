using Microsoft.Data.Sqlite;

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
