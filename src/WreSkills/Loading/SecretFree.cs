using System.Text;

using WreSkills.Scanning;

namespace WreSkills.Loading;

/// <summary>
/// Takes credentials out of settings before an agent reads them: what the scanner's rules know, and beyond that every user part of an address and every
/// password of a connection string or command line, however weak, since here the place alone says what it is. Rather too much than too little.
/// </summary>
internal static class SecretFree
{
    private static readonly string[] s_words = ["password", "passwd", "passphrase", "pwd", "secret", "token", "apikey", "accesskey", "accountkey", "accesssignature", "credential", "authorization"];

    /// <summary>A text without its credentials.</summary>
    public static string Text(string text) => Assignments(Addresses(Redaction.Text(text)));

    /// <summary>A program's arguments without the credentials in them; <c>--token X</c> counts like <c>--token=X</c>.</summary>
    public static IReadOnlyList<string> Arguments(IReadOnlyList<string> arguments)
    {
        var safe = new List<string>(arguments.Count);
        for (var index = 0; index < arguments.Count; index++)
        {
            var follows = index > 0 && arguments[index - 1].StartsWith('-') && !arguments[index - 1].Contains('=') && IsSecretName(arguments[index - 1]);
            safe.Add(follows ? Redaction.Marker : Text(arguments[index]));
        }

        return safe;
    }

    // scheme://user:password@host: everything up to the last @ before the path, or before white space when there is a colon first,
    // since passwords are written with slashes, too.
    private static string Addresses(string text)
    {
        StringBuilder? result = null;
        var at = 0;
        for (var start = text.IndexOf("://", StringComparison.Ordinal); start >= 0; start = text.IndexOf("://", start + 3, StringComparison.Ordinal))
        {
            var from = start + 3;
            if (from < at)
            {
                continue;
            }

            var rest = text.AsSpan(from);
            var token = rest.IndexOfAny(" \t\r\n\"'<>`") is >= 0 and var space ? rest[..space] : rest;
            var authority = token.IndexOfAny("/?#") is >= 0 and var slash ? token[..slash] : token;
            var user = authority.LastIndexOf('@') is >= 0 and var end ? end : HasPasswordWithSlash(token) ? token.LastIndexOf('@') : -1;
            if (user > 0)
            {
                (result ??= new StringBuilder(text.Length)).Append(text, at, from - at).Append(Redaction.Marker);
                at = from + user;
            }
        }

        return result is null ? text : result.Append(text, at, text.Length - at).ToString();
    }

    // user:pa/ss@host, but not host:8080/path@2.
    private static bool HasPasswordWithSlash(ReadOnlySpan<char> token)
    {
        var colon = token.IndexOf(':');
        if (colon <= 0 || token[..colon].IndexOfAny("/?#") >= 0 || token.LastIndexOf('@') < colon)
        {
            return false;
        }

        var digits = token[(colon + 1)..].IndexOfAnyExceptInRange('0', '9');
        return digits <= 0 || token[colon + 1 + digits] is not ('/' or '?' or '#');
    }

    // Password=…; or token: … on one line.
    private static string Assignments(string text)
    {
        StringBuilder? result = null;
        var at = 0;
        for (var sign = text.AsSpan().IndexOfAny('=', ':'); sign >= 0;)
        {
            if (sign >= at && IsSecretName(NameBefore(text, sign)))
            {
                var (start, end) = ValueAfter(text, sign);
                if (end > start && !Redaction.IsMarker(text.AsSpan(start, end - start)))
                {
                    (result ??= new StringBuilder(text.Length)).Append(text, at, start - at).Append(Redaction.Marker);
                    at = end;
                }
            }

            var next = text.AsSpan(sign + 1).IndexOfAny('=', ':');
            sign = next < 0 ? -1 : sign + 1 + next;
        }

        return result is null ? text : result.Append(text, at, text.Length - at).ToString();
    }

    private static ReadOnlySpan<char> NameBefore(string text, int sign)
    {
        const int most = 64;
        var end = sign;
        while (end > 0 && text[end - 1] is ' ' or '"' or '\'')
        {
            end--;
        }

        var start = end;
        while (start > 0 && end - start < most && (char.IsLetterOrDigit(text[start - 1]) || text[start - 1] is '_' or '-' or '.' or ' '))
        {
            start--;
        }

        return text.AsSpan(start, end - start);
    }

    private static (int Start, int End) ValueAfter(string text, int sign)
    {
        var start = sign + 1;
        while (start < text.Length && text[start] is ' ' or '\t')
        {
            start++;
        }

        if (start < text.Length && text[start] is '"' or '\'' && text.IndexOf(text[start], start + 1) is > 0 and var quote)
        {
            return (start + 1, quote);
        }

        var length = text.AsSpan(start).IndexOfAny(";&\r\n,");
        return (start, length < 0 ? text.Length : start + length);
    }

    // Shared Access Key, shared_access_key and --access-key are one word; "tokens" is none of them.
    private static bool IsSecretName(ReadOnlySpan<char> name)
    {
        Span<char> word = stackalloc char[64];
        var length = 0;
        foreach (var character in name)
        {
            if (char.IsLetterOrDigit(character) && length < word.Length)
            {
                word[length++] = char.ToLowerInvariant(character);
            }
        }

        foreach (var secret in s_words)
        {
            if (word[..length].EndsWith(secret, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
