using System.Text;

namespace WreSkills.Search;

/// <summary>Says of a document where the words of a query stand in it, and shows the place.</summary>
internal sealed class SearchExplanation(QueryPlan plan)
{
    private const int MostWords = 8;
    private const int SnippetWords = 16;

    private readonly HashSet<string> _stems = [.. plan.Words.SelectMany(word => word.Stems)];
    private readonly FirstLetters _sought = new(plan.Words.SelectMany(word => word.Stems));

    /// <summary>Matches field by field, and the snippet of the field that says most.</summary>
    public (IReadOnlyList<FieldMatch> Matches, string Snippet) Of(IReadOnlyList<string> fields)
    {
        var matches = new List<FieldMatch>();
        var snippet = "";
        var best = 0;
        for (var field = 0; field < fields.Count; field++)
        {
            var tokens = WordSplitter.Split(fields[field], _sought);
            var found = tokens.FindAll(token => Match(token) is not null);
            if (found.Count == 0)
            {
                continue;
            }

            matches.Add(new FieldMatch(IndexFields.Names[field], [.. found.Select(token => fields[field].Substring(token.Start, token.Length)).Distinct(StringComparer.OrdinalIgnoreCase).Take(MostWords)]));

            // Sentences say more than names and lists, and the description more than the body.
            var distinct = found.Select(Match).Distinct().Count() * 4 + (field == IndexFields.Description ? 3 : field == IndexFields.Body ? 2 : 0);
            if (distinct > best)
            {
                best = distinct;
                snippet = Snippet(fields[field], tokens);
            }
        }

        return (matches, snippet.Length > 0 ? snippet : Shortened(fields[IndexFields.Description]));
    }

    // The stem of the query that a token stands for; null when for none.
    private string? Match(Token token) => _stems.Contains(token.Form.Stem) ? token.Form.Stem : null;

    private string Snippet(string text, List<Token> tokens)
    {
        var (words, marked) = (new List<Token>(tokens.Count), new List<string?>(tokens.Count));
        foreach (var token in tokens)
        {
            if (token.Kind != TokenKind.Part)
            {
                words.Add(token);
                marked.Add(Match(token));
            }
            else
            {
                // A part stands right behind its identifier, which is shown as a whole.
                marked[^1] ??= Match(token);
            }
        }

        var (start, most) = (0, 0);
        for (var first = 0; first < words.Count; first++)
        {
            if (marked[first] is null)
            {
                continue;
            }

            var count = marked.Skip(first).Take(SnippetWords).OfType<string>().Distinct().Count();
            if (count > most)
            {
                (start, most) = (first, count);
            }
        }

        start = Math.Max(0, start - 3);
        var end = Math.Min(words.Count, start + SnippetWords);
        return Marked(text, words, marked, start, end);
    }

    private static string Marked(string text, List<Token> words, List<string?> marked, int start, int end)
    {
        var snippet = new StringBuilder(start > 0 ? "…" : "");
        var from = start == 0 ? 0 : words[start].Start;
        var to = end == words.Count ? text.Length : words[end - 1].Start + words[end - 1].Length;
        var at = from;
        for (var index = start; index < end;)
        {
            if (marked[index] is null)
            {
                index++;
                continue;
            }

            // Neighbouring pairs of characters overlap; one pair of brackets holds them all.
            var (open, close) = (words[index].Start, words[index].Start + words[index].Length);
            for (index++; index < end && words[index].Start < close; index++)
            {
                close = marked[index] is null ? close : Math.Max(close, words[index].Start + words[index].Length);
            }

            snippet.Append(text, at, open - at).Append('[').Append(text, open, close - open).Append(']');
            at = close;
        }

        snippet.Append(text, at, Math.Max(0, to - at)).Append(end < words.Count ? "…" : "");
        return Shortened(snippet.ToString(), 240);
    }

    private static string Shortened(string text, int most = 120)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= most ? line : line[..(char.IsHighSurrogate(line[most - 2]) ? most - 2 : most - 1)] + "…";
    }
}
