using System.Text.RegularExpressions;

namespace WreSkills.Skills;

/// <summary>Regular expressions that strangers wrote: linear time whatever the input, and of bounded length.</summary>
internal static class PatternRegex
{
    public static Regex Create(string text) => new(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>Why a text is not usable, or null when it is.</summary>
    public static string? Problem(string text)
    {
        if (text.Length is 0 or > PatternCondition.MaxRegexLength)
        {
            return $"a regular expression has 1 to {PatternCondition.MaxRegexLength} characters";
        }

        try
        {
            _ = Create(text);
            return null;
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            return $"not a usable regular expression (no look-around, no back-references): {error.Message}";
        }
    }
}
