using System.Globalization;
using System.Text;
using System.Text.Json;

using WreSkills.Scanning;

namespace WreSkills.Review;

/// <summary>
/// Text of strangers (records, agents, models) for reports: nothing in it steers a terminal, hides from a reader, or is Markdown.
/// </summary>
internal static class ReportText
{
    private const string Marked = "\\`*_{}[]()<>#+!|~&@:";

    /// <summary>True when a character is invisible, steers, or may turn the direction of writing.</summary>
    public static bool IsForbidden(Rune rune) => Rune.IsControl(rune) || HiddenText.IsHidden(rune) || rune == Rune.ReplacementChar
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    /// <summary>A JSON value as text: a string's content, everything else as it stands. Half of a surrogate pair, which is no text, stays escaped.</summary>
    public static string? Of(JsonElement value)
    {
        try
        {
            return value.ValueKind switch { JsonValueKind.String => value.GetString(), JsonValueKind.Null or JsonValueKind.Undefined => null, _ => value.GetRawText() };
        }
        catch (InvalidOperationException)
        {
            return value.GetRawText();
        }
    }

    /// <summary>One line without forbidden characters, shortened.</summary>
    public static string Clean(string text, int most)
    {
        var clean = new StringBuilder(Math.Min(text.Length, most) + 1);
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length >= most)
            {
                return clean.Append('…').ToString();
            }

            clean.Append(IsForbidden(rune) ? " " : rune.ToString());
        }

        return clean.ToString();
    }

    /// <summary>A code span: no back-tick ends it.</summary>
    public static string Code(string text, int most = 200)
    {
        var clean = Clean(text, most).Replace('`', '\'').Trim();
        return clean.Length == 0 ? "(empty)" : $"`{clean}`";
    }

    /// <summary>Prose that no reader of Markdown takes for anything else, not even for a link.</summary>
    public static string Prose(string text, int most = 2000)
    {
        var prose = new StringBuilder();
        foreach (var character in Clean(text, most))
        {
            if (Marked.Contains(character, StringComparison.Ordinal))
            {
                prose.Append('\\');
            }

            prose.Append(character);
        }

        return prose.Replace("www.", "www\\.").Replace("WWW.", "WWW\\.").ToString().Trim();
    }

    /// <summary>A probability, in three digits after the point.</summary>
    public static string Probability(double? value) => value is < 0.001 ? "< 0.001" : value is { } number ? "= " + Number(number, "0.###") : "unknown";

    /// <summary>A figure with at most four digits after the point; a dash for none.</summary>
    public static string Number(double? value, string format = "0.####") => value?.ToString(format, CultureInfo.InvariantCulture) ?? "–";
}
