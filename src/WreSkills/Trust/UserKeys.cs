namespace WreSkills.Trust;

/// <summary>A key that the user may sign with.</summary>
/// <param name="Key">The public key.</param>
/// <param name="File">The file to name to <c>ssh-keygen</c>; null when git's configuration holds the key itself, whose private half the agent has.</param>
/// <param name="Source">Where it was found, for messages.</param>
public sealed record UserKey(SshPublicKey Key, string? File, string Source);

/// <summary>Finds the keys that the user may sign with. Public keys are read only; what an agent holds is not listed.</summary>
public static class UserKeys
{
    private const int MaxKeyFileBytes = 64 * 1024;

    private static readonly string[] s_usual = ["id_ed25519.pub", "id_ecdsa.pub", "id_ed25519_sk.pub", "id_ecdsa_sk.pub", "id_rsa.pub"];

    /// <summary>
    /// The key that git signs with (<c>user.signingkey</c> when <c>gpg.format</c> is <c>ssh</c>), then the usual ones of <c>~/.ssh</c>.
    /// Files that hold no key that is accepted are passed over, and a key is listed once.
    /// </summary>
    /// <param name="home">The user's home folder.</param>
    /// <param name="gitConfig">Reads a value of git's configuration, null when it is not set.</param>
    public static IReadOnlyList<UserKey> Find(string home, Func<string, string?> gitConfig)
    {
        var found = new List<UserKey>();
        if (gitConfig("gpg.format") == "ssh" && gitConfig("user.signingkey") is { Length: > 0 } value && OfGit(home, value) is { } signingKey)
        {
            found.Add(signingKey);
        }

        foreach (var name in s_usual)
        {
            var path = Path.Combine(home, ".ssh", name);
            if (ReadKey(path) is { } key && found.TrueForAll(known => !known.Key.Equals(key)))
            {
                found.Add(new UserKey(key, path, path));
            }
        }

        return found;
    }

    // Git takes a path, the key after "key::", and, as it used to, the bare key.
    private static UserKey? OfGit(string home, string value)
    {
        const string source = "git's user.signingkey";
        var literal = value.StartsWith("key::", StringComparison.Ordinal) ? value[5..] : value.StartsWith("ssh-", StringComparison.Ordinal) ? value : null;
        if (literal is not null)
        {
            return SshPublicKey.TryParse(literal, out var key, out _) ? new UserKey(key, File: null, source) : null;
        }

        var path = value.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(home, value[2..]) : value;
        return ReadKey(path) is { } own ? new UserKey(own, path, $"{source}, {path}")
            : ReadKey(path + ".pub") is { } beside ? new UserKey(beside, path, $"{source}, {path}")
            : null;
    }

    private static SshPublicKey? ReadKey(string path)
    {
        try
        {
            // A private key is larger than one line and begins otherwise, so it parses as none.
            return new FileInfo(path) is { Exists: true, Length: <= MaxKeyFileBytes } && SshPublicKey.TryParse(File.ReadAllText(path), out var key, out _) ? key : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
