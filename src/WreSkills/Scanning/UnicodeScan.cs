using System.Text;

namespace WreSkills.Scanning;

/// <summary>Looks for hidden characters in one pass that stops only at suspects.</summary>
internal static class UnicodeScan
{
    private const int LeastRun = 4;
    private const int LeastStyled = 4;

    public static void Run(ScannedFile file, FindingSink sink)
    {
        var text = file.Text;
        for (var at = 0; at < text.Length;)
        {
            var next = text.AsSpan(at).IndexOfAny(HiddenText.Suspects);
            if (next < 0)
            {
                break;
            }

            at = Look(file, at + next, sink);
        }

        LookAlikeScan.Run(file, sink);
    }

    // Returns where to go on.
    private static int Look(ScannedFile file, int at, FindingSink sink)
    {
        var rest = file.Text.AsSpan(at);
        if (Rune.DecodeFromUtf16(rest, out var rune, out var length) != System.Buffers.OperationStatus.Done)
        {
            sink.Add(UnicodeRules.Broken, file, at, $"{{U+{(int)rest[0]:X4}}}");
            return at + 1;
        }

        var before = Before(file.Text, at);
        return HiddenText.IsTag(rune) || rune.Value is >= 0xE0080 and <= 0xE00FF ? TagRun(file, at, before, sink)
            : HiddenText.IsSelector(rune) ? SelectorRun(file, at, before, sink)
            : HiddenText.IsZeroWidth(rune) ? ZeroWidthRun(file, at, before, sink)
            : rune.Value is (>= 0x1D400 and <= 0x1D7FF) or (>= 0xFF21 and <= 0xFF3A) or (>= 0xFF41 and <= 0xFF5A) ? StyledRun(file, at, sink)
            : Single(file, at, rune, length, sink);
    }

    private static int Single(ScannedFile file, int at, Rune rune, int length, FindingSink sink)
    {
        var rule = rune.Value switch
        {
            _ when HiddenText.IsBidi(rune) => Allowed(file, at, rune) ? null : UnicodeRules.Bidi,
            0x200E or 0x200F or 0x061C => HasRightToLeft(file.Window(at, out _)) ? null : UnicodeRules.Invisible,
            0x00AD => UnicodeRules.SoftHyphen,
            (>= 0x2061 and <= 0x2065) or (>= 0x206A and <= 0x206F) or (>= 0xFFF9 and <= 0xFFFB) or (>= 0x1D173 and <= 0x1D17A) => UnicodeRules.Invisible,
            0x2028 or 0x2029 => UnicodeRules.Separator,
            _ when HiddenText.IsFiller(rune) => UnicodeRules.Filler,
            _ when HiddenText.IsPrivate(rune) => UnicodeRules.PrivateUse,
            _ when HiddenText.IsUnusualSpace(rune) => file.IsCode(at) && !(rune.Value is 0x3000 or 0x00A0 or 0x202F && HasOtherLetters(file.Window(at, out _))) ? UnicodeRules.Space : null,
            0x1B or 0x08 or 0x7F or 0x9B or 0x9D or 0x90 => UnicodeRules.Control,
            < 0x20 => UnicodeRules.Control,
            (>= 0x80 and <= 0x9F) => UnicodeRules.Invisible,
            _ when (rune.Value & 0xFFFE) == 0xFFFE => UnicodeRules.Broken,
            _ => null,
        };
        if (rule is not null && sink.Wants(rule))
        {
            sink.Add(rule, file, at, Around(file, at, length));
        }

        return at + length;
    }

    private static int TagRun(ScannedFile file, int at, Rune? before, FindingSink sink)
    {
        var end = RunEnd(file.Text, at, rune => rune.Value is >= 0xE0000 and <= 0xE00FF);
        var run = file.Text.AsSpan(at, end - at);
        var message = HiddenText.DecodeTags(run);

        // The flags of England, Scotland and Wales are a black flag, a region in tags and the cancel tag.
        if (!(before?.Value == 0x1F3F4 && message is "gbeng" or "gbsct" or "gbwls" && run.EndsWith("\U000E007F", StringComparison.Ordinal)))
        {
            sink.Add(UnicodeRules.Tags, file, at, message.Length > 0 ? $"\"{ScanText.Visible(message)}\"" : ScanText.Visible(run), CodePoints(run));
            sink.Decoded(file, at, message, "tag characters");
        }

        return end;
    }

    private static int SelectorRun(ScannedFile file, int at, Rune? before, FindingSink sink)
    {
        var end = RunEnd(file.Text, at, HiddenText.IsSelector);
        var run = file.Text.AsSpan(at, end - at);
        var single = run.Length <= 2 && (run.Length == 1 || char.IsHighSurrogate(run[0]));
        var meant = before is { } letter && (HiddenText.IsEmojiPart(letter) || HiddenText.IsIdeograph(letter) || HiddenText.NeedsJoiners(letter) || HiddenText.IsMark(letter) || Rune.IsSymbol(letter) || letter.Value is >= 0x1800 and <= 0x18AF);
        if (!(single && meant && (run.Length == 1 || HiddenText.IsIdeograph(before!.Value))))
        {
            var message = HiddenText.DecodeSelectors(run);
            var readable = message.Length > 1 && message.All(character => !char.IsControl(character) && character != '\uFFFD');
            sink.Add(UnicodeRules.Selectors, file, at, readable ? $"\"{ScanText.Visible(message)}\"" : ScanText.Visible(run), CodePoints(run));
            if (readable)
            {
                sink.Decoded(file, at, message, "variation selectors");
            }
        }

        return end;
    }

