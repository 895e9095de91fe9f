using WreSkills.Trust;

namespace WreSkills.Tests.Trust;

public class UserKeysTests
{
    private static readonly SshPublicKey s_ed25519 = SshPublicKey.Parse(SshVector.Ed25519.Line);
    private static readonly SshPublicKey s_ecdsa = SshPublicKey.Parse(SshVector.P256.Line);
    private static readonly SshPublicKey s_rsa = SshPublicKey.Parse(SshVector.Rsa.Line);

    [Fact]
    public void Gits_key_comes_first_then_the_usual_ones_each_once()
    {
        using var home = Home();
        var keys = Find(home, "ssh", "~/.ssh/work.pub");
        Assert.Equal([s_ecdsa, s_ed25519, s_rsa], keys.Select(key => key.Key));
        Assert.Equal([home.At(".ssh/work.pub"), home.At(".ssh/id_ed25519.pub"), home.At(".ssh/id_rsa.pub")], keys.Select(key => key.File));
    }

    [Fact]
    public void A_private_keys_path_stands_for_the_public_key_beside_it()
    {
        using var home = Home();
        var key = Find(home, "ssh", home.At(".ssh/work"))[0];
        Assert.Equal(s_ecdsa, key.Key);
        Assert.Equal(home.At(".ssh/work"), key.File);
    }

    [Theory]
    [InlineData("key::")]
    [InlineData("")]
    public void A_key_in_the_configuration_has_no_file(string prefix)
    {
        using var home = Home();
        var key = Find(home, "ssh", prefix + SshVector.Ed25519.Line)[0];
        Assert.Equal(s_ed25519, key.Key);
        Assert.Null(key.File);
        Assert.Equal("git's user.signingkey", key.Source);
    }

    [Theory]
    [InlineData("openpgp", "~/.ssh/work.pub")]
    [InlineData(null, "~/.ssh/work.pub")]
    [InlineData("ssh", null)]
    [InlineData("ssh", "~/.ssh/missing.pub")]
    [InlineData("ssh", "key::nonsense")]
    public void Gits_key_is_passed_over_when_it_is_none_of_ssh(string? format, string? value)
    {
        using var home = Home();
        Assert.Equal([s_ed25519, s_rsa], Find(home, format, value).Select(key => key.Key));
    }

    [Fact]
    public void A_home_without_keys_has_none()
    {
        using var home = new TemporaryFolder();
        Assert.Empty(Find(home, "ssh", "~/.ssh/id_ed25519.pub"));
    }

    private static TemporaryFolder Home()
    {
        var home = new TemporaryFolder();
        home.Write(".ssh/id_rsa.pub", SshVector.Rsa.Line + "\n");
        home.Write(".ssh/id_ed25519.pub", SshVector.Ed25519.Line + "\n");
        home.Write(".ssh/id_ecdsa.pub", SshVector.ShortRsa + "\n");
        home.Write(".ssh/work.pub", SshVector.P256.Line + "\n");
        home.Write(".ssh/work", "-----BEGIN OPENSSH PRIVATE KEY-----\n");
        return home;
    }

    private static IReadOnlyList<UserKey> Find(TemporaryFolder home, string? format, string? signingKey) =>
        UserKeys.Find(home.Path, name => name switch { "gpg.format" => format, "user.signingkey" => signingKey, _ => null });
}
