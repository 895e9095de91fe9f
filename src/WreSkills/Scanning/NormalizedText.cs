using System.Text;

namespace WreSkills.Scanning;

/// <summary>A text brought into the form that rules are written for, with the way back to the original.</summary>
internal sealed class NormalizedText(string text, int[] origins, IReadOnlyList<int> seams)
{
    /// <summary>Lower case, one blank between words, one logical line or paragraph a line.</summary>
    public string Text { get; } = text;

    /// <summary>Places in <see cref="Text"/> before which quotes or escapes inside a word were taken away.</summary>
    public IReadOnlyList<int> Seams { get; } = seams;

    /// <summary>Where a character stands in the original.</summary>
    public int Origin(int index) => origins[Math.Min(index, origins.Length - 1)];

    /// <summary>Builds such texts.</summary>
    internal sealed class Builder(int capacity)
    {
        private readonly StringBuilder _text = new(capacity);
        private readonly List<int> _origins = new(capacity);
        private readonly List<int> _seams = [];

        public int Length => _text.Length;

        public char Last => _text.Length == 0 ? '\n' : _text[^1];

        public void Append(char character, int origin)
        {
            _text.Append(character);
            _origins.Add(origin);
        }

        public void Space(int origin)
        {
            if (Last is not (' ' or '\n'))
            {
                Append(' ', origin);
            }
        }

        public void Line(int origin)
        {
            if (Last != '\n')
            {
                Append('\n', origin);
            }
        }

        public void Seam() => _seams.Add(_text.Length);

        public NormalizedText Build() => new(_text.ToString(), _origins.Count == 0 ? [0] : [.. _origins], _seams);
    }
}

/// <summary>Brings text into the form of commands: continued lines joined, quoting tricks undone.</summary>
internal static class CommandText
{
    public static NormalizedText Of(string text)
    {
        var builder = new NormalizedText.Builder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            at += Step(text, at, builder);
        }

        return builder.Build();
    }

    // Returns how many characters beyond the one at hand are used up.
    private static int Step(string text, int at, NormalizedText.Builder builder)
    {
        var character = text[at];
        var next = at + 1 < text.Length ? text[at + 1] : '\n';
        switch (character)
        {
            case '\n' or '\r':
                builder.Line(at);
                return 0;
            case ' ' or '\t':
                builder.Space(at);
                return 0;
            case '\\' or '`' when next is '\n' or '\r' && (character == '\\' || builder.Last == ' '):
                builder.Space(at);
                return next == '\r' && at + 2 < text.Length && text[at + 2] == '\n' ? 2 : 1;
            case '\\' when next is 'n' && IsEscapedLine(text, at):
                builder.Line(at);
                return 1;
            case '\\' when next is 't' or 'r' && !IsWord(builder.Last):
                builder.Space(at);
                return 1;
            case '\\' when next is '"' or '\'' or '/':
                return 0;
            case '\\' or '"' or '\'' or '^' when IsWord(builder.Last) && Continues(text, at, out var skipped):
                builder.Seam();
                return skipped;
            case '$' when Variable(text, at) is > 0 and var length:
                if (text.AsSpan(at).StartsWith("$IFS", StringComparison.Ordinal) || text.AsSpan(at).StartsWith("${IFS", StringComparison.Ordinal))
                {
                    builder.Seam();
                    builder.Space(at);
                }

                return length - 1;
            default:
                Letter(character, text, at, builder);
                return 0;
        }
    }

    private static void Letter(char character, string text, int at, NormalizedText.Builder builder)
    {
        if (character < 128)
        {
            builder.Append(char.ToLowerInvariant(character), at);
        }
        else if (character is '\u00A0' or (>= '\u2000' and <= '\u200A') or '\u202F' or '\u205F' or '\u3000' or '\u2028' or '\u2029')
        {
            builder.Space(at);
        }
        else if (!(character is (>= '\u200B' and <= '\u200F') or (>= '\u2060' and <= '\u206F') or (>= '\u202A' and <= '\u202E') or '\u00AD' or '\uFEFF' or (>= '\uFE00' and <= '\uFE0F')))
        {
            // Look-alikes are folded only beside ASCII letters; a Russian word stays one.
            var beside = char.IsAsciiLetter(builder.Last) || (at + 1 < text.Length && char.IsAsciiLetter(text[at + 1]));
            builder.Append(char.ToLowerInvariant(beside ? LookAlikes.Fold(character) : character), at);
        }
    }

    // "\n" in the text of a program ends a line; in a Windows path it begins a name.
    private static bool IsEscapedLine(string text, int at) => !(at > 0 && (text[at - 1] is ':' or '\\' || char.IsAsciiLetterUpper(text[at - 1])));

    // Empty quotes, quotes around single letters and escapes inside a word vanish for the shell.
    private static bool Continues(string text, int at, out int skipped)
    {
        var end = at + 1;
        while (end < text.Length && end - at < 4 && text[end] is '"' or '\'')
        {
            end++;
        }

        skipped = end - at - 1;
        return end < text.Length && char.IsAsciiLetter(text[end]) && !(text[at] == '\\' && char.IsAsciiLetterUpper(text[end]));
    }

    // $IFS in its forms, and the positional parameters that are empty in a shell at the prompt.
    private static int Variable(string text, int at)
    {
        var rest = text.AsSpan(at);
        if (rest.StartsWith("${IFS", StringComparison.Ordinal) && rest.IndexOf('}') is > 0 and < 16 and var close)
        {
            return close + 1;
        }

        if (rest.StartsWith("$IFS", StringComparison.Ordinal))
        {
            return rest.Length > 5 && rest[4] == '$' && char.IsAsciiDigit(rest[5]) ? 6 : 4;
        }

        return rest.Length > 2 && rest[1] is '@' or '*' && char.IsAsciiLetter(rest[2]) && at > 0 && char.IsAsciiLetter(text[at - 1]) ? 2 : 0;
    }

    private static bool IsWord(char character) => char.IsAsciiLetterOrDigit(character);
}

