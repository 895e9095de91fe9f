namespace WreSkills.Loading;

/// <summary>
/// Splits a skill's text into lines and says which of them are marks: front matter, fenced and indented code and comments are passed over, so that an example
/// of a mark is none.
/// </summary>
internal static class MarkedLines
{
    private const int MostIndent = 3;

    /// <summary>Reads all lines; together they are the text.</summary>
    public static List<MarkerLine> Read(string text, IReadOnlySet<string> known)
    {
        var lines = new List<MarkerLine>();
        var at = FrontMatter(text, lines);
        var (fence, isComment) = (default(string), false);
        var previous = MarkerKind.Blank;
        while (at < text.Length)
        {
            var (end, next) = LineEnd(text, at);
            var line = text.AsSpan(at, end - at);
            var marker = new MarkerLine(at, next, MarkerKind.Text, 0, null);
            at = next;
            if (isComment)
            {
                isComment = !line.Contains("-->", StringComparison.Ordinal);
            }
            else if (fence is not null)
            {
                fence = Closes(line, fence) ? null : fence;
            }
            else if (line.IsWhiteSpace())
            {
                marker = marker with { Kind = MarkerKind.Blank };
            }
            else if (Indented(line) is not { } content)
            {
                // Indented code, or the inside of a list.
            }
            else if (content.Fence is { } opened)
            {
                fence = opened;
            }
            else
            {
                var own = line[content.Indent..].TrimEnd();
                isComment = own.StartsWith("<!--", StringComparison.Ordinal) && !own.Contains("-->", StringComparison.Ordinal);
                marker = isComment ? marker : Mark(marker, own, known, previous, lines, text);
            }

            previous = lines.Count > 0 ? lines[^1].Kind : MarkerKind.Blank;
            lines.Add(marker);
        }

        return lines;
    }

    /// <summary>Where the text behind the front matter begins; 0 without front matter.</summary>
    public static int BodyStart(string text)
    {
        var lines = new List<MarkerLine>();
        return FrontMatter(text, lines);
    }

    /// <summary>The fence that is still open at the end of a text; null when none is.</summary>
    public static string? OpenFence(string text)
    {
        string? fence = null;
        for (var at = BodyStart(text); at < text.Length;)
        {
            var (end, next) = LineEnd(text, at);
            var line = text.AsSpan(at, end - at);
            fence = fence is null ? Indented(line)?.Fence : Closes(line, fence) ? null : fence;
            at = next;
        }

        return fence;
    }

    private static MarkerLine Mark(MarkerLine marker, ReadOnlySpan<char> line, IReadOnlySet<string> known, MarkerKind previous, List<MarkerLine> lines, string text)
    {
        if (AgentMarker.Comment(line) is var (kind, agents))
        {
            return marker with { Kind = kind, Names = agents };
        }

        if (AgentMarker.Heading(line, known) is ( > 0, _) and var (level, names))
        {
            return marker with { Kind = MarkerKind.Heading, Level = level, Names = names };
        }

        if (Underline(line) is > 0 and var underlined && lines.Count > 0 && lines[^1] is { Kind: MarkerKind.Text or MarkerKind.Section } above && previous is not (MarkerKind.Text or MarkerKind.Paragraph) && TitleOf(text, above) is { } title)
        {
            // The line above is the heading; this one belongs to it.
            lines[^1] = above with { Kind = MarkerKind.Heading, Level = underlined, Names = AgentMarker.Title(title, known) };
            return marker;
        }

        if (IsBreak(line))
        {
            return marker with { Kind = MarkerKind.Break };
        }

        return AgentMarker.Bold(line, known) is var (led, hasText) ? marker with { Kind = hasText ? MarkerKind.Paragraph : MarkerKind.Section, Names = led } : marker;
    }

    // Code and what stands in lists is no title.
    private static string? TitleOf(string text, MarkerLine line)
    {
        var (end, _) = LineEnd(text, line.Start);
        var title = text.AsSpan(line.Start, end - line.Start);
        return Indented(title) is { Fence: null } && !"-*+>|".Contains(title.TrimStart()[0], StringComparison.Ordinal) | title.TrimStart().StartsWith("**", StringComparison.Ordinal) ? title.Trim().ToString() : null;
    }

    private static int FrontMatter(string text, List<MarkerLine> lines)
    {
        var start = text.StartsWith('\uFEFF') ? 1 : 0;
        var (end, next) = LineEnd(text, start);
        if (text.AsSpan(start, end - start).TrimEnd() is not "---")
        {
            return start;
        }

        for (var at = next; at < text.Length; at = next)
        {
            (end, next) = LineEnd(text, at);
            if (text.AsSpan(at, end - at).TrimEnd() is "---")
            {
                lines.Add(new MarkerLine(0, next, MarkerKind.Blank, 0, null));
                return next;
            }
        }

        return start;
    }

    // What counts as a line is the same as for the reader of the front matter: LF, CRLF and CR.
    private static (int End, int Next) LineEnd(string text, int at)
    {
        var length = text.AsSpan(at).IndexOfAny('\n', '\r');
        if (length < 0)
        {
            return (text.Length, text.Length);
        }

        var end = at + length;
        return (end, end + (text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? 2 : 1));
    }

    // Null for lines that begin too far right to be anything but text.
    private static (int Indent, string? Fence)? Indented(ReadOnlySpan<char> line)
    {
        var indent = line.IndexOfAnyExcept(' ');
        if (indent is < 0 or > MostIndent || line[indent] == '\t')
        {
            return null;
        }

        var rest = line[indent..];
        if (rest[0] is not ('`' or '~'))
        {
            return (indent, null);
        }

        var length = rest.IndexOfAnyExcept(rest[0]) is >= 0 and var run ? run : rest.Length;
        return (indent, length >= 3 && !(rest[0] == '`' && rest[length..].Contains('`')) ? new string(rest[0], length) : null);
    }

    private static bool Closes(ReadOnlySpan<char> line, string fence)
    {
        var indent = line.IndexOfAnyExcept(' ');
        if (indent is < 0 or > MostIndent)
        {
            return false;
        }

        var rest = line[indent..].TrimEnd(" \t");
        return rest.Length >= fence.Length && rest.IndexOfAnyExcept(fence[0]) < 0;
    }

    private static int Underline(ReadOnlySpan<char> line) => line.IndexOfAnyExcept('=') < 0 ? 1 : line.IndexOfAnyExcept('-') < 0 ? 2 : 0;

    private static bool IsBreak(ReadOnlySpan<char> line)
    {
        if (line[0] is not ('-' or '*' or '_'))
        {
            return false;
        }

        var marks = 0;
        foreach (var character in line)
        {
            if (character == line[0])
            {
                marks++;
            }
            else if (character is not (' ' or '\t'))
            {
                return false;
            }
        }

        return marks >= 3;
    }
}
