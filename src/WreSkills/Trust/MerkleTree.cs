using System.Numerics;
using System.Security.Cryptography;

namespace WreSkills.Trust;

/// <summary>
/// The hash tree of RFC 6962 over the lines of a log, and its proofs with their verification (RFC 9162, sections 2.1.3 and 2.1.4); pure.
/// Leaves and nodes are hashed with different first bytes, so that no node can be passed off as a line.
/// </summary>
public static class MerkleTree
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashLength = SHA256.HashSizeInBytes;

    private const int MostOnStack = 1024;

    /// <summary>Root of the tree without leaves: the SHA-256 of nothing.</summary>
    public static byte[] EmptyRoot => SHA256.HashData([]);

    /// <summary>Hash of a leaf: SHA-256(0x00 ‖ data).</summary>
    public static byte[] Leaf(ReadOnlySpan<byte> data)
    {
        var hash = new byte[HashLength];
        Leaf(data, hash);
        return hash;
    }

    /// <summary>Hash of a leaf, without an allocation.</summary>
    public static void Leaf(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        var buffer = data.Length < MostOnStack ? stackalloc byte[MostOnStack] : new byte[data.Length + 1];
        buffer[0] = 0;
        data.CopyTo(buffer[1..]);
        SHA256.HashData(buffer[..(data.Length + 1)], hash);
    }

    /// <summary>Hash of an inner node: SHA-256(0x01 ‖ left ‖ right).</summary>
    public static byte[] Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var hash = new byte[HashLength];
        Node(left, right, hash);
        return hash;
    }

    /// <summary>Hash of an inner node, without an allocation; the result may lie over one of the children.</summary>
    public static void Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> hash)
    {
        Span<byte> buffer = stackalloc byte[1 + (2 * HashLength)];
        buffer[0] = 1;
        left.CopyTo(buffer[1..]);
        right.CopyTo(buffer[(1 + HashLength)..]);
        SHA256.HashData(buffer, hash);
    }

    /// <summary>Root of the first leaves.</summary>
    /// <param name="leaves">Hashes of leaves.</param>
    /// <param name="size">How many of them.</param>
    public static byte[] Root(IReadOnlyList<byte[]> leaves, int size) => Root(leaves, 0, size);

    /// <summary>Proves that a leaf is in the tree of the first leaves (RFC 9162, 2.1.3.1).</summary>
    /// <param name="leaves">Hashes of leaves.</param>
    /// <param name="index">The leaf, from 0.</param>
    /// <param name="size">Size of the tree.</param>
    /// <returns>Hashes from the leaf's sibling up.</returns>
    public static IReadOnlyList<byte[]> InclusionProof(IReadOnlyList<byte[]> leaves, int index, int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, leaves.Count);
        var proof = new List<byte[]>();
        var (start, end) = (0, size);
        while (end - start > 1)
        {
            var middle = start + Split(end - start);
            proof.Add(index < middle ? Root(leaves, middle, end) : Root(leaves, start, middle));
            (start, end) = index < middle ? (start, middle) : (middle, end);
        }

        proof.Reverse();
        return proof;
    }

    /// <summary>Proves that the tree of the first <paramref name="first"/> leaves is the beginning of that of <paramref name="second"/> (RFC 9162, 2.1.4.1).</summary>
    /// <param name="leaves">Hashes of leaves.</param>
    /// <param name="first">Size of the smaller tree.</param>
    /// <param name="second">Size of the larger one.</param>
    /// <returns>The hashes; none when one tree is empty or both are the same.</returns>
    public static IReadOnlyList<byte[]> ConsistencyProof(IReadOnlyList<byte[]> leaves, int first, int second)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, second);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(second, leaves.Count);
        var proof = new List<byte[]>();
        if (first == 0)
        {
            return proof;
        }

        var (start, end, known) = (0, second, true);
        while (first != end)
        {
            var middle = start + Split(end - start);
            var left = first <= middle;
            proof.Add(left ? Root(leaves, middle, end) : Root(leaves, start, middle));
            known &= left;
            (start, end) = left ? (start, middle) : (middle, end);
        }

        // Who checks knows the root of the smaller tree; a part of it must be told.
        if (!known)
        {
            proof.Add(Root(leaves, start, end));
        }

        proof.Reverse();
        return proof;
    }

    /// <summary>Checks a proof of inclusion (RFC 9162, 2.1.3.2).</summary>
    /// <param name="index">The leaf, from 0.</param>
    /// <param name="size">Size of the tree.</param>
    /// <param name="leaf">Hash of the leaf.</param>
    /// <param name="proof">The proof.</param>
    /// <param name="root">Root of the tree.</param>
    public static bool VerifyInclusion(long index, long size, ReadOnlySpan<byte> leaf, IReadOnlyList<byte[]> proof, ReadOnlySpan<byte> root)
    {
        if (index < 0 || index >= size)
        {
            return false;
        }

        var (node, last) = (index, size - 1);
        Span<byte> hash = stackalloc byte[HashLength];
        leaf.CopyTo(hash);
        foreach (var sibling in proof)
        {
            if (last == 0 || sibling.Length != HashLength)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                Node(sibling, hash, hash);
                SkipLeftEdge(ref node, ref last);
            }
            else
            {
                Node(hash, sibling, hash);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && hash.SequenceEqual(root);
    }

    /// <summary>Checks a proof of consistency (RFC 9162, 2.1.4.2).</summary>
    /// <param name="first">Size of the smaller tree.</param>
    /// <param name="second">Size of the larger one.</param>
    /// <param name="firstRoot">Root of the smaller one.</param>
    /// <param name="secondRoot">Root of the larger one.</param>
    /// <param name="proof">The proof.</param>
    public static bool VerifyConsistency(long first, long second, ReadOnlySpan<byte> firstRoot, ReadOnlySpan<byte> secondRoot, IReadOnlyList<byte[]> proof)
    {
        if (first <= 0 || first >= second)
        {
            return proof.Count == 0 && (first == second ? firstRoot.SequenceEqual(secondRoot) : first == 0 && second > 0 && firstRoot.SequenceEqual(EmptyRoot));
        }

        IReadOnlyList<byte[]> path = BitOperations.IsPow2(first) ? [firstRoot.ToArray(), .. proof] : proof;
        if (path.Count == 0 || path.Any(hash => hash.Length != HashLength))
        {
            return false;
        }

        var (node, last) = (first - 1, second - 1);
        while ((node & 1) == 1)
        {
            (node, last) = (node >> 1, last >> 1);
        }

        var (small, large) = ((byte[])[.. path[0]], (byte[])[.. path[0]]);
        foreach (var hash in path.Skip(1))
        {
            if (last == 0)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                Node(hash, small, small);
                Node(hash, large, large);
                SkipLeftEdge(ref node, ref last);
            }
            else
            {
                Node(large, hash, large);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && firstRoot.SequenceEqual(small) && secondRoot.SequenceEqual(large);
    }

    // A node at the right edge that is a left child has no sibling there: it rises until it has one.
    private static void SkipLeftEdge(ref long node, ref long last)
    {
        while ((node & 1) == 0 && node != 0)
        {
            (node, last) = (node >> 1, last >> 1);
        }
    }

    // The largest power of two below the size.
    private static int Split(int size) => (int)(BitOperations.RoundUpToPowerOf2((uint)size) / 2);

    private static byte[] Root(IReadOnlyList<byte[]> leaves, int start, int end)
    {
        var range = new CompactRange();
        for (var index = start; index < end; index++)
        {
            range.Add(leaves[index]);
        }

        return range.Root();
    }
}
