using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace WreSkills.Review;

/// <summary>A line of a hunk.</summary>
/// <param name="Kind"><c>' '</c> kept, <c>'-'</c> removed, <c>'+'</c> added.</param>
/// <param name="Text">The line with its line ending, carriage return included; without one only at the end of a file.</param>
public sealed record DiffLine(char Kind, string Text);

/// <summary>Neighbouring changes with what stands around them.</summary>
/// <param name="OldStart">First line before the change, from 1; the line in front when none is covered.</param>
/// <param name="NewStart">First line after the change, likewise.</param>
/// <param name="Lines">The lines.</param>
public sealed record DiffHunk(int OldStart, int NewStart, IReadOnlyList<DiffLine> Lines)
{
    /// <summary>Lines of the text before.</summary>
    public int OldCount => Lines.Count(line => line.Kind != '+');

    /// <summary>Lines of the text after.</summary>
    public int NewCount => Lines.Count(line => line.Kind != '-');
}

/// <summary>
/// The change of one file as <c>patch</c> and <c>git apply</c> read it, exact to the byte: it applies where every line that it names stands at
/// the very place that it names, and nowhere else. Pure.
/// </summary>
/// <param name="File">The file, without the customary <c>a/</c> and <c>b/</c>.</param>
/// <param name="Hunks">The hunks in order.</param>
public sealed partial record UnifiedDiff(string File, IReadOnlyList<DiffHunk> Hunks)
{
    /// <summary>Longest text of a diff that is read, in characters.</summary>
    public const int MostCharacters = 1_000_000;

    private const string NoNewline = "\\ No newline at end of file";

    /// <summary>Lines that are removed, in order.</summary>
    public IEnumerable<string> Removed => Hunks.SelectMany(hunk => hunk.Lines).Where(line => line.Kind == '-').Select(line => line.Text);

    /// <summary>Lines that are added, in order.</summary>
    public IEnumerable<string> Added => Hunks.SelectMany(hunk => hunk.Lines).Where(line => line.Kind == '+').Select(line => line.Text);

    /// <summary>Lines that are removed or added.</summary>
    public int Changed => Hunks.Sum(hunk => hunk.Lines.Count(line => line.Kind != ' '));

    /// <summary>The difference of two texts.</summary>
    /// <param name="file">The file's name in the head.</param>
    /// <param name="before">The text before.</param>
    /// <param name="after">The text after.</param>
    /// <returns>Null when so much differs that it is another text.</returns>
    public static UnifiedDiff? Between(string file, string before, string after)
    {
        if (TextDiff.Hunks(Lines(before), Lines(after)) is not { } lines)
        {
            return null;
        }

        var hunks = new List<DiffHunk>();
        foreach (var line in lines)
        {
            if (Head().Match(line) is { Success: true } head && line[0] == '@')
            {
                hunks.Add(new DiffHunk(Number(head, "old"), Number(head, "new"), new List<DiffLine>()));
            }
            else
            {
                ((List<DiffLine>)hunks[^1].Lines).Add(new DiffLine(line[0], line[1..]));
            }
        }

        return new UnifiedDiff(file, hunks);
    }

    /// <summary>Reads a diff of exactly one file.</summary>
    /// <param name="text">The diff; a line in front of <c>---</c> is passed over.</param>
    /// <param name="problem">What is wrong with it; null when it can be read.</param>
    public static UnifiedDiff? Parse(string text, out string? problem)
    {
        problem = text.Length > MostCharacters ? $"it has more than {MostCharacters:N0} characters" : null;
        return problem is null ? new Reader(text).Read(out problem) : null;
    }

    /// <summary>Applies it.</summary>
    /// <param name="text">The text before.</param>
    /// <param name="problem">Where it does not fit; null when it does.</param>
    /// <returns>The text after, or null.</returns>
    public string? Apply(string text, out string? problem)
    {
        var lines = Lines(text);
        var result = new StringBuilder(text.Length);
        var next = 0;
        foreach (var hunk in Hunks)
        {
            // A hunk that covers no line stands behind the line that it names.
            var start = hunk.OldCount == 0 ? hunk.OldStart : hunk.OldStart - 1;
            if (start < next || start > lines.Length)
            {
                problem = $"line {hunk.OldStart} is not where a change can stand";
                return null;
            }

            result.AppendJoin("", lines[next..start]);
            next = start;
            foreach (var line in hunk.Lines)
            {
                if (line.Kind != '+' && (next >= lines.Length || lines[next++] != line.Text))
                {
                    problem = $"line {Math.Min(next, lines.Length)} is not \"{Shown(line.Text)}\"";
                    return null;
                }

                result.Append(line.Kind == '-' ? "" : line.Text);
            }
        }

        problem = null;
        return result.AppendJoin("", lines[next..]).ToString();
    }

