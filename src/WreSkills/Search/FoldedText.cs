using System.Text;

namespace WreSkills.Search;

/// <summary>
/// Letters as search compares them: lower case, without accents. The tables are ours, because without culture data the platform
/// neither decomposes nor transliterates.
/// </summary>
internal static class FoldedText
{
    private const string Accented = "àáâãäåāăąçćĉċčďđðèéêëēĕėęěĝğġģĥħìíîïĩīĭįıĵķĺļľŀłñńņňòóôõöøōŏőŕŗřśŝşšșţťŧțùúûüũūŭůűųŵýÿŷźżžё";
    private const string Plain = "aaaaaaaaacccccdddeeeeeeeeegggghhiiiiiiiiijklllllnnnnooooooooorrrsssssttttuuuuuuuuuuwyyyzzzе";

    private static readonly Dictionary<char, char> s_plain = Accented.Zip(Plain).ToDictionary(pair => pair.First, pair => pair.Second);

    /// <summary>Appends a text in folded form.</summary>
    public static void Append(StringBuilder target, ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (char.IsAscii(character))
            {
                target.Append(char.IsAsciiLetterUpper(character) ? (char)(character | 0x20) : character);
                continue;
            }

            AppendOther(target, char.ToLowerInvariant(character));
        }
    }

    /// <summary>The folded form of a text.</summary>
    public static string Of(ReadOnlySpan<char> text)
    {
        var folded = new StringBuilder(text.Length);
        Append(folded, text);
        return folded.ToString();
    }

    private static void AppendOther(StringBuilder target, char character)
    {
        switch (character)
        {
            case 'ß':
                target.Append("ss");
                break;
            case 'æ':
                target.Append("ae");
                break;
            case 'œ':
                target.Append("oe");
                break;
            case 'þ':
                target.Append("th");
                break;
            case >= '\u0300' and <= '\u036F' or '\u00AD' or '\u200B' or '\u200C' or '\u200D':
                // Accents of their own, soft hyphens and joiners.
                break;
            case >= '\uFF01' and <= '\uFF5E':
                // Full-width forms of ASCII.
                target.Append(char.ToLowerInvariant((char)(character - 0xFEE0)));
                break;
            default:
                target.Append(s_plain.GetValueOrDefault(character, character));
                break;
        }
    }
}
