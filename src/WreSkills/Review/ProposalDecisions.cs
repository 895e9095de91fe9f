using System.Text;
using System.Text.Json.Nodes;

using WreSkills.Loading;
using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Scanning;
using WreSkills.Skills;
using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Review;

/// <summary>What became of a decision about a proposal.</summary>
public sealed record ProposalDecision
{
    /// <summary>The proposal as it is now.</summary>
    public required Proposal Proposal { get; init; }

    /// <summary>Why nothing was changed; null when it was.</summary>
    public string? Refusal { get; init; }

    /// <summary>What to do about it, or null.</summary>
    public string? Hint { get; init; }

    /// <summary>Digest of the new draft; null when it was not accepted.</summary>
    public string? Digest { get; init; }

    /// <summary>Label of the new draft; null when it states none or was not accepted.</summary>
    public string? Version { get; init; }
}

/// <summary>
/// People's decisions about proposals. Accepting one writes the draft, a file at a time and each of them durably; what it is about to write is
/// noted first, so that after a crash the same command goes on. It makes a prototype and nothing more: every gate is still ahead.
/// </summary>
public sealed class ProposalDecisions(WorkspaceLayout layout, ProposalStore proposals, SkillLoader loader, SkillRegistry registry, AuditLog audit, PromotionPolicy policy, IReadOnlySet<string> agents, TimeProvider time)
{
    private const string Accepting = "accepting";

    /// <summary>Makes the edit in the draft.</summary>
    /// <param name="id">The proposal.</param>
    /// <param name="approver">Who accepts: a person with the right to promote, never an agent.</param>
    /// <param name="rebase">Whether it may be made in a draft that changed since, if it applies exactly.</param>
    /// <param name="requestedBy">Who runs the command.</param>
    /// <exception cref="WreException">There is no such proposal or no sound draft, or something cannot be written.</exception>
    public ProposalDecision Accept(string id, string approver, bool rebase, string requestedBy)
    {
        using var turn = proposals.Lock();
        var proposal = proposals.Require(id);
        var draft = loader.OpenPrototype(proposal.Skill);
        if (Unauthorized(proposal, approver, draft.Folder) is { } refusal)
        {
            return Refused(proposal, refusal, "name a person with the right to promote; `approvers` in the policy lists them");
        }

        if (proposal.Status != Proposal.Queued)
        {
            return Refused(proposal, $"It is {proposal.Status} already.", null);
        }

        return proposal.History is [.., { Event: Accepting } begun] ? Resume(proposal, begun, draft, requestedBy) : Begin(proposal, approver, draft, rebase, requestedBy);
    }

    /// <summary>Decides against a proposal; the same edit is not proposed again.</summary>
    /// <param name="id">The proposal.</param>
    /// <param name="reason">Why; the next review's model reads it.</param>
    /// <param name="by">Who decides.</param>
    /// <exception cref="WreException">There is no such proposal, or something cannot be written.</exception>
    public ProposalDecision Reject(string id, string reason, string by)
    {
        using var turn = proposals.Lock();
        var proposal = proposals.Require(id);
        if (string.IsNullOrWhiteSpace(reason))
        {
            return Refused(proposal, "A rejection needs a reason.", "the next review reads it, so that it proposes something better");
        }

        if (proposal.Status != Proposal.Queued || proposal.History is [.., { Event: Accepting }])
        {
            return Refused(proposal, proposal.Status != Proposal.Queued ? $"It is {proposal.Status} already." : "Its acceptance was interrupted halfway.", proposal.Status == Proposal.Queued ? $"finish it with `wre proposals accept {proposal.Id}`" : null);
        }

        var now = Timestamp.ToIso(time.GetUtcNow());
        Record(proposal, "rejected", by, by, now, reason, proposal.BaseDigest, null);
        return new ProposalDecision { Proposal = proposals.Note(proposal.Id, new ProposalEvent { Event = Proposal.Rejected, At = now, By = by, Reason = reason }, Proposal.Rejected) };
    }

