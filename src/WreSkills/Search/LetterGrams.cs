namespace WreSkills.Search;

/// <summary>Runs of three letters, for words that nobody knows.</summary>
internal static class LetterGrams
{
    /// <summary>Share of a word's grams that another must have to resemble it.</summary>
    private const double Enough = 0.5;

    /// <summary>The distinct runs of three characters of a word; none when it is shorter.</summary>
    public static HashSet<string> Of(string word)
    {
        var grams = new HashSet<string>();
        for (var start = 0; start + 3 <= word.Length; start++)
        {
            grams.Add(word.Substring(start, 3));
        }

        return grams;
    }

    /// <summary>How alike the grams of two words are: twice the shared ones over all (Dice), 0–1.</summary>
    public static double Likeness(HashSet<string> grams, string word)
    {
        var others = Of(word);
        return grams.Count + others.Count == 0 ? 0 : 2.0 * others.Count(grams.Contains) / (grams.Count + others.Count);
    }

    /// <summary>True when a word has at least half of these grams.</summary>
    public static bool Resemble(HashSet<string> grams, string word) => grams.Count > 0 && grams.Count(gram => word.Contains(gram, StringComparison.Ordinal)) >= Enough * grams.Count;
}
