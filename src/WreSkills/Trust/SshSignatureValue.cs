using System.Text;

namespace WreSkills.Trust;

/// <summary>The innermost part of a signature: what the key computed, and what a security key adds to it.</summary>
internal sealed record SshSignatureValue(string Algorithm, byte[] Bytes, byte Flags, uint Counter)
{
    public static string? Read(SshPublicKey key, ReadOnlySpan<byte> encoded, out SshSignatureValue? value)
    {
        value = null;
        var reader = new SshReader(encoded);
        if (!reader.TryName(out var name))
        {
            return "The signature is damaged: its inner part does not fit its length.";
        }

        var algorithm = Encoding.Latin1.GetString(name);
        if (key.Type == "ssh-rsa" && algorithm == "ssh-rsa")
        {
            return "The signature was made with SHA-1, which is broken; sign again with OpenSSH 8.2 or newer.";
        }

        if (key.Type == "ssh-rsa" ? algorithm is not ("rsa-sha2-256" or "rsa-sha2-512") : algorithm != key.Type)
        {
            return $"The signature is of kind '{SshText.Shown(algorithm)}', which a key of type {key.Type} does not make here.";
        }

        ReadOnlySpan<byte> flags = [0];
        var counter = 0u;
        if (!reader.TryString(out var bytes) || (key.IsSecurityKey && (!reader.TryBytes(1, out flags) || !reader.TryUInt32(out counter))) || !reader.AtEnd)
        {
            return "The signature is damaged: its inner part does not fit its length.";
        }

        value = new SshSignatureValue(algorithm, bytes.ToArray(), flags[0], counter);
        return null;
    }
}
