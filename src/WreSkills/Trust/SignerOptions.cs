using System.Globalization;
using System.Text;

namespace WreSkills.Trust;

/// <summary>The options of one line of the allowed signers.</summary>
internal sealed class SignerOptions
{
    private const string Flag = "cert-authority";

    private static readonly string[] s_named = ["namespaces", "valid-after", "valid-before"];

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

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
            if (ReadOne(ref rest) is { } problem)
            {
                return problem;
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

    // Leaves the text as it is when it begins with no known option.
    private string? ReadOne(ref string rest)
    {
        if (rest.StartsWith(Flag, StringComparison.OrdinalIgnoreCase))
        {
            IsCertificateAuthority = true;
            rest = rest[Flag.Length..];
            return null;
        }

        var text = rest;
        if (s_named.FirstOrDefault(option => Begins(text, option)) is not { } name)
        {
            return null;
        }

        if (!_seen.Add(name))
        {
            return $"The option {name} is given twice.";
        }

        if (!TryQuoted(rest[(name.Length + 1)..], out var value, out var length))
        {
            return $"The value of {name} has to stand in double quotes.";
        }

        rest = rest[(name.Length + 1 + length)..];
        return Set(name, value)
            ? null
            : $"'{SshText.Shown(value)}' is not a time for {name}; write YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, and Z after it.";
    }

    private bool Set(string name, string value) => name switch
    {
        "namespaces" => (Namespaces = value) is not null,
        "valid-after" => (ValidAfter = Time(value)) is not null,
        _ => (ValidBefore = Time(value)) is not null,
    };

    private static bool Begins(string text, string name) =>
        text.Length > name.Length && text[name.Length] == '=' && text.StartsWith(name, StringComparison.OrdinalIgnoreCase);

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
