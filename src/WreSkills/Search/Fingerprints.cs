namespace WreSkills.Search;

/// <summary>
/// Fingerprints of a text by winnowing (Schleimer, Wilkerson and Aiken, SIGMOD 2003): of every window of neighbouring shingles the
/// smallest hash is kept. Two texts that share a run of <see cref="GuaranteedWords"/> words share a fingerprint.
/// </summary>
internal static class Fingerprints
{
    /// <summary>Words of a shingle; shorter runs are common speech.</summary>
    public const int ShingleWords = 5;

    /// <summary>Shingles of a window.</summary>
    public const int Window = 4;

    /// <summary>The shortest shared run that is found in any case.</summary>
    public const int GuaranteedWords = ShingleWords + Window - 1;

    /// <summary>The fingerprints of a text; a text shorter than a shingle has none.</summary>
    public static IReadOnlyCollection<uint> Of(IReadOnlyList<TextWord> words)
    {
        var shingles = Shingles(words);
        var kept = new HashSet<uint>();
        for (var start = 0; start < shingles.Length; start++)
        {
            var window = shingles.AsSpan(start, Math.Min(Window, shingles.Length - start));
            if (window.Length < Window && start > 0)
            {
                break;
            }

            var least = window[0];
            foreach (var hash in window)
            {
                least = Math.Min(least, hash);
            }

            kept.Add((uint)least);
        }

        return kept;
    }

    /// <summary>The hash of each run of <see cref="ShingleWords"/> words, by its first word.</summary>
    public static ulong[] Shingles(IReadOnlyList<TextWord> words)
    {
        if (words.Count < ShingleWords)
        {
            return [];
        }

        var shingles = new ulong[words.Count - ShingleWords + 1];
        Span<ulong> hashes = stackalloc ulong[ShingleWords];
        for (var start = 0; start < shingles.Length; start++)
        {
            for (var offset = 0; offset < ShingleWords; offset++)
            {
                hashes[offset] = words[start + offset].Hash;
            }

            shingles[start] = StableHash.Of(hashes);
        }

        return shingles;
    }
}
