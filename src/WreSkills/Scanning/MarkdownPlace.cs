namespace WreSkills.Scanning;

/// <summary>The fences of a Markdown text.</summary>
internal static class MarkdownPlace
{
    /// <summary>Where fences open and close, in turn: the beginnings of their lines, and the end of the text where one stays open.</summary>
    public static int[] Fences(string text)
    {
        var places = new List<int>();
        var mark = '\0';
        var length = 0;
        for (var at = 0; at < text.Length;)
        {
            var rest = text.AsSpan(at);
            var end = rest.IndexOf('\n');
            var line = end < 0 ? rest : rest[..end];
            var trimmed = line.TrimStart();
            if (trimmed.Length >= 3 && trimmed[0] is '`' or '~')
            {
                var run = trimmed.IndexOfAnyExcept(trimmed[0]) is var other and >= 0 ? other : trimmed.Length;
                var opens = mark == '\0' && run >= 3 && !(trimmed[0] == '`' && trimmed[run..].Contains('`'));
                var closes = mark == trimmed[0] && run >= length && trimmed[run..].IsWhiteSpace();
                if (opens || closes)
                {
                    (mark, length) = opens ? (trimmed[0], run) : ('\0', 0);
                    places.Add(at);
                }
            }

            at += line.Length + 1;
        }

        return [.. places];
    }
}
