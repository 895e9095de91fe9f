using System.Globalization;
using System.Text;

using static WreSkills.Scanning.SkillRisk;

namespace WreSkills.Scanning;

/// <summary>Finds text and programs that are written in base 64, hexadecimal or escapes.</summary>
internal static class EncodedText
{
    private const int LeastBase64 = 24;
    private const int LeastHex = 32;
    private const int LeastEscapes = 8;
    private const int WrappedLine = 60;
    private const int MostCharacters = 1_500_000;
    private const int MostBlobs = 4000;

    public static readonly ScanRule Executable = new("WRE-ENCODED-001", ScanSeverity.Block, MaliciousSkills, "Encoded program or archive", "A program that is written as text is there to be unpacked and run where no scanner looks.", "Delete it; let the person install the program.");
    public static readonly ScanRule Nested = new("WRE-ENCODED-002", ScanSeverity.Warn, PoorScanning, "Encoded more than twice", "Nobody encodes a text several times but to hide it.", "Write the text plainly.");
    public static readonly ScanRule Escapes = new("WRE-ENCODED-003", ScanSeverity.Warn, MaliciousSkills, "Plain text written in escapes", "Ordinary letters in escapes are there to be read by programs and not by people.", "Write the text plainly.");

    public static IReadOnlyList<ScanRule> All { get; } = [Executable, Nested, Escapes];

    public static void Run(ScannedFile file, FindingSink sink)
    {
        var text = file.Text.AsSpan();
        var blobs = 0;
        for (var at = 0; at < text.Length && blobs < MostBlobs;)
        {
            if (text[at] == '\\')
            {
                var escaped = EscapeRun(text, at, out var message);
                if (message.Length >= LeastEscapes)
                {
                    blobs++;
                    if (IsText(message))
                    {
                        if (sink.Wants(Escapes))
                        {
                            sink.Add(Escapes, file, at, ScanText.Visible(Redaction.Text(message)));
                        }

                        sink.Decoded(file, at, message, "escapes");
                    }
                }

                at = escaped;
                continue;
            }

            if (!IsBase64(text[at]))
            {
                at++;
                continue;
            }

            var end = RunEnd(text, at);
            if (end - at >= LeastBase64)
            {
                blobs++;
                Blob(file, at, text[at..end], sink);
            }

            at = end;
        }
    }

    private static void Blob(ScannedFile file, int at, ReadOnlySpan<char> run, FindingSink sink)
    {
        var (bytes, how) = Decode(run.Length > MostCharacters ? run[..MostCharacters] : run);
        if (bytes.Length < 16)
        {
            return;
        }

        if (FileSignature.Of(bytes) is FileKind.Executable or FileKind.Archive && bytes.Length > 64)
        {
            sink.Add(Executable, file, at, ScanText.Visible(run, 24), $"decodes to {Convert.ToHexString(bytes.AsSpan(0, 4))}… of {bytes.Length:N0} bytes");
            return;
        }

        var (text, form) = TextDecoding.Decode(bytes);
        if (form == TextDecoding.Form.Utf16 || (form == TextDecoding.Form.Utf8 && IsText(text)))
        {
            sink.Decoded(file, at, text, how);
        }
        else if (form == TextDecoding.Form.Binary && Wide(bytes) is { } wide)
        {
            sink.Decoded(file, at, wide, how);
        }
    }

    private static (byte[] Bytes, string How) Decode(ReadOnlySpan<char> run)
    {
        if (run.Length >= LeastHex && run.Length % 2 == 0 && run.IndexOfAnyExcept("0123456789abcdefABCDEF") < 0)
        {
            return (Convert.FromHexString(run), "hexadecimal");
        }

        var plain = new StringBuilder(run.Length + 2);
        foreach (var character in run)
        {
            if (character is not ('\n' or '\r' or ' ' or '='))
            {
                plain.Append(character switch { '-' => '+', '_' => '/', _ => character });
            }
        }

        // A single character too many carries no bits.
        plain.Length -= plain.Length % 4 == 1 ? 1 : 0;
        plain.Append('=', (4 - (plain.Length % 4)) % 4);
        var bytes = new byte[plain.Length];
        return Convert.TryFromBase64String(plain.ToString(), bytes, out var count) ? (bytes[..count], "base 64") : ([], "");
    }

    // Text of PowerShell's -EncodedCommand: every second byte is NUL.
    private static string? Wide(byte[] bytes)
    {
        for (var index = 1; index < Math.Min(bytes.Length, 32); index += 2)
        {
            if (bytes[index] != 0)
            {
                return null;
            }
        }

        var text = Encoding.Unicode.GetString(bytes.AsSpan(0, bytes.Length & ~1));
        return IsText(text) ? text : null;
    }

    // Wrapped lines of one blob belong together.
    private static int RunEnd(ReadOnlySpan<char> text, int at)
    {
        var (start, index) = (at, at);
        while (index < text.Length && index - at < MostCharacters)
        {
            if (IsBase64(text[index]))
            {
                index++;
                continue;
            }

            var next = index;
            while (next < text.Length && next - index < 10 && text[next] is '\r' or '\n' or ' ')
            {
                next++;
            }

            if (text[index] is not ('\r' or '\n') || index - start < WrappedLine || next >= text.Length || !IsBase64(text[next]))
            {
                break;
            }

            (start, index) = (next, next);
        }

        while (index < text.Length && text[index] == '=')
        {
            index++;
        }

        return index;
    }

    // \x63, \u0063 and \143, one after the other.
    private static int EscapeRun(ReadOnlySpan<char> text, int at, out string message)
    {
        var result = new StringBuilder();
        while (at + 3 < text.Length && text[at] == '\\')
        {
            var digits = text[at + 1] switch { 'x' or 'X' => 2, 'u' or 'U' => 4, _ => 0 };
            if (digits > 0 && at + 2 + digits <= text.Length && int.TryParse(text.Slice(at + 2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                result.Append((char)code);
                at += 2 + digits;
            }
            else if (text[at + 1] is '0' or '1' && text.Slice(at + 1, 3).IndexOfAnyExceptInRange('0', '7') < 0)
            {
                result.Append((char)(((text[at + 1] - '0') * 64) + ((text[at + 2] - '0') * 8) + text[at + 3] - '0'));
                at += 4;
            }
            else
            {
                break;
            }
        }

        message = result.ToString();
        return message.Length == 0 ? at + 1 : at;
    }

    private static bool IsText(string text)
    {
        var (odd, spaces) = (0, 0);
        foreach (var character in text)
        {
            odd += (character < ' ' && character is not ('\n' or '\r' or '\t')) || character is '\uFFFD' or (>= '\u007F' and < '\u00A0') or (>= '\u2500' and < '\u2600') ? 1 : 0;
            spaces += character is ' ' or '\n' or '.' or ':' or '/' or '"' or '_' or '-' ? 1 : 0;
        }

        return text.Length > 0 && odd == 0 && (spaces > 0 || text.Length >= LeastBase64 - 8) && text.Any(char.IsAsciiLetter);
    }

    private static bool IsBase64(char character) => char.IsAsciiLetterOrDigit(character) || character is '+' or '/' or '-' or '_';
}
