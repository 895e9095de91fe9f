using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace WreSkills.Trust;

/// <summary>Base64 as OpenSSH reads it: white space anywhere, full padding, no bits left over.</summary>
internal static class SshBase64
{
    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        var compact = new byte[text.Length];
        var count = 0;
        foreach (var character in text)
        {
            // The white space of C's isspace.
            if (character is ' ' or (>= '\t' and <= '\r'))
            {
                continue;
            }

            if (character > 127)
            {
                return false;
            }

            compact[count++] = (byte)character;
        }

        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(count)];
        if (Base64.DecodeFromUtf8(compact.AsSpan(0, count), decoded, out var consumed, out var written) != System.Buffers.OperationStatus.Done || consumed != count)
        {
            return false;
        }

        // Bits that the padding leaves over have to be zero, or one signature would have several texts.
        bytes = decoded[..written];
        return Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes)).AsSpan().SequenceEqual(compact.AsSpan(0, count));
    }
}

/// <summary>Words of strangers in messages.</summary>
internal static class SshText
{
    /// <summary>Short and without control characters, so that a terminal shows it and does nothing else.</summary>
    public static string Shown(ReadOnlySpan<char> text)
    {
        var shown = new StringBuilder();
        foreach (var character in text.Length > 60 ? text[..60] : text)
        {
            shown.Append(char.IsControl(character) ? '?' : character);
        }

        return text.Length > 60 ? shown.Append('…').ToString() : shown.ToString();
    }
}
