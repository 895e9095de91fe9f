using System.Globalization;
using System.Text;

namespace WreSkills.Trust;

/// <summary>The options of one line of the allowed signers.</summary>
internal sealed class SignerOptions
{
    private const string Flag = "cert-authority";

    public string? Namespaces { get; private set; }

    public DateTimeOffset? ValidAfter { get; private set; }

    public DateTimeOffset? ValidBefore { get; private set; }

    public bool IsCertificateAuthority { get; private set; }

    /// <summary>Reads the options, separated by commas; names in any case.</summary>
    /// <returns>What is wrong, or null.</returns>
    public string? Read(string text)
    {
        var rest = text;
        while (rest.Length > 0)
        {
            if (rest.StartsWith(Flag, StringComparison.OrdinalIgnoreCase))
            {
                IsCertificateAuthority = true;
                rest = rest[Flag.Length..];
            }
            else if (Named(ref rest, "namespaces", Namespaces is not null, value => (Namespaces = value) is null) is { } namespaces)
            {
                return namespaces;
            }
            else if (Named(ref rest, "valid-after", ValidAfter is not null, value => (ValidAfter = Time(value)) is null) is { } after)
            {
                return after;
            }
            else if (Named(ref rest, "valid-before", ValidBefore is not null, value => (ValidBefore = Time(value)) is null) is { } before)
            {
                return before;
            }

            if (rest.Length == 0)
            {
                break;
            }

            if (rest[0] != ',')
            {
                return $"'{SshText.Shown(rest)}' is not an option; known are namespaces=\"…\", valid-after=\"…\" and valid-before=\"…\", separated by commas without spaces.";
            }

            rest = rest[1..];
            if (rest.Length == 0)
            {
                return "The options end with a comma.";
            }
        }

        return ValidAfter is { } start && ValidBefore is { } end && end <= start ? "valid-before is not after valid-after, so the line would never count." : null;
    }

    private static string? Named(ref string rest, string name, bool twice, Func<string, bool> setFails)
    {
        if (rest.Length <= name.Length || rest[name.Length] != '=' || !rest.StartsWith(name, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (twice)
        {
            return $"The option {name} is given twice.";
        }

        if (!TryQuoted(rest[(name.Length + 1)..], out var value, out var length))
        {
            return $"The value of {name} has to stand in double quotes.";
        }

        rest = rest[(name.Length + 1 + length)..];
        return setFails(value)
            ? $"'{SshText.Shown(value)}' is not a time for {name}; write YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, and Z after it."
            : null;
    }

    private static bool TryQuoted(string text, out string value, out int length)
    {
        var content = new StringBuilder();
        for (var at = 1; text.Length > 0 && text[0] == '"' && at < text.Length; at++)
        {
            if (text[at] == '"')
            {
                (value, length) = (content.ToString(), at + 1);
                return true;
            }

            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] == '"')
            {
                at++;
            }

            content.Append(text[at]);
        }

        (value, length) = ("", 0);
        return false;
    }

    // Without Z it would be local time in OpenSSH; here it is UTC too.
    private static DateTimeOffset? Time(string text)
    {
        var digits = text.EndsWith("UTC", StringComparison.OrdinalIgnoreCase) ? text[..^3] : text.EndsWith('Z') || text.EndsWith('z') ? text[..^1] : text;
        return DateTimeOffset.TryParseExact(
            digits, ["yyyyMMdd", "yyyyMMddHHmm", "yyyyMMddHHmmss"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            && time > DateTimeOffset.UnixEpoch
            ? time
            : null;
    }
}
