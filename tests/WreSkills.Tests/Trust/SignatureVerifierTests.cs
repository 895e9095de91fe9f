using WreSkills.Trust;

namespace WreSkills.Tests.Trust;

public class SignatureVerifierTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    private static readonly AllowedSigners s_signers = AllowedSigners.Parse(
        $"alice {SshVector.Ed25519.Line}\n*@example.com,!eve@example.com {SshVector.Rsa.Line}\n", "allowed_signers");

    [Fact]
    public void A_good_signature_names_its_signer()
    {
        var check = Verify(SshVector.Ed25519.Signature);
        Assert.True(check.IsGood);
        Assert.Null(check.Fault);
        Assert.Equal(["alice"], check.Principals);
        Assert.Equal(SshVector.Ed25519.Fingerprint, check.Fingerprint);
        Assert.True(check.Covers("alice"));
        Assert.False(check.Covers("bob"));
    }

    [Fact]
    public void A_pattern_covers_whom_it_matches_and_does_not_exclude()
    {
        var check = Verify(SshVector.Rsa.Signature);
        Assert.Equal(["*@example.com"], check.Principals);
        Assert.True(check.Covers("alice@example.com"));
        Assert.False(check.Covers("eve@example.com"));
    }

    [Fact]
    public void Each_fault_has_a_reason_and_nobody_signed()
    {
        var revoked = RevokedKeys.Parse(SshVector.Ed25519.Line, "revoked_keys");
        (SignatureCheck Check, SignatureFault Fault, string Reason)[] cases =
        [
            (Verify("no signature"), SignatureFault.Unreadable, "does not begin"),
            (Verify(SshVector.Ed25519.Signature, "git"), SignatureFault.OtherNamespace, "made for 'wre-skills-promotion@v1', not for 'git'"),
            (SignatureVerifier.Verify("demote"u8, SshVector.Ed25519.Signature, SshVector.Namespace, s_signers, null, s_now), SignatureFault.NotThisContent, "changed after signing"),
            (SignatureVerifier.Verify(SshVector.Message, SshVector.Ed25519.Signature, SshVector.Namespace, s_signers, revoked, s_now), SignatureFault.RevokedKey, "is revoked in revoked_keys"),
            (Verify(SshVector.P521.Signature), SignatureFault.UnknownKey, "No line of allowed_signers has the key"),
        ];
        foreach (var (check, fault, reason) in cases)
        {
            Assert.Equal(fault, check.Fault);
            Assert.Contains(reason, check.Reason, StringComparison.Ordinal);
            Assert.False(check.IsGood);
            Assert.Empty(check.Principals);
            Assert.False(check.Covers("alice"));
        }
    }

    [Fact]
    public void Words_of_strangers_do_not_reach_the_terminal_as_they_are()
    {
        var signature = SshSignature.Parse(SshVector.Ed25519.Signature);
        byte[] blob = Convert.FromBase64String(string.Concat(signature.Armored.Split('\n')[1..^2]));
        var at = blob.AsSpan().IndexOf("wre-skills"u8);
        blob[at] = 0x1b;
        var check = Verify($"-----BEGIN SSH SIGNATURE-----\n{Convert.ToBase64String(blob)}\n-----END SSH SIGNATURE-----\n");
        Assert.Equal(SignatureFault.OtherNamespace, check.Fault);
        Assert.DoesNotContain('\u001b', check.Reason!);
    }

    private static SignatureCheck Verify(string signature, string signatureNamespace = SshVector.Namespace) =>
        SignatureVerifier.Verify(SshVector.Message, signature, signatureNamespace, s_signers, revoked: null, s_now);
}
