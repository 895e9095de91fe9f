namespace WreSkills.Search;

/// <summary>
/// The first letters of some stems. A stem begins as its word does, so a word with another first letter need not be looked at; letters
/// beyond ASCII always must.
/// </summary>
internal sealed class FirstLetters
{
    private readonly bool[] _letters = new bool[128];

    public FirstLetters(IEnumerable<string> stems)
    {
        foreach (var stem in stems)
        {
            // What folds to ASCII may stand there in another case.
            if (char.IsAscii(stem[0]))
            {
                _letters[stem[0]] = true;
                _letters[char.ToUpperInvariant(stem[0])] = true;
            }
        }
    }

    /// <summary>False when no word of the stems begins with this character.</summary>
    public bool MayBegin(char first) => first >= 128 || _letters[first];
}
