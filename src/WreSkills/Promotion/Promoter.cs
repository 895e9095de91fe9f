using WreSkills.Notifications;
using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Promotion;

/// <summary>
/// The one promoter (policy 6): moves versions between states. A transition is intent, store, registry commit, settlement;
/// it may be killed at any point, and the next command finishes or forgets it. See DESIGN section 7 and ARCHITECTURE.md.
/// </summary>
public sealed class Promoter(
    WorkspaceLayout layout, WorkspaceLock locks, SkillRegistry registry, VersionStore store, TransitionJournal journal, TicketChecker tickets,
    AuditLog audit, PromotionChecker checker, Settlement settlement, OverrideStatements statements, PolicyGuardian guardian, PromotionPolicy policy, TimeProvider time)
{
    private const int MostAttempts = 3;
    private static readonly TimeSpan s_mostClockSkew = TimeSpan.FromMinutes(5);
    private readonly AuditInspection _inspection = new(layout, audit);
    private readonly TransitionCommitter _committer = new(registry, store, journal, time);

    /// <summary>
    /// Finishes committed transitions that were interrupted, and forgets those that never committed. What cannot be finished
    /// now (a full disk, a link in the way) is reported, not thrown: loading and rolling back must go on.
    /// </summary>
    public RecoveryOutcome Recover()
    {
        if (journal.Open().Count == 0)
        {
            return new RecoveryOutcome();
        }

        var committed = new List<Transition>();
        using (locks.AcquireCommit())
        {
            // Nobody is between intent and commit while we hold this lock: what is not committed now never will be.
            var document = registry.Load();
            foreach (var transition in journal.Open())
            {
                if (TransitionJournal.IsCommitted(transition, document))
                {
                    committed.Add(transition);
                }
                else
                {
                    journal.End(transition.Operation);
                }
            }

            store.RemoveLeftovers();
        }

        var finished = new List<Transition>();
        var unfinished = new List<(Transition Transition, WreException Problem)>();
        foreach (var transition in committed)
        {
            try
            {
                if (settlement.Resume(transition))
                {
                    finished.Add(transition);
                }
            }
            catch (WreException problem)
            {
                unfinished.Add((transition, problem));
            }
        }

        return new RecoveryOutcome { Finished = finished, Unfinished = unfinished };
    }

    /// <summary>Promotes a skill if the transition is legal, every gate passes and the ticket allows it.</summary>
    /// <exception cref="WreException">Something cannot be read or written; before the commit nothing has changed.</exception>
    public PromotionOutcome Promote(PromotionRequest request)
    {
        for (var attempt = 1; ; attempt++)
        {
            var readiness = checker.Check(request.Skill, request.From, request.To);
            var (refusals, ticket) = Refusals(request, readiness);
            if (refusals.Count > 0)
            {
                return new PromotionOutcome { Readiness = readiness, Refusals = refusals };
            }

            Transition? committed;
            using (locks.AcquireCommit())
            {
                var document = registry.Load();
                if (document.Serial != readiness.RegistrySerial && attempt < MostAttempts)
                {
                    // Somebody changed the registry while we checked: what we know is old.
                    continue;
                }

                if (guardian.Moved(policy) is { } moved)
                {
                    return new PromotionOutcome { Readiness = readiness, Refusals = [moved] };
                }

                committed = document.Serial == readiness.RegistrySerial ? CommitPromotion(request, readiness, ticket!, document) : null;
                if (committed is null && journal.IsRollbackAnnounced(request.Skill))
                {
                    return new PromotionOutcome { Readiness = readiness, Refusals = [$"a rollback of {request.Skill} arrived meanwhile and goes first; look at `wre status --skill {request.Skill}` and promote again"] };
                }
            }

            if (committed is null)
            {
                return new PromotionOutcome { Readiness = readiness, Refusals = ["the registry kept changing during the promotion; try again"] };
            }

            settlement.Settle(committed);
            return new PromotionOutcome { Readiness = readiness, Transition = committed };
        }
    }

    /// <summary>Says why a promotion would be refused, ticket included, without doing anything.</summary>
    /// <returns>Reasons, and the ticket when it was looked at.</returns>
    public (IReadOnlyList<string> Reasons, CheckedTicket? Ticket) Refusals(PromotionRequest request, PromotionReadiness readiness)
    {
        if (readiness.Refusal is { } refusal)
        {
            return ([refusal], null);
        }

        var document = registry.Load();
        var planned = new PlannedPromotion(request.Skill, request.From, request.To, readiness.Version ?? "", readiness.Digest, request.Approver);
        var ticket = tickets.Check(request.Ticket, planned, document);
        readiness = SecurityGate.With(readiness, ticket.Ticket.Waivers, time.GetUtcNow());
        var reasons = new List<string>();
        if (request.BreakGlass != (ticket.Ticket.BreakGlass is not null))
        {
            reasons.Add(request.BreakGlass
                ? $"ticket {ticket.Ticket.Id}: it is an ordinary one; `wre ticket new --break-glass REASON` makes one that breaks the glass"
                : $"ticket {ticket.Ticket.Id}: it breaks the glass ({ticket.Ticket.BreakGlass}); say so with --break-glass, and everybody is told");
        }

        foreach (var gate in readiness.Gates.Where(gate => gate.Verdict != Verdict.Pass && !(request.BreakGlass && ticket.Refusals.Count == 0)))
        {
            reasons.Add($"gate {gate.Name}: {gate.FigureText} (required {gate.Requirement}). {gate.Evidence}");
        }

        if (request.To == PromotionState.Production && ModuleProblem(document.Find(request.Skill), request.Skill, Module(request, readiness)) is { } problem)
        {
            reasons.Add(problem);
        }

        if (_inspection.Refusal() is { } tampered)
        {
            reasons.Add(tampered);
        }

        reasons.AddRange(guardian.Refusals(policy));
        reasons.AddRange(ticket.Refusals);
        return (reasons, ticket);
    }

    /// <summary>Rolls a skill back. Its first effect is the registry commit, by which the loader switches.</summary>
    /// <exception cref="WreException">Something cannot be read or written; before the commit nothing has changed.</exception>
    public RollbackOutcome RollBack(RollbackRequest request)
    {
        SkillName.Require(request.Skill);
        if (request.Reason == RollbackRequest.ManualOverride && request.Approver is null)
        {
            return Refused("manual_override is a person's decision: name them with --approver.");
        }

        if (request.Approver is { } approver && policy.FindApprover(approver, Approver.Override) is null)
        {
            return Refused($"{approver} is not listed under `approvers` in the policy with the right to override.");
        }

        if (request.At > time.GetUtcNow() + s_mostClockSkew)
        {
            return Refused($"{Timestamp.ToIso(request.At.Value)} lies in the future; a rollback was decided at some time until now.");
        }

        Transition transition;
        string? note;
        var seen = registry.Load().Find(request.Skill)?.Live(request.From);
        using (journal.AnnounceRollback(request.Skill))
        using (locks.AcquireCommit())
        {
            var document = registry.Load();
            var entry = document.Require(request.Skill);
            if (TransitionRules.RefuseRollback(request.Skill, entry, request.From, request.To) is { } refusal)
            {
                return Refused(refusal);
            }

            var (label, version) = entry.Live(request.From)!.Value;
            if (request.OnlyIf is { } only && (only.Version != label || only.StateSerial != version.StateSerial))
            {
                return Refused($"{request.Skill} {only.Version} is not in {request.From.Text()} any more.");
            }

            if (TransitionRules.RefuseSecondRollback(request.Skill, entry, (label, version), seen, request.At) is { } meanwhile)
            {
                return Refused(meanwhile);
            }

            var frame = _committer.Frame("rollback", request.Skill, label, version.Digest, request.From, request.To, document.Serial, request.At) with
            {
                Approver = request.Approver,
                Reason = request.Reason,
                TriggerMetric = request.TriggerMetric,
                RequestedBy = request.RequestedBy,
            };
            var planned = request.From == PromotionState.Production
                ? TransitionPlanner.RollBack(frame, entry, layout, policy, digest => IsSound(request.Skill, digest))
                : TransitionPlanner.Demote(frame, entry, layout, policy);
            transition = _committer.Commit(planned, document, folder: null);
            note = request.From == PromotionState.Production && version.Predecessor is { } expected && transition.Serves != expected
                ? $"{expected}, which served before, cannot serve again: its content is lost or was altered in the version store"
                : null;
        }

        settlement.Settle(transition);
        return new RollbackOutcome { Transition = transition, Note = note };
    }

    private bool IsSound(string skill, string digest)
    {
        try
        {
            _ = store.Open(skill, digest);
            return true;
        }
        catch (Exception error) when (error is WreException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Undoes the latest rollback from production: the version returns. Needs an approver, a reason and the reviewed report.</summary>
    /// <param name="skill">The skill.</param>
    /// <param name="approver">Who decides.</param>
    /// <param name="reason">Why.</param>
    /// <param name="requestedBy">User who runs the command.</param>
    /// <param name="sign">Signs a text for <see cref="Trust.SignaturePurpose.Override"/>; asked where somebody's key is enrolled.</param>
    public RollbackOutcome Undo(string skill, string approver, string reason, string requestedBy, Func<byte[], string>? sign = null)
    {
        if (policy.FindApprover(approver, Approver.Override) is null)
        {
            return Refused($"{approver} is not listed under `approvers` in the policy with the right to override.");
        }

        // A person may need a minute for a passphrase; nobody waits for that at the lock, so the decision is good for this serial only.
        string? statement = null;
        var seen = registry.Load();
        if (statements.Needed && Restorable(skill, seen) is ({ } candidate, _))
        {
            var decision = new OverrideStatement("undo_rollback", skill, candidate.Label, candidate.Version.Digest, seen.Serial, approver, reason, time.GetUtcNow());
            var (name, refusal) = sign is null ? (null, "undoing a rollback needs the approver's signature") : statements.Keep(decision, sign(decision.Bytes()));
            if (refusal is not null)
            {
                return Refused($"{char.ToUpperInvariant(refusal[0])}{refusal[1..]}.");
            }

            statement = name;
        }

        Transition transition;
        using (locks.AcquireCommit())
        {
            var document = registry.Load();
            var entry = document.Require(skill);
            var (found, problem) = Restorable(skill, document);
            if (problem is not null || found is not var (label, version, _))
            {
                return Refused(problem!);
            }

            if (statement is not null && document.Serial != seen.Serial)
            {
                return Refused("the registry changed while the decision was signed; look at `wre status` and decide again.");
            }

            var frame = _committer.Frame("restore", skill, label, version.Digest, PromotionState.Staged, PromotionState.Production, document.Serial, null) with
            {
                Approver = approver,
                Reason = reason,
                RequestedBy = requestedBy,
                Statement = statement,
            };
            transition = _committer.Commit(TransitionPlanner.Restore(frame, entry, layout, policy), document, folder: null);
        }

        settlement.Settle(transition);
        return new RollbackOutcome { Transition = transition };
    }

    private static ((string Label, VersionEntry Version, RollbackEntry Rollback)? Found, string? Problem) Restorable(string skill, RegistryDocument document) =>
        document.Require(skill).Retired is not null ? (null, $"{skill} is retired; bring it back first: `wre retire --skill {skill} --undo`.")
        : RolledBackFromProduction(document.Require(skill)) is not { } found ? (null, $"No version of {skill} was rolled back from production, so there is nothing to undo.")
        : found.Rollback.ReviewedBy is null ? (null, $"The failure report of {skill} {found.Label} is not reviewed; read it with `wre report show --skill {skill}`, then `wre report review`.")
        : (found, null);

    /// <summary>Notes a benchmarked draft in the registry, registering the skill if it is new.</summary>
    public void NotePrototype(string skill, string digest, SkillSettings settings)
    {
        using var commit = locks.AcquireCommit();
        var document = registry.Load();
        var now = Timestamp.ToIso(time.GetUtcNow());
        var entry = document.Find(skill) ?? new SkillEntry { CreatedAt = now };
        var live = entry.Active.Count > 0;
        var next = (live ? entry : TransitionPlanner.Describe(entry, settings)) with { Prototype = new PrototypeEntry { Digest = digest, BenchmarkedAt = now } };
        registry.TryCommit(document.With(skill, TransitionPlanner.Locate(skill, next, layout)), document.Serial);
    }

    private Transition? CommitPromotion(PromotionRequest request, PromotionReadiness readiness, CheckedTicket ticket, RegistryDocument document)
    {
        if (journal.IsRollbackAnnounced(request.Skill))
        {
            return null;
        }

        var entry = document.Find(request.Skill) ?? new SkillEntry();
        var frame = _committer.Frame("promotion", request.Skill, readiness.Version!, readiness.Digest, request.From, request.To, document.Serial, null) with
        {
            Approver = request.Approver,
            Ticket = request.Ticket,
            TicketSha256 = ticket.Sha256,
            SignedBy = ticket.Approval.Needed == 0 ? null : ticket.Approval.People,
            BreakGlass = ticket.Ticket.BreakGlass,
            Countersigned = ticket.Ticket.BreakGlass is null || !ticket.Approval.BrokeGlass,
            RequestedBy = request.RequestedBy,
            ChecklistComplete = request.ChecklistComplete,
        };
        var planned = request.To == PromotionState.Staged
            ? TransitionPlanner.Stage(frame, entry, readiness.Evidence, layout, policy)
            : TransitionPlanner.Produce(frame, entry, readiness.Evidence, Module(request, readiness)!, layout, policy);
        return _committer.Commit(planned, document, request.To == PromotionState.Staged ? readiness.Evidence.Folder : null);
    }

    // Layouts without modules need none; an empty text says so.
    private string? Module(PromotionRequest request, PromotionReadiness readiness) =>
        layout.Production.Contains("{module}", StringComparison.Ordinal)
            ? request.Module ?? readiness.Evidence.Folder?.Settings.Module ?? registry.Load().Find(request.Skill)?.Module
            : request.Module ?? readiness.Evidence.Folder?.Settings.Module ?? "";

    private string? ModuleProblem(SkillEntry? entry, string skill, string? module)
    {
        if (string.IsNullOrEmpty(module))
        {
            return module is null || layout.Production.Contains("{module}", StringComparison.Ordinal)
                ? "the production folder needs a module; state `module: domain/module` in the skill or pass --module"
                : null;
        }

        var folder = layout.ProductionFolder(skill, module);
        return SkillSettings.ModuleProblem(module) ?? TransitionRules.RefuseMove(skill, entry, module)
            ?? (layout.IsOurs(folder) ? $"the production folder {layout.Relative(folder)}/ is one of the workspace's own folders; name another module or rename the skill" : null);
    }

    private static (string Label, VersionEntry Version, RollbackEntry Rollback)? RolledBackFromProduction(SkillEntry entry) => entry.Versions
        .Where(version => version.Value is { RolledBack: not null, Baseline: not null } and ({ State: PromotionState.Held, HeldAs: PromotionState.Staged } or { State: PromotionState.Staged }))
        .OrderByDescending(version => version.Value.StateSerial)
        .Select(version => ((string, VersionEntry, RollbackEntry)?)(version.Key, version.Value, version.Value.RolledBack!))
        .FirstOrDefault();

    private static RollbackOutcome Refused(string reason) => new() { Refusal = reason };
}
