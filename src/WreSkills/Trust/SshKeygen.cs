using System.ComponentModel;
using System.Diagnostics;

namespace WreSkills.Trust;

/// <summary>
/// OpenSSH's <c>ssh-keygen</c>, which signs. It asks for passphrases and touches on the terminal of this process, so nothing here ever
/// sees a secret.
/// </summary>
/// <param name="program">Its path.</param>
/// <param name="time">The clock for <see cref="TimeLimit"/>.</param>
public sealed class SshKeygen(string program, TimeProvider time)
{
    private const int MaxSignatureBytes = 64 * 1024;

    /// <summary>How long it may take, people's answers included. Default 120 s.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>
    /// True lets it talk on the terminal; false gives it no input and repeats its errors in the exception, for tests and programs without a
    /// terminal. Default true.
    /// </summary>
    public bool Interactive { get; init; } = true;

    /// <summary>Its path.</summary>
    public string Program => program;

    /// <summary>Looks it up in a list of folders.</summary>
    /// <param name="searchPath">The folders as in PATH; relative ones are passed over.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="WreException">It is in none of them.</exception>
    public static SshKeygen Find(string? searchPath, TimeProvider time)
    {
        var name = OperatingSystem.IsWindows() ? "ssh-keygen.exe" : "ssh-keygen";
        var path = (searchPath ?? "").Split(Path.PathSeparator).Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        return path is null
            ? throw new WreException("ssh-keygen is not installed, and signing needs it.", "install OpenSSH's client: on Debian and Ubuntu 'apt install openssh-client'")
            : new SshKeygen(path, time);
    }

    /// <summary>Signs, and verifies the signature before returning it. The content is handed over as a copy that only this user can read.</summary>
    /// <param name="content">What to sign.</param>
    /// <param name="keyFile">A private key, or a public one whose private half lies beside it or in the agent.</param>
    /// <param name="signatureNamespace">What for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="WreException">It failed, took too long, or its signature is not one of the content.</exception>
    public async Task<SshSignature> SignAsync(ReadOnlyMemory<byte> content, string keyFile, string signatureNamespace, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(signatureNamespace);
        if (!File.Exists(keyFile))
        {
            throw new WreException($"There is no key {keyFile}.", "make one with 'ssh-keygen -t ed25519', or name another");
        }

        var folder = Directory.CreateTempSubdirectory("wre-sign-").FullName;
        try
        {
            var message = Path.Combine(folder, "message");
            await File.WriteAllBytesAsync(message, content, cancellationToken).ConfigureAwait(false);
            await RunAsync(["-Y", "sign", "-q", "-f", keyFile, "-n", signatureNamespace, message], $"sign with {keyFile}", cancellationToken).ConfigureAwait(false);
            return ReadBack(message + ".sig", content.Span, signatureNamespace);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Signs with a key of the user's, which need not lie in a file when the agent has its private half.</summary>
    /// <param name="content">What to sign.</param>
    /// <param name="key">The key.</param>
    /// <param name="signatureNamespace">What for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="WreException">It failed, took too long, its signature is not one of the content, or another key signed.</exception>
    public async Task<SshSignature> SignAsync(ReadOnlyMemory<byte> content, UserKey key, string signatureNamespace, CancellationToken cancellationToken = default)
    {
        var folder = Directory.CreateTempSubdirectory("wre-key-").FullName;
        try
        {
            var file = key.File;
            if (file is null)
            {
                file = Path.Combine(folder, "key.pub");
                await File.WriteAllTextAsync(file, key.Key + "\n", cancellationToken).ConfigureAwait(false);
            }

            var signature = await SignAsync(content, file, signatureNamespace, cancellationToken).ConfigureAwait(false);
            return signature.Key.Equals(key.Key)
                ? signature
                : throw new WreException($"ssh-keygen signed with {signature.Key.Fingerprint} instead of {key.Key.Fingerprint} ({key.Source}).", "do private key and .pub file belong together?");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Makes an Ed25519 key without a passphrase, for demonstrations: the private key at <paramref name="path"/>, the public one at <c>.pub</c>.</summary>
    /// <param name="path">Where; nothing may be there.</param>
    /// <param name="comment">Whose key it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="WreException">Something is there already, or it failed.</exception>
    public async Task<SshPublicKey> GenerateEd25519Async(string path, string comment, CancellationToken cancellationToken = default)
    {
        // It would ask whether to overwrite, and an overwritten key is lost.
        if (File.Exists(path) || File.Exists(path + ".pub"))
        {
            throw new WreException($"There is a key {path} already.", "choose another path");
        }

        await RunAsync(["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path], $"make the key {path}", cancellationToken).ConfigureAwait(false);
        return SshPublicKey.Parse(await File.ReadAllTextAsync(path + ".pub", cancellationToken).ConfigureAwait(false));
    }

    private static SshSignature ReadBack(string file, ReadOnlySpan<byte> content, string signatureNamespace)
    {
        const string hint = "is the ssh-keygen on the PATH OpenSSH's, 8.2 or newer?";
        var text = File.Exists(file) ? SignerFile.ReadText(file, MaxSignatureBytes, "signature") : throw new WreException("ssh-keygen wrote no signature.", hint);
        if (!SshSignature.TryParse(text, out var signature, out var problem))
        {
            throw new WreException($"ssh-keygen wrote a signature that would not count. {problem}", hint);
        }

        return signature.Verify(content, signatureNamespace) is null
            ? signature
            : throw new WreException("ssh-keygen wrote a signature that does not belong to the content.", hint);
    }

    private async Task RunAsync(string[] arguments, string purpose, CancellationToken cancellationToken)
    {
        // Its standard output belongs to nobody: what this process prints there may be read by a program.
        var info = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = !Interactive,
            RedirectStandardInput = !Interactive,
        };
        if (!Interactive)
        {
            info.Environment["SSH_ASKPASS_REQUIRE"] = "never";
        }

        using var process = new Process { StartInfo = info };
        using var over = new CancellationTokenSource(TimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            process.Start();
            if (!Interactive)
            {
                process.StandardInput.Close();
            }

            var output = process.StandardOutput.ReadToEndAsync(either.Token);
            var errors = Interactive ? Task.FromResult("") : process.StandardError.ReadToEndAsync(either.Token);
            await process.WaitForExitAsync(either.Token).ConfigureAwait(false);
            _ = await output.ConfigureAwait(false);
            if (process.ExitCode != 0)
            {
                throw Failed(purpose, process.ExitCode, (await errors.ConfigureAwait(false)).Trim());
            }
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new WreException($"ssh-keygen did not {purpose} within {TimeLimit.TotalSeconds:0.###} s; it was stopped.", "answer its question, or touch the security key, in time", innerException: error);
        }
        catch (Win32Exception error)
        {
            throw new WreException($"{program} cannot be started: {error.Message}", "install OpenSSH's client: on Debian and Ubuntu 'apt install openssh-client'", innerException: error);
        }
        finally
        {
            Kill(process);
        }
    }

    private WreException Failed(string purpose, int exitCode, string errors) => new(
        $"ssh-keygen could not {purpose} (exit code {exitCode}){(errors.Length > 0 ? ": " + errors : Interactive ? "; it says why above." : ".")}",
        "a public key signs only when its private key lies beside it or 'ssh-add -l' lists it");

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (InvalidOperationException)
        {
            // It never began, or ended in between.
        }
    }
}
