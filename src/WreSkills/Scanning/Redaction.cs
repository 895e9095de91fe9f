namespace WreSkills.Scanning;

/// <summary>How a value that was taken out for safety is marked, so that nobody mistakes it for evidence.</summary>
public static class Redaction
{
    /// <summary>What stands in place of a value; a reason may follow the word, as in <c>[redacted: api key]</c>.</summary>
    public const string Marker = "[redacted]";

    /// <summary>Whether a text stands for a value that was taken out.</summary>
    public static bool IsMarker(ReadOnlySpan<char> text) => text.StartsWith("[redacted", StringComparison.OrdinalIgnoreCase) && text.EndsWith("]", StringComparison.Ordinal);
}