/// <summary>Brings text into the form of prose: one paragraph a line, emphasis and hidden characters gone.</summary>
internal static class ProseText
{
    public static NormalizedText Of(string text)
    {
        var builder = new NormalizedText.Builder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            var character = text[at];
            switch (character)
            {
                case '\n':
                    if (BreaksParagraph(text, at + 1))
                    {
                        builder.Line(at);
                    }
                    else
                    {
                        builder.Space(at);
                    }

                    break;
                case ' ' or '\t' or '\r' or '_' or '\u00A0' or '\u3000' or '\u2028' or '\u2029' or '\u202F' or (>= '\u2000' and <= '\u200A'):
                    builder.Space(at);
                    break;
                case '*' or '`':
                    break;
                case '’' or '‘' or 'ʼ':
                    builder.Append('\'', at);
                    break;
                case < '\u0080':
                    builder.Append(char.ToLowerInvariant(character), at);
                    break;
                default:
                    Other(character, text, at, builder);
                    break;
            }
        }

        return builder.Build();
    }

    private static void Other(char character, string text, int at, NormalizedText.Builder builder)
    {
        if (char.IsHighSurrogate(character) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
        {
            if (Styled(new Rune(character, text[at + 1])) is { } letter)
            {
                builder.Append(letter, at);
            }

            return;
        }

        if (char.IsSurrogate(character) || character is (>= '\u200B' and <= '\u200F') or (>= '\u2060' and <= '\u206F') or (>= '\u202A' and <= '\u202E') or '\u00AD' or '\uFEFF' or '\u034F' or (>= '\uFE00' and <= '\uFE0F'))
        {
            return;
        }

        var beside = char.IsAsciiLetter(builder.Last) || (at + 1 < text.Length && char.IsAsciiLetter(text[at + 1]));
        builder.Append(char.ToLowerInvariant(beside || character >= '\uFF01' ? LookAlikes.Fold(character) : character), at);
    }

    // The bold, italic and other alphabets for mathematics, each of 52 letters in a row.
    private static char? Styled(Rune rune)
    {
        var offset = rune.Value - 0x1D400;
        return offset is >= 0 and < 0x1D6A4 - 0x1D400 ? (char)('a' + (offset % 52 % 26)) : null;
    }

    // A blank line, a list item, a heading, a table row, a quotation or a fence begins something new.
    private static bool BreaksParagraph(string text, int lineStart)
    {
        var rest = text.AsSpan(lineStart);
        rest = rest.Length > 200 ? rest[..200] : rest;
        var line = rest.TrimStart(" \t");
        return line.IsEmpty || line[0] is '\n' or '\r' or '#' or '|' or '>' or '`' or '~' or '<'
            || (line.Length > 1 && line[0] is '-' or '*' or '+' && line[1] == ' ')
            || (char.IsAsciiDigit(line[0]) && line.IndexOfAny(". )") is > 0 and < 4)
            || line.StartsWith("---", StringComparison.Ordinal);
    }
}
