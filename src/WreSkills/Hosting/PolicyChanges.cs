using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Review;
using WreSkills.Scanning;
using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Hosting;

/// <summary>What became of a proposal.</summary>
/// <param name="Proposal">The proposal; null when it was refused.</param>
/// <param name="Differences">What changes.</param>
/// <param name="Refusals">Every reason against it; empty when it is kept.</param>
public sealed record PolicyProposalOutcome(PolicyProposal? Proposal, IReadOnlyList<PolicyDifference> Differences, IReadOnlyList<string> Refusals);

/// <summary>How far the approval of a change is.</summary>
/// <param name="Approval">The approval; null when nobody decided yet.</param>
/// <param name="Check">Its signatures; null without an approval.</param>
/// <param name="Refusals">Every reason against applying the change; empty when it may be applied.</param>
public sealed record PolicyReadiness(PolicyApproval? Approval, ApprovalCheck? Check, IReadOnlyList<string> Refusals);

/// <summary>The policy's own life (policy 8): propose, analyse, try, approve. <see cref="PolicyApplication"/> applies.</summary>
public sealed class PolicyChanges(Workspace workspace)
{
    /// <summary>Least characters of a rationale.</summary>
    public const int LeastRationale = 10;

    private const int MostRationale = 4000;

    private PolicyProposalStore Proposals => workspace.PolicyProposals;

    /// <summary>Checks a document and keeps it as a proposal, stamped with its version and day.</summary>
    /// <param name="text">The whole document.</param>
    /// <param name="rationale">Why.</param>
    /// <param name="requester">Who asks.</param>
    /// <param name="requesterKey">Fingerprint of the requester's own key, which must not approve; null when unknown.</param>
    public PolicyProposalOutcome Propose(string text, string rationale, string requester, string? requesterKey)
    {
        var inForce = workspace.Policy;
        var (proposed, problems) = PolicyDocument.Examine(text);
        var differences = PolicyDiff.Of(inForce, proposed);
        var version = PolicyText.NextVersion(inForce.Version, proposed.Version, differences, out var versionProblem);
        var refusals = Refusals(proposed, problems).ToList();
        rationale = Redaction.Text(rationale.Trim());
        if (rationale.Length is < LeastRationale or > MostRationale)
        {
            refusals.Add($"the rationale has {rationale.Length} characters; {LeastRationale} to {MostRationale} say why");
        }

        if (problems.Count == 0 && differences.Count == 0)
        {
            refusals.Add("it says nothing else than the policy in force");
        }

        if (versionProblem is not null)
        {
            refusals.Add(versionProblem);
        }

        if (refusals.Count > 0)
        {
            return new PolicyProposalOutcome(null, differences, refusals);
        }

        var now = workspace.Time.GetUtcNow();
        var document = PolicyText.Stamp(text, version, Timestamp.ToIso(now)[..10]);
        var proposal = Proposals.Create(
            new PolicyProposal
            {
                Id = "",
                BaseDigest = inForce.Digest,
                BaseVersion = inForce.Version,
                Digest = PolicyApproval.Sha256(Encoding.UTF8.GetBytes(document)),
                Version = version,
                Rationale = rationale,
                Requester = requester,
                RequesterKey = requesterKey,
                CreatedAt = Timestamp.ToIso(now),
            },
            document,
            now);
        return new PolicyProposalOutcome(proposal, differences, []);
    }

    // A value that could not be read took its default, about which nothing should be said.
    private IEnumerable<string> Refusals(PromotionPolicy proposed, IReadOnlyList<string> problems) =>
    [
        .. problems,
        .. PolicyConsistency.Contradictions(proposed)
            .Concat(PolicyConsistency.Weaker(proposed, workspace.Policy.Locked, "the policy in force"))
            .Concat(PolicyConsistency.Weaker(proposed, workspace.PolicyGuardian.Minimum, PolicyGuardian.MinimumSource))
            .Where(reason => !problems.Any(problem => problem.Split(' ') is [_, _, var key, ..] && reason.Contains(key, StringComparison.Ordinal))),
        .. Outside(),
    ];

    // Where signatures count, a document that nobody signed must not say who may sign the next one.
    private IEnumerable<string> Outside() => workspace.Trust.Load().Root is not null && workspace.PolicyHistory.Outside() is { } outside
        ? [$"{outside}; {workspace.PolicyHistory.RestoreHint()}"]
        : [];

