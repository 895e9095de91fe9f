namespace WreSkills.Search;

/// <summary>Slips of the keyboard: which words are one letter away from another, found without looking at all of them.</summary>
internal static class Spelling
{
    /// <summary>Shorter words have too many neighbours to correct them.</summary>
    public const int ShortestWord = 4;

    /// <summary>Longer words are not corrected.</summary>
    public const int LongestWord = 24;

    /// <summary>True when a word can be corrected and corrected to: plain letters of a common length.</summary>
    public static bool IsCorrectable(ReadOnlySpan<char> word)
    {
        if (word.Length is < ShortestWord or > LongestWord)
        {
            return false;
        }

        foreach (var character in word)
        {
            if (!char.IsLetter(character))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Keys of a word: its hash and those of every word that is it without one letter. Two words that differ in one letter added, left
    /// out, replaced or swapped with its neighbour share a key.
    /// </summary>
    public static HashSet<long> Keys(ReadOnlySpan<char> word)
    {
        var keys = new HashSet<long> { (long)StableHash.Of(word) };
        Span<char> shorter = stackalloc char[LongestWord];
        for (var left = 0; left < word.Length; left++)
        {
            word[..left].CopyTo(shorter);
            word[(left + 1)..].CopyTo(shorter[left..]);
            keys.Add((long)StableHash.Of(shorter[..(word.Length - 1)]));
        }

        return keys;
    }

    /// <summary>Letters added, left out, replaced or swapped with a neighbour between two words (optimal string alignment).</summary>
    public static int Distance(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var width = right.Length + 1;
        Span<int> rows = stackalloc int[3 * (LongestWord + 2)];
        if (width * 3 > rows.Length)
        {
            rows = new int[width * 3];
        }

        var before = rows[..width];
        var above = rows.Slice(width, width);
        var here = rows.Slice(2 * width, width);
        for (var column = 0; column < width; column++)
        {
            above[column] = column;
        }

        for (var row = 1; row <= left.Length; row++)
        {
            here[0] = row;
            for (var column = 1; column < width; column++)
            {
                var same = left[row - 1] == right[column - 1];
                here[column] = Math.Min(Math.Min(above[column] + 1, here[column - 1] + 1), above[column - 1] + (same ? 0 : 1));
                if (row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1])
                {
                    here[column] = Math.Min(here[column], before[column - 2] + 1);
                }
            }

            var free = before;
            before = above;
            above = here;
            here = free;
        }

        return above[^1];
    }
}
