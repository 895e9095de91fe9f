namespace WreSkills.Review;

/// <summary>A piece of a file and what is to stand in its place, as a model proposes it.</summary>
/// <param name="File">The file; only <c>SKILL.md</c> may be changed.</param>
/// <param name="Old">The piece as it stands, which must occur exactly once.</param>
/// <param name="New">What is to stand there.</param>
public sealed record InstructionEdit(string File, string Old, string New)
{
    /// <summary>Makes all edits in a text at once; pure.</summary>
    /// <param name="text">The text, with whatever line endings it has.</param>
    /// <param name="edits">The edits; their line endings are made to fit.</param>
    /// <param name="problem">Which of them does not fit and why; null when all do.</param>
    /// <returns>The new text, or null.</returns>
    public static string? Apply(string text, IReadOnlyList<InstructionEdit> edits, out string? problem)
    {
        var places = new List<(int Start, string Old, string New)>();
        var returns = text.Contains("\r\n", StringComparison.Ordinal);
        for (var index = 0; index < edits.Count; index++)
        {
            var (old, now) = (Fit(edits[index].Old, returns), Fit(edits[index].New, returns));
            var start = old.Length == 0 ? -1 : text.IndexOf(old, StringComparison.Ordinal);
            problem = old.Length == 0 ? $"edit {index + 1} names no text to replace"
                : start < 0 ? $"edit {index + 1} replaces text that is not there: \"{Shown(old)}\""
                : text.IndexOf(old, start + 1, StringComparison.Ordinal) >= 0 ? $"edit {index + 1} replaces text that is there more than once: \"{Shown(old)}\""
                : places.Exists(place => start < place.Start + place.Old.Length && place.Start < start + old.Length) ? $"edit {index + 1} overlaps another"
                : null;
            if (problem is not null)
            {
                return null;
            }

            places.Add((start, old, now));
        }

        problem = null;
        foreach (var (start, old, now) in places.OrderByDescending(place => place.Start))
        {
            text = string.Concat(text.AsSpan(0, start), now, text.AsSpan(start + old.Length));
        }

        return text;
    }

    private static string Fit(string text, bool returns)
    {
        var plain = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        return returns ? plain.Replace("\n", "\r\n", StringComparison.Ordinal) : plain;
    }

    private static string Shown(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= 60 ? line : line[..59] + "…";
    }
}
