using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

using WreSkills.Policy;
using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Promotion;

/// <summary>The sign-off document of a change of the policy; people sign its exact bytes.</summary>
public sealed record PolicyApproval
{
    /// <summary>The proposal.</summary>
    public required string Proposal { get; init; }

    /// <summary>Digest of the document that it changes.</summary>
    public required string BaseDigest { get; init; }

    /// <summary>Digest of the new document.</summary>
    public required string NewDigest { get; init; }

    /// <summary>Version of the new document.</summary>
    public required string NewVersion { get; init; }

    /// <summary>SHA-256 of the analysis.</summary>
    public required string AnalysisDigest { get; init; }

    /// <summary>SHA-256 of the dry run; empty where there was no skill to try it on.</summary>
    public required string DryRunDigest { get; init; }

    /// <summary>Why the change is asked for.</summary>
    public required string Rationale { get; init; }

    /// <summary>Who asks.</summary>
    public required string Requester { get; init; }

    /// <summary>Fingerprint of the requester's own key; empty when unknown.</summary>
    public string RequesterKey { get; init; } = "";

    /// <summary>Who decides.</summary>
    public required string Approver { get; init; }

    /// <summary>One of <see cref="ApprovalTicket.Decisions"/>; only the first applies it.</summary>
    public required string Decision { get; init; }

    /// <summary>The approver's words.</summary>
    public string Notes { get; init; } = "";

    /// <summary>When it was decided, ISO 8601.</summary>
    public required string Timestamp { get; init; }

    /// <summary>Until when it is good.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The document.</summary>
    public string Write()
    {
        var text = new StringBuilder("# The approval of a change of the policy. Every byte of it is signed.\n");
        foreach (var (key, value) in ((string, string)[])
            [
                ("policy_change", Proposal), ("base_digest", BaseDigest), ("new_digest", NewDigest), ("new_version", NewVersion), ("analysis_digest", AnalysisDigest), ("dry_run_digest", DryRunDigest),
                ("rationale", Rationale), ("requester", Requester), ("requester_key", RequesterKey), ("approver", Approver), ("approval_decision", Decision), ("notes", Notes),
                ("timestamp", Timestamp), ("expires_at", Storage.Timestamp.ToIso(ExpiresAt)),
            ])
        {
            // A JSON text is a YAML text in double quotes.
            text.Append(key).Append(": \"").Append(JsonEncodedText.Encode(value, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString()).Append("\"\n");
        }

        return text.ToString();
    }

    /// <summary>Reads the document.</summary>
    /// <exception cref="WreException">It is none; every finding is listed.</exception>
    public static PolicyApproval Parse(string text, string name)
    {
        var problems = new List<YamlProblem>();
        var root = new YamlSection(YamlReader.Read(text, 1, problems), problems);
        string Required(string key)
        {
            if (root.Text(key) is { Length: > 0 } value)
            {
                return value;
            }

            root.Report(key, "is missing");
            return "";
        }

        if (!Storage.Timestamp.TryParse(root.Text("expires_at"), out var expires))
        {
            root.Report("expires_at", "must be a time such as 2025-11-03T14:23:15Z");
        }

        var approval = new PolicyApproval
        {
            Proposal = Required("policy_change"),
            BaseDigest = Required("base_digest"),
            NewDigest = Required("new_digest"),
            NewVersion = Required("new_version"),
            AnalysisDigest = Required("analysis_digest"),
            DryRunDigest = root.Text("dry_run_digest") ?? "",
            Rationale = Required("rationale"),
            Requester = Required("requester"),
            RequesterKey = root.Text("requester_key") ?? "",
            Approver = Required("approver"),
            Decision = Required("approval_decision"),
            Notes = root.Text("notes") ?? "",
            Timestamp = Required("timestamp"),
            ExpiresAt = expires,
        };
        root.ReportUnknownKeys();
        return problems.Count == 0
            ? approval
            : throw new WreException($"{name} is not a readable approval.", "make it anew with `wre policy approve`", [.. problems.OrderBy(problem => problem.Line).Select(problem => problem.ToString())]);
    }

    /// <summary>SHA-256 of a text's bytes, in lower-case hex.</summary>
    internal static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}

/// <summary>Who is asked about a change of the policy.</summary>
/// <param name="Approval">The approval.</param>
/// <param name="Bytes">Its exact bytes, which people sign.</param>
/// <param name="Signatures">The signature files beside it.</param>
/// <param name="Root">Whose keys count; null when nobody is enrolled.</param>
/// <param name="Agents">Names of agents, who never approve.</param>
/// <param name="At">The time at which keys have to be valid.</param>
/// <param name="Everybody">Whether everybody who is enrolled with the right has to sign, because a lock is loosened.</param>
public sealed record PolicyQuestion(
    PolicyApproval Approval, ReadOnlyMemory<byte> Bytes, IReadOnlyList<SignatureFile> Signatures, TrustRoot? Root, IReadOnlySet<string> Agents, DateTimeOffset At, bool Everybody);

/// <summary>Checks who approved a change of the policy; pure, and by the rules of the policy in force, never by those of the proposed one.</summary>
public static class PolicyApprovalRules
{
    /// <summary>Checks an approval.</summary>
    /// <param name="question">What is known.</param>
    /// <param name="inForce">The policy that it changes.</param>
    public static ApprovalCheck Check(PolicyQuestion question, PromotionPolicy inForce)
    {
        var approval = question.Approval;
        var refusals = new List<string>();
        if (approval.Decision != ApprovalTicket.Decisions[0])
        {
            refusals.Add($"approval_decision is {approval.Decision}; only {ApprovalTicket.Decisions[0]} applies a change");
        }

        if (question.At > approval.ExpiresAt)
        {
            refusals.Add($"it expired at {Storage.Timestamp.ToIso(approval.ExpiresAt)}; `wre policy approve` makes a fresh one");
        }

        if (Unfit(approval.Approver, question.Agents, inForce) is { } unfit)
        {
            refusals.Add(unfit);
        }

        if (question.Root is not { } root)
        {
            if (inForce.Tickets.SignaturesRequired)
            {
                refusals.Add("the policy requires signatures, and nobody's key is enrolled; `wre approvers enrol --id ID` enrols one");
            }

            return new ApprovalCheck(0, [], refusals, false);
        }

        var entitled = root.People(SignaturePurpose.Policy, question.At).Where(person => inForce.FindApprover(person, Approver.Policy) is not null).ToList();
        var signatures = Judge(question, root, inForce);
        var counted = signatures.Where(signature => signature.Person is not null).Select(signature => signature.Person!).ToList();
        var needed = question.Everybody ? Math.Max(entitled.Count, inForce.Changes.Approvals) : inForce.Changes.Approvals;
        if (counted.Count < needed)
        {
            refusals.AddRange(signatures.Where(signature => signature.Reason is not null).Select(signature => $"{signature.File}: {signature.Reason}"));
            refusals.Add($"it has {counted.Count} of {needed} signatures that count{(question.Everybody ? $" (a lock is loosened, so everybody signs: {string.Join(", ", entitled)})" : "")}; `wre policy sign --proposal {approval.Proposal}` signs it");
        }
        else if (!counted.Contains(approval.Approver))
        {
            refusals.Add($"its approver {approval.Approver} has not signed it, only {string.Join(" and ", counted)}");
        }

        return new ApprovalCheck(needed, signatures, refusals, false);
    }

