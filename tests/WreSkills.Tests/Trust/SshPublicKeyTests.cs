using WreSkills.Trust;

namespace WreSkills.Tests.Trust;

public class SshPublicKeyTests
{
    [Theory]
    [InlineData("Ed25519", "ssh-ed25519")]
    [InlineData("P256", "ecdsa-sha2-nistp256")]
    [InlineData("P384", "ecdsa-sha2-nistp384")]
    [InlineData("P521", "ecdsa-sha2-nistp521")]
    [InlineData("Rsa", "ssh-rsa")]
    public void A_line_of_ssh_keygen_gives_its_type_and_fingerprint(string name, string type)
    {
        var vector = SshVector.Named(name);
        var key = SshPublicKey.Parse(vector.Line + "\n");
        Assert.Equal(type, key.Type);
        Assert.Equal(vector.Fingerprint, key.Fingerprint);
        Assert.Equal(vector.Line, $"{key} alice");
        Assert.True(SshPublicKey.TryParse(key.Blob.Span, out var again, out _));
        Assert.Equal(key, again);
        Assert.False(key.IsSecurityKey);
    }

    [Fact]
    public void Numbers_with_needless_zeros_are_the_same_key()
    {
        var key = SshPublicKey.Parse(SshVector.Rsa.Line);
        byte[] blob = [.. key.Blob.Span];

        // After the type comes the exponent 65537: 00 00 00 03 01 00 01.
        byte[] longer = [.. blob[..11], 0, 0, 0, 5, 0, 0, .. blob[15..]];
        Assert.True(SshPublicKey.TryParse(longer, out var same, out var problem), problem);
        Assert.Equal(key, same);
        Assert.Equal(key.Fingerprint, same.Fingerprint);
    }

    [Theory]
    [InlineData(SshVector.Dsa, "DSA keys are too weak")]
    [InlineData(SshVector.ShortRsa, "1024 bits; 2,048 are the least")]
    [InlineData(SshVector.Certificate, "is a certificate")]
    [InlineData("ssh-ed25519", "not a public key")]
    [InlineData("ssh-ed25519 ?", "no key in base64")]
    [InlineData("ssh-ed25519 AAAA", "binary form is damaged")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "not a point that a key generator makes")]
    [InlineData("x-unheard-of AAAADHgtdW5oZWFyZC1vZg==", "not a supported key type")]
    public void What_is_no_acceptable_key_is_refused_with_the_reason(string line, string reason)
    {
        Assert.False(SshPublicKey.TryParse(line, out _, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
        Assert.Contains(reason, Assert.Throws<WreException>(() => SshPublicKey.Parse(line)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_in_front_that_is_not_the_keys_is_refused()
    {
        Assert.False(SshPublicKey.TryParse(SshVector.P256.Line.Replace("ecdsa-sha2-nistp256 ", "ssh-ed25519 ", StringComparison.Ordinal), out _, out var problem));
        Assert.Equal("The line says 'ssh-ed25519', the key in it is of type ecdsa-sha2-nistp256.", problem);
    }

    [Theory]
    [InlineData("P256")]
    [InlineData("P384")]
    [InlineData("P521")]
    public void A_point_off_the_curve_is_refused(string name)
    {
        byte[] blob = [.. SshPublicKey.Parse(SshVector.Named(name).Line).Blob.Span];
        blob[^1] ^= 1;
        Assert.False(SshPublicKey.TryParse(blob, out _, out var problem));
        Assert.EndsWith("is not a point on its curve.", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_shorter_and_longer_blob_is_refused()
    {
        byte[] blob = [.. SshPublicKey.Parse(SshVector.P256.Line).Blob.Span];
        for (var length = 0; length < blob.Length; length++)
        {
            Assert.False(SshPublicKey.TryParse(blob.AsSpan(0, length), out _, out _));
        }

        Assert.False(SshPublicKey.TryParse([.. blob, 0], out _, out _));
    }
}
