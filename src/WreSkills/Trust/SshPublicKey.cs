using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace WreSkills.Trust;

/// <summary>
/// A public key of OpenSSH: <c>ssh-ed25519</c>, <c>ecdsa-sha2-nistp256/384/521</c>, <c>ssh-rsa</c> of 2,048 to 16,384 bits,
/// <c>sk-ssh-ed25519@openssh.com</c> or <c>sk-ecdsa-sha2-nistp256@openssh.com</c> (security keys). Equal keys have equal blobs.
/// </summary>
/// <remarks>
/// Stricter than OpenSSH 9.2, on purpose: RSA needs 2,048 bits, not 1,024, because a ticket is read years after it was signed
/// and NIST SP 800-57 allows less only for reading old data; an exponent is odd and of 2 to 64 bits; Ed25519 points lie in the group
/// of prime order, as every key generator makes them, because otherwise implementations disagree on what they verify; a blob
/// carries the type's own name and no alias of it.
/// </remarks>
public sealed class SshPublicKey : IEquatable<SshPublicKey>
{
    private readonly byte[] _blob;

    internal SshPublicKey(string type, byte[] blob, SshKeyNumbers numbers)
    {
        Type = type;
        _blob = blob;
        Numbers = numbers;
        Fingerprint = "SHA256:" + Convert.ToBase64String(SHA256.HashData(blob)).TrimEnd('=');
    }

    /// <summary>The key's type as OpenSSH writes it, such as <c>ssh-ed25519</c>.</summary>
    public string Type { get; }

    /// <summary>The key in SSH's binary encoding, its numbers in their shortest form.</summary>
    public ReadOnlyMemory<byte> Blob => _blob;

    /// <summary><c>SHA256:</c> and the blob's hash in base64 without padding, as <c>ssh-keygen -l</c> shows it.</summary>
    public string Fingerprint { get; }

    /// <summary>True when the key lives in a security key (FIDO), which signs only while it is plugged in.</summary>
    public bool IsSecurityKey => Type.StartsWith("sk-", StringComparison.Ordinal);

    internal SshKeyNumbers Numbers { get; }

    /// <summary>Reads a line of a <c>.pub</c> file: type, base64, and a comment that is passed over.</summary>
    /// <param name="text">The line.</param>
    /// <param name="key">The key, or null.</param>
    /// <param name="problem">Why it is none, as a sentence; null when it is one.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out SshPublicKey? key, [NotNullWhen(false)] out string? problem)
    {
        var reading = SshKeyReading.OfLine(text.AsSpan().Trim());
        (key, problem) = (reading.Key, reading.Problem);
        return key is not null;
    }

    /// <summary>Reads a key from its binary encoding.</summary>
    /// <param name="blob">The encoding, nothing after it.</param>
    /// <param name="key">The key, or null.</param>
    /// <param name="problem">Why it is none, as a sentence; null when it is one.</param>
    public static bool TryParse(ReadOnlySpan<byte> blob, [NotNullWhen(true)] out SshPublicKey? key, [NotNullWhen(false)] out string? problem)
    {
        var reading = SshKeyReading.OfBlob(blob);
        (key, problem) = (reading.Key, reading.Problem);
        return key is not null;
    }

    /// <summary>Reads a line of a <c>.pub</c> file.</summary>
    /// <exception cref="WreException">It is not a key, or one that is refused.</exception>
    public static SshPublicKey Parse(string text) =>
        TryParse(text, out var key, out var problem) ? key : throw new WreException(problem, "give the content of a .pub file, such as ~/.ssh/id_ed25519.pub");

    /// <inheritdoc />
    public bool Equals(SshPublicKey? other) => other is not null && _blob.AsSpan().SequenceEqual(other._blob);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as SshPublicKey);

    /// <inheritdoc />
    public override int GetHashCode() => Fingerprint.GetHashCode(StringComparison.Ordinal);

    /// <summary>The key as a line of a <c>.pub</c> file has it: type and base64.</summary>
    public override string ToString() => $"{Type} {Convert.ToBase64String(_blob)}";
}
