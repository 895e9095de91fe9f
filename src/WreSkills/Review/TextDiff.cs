namespace WreSkills.Review;

/// <summary>A unified difference of two texts, line by line (Myers, An O(ND) Difference Algorithm, 1986).</summary>
public static class TextDiff
{
    private const int Context = 3;

    // Beyond this many edits a difference tells a reader nothing, and costs time and memory that grow with its square.
    private const int MostEdits = 1000;

    /// <summary>The lines of a unified difference without file names; empty for equal texts.</summary>
    public static IReadOnlyList<string> Unified(string before, string after)
    {
        var (left, right) = (Lines(before), Lines(after));
        var edits = Edits(left, right);
        return edits is null ? [$"@@ all {left.Length} lines were replaced by {right.Length} others @@"] : Hunks(edits);
    }

    /// <summary>The hunks of two texts that stand in lines already, so that line endings can be part of them.</summary>
    /// <returns>Null when there are too many changes.</returns>
    internal static IReadOnlyList<string>? Hunks(string[] before, string[] after) => Edits(before, after) is { } edits ? Hunks(edits) : null;

    private static string[] Lines(string text)
    {
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        return lines.Length > 0 && lines[^1].Length == 0 ? lines[..^1] : lines;
    }

    // ' ' kept, '-' removed, '+' added; null when there are too many changes.
    private static List<(char Kind, string Line, int Left, int Right)>? Edits(string[] left, string[] right)
    {
        var most = Math.Min(left.Length + right.Length, MostEdits);
        var furthest = new int[(2 * most) + 3];
        var trace = new List<int[]>();
        for (var edits = 0; edits <= most; edits++)
        {
            for (var diagonal = -edits; diagonal <= edits; diagonal += 2)
            {
                var down = diagonal == -edits || (diagonal != edits && furthest[most + diagonal] < furthest[most + diagonal + 2]);
                var x = down ? furthest[most + diagonal + 2] : furthest[most + diagonal] + 1;
                while (x < left.Length && x - diagonal < right.Length && left[x] == right[x - diagonal])
                {
                    x++;
                }

                furthest[most + diagonal + 1] = x;
                if (x >= left.Length && x - diagonal >= right.Length)
                {
                    return Back(left, right, trace, edits, most);
                }
            }

            trace.Add([.. furthest]);
        }

        return null;
    }

    private static List<(char Kind, string Line, int Left, int Right)> Back(string[] left, string[] right, List<int[]> trace, int edits, int most)
    {
        var script = new List<(char, string, int, int)>();
        var (x, y) = (left.Length, right.Length);
        for (; edits > 0; edits--)
        {
            var furthest = trace[edits - 1];
            var diagonal = x - y;
            var down = diagonal == -edits || (diagonal != edits && furthest[most + diagonal] < furthest[most + diagonal + 2]);
            var fromX = down ? furthest[most + diagonal + 2] : furthest[most + diagonal];
            var fromY = fromX - (down ? diagonal + 1 : diagonal - 1);
            var (midX, midY) = down ? (fromX, fromY + 1) : (fromX + 1, fromY);
            for (; x > midX; x--, y--)
            {
                script.Add((' ', left[x - 1], x, y));
            }

            script.Add(down ? ('+', right[midY - 1], fromX, midY) : ('-', left[midX - 1], midX, fromY));
            (x, y) = (fromX, fromY);
        }

        for (; x > 0; x--, y--)
        {
            script.Add((' ', left[x - 1], x, y));
        }

        script.Reverse();
        return script;
    }

    private static List<string> Hunks(List<(char Kind, string Line, int Left, int Right)> edits)
    {
        var lines = new List<string>();
        for (var index = 0; index < edits.Count;)
        {
            var change = edits.FindIndex(index, edit => edit.Kind != ' ');
            if (change < 0)
            {
                break;
            }

            var start = Math.Max(index, change - Context);
            var end = change;
            for (var next = change; next < edits.Count && next - end <= 2 * Context; next++)
            {
                end = edits[next].Kind != ' ' ? next : end;
            }

            var stop = Math.Min(edits.Count, end + Context + 1);
            var hunk = edits[start..stop];
            var (removed, added) = (hunk.Count(edit => edit.Kind != '+'), hunk.Count(edit => edit.Kind != '-'));
            var (first, second) = (hunk.FirstOrDefault(edit => edit.Kind != '+').Left, hunk.FirstOrDefault(edit => edit.Kind != '-').Right);
            lines.Add($"@@ -{(removed == 0 ? hunk[0].Left : first)},{removed} +{(added == 0 ? hunk[0].Right : second)},{added} @@");
            lines.AddRange(hunk.Select(edit => edit.Kind + edit.Line));
            index = stop;
        }

        return lines;
    }
}
