namespace WreSkills.Loading;

/// <summary>What a line of a skill's text is for whoever looks for parts that are meant for certain agents.</summary>
internal enum MarkerKind
{
    /// <summary>Something else, or not interpreted: front matter, code, a comment.</summary>
    Text,

    /// <summary>White space.</summary>
    Blank,

    /// <summary>A heading, with or without agents.</summary>
    Heading,

    /// <summary>A bold marker with nothing behind it; leads a section.</summary>
    Section,

    /// <summary>A bold marker with text behind it; leads a paragraph.</summary>
    Paragraph,

    /// <summary>A comment that opens a part.</summary>
    Open,

    /// <summary>A comment that opens and closes a part on one line.</summary>
    OneLine,

    /// <summary>A comment that closes a part.</summary>
    Close,

    /// <summary>A line across the page.</summary>
    Break,
}

/// <summary>A line and what it is.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="Next">Where the next one begins.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Level">Level of a heading, 1–6; 0 for other lines.</param>
/// <param name="Names">Agents that it names, compared names; null for none.</param>
internal readonly record struct MarkerLine(int Start, int Next, MarkerKind Kind, int Level, IReadOnlyList<string>? Names);

/// <summary>Reads the marks that single out agents, from single lines. Never throws.</summary>
internal static class AgentMarker
{
    // What is longer is a sentence, whatever it begins with.
    private const int MostCharacters = 256;
    private const int MostNames = 16;
    private static readonly string[] s_separators = [",", "/", "&", " and ", " or "];
    private static readonly string[] s_kinds = [" agents", " agent", " models", " model"];

    /// <summary>Level and agents of a heading with number signs; level 0 when the line is none.</summary>
    public static (int Level, IReadOnlyList<string>? Names) Heading(ReadOnlySpan<char> line, IReadOnlySet<string> known)
    {
        var level = line.IndexOfAnyExcept('#');
        level = level < 0 ? line.Length : level;
        if (level is < 1 or > 6 || (level < line.Length && line[level] is not (' ' or '\t')))
        {
            return (0, null);
        }

        return (level, Title(line[level..].Trim().TrimEnd('#').TrimEnd(), known));
    }

    /// <summary>Agents of a heading's text, such as <c>For Qwen (reviews)</c>; null when it is not about agents.</summary>
    public static IReadOnlyList<string>? Title(ReadOnlySpan<char> title, IReadOnlySet<string> known)
    {
        title = title.Trim().TrimEnd(':').TrimEnd();
        if (title.StartsWith("**", StringComparison.Ordinal) && title.EndsWith("**", StringComparison.Ordinal) && title.Length > 4)
        {
            title = title[2..^2].Trim();
        }

        if (title.EndsWith(")", StringComparison.Ordinal) && title.IndexOf('(') is > 0 and var bracket)
        {
            title = title[..bracket].TrimEnd();
        }

        return For(title, known);
    }

    /// <summary>Agents of a line that begins with a bold marker, and whether text stands behind it; null when it is none.</summary>
    public static (IReadOnlyList<string> Names, bool HasText)? Bold(ReadOnlySpan<char> line, IReadOnlySet<string> known)
    {
        if (!line.StartsWith("**", StringComparison.Ordinal) || line[2..].IndexOf("**", StringComparison.Ordinal) is not (> 0 and var end) || For(line.Slice(2, end), known) is not { } names)
        {
            return null;
        }

        return (names, !line[(end + 4)..].TrimStart(':').IsWhiteSpace());
    }

    /// <summary>What a comment on agents is, with its agents; null when the line is none.</summary>
    public static (MarkerKind Kind, IReadOnlyList<string>? Names)? Comment(ReadOnlySpan<char> line)
    {
        const string open = "<!--", close = "-->";
        if (!line.StartsWith(open, StringComparison.Ordinal) || line.IndexOf(close, StringComparison.Ordinal) is not (>= 4 and var end))
        {
            return null;
        }

        var inner = line[open.Length..end].Trim();
        var rest = line[(end + close.Length)..].Trim();
        if (IsClosing(inner))
        {
            return rest.IsEmpty ? (MarkerKind.Close, null) : null;
        }

        var colon = inner.IndexOf(':');
        if (colon < 0 || !IsWord(inner[..colon].TrimEnd()) || Names(inner[(colon + 1)..], null) is not { } names)
        {
            return null;
        }

        // <!-- agent: gemma --> text <!-- /agent -->
        var last = rest.LastIndexOf(open, StringComparison.Ordinal);
        return rest.IsEmpty ? (MarkerKind.Open, names)
            : last >= 0 && rest.EndsWith(close, StringComparison.Ordinal) && rest.Length >= last + 7 && IsClosing(rest[(last + open.Length)..^close.Length].Trim()) ? (MarkerKind.OneLine, names)
            : null;
    }

    private static bool IsClosing(ReadOnlySpan<char> inner) => inner.Length > 0 && inner[0] == '/' && IsWord(inner[1..].Trim());

    private static bool IsWord(ReadOnlySpan<char> word) => word.Equals("agent", StringComparison.OrdinalIgnoreCase) || word.Equals("agents", StringComparison.OrdinalIgnoreCase);

    private static IReadOnlyList<string>? For(ReadOnlySpan<char> text, IReadOnlySet<string> known)
    {
        text = text.Trim().TrimEnd(':').TrimEnd();
        return text.Length is > 4 and <= MostCharacters && text.StartsWith("for", StringComparison.OrdinalIgnoreCase) && text[3] is ' ' or '\t' ? Names(text[4..], known) : null;
    }

    // All of them, or it is an ordinary heading; the comment alone needs no known name, since nothing else looks like it.
    private static IReadOnlyList<string>? Names(ReadOnlySpan<char> text, IReadOnlySet<string>? known)
    {
        if (text.Length > MostCharacters)
        {
            return null;
        }

        var names = new List<string>();
        foreach (var part in text.ToString().ToLowerInvariant().Split(s_separators, StringSplitOptions.TrimEntries))
        {
            var name = AgentNames.Normalize(part);
            if (known is not null && !known.Contains(name) && Array.Find(s_kinds, kind => part.EndsWith(kind, StringComparison.Ordinal)) is { } kind)
            {
                name = AgentNames.Normalize(part[..^kind.Length]);
            }

            if (name.Length == 0 || names.Count == MostNames || known?.Contains(name) == false)
            {
                return null;
            }

            names.Add(name);
        }

        return names;
    }
}
