using System.Text.Json;

using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Promotion;

/// <summary>A policy that was in force.</summary>
/// <param name="Operation">Id of the operation that put it there.</param>
/// <param name="At">When, ISO 8601.</param>
/// <param name="Version">Version of the document.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="BaseDigest">Digest of the document before it; null for the first.</param>
/// <param name="Proposal">The proposal; null for the first.</param>
/// <param name="Requester">Who proposed it.</param>
/// <param name="Approver">Who approved it; null for the first.</param>
/// <param name="SignedBy">Who signed it; empty where nobody was enrolled.</param>
/// <param name="Rationale">Why.</param>
public sealed record PolicyHistoryEntry(
    string Operation, string At, string Version, string Digest, string? BaseDigest, string? Proposal, string Requester, string? Approver, IReadOnlyList<string> SignedBy, string Rationale)
{
    /// <summary>SHA-256 of the approval, or null.</summary>
    public string? ApprovalSha256 { get; init; }

    /// <summary>SHA-256 of the analysis, or null.</summary>
    public string? AnalysisDigest { get; init; }

    /// <summary>Signatures that it needed.</summary>
    public int Needed { get; init; }

    /// <summary>What is wrong with it; empty for nothing.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}

/// <summary>Which policies were in force, as the audit log tells it, and whether the one on the disk is the last of them.</summary>
public sealed class PolicyHistory(WorkspaceLayout layout, AuditLog audit, PolicyProposalStore proposals, TrustRootStore trust)
{
    /// <summary>The audit line of the policy that <c>wre init</c> wrote.</summary>
    public const string BeginningEvent = "policy_init";

    /// <summary>The audit line of an applied change.</summary>
    public const string ChangeEvent = "policy_change";

    /// <summary>The audit line of a review.</summary>
    public const string ReviewEvent = "policy_review";

    /// <summary>Every policy that was in force, oldest first, each with what is wrong with it.</summary>
    public IReadOnlyList<PolicyHistoryEntry> Entries()
    {
        var entries = new List<PolicyHistoryEntry>();
        foreach (var line in audit.Lines().Where(line => Text(line, "event") is BeginningEvent or ChangeEvent))
        {
            var entry = Read(line);
            entries.Add(entry with { Problems = [.. Problems(entry, entries)] });
        }

        return entries;
    }

    /// <summary>Why the document on the disk is not the one that the process put there; null when it is, or when no policy was ever recorded.</summary>
    public string? Outside()
    {
        var last = Latest();
        var digest = PolicyDocument.DigestOf(layout.PolicyFile);
        return last is null || Text(last.Value, "digest") == digest
            ? null
            : $"{layout.Relative(layout.PolicyFile)} was changed outside of the process: its digest is {Short(digest)}, the audit log has {Short(Text(last.Value, "digest"))} (version {Text(last.Value, "version")})";
    }

    /// <summary>
    /// Why nothing may be promoted under the policy on the disk; null when something may. Without enrolled keys everybody who can write the
    /// workspace may do everything, so a change outside of the process is only told.
    /// </summary>
    public string? Refusal()
    {
        if (trust.Load().Root is null || Latest() is not { } last)
        {
            return null;
        }

        if (Text(last, "event") == BeginningEvent && audit.Lines().Count(line => Text(line, "event") is BeginningEvent or ChangeEvent) > 1)
        {
            return "the audit log has a second beginning of the policy's history, which no command writes; `wre policy history` shows it";
        }

        if (Outside() is { } outside)
        {
            return $"{outside}; {Restore(last)}";
        }

        return Text(last, "event") == ChangeEvent && Signed(Read(last)) is { } problem ? $"the policy in force was not approved: {problem}" : null;
    }

    /// <summary>What to do about a document that was changed outside of the process.</summary>
    public string RestoreHint() => Latest() is { } last ? Restore(last) : "";

    /// <summary>Skills that were promoted to production since the policy was last changed or reviewed.</summary>
    public IReadOnlyList<string> PromotedSince()
    {
        var skills = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var line in audit.Lines())
        {
            switch (Text(line, "event"))
            {
                case BeginningEvent or ChangeEvent or ReviewEvent:
                    skills.Clear();
                    break;
                case "promotion" when Text(line, "to_state") == PromotionState.Production.Text():
                    skills.Add(Text(line, "skill") ?? "");
                    break;
                default:
                    break;
            }
        }

        return [.. skills];
    }

    /// <summary>True when a proposal was applied already.</summary>
    public bool IsApplied(string proposal) => audit.Lines().Any(line => Text(line, "event") == ChangeEvent && Text(line, "proposal") == proposal);

    private JsonElement? Latest() => audit.Lines().Where(line => Text(line, "event") is BeginningEvent or ChangeEvent).Select(line => (JsonElement?)line).LastOrDefault();

    private string Restore(JsonElement last) => Text(last, "proposal") is { } proposal
        ? $"copy {layout.Relative(layout.PolicyProposalsFolder)}/{proposal}/{PolicyProposalStore.DocumentName} back over it, and propose the edit with `wre policy propose`"
        : "restore it from version control, and propose the edit with `wre policy propose`";

    private IEnumerable<string> Problems(PolicyHistoryEntry entry, List<PolicyHistoryEntry> before)
    {
        if (entry.BaseDigest is null)
        {
            if (before.Count > 0)
            {
                yield return "a second beginning of the history";
            }

            yield break;
        }

        if (before is [.., var last] && last.Digest != entry.BaseDigest)
        {
            yield return $"it changed a document ({Short(entry.BaseDigest)}) that nobody had put into force: the policy was edited by hand between {last.At} and {entry.At}";
        }

        if (Signed(entry) is { } problem)
        {
            yield return problem;
        }
    }

    // By the root in force and the time of the change: a key that was revoked since makes the change count no more.
    private string? Signed(PolicyHistoryEntry entry)
    {
        var name = entry.Proposal!;
        if (proposals.DigestOf(name, PolicyProposalStore.DocumentName) != entry.Digest)
        {
            return $"the document of {name} is missing or another one than was applied";
        }

        if (proposals.DigestOf(name, PolicyProposalStore.ApprovalName) != entry.ApprovalSha256)
        {
            return $"the approval of {name} is missing or another one than it was applied with";
        }

        if (entry.Needed == 0 || trust.Load().Root is not { } root || !Timestamp.TryParse(entry.At, out var at))
        {
            return null;
        }

        var bytes = File.ReadAllBytes(proposals.FileOf(name, PolicyProposalStore.ApprovalName));
        var checks = proposals.Signatures(name).Select(signature => root.Check(bytes, signature.Text, SignaturePurpose.Policy, at)).ToList();
        var people = checks.Where(check => check.IsGood).Select(check => check.Fingerprint).Distinct().Count();
        return people >= entry.Needed ? null : $"{name} has {people} of {entry.Needed} signatures that count{(checks.Find(check => !check.IsGood) is { } bad ? $": {bad.Reason}" : "")}";
    }

    private static PolicyHistoryEntry Read(JsonElement line) => new(
        Text(line, "operation") ?? "", Text(line, "timestamp") ?? "", Text(line, "version") ?? "", Text(line, "digest") ?? "", Text(line, "event") == ChangeEvent ? Text(line, "base_digest") ?? new string('0', 64) : null,
        Text(line, "event") == ChangeEvent ? Text(line, "proposal") ?? "unknown" : null, Text(line, "requested_by") ?? "unknown", Text(line, "approver"),
        line.TryGetProperty("signed_by", out var people) && people.ValueKind == JsonValueKind.Array ? [.. people.EnumerateArray().Select(person => person.ToString())] : [],
        Text(line, "reason") ?? "")
    {
        ApprovalSha256 = Text(line, "approval_sha256"),
        AnalysisDigest = Text(line, "analysis_digest"),
        Needed = line.TryGetProperty("signatures_needed", out var needed) && needed.TryGetInt32(out var count) ? count : 0,
    };

    private static string Short(string? digest) => digest is { Length: > 12 } ? digest[..12] : digest ?? "none";

    private static string? Text(JsonElement line, string name) =>
        line.ValueKind == JsonValueKind.Object && line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
