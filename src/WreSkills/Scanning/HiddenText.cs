using System.Buffers;
using System.Globalization;
using System.Text;

namespace WreSkills.Scanning;

/// <summary>Characters that nobody sees, and the messages that can be written with them.</summary>
internal static class HiddenText
{
    /// <summary>The first UTF-16 unit of everything that the Unicode rules look at.</summary>
    public static SearchValues<char> Suspects { get; } = SearchValues.Create(SuspectUnits());

    /// <summary>Whether a character is invisible or changes what is seen around it.</summary>
    public static bool IsHidden(Rune rune) => rune.Value is (>= 0x200B and <= 0x200F) or (>= 0x202A and <= 0x202E) or (>= 0x2060 and <= 0x206F) or 0xFEFF or 0x00AD or 0x034F or 0x061C or 0x180E
        or 0x2028 or 0x2029 or (>= 0xFE00 and <= 0xFE0F) or (>= 0xFFF9 and <= 0xFFFB) or (>= 0x1D173 and <= 0x1D17A) or (>= 0xE0000 and <= 0xE0FFF) || IsFiller(rune) || IsPrivate(rune);

    public static bool IsTag(Rune rune) => rune.Value is >= 0xE0000 and <= 0xE007F;

    public static bool IsSelector(Rune rune) => rune.Value is (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);

    public static bool IsFiller(Rune rune) => rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0;

    public static bool IsPrivate(Rune rune) => rune.Value is (>= 0xE000 and <= 0xF8FF) or (>= 0xF0000 and <= 0x10FFFD);

    public static bool IsZeroWidth(Rune rune) => rune.Value is 0x200B or 0x200C or 0x200D or 0x2060 or 0x180E or 0xFEFF or 0x034F;

    public static bool IsBidi(Rune rune) => rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);

    public static bool IsUnusualSpace(Rune rune) => rune.Value is 0x00A0 or 0x1680 or (>= 0x2000 and <= 0x200A) or 0x202F or 0x205F or 0x3000 or 0x2800;

    /// <summary>What a run of tag characters says: they are ASCII moved up by U+E0000.</summary>
    public static string DecodeTags(ReadOnlySpan<char> run)
    {
        var text = new StringBuilder();
        foreach (var rune in run.EnumerateRunes())
        {
            if (rune.Value is >= 0xE0020 and <= 0xE007E)
            {
                text.Append((char)(rune.Value - 0xE0000));
            }
        }

        return text.ToString();
    }

    /// <summary>What a run of variation selectors says: each stands for a byte, VS1–16 for 0–15 and VS17–256 for 16–255.</summary>
    public static string DecodeSelectors(ReadOnlySpan<char> run)
    {
        var bytes = new List<byte>();
        foreach (var rune in run.EnumerateRunes())
        {
            if (IsSelector(rune))
            {
                bytes.Add((byte)(rune.Value <= 0xFE0F ? rune.Value - 0xFE00 : rune.Value - 0xE0100 + 16));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>What a run of zero-width characters says when two of them are taken for bits; empty when it makes no text.</summary>
    public static string DecodeZeroWidth(ReadOnlySpan<char> run)
    {
        var symbols = run.ToString().Where(character => character is '\u200B' or '\u200C' or '\u200D' or '\u2060').ToList();
        foreach (var (zero, one) in ((char, char)[])[('\u200B', '\u200C'), ('\u200C', '\u200B'), ('\u200B', '\u200D'), ('\u200C', '\u200D')])
        {
            var bits = symbols.Where(symbol => symbol == zero || symbol == one).Select(symbol => symbol == one ? 1 : 0).ToList();
            var text = string.Concat(bits.Chunk(8).Where(chunk => chunk.Length == 8).Select(chunk => (char)chunk.Aggregate(0, (value, bit) => (value << 1) | bit)));
            if (text.Length >= 2 && text.All(character => character is >= ' ' and <= '~'))
            {
                return text;
            }
        }

        return "";
    }

    /// <summary>Whether a letter belongs to a script that joins or separates letters with zero-width characters.</summary>
    public static bool NeedsJoiners(Rune rune) => rune.Value is (>= 0x0600 and <= 0x08FF) or (>= 0x0900 and <= 0x0DFF) or (>= 0x0E00 and <= 0x109F) or (>= 0x1700 and <= 0x18AF)
        or (>= 0x1900 and <= 0x1CFF) or (>= 0xA800 and <= 0xABFF) or (>= 0xFB50 and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFC) or (>= 0x10A00 and <= 0x11FFF);

    public static bool IsRightToLeft(Rune rune) => rune.Value is (>= 0x0590 and <= 0x08FF) or (>= 0xFB1D and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFC) or (>= 0x10800 and <= 0x10FFF) or (>= 0x1E800 and <= 0x1EEFF);

    public static bool IsEmojiPart(Rune rune) => rune.Value is (>= 0x1F000 and <= 0x1FAFF) or (>= 0x2190 and <= 0x2BFF) or 0x00A9 or 0x00AE or 0x203C or 0x2049 or 0x2122 or 0x2139 or 0x3030 or 0x303D or 0x3297 or 0x3299
        or '#' or '*' or (>= '0' and <= '9') or 0x20E3;

    public static bool IsIdeograph(Rune rune) => rune.Value is (>= 0x2E80 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF);

    /// <summary>Whether a rune is a letter that is combined, so that a variation selector or joiner after it has a meaning.</summary>
    public static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static string SuspectUnits()
    {
        var units = new StringBuilder();
        void Range(int from, int to)
        {
            for (var unit = from; unit <= to; unit++)
            {
                units.Append((char)unit);
            }
        }

        Range(0x00, 0x08);
        Range(0x0B, 0x0B);
        Range(0x0E, 0x1F);
        Range(0x7F, 0x9F);
        Range(0xA0, 0xA0);
        Range(0xAD, 0xAD);
        Range(0x34F, 0x34F);
        Range(0x61C, 0x61C);
        Range(0x115F, 0x1160);
        Range(0x1680, 0x1680);
        Range(0x180E, 0x180E);
        Range(0x2000, 0x200F);
        Range(0x2028, 0x202F);
        Range(0x205F, 0x206F);
        Range(0x2800, 0x2800);
        Range(0x3000, 0x3000);
        Range(0x3164, 0x3164);
        Range(0xD834, 0xD835);
        // High surrogates of the planes 14 to 16, and low ones, which are looked at only when no high one precedes.
        Range(0xDB40, 0xDBFF);
        Range(0xE000, 0xF8FF);
        Range(0xFE00, 0xFE0F);
        Range(0xFEFF, 0xFEFF);
        Range(0xFF21, 0xFF3A);
        Range(0xFF41, 0xFF5A);
        Range(0xFFA0, 0xFFA0);
        Range(0xFFF9, 0xFFFB);
        Range(0xFFFE, 0xFFFF);
        return units.ToString();
    }
}
