using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace WreSkills.Scanning;

/// <summary>Secrets that an expression alone cannot tell; each reader works on a bounded part of the text.</summary>
internal static class SecretReaders
{
    private const int MostKey = 16 * 1024;
    private const int MostUrl = 300;
    private const int LeastPassword = 6;
    private const string Alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private static readonly string[] s_examplePasswords = ["pass", "password", "pwd", "passwd", "secret", "pw", "postgres", "mysql", "root", "admin", "test", "guest", "changeme", "mypassword", "userpassword", "db_password", "token"];

    /// <summary>Reads what stands at a keyword.</summary>
    /// <returns>The part of the text that is secret, or null.</returns>
    public static SecretMatch? Read(SecretRule rule, ReadOnlySpan<char> text, int at, int keyword) =>
        rule == SecretRules.PrivateKey ? PrivateKey(text, at)
        : rule == SecretRules.UrlPassword ? UrlPassword(text, at)
        : rule == SecretRules.BasicHeader ? Basic(text, at + keyword)
        : rule == SecretRules.Jwt ? Jwt(text, at)
        : rule == SecretRules.CurlUser ? CurlUser(text, at + keyword)
        : rule == SecretRules.Netrc ? Netrc(text, at)
        : rule == SecretRules.DockerAuth ? DockerAuth(text, at + keyword)
        : rule == SecretRules.GenericKey ? GenericKey(text, at, keyword)
        : rule == SecretRules.GenericPassword ? GenericPassword(text, at, keyword)
        : null;

    // The label says PRIVATE KEY, and real base 64 stands below it; lines may be joined by "\n" written out.
    private static SecretMatch? PrivateKey(ReadOnlySpan<char> text, int at)
    {
        var part = text.Slice(at, Math.Min(MostKey, text.Length - at));
        var label = part.IndexOf("PRIVATE KEY", StringComparison.OrdinalIgnoreCase);
        if (label is < 0 or > 40)
        {
            return null;
        }

        var body = part[label..].IndexOf("-----", StringComparison.Ordinal);
        if (body is < 0 or > 24)
        {
            return null;
        }

        var start = label + body + 5;
        var end = part[start..].IndexOf("-----END", StringComparison.OrdinalIgnoreCase);
        var content = end < 0 ? part[start..] : part.Slice(start, end);
        var close = end < 0 ? start + content.Length : start + end;
        var last = end < 0 ? -1 : part[(close + 8)..].IndexOf("-----", StringComparison.Ordinal);
        return HasBase64Line(content) && !SecretFilter.IsPlaceholder(content[..Math.Min(content.Length, 400)])
            ? new SecretMatch(SecretRules.PrivateKey, at, last is >= 0 and < 60 ? close + 8 + last + 5 : close)
            : null;
    }

    // A key's lines have 64 characters or more; a text that only names the label goes on in words.
    private static bool HasBase64Line(ReadOnlySpan<char> content)
    {
        while (!content.IsEmpty)
        {
            var end = content.IndexOfAnyExcept(Alphanumeric + "+/=");
            if ((end < 0 ? content.Length : end) >= 40)
            {
                return true;
            }

            content = end < 0 ? [] : content[(end + 1)..];
        }

        return false;
    }

    private static SecretMatch? UrlPassword(ReadOnlySpan<char> text, int at)
    {
        var rest = text.Slice(at + 3, Math.Min(MostUrl, text.Length - at - 3));
        var end = rest.IndexOfAny(" \t\r\n\"'`<>/");
        var authority = end < 0 ? rest : rest[..end];
        var host = authority.LastIndexOf('@');
        var colon = host <= 0 ? -1 : authority[..host].IndexOf(':');
        if (colon < 0)
        {
            return null;
        }

        var password = authority[(colon + 1)..host];
        var server = authority[(host + 1)..];
        var known = password.Length < LeastPassword || SecretFilter.IsPlaceholder(password) || password.ContainsAny("${*[") || IsExample(password) || IsExampleHost(server)
            || (SecretFilter.Classes(password) < 2 && password.Length < 12) || password.IndexOfAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") < 0;
        return known ? null : new SecretMatch(SecretRules.UrlPassword, at + 3 + colon + 1, password.Length);
    }

