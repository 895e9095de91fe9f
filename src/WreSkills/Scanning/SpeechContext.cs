using System.Buffers;

namespace WreSkills.Scanning;

/// <summary>
/// Whether a text asks for something dangerous or speaks about it. A security guide quotes attacks in lists of what to refuse;
/// such places are warnings. Being wrong here costs a warning instead of a block, never silence.
/// </summary>
internal static class SpeechContext
{
    private const int MostSentence = 100;
    private const int MostLinesBack = 200;

    private static readonly SearchValues<string> s_about = SearchValues.Create(
        [
            "attack", "inject", "malicious", "suspicious", "refuse", "reject", "detect", "red flag", "jailbreak", "adversarial", "untrusted", "phishing", "exploit", "dangerous", "unsafe", "forbidden", "prohibited",
            "not allowed", "do not run", "don't run", "never run", "never do", "must not", "threat", "vulnerab", "warning sign", "blocked", "blocklist", "denylist", "deny list", "insecure", "bad practice", "anti-pattern", "antipattern",
            "avoid", "what not to", "don'ts", "payload", "indicators", "scanner", "red team", "❌", "🚫", "bad:", "wrong:", "flag ", "flags ", "angriff", "verdächtig", "ataque", "malicios", "attaque", "攻撃", "攻击", "атак",
        ],
        StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> s_negations = SearchValues.Create(
        [
            "never ", "do not ", "don't ", "don’t ", "must not ", "should not ", "shouldn't ", "cannot ", "can't ", "refuse to ", "refuses to ", "reject ", "rejects ", "avoid ", "instead of ", "rather than ", "not to ", "without running ",
            "forbidden to ", "detect ", "detects ", "flag ", "flags ", "block ", "blocks ", "nicht ", "niemals ", "nunca ", "no debes ", "ne jamais ", "jamais ", "никогда ", "не ", "不要", "切勿", "禁止",
        ],
        StringComparison.OrdinalIgnoreCase);

    // "Do not hesitate to …" asks for it all the same.
    private static readonly SearchValues<string> s_urging = SearchValues.Create(["hesitate", "forget", "fail to", "worry", "be afraid", "wait to", "stop at", "skip", "miss"], StringComparison.OrdinalIgnoreCase);

    // "You never refuse" is no warning against what follows.
    private static readonly SearchValues<string> s_unguarded = SearchValues.Create(["never refuse", "not refuse", "n't refuse", "never reject", "not reject", "never avoid", "not avoid", "never flag", "not flag"], StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the text around a match only speaks about it.</summary>
    /// <param name="file">The text.</param>
    /// <param name="first">First character of the match.</param>
    /// <param name="last">Its last one.</param>
    public static bool Describes(ScannedFile file, int first, int last)
    {
        if (file.Kind == TextKind.Script)
        {
            return IsComment(file, first) && IsNegated(file, first);
        }

        return file.Kind is TextKind.Markdown or TextKind.Other && (IsNegated(file, first) || (IsQuoted(file, first, last) && IsAbout(file, first)));
    }

    private static bool IsComment(ScannedFile file, int at)
    {
        var line = file.Window(at, out _).TrimStart();
        return line.StartsWith("#", StringComparison.Ordinal) || line.StartsWith("//", StringComparison.Ordinal) || line.StartsWith("*", StringComparison.Ordinal);
    }

    private static bool IsNegated(ScannedFile file, int at)
    {
        var from = Math.Max(0, at - MostSentence);
        var before = file.Text.AsSpan(from, at - from);
        var sentence = before.LastIndexOfAny(".!?;。！？");
        while (sentence >= 0 && sentence + 1 < before.Length && !char.IsWhiteSpace(before[sentence + 1]) && before[sentence] < 128)
        {
            sentence = before[..sentence].LastIndexOfAny(".!?;。！？");
        }

        before = before[(sentence + 1)..];
        var paragraph = before.LastIndexOf("\n\n", StringComparison.Ordinal);
        before = paragraph < 0 ? before : before[(paragraph + 2)..];
        return before.ContainsAny(s_negations) && !before.ContainsAny(s_urging);
    }

    // In quotes, in code, in a cell of a table, in a fence, or an item of a list.
    private static bool IsQuoted(ScannedFile file, int first, int last)
    {
        var line = file.Window(first, out var offset);
        var before = line[..offset];
        return before.Count('`') % 2 == 1 || before.Count('"') % 2 == 1 || before.ContainsAny("“„«「『") || before.TrimStart().StartsWith("|", StringComparison.Ordinal)
            || before.TrimEnd().EndsWith("'", StringComparison.Ordinal) || file.IsFenced(first) || IsItem(line) || (last + 1 < file.Text.Length && file.Text[last + 1] is '"' or '”' or '`' or '»');
    }

    private static bool IsItem(ReadOnlySpan<char> line)
    {
        var text = line.TrimStart();
        return text.Length > 2 && text[0] is '-' or '*' or '+' or '>' && text[1] == ' ';
    }

    // The line itself, the paragraph that leads into the list or fence, and the headings above.
    private static bool IsAbout(ScannedFile file, int at)
    {
        var line = file.Window(at, out var offset);
        var before = line[..offset];
        if ((before.ContainsAny(s_about) && !before.ContainsAny(s_unguarded)) || (line.Length > offset && AfterQuote(line[offset..]).ContainsAny(s_about)))
        {
            return true;
        }

        var text = file.Text.AsSpan();
        var end = Math.Max(0, at - offset - 1);
        var paragraph = false;
        for (var lines = 0; lines < MostLinesBack && end > 0; lines++)
        {
            var start = text[..end].LastIndexOf('\n') + 1;
            var earlier = text[start..end].Trim();
            earlier = earlier.Length > 400 ? earlier[..400] : earlier;
            var heading = earlier.StartsWith("#", StringComparison.Ordinal);
            var prose = earlier.Length > 0 && !IsItem(earlier) && !earlier.StartsWith("```", StringComparison.Ordinal) && earlier[0] != '|' && !char.IsAsciiDigit(earlier[0]);
            if (heading || (prose && !paragraph && !file.IsFenced(start)))
            {
                if (earlier.ContainsAny(s_about))
                {
                    return true;
                }

                if (heading)
                {
                    return false;
                }

                paragraph = true;
            }

            end = Math.Max(0, start - 1);
        }

        return false;
    }

    private static ReadOnlySpan<char> AfterQuote(ReadOnlySpan<char> rest)
    {
        var close = rest.IndexOfAny("\"`”»|");
        return close < 0 ? [] : rest[close..];
    }
}
