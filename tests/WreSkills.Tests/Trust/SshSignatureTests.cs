using WreSkills.SshCases;
using WreSkills.Trust;

namespace WreSkills.Tests.Trust;

public class SshSignatureTests
{
    [Theory]
    [InlineData("Ed25519", "ssh-ed25519")]
    [InlineData("P256", "ecdsa-sha2-nistp256")]
    [InlineData("P384", "ecdsa-sha2-nistp384")]
    [InlineData("P521", "ecdsa-sha2-nistp521")]
    [InlineData("Rsa", "rsa-sha2-512")]
    public void A_signature_of_ssh_keygen_verifies_and_only_for_its_message_and_namespace(string name, string algorithm)
    {
        var vector = SshVector.Named(name);
        var signature = SshSignature.Parse(vector.Signature);
        Assert.Equal(vector.Fingerprint, signature.Key.Fingerprint);
        Assert.Equal(SshVector.Namespace, signature.Namespace);
        Assert.Equal("sha512", signature.HashAlgorithm);
        Assert.Equal(algorithm, signature.Algorithm);
        Assert.Null(signature.UserPresent);
        Assert.Null(signature.Verify(SshVector.Message, SshVector.Namespace));
        Assert.Equal(SignatureFault.NotThisContent, signature.Verify("demote"u8, SshVector.Namespace));
        Assert.Equal(SignatureFault.OtherNamespace, signature.Verify(SshVector.Message, "git"));
    }

    [Fact]
    public void Every_bit_of_an_Ed25519_signature_counts()
    {
        var signature = SshVector.Ed25519.Signature;
        byte[] blob = Convert.FromBase64String(string.Concat(signature.Split('\n')[1..^2]));
        for (var bit = 0; bit < blob.Length * 8; bit++)
        {
            byte[] changed = [.. blob];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            var armored = $"-----BEGIN SSH SIGNATURE-----\n{Convert.ToBase64String(changed)}\n-----END SSH SIGNATURE-----\n";
            var good = SshSignature.TryParse(armored, out var parsed, out _) && parsed.Verify(SshVector.Message, SshVector.Namespace) is null;

            // Version 0 is the one exception: the format refuses newer versions only, and the version is not signed.
            Assert.Equal(bit == (9 * 8), good);
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(4, false)]
    public void An_Ed25519_signature_outside_the_group_of_prime_order_is_refused_as_ssh_keygen_does(int torsion, bool good)
    {
        // The arithmetic of BouncyCastle alone takes all four, because it multiplies by the cofactor.
        var key = Ed25519CaseKey.Create(securityKey: false, new Random(1));
        var value = key.Value(SshCaseKey.Signed("promote"u8.ToArray(), "git", "sha512"), torsion * Edwards.Torsion, _ => true);
        var parts = new SshParts(key.Blob, "git"u8.ToArray(), "sha512"u8.ToArray(), Bytes.Join(Bytes.String(key.Type), Bytes.String(value)));
        Assert.Equal(good, SshSignature.Parse(SshParts.Armor(parts.Blob())).Verify("promote"u8, "git") is null);
    }

    [Fact]
    public void An_Ed25519_signature_has_one_form()
    {
        var key = Ed25519CaseKey.Create(securityKey: false, new Random(1));
        var value = key.Value(SshCaseKey.Signed("promote"u8.ToArray(), "git", "sha512"));
        byte[] second = [.. value[..32], .. Edwards.Encode(new System.Numerics.BigInteger(value.AsSpan(32), isUnsigned: true) + Edwards.Order)];
        var parts = new SshParts(key.Blob, "git"u8.ToArray(), "sha512"u8.ToArray(), Bytes.Join(Bytes.String(key.Type), Bytes.String(second)));
        Assert.Equal(SignatureFault.NotThisContent, SshSignature.Parse(SshParts.Armor(parts.Blob())).Verify("promote"u8, "git"));
    }

    [Theory]
    [InlineData("", "does not begin")]
    [InlineData("-----BEGIN SSH SIGNATURE-----\nAAAA", "does not end")]
    [InlineData("-----BEGIN SSH SIGNATURE-----\n!\n-----END SSH SIGNATURE-----", "not base64")]
    [InlineData("-----BEGIN SSH SIGNATURE-----\n\n-----END SSH SIGNATURE-----", "not one of ssh-keygen")]
    [InlineData("-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAg==\n-----END SSH SIGNATURE-----", "has version 2 of the format")]
    [InlineData("-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAQ==\n-----END SSH SIGNATURE-----", "parts do not fit")]
    [InlineData("-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\nmore", "follows after")]
    [InlineData(SshVector.SignedWithCertificate, "is a certificate")]
    public void What_is_no_signature_is_refused_with_the_reason(string armored, string reason)
    {
        Assert.False(SshSignature.TryParse(armored, out _, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_without_bounds_is_refused_before_it_is_decoded()
    {
        Assert.False(SshSignature.TryParse("-----BEGIN SSH SIGNATURE-----\n" + new string('A', 40_000) + "\n-----END SSH SIGNATURE-----\n", out _, out var problem));
        Assert.Equal("The signature has more than 32,768 characters.", problem);
    }

    [Fact]
    public void A_wrong_text_is_refused_by_the_parser_that_throws() =>
        Assert.Equal("sign again with 'ssh-keygen -Y sign'", Assert.Throws<WreException>(() => SshSignature.Parse("nothing")).Hint);
}