    private static List<TicketSignature> Judge(PolicyQuestion question, TrustRoot root, PromotionPolicy inForce)
    {
        var separated = !question.Everybody && inForce.Changes.Separation switch
        {
            DutySeparation.On => true,
            DutySeparation.Off => false,
            _ => root.People(SignaturePurpose.Policy, question.At).Count >= 2,
        };
        var (people, keys) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var judged = new List<TicketSignature>();
        foreach (var (file, text) in question.Signatures)
        {
            var check = root.Check(question.Bytes.Span, text, SignaturePurpose.Policy, question.At);
            var person = check.IsGood ? check.Covers(question.Approval.Approver) ? question.Approval.Approver : check.Principals[0] : null;
            var reason = check.Reason
                ?? Unfit(person!, question.Agents, inForce)
                ?? (!people.Add(person!) ? $"{person} has signed already; every person counts once" : null)
                ?? (!keys.Add(check.Fingerprint!) ? $"the key {check.Fingerprint} has signed already; every key counts once" : null)
                ?? (separated && (person == question.Approval.Requester || check.Fingerprint == question.Approval.RequesterKey || root.KeysOf(question.Approval.Requester).Contains(check.Fingerprint!))
                    ? $"{person} signs with a name or key of {question.Approval.Requester}, who proposed the change; somebody else has to approve it" : null);
            judged.Add(new TicketSignature(file, reason is null ? person : null, check.Fingerprint, reason));
        }

        return judged;
    }

    private static string? Unfit(string person, IReadOnlySet<string> agents, PromotionPolicy inForce) =>
        agents.Contains(person) ? $"{person} is an agent; only people approve"
        : inForce.FindApprover(person, Approver.Policy) is null ? $"{person} is not listed under `approvers` in the policy in force with the right `{Approver.Policy}`"
        : null;
}
