namespace WreSkills.Promotion;

/// <summary>A change of the policy that somebody asks for: <c>proposals/policy/&lt;ID&gt;/proposal.json</c>, never changed.</summary>
public sealed record PolicyProposal
{
    /// <summary>Its name, such as <c>POLICY_20251020_001</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Digest of the document that it changes.</summary>
    public required string BaseDigest { get; init; }

    /// <summary>Version of that document.</summary>
    public required string BaseVersion { get; init; }

    /// <summary>Digest of the proposed document.</summary>
    public required string Digest { get; init; }

    /// <summary>Version of the proposed document.</summary>
    public required string Version { get; init; }

    /// <summary>Why.</summary>
    public required string Rationale { get; init; }

    /// <summary>Who asks.</summary>
    public required string Requester { get; init; }

    /// <summary>Fingerprint of the key with which the requester would sign, or null; that key must not approve.</summary>
    public string? RequesterKey { get; init; }

    /// <summary>When, ISO 8601.</summary>
    public required string CreatedAt { get; init; }
}

/// <summary>What an application of a change is about to do; it lies in the journal until everything that follows is done.</summary>
public sealed record PolicyIntent
{
    /// <summary>Id of the operation, a UUIDv7; every later step is idempotent by it.</summary>
    public required string Operation { get; init; }

    /// <summary>The proposal.</summary>
    public required PolicyProposal Proposal { get; init; }

    /// <summary>When, ISO 8601.</summary>
    public required string At { get; init; }

    /// <summary>Who approved it by name.</summary>
    public required string Approver { get; init; }

    /// <summary>Who signed it; null where signatures are not asked for.</summary>
    public IReadOnlyList<string>? SignedBy { get; init; }

    /// <summary>Signatures that it needed; 0 where they are not asked for.</summary>
    public int Needed { get; init; }

    /// <summary>SHA-256 of the approval's file.</summary>
    public required string ApprovalSha256 { get; init; }

    /// <summary>SHA-256 of the analysis.</summary>
    public required string AnalysisDigest { get; init; }

    /// <summary>SHA-256 of the dry run; null where there was no skill to try it on.</summary>
    public string? DryRunDigest { get; init; }

    /// <summary>Who ran the command.</summary>
    public required string RequestedBy { get; init; }
}
