using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace WreSkills.Loading;

/// <summary>
/// Which arm a key belongs to (DESIGN section 8): MurmurHash3 of <c>skill:key</c> into 100,000 buckets; the candidate
/// takes those below its percentage. Sticky per key, and monotone: a larger percentage never takes a key away.
/// </summary>
public static class TrafficSplit
{
    /// <summary>Number of buckets.</summary>
    public const int Buckets = 100_000;

    private const int MostOnStack = 512;

    /// <summary>The bucket of a key, 0 to 99,999. Allocates nothing.</summary>
    public static int Bucket(string skill, string key)
    {
        ArgumentNullException.ThrowIfNull(skill);
        ArgumentNullException.ThrowIfNull(key);
        const int mostBytes = 3;
        var most = ((skill.Length + key.Length) * mostBytes) + 1;
        var rented = most > MostOnStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        var buffer = rented ?? stackalloc byte[MostOnStack];
        var length = Encoding.UTF8.GetBytes(skill, buffer);
        buffer[length++] = (byte)':';
        length += Encoding.UTF8.GetBytes(key, buffer[length..]);
        var bucket = Scale(Hash(buffer[..length]));
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return bucket;
    }

    /// <summary>The same as <see cref="IsCandidate"/>, with the skill's name and the colon encoded beforehand.</summary>
    internal static bool IsBelow(ReadOnlySpan<byte> prefix, string key, int percent)
    {
        const int mostBytes = 3;
        var most = prefix.Length + (key.Length * mostBytes);
        var rented = most > MostOnStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        var buffer = rented ?? stackalloc byte[MostOnStack];
        prefix.CopyTo(buffer);
        var bucket = Scale(Hash(buffer[..(prefix.Length + Encoding.UTF8.GetBytes(key, buffer[prefix.Length..]))]));
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return bucket < percent * (Buckets / 100);
    }

    private static int Scale(uint hash) => (int)(((ulong)hash * Buckets) >> 32);

    /// <summary>True when the candidate serves this key.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="key">What identifies the request, such as a stream, user or session.</param>
    /// <param name="percent">The candidate's share, 0 to 100.</param>
    public static bool IsCandidate(string skill, string key, int percent) => Bucket(skill, key) < percent * (Buckets / 100);

    /// <summary>MurmurHash3, x86, 32 bits, seed 0 (Austin Appleby).</summary>
    internal static uint Hash(ReadOnlySpan<byte> data)
    {
        const uint c1 = 0xcc9e2d51, c2 = 0x1b873593;
        var hash = 0u;
        var length = (uint)data.Length;
        while (data.Length >= 4)
        {
            hash ^= BitOperations.RotateLeft(BinaryPrimitives.ReadUInt32LittleEndian(data) * c1, 15) * c2;
            hash = (BitOperations.RotateLeft(hash, 13) * 5) + 0xe6546b64;
            data = data[4..];
        }

        var tail = 0u;
        for (var index = data.Length - 1; index >= 0; index--)
        {
            tail = (tail << 8) | data[index];
        }

        if (data.Length > 0)
        {
            hash ^= BitOperations.RotateLeft(tail * c1, 15) * c2;
        }

        hash ^= length;
        hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
        return hash ^ (hash >> 16);
    }
}