    /// <summary>The latest proposal that was neither applied nor made for another policy than the one in force, or the one of a name.</summary>
    /// <exception cref="WreException">There is none.</exception>
    public (PolicyProposal Proposal, PromotionPolicy Policy) Open(string? id) => Proposals.Open(id
        ?? Proposals.List().LastOrDefault(name => !workspace.PolicyHistory.IsApplied(name) && Proposals.Open(name).Proposal.BaseDigest == workspace.Policy.Digest)
        ?? throw new WreException("No proposal waits.", "`wre policy propose --file FILE --rationale TEXT` makes one; name an older one with --proposal"));

    /// <summary>Replays the recorded history of every skill under a proposal and keeps the result beside it.</summary>
    public PolicyImpact Analyze(string? id)
    {
        var (proposal, proposed) = Waiting(id);
        workspace.Ingestor.Run();
        var impact = new PolicyAnalysis(workspace.Registry, workspace.Audit, workspace.Tickets, Proposals, workspace.Database, workspace.Time).Run(proposal, workspace.Policy, proposed);
        DurableFile.Replace(Proposals.FileOf(proposal.Id, PolicyProposalStore.AnalysisName), impact.ToJson().ToJsonString(PolicyDryRun.Format) + "\n");
        return impact;
    }

    /// <summary>Asks gates, triggers and the rollout of a skill under a proposal beside the policy in force, and keeps the answers. Changes nothing else.</summary>
    public JsonObject DryRun(string? id, string skill)
    {
        var (proposal, proposed) = Waiting(id);
        var run = new PolicyDryRun(workspace).Run(skill, proposed);
        var path = Proposals.FileOf(proposal.Id, PolicyProposalStore.DryRunName);
        var kept = new JsonArray();
        if (File.Exists(path) && Parse(path) is { } earlier && (string?)earlier["digest"] == proposal.Digest && earlier["runs"] is JsonArray runs)
        {
            foreach (var other in runs.OfType<JsonObject>().Where(other => (string?)other["skill"] != skill))
            {
                kept.Add(other.DeepClone());
            }
        }

        kept.Add((JsonNode)run.DeepClone());
        DurableFile.Replace(path, new JsonObject { ["proposal"] = proposal.Id, ["base_digest"] = proposal.BaseDigest, ["digest"] = proposal.Digest, ["runs"] = kept }.ToJsonString(PolicyDryRun.Format) + "\n");
        run["proposal"] = proposal.Id;
        return run;
    }

