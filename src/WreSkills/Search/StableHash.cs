namespace WreSkills.Search;

/// <summary>FNV-1a over UTF-16 code units with a final mix: the same on every machine and in every process, as what the index stores must be.</summary>
internal static class StableHash
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>Hash of a text.</summary>
    public static ulong Of(ReadOnlySpan<char> text)
    {
        var hash = Offset;
        foreach (var character in text)
        {
            hash = (hash ^ character) * Prime;
        }

        return Mix(hash);
    }

    /// <summary>Hash of a run of hashes; the order counts.</summary>
    public static ulong Of(ReadOnlySpan<ulong> hashes)
    {
        var hash = Offset;
        foreach (var part in hashes)
        {
            hash = Mix((hash ^ part) * Prime);
        }

        return hash;
    }

    private static ulong Mix(ulong hash)
    {
        hash ^= hash >> 32;
        hash *= 0xD6E8FEB86659FD93;
        return hash ^ (hash >> 32);
    }
}
