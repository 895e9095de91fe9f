namespace WreSkills.Review;

/// <summary>A heading of a text.</summary>
/// <param name="Level">1 to 6.</param>
/// <param name="Text">Its words.</param>
internal sealed record Heading(int Level, string Text);

/// <summary>Where a line of a <c>SKILL.md</c> stands; pure.</summary>
/// <param name="Headings">The headings above it, the outermost first; a heading stands below itself.</param>
/// <param name="Quoted">Whether it stands in a code block, in a comment or in the front matter.</param>
/// <param name="BodyLine">The line on which the body begins, from 1.</param>
internal sealed record Outline(IReadOnlyList<Heading> Headings, bool Quoted, int BodyLine)
{
    /// <summary>The places of all lines.</summary>
    public static Outline[] Of(string[] lines, int bodyLine)
    {
        var places = new Outline[lines.Length];
        IReadOnlyList<Heading> headings = [];
        var (fence, comment) = ((string?)null, false);
        for (var index = 0; index < lines.Length; index++)
        {
            var line = lines[index].Trim();
            if (index + 1 < bodyLine)
            {
                places[index] = new Outline([], true, bodyLine);
                continue;
            }

            var quoted = fence is not null || comment;
            if (!comment && Fence(line) is { } mark && (fence is null || (mark.StartsWith(fence, StringComparison.Ordinal) && line.Length == mark.Length)))
            {
                fence = fence is null ? mark : null;
                quoted = true;
            }
            else if (fence is null)
            {
                comment = Open(line, comment);
                quoted |= comment;
            }

            if (!quoted && line.StartsWith('#') && line.TrimStart('#') is { } rest && line.Length - rest.Length is >= 1 and <= 6 and var level && (rest.Length == 0 || char.IsWhiteSpace(rest[0])))
            {
                headings = [.. headings.Where(heading => heading.Level < level), new Heading(level, rest.Trim())];
            }

            places[index] = new Outline(headings, quoted, bodyLine);
        }

        return places;
    }

    private static string? Fence(string line) =>
        line.StartsWith("```", StringComparison.Ordinal) || line.StartsWith("~~~", StringComparison.Ordinal) ? line[..^line.TrimStart(line[0]).Length] : null;

    // Whether a comment is still open at the end of a line.
    private static bool Open(string line, bool open)
    {
        for (var at = 0; at >= 0 && at < line.Length;)
        {
            var mark = line.IndexOf(open ? "-->" : "<!--", at, StringComparison.Ordinal);
            if (mark < 0)
            {
                break;
            }

            open = !open;
            at = mark + (open ? 4 : 3);
        }

        return open;
    }
}
