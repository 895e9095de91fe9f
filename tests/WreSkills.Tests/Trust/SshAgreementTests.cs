using WreSkills.SshCases;
using WreSkills.Trust;

namespace WreSkills.Tests.Trust;

/// <summary>The library against the real ssh-keygen; the benchmark <c>sshsig</c> asks the same generator for ten thousand.</summary>
public class SshAgreementTests
{
    private const int Seed = 20261125;

    [Fact]
    public void The_library_and_ssh_keygen_give_the_same_answers()
    {
        Assert.SkipUnless(SshKeygenOracle.Program is not null, "ssh-keygen (openssh-client) is not installed");
        var generator = new SshCaseGenerator(Seed);
        var agreement = SshAgreement.Compare([.. generator.Generate(1500)]);
        Assert.True(agreement.Disagreements.Count == 0, $"seed {Seed}: {string.Join("\n\n", agreement.Disagreements.Take(3))}");

        // Neither may refuse everything, or they would agree on nothing.
        Assert.InRange(agreement.BothAccept, 300, 600);
        Assert.InRange(agreement.BothRefuse, 700, 1200);
        Assert.InRange(agreement.Stricter.Values.Sum(), 10, 150);
        Assert.All(generator.KeyTypes, type => Assert.True(agreement.AcceptedByType.GetValueOrDefault(type) > 20, type));
    }

    [Theory]
    [InlineData("sk-ssh-ed25519@openssh.com")]
    [InlineData("sk-ecdsa-sha2-nistp256@openssh.com")]
    public void A_security_keys_signature_tells_whether_somebody_was_there(string type)
    {
        var key = new SshCaseGenerator(Seed).Key(type);
        var seen = new HashSet<(bool, bool)>();
        for (var number = 0; number < 40; number++)
        {
            var parts = new SshParts(key.Blob, "git"u8.ToArray(), "sha256"u8.ToArray(), key.Sign(SshCaseKey.Signed("promote"u8.ToArray(), "git", "sha256"), new Random(number)));
            var signature = SshSignature.Parse(SshParts.Armor(parts.Blob()));
            Assert.True(signature.Key.IsSecurityKey);
            Assert.Null(signature.Verify("promote"u8, "git"));
            var flags = parts.Signature[^5];
            Assert.Equal((flags & 1) != 0, signature.UserPresent);
            Assert.Equal((flags & 4) != 0, signature.UserVerified);
            seen.Add((signature.UserPresent == true, signature.UserVerified == true));
        }

        Assert.Equal(4, seen.Count);
    }
}
