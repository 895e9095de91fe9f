using Microsoft.Extensions.Time.Testing;

using WreSkills.SshCases;
using WreSkills.Trust;

namespace WreSkills.Tests.Trust;

public class SshKeygenTests
{
    [Fact]
    public async Task A_generated_key_signs_and_nothing_is_left_behind()
    {
        using var folder = new TemporaryFolder();
        var keygen = Keygen();
        var key = await keygen.GenerateEd25519Async(folder.At("demo key"), "demo", TestContext.Current.CancellationToken);
        var signature = await keygen.SignAsync("promote"u8.ToArray(), folder.At("demo key"), SshVector.Namespace, TestContext.Current.CancellationToken);
        Assert.Equal(key, signature.Key);
        var signers = AllowedSigners.Parse($"demo {key}", "signers");
        Assert.Equal(["demo"], SignatureVerifier.Verify("promote"u8, signature.Armored, SshVector.Namespace, signers, null, DateTimeOffset.UnixEpoch).Principals);
        Assert.Equal(["demo key", "demo key.pub"], Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_public_key_signs_by_the_private_one_beside_it()
    {
        using var folder = new TemporaryFolder();
        var keygen = Keygen();
        var key = await keygen.GenerateEd25519Async(folder.At("k"), "", TestContext.Current.CancellationToken);
        var signature = await keygen.SignAsync("promote"u8.ToArray(), new UserKey(key, folder.At("k.pub"), "test"), "git", TestContext.Current.CancellationToken);
        Assert.Null(signature.Verify("promote"u8, "git"));
    }

    [Fact]
    public async Task A_public_file_that_does_not_belong_to_the_private_key_is_told()
    {
        using var folder = new TemporaryFolder();
        var keygen = Keygen();
        await keygen.GenerateEd25519Async(folder.At("k"), "", TestContext.Current.CancellationToken);
        var other = SshPublicKey.Parse(SshVector.Ed25519.Line);
        var error = await Assert.ThrowsAsync<WreException>(() => keygen.SignAsync("promote"u8.ToArray(), new UserKey(other, folder.At("k"), "test"), "git", TestContext.Current.CancellationToken));
        Assert.Contains($"instead of {other.Fingerprint}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_without_its_private_half_says_what_ssh_keygen_said()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("only.pub", SshVector.Ed25519.Line);
        var error = await Assert.ThrowsAsync<WreException>(() => Keygen().SignAsync("promote"u8.ToArray(), path, "git", TestContext.Current.CancellationToken));
        Assert.Contains("could not sign with", error.Message, StringComparison.Ordinal);
        Assert.Contains("exit code 255", error.Message, StringComparison.Ordinal);
        Assert.Contains("No private key found", error.Message, StringComparison.Ordinal);
        Assert.Contains("ssh-add -l", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_there_is_not_overwritten_and_one_that_is_not_is_missed()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("k", "precious");
        await Assert.ThrowsAsync<WreException>(() => Keygen().GenerateEd25519Async(path, "", TestContext.Current.CancellationToken));
        Assert.Equal("precious", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        var error = await Assert.ThrowsAsync<WreException>(() => Keygen().SignAsync(new byte[1], folder.At("none"), "git", TestContext.Current.CancellationToken));
        Assert.Contains("There is no key", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_without_ssh_keygen_is_told_the_package()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<WreException>(() => SshKeygen.Find($"{folder.Path}:relative", TimeProvider.System));
        Assert.Contains("openssh-client", error.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exit 0", "wrote no signature")]
    [InlineData("for last; do :; done; echo nonsense > \"$last.sig\"", "would not count")]
    [InlineData("for last; do :; done; printf '%s' \"$FORGED\" > \"$last.sig\"", "does not belong to the content")]
    public async Task What_a_false_ssh_keygen_writes_is_not_believed(string script, string message)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The false program is a shell script.");
        using var folder = new TemporaryFolder();
        var program = Script(folder, script.Replace("\"$FORGED\"", $"'{SshVector.Ed25519.Signature}'", StringComparison.Ordinal));
        var error = await Assert.ThrowsAsync<WreException>(() =>
            new SshKeygen(program, TimeProvider.System) { Interactive = false }.SignAsync("other"u8.ToArray(), program, SshVector.Namespace, TestContext.Current.CancellationToken));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_stopped_when_nobody_answers_in_time()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The false program is a shell script.");
        using var folder = new TemporaryFolder();
        var started = folder.At("started");
        Shell.Run(folder.Path, "mkfifo started");
        var program = Script(folder, $"echo > '{started}'; exec sleep 600");
        var time = new FakeTimeProvider();
        var signing = new SshKeygen(program, time) { Interactive = false }.SignAsync(new byte[1], program, "git", TestContext.Current.CancellationToken);

        // Whoever reads from a pipe waits until the program writes to it; by then its time runs.
        await File.ReadAllTextAsync(started, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(119));
        Assert.False(signing.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("within 120 s", (await Assert.ThrowsAsync<WreException>(() => signing)).Message, StringComparison.Ordinal);
    }

    private static string Script(TemporaryFolder folder, string body)
    {
        var path = folder.Write("ssh-keygen", $"#!/bin/sh\n{body}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }

    private static SshKeygen Keygen()
    {
        Assert.SkipUnless(SshKeygenOracle.Program is not null, "ssh-keygen (openssh-client) is not installed");
        return new SshKeygen(SshKeygenOracle.Program, TimeProvider.System) { Interactive = false };
    }
}
