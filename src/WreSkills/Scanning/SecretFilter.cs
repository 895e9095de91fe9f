using System.Buffers;

namespace WreSkills.Scanning;

/// <summary>Tells placeholders, references and examples of documentation from secrets.</summary>
internal static class SecretFilter
{
    private const int LongestAlphabet = 8;

    // Words that no random text of this length contains by chance.
    private static readonly SearchValues<string> s_placeholders = SearchValues.Create(
        [
            "example", "placeholder", "changeme", "change_me", "change-me", "redacted", "yourkey", "yourtoken", "your_", "your-", "xxxxx", "*****", ".....", "00000000", "11111111", "12345678", "abcdefgh",
            "deadbeef", "dummy", "insert_", "insert-", "replace_", "replace-", "sample", "foobar", "notreal", "not_real", "not-real", "fakekey", "fake_", "fake-", "<", "${", "{{", "$(", "%(", "enter_", "todo",
        ],
        StringComparison.OrdinalIgnoreCase);

    // Where a value comes from elsewhere, there is no secret in the text.
    private static readonly SearchValues<string> s_references = SearchValues.Create(
        ["process.env", "os.environ", "getenv", "env.", "env[", "secrets.", "vault.", "config.", "settings.", "keyring", "input(", "prompt(", "require(", "import ", "self.", "this.", "ssm:", "arn:", "op://", "secretref", "valuefrom"],
        StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> s_weakPasswords = SearchValues.Create(
        ["password", "passwd", "secret", "changeit", "hunter2", "letmein", "qwerty", "admin", "test", "guest", "default", "p@ssw0rd", "passw0rd", "mypass", "postgres", "root", "correct horse", "correcthorse", "userpass", "db_pass", "dbpass"],
        StringComparison.OrdinalIgnoreCase);

    // Published by their makers as examples; they open nothing.
    private static readonly HashSet<string> s_published =
    [
        string.Concat("AKIA", "IOSFODNN7", "EXAMPLE"), string.Concat("AKIA", "I44QH8DHB", "EXAMPLE"), string.Concat("wJalrXUtnFEMI/", "K7MDENG/bPxRfiCY", "EXAMPLEKEY"),
        string.Concat("sk_test_", "4eC39HqLyjWDarjtT1zdp7dc"), string.Concat("sk_test_", "BQokikJOvBiI2HlWgH4olfQ2"), string.Concat("Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq", "/K1SZFPTOtr/KBHBeksoGMGw=="),
        string.Concat("C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/", "Jw=="),
    ];

    public static bool IsPlaceholder(ReadOnlySpan<char> value) =>
        value.ContainsAny(s_placeholders) || s_published.GetAlternateLookup<ReadOnlySpan<char>>().Contains(value) || HasRepetition(value) || Redaction.IsMarker(value);

    public static bool IsReference(ReadOnlySpan<char> value) => value.ContainsAny(s_references);

    public static bool IsWeakPassword(ReadOnlySpan<char> value) => value.ContainsAny(s_weakPasswords);

    /// <summary>Hashes and identifiers, which stand in assignments without being secret.</summary>
    public static bool IsHashOrIdentifier(ReadOnlySpan<char> value)
    {
        var hex = value.IndexOfAnyExcept("0123456789abcdefABCDEF-") < 0;
        return hex && (value.Length is 32 or 40 or 64 or 96 or 128 || (value.Length == 36 && value.Count('-') == 4))
            || value.StartsWith("sha1-", StringComparison.Ordinal) || value.StartsWith("sha256", StringComparison.Ordinal) || value.StartsWith("sha384-", StringComparison.Ordinal) || value.StartsWith("sha512", StringComparison.Ordinal);
    }

    /// <summary>Names, paths and addresses: what programs assign most of the time.</summary>
    public static bool LooksLikeName(ReadOnlySpan<char> value)
    {
        if (value.IndexOf("://", StringComparison.Ordinal) >= 0 || value[0] is '/' or '~' or '.' or '$' or '%' or '@' or '#' or '&' || value.ContainsAny('(', ')', '[') || value.IndexOf("::", StringComparison.Ordinal) >= 0)
        {
            return true;
        }

        var digits = 0;
        foreach (var character in value)
        {
            digits += char.IsAsciiDigit(character) ? 1 : 0;
        }

        // Words joined by case, hyphens or dots have few digits, and those stand at the end: oauth2-token-v2, MAX_TOKENS_4096.
        var letters = value.IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/") < 0;
        return letters && (digits == 0 || (digits <= 4 && Words(value) >= Math.Max(2, value.Length / 12) && value.ContainsAny('-', '_', '.') && (value.IndexOfAnyInRange('A', 'Z') < 0 || value.IndexOfAnyInRange('a', 'z') < 0)));
    }

    public static int Classes(ReadOnlySpan<char> value) =>
        (value.ContainsAnyInRange('a', 'z') ? 1 : 0) + (value.ContainsAnyInRange('A', 'Z') ? 1 : 0) + (value.ContainsAnyInRange('0', '9') ? 1 : 0)
        + (value.IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") >= 0 ? 1 : 0);

    private static int Words(ReadOnlySpan<char> value)
    {
        var words = 1;
        foreach (var character in value)
        {
            words += character is '-' or '_' or '.' or ':' or '/' ? 1 : 0;
        }

        return words;
    }

    // Six times the same character, or the alphabet in order.
    private static bool HasRepetition(ReadOnlySpan<char> value)
    {
        var (same, next) = (1, 1);
        for (var index = 1; index < value.Length; index++)
        {
            same = value[index] == value[index - 1] ? same + 1 : 1;
            next = value[index] == value[index - 1] + 1 ? next + 1 : 1;
            if ((same >= 6 && value[index] != 'A') || next >= LongestAlphabet)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>The checksum in tokens of GitHub and npm: the last six characters are the CRC-32 of the random part in base 62.</summary>
internal static class SecretChecksum
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int Length = 6;
    private static readonly HashSet<SecretRule> s_checked = [.. DeveloperSecrets.Checked];

    /// <summary>Whether a token's checksum fits; null for tokens that have none.</summary>
    public static bool? Fits(SecretRule rule, ReadOnlySpan<char> token) => s_checked.Contains(rule)
        ? token[^Length..].SequenceEqual(Of(token[(token.IndexOf('_') + 1)..^Length]))
        : null;

    /// <summary>The checksum of a token's random part.</summary>
    public static string Of(ReadOnlySpan<char> random)
    {
        var crc = uint.MaxValue;
        foreach (var character in random)
        {
            crc ^= (byte)character;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        crc = ~crc;
        Span<char> text = stackalloc char[Length];
        for (var index = Length - 1; index >= 0; index--)
        {
            text[index] = Digits[(int)(crc % 62)];
            crc /= 62;
        }

        return text.ToString();
    }
}
