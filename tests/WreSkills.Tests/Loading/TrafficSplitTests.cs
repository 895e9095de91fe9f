using System.Text;

using CsCheck;

using WreSkills.Loading;

namespace WreSkills.Tests.Loading;

public class TrafficSplitTests
{
    [Theory]
    [InlineData("", 0x00000000)]
    [InlineData("00", 0x514E28B7)]
    [InlineData("0000", 0x30F4C306)]
    [InlineData("000000", 0x85F0B427)]
    [InlineData("00000000", 0x2362F9DE)]
    [InlineData("21", 0x72661CF4)]
    [InlineData("2143", 0xA0F7B07A)]
    [InlineData("214365", 0x7E4A8634)]
    [InlineData("21436587", 0xF55B516B)]
    [InlineData("FFFFFFFF", 0x76293B50)]
    public void Hash_of_the_published_bytes_is_the_published_value(string hex, uint hash) => Assert.Equal(hash, TrafficSplit.Hash(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("test", 0xBA6BD213)]
    [InlineData("Hello, world!", 0xC0363E43)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x2E4FF723)]
    public void Hash_of_the_published_texts_is_the_published_value(string text, uint hash) => Assert.Equal(hash, TrafficSplit.Hash(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Bucket_is_the_hash_of_skill_and_key_scaled() =>
        Assert.Equal((int)(TrafficSplit.Hash("spam:ä"u8) / 4294967296.0 * 100_000), TrafficSplit.Bucket("spam", "ä"));

    [Fact]
    public void Larger_share_never_takes_a_key_away() =>
        Gen.Select(Gen.String, Gen.Int[0, 100], Gen.Int[0, 100]).Sample((key, a, b) =>
            !TrafficSplit.IsCandidate("spam", key, Math.Min(a, b)) || TrafficSplit.IsCandidate("spam", key, Math.Max(a, b)));

    [Fact]
    public void Nobody_at_zero_and_everybody_at_a_hundred() =>
        Gen.String.Sample(key => !TrafficSplit.IsCandidate("spam", key, 0) && TrafficSplit.IsCandidate("spam", key, 100));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(10, 10_000)]
    public void Bucket_of_exactly_the_share_is_not_a_candidates(int percent, int bucket)
    {
        var key = Enumerable.Range(0, 2_000_000).Select(key => $"{key}").First(key => TrafficSplit.Bucket("spam", key) == bucket);
        Assert.False(TrafficSplit.IsCandidate("spam", key, percent));
        Assert.True(TrafficSplit.IsCandidate("spam", key, percent + 1));
    }

    [Fact]
    public void Keys_spread_evenly()
    {
        const int keys = 1_000_000, cells = 100;
        var counts = new int[cells];
        for (var key = 0; key < keys; key++)
        {
            counts[TrafficSplit.Bucket("spam", $"user-{key}") / (TrafficSplit.Buckets / cells)]++;
        }

        var expected = (double)keys / cells;
        var chiSquare = counts.Sum(count => (count - expected) * (count - expected) / expected);
        // 99 degrees of freedom: beyond these bounds lies one uniform hash in a million on either side.
        Assert.InRange(chiSquare, 45, 180);
    }

    [Fact]
    public void Skills_split_independently()
    {
        var both = Enumerable.Range(0, 10_000).Count(key => TrafficSplit.IsCandidate("a", $"{key}", 50) && TrafficSplit.IsCandidate("b", $"{key}", 50));
        Assert.InRange(both, 2_300, 2_700);
    }
}
