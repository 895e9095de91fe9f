namespace WreSkills.Trust;

/// <summary>
/// The root of a growing tree of RFC 6962 in memory that grows with the number of its levels: of every complete subtree only the root
/// is kept.
/// </summary>
public sealed class CompactRange
{
    private const int MostLevels = 63;

    // Roots of the complete subtrees, the largest first; their sizes are the bits of the count.
    private readonly byte[] _roots = new byte[MostLevels * MerkleTree.HashLength];
    private int _depth;

    /// <summary>Leaves so far.</summary>
    public long Size { get; private set; }

    /// <summary>Takes the hash of the next leaf.</summary>
    public void Add(ReadOnlySpan<byte> leaf)
    {
        leaf.CopyTo(At(_depth++));
        for (var carry = Size; (carry & 1) == 1; carry >>= 1)
        {
            _depth--;
            MerkleTree.Node(At(_depth - 1), At(_depth), At(_depth - 1));
        }

        Size++;
    }

    /// <summary>Root of all leaves so far.</summary>
    public byte[] Root()
    {
        if (Size == 0)
        {
            return MerkleTree.EmptyRoot;
        }

        var root = At(_depth - 1).ToArray();
        for (var index = _depth - 2; index >= 0; index--)
        {
            MerkleTree.Node(At(index), root, root);
        }

        return root;
    }

    private Span<byte> At(int index) => _roots.AsSpan(index * MerkleTree.HashLength, MerkleTree.HashLength);
}
