using System.Security.Cryptography;

using CsCheck;

using WreSkills.Trust;

namespace WreSkills.Tests.Trust;

public class MerkleTreeTests
{
    // The leaves and figures that the reference implementations of RFC 6962 are tested with.
    private static readonly byte[][] s_leaves =
        [.. new[] { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" }.Select(hex => MerkleTree.Leaf(Convert.FromHexString(hex)))];

    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void Root_of_the_first_leaves_is_the_known_one(int size, string root) => Assert.Equal(root, Hex(MerkleTree.Root(s_leaves, size)));

    [Theory]
    [InlineData(0, 1, "")]
    [InlineData(0, 8, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7 5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e 6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")]
    [InlineData(5, 8, "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0 d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 3, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(1, 5, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d 5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")]
    public void Proof_of_inclusion_is_the_known_one(int index, int size, string proof) =>
        Assert.Equal(proof, string.Join(' ', MerkleTree.InclusionProof(s_leaves, index, size).Select(Hex)));

    [Theory]
    [InlineData(1, 1, "")]
    [InlineData(1, 8, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7 5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e 6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")]
    [InlineData(6, 8, "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0 d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 5, "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")]
    public void Proof_of_consistency_is_the_known_one(int first, int second, string proof) =>
        Assert.Equal(proof, string.Join(' ', MerkleTree.ConsistencyProof(s_leaves, first, second).Select(Hex)));

    [Fact]
    public void Every_tree_and_every_proof_agrees_with_the_definition() => Gen.Select(Gen.Int[1, 90], Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue]).Sample((size, first, second, seed) =>
    {
        var leaves = Leaves(size, seed);
        var root = MerkleTree.Root(leaves, size);
        Assert.Equal(Hex(Naive(leaves)), Hex(root));

        var index = first % size;
        var inclusion = MerkleTree.InclusionProof(leaves, index, size);
        Assert.Equal(NaivePath(index, leaves).Select(Hex), inclusion.Select(Hex));
        Assert.True(MerkleTree.VerifyInclusion(index, size, leaves[index], inclusion, root));
        Assert.False(MerkleTree.VerifyInclusion(index, size, Damaged(leaves[index], seed), inclusion, root));
        Assert.False(MerkleTree.VerifyInclusion(index, size, leaves[index], inclusion, Damaged(root, seed)));
        Assert.False(MerkleTree.VerifyInclusion(size == 1 ? 1 : (index + 1) % size, size, leaves[index], inclusion, root));
        AssertNoOther(inclusion, seed, proof => MerkleTree.VerifyInclusion(index, size, leaves[index], proof, root));

        var smaller = 1 + (second % size);
        var before = MerkleTree.Root(leaves, smaller);
        var consistency = MerkleTree.ConsistencyProof(leaves, smaller, size);
        Assert.Equal(NaiveConsistency(smaller, leaves, known: true).Select(Hex), consistency.Select(Hex));
        Assert.True(MerkleTree.VerifyConsistency(smaller, size, before, root, consistency));
        Assert.False(MerkleTree.VerifyConsistency(smaller, size, Damaged(before, seed), root, consistency));
        Assert.False(MerkleTree.VerifyConsistency(smaller, size, before, Damaged(root, seed), consistency));
        AssertNoOther(consistency, seed, proof => MerkleTree.VerifyConsistency(smaller, size, before, root, proof));
    }, iter: 2_000);

    [Fact]
    public void Every_tree_begins_with_the_empty_one()
    {
        Assert.True(MerkleTree.VerifyConsistency(0, 8, MerkleTree.EmptyRoot, MerkleTree.Root(s_leaves, 8), []));
        Assert.True(MerkleTree.VerifyConsistency(0, 0, MerkleTree.EmptyRoot, MerkleTree.EmptyRoot, []));
        Assert.False(MerkleTree.VerifyConsistency(0, 8, MerkleTree.Root(s_leaves, 1), MerkleTree.Root(s_leaves, 8), []));
        Assert.False(MerkleTree.VerifyConsistency(8, 7, MerkleTree.Root(s_leaves, 8), MerkleTree.Root(s_leaves, 7), []));
    }

    [Fact]
    public void A_leaf_longer_than_the_stack_buffer_is_hashed_whole()
    {
        var data = Enumerable.Range(0, 5000).Select(index => (byte)index).ToArray();
        Assert.Equal(Hex(SHA256.HashData([0, .. data])), Hex(MerkleTree.Leaf(data)));
        Assert.Equal(Hex(SHA256.HashData([0, .. data.AsSpan(0, 1024)])), Hex(MerkleTree.Leaf(data.AsSpan(0, 1024))));
        Assert.Equal(Hex(SHA256.HashData([0, .. data.AsSpan(0, 1023)])), Hex(MerkleTree.Leaf(data.AsSpan(0, 1023))));
    }

    private static void AssertNoOther(IReadOnlyList<byte[]> proof, int seed, Func<IReadOnlyList<byte[]>, bool> holds)
    {
        Assert.False(holds([.. proof, new byte[32]]));
        if (proof.Count > 0)
        {
            var at = seed % proof.Count;
            Assert.False(holds([.. proof.Skip(1)]));
            Assert.False(holds([.. proof.SkipLast(1)]));
            Assert.False(holds([.. proof.Take(at), Damaged(proof[at], seed), .. proof.Skip(at + 1)]));
            Assert.False(holds([.. proof.Take(at), proof[at][..31], .. proof.Skip(at + 1)]));
        }
    }

    private static byte[] Damaged(byte[] hash, int seed)
    {
        var damaged = (byte[])hash.Clone();
        damaged[seed % 32] ^= (byte)(1 << (seed % 8));
        return damaged;
    }

    private static byte[][] Leaves(int count, int seed) => [.. Enumerable.Range(0, count).Select(index => MerkleTree.Leaf(BitConverter.GetBytes(((long)seed << 32) + index)))];

    // RFC 6962, section 2.1, word by word.
    private static byte[] Naive(byte[][] leaves) => leaves.Length switch
    {
        0 => SHA256.HashData([]),
        1 => leaves[0],
        _ => SHA256.HashData([1, .. Naive(leaves[..Half(leaves.Length)]), .. Naive(leaves[Half(leaves.Length)..])]),
    };

    private static IEnumerable<byte[]> NaivePath(int index, byte[][] leaves)
    {
        var half = Half(leaves.Length);
        return leaves.Length == 1 ? []
            : index < half ? NaivePath(index, leaves[..half]).Append(Naive(leaves[half..]))
            : NaivePath(index - half, leaves[half..]).Append(Naive(leaves[..half]));
    }

    private static IEnumerable<byte[]> NaiveConsistency(int first, byte[][] leaves, bool known)
    {
        var half = Half(leaves.Length);
        return first == leaves.Length ? (known ? [] : [Naive(leaves)])
            : first <= half ? NaiveConsistency(first, leaves[..half], known).Append(Naive(leaves[half..]))
            : NaiveConsistency(first - half, leaves[half..], known: false).Append(Naive(leaves[..half]));
    }

    private static int Half(int count)
    {
        var half = 1;
        while (half * 2 < count)
        {
            half *= 2;
        }

        return half;
    }

    private static string Hex(byte[] hash) => Convert.ToHexStringLower(hash);
}
