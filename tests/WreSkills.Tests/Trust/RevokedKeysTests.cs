using WreSkills.Trust;

namespace WreSkills.Tests.Trust;

public class RevokedKeysTests
{
    [Fact]
    public void Keys_on_the_list_are_revoked_and_no_others()
    {
        var revoked = RevokedKeys.Parse($"# left in May\n\n  {SshVector.P256.Line}\r\n{SshVector.ShortRsa}\n{SshVector.Dsa}\n", "revoked");
        Assert.Equal(1, revoked.Count);
        Assert.True(revoked.Contains(SshPublicKey.Parse(SshVector.P256.Line)));
        Assert.False(revoked.Contains(SshPublicKey.Parse(SshVector.Ed25519.Line)));
    }

    [Fact]
    public void A_list_that_cannot_be_read_in_full_is_not_used()
    {
        var error = Assert.Throws<WreException>(() => RevokedKeys.Parse($"{SshVector.P256.Line}\nssh-ed25519 AAAA\nsha256:abc\n{SshVector.Certificate}\n", "revoked"));
        Assert.Equal(["revoked:2", "revoked:3", "revoked:4"], error.Problems.Select(problem => problem[..9]));
    }

    [Fact]
    public void A_binary_list_is_refused_by_its_name()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("revoked.krl", [.. "SSHKRL\n\0"u8, 1, 2, 0xff]);
        Assert.Contains("binary revocation list (KRL)", Assert.Throws<WreException>(() => RevokedKeys.Load(path)).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Throws<WreException>(() => RevokedKeys.Load(folder.At("missing"))).Message, StringComparison.Ordinal);
        Assert.Equal(1, RevokedKeys.Load(folder.Write("revoked", SshVector.P384.Line)).Count);
    }
}
