namespace WreSkills.Search;

/// <summary>A word as search compares it.</summary>
/// <param name="text">Its folded form.</param>
internal sealed class WordForm(string text)
{
    /// <summary>Forms that a thread remembers; texts repeat their words, and few words make up most of them.</summary>
    private const int MostRemembered = 100_000;

    [ThreadStatic]
    private static Dictionary<string, WordForm?>? s_remembered;

    /// <summary>Stands for a word that was not looked at, because it cannot be one of those that are sought.</summary>
    public static WordForm Other { get; } = new("\0");

    /// <summary>Its folded form.</summary>
    public string Text { get; } = text;

    /// <summary>Its stem.</summary>
    public string Stem { get; } = WordStem.Of(text);

    /// <summary>Hash of its folded form.</summary>
    public ulong Hash { get; } = StableHash.Of(text);

    /// <summary>True when it says nothing about a skill.</summary>
    public bool IsStopWord { get; } = QueryPlan.StopWords.Contains(text);

    /// <summary>The change whose writer knows this word already; most words of a text do not have to be told to it again.</summary>
    public object? WrittenBy { get; set; }

    /// <summary>The form of a word as it stands in a text; null when nothing of it is left, as of a lone accent.</summary>
    public static WordForm? Of(ReadOnlySpan<char> word)
    {
        s_remembered ??= [];
        if (s_remembered.Count > MostRemembered)
        {
            s_remembered.Clear();
        }

        var lookup = s_remembered.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(word, out var form))
        {
            var folded = FoldedText.Of(word);
            form = folded.Length == 0 ? null : new WordForm(folded);
            lookup[word] = form;
        }

        return form;
    }
}