    private static int ZeroWidthRun(ScannedFile file, int at, Rune? before, FindingSink sink)
    {
        var end = RunEnd(file.Text, at, HiddenText.IsZeroWidth);
        var run = file.Text.AsSpan(at, end - at);
        var message = HiddenText.DecodeZeroWidth(run);
        if (run.Length >= LeastRun || message.Length > 0)
        {
            sink.Add(UnicodeRules.ZeroWidthRun, file, at, message.Length > 0 ? $"\"{ScanText.Visible(message)}\"" : ScanText.Visible(run), CodePoints(run));
            sink.Decoded(file, at, message, "zero-width characters");
        }
        else if (run.Contains('\uFEFF'))
        {
            sink.Add(UnicodeRules.Mark, file, at, Around(file, at, run.Length));
        }
        else if (!JoinsProperly(file, at, end, before, run))
        {
            sink.Add(UnicodeRules.ZeroWidth, file, at, Around(file, at, run.Length));
        }

        return end;
    }

    private static int StyledRun(ScannedFile file, int at, FindingSink sink)
    {
        var end = RunEnd(file.Text, at, rune => rune.Value is (>= 0x1D400 and <= 0x1D7FF) or (>= 0xFF21 and <= 0xFF3A) or (>= 0xFF41 and <= 0xFF5A));
        var run = file.Text.AsSpan(at, end - at);
        var letters = 0;
        foreach (var _ in run.EnumerateRunes())
        {
            letters++;
        }

        // Acronyms in full-width letters are ordinary in Chinese and Japanese.
        if (letters >= LeastStyled && !(run[0] >= 0xFF21 && run[0] <= 0xFF5A && HasOtherLetters(file.Window(at, out _))))
        {
            sink.Add(UnicodeRules.Styled, file, at, ScanText.Visible(run));
        }

        return end;
    }

    private static bool JoinsProperly(ScannedFile file, int at, int end, Rune? before, ReadOnlySpan<char> run)
    {
        if (before is not { } left)
        {
            return false;
        }

        _ = Rune.DecodeFromUtf16(file.Text.AsSpan(end), out var right, out _);
        return run switch
        {
            "\u200D" => (HiddenText.IsEmojiPart(left) || left.Value is 0xFE0F or (>= 0x1F3FB and <= 0x1F3FF)) && HiddenText.IsEmojiPart(right) || HiddenText.NeedsJoiners(left),
            "\u200C" => HiddenText.NeedsJoiners(left) || HiddenText.NeedsJoiners(right),
            "\u200B" or "\u2060" => HiddenText.NeedsJoiners(left) || HiddenText.NeedsJoiners(right) || HiddenText.IsIdeograph(left),
            _ => HiddenText.NeedsJoiners(left),
        };
    }

    // Isolates and embeddings are proper in right-to-left prose when each is closed on its line; overrides never are.
    private static bool Allowed(ScannedFile file, int at, Rune rune)
    {
        if (rune.Value is 0x202D or 0x202E || file.Kind is TextKind.Script || file.IsCode(at))
        {
            return false;
        }

        var line = file.Window(at, out _);
        var (isolates, embeddings) = (0, 0);
        foreach (var character in line)
        {
            isolates += character is >= '\u2066' and <= '\u2068' ? 1 : character == '\u2069' ? -1 : 0;
            embeddings += character is '\u202A' or '\u202B' ? 1 : character == '\u202C' ? -1 : 0;
        }

        return isolates == 0 && embeddings == 0 && HasRightToLeft(line);
    }

    private static bool HasRightToLeft(ReadOnlySpan<char> line)
    {
        foreach (var rune in line.EnumerateRunes())
        {
            if (HiddenText.IsRightToLeft(rune))
            {
                return true;
            }
        }

        return false;
    }

    // Letters beyond Latin: there, wide spaces and full-width letters are ordinary; accented ones make French likely.
    private static bool HasOtherLetters(ReadOnlySpan<char> line)
    {
        foreach (var rune in line.EnumerateRunes())
        {
            if (rune.Value is > 0xBF and < 0x2000 or > 0x2E7F and < 0xFE00 or (> 0x3000 and < 0xD7FF) && Rune.IsLetter(rune))
            {
                return true;
            }
        }

        return false;
    }

    private static Rune? Before(string text, int at) =>
        at > 0 && Rune.DecodeLastFromUtf16(text.AsSpan(0, at), out var rune, out _) == System.Buffers.OperationStatus.Done ? rune : null;

    private static int RunEnd(string text, int at, Func<Rune, bool> belongs)
    {
        while (at < text.Length && Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length) == System.Buffers.OperationStatus.Done && belongs(rune))
        {
            at += length;
        }

        return at;
    }

    private static string Around(ScannedFile file, int at, int length)
    {
        var from = Math.Max(0, at - 24);
        from = from > 0 && char.IsLowSurrogate(file.Text[from]) ? from + 1 : from;
        var to = Math.Min(file.Text.Length, at + length + 24);
        return ScanText.Visible(file.Text.AsSpan(from, to - from));
    }

    private static string CodePoints(ReadOnlySpan<char> run)
    {
        var points = new StringBuilder();
        var count = 0;
        foreach (var rune in run.EnumerateRunes())
        {
            if (++count <= 12)
            {
                points.Append(points.Length > 0 ? " " : "").Append($"U+{rune.Value:X4}");
            }
        }

        return $"{count} characters: {points}{(count > 12 ? " …" : "")}";
    }
}