    /// <summary>The diff that takes this one back.</summary>
    public UnifiedDiff Reverse() => this with
    {
        Hunks = [.. Hunks.Select(hunk => new DiffHunk(
            hunk.NewStart, hunk.OldStart, [.. hunk.Lines.Select(line => line with { Kind = line.Kind switch { '-' => '+', '+' => '-', var kept => kept } })]))],
    };

    /// <summary>The diff as text, each line ended by a line feed.</summary>
    public override string ToString()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"--- a/{File}\n+++ b/{File}\n");
        foreach (var hunk in Hunks)
        {
            text.Append(CultureInfo.InvariantCulture, $"@@ -{hunk.OldStart},{hunk.OldCount} +{hunk.NewStart},{hunk.NewCount} @@\n");
            foreach (var line in hunk.Lines)
            {
                text.Append(line.Kind).Append(line.Text).Append(line.Text.EndsWith('\n') ? "" : $"\n{NoNewline}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>The lines of a text, each with its line feed; the last one without when it has none.</summary>
    internal static string[] Lines(string text)
    {
        var lines = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start) is >= 0 and var feed ? feed + 1 : text.Length;
            lines.Add(text[start..end]);
            start = end;
        }

        return [.. lines];
    }

    private static string Shown(string line) => line.TrimEnd() is { Length: > 60 } text ? text[..59] + "…" : line.TrimEnd();

    private static int Number(Match match, string group) => int.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    [GeneratedRegex(@"^@@ -(?<old>[0-9]{1,9})(,(?<olds>[0-9]{1,9}))? \+(?<new>[0-9]{1,9})(,(?<news>[0-9]{1,9}))? @@", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Head();

    private sealed class Reader(string text)
    {
        private readonly string[] _lines = Lines(text);
        private int _at;

        public UnifiedDiff? Read(out string? problem)
        {
            _at = Array.FindIndex(_lines, line => line.StartsWith("--- ", StringComparison.Ordinal));
            if (_at < 0 || _at + 1 >= _lines.Length || !_lines[_at + 1].StartsWith("+++ ", StringComparison.Ordinal))
            {
                problem = "it has no head of two lines, --- and +++";
                return null;
            }

            var (old, now) = (Name(_lines[_at], "a/"), Name(_lines[_at + 1], "b/"));
            _at += 2;
            problem = old == now ? null : $"it renames {old} to {now}";
            var hunks = new List<DiffHunk>();
            while (problem is null && _at < _lines.Length)
            {
                if (Hunk(out problem) is { } hunk)
                {
                    hunks.Add(hunk);
                }
            }

            problem ??= hunks.Count == 0 ? "it changes nothing" : null;
            return problem is null ? new UnifiedDiff(now, hunks) : null;
        }

        private DiffHunk? Hunk(out string? problem)
        {
            var head = Head().Match(_lines[_at]);
            if (!head.Success)
            {
                problem = _lines[_at].StartsWith("--- ", StringComparison.Ordinal) || _lines[_at].StartsWith("diff ", StringComparison.Ordinal)
                    ? "it changes more than one file" : $"line {_at + 1} of it belongs to no hunk";
                return null;
            }

            _at++;
            var lines = new List<DiffLine>();
            var (old, now) = (Count(head, "olds"), Count(head, "news"));
            while (_at < _lines.Length && (old > 0 || now > 0) && _lines[_at][0] is ' ' or '-' or '+')
            {
                var line = _lines[_at++];
                old -= line[0] == '+' ? 0 : 1;
                now -= line[0] == '-' ? 0 : 1;
                var ends = _at < _lines.Length && _lines[_at].StartsWith("\\ ", StringComparison.Ordinal);
                lines.Add(new DiffLine(line[0], ends ? line[1..^1] : line[1..]));
                _at += ends ? 1 : 0;
            }

            problem = old == 0 && now == 0 && lines.Exists(line => line.Kind != ' ') ? null : $"the hunk that ends in line {_at} of it is not as long as it says";
            return problem is null ? new DiffHunk(Number(head, "old"), Number(head, "new"), lines) : null;
        }

        private static int Count(Match head, string group) => head.Groups[group].Success ? Number(head, group) : 1;

        private static string Name(string line, string side)
        {
            var name = line[4..].Split('\t')[0].TrimEnd();
            return name.StartsWith(side, StringComparison.Ordinal) ? name[side.Length..] : name;
        }
    }
}
