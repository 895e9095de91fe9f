using System.Security.Cryptography;

namespace WreSkills.Trust;

/// <summary>Whose keys count: one list of allowed signers with its list of revoked keys.</summary>
public sealed class TrustRoot
{
    private TrustRoot(int number, string file, string digest, AllowedSigners signers, RevokedKeys? revoked, bool isPinned) =>
        (Number, File, Digest, Signers, Revoked, IsPinned) = (number, file, digest, signers, revoked, isPinned);

    /// <summary>Its place in the workspace's chain, from 1; 0 for a pinned file that stands alone.</summary>
    public int Number { get; }

    /// <summary>The file of allowed signers.</summary>
    public string File { get; }

    /// <summary>SHA-256 of that file, lower-case hex.</summary>
    public string Digest { get; }

    /// <summary>Who may sign, for what, from when to when.</summary>
    public AllowedSigners Signers { get; }

    /// <summary>Keys that never count any more; null when the list is missing.</summary>
    public RevokedKeys? Revoked { get; }

    /// <summary>True when it is, or descends by signatures from, a file outside of the workspace that the user trusts.</summary>
    public bool IsPinned { get; }

    /// <summary>Reads a root.</summary>
    /// <exception cref="WreException">A line cannot be used; every finding is listed.</exception>
    internal static TrustRoot Read(int number, string file, string? revokedFile, bool isPinned)
    {
        var signers = AllowedSigners.Load(file);
        var problems = signers.Problems.Select(problem => problem.ToString()).ToList();
        foreach (var signer in signers.Signers)
        {
            // Who signed is compared with who wrote the skill, so a line has to name people.
            if (signer.PrincipalList.IndexOfAny(['*', '?', '!']) >= 0)
            {
                problems.Add($"{file}:{signer.Line}: '{signer.PrincipalList}' is a pattern; name the people");
            }
        }

        return problems.Count == 0
            ? new TrustRoot(number, file, Convert.ToHexStringLower(SHA256.HashData(System.IO.File.ReadAllBytes(file))), signers, revokedFile is not null && System.IO.File.Exists(revokedFile) ? RevokedKeys.Load(revokedFile) : null, isPinned)
            : throw new WreException($"{file} cannot serve as a trust root.", "a line is: NAME [namespaces=\"…\",valid-before=\"…\"] KEYTYPE KEY", problems);
    }

    /// <summary>Checks a signature against this root.</summary>
    /// <param name="message">The signed bytes.</param>
    /// <param name="signature">The armored signature.</param>
    /// <param name="purpose">One of <see cref="SignaturePurpose"/>.</param>
    /// <param name="at">The time at which the key has to be valid.</param>
    public SignatureCheck Check(ReadOnlySpan<byte> message, string signature, string purpose, DateTimeOffset at) =>
        SignatureVerifier.Verify(message, signature, purpose, Signers, Revoked, at);

    /// <summary>People whose keys count for a purpose at a time, in the order of the file.</summary>
    public IReadOnlyList<string> People(string purpose, DateTimeOffset at) =>
    [
        .. Signers.Signers.Where(signer => Revoked?.Contains(signer.Key) != true)
            .SelectMany(signer => Signers.Find(signer.Key, purpose, at).Signers.Where(match => match.Line == signer.Line))
            .SelectMany(match => match.Principals).Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Fingerprints of a person's keys.</summary>
    public IReadOnlySet<string> KeysOf(string person) =>
        Signers.Signers.Where(signer => signer.Covers(person)).Select(signer => signer.Key.Fingerprint).ToHashSet(StringComparer.Ordinal);

    /// <summary>Signatures that a change of this root needs: those of more than half of the people who may change it.</summary>
    public int Quorum(DateTimeOffset at) => (People(SignaturePurpose.Root, at).Count / 2) + 1;
}
