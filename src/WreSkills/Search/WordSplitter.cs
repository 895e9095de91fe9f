using System.Globalization;
using System.Text;

namespace WreSkills.Search;

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    /// <summary>A word as it stands in the text.</summary>
    Word,

    /// <summary>A part of an identifier, such as <c>spam</c> of <c>spamFilter</c>; its word stands before it.</summary>
    Part,

    /// <summary>Two neighbouring characters, or the last one, of a script that puts no spaces between its words.</summary>
    Gram,
}

/// <summary>A piece of a text under which it can be found.</summary>
/// <param name="Start">Where it begins in the text.</param>
/// <param name="Length">How many characters of the text it covers.</param>
/// <param name="Form">The word as search compares it.</param>
/// <param name="Kind">What it is.</param>
internal readonly record struct Token(int Start, int Length, WordForm Form, TokenKind Kind)
{
    /// <summary>Its folded form.</summary>
    public string Text => Form.Text;
}

/// <summary>
/// Splits text into words. Everything but letters, digits and their marks separates, so <c>snake_case</c> and <c>kebab-case</c> fall apart;
/// <c>camelCase</c>, <c>HTTPServer</c> and <c>utf8</c> stay whole and give their parts as well; Chinese, Japanese, Korean, Thai and
/// their like give pairs of characters.
/// </summary>
internal static class WordSplitter
{
    /// <summary>Longer words are cut; nobody types them.</summary>
    public const int LongestWord = 64;

    /// <summary>All tokens in the order of the text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="sought">First letters of the words that are sought; words with another first letter of ASCII stand for <see cref="WordForm.Other"/>. Null seeks all.</param>
    public static List<Token> Split(ReadOnlySpan<char> text, FirstLetters? sought = null)
    {
        var tokens = new List<Token>(text.Length / 6);
        for (var at = 0; at < text.Length;)
        {
            var (kind, length) = KindAt(text, at);
            if (kind is Script.Separator or Script.Mark)
            {
                at += length;
                continue;
            }

            var end = at + length;
            while (end < text.Length && KindAt(text, end) is var next && (next.Kind == kind || next.Kind == Script.Mark))
            {
                end += next.Length;
            }

            if (kind == Script.Unspaced)
            {
                AddGrams(tokens, text, at, end, sought);
            }
            else
            {
                AddWord(tokens, text, at, end, sought);
            }

            at = end;
        }

        return tokens;
    }

    /// <summary>The parts of an identifier, as ranges of it: at changes from small to capital, before the last of several capitals, and between letters and digits.</summary>
    public static List<Range> Parts(ReadOnlySpan<char> word)
    {
        var parts = new List<Range>();
        var start = 0;
        for (var at = 1; at < word.Length; at++)
        {
            var (before, here) = (word[at - 1], word[at]);
            var ends = (char.IsLower(before) && char.IsUpper(here))
                || (char.IsDigit(before) != char.IsDigit(here) && char.IsLetterOrDigit(before) && char.IsLetterOrDigit(here))
                || (char.IsUpper(before) && char.IsUpper(here) && at + 1 < word.Length && char.IsLower(word[at + 1]));
            if (ends)
            {
                parts.Add(start..at);
                start = at;
            }
        }

        parts.Add(start..word.Length);
        return parts;
    }

    private enum Script
    {
        Separator,
        Mark,
        Spaced,
        Unspaced,
    }

    private static void AddWord(List<Token> tokens, ReadOnlySpan<char> text, int start, int end, FirstLetters? sought)
    {
        var word = text[start..Math.Min(end, start + LongestWord)];
        Add(tokens, start, word, TokenKind.Word, sought);
        if (!HasParts(word))
        {
            return;
        }

        foreach (var range in Parts(word))
        {
            var (offset, length) = range.GetOffsetAndLength(word.Length);
            if (length > 1 && length < word.Length)
            {
                Add(tokens, start + offset, word.Slice(offset, length), TokenKind.Part, sought);
            }
        }
    }

    // Most words are small letters behind at most one capital; they need no closer look.
    private static bool HasParts(ReadOnlySpan<char> word)
    {
        foreach (var character in word[1..])
        {
            if (!char.IsAsciiLetterLower(character))
            {
                return true;
            }
        }

        return char.IsDigit(word[0]) && word.Length > 1;
    }

    private static void AddGrams(List<Token> tokens, ReadOnlySpan<char> text, int start, int end, FirstLetters? sought)
    {
        var (first, second) = (start, start + ClusterLength(text, start, end));
        while (second < end)
        {
            var third = second + ClusterLength(text, second, end);
            Add(tokens, first, text[first..third], TokenKind.Gram, sought);
            (first, second) = (second, third);
        }

        Add(tokens, first, text[first..end], TokenKind.Gram, sought);
    }

    private static int ClusterLength(ReadOnlySpan<char> text, int at, int end)
    {
        var length = KindAt(text, at).Length;
        while (at + length < end && KindAt(text, at + length) is { Kind: Script.Mark } mark)
        {
            length += mark.Length;
        }

        return length;
    }

    private static void Add(List<Token> tokens, int start, ReadOnlySpan<char> covered, TokenKind kind, FirstLetters? sought)
    {
        if ((sought is null || sought.MayBegin(covered[0]) ? WordForm.Of(covered) : WordForm.Other) is { } form)
        {
            tokens.Add(new Token(start, covered.Length, form, kind));
        }
    }

    private static (Script Kind, int Length) KindAt(ReadOnlySpan<char> text, int at)
    {
        var character = text[at];
        if (char.IsAscii(character))
        {
            return (char.IsAsciiLetterOrDigit(character) ? Script.Spaced : Script.Separator, 1);
        }

        // Half of a pair cannot be stored as text, so it separates.
        var status = Rune.DecodeFromUtf16(text[at..], out var rune, out var length);
        if (status != System.Buffers.OperationStatus.Done)
        {
            return (Script.Separator, 1);
        }

        var kind = Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => Script.Mark,
            UnicodeCategory.Format when rune.Value is 0x00AD or 0x200B or 0x200C or 0x200D => Script.Mark,
            _ when !Rune.IsLetterOrDigit(rune) => Script.Separator,
            _ => IsUnspaced(rune.Value) ? Script.Unspaced : Script.Spaced,
        };
        return (kind, length);
    }

    private static bool IsUnspaced(int value) => value
        is (>= 0x0E00 and <= 0x0EFF) // Thai, Lao
        or (>= 0x1000 and <= 0x109F) // Burmese
        or (>= 0x1780 and <= 0x17FF) // Khmer
        or (>= 0x3005 and <= 0x3007) or (>= 0x3040 and <= 0x30FF) or (>= 0x31F0 and <= 0x31FF) // Kana
        or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF) // Han
        or (>= 0xAC00 and <= 0xD7AF) // Hangul
        or (>= 0xFF66 and <= 0xFF9F); // half-width Kana
}
