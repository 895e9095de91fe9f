using System.Text;

namespace WreSkills.Trust;

/// <summary>Reads one line of the allowed signers, as OpenSSH does.</summary>
internal static class AllowedSignerLine
{
    private const int MaxLength = 32 * 1024;

    /// <summary>The line's signer, or its problem, or both for a line that is well formed and not supported; neither for an empty line or a comment.</summary>
    public static (AllowedSigner? Signer, string? Problem) Read(string line, int number)
    {
        var text = line.TrimEnd('\r').TrimStart(' ', '\t');
        if (text.Length == 0 || text[0] == '#')
        {
            return default;
        }

        if (text.Length > MaxLength || text.Contains('\0', StringComparison.Ordinal))
        {
            return (null, text.Length > MaxLength ? $"The line has more than {MaxLength:N0} characters." : "The line has a zero byte.");
        }

        if (!TryPrincipals(text, out var principals, out var rest))
        {
            return (null, "A line is 'NAME[,NAME…] [OPTIONS] TYPE BASE64'; no key follows the names, or a quote is not closed.");
        }

        if (SignerPatterns.Parts(principals).Any(part => Encoding.UTF8.GetByteCount(part.TrimStart('!')) > SignerPatterns.MaxPartBytes))
        {
            return (null, $"A name has more than {SignerPatterns.MaxPartBytes:N0} bytes.");
        }

        var options = new SignerOptions();
        var reading = SshKeyReading.OfLine(rest);
        if (reading.Key is null && !LooksLikeKeyType(rest))
        {
            if (EndOfOptions(rest) is not { } end)
            {
                return (null, "A quote in the options is not closed.");
            }

            if (options.Read(rest[..end]) is { } problem)
            {
                return (null, problem);
            }

            reading = SshKeyReading.OfLine(rest[end..].TrimStart(' ', '\t'));
        }

        return reading.Key is { } key ? Signer(number, principals, key, options) : (null, reading.Problem);
    }

    private static (AllowedSigner Signer, string? Problem) Signer(int number, string principals, SshPublicKey key, SignerOptions options) => (
        new AllowedSigner
        {
            Line = number,
            PrincipalList = principals,
            Key = key,
            Namespaces = options.Namespaces,
            ValidAfter = options.ValidAfter,
            ValidBefore = options.ValidBefore,
            IsCertificateAuthority = options.IsCertificateAuthority,
        },
        options.IsCertificateAuthority ? "Certificates are not supported, so this line with cert-authority lets nothing count; list the people's own keys." : null);

    // The names end at white space; from the first quote on they go to the next quote, which ends them too.
    private static bool TryPrincipals(string text, out string principals, out string rest)
    {
        (principals, rest) = ("", "");
        var end = text.AsSpan().IndexOfAny(" \t\r\"");
        if (end < 0)
        {
            return false;
        }

        principals = text[..end];
        if (text[end] == '"')
        {
            var close = text.IndexOf('"', end + 1);
            if (close < 0)
            {
                return false;
            }

            principals += text[(end + 1)..close];
            end = close;
        }

        rest = text[(end + 1)..].TrimStart(' ', '\t', '\r');
        return true;
    }

    private static int? EndOfOptions(string text)
    {
        var quoted = false;
        var at = 0;
        for (; at < text.Length && (quoted || text[at] is not (' ' or '\t')); at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] == '"')
            {
                at++;
            }
            else if (text[at] == '"')
            {
                quoted = !quoted;
            }
        }

        return quoted ? null : at;
    }

    // No option begins like this, so that what is wrong with the key can be said.
    private static bool LooksLikeKeyType(string text) =>
        text.StartsWith("ssh-", StringComparison.Ordinal) || text.StartsWith("ecdsa-", StringComparison.Ordinal) || text.StartsWith("sk-", StringComparison.Ordinal);
}
