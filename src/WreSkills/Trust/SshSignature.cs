using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace WreSkills.Trust;

/// <summary>
/// A signature as <c>ssh-keygen -Y sign</c> writes it (OpenSSH's PROTOCOL.sshsig). It carries the key it claims to be made with;
/// whether that key may sign is for <see cref="AllowedSigners"/> to say.
/// </summary>
/// <remarks>
/// Accepts what <c>ssh-keygen -Y verify</c> of OpenSSH 9.2 accepts, and is stricter in five points, on purpose: the keys of
/// <see cref="SshPublicKey"/>; Ed25519 signatures have one form (RFC 8032, section 5.1.7: S below the order), so that nobody makes a second
/// signature out of a first; after the last line only white space may follow; certificates are refused; signatures made by a browser
/// (<c>webauthn-</c>) are refused, because they prove what a page asked for and not what a person was shown.
/// </remarks>
public sealed class SshSignature
{
    private const string Header = "-----BEGIN SSH SIGNATURE-----\n";
    private const string Footer = "\n-----END SSH SIGNATURE-----";

    // The largest legitimate one, RSA of 16,384 bits, has 6 KiB.
    private const int MaxArmoredLength = 32 * 1024;

    private readonly byte[] _namespace;

    private SshSignature(string armored, SshPublicKey key, byte[] signatureNamespace, string hashAlgorithm, SshSignatureValue value)
    {
        Armored = armored;
        Key = key;
        _namespace = signatureNamespace;
        HashAlgorithm = hashAlgorithm;
        Value = value;
    }

    /// <summary>The text it was read from.</summary>
    public string Armored { get; }

    /// <summary>The key it claims to be made with.</summary>
    public SshPublicKey Key { get; }

    /// <summary>What it was made for, such as <c>git</c>.</summary>
    public string Namespace => Encoding.UTF8.GetString(_namespace);

    /// <summary>The message's hash: <c>sha256</c> or <c>sha512</c>.</summary>
    public string HashAlgorithm { get; }

    /// <summary>The algorithm, such as <c>ssh-ed25519</c> or <c>rsa-sha2-512</c>.</summary>
    public string Algorithm => Value.Algorithm;

    /// <summary>
    /// Whether somebody touched the security key; null for keys that are none. As with <c>ssh-keygen -Y verify</c>, verification does not
    /// demand it: a key made with <c>-O no-touch-required</c> signs without. Trust it only after verification.
    /// </summary>
    public bool? UserPresent => Key.IsSecurityKey ? (Value.Flags & 1) != 0 : null;

    /// <summary>Whether the security key verified its owner by PIN or finger; null for keys that are none. Not demanded either.</summary>
    public bool? UserVerified => Key.IsSecurityKey ? (Value.Flags & 4) != 0 : null;

    internal SshSignatureValue Value { get; }

    /// <summary>Reads a signature.</summary>
    /// <param name="armored">The text from BEGIN to END.</param>
    /// <param name="signature">The signature, or null.</param>
    /// <param name="problem">Why it is none, as a sentence; null when it is one.</param>
    public static bool TryParse(string armored, [NotNullWhen(true)] out SshSignature? signature, [NotNullWhen(false)] out string? problem)
    {
        signature = null;
        problem = Dearmor(armored, out var blob) ?? ReadBlob(armored, blob, out signature);
        return signature is not null;
    }

    /// <summary>Reads a signature.</summary>
    /// <exception cref="WreException">It is none.</exception>
    public static SshSignature Parse(string armored) =>
        TryParse(armored, out var signature, out var problem) ? signature : throw new WreException(problem, "sign again with 'ssh-keygen -Y sign'");

    /// <summary>Checks that this signature was made by its key, over this message, for this namespace. Says nothing about who owns the key.</summary>
    /// <param name="message">The signed bytes.</param>
    /// <param name="signatureNamespace">What it has to be made for.</param>
    /// <returns>Null when it was, else which of it is not so.</returns>
    public SignatureFault? Verify(ReadOnlySpan<byte> message, string signatureNamespace) => Verify(message, signatureNamespace, Key);

    /// <summary>The same with an equal key that is kept, and so remembers what it needs to verify fast.</summary>
    internal SignatureFault? Verify(ReadOnlySpan<byte> message, string signatureNamespace, SshPublicKey kept)
    {
        Debug.Assert(kept.Equals(Key));
        ArgumentException.ThrowIfNullOrEmpty(signatureNamespace);
        if (!_namespace.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(signatureNamespace)))
        {
            return SignatureFault.OtherNamespace;
        }

        var hash = HashAlgorithm == "sha256" ? SHA256.HashData(message) : SHA512.HashData(message);
        var signed = new SshWriter().Raw("SSHSIG"u8).String(_namespace).String([]).String(Encoding.ASCII.GetBytes(HashAlgorithm)).String(hash).ToArray();
        return SshSignatureMath.Verify(kept.Numbers, Value, signed) ? null : SignatureFault.NotThisContent;
    }

    private static string? Dearmor(string armored, out byte[] blob)
    {
        blob = [];
        if (armored.Length > MaxArmoredLength)
        {
            return $"The signature has more than {MaxArmoredLength:N0} characters.";
        }

        if (!armored.StartsWith(Header, StringComparison.Ordinal))
        {
            return "The signature does not begin with the line '-----BEGIN SSH SIGNATURE-----'.";
        }

        var end = armored.IndexOf(Footer, Header.Length, StringComparison.Ordinal);
        if (end < 0)
        {
            return "The signature does not end with the line '-----END SSH SIGNATURE-----'.";
        }

        if (!armored.AsSpan(end + Footer.Length).IsWhiteSpace())
        {
            return "Something follows after the signature's last line.";
        }

        if (!SshBase64.TryDecode(armored.AsSpan(Header.Length, end - Header.Length), out var decoded))
        {
            return "The signature's text is damaged: it is not base64.";
        }

        blob = decoded;
        return null;
    }

    private static string? ReadBlob(string armored, byte[] blob, out SshSignature? signature)
    {
        signature = null;
        var reader = new SshReader(blob);
        if (!reader.TryBytes(6, out var magic) || !magic.SequenceEqual("SSHSIG"u8) || !reader.TryUInt32(out var version))
        {
            return "The signature's content is not one of ssh-keygen.";
        }

        // Only newer versions are refused, as the format demands.
        if (version > 1)
        {
            return $"The signature has version {version} of the format; 1 is known.";
        }

        if (!reader.TryString(out var keyBlob) || !reader.TryName(out var signatureNamespace) || !reader.TryString(out _)
            || !reader.TryName(out var hash) || !reader.TryString(out var value) || !reader.AtEnd)
        {
            return "The signature is damaged: its parts do not fit its length.";
        }

        if (!SshPublicKey.TryParse(keyBlob, out var key, out var problem))
        {
            return $"The signature's key is refused. {problem}";
        }

        var algorithm = Encoding.Latin1.GetString(hash);
        if (algorithm is not ("sha256" or "sha512"))
        {
            return $"The signature hashes with '{SshText.Shown(algorithm)}'; sha256 and sha512 are allowed.";
        }

        problem = SshSignatureValue.Read(key, value, out var parsed);
        signature = parsed is null ? null : new SshSignature(armored, key, signatureNamespace.ToArray(), algorithm, parsed);
        return problem;
    }
}
