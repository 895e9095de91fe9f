using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Notifications;
using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>What became of the application of a change.</summary>
/// <param name="Intent">The change; null when it was refused.</param>
/// <param name="Refusals">Every reason against it; empty when it is in force.</param>
public sealed record PolicyApplied(PolicyIntent? Intent, IReadOnlyList<string> Refusals)
{
    /// <summary>The commit, or why there is none; null when it was refused.</summary>
    public GitOutcome? Git { get; init; }

    /// <summary>Why the rendered document was not written; null when it was.</summary>
    public string? RenderProblem { get; init; }

    /// <summary>Tickets that wait and are void now, because they were made under the policy before.</summary>
    public IReadOnlyList<string> VoidTickets { get; init; } = [];

    /// <summary>Versions in staged and production, which the new triggers judge from their next execution on, with what is recorded of them.</summary>
    public IReadOnlyList<string> RunningStays { get; init; } = [];
}

/// <summary>
/// Puts an approved change of the policy into force. The replacement of <c>policy.yaml</c> under the commit lock is the commit point; whoever is
/// killed before it changed nothing, and what follows from it (audit line, rendered document, messages, index, git commit) is finished by
/// the next command. Every step is idempotent.
/// </summary>
public sealed class PolicyApplication(Workspace workspace)
{
    private string IntentFile => Path.Combine(workspace.Layout.JournalFolder, "policy-change.intent");

    /// <summary>Applies a proposal.</summary>
    /// <param name="id">The proposal; null for the one that waits.</param>
    /// <param name="requestedBy">Who runs the command.</param>
    /// <exception cref="WreException">Something could not be written; before the commit point nothing has changed, after it the next command goes on.</exception>
    public PolicyApplied Apply(string? id, string requestedBy)
    {
        var (proposal, _) = workspace.PolicyChanges.Open(id);
        PolicyIntent intent;
        IReadOnlyList<string> tickets;
        using (workspace.Locks.AcquireCommit())
        {
            // Under the lock, so that of two changes of the same document the second finds another one in force.
            var readiness = workspace.PolicyChanges.Check(proposal.Id);
            if (readiness.Refusals.Count > 0)
            {
                return new PolicyApplied(null, readiness.Refusals);
            }

            tickets = OpenTickets();
            intent = Intent(proposal, readiness, requestedBy);
            var document = File.ReadAllBytes(workspace.PolicyProposals.FileOf(proposal.Id, PolicyProposalStore.DocumentName));
            DurableFile.Replace(IntentFile, JsonSerializer.SerializeToUtf8Bytes(intent, PromotionJson.Readable.PolicyIntent));
            FaultInjection.Reach("policy-intent-written");
            DurableFile.Replace(workspace.Layout.PolicyFile, document);
            FaultInjection.Reach("policy-committed");
        }

        try
        {
            using var turn = AcquireTurn(null);
            return Settle(intent) with { VoidTickets = tickets, RunningStays = Running() };
        }
        catch (Exception error) when (error is WreException or IOException or UnauthorizedAccessException or DbException)
        {
            throw new WreException($"Version {proposal.Version} of the policy is in force, but what follows from it is not finished: {error.Message}", "the next wre command finishes it", innerException: error);
        }
    }

    /// <summary>Finishes a change that was interrupted after its commit point, and forgets one that never got there.</summary>
    /// <returns>What was done, in words; null for nothing.</returns>
    public string? Recover()
    {
        if (!File.Exists(IntentFile))
        {
            return null;
        }

        try
        {
            PolicyIntent? intent;
            using (workspace.Locks.AcquireCommit())
            {
                // Nobody is between intent and commit point while we hold this lock.
                intent = Read();
                if (intent is null || PolicyDocument.DigestOf(workspace.Layout.PolicyFile) != intent.Proposal.Digest)
                {
                    DurableFile.Delete(IntentFile);
                    return null;
                }
            }

            using var turn = AcquireTurn(TimeSpan.Zero);
            if (!File.Exists(IntentFile))
            {
                return null;
            }

            var settled = Settle(intent);
            return $"note: version {intent.Proposal.Version} of the policy ({intent.Proposal.Id}) was left unfinished by another command; it is finished now{(settled.Git?.Problem is { } problem ? $" ({problem})" : "")}";
        }
        catch (Exception error) when (error is WreException { InnerException: IOException } && IsBusy())
        {
            // Whoever applies the change is still at it.
            return null;
        }
        catch (Exception error) when (error is WreException or IOException or UnauthorizedAccessException or DbException)
        {
            return $"warning: a change of the policy is in force, but what follows from it cannot be finished: {error.Message}";
        }
    }

