using System.Buffers;

namespace WreSkills.Scanning;

/// <summary>Looks for words and hosts that mix scripts.</summary>
internal static class LookAlikeScan
{
    private const int MostWord = 80;
    private static readonly SearchValues<string> s_punycode = SearchValues.Create(["://xn--", ".xn--"], StringComparison.OrdinalIgnoreCase);

    public static void Run(ScannedFile file, FindingSink sink)
    {
        var text = file.Text;
        for (var at = 0; at < text.Length;)
        {
            var next = text.AsSpan(at).IndexOfAny(LookAlikes.All);
            if (next < 0)
            {
                break;
            }

            at = Word(file, at + next, sink);
        }

        for (var at = 0; at < text.Length;)
        {
            var next = text.AsSpan(at).IndexOfAny(s_punycode);
            if (next < 0)
            {
                break;
            }

            var found = text.AsSpan(at + next);
            var end = found.IndexOfAny(" \n\r\t\"'<>)`");
            sink.Add(UnicodeRules.Punycode, file, at + next, ScanText.Visible(end < 0 ? found : found[..end]));
            at += next + 7;
        }
    }

    private static int Word(ScannedFile file, int at, FindingSink sink)
    {
        var text = file.Text;
        var (start, end) = (at, at + 1);
        while (start > 0 && at - start < MostWord && char.IsLetterOrDigit(text[start - 1]))
        {
            start--;
        }

        while (end < text.Length && end - at < MostWord && char.IsLetterOrDigit(text[end]))
        {
            end++;
        }

        var word = text.AsSpan(start, end - start);
        var isHost = IsHost(file, at);
        var mixed = word.ContainsAnyInRange('a', 'z') || word.ContainsAnyInRange('A', 'Z');
        if (mixed ? isHost || !IsInflected(word) || file.IsCode(start) : isHost && !word.ContainsAnyExcept(LookAlikes.All))
        {
            var rule = isHost ? UnicodeRules.MixedHost : file.IsCode(start) ? UnicodeRules.MixedCode : UnicodeRules.MixedWord;
            if (sink.Wants(rule))
            {
                sink.Add(rule, file, start, ScanText.Visible(word), $"U+{(int)text[at]:X4} looks like '{LookAlikes.Fold(text[at])}'");
            }
        }

        return end;
    }

    private static bool IsHost(ScannedFile file, int at)
    {
        var line = file.Window(at, out var offset);
        var address = line[..offset].LastIndexOf("://", StringComparison.Ordinal);
        return address >= 0 && line[(address + 3)..offset].IndexOfAny(" \t/?#\"'<>`") < 0;
    }

    // Latin letters with the ending of another language, as in "npmом", are how people inflect foreign words.
    private static bool IsInflected(ReadOnlySpan<char> word)
    {
        var latin = 0;
        while (latin < word.Length && char.IsAscii(word[latin]))
        {
            latin++;
        }

        var rest = word[latin..];
        return latin >= 2 && rest.Length is > 0 and <= 4 && !ContainsAscii(rest);
    }

    private static bool ContainsAscii(ReadOnlySpan<char> text) => text.ContainsAnyInRange('\0', '\u007F');
}
