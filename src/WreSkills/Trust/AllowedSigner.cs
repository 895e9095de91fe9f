namespace WreSkills.Trust;

/// <summary>One line of the allowed signers: who, with which key, for what, when.</summary>
public sealed record AllowedSigner
{
    /// <summary>The line's number, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>The names as written: parts separated by commas, with <c>*</c>, <c>?</c> and, for exclusions, <c>!</c>.</summary>
    public required string PrincipalList { get; init; }

    /// <summary>The key.</summary>
    public required SshPublicKey Key { get; init; }

    /// <summary>The namespaces that it may sign for, a pattern list; null for all.</summary>
    public string? Namespaces { get; init; }

    /// <summary>The first second at which it counts; null for always.</summary>
    public DateTimeOffset? ValidAfter { get; init; }

    /// <summary>The last second at which it counts; null for always.</summary>
    public DateTimeOffset? ValidBefore { get; init; }

    /// <summary>True for a key that signs certificates. Such a line lets nothing count here.</summary>
    public bool IsCertificateAuthority { get; init; }

    /// <summary>The names and patterns without the exclusions.</summary>
    public IReadOnlyList<string> Principals => [.. SignerPatterns.Parts(PrincipalList).Where(part => part.Length > 0 && part[0] != '!')];

    /// <summary>Whether the line names or matches a person; an exclusion that matches wins.</summary>
    public bool Covers(string principal) => SignerPatterns.Match(principal, PrincipalList);

    /// <summary>Why this line does not let a signature count; null when it does.</summary>
    internal SignatureFault? FaultFor(string signatureNamespace, DateTimeOffset at)
    {
        var second = at.ToUnixTimeSeconds();
        return this switch
        {
            { IsCertificateAuthority: true } => SignatureFault.CertificateAuthority,
            { Namespaces: { } list } when !SignerPatterns.Match(signatureNamespace, list) => SignatureFault.NamespaceNotAllowed,
            { ValidAfter: { } after } when second < after.ToUnixTimeSeconds() => SignatureFault.NotYetValid,
            { ValidBefore: { } before } when second > before.ToUnixTimeSeconds() => SignatureFault.Expired,
            _ => null,
        };
    }
}

/// <summary>A line that lets nothing count, and why.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Line">The line's number, from 1.</param>
/// <param name="Message">What is wrong, as a sentence.</param>
public sealed record SignerProblem(string File, int Line, string Message)
{
    /// <summary><c>file:line: message</c>.</summary>
    public override string ToString() => $"{File}:{Line}: {Message}";
}