    /// <summary>The git commit of an applied change, or null.</summary>
    public static string? CommitOf(Workspace workspace, string operation) => new GitRepository(workspace.Layout.Root).CommitOf(operation);

    /// <summary>Writes the policy in force as a document for people.</summary>
    /// <returns>Why it was not written; null when it stands there.</returns>
    public string? Render()
    {
        var (file, text) = (workspace.Layout.PolicyRenderedFile, PolicyMarkdown.Render(workspace.Policy));
        if (File.Exists(file))
        {
            var there = File.ReadAllText(file);
            if (there == text)
            {
                return null;
            }

            if (!there.StartsWith(PolicyMarkdown.Marker, StringComparison.Ordinal))
            {
                return $"{workspace.Layout.Relative(file)} was written by somebody and stays as it is; move it away, then `wre policy render`";
            }
        }

        DurableFile.Replace(file, text);
        return null;
    }

    private PolicyApplied Settle(PolicyIntent intent)
    {
        // Opened before the commit point, this workspace has the rules of before.
        using var under = workspace.Policy.Digest == intent.Proposal.Digest ? null : workspace.Under(PolicyDocument.Load(workspace.Layout.PolicyFile));
        var current = under ?? workspace;
        workspace.Audit.Append(intent.Operation, Line(intent));
        FaultInjection.Reach("policy-audited");
        var render = new PolicyApplication(current).Render();
        FaultInjection.Reach("policy-rendered");
        Tell(current, intent);
        FaultInjection.Reach("policy-told");
        current.Reindex();
        FaultInjection.Reach("policy-reindexed");
        var git = Commit(intent);
        FaultInjection.Reach("policy-git-committed");
        DurableFile.Delete(IntentFile);
        FaultInjection.Reach("policy-intent-deleted");
        return new PolicyApplied(intent, []) { Git = git, RenderProblem = render };
    }

    private PolicyIntent Intent(PolicyProposal proposal, PolicyReadiness readiness, string requestedBy) => new()
    {
        Operation = Guid.CreateVersion7(workspace.Time.GetUtcNow()).ToString(),
        Proposal = proposal,
        At = Timestamp.ToIso(workspace.Time.GetUtcNow()),
        Approver = readiness.Approval!.Approver,
        SignedBy = readiness.Check!.Needed == 0 ? null : readiness.Check.People,
        Needed = readiness.Check.Needed,
        ApprovalSha256 = workspace.PolicyProposals.DigestOf(proposal.Id, PolicyProposalStore.ApprovalName)!,
        AnalysisDigest = readiness.Approval.AnalysisDigest,
        DryRunDigest = readiness.Approval.DryRunDigest is { Length: > 0 } digest ? digest : null,
        RequestedBy = requestedBy,
    };

    private static JsonObject Line(PolicyIntent intent)
    {
        var line = new JsonObject
        {
            ["operation"] = intent.Operation,
            ["timestamp"] = intent.At,
            ["event"] = PolicyHistory.ChangeEvent,
            ["proposal"] = intent.Proposal.Id,
            ["version"] = intent.Proposal.Version,
            ["digest"] = intent.Proposal.Digest,
            ["base_version"] = intent.Proposal.BaseVersion,
            ["base_digest"] = intent.Proposal.BaseDigest,
            ["approver"] = intent.Approver,
            ["signatures_needed"] = intent.Needed,
            ["approval_sha256"] = intent.ApprovalSha256,
            ["analysis_digest"] = intent.AnalysisDigest,
            ["dry_run_digest"] = intent.DryRunDigest,
            ["reason"] = intent.Proposal.Rationale,
            ["requested_by"] = intent.Proposal.Requester,
            ["applied_by"] = intent.RequestedBy,
        };
        if (intent.SignedBy is { } people)
        {
            line["signed_by"] = Texts(people);
        }

        return line;
    }

