namespace WreSkills.Search;

/// <summary>A passage that stands in two texts, word for word.</summary>
/// <param name="Text">As it stands in the first, on one line.</param>
/// <param name="Line">Its line in the first text, from 1.</param>
/// <param name="OtherLine">Its line in the other, from 1.</param>
/// <param name="Words">How many words it has.</param>
public sealed record SharedPassage(string Text, int Line, int OtherLine, int Words);

/// <summary>Finds the passages that two texts share: greedy tiling, the longest first, so that no word counts twice.</summary>
internal static class SharedPassages
{
    /// <summary>Places of one shingle in the other text that are tried; a line repeated a thousand times is one passage, not a thousand.</summary>
    private const int MostPlaces = 16;

    private sealed record Run(int Left, int Right, int Length);

    /// <summary>All passages of at least <see cref="Fingerprints.ShingleWords"/> words, as runs of words, the longest first.</summary>
    public static IReadOnlyList<(int Left, int Right, int Length)> Find(IReadOnlyList<TextWord> left, IReadOnlyList<TextWord> right)
    {
        var runs = Candidates(left, right);
        runs.Sort(static (one, other) => other.Length != one.Length ? other.Length.CompareTo(one.Length) : one.Left != other.Left ? one.Left.CompareTo(other.Left) : one.Right.CompareTo(other.Right));
        var (usedLeft, usedRight) = (new bool[left.Count], new bool[right.Count]);
        var found = new List<(int, int, int)>();
        foreach (var run in runs)
        {
            foreach (var part in Free(run, usedLeft, usedRight))
            {
                usedLeft.AsSpan(part.Left, part.Length).Fill(true);
                usedRight.AsSpan(part.Right, part.Length).Fill(true);
                found.Add((part.Left, part.Right, part.Length));
            }
        }

        found.Sort(static (one, other) => other.Item3 != one.Item3 ? other.Item3.CompareTo(one.Item3) : one.Item1.CompareTo(other.Item1));
        return found;
    }

    private static List<Run> Candidates(IReadOnlyList<TextWord> left, IReadOnlyList<TextWord> right)
    {
        var places = new Dictionary<ulong, List<int>>();
        var shingles = Fingerprints.Shingles(right);
        for (var index = 0; index < shingles.Length; index++)
        {
            if (!places.TryGetValue(shingles[index], out var list))
            {
                places[shingles[index]] = list = [];
            }

            if (list.Count < MostPlaces)
            {
                list.Add(index);
            }
        }

        var runs = new List<Run>();
        var ends = new Dictionary<int, int>();
        var mine = Fingerprints.Shingles(left);
        for (var index = 0; index < mine.Length; index++)
        {
            foreach (var place in places.GetValueOrDefault(mine[index]) ?? [])
            {
                // A run that began earlier on this diagonal holds this place already.
                if (ends.GetValueOrDefault(place - index, -1) > index)
                {
                    continue;
                }

                var length = 0;
                while (index + length < left.Count && place + length < right.Count && left[index + length].Hash == right[place + length].Hash)
                {
                    length++;
                }

                if (length >= Fingerprints.ShingleWords)
                {
                    ends[place - index] = index + length;
                    runs.Add(new Run(index, place, length));
                }
            }
        }

        return runs;
    }

    // What of a run no longer passage holds yet, if enough is left.
    private static IEnumerable<Run> Free(Run run, bool[] usedLeft, bool[] usedRight)
    {
        var parts = new List<Run>();
        for (var (start, at) = (0, 0); at <= run.Length; at++)
        {
            if (at < run.Length && !usedLeft[run.Left + at] && !usedRight[run.Right + at])
            {
                continue;
            }

            if (at - start >= Fingerprints.ShingleWords)
            {
                parts.Add(new Run(run.Left + start, run.Right + start, at - start));
            }

            start = at + 1;
        }

        return parts;
    }
}
