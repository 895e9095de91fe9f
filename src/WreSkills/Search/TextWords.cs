namespace WreSkills.Search;

/// <summary>A word of a text for comparison with another text: case, accents, punctuation and line breaks do not count.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="Length">Its length.</param>
/// <param name="Line">Its line, from 0.</param>
/// <param name="Hash">Hash of its folded form.</param>
/// <param name="Text">Its folded form.</param>
internal readonly record struct TextWord(int Start, int Length, int Line, ulong Hash, string Text);

/// <summary>The words of a text in order.</summary>
internal static class TextWords
{
    public static IReadOnlyList<TextWord> Of(string text) => Of(text, WordSplitter.Split(text));

    /// <summary>The words of a text that was split already.</summary>
    public static IReadOnlyList<TextWord> Of(string text, List<Token> tokens)
    {
        var words = new List<TextWord>(tokens.Count);
        var (line, at) = (0, 0);
        foreach (var token in tokens)
        {
            if (token.Kind == TokenKind.Part)
            {
                continue;
            }

            line += text.AsSpan(at, token.Start - at).Count('\n');
            at = token.Start;
            words.Add(new TextWord(token.Start, token.Length, line, token.Form.Hash, token.Text));
        }

        return words;
    }
}
