using System.Text;

namespace WreSkills.Trust;

/// <summary>
/// OpenSSH's pattern lists (ssh_config(5), PATTERNS): parts separated by commas, <c>*</c> any bytes, <c>?</c> one byte, <c>!</c> before a part
/// excludes what it matches, whatever else does.
/// </summary>
internal static class SignerPatterns
{
    /// <summary>OpenSSH lets a list with a longer part match nothing.</summary>
    public const int MaxPartBytes = 1022;

    public static bool Match(string text, string list)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var matched = false;
        foreach (var part in Parts(list))
        {
            var excludes = part.StartsWith('!');
            var pattern = Encoding.UTF8.GetBytes(excludes ? part[1..] : part);
            if (pattern.Length > MaxPartBytes)
            {
                return false;
            }

            if (MatchOne(bytes, pattern))
            {
                if (excludes)
                {
                    return false;
                }

                matched = true;
            }
        }

        return matched;
    }

    /// <summary>The parts as written. A comma at the very end begins none.</summary>
    public static IEnumerable<string> Parts(string list)
    {
        var parts = list.Split(',');
        return parts[^1].Length == 0 ? parts.Take(parts.Length - 1) : parts;
    }

    // Remembering the last star alone is enough: an earlier star gains nothing by taking more. So the time is bounded by the product of the lengths.
    private static bool MatchOne(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern)
    {
        var (at, next, star, resume) = (0, 0, -1, 0);
        while (at < text.Length)
        {
            if (next < pattern.Length && pattern[next] == '*')
            {
                (star, resume) = (next++, at);
            }
            else if (next < pattern.Length && (pattern[next] == '?' || pattern[next] == text[at]))
            {
                (at, next) = (at + 1, next + 1);
            }
            else if (star >= 0)
            {
                (at, next) = (++resume, star + 1);
            }
            else
            {
                return false;
            }
        }

        return pattern[next..].IndexOfAnyExcept((byte)'*') < 0;
    }
}