    private string? Unauthorized(Proposal proposal, string approver, SkillFolder folder)
    {
        var entry = registry.Load().Find(proposal.Skill);
        string?[] names = [entry?.PrimaryAgent, entry?.FallbackAgent, folder.Settings.PrimaryAgent, folder.Settings.FallbackAgent, proposal.Advisor, .. folder.Settings.Agents];
        return agents.Contains(approver) || names.Contains(approver, StringComparer.OrdinalIgnoreCase) ? $"{approver} is an agent, and agents never approve."
            : policy.FindApprover(approver, Approver.Promote) is null ? $"{approver} is not listed under `approvers` with the right to promote in the policy."
            : null;
    }

    private ProposalDecision Begin(Proposal proposal, string approver, LoadedSkill draft, bool rebase, string requestedBy)
    {
        var stale = draft.Digest != proposal.BaseDigest;
        if (stale && !rebase)
        {
            return Refused(proposal, $"It is stale: it was made and compared for the draft {proposal.BaseDigest[..12]}, and the draft is {draft.Digest[..12]} now.", $"`wre proposals accept {proposal.Id} --rebase` makes the edit in the draft as it is now if it applies exactly, or review the skill again");
        }

        var text = DraftText.Of(draft.Folder, draft.Digest);
        if (Check(proposal, text) is { } problem)
        {
            return Refused(proposal, stale ? $"It cannot be rebased: {problem}" : problem, stale ? "review the skill again; the draft has moved on" : null);
        }

        var label = DraftChange.NextLabel(draft.Folder.Settings.Version, registry.Load().Find(proposal.Skill));
        var now = Timestamp.ToIso(time.GetUtcNow());
        var files = Files(proposal, draft.Folder, draft.Folder.Settings.Version, label, now, approver);
        proposal = proposals.Note(
            proposal.Id,
            new ProposalEvent
            {
                Event = Accepting,
                At = now,
                By = approver,
                Reason = stale ? $"rebased to {draft.Digest}; the comparison was made for {proposal.BaseDigest}" : null,
                Version = label,
                Files = files.ToDictionary(file => file.Key, file => DraftChange.Sha256(file.Value)),
            },
            status: null);
        FaultInjection.Reach("proposal-announced");
        return Write(proposal, proposal.History[^1], draft.Folder.Path, files, requestedBy);
    }

    // After a crash each file is either as it was, so that making the change gives what was announced, or done.
    private ProposalDecision Resume(Proposal proposal, ProposalEvent begun, LoadedSkill draft, string requestedBy)
    {
        var done = (begun.Files ?? new Dictionary<string, string>()).Where(file => Content(draft.Folder, file.Key) is { } content && DraftChange.Sha256(content) == file.Value).Select(file => file.Key).ToHashSet();
        var from = draft.Folder.Settings.Version is { } stated && stated != begun.Version ? stated : proposal.BaseVersion;
        var skillDone = done.Contains(draft.Folder.SkillFile);
        var files = skillDone ? [] : Files(proposal, draft.Folder, from, begun.Version, begun.At, begun.By, done);
        foreach (var (name, sha256) in begun.Files ?? new Dictionary<string, string>())
        {
            if (!done.Contains(name) && (!files.TryGetValue(name, out var content) || DraftChange.Sha256(content) != sha256))
            {
                return Refused(proposal, $"Its acceptance was interrupted, and {name} was changed since.", $"restore the draft from git, or edit it by hand and delete the last entry of `history` in {layout.Relative(proposals.FileOf(proposal.Id))}");
            }
        }

        return Write(proposal, begun, draft.Folder.Path, files.Where(file => !done.Contains(file.Key)).ToDictionary(), requestedBy);
    }

