using WreSkills.Trust;

namespace WreSkills.Tests.Trust;

public class CheckpointTests
{
    private const string Log = "0199f3a2-1c55-7000-8000-00000000000a";
    private const string Root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    [Fact]
    public void The_text_of_a_checkpoint_is_three_lines()
    {
        var checkpoint = Checkpoint.Of(Log, 12, MerkleTree.EmptyRoot);
        Assert.Equal($"wre-skills/{Log}\n12\n{Root}\n", checkpoint.ToString());
        Assert.Equal(Log, checkpoint.Log);
        Assert.Equal(checkpoint, Checkpoint.Parse(checkpoint.ToString()));
    }

    [Fact]
    public void The_empty_log_has_a_checkpoint_without_a_name()
    {
        var checkpoint = Checkpoint.Of(null, 0, MerkleTree.EmptyRoot);
        Assert.Equal($"wre-skills/empty\n0\n{Root}\n", checkpoint.ToString());
        Assert.Null(checkpoint.Log);
    }

    [Fact]
    public void Extension_lines_survive()
    {
        const string text = $"wre-skills/{Log}\n12\n{Root}\nwitnessed 3\nmore\n";
        Assert.Equal(text, Checkpoint.Parse(text).ToString());
        Assert.Equal("witnessed 3\nmore\n", Checkpoint.Parse(text).Extensions);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\n1\n")]
    [InlineData($"a\n1\n{Root}")]
    [InlineData($"a\n1\n{Root}\n\n")]
    [InlineData($"a\n1\n{Root}\n\n— signer AAAA\n")]
    [InlineData($"\n1\n{Root}\n")]
    [InlineData($"a b\n1\n{Root}\n")]
    [InlineData($"a\r\n1\r\n{Root}\r\n")]
    [InlineData($"a\n01\n{Root}\n")]
    [InlineData($"a\n+1\n{Root}\n")]
    [InlineData($"a\n-1\n{Root}\n")]
    [InlineData($"a\n 1\n{Root}\n")]
    [InlineData($"a\n99999999999999999999\n{Root}\n")]
    [InlineData("a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n")]
    [InlineData("a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n")]
    [InlineData("a\n1\n 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData("a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==\n")]
    public void A_text_that_is_almost_a_checkpoint_is_none(string text)
    {
        Assert.False(Checkpoint.TryParse(text, out _, out var problem));
        Assert.NotEmpty(problem);
        Assert.Throws<WreException>(() => Checkpoint.Parse(text));
    }
}