    /// <summary>Writes the approval of a proposal, bound to both documents, the analysis and the dry run.</summary>
    /// <param name="id">The proposal; null for the one that waits.</param>
    /// <param name="approver">Who decides.</param>
    /// <param name="decision">One of <see cref="ApprovalTicket.Decisions"/>.</param>
    /// <param name="notes">The approver's words.</param>
    /// <exception cref="WreException">It cannot be approved; every reason is listed.</exception>
    public PolicyReadiness Approve(string? id, string approver, string decision, string notes)
    {
        var (proposal, _) = Waiting(id);
        var missing = Missing(proposal);
        if (Proposals.Signatures(proposal.Id) is [var first, ..])
        {
            missing.Add($"it is signed already ({first.File}); another approval would void the signature, so delete the signatures first");
        }

        if (missing.Count > 0)
        {
            throw new WreException($"{proposal.Id} cannot be approved yet.", "an approval is bound to what was found out before it", missing);
        }

        var now = workspace.Time.GetUtcNow();
        var approval = new PolicyApproval
        {
            Proposal = proposal.Id,
            BaseDigest = proposal.BaseDigest,
            NewDigest = proposal.Digest,
            NewVersion = proposal.Version,
            AnalysisDigest = Proposals.DigestOf(proposal.Id, PolicyProposalStore.AnalysisName)!,
            DryRunDigest = Proposals.DigestOf(proposal.Id, PolicyProposalStore.DryRunName) ?? "",
            Rationale = proposal.Rationale,
            Requester = proposal.Requester,
            RequesterKey = proposal.RequesterKey ?? "",
            Approver = approver,
            Decision = decision,
            Notes = Redaction.Text(notes),
            Timestamp = Timestamp.ToIso(now),
            ExpiresAt = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero).AddDays(workspace.Policy.Changes.ValidDays),
        };
        DurableFile.Replace(Proposals.FileOf(proposal.Id, PolicyProposalStore.ApprovalName), approval.Write());
        return Check(proposal.Id);
    }

    /// <summary>The exact bytes that people sign, and who should sign first.</summary>
    /// <exception cref="WreException">Nobody decided yet.</exception>
    public (string Proposal, byte[] Bytes, string? Person) ToSign(string? id)
    {
        var (proposal, _) = Waiting(id);
        var path = Proposals.FileOf(proposal.Id, PolicyProposalStore.ApprovalName);
        if (!File.Exists(path))
        {
            throw new WreException($"{proposal.Id} is not decided yet.", $"`wre policy approve --proposal {proposal.Id} --approver ID` first");
        }

        var bytes = File.ReadAllBytes(path);
        return (proposal.Id, bytes, Proposals.Signatures(proposal.Id).Count == 0 ? PolicyApproval.Parse(Encoding.UTF8.GetString(bytes), path).Approver : null);
    }

    /// <summary>Adds a signature of the approval; one that does not count is not kept.</summary>
    /// <exception cref="WreException">It does not count.</exception>
    public PolicyReadiness Sign(string id, string signature)
    {
        var file = Proposals.AddSignature(id, signature);
        var readiness = Check(id);
        if (readiness.Check?.Signatures.FirstOrDefault(one => one.File == file) is { Reason: { } reason })
        {
            Proposals.RemoveSignature(id, file);
            throw new WreException($"Your signature would not count: {reason.TrimEnd('.')}.", "`wre approvers list` shows who may sign for what");
        }

        return readiness;
    }

    /// <summary>Whether a change may be applied, with every reason against it.</summary>
    public PolicyReadiness Check(string? id)
    {
        var (proposal, proposed) = Open(id);
        var refusals = new List<string>();
        if (workspace.PolicyHistory.IsApplied(proposal.Id))
        {
            refusals.Add($"{proposal.Id} was applied already; an approval is good for one change");
        }

        if (proposal.BaseDigest != PolicyDocument.DigestOf(workspace.Layout.PolicyFile))
        {
            refusals.Add(Stale(proposal));
        }

        refusals.AddRange(Outside());
        refusals.AddRange(Missing(proposal));
        refusals.AddRange(PolicyConsistency.Weaker(proposed, workspace.Policy.Locked, "the policy in force"));
        refusals.AddRange(PolicyConsistency.Weaker(proposed, workspace.PolicyGuardian.Minimum, PolicyGuardian.MinimumSource));
        var path = Proposals.FileOf(proposal.Id, PolicyProposalStore.ApprovalName);
        if (!File.Exists(path))
        {
            refusals.Add($"nobody has approved it; `wre policy approve --proposal {proposal.Id} --approver ID`");
            return new PolicyReadiness(null, null, refusals);
        }

        var bytes = File.ReadAllBytes(path);
        var approval = PolicyApproval.Parse(Encoding.UTF8.GetString(bytes), path);
        refusals.AddRange(Bindings(proposal, approval));
        var question = new PolicyQuestion(
            approval, bytes, Proposals.Signatures(proposal.Id), workspace.Trust.Load().Root, Agents(), workspace.Time.GetUtcNow(), PolicyDiff.LoosenedLocks(workspace.Policy, proposed).Count > 0);
        var check = PolicyApprovalRules.Check(question, workspace.Policy);
        refusals.AddRange(check.Refusals);
        return new PolicyReadiness(approval, check, refusals);
    }

    /// <summary>Records that a person looked at the policy as a whole, from where the next review is counted.</summary>
    /// <exception cref="WreException">The person may not.</exception>
    public string Review(string approver, string note)
    {
        if (workspace.Policy.FindApprover(approver, Approver.Policy) is null)
        {
            throw new WreException($"{approver} is not listed under `approvers` in the policy with the right `{Approver.Policy}`.", "`wre policy show` lists who is");
        }

        var operation = Guid.CreateVersion7(workspace.Time.GetUtcNow()).ToString();
        workspace.Audit.Append(operation, new JsonObject
        {
            ["operation"] = operation,
            ["timestamp"] = Timestamp.ToIso(workspace.Time.GetUtcNow()),
            ["event"] = PolicyHistory.ReviewEvent,
            ["version"] = workspace.Policy.Version,
            ["digest"] = workspace.Policy.Digest,
            ["approver"] = approver,
            ["reason"] = Redaction.Text(note),
        });
        return operation;
    }

    /// <summary>Why a review of the policy is due; null when it is not (policy, "Next Review").</summary>
    public string? ReviewDue()
    {
        var after = workspace.Policy.Changes.ReviewAfterPromotions;
        return after > 0 && workspace.PolicyHistory.PromotedSince() is { } skills && skills.Count >= after
            ? $"a review of the policy is due: {skills.Count} skill{(skills.Count == 1 ? " was" : "s were")} promoted to production since it was last changed or reviewed; `wre policy review --approver ID --note TEXT`"
            : null;
    }

    private (PolicyProposal Proposal, PromotionPolicy Policy) Waiting(string? id)
    {
        var (proposal, proposed) = Open(id);
        return workspace.PolicyHistory.IsApplied(proposal.Id) ? throw new WreException($"{proposal.Id} was applied already.", "propose the next change with `wre policy propose`")
            : proposal.BaseDigest != workspace.Policy.Digest ? throw new WreException($"{char.ToUpperInvariant(Stale(proposal)[0])}{Stale(proposal)[1..]}.", "look at `wre policy show`, then propose it again on top of that")
            : (proposal, proposed);
    }

    private string Stale(PolicyProposal proposal) =>
        $"{proposal.Id} changes version {proposal.BaseVersion} ({proposal.BaseDigest[..12]}), but {PolicyDocument.DigestOf(workspace.Layout.PolicyFile)[..12]} is in force now";

    private List<string> Missing(PolicyProposal proposal)
    {
        var missing = new List<string>();
        if (Of(PolicyProposalStore.AnalysisName) != proposal.Digest)
        {
            missing.Add($"its impact was not analysed; `wre policy analyze --proposal {proposal.Id}`");
        }

        // Where there is no skill, there is none to try it on.
        if (Of(PolicyProposalStore.DryRunName) != proposal.Digest && workspace.SkillNames().Count > 0)
        {
            missing.Add($"it was not tried on a skill; `wre policy dry-run --proposal {proposal.Id} --skill NAME`");
        }

        return missing;
        string? Of(string name) => Proposals.FileOf(proposal.Id, name) is var path && File.Exists(path) ? (string?)Parse(path)?["digest"] : null;
    }

    private IEnumerable<string> Bindings(PolicyProposal proposal, PolicyApproval approval)
    {
        foreach (var (bound, now, what) in ((string, string?, string)[])
            [
                (approval.Proposal, proposal.Id, "another proposal"),
                (approval.BaseDigest, proposal.BaseDigest, "a change of another document"),
                (approval.NewDigest, proposal.Digest, "another document; the proposal was edited after it was approved"),
                (approval.NewVersion, proposal.Version, "another version"),
                (approval.Rationale, proposal.Rationale, "another rationale"),
                (approval.Requester, proposal.Requester, "another requester"),
                (approval.RequesterKey, proposal.RequesterKey ?? "", "another key of the requester"),
                (approval.AnalysisDigest, Proposals.DigestOf(proposal.Id, PolicyProposalStore.AnalysisName), "another analysis; it was made again after the approval"),
                (approval.DryRunDigest, Proposals.DigestOf(proposal.Id, PolicyProposalStore.DryRunName) ?? "", "another dry run; it was made again after the approval"),
            ])
        {
            if (bound != now)
            {
                yield return $"its approval is of {what}";
            }
        }
    }

    private HashSet<string> Agents()
    {
        var agents = workspace.Configuration.Agents.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase);
        agents.UnionWith(workspace.Registry.Load().Skills.Values.SelectMany(skill => (string?[])[skill.PrimaryAgent, skill.FallbackAgent]).OfType<string>());
        return agents;
    }

    private static JsonObject? Parse(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) as JsonObject;
        }
        catch (JsonException)
        {
            // Damaged by hand: it counts as not made.
            return null;
        }
    }
}