    private static bool IsExample(ReadOnlySpan<char> password)
    {
        foreach (var example in s_examplePasswords)
        {
            if (password.Equals(example, StringComparison.OrdinalIgnoreCase) || (password.StartsWith(example, StringComparison.OrdinalIgnoreCase) && password[example.Length..].IndexOfAnyExcept("0123456789!") < 0))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsExampleHost(ReadOnlySpan<char> server)
    {
        var host = server.IndexOf(':') is >= 0 and var port ? server[..port] : server;
        return host is "localhost" or "127.0.0.1" or "0.0.0.0" or "host" or "hostname" or "server" or "db" or "database" or "" || host.EndsWith("example.com", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith("example.org", StringComparison.OrdinalIgnoreCase) || host.EndsWith("example.net", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".example", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".test", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".invalid", StringComparison.OrdinalIgnoreCase);
    }

    private static SecretMatch? Basic(ReadOnlySpan<char> text, int at)
    {
        var value = Run(text, at, Alphanumeric + "+/=", 400);
        return value.Length >= 12 && IsLogin(value) ? new SecretMatch(SecretRules.BasicHeader, at, value.Length) : null;
    }

    // Base 64 of "user:password" with a password that is not one of the examples.
    private static bool IsLogin(ReadOnlySpan<char> value)
    {
        Span<byte> bytes = stackalloc byte[320];
        if (value.Length % 4 != 0 || !Convert.TryFromBase64Chars(value, bytes, out var count))
        {
            return false;
        }

        var login = bytes[..count];
        var colon = login.IndexOf((byte)':');
        if (colon <= 0 || login.IndexOfAnyExceptInRange((byte)' ', (byte)'~') >= 0)
        {
            return false;
        }

        var password = Encoding.ASCII.GetString(login[(colon + 1)..]);
        return password.Length >= LeastPassword && !IsExample(password) && !SecretFilter.IsPlaceholder(password);
    }

    // Header and payload are base 64 of JSON; the examples of the standard's introductions are no secrets.
    private static SecretMatch? Jwt(ReadOnlySpan<char> text, int at)
    {
        var token = Run(text, at, Alphanumeric + "-_.", 4000);
        var first = token.IndexOf('.');
        var second = first < 0 ? -1 : token[(first + 1)..].IndexOf('.');
        if (first < 12 || second < 12 || token.Length - first - second - 2 < 20)
        {
            return null;
        }

        var payload = Decode(token.Slice(first + 1, second));
        return Decode(token[..first]).Contains("\"alg\"", StringComparison.Ordinal) && payload.StartsWith('{')
            && !payload.Contains("John Doe", StringComparison.Ordinal) && !payload.Contains("1234567890", StringComparison.Ordinal) && !SecretFilter.IsPlaceholder(payload)
            ? new SecretMatch(SecretRules.Jwt, at, token.TrimEnd(".-_").Length)
            : null;
    }

    private static string Decode(ReadOnlySpan<char> part)
    {
        var bytes = new byte[part.Length];
        return Base64Url.DecodeFromChars(part, bytes, out _, out var count) == OperationStatus.Done ? Encoding.UTF8.GetString(bytes.AsSpan(0, count)) : "";
    }

    private static SecretMatch? CurlUser(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && text[at] is ' ' or '=' or '\'' or '"')
        {
            at++;
        }

        var value = Run(text, at, Alphanumeric + "._@%+-:!#^&*~", 160);
        var colon = value.IndexOf(':');
        var password = colon < 1 ? default : value[(colon + 1)..];
        return password.Length >= 8 && SecretFilter.Classes(password) >= 2 && !SecretFilter.IsPlaceholder(password) && !IsExample(password) && !SecretFilter.IsWeakPassword(password)
            ? new SecretMatch(SecretRules.CurlUser, at + colon + 1, password.Length)
            : null;
    }

    private static SecretMatch? Netrc(ReadOnlySpan<char> text, int at)
    {
        var part = text.Slice(at, Math.Min(300, text.Length - at));
        var login = part.IndexOf("login ", StringComparison.Ordinal);
        var password = login < 0 ? -1 : part[login..].IndexOf("password ", StringComparison.Ordinal);
        if (password < 0)
        {
            return null;
        }

        var start = login + password + 9;
        var end = part[start..].IndexOfAny(" \t\r\n");
        var value = end < 0 ? part[start..] : part.Slice(start, end);
        return value.Length >= LeastPassword && !SecretFilter.IsPlaceholder(value) && !IsExample(value) && value[0] is not ('$' or '<') && SecretFilter.Classes(value) >= 2
            ? new SecretMatch(SecretRules.Netrc, at + start, value.Length)
            : null;
    }

    private static SecretMatch? DockerAuth(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && text[at] is ' ' or ':' or '"')
        {
            at++;
        }

        var value = Run(text, at, Alphanumeric + "+/=", 400);
        return value.Length >= 16 && IsLogin(value) ? new SecretMatch(SecretRules.DockerAuth, at, value.Length) : null;
    }

    private static SecretMatch? GenericKey(ReadOnlySpan<char> text, int at, int keyword)
    {
        if (Assignment.Value(text, at, keyword) is not { } value)
        {
            return null;
        }

        var part = text.Slice(value.Start, value.Length);
        var good = part.Length is >= 16 and <= 200 && SecretFilter.Classes(part) >= 2 && part.IndexOfAnyInRange('0', '9') >= 0 && part.IndexOfAnyExcept(Alphanumeric + "_-+/=.~:!@#^&*%") < 0
            && ScanText.Entropy(part) >= SecretRules.GenericKey.Entropy && !SecretFilter.IsPlaceholder(part) && !SecretFilter.IsReference(part) && !SecretFilter.IsHashOrIdentifier(part) && !SecretFilter.LooksLikeName(part);
        return good ? new SecretMatch(SecretRules.GenericKey, value.Start, value.Length) : null;
    }

    private static SecretMatch? GenericPassword(ReadOnlySpan<char> text, int at, int keyword)
    {
        if (Assignment.Value(text, at, keyword) is not { } value)
        {
            return null;
        }

        var part = text.Slice(value.Start, value.Length);
        var good = part.Length is >= 8 and <= 100 && SecretFilter.Classes(part) >= 3 && ScanText.Entropy(part) >= SecretRules.GenericPassword.Entropy
            && part[0] is not ('/' or '~' or '.' or '$' or '%' or '@' or '#' or '&' or '(' or '{') && !part.ContainsAny("()[ ") && !part.ContainsAny("{}<>;|") && !part.Contains("://", StringComparison.Ordinal)
            && !SecretFilter.IsPlaceholder(part) && !SecretFilter.IsReference(part) && !SecretFilter.IsHashOrIdentifier(part) && !SecretFilter.IsWeakPassword(part) && !(!value.Quoted && SecretFilter.LooksLikeName(part));
        return good ? new SecretMatch(SecretRules.GenericPassword, value.Start, value.Length) : null;
    }

    private static ReadOnlySpan<char> Run(ReadOnlySpan<char> text, int at, ReadOnlySpan<char> alphabet, int most)
    {
        var part = text.Slice(at, Math.Min(most, text.Length - at));
        var end = part.IndexOfAnyExcept(alphabet);
        return end < 0 ? part : part[..end];
    }
}

/// <summary>Finds what is assigned to a name: <c>name = "value"</c>, <c>"name": "value"</c>, <c>NAME=value</c>, <c>--name value</c> and the like.</summary>
internal static class Assignment
{
    private const int MostName = 30;
    private const int MostMarks = 8;

