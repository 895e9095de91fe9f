namespace WreSkills.Search;

/// <summary>
/// The stem of an English word by the algorithm of M. F. Porter, "An algorithm for suffix stripping" (1980), so that inflections meet:
/// <c>detects</c>, <c>detecting</c> and <c>detection</c> are one. A final i is dropped as well (category, categorize).
/// </summary>
internal static class WordStem
{
    private static readonly (string Suffix, string Instead)[] s_derivations =
    [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("abli", "able"), ("alli", "al"), ("entli", "ent"),
        ("eli", "e"), ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"),
        ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"), ("logi", "log"),
    ];

    private static readonly (string Suffix, string Instead)[] s_adjectives =
        [("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", "")];

    private static readonly string[] s_endings =
        ["ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "ion", "al", "er", "ic", "ou"];

    /// <summary>The stem of a folded word; words of other letters, and short ones, are their own stems.</summary>
    public static string Of(string word)
    {
        if (word.Length <= 2 || !word.AsSpan().ContainsOnlyLetters())
        {
            return word;
        }

        Span<char> buffer = stackalloc char[WordSplitter.LongestWord * 2];
        if (word.Length > buffer.Length - 2)
        {
            return word;
        }

        word.CopyTo(buffer);
        var stem = new Stem(buffer, word.Length);
        Plural(ref stem);
        PastAndProgressive(ref stem);
        if (stem.Ends("y") && stem.HasVowel(1))
        {
            stem.Replace(1, "i");
        }

        Rewrite(ref stem, s_derivations);
        Rewrite(ref stem, s_adjectives);
        Ending(ref stem);
        Tidy(ref stem);
        return stem.Length > 4 && stem.Ends("i") ? buffer[..(stem.Length - 1)].ToString() : buffer[..stem.Length].ToString();
    }

    private static bool ContainsOnlyLetters(this ReadOnlySpan<char> word)
    {
        foreach (var character in word)
        {
            if (!char.IsAsciiLetterLower(character))
            {
                return false;
            }
        }

        return true;
    }

    private static void Plural(ref Stem stem)
    {
        if (stem.Ends("sses") || stem.Ends("ies"))
        {
            stem.Cut(2);
        }
        else if (stem.Ends("s") && !stem.Ends("ss"))
        {
            stem.Cut(1);
        }
    }

    private static void PastAndProgressive(ref Stem stem)
    {
        if (stem.Ends("eed"))
        {
            if (stem.Measure(3) > 0)
            {
                stem.Cut(1);
            }

            return;
        }

        var length = stem.Ends("ed") ? 2 : stem.Ends("ing") ? 3 : 0;
        if (length == 0 || !stem.HasVowel(length))
        {
            return;
        }

        stem.Cut(length);
        if (stem.Ends("at") || stem.Ends("bl") || stem.Ends("iz"))
        {
            stem.Replace(0, "e");
        }
        else if (stem.EndsInDouble() && !stem.Ends("l") && !stem.Ends("s") && !stem.Ends("z"))
        {
            stem.Cut(1);
        }
        else if (stem.Measure(0) == 1 && stem.EndsShort(0))
        {
            stem.Replace(0, "e");
        }
    }

    private static void Rewrite(ref Stem stem, (string Suffix, string Instead)[] rules)
    {
        foreach (var (suffix, instead) in rules)
        {
            if (stem.Ends(suffix))
            {
                if (stem.Measure(suffix.Length) > 0)
                {
                    stem.Replace(suffix.Length, instead);
                }

                return;
            }
        }
    }

    private static void Ending(ref Stem stem)
    {
        foreach (var ending in s_endings)
        {
            if (stem.Ends(ending))
            {
                if (stem.Measure(ending.Length) > 1 && (ending != "ion" || stem.At(ending.Length) is 's' or 't'))
                {
                    stem.Cut(ending.Length);
                }

                return;
            }
        }
    }

    private static void Tidy(ref Stem stem)
    {
        if (stem.Ends("e") && (stem.Measure(1) > 1 || (stem.Measure(1) == 1 && !stem.EndsShort(1))))
        {
            stem.Cut(1);
        }

        if (stem.Ends("ll") && stem.Measure(0) > 1)
        {
            stem.Cut(1);
        }
    }

    private ref struct Stem(Span<char> letters, int length)
    {
        private readonly Span<char> _letters = letters;

        public int Length { get; private set; } = length;

        public readonly bool Ends(string suffix) => Length > suffix.Length && _letters[..Length].EndsWith(suffix, StringComparison.Ordinal);

        public void Cut(int count) => Length -= count;

        public void Replace(int count, string instead)
        {
            Length -= count;
            instead.CopyTo(_letters[Length..]);
            Length += instead.Length;
        }

        /// <summary>The last letter in front of an ending.</summary>
        public readonly char At(int ending) => _letters[Length - ending - 1];

        /// <summary>How often a vowel is followed by a consonant in front of an ending.</summary>
        public readonly int Measure(int ending)
        {
            var (count, afterVowel) = (0, false);
            for (var index = 0; index < Length - ending; index++)
            {
                var consonant = IsConsonant(index);
                count += consonant && afterVowel ? 1 : 0;
                afterVowel = !consonant;
            }

            return count;
        }

        public readonly bool HasVowel(int ending)
        {
            for (var index = 0; index < Length - ending; index++)
            {
                if (!IsConsonant(index))
                {
                    return true;
                }
            }

            return false;
        }

        public readonly bool EndsInDouble() => Length > 1 && _letters[Length - 1] == _letters[Length - 2] && IsConsonant(Length - 1);

        /// <summary>Consonant, vowel, consonant other than w, x, y in front of an ending.</summary>
        public readonly bool EndsShort(int ending)
        {
            var last = Length - ending - 1;
            return last >= 2 && IsConsonant(last) && !IsConsonant(last - 1) && IsConsonant(last - 2) && _letters[last] is not ('w' or 'x' or 'y');
        }

        private readonly bool IsConsonant(int index) => _letters[index] switch
        {
            'a' or 'e' or 'i' or 'o' or 'u' => false,
            'y' => index == 0 || !IsConsonant(index - 1),
            _ => true,
        };
    }
}
