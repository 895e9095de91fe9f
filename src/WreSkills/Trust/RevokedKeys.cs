namespace WreSkills.Trust;

/// <summary>Keys that never count: a text file of public keys, one a line, as <c>ssh-keygen -Y verify -r FILE</c> reads it.</summary>
public sealed class RevokedKeys
{
    private const int MaxBytes = 4 * 1024 * 1024;

    private readonly HashSet<SshPublicKey> _keys;

    private RevokedKeys(string file, HashSet<SshPublicKey> keys)
    {
        File = file;
        _keys = keys;
    }

    /// <summary>The file's name, for messages.</summary>
    public string File { get; }

    /// <summary>How many keys are revoked.</summary>
    public int Count => _keys.Count;

    /// <summary>Reads a file of at most 4 MiB; links are not followed.</summary>
    /// <exception cref="WreException">It is missing, a binary list (KRL), or a line cannot be read.</exception>
    public static RevokedKeys Load(string path)
    {
        var bytes = SignerFile.ReadBytes(path, MaxBytes, "list of revoked keys");
        return bytes.AsSpan().StartsWith("SSHKRL\n"u8)
            ? throw new WreException(
                $"{path} is a binary revocation list (KRL), which is not supported.", "write a text file with the revoked public keys, one a line, as in the .pub files")
            : Parse(SignerFile.Decode(bytes, path, "list of revoked keys"), path);
    }

    /// <summary>Reads a list.</summary>
    /// <param name="text">Public keys, one a line; empty lines and lines that begin with # do not count.</param>
    /// <param name="file">Its name in messages.</param>
    /// <exception cref="WreException">A line cannot be read. It might have revoked a key, so none of the list is used; OpenSSH refuses every signature then.</exception>
    public static RevokedKeys Parse(string text, string file)
    {
        var keys = new HashSet<SshPublicKey>();
        var problems = new List<string>();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var content = line.AsSpan().Trim(" \t\r");
            if (content.IsEmpty || content[0] == '#')
            {
                continue;
            }

            var reading = SshKeyReading.OfLine(content);
            if (reading.Key is { } key)
            {
                keys.Add(key);
            }
            else if (!reading.Refused)
            {
                problems.Add(new SignerProblem(file, number, reading.Problem ?? "").ToString());
            }
        }

        return problems.Count == 0
            ? new RevokedKeys(file, keys)
            : throw new WreException(
                $"The list of revoked keys {file} cannot be read in full, so no signature can be trusted.", "mend or remove these lines; each is a line of a .pub file", problems);
    }

    /// <summary>Whether a key is revoked.</summary>
    public bool Contains(SshPublicKey key) => _keys.Contains(key);
}