    // Everybody who signs, and whoever a skill names as its owner, or as its author where it names none.
    private static void Tell(Workspace current, PolicyIntent intent)
    {
        var owners = Owners(current);
        List<string> people = [.. current.Policy.Approvers.Select(approver => approver.Id).Concat(owners.Values).Distinct(StringComparer.Ordinal)];
        current.Outbox.Put(new OutboxMessage($"{intent.Operation}-policy_change", "policy_change", "", intent.At, new JsonObject
        {
            ["to"] = Texts(people),
            ["owners"] = new JsonObject(owners.Select(owner => KeyValuePair.Create(owner.Key, (JsonNode?)owner.Value))),
            ["operation"] = intent.Operation,
            ["proposal"] = intent.Proposal.Id,
            ["policy_version"] = intent.Proposal.Version,
            ["reason"] = intent.Proposal.Rationale,
            ["approver"] = intent.Approver,
            ["text"] = $"Version {intent.Proposal.Version} of the policy is in force, approved by {intent.Approver}. Tickets made under version {intent.Proposal.BaseVersion} are void; running versions are judged by the new rules from now on.",
            ["next"] = $"wre policy diff {intent.Proposal.Id}",
        }));
        current.Outbox.Put(new OutboxMessage($"{intent.Operation}-reindex_requested", "reindex_requested", "", intent.At, new JsonObject { ["trigger"] = PolicyHistory.ChangeEvent, ["operation"] = intent.Operation }));
    }

    private static SortedDictionary<string, string> Owners(Workspace current)
    {
        var owners = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var registry = current.Registry.Load();
        foreach (var skill in current.SkillNames())
        {
            try
            {
                if (current.Settlement.Indexed(skill, registry.Find(skill))?.Folder.Settings is { } settings && (settings.Owner ?? settings.Author) is { Length: > 0 } owner)
                {
                    owners[skill] = owner;
                }
            }
            catch (WreException)
            {
                // A version whose content is lost names nobody; `wre doctor` tells.
            }
        }

        return owners;
    }

    private GitOutcome Commit(PolicyIntent intent)
    {
        var folder = workspace.PolicyProposals.FolderOf(intent.Proposal.Id);
        string[] files = [workspace.Layout.PolicyFile, workspace.Layout.PolicyRenderedFile, .. Directory.EnumerateFiles(folder).Where(file => !file.EndsWith(".tmp", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        return new GitRepository(workspace.Layout.Root).Commit(
            files, $"Change the policy to version {intent.Proposal.Version}\n\n{intent.Proposal.Rationale}\n\nProposed by {intent.Proposal.Requester} as {intent.Proposal.Id}, approved by {string.Join(", ", intent.SignedBy ?? [intent.Approver])}.", intent.Operation);
    }

    private List<string> OpenTickets()
    {
        var (registry, now, found) = (workspace.Registry.Load(), workspace.Time.GetUtcNow(), new List<string>());
        foreach (var name in workspace.Tickets.List())
        {
            try
            {
                var (ticket, _) = workspace.Tickets.Open(name);
                if (ticket.PolicyDigest == workspace.Policy.Digest && ticket.ExpiresAt >= now && TicketStore.UsedBy(name, registry, workspace.Audit) is null)
                {
                    found.Add(name);
                }
            }
            catch (WreException)
            {
                // What cannot be read approves nothing either way.
            }
        }

        return found;
    }

    private List<string> Running() =>
    [
        .. workspace.Registry.Load().Skills.SelectMany(skill => ((PromotionState[])[PromotionState.Production, PromotionState.Staged])
            .Where(state => skill.Value.Live(state) is not null).Select(state => $"{skill.Key} {skill.Value.Live(state)!.Value.Label} ({state.Text()})")),
    ];

    private PolicyIntent? Read()
    {
        try
        {
            return File.Exists(IntentFile) ? JsonSerializer.Deserialize(File.ReadAllBytes(IntentFile), PromotionJson.Readable.PolicyIntent) : null;
        }
        catch (JsonException error)
        {
            throw new WreException($"the intent {IntentFile} is damaged: {error.Message}", "it was edited; delete it, and look at `wre policy history`", innerException: error);
        }
    }

    private FileLock AcquireTurn(TimeSpan? timeout)
    {
        DurableFile.CreateDirectory(workspace.Layout.JournalFolder);
        return FileLock.Acquire(Path.Combine(workspace.Layout.JournalFolder, "policy.lock"), timeout);
    }

    private bool IsBusy()
    {
        try
        {
            AcquireTurn(TimeSpan.Zero).Dispose();
            return false;
        }
        catch (WreException)
        {
            return true;
        }
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
