namespace WreSkills.Trust;

/// <summary>Why a signature does not count, from what concerns the signature to what concerns its signer.</summary>
public enum SignatureFault
{
    /// <summary>The text is no signature, or one of a kind that is refused.</summary>
    Unreadable,

    /// <summary>It was made for another purpose.</summary>
    OtherNamespace,

    /// <summary>Content or signature were changed, or another content was signed.</summary>
    NotThisContent,

    /// <summary>The key is on the list of revoked keys.</summary>
    RevokedKey,

    /// <summary>No line of the allowed signers has the key.</summary>
    UnknownKey,

    /// <summary>The key is listed as an authority for certificates, which are not supported.</summary>
    CertificateAuthority,

    /// <summary>The key is listed, for other namespaces.</summary>
    NamespaceNotAllowed,

    /// <summary>The key is listed, from a later time on.</summary>
    NotYetValid,

    /// <summary>The key is listed, until an earlier time.</summary>
    Expired,
}

/// <summary>What is known about a signature after everything was checked.</summary>
public sealed record SignatureCheck
{
    /// <summary>Whom the allowed signers give the key to: names and patterns as written there, without exclusions. Empty when the signature does not count.</summary>
    public IReadOnlyList<string> Principals { get; init; } = [];

    /// <summary>The lines of the allowed signers that let it count.</summary>
    public IReadOnlyList<AllowedSigner> Signers { get; init; } = [];

    /// <summary>The signature; null when its text is none.</summary>
    public SshSignature? Signature { get; init; }

    /// <summary>The key; null when the text is no signature. Nobody owns it unless the signature counts.</summary>
    public SshPublicKey? Key => Signature?.Key;

    /// <summary>The key's fingerprint, <c>SHA256:…</c>, or null.</summary>
    public string? Fingerprint => Key?.Fingerprint;

    /// <summary>What is wrong; null when the signature counts.</summary>
    public SignatureFault? Fault { get; init; }

    /// <summary>The same as a sentence that says what to do; null when the signature counts.</summary>
    public string? Reason { get; init; }

    /// <summary>True when the signature is genuine and its key may sign.</summary>
    public bool IsGood => Reason is null;

    /// <summary>Whether a person of this name may have signed: the signature counts, and a line that lets it count names or matches the person.</summary>
    public bool Covers(string principal) => IsGood && Signers.Any(signer => signer.Covers(principal));
}
