using System.Security.Cryptography;
using System.Text;

namespace WreSkills.Scanning;

/// <summary>Turns what was found into text that a person can read and a terminal does not obey.</summary>
internal static class ScanText
{
    private const int Most = 160;

    public static string Fingerprint(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];

    /// <summary>Writes a text on one line of bounded length, hidden and control characters as <c>{U+200B}</c>.</summary>
    public static string Visible(ReadOnlySpan<char> text, int most = Most)
    {
        var result = new StringBuilder(Math.Min(text.Length, most) + 8);
        var space = false;
        while (!text.IsEmpty)
        {
            if (result.Length >= most)
            {
                return result.Append('…').ToString();
            }

            _ = Rune.DecodeFromUtf16(text, out var rune, out var length);
            var lone = rune == Rune.ReplacementChar && text[0] != '\uFFFD';
            if (text[0] is ' ' or '\t' or '\n' or '\r')
            {
                space = result.Length > 0;
            }
            else
            {
                result.Append(space ? " " : "");
                space = false;
                if (lone || HiddenText.IsHidden(rune) || Rune.IsControl(rune))
                {
                    result.Append($"{{U+{(lone ? text[0] : rune.Value):X4}}}");
                }
                else
                {
                    result.Append(rune.ToString());
                }
            }

            text = text[length..];
        }

        return result.ToString();
    }

    /// <summary>Shows as much of a secret as one needs to find it: its first characters and its length.</summary>
    public static string Masked(ReadOnlySpan<char> secret)
    {
        var shown = Math.Clamp(secret.Length / 4, 0, 4);
        return $"{Visible(secret[..shown])}… ({secret.Length} characters)";
    }

    /// <summary>Bits per character.</summary>
    public static double Entropy(ReadOnlySpan<char> text)
    {
        Span<int> counts = stackalloc int[128];
        counts.Clear();
        var others = 0;
        foreach (var character in text)
        {
            if (character < 128)
            {
                counts[character]++;
            }
            else
            {
                others++;
            }
        }

        var bits = others == 0 ? 0 : -(double)others / text.Length * Math.Log2((double)others / text.Length);
        foreach (var count in counts)
        {
            if (count > 0)
            {
                bits -= (double)count / text.Length * Math.Log2((double)count / text.Length);
            }
        }

        return bits;
    }
}