    // SKILL.md comes last: while it is as it was, everything else can be made again.
    private Dictionary<string, string> Files(Proposal proposal, SkillFolder folder, string? from, string? label, string at, string approver, HashSet<string>? done = null)
    {
        var files = new Dictionary<string, string>();
        var sidecar = Content(folder, SkillSettings.SidecarFile);
        var skill = UnifiedDiff.Parse(proposal.Diff, out _)!.Apply(DraftText.Of(folder, "").Text, out _) ?? "";
        if (from is not null && label is not null && from != label)
        {
            if (sidecar is not null && DraftChange.WithLabel(sidecar, int.MaxValue, from, label) is var labelled && labelled != sidecar)
            {
                files[SkillSettings.SidecarFile] = labelled;
            }

            // Where the sidecar says it, the front matter may say it as well.
            skill = DraftChange.WithLabel(skill, (folder.Document?.BodyLine ?? 1) - 1, from, label);
        }

        // A folder that is full, or has a changelog in another encoding, goes without.
        var has = folder.Files.Any(file => file.Path == DraftChange.ChangelogFile);
        if (has ? Content(folder, DraftChange.ChangelogFile) is not null : folder.Files.Count < policy.SkillLimits.Files)
        {
            files[DraftChange.ChangelogFile] = done?.Contains(DraftChange.ChangelogFile) == true
                ? Content(folder, DraftChange.ChangelogFile)!
                : DraftChange.WithEntry(Content(folder, DraftChange.ChangelogFile), proposal, label, at, approver);
        }

        files[folder.SkillFile] = skill;
        return files;
    }

    private ProposalDecision Write(Proposal proposal, ProposalEvent begun, string folder, IReadOnlyDictionary<string, string> files, string requestedBy)
    {
        foreach (var (name, content) in files)
        {
            DurableFile.Replace(Path.Combine(folder, name), content);
        }

        var written = loader.OpenPrototype(proposal.Skill);
        Record(proposal, "accepted", begun.By, requestedBy, begun.At, begun.Reason, written.Digest, written.Folder.Settings.Version);
        FaultInjection.Reach("proposal-audited");
        var now = new ProposalEvent { Event = Proposal.Accepted, At = begun.At, By = begun.By, Reason = begun.Reason, Digest = written.Digest, Version = written.Folder.Settings.Version };
        return new ProposalDecision { Proposal = proposals.Note(proposal.Id, now, Proposal.Accepted), Digest = written.Digest, Version = written.Folder.Settings.Version };
    }

    // The policy, the draft's patterns and the scanner's rules may have changed since; and whoever can write the queue could write anything.
    private string? Check(Proposal proposal, DraftText draft)
    {
        var others = proposals.List(proposal.Skill).Proposals.Where(other => other.Id != proposal.Id && other.Status != Proposal.Queued).ToList();
        var edit = VariationChecks.OfDiff(draft, UnifiedDiff.Parse(proposal.Diff, out _)!, others, policy.Variations);
        if (edit.Checks.FirstOrDefault(check => !check.Passed) is { } failed)
        {
            return failed.Sentence;
        }

        using var folder = new VariationFolder(draft.Folder, edit.Text!, policy.SkillLimits);
        var scanner = new SkillScanner();
        return VariationChecks.OfFolder((draft.Folder, scanner.Scan(draft.Folder.Path)), (folder.Folder, scanner.Scan(folder.Folder.Path))).FirstOrDefault(check => !check.Passed)?.Sentence;
    }

    private void Record(Proposal proposal, string decision, string approver, string requestedBy, string at, string? reason, string digest, string? version)
    {
        var operation = $"{proposal.Id}-{decision}";
        audit.Append(operation, new JsonObject
        {
            ["operation"] = operation,
            ["timestamp"] = at,
            ["event"] = $"proposal_{decision}",
            ["skill"] = proposal.Skill,
            ["proposal"] = proposal.Id,
            ["approver"] = approver,
            ["requested_by"] = requestedBy,
            ["reason"] = reason is null ? null : Redaction.Text(reason),
            ["base_digest"] = proposal.BaseDigest,
            ["digest"] = digest,
            ["version"] = version,
            ["diff_sha256"] = DraftChange.Sha256(proposal.Diff),
        });
    }

    private static string? Content(SkillFolder folder, string name)
    {
        var bytes = folder.Files.Any(file => file.Path == name) ? UntrustedFile.ReadAllBytes(Path.Combine(folder.Path, name), int.MaxValue) : null;
        var text = bytes is null ? null : Encoding.UTF8.GetString(bytes);
        return text is not null && Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(bytes) ? text : null;
    }

    private static ProposalDecision Refused(Proposal proposal, string refusal, string? hint) => new() { Proposal = proposal, Refusal = refusal, Hint = hint };
}