    /// <summary>Where the value begins, or -1 when nothing is assigned.</summary>
    public static int Start(ReadOnlySpan<char> text, int at, int keyword)
    {
        var index = at + keyword;
        var end = Math.Min(text.Length, index + MostName);
        while (index < end && (char.IsAsciiLetterOrDigit(text[index]) || text[index] is '_' or '-' or '.'))
        {
            index++;
        }

        if (IsOption(text, at) && index < text.Length && text[index] == ' ')
        {
            return SkipMarks(text, index + 1, " '\"");
        }

        index = SkipMarks(text, index, " \t'\"`\\])*");
        var operators = index;
        while (index < text.Length && index - operators < 3 && text[index] is ':' or '=' or '>' or '|' or '?' or '(' or ',')
        {
            index++;
        }

        return index == operators ? -1 : SkipMarks(text, index, " \t'\"`\\([");
    }

    /// <summary>The whole value: up to the quote that opened it, or to a blank where none did.</summary>
    public static (int Start, int Length, bool Quoted)? Value(ReadOnlySpan<char> text, int at, int keyword)
    {
        var start = Start(text, at, keyword);
        if (start < 0 || start >= text.Length)
        {
            return null;
        }

        var rest = text.Slice(start, Math.Min(240, text.Length - start));
        var quote = text[start - 1];
        var quoted = quote is '"' or '\'' or '`';
        var end = quoted ? rest.IndexOfAny(quote, '\n', '\\') : rest.IndexOfAny(" \t\r\n,;\"'`)}]<\\");
        var length = end < 0 ? rest.Length : end;
        return length == 0 ? null : (start, length, quoted);
    }

    private static bool IsOption(ReadOnlySpan<char> text, int at)
    {
        var from = at;
        while (from > 0 && at - from < 20 && (char.IsAsciiLetterOrDigit(text[from - 1]) || text[from - 1] == '-'))
        {
            from--;
        }

        return text[from..at].StartsWith("--", StringComparison.Ordinal);
    }

    private static int SkipMarks(ReadOnlySpan<char> text, int index, ReadOnlySpan<char> marks)
    {
        var end = Math.Min(text.Length, index + MostMarks);
        while (index < end && marks.Contains(text[index]))
        {
            index++;
        }

        return index;
    }
}
