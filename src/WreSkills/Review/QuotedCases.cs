using System.Text;
using System.Text.Json;

using WreSkills.Skills;

namespace WreSkills.Review;

/// <summary>Finds benchmark inputs in what an edit adds: a text that quotes its own test has learnt the test, not the task; pure.</summary>
public static class QuotedCases
{
    /// <summary>Characters in a row that an edit may share with an input by chance.</summary>
    public const int Longest = 24;

    // A short input as a whole is a quotation too, unless it is a word or two.
    private const int LeastWhole = 10;
    private const int LeastWords = 3;

    /// <summary>Looks for a quotation.</summary>
    /// <param name="cases">The cases.</param>
    /// <param name="before">The text before the edit: what stands there already is no quotation of the edit.</param>
    /// <param name="added">The lines that the edit adds.</param>
    /// <returns>The first case that is quoted, or null.</returns>
    public static BenchmarkCase? Find(IEnumerable<BenchmarkCase> cases, string before, IEnumerable<string> added)
    {
        var (known, text) = (Plain(before), Plain(string.Join(' ', added)));
        var pieces = new HashSet<string>(StringComparer.Ordinal);
        for (var start = 0; start + Longest <= text.Length; start++)
        {
            var piece = text.Substring(start, Longest);
            if (!known.Contains(piece, StringComparison.Ordinal))
            {
                pieces.Add(piece);
            }
        }

        var lookup = pieces.GetAlternateLookup<ReadOnlySpan<char>>();
        return cases.FirstOrDefault(item => Texts(item).Any(input => Quotes(Plain(input))));

        bool Quotes(string input)
        {
            if (input.Length >= LeastWhole && input.Count(character => character == ' ') >= LeastWords - 1 && text.Contains(input, StringComparison.Ordinal) && !known.Contains(input, StringComparison.Ordinal))
            {
                return true;
            }

            for (var start = 0; pieces.Count > 0 && start + Longest <= input.Length; start++)
            {
                if (lookup.Contains(input.AsSpan(start, Longest)))
                {
                    return true;
                }
            }

            return false;
        }
    }

    private static IEnumerable<string> Texts(BenchmarkCase item) =>
        [item.Prompt, item.ExpectedOutput, .. item.Assertions, .. item.Input is { } input ? Leaves(input) : []];

    private static IEnumerable<string> Leaves(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Leaves),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Leaves(property.Value)),
        _ => [],
    };

    // Lower case, and one space for whatever stands between words.
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (!char.IsWhiteSpace(character))
            {
                plain.Append(char.ToLowerInvariant(character));
            }
            else if (plain.Length > 0 && plain[^1] != ' ')
            {
                plain.Append(' ');
            }
        }

        return plain.ToString().Trim();
    }
}
