using WreSkills.Metrics;
using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Search;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Promotion;

/// <summary>
/// The end of a skill and its new name: retiring takes every version out of traffic and keeps all of it in the record, renaming takes the
/// history along. Both are transitions like a promotion, committed by the registry.
/// </summary>
public sealed class SkillLifecycle
{
    private readonly WorkspaceLayout _layout;
    private readonly WorkspaceLock _locks;
    private readonly SkillRegistry _registry;
    private readonly VersionStore _store;
    private readonly Settlement _settlement;
    private readonly TransitionCommitter _committer;
    private readonly SkillRenaming _renaming;
    private readonly OverrideStatements _statements;
    private readonly PromotionPolicy _policy;
    private readonly TimeProvider _time;

    internal SkillLifecycle(
        WorkspaceLayout layout, WorkspaceLock locks, SkillRegistry registry, VersionStore store, Settlement settlement, TransitionCommitter committer, MetricsDatabase database, SkillsGraph graph, SkillIndex index,
        OverrideStatements statements, PromotionPolicy policy, TimeProvider time)
    {
        (_layout, _locks, _registry, _store, _settlement, _committer, _statements, _policy, _time) = (layout, locks, registry, store, settlement, committer, statements, policy, time);
        _renaming = new SkillRenaming(layout, database, graph, index);
    }

    /// <summary>Takes a skill out of traffic for good. Its versions stay in the store and in the registry.</summary>
    /// <exception cref="WreException">The skill is unknown, or something cannot be written.</exception>
    public RollbackOutcome Retire(string skill, string approver, string reason, string requestedBy)
    {
        if (Unauthorized(approver, Approver.Promote) is { } refusal)
        {
            return Refused(refusal);
        }

        Transition transition;
        using (_locks.AcquireCommit())
        {
            var document = _registry.Load();
            var entry = document.Find(skill) ?? (Directory.Exists(_layout.PrototypeFolder(skill)) ? new SkillEntry() : document.Require(skill));
            if (entry.Retired is { } retired)
            {
                return Refused($"{skill} was retired at {retired.At} already ({retired.Reason}).");
            }

            var live = entry.Live(entry.PromotionState);
            var frame = Frame(Transition.RetirementKind, skill, live?.Label ?? "", live?.Version.Digest ?? "", entry.PromotionState, PromotionState.Prototype, document.Serial, approver, reason, requestedBy);
            transition = _committer.Commit(RetirementPlanner.Retire(frame, entry, _layout), document, folder: null);
        }

        _settlement.Settle(transition);
        return new RollbackOutcome { Transition = transition, Note = LeftBehind(_registry.Load().Require(skill)) };
    }

    /// <summary>Brings a retired skill back to where it was.</summary>
    /// <param name="skill">The skill.</param>
    /// <param name="approver">Who decides.</param>
    /// <param name="reason">Why.</param>
    /// <param name="requestedBy">Who runs the command.</param>
    /// <param name="sign">Signs a text for <see cref="Trust.SignaturePurpose.Override"/>; asked where somebody's key is enrolled.</param>
    /// <exception cref="WreException">The skill is unknown, or something cannot be read or written.</exception>
    public RollbackOutcome Revive(string skill, string approver, string reason, string requestedBy, Func<byte[], string>? sign = null)
    {
        if (Unauthorized(approver, Approver.Override) is { } refusal)
        {
            return Refused(refusal);
        }

        var seen = _registry.Load();
        var (statement, unsigned) = Statement(skill, seen, approver, reason, sign);
        if (unsigned is not null)
        {
            return Refused(unsigned);
        }

        Transition transition;
        using (_locks.AcquireCommit())
        {
            var document = _registry.Load();
            var entry = document.Require(skill);
            if (entry.Retired is not { } retired)
            {
                return Refused($"{skill} is not retired, so there is nothing to undo.");
            }

            if (statement is not null && document.Serial != seen.Serial)
            {
                return Refused("The registry changed while the decision was signed; look at `wre status` and decide again.");
            }

            foreach (var active in retired.Active.Values.Where(entry.Versions.ContainsKey))
            {
                // What cannot be loaded cannot serve.
                _store.Open(skill, entry.Versions[active].Digest);
            }

            var (state, label, digest) = Furthest(entry, retired);
            var frame = Frame(Transition.RevivalKind, skill, label, digest, PromotionState.Prototype, state, document.Serial, approver, reason, requestedBy) with { Statement = statement };
            transition = _committer.Commit(RetirementPlanner.Revive(frame, entry, retired, _layout, _policy), document, folder: null);
        }

        _settlement.Settle(transition);
        return new RollbackOutcome { Transition = transition };
    }

    /// <summary>Gives a skill another name; its registry entry, draft, metric files, records and figures go along.</summary>
    /// <exception cref="WreException">A name is none, the skill is unknown, or something cannot be written.</exception>
    public RollbackOutcome Rename(string skill, string to, string requestedBy)
    {
        SkillName.Require(to);
        Transition transition;
        using (_locks.AcquireCommit())
        {
            var document = _registry.Load();
            var entry = document.Find(skill) ?? (Directory.Exists(_layout.PrototypeFolder(skill)) ? new SkillEntry() : document.Require(skill));
            if (entry.Active.Count > 0)
            {
                return Refused($"{skill} has versions in traffic ({string.Join(", ", entry.Active.Select(live => $"{live.Value} {live.Key}"))}), and agents that ask for {skill} would get nothing. Retire it first, or bring its content there as the new skill {to}.");
            }

            if (document.Find(to) is not null || _renaming.InTheWay(to) is { Count: > 0 })
            {
                return Refused($"The name {to} is taken{(document.Find(to) is not null ? "" : $": {string.Join(", ", _renaming.InTheWay(to).Take(3).Select(_layout.Relative))}")}.");
            }

            var frame = Frame(Transition.RenameKind, to, "", "", PromotionState.Prototype, PromotionState.Prototype, document.Serial, null, $"renamed from {skill}", requestedBy) with { RenamedFrom = skill };
            var renamed = entry with { RenamedFrom = [.. entry.RenamedFrom ?? [], skill], CreatedAt = entry.CreatedAt ?? frame.At };
            transition = _committer.Commit(new PlannedTransition(frame, TransitionPlanner.Locate(to, renamed, _layout)), document.Without(skill), folder: null);
        }

        _settlement.Settle(transition);
        return new RollbackOutcome { Transition = transition };
    }

    private (string? Name, string? Refusal) Statement(string skill, RegistryDocument seen, string approver, string reason, Func<byte[], string>? sign)
    {
        if (!_statements.Needed || seen.Require(skill) is not { Retired: { } retired } entry)
        {
            return (null, null);
        }

        var (_, label, digest) = Furthest(entry, retired);
        var decision = new OverrideStatement(OverrideStatement.UndoRetirement, skill, label, digest, seen.Serial, approver, reason, _time.GetUtcNow());
        var (name, refusal) = sign is null ? (null, "bringing a retired skill back needs the approver's signature") : _statements.Keep(decision, sign(decision.Bytes()));
        return (name, refusal is null ? null : $"{char.ToUpperInvariant(refusal[0])}{refusal[1..]}.");
    }

    private static (PromotionState State, string Label, string Digest) Furthest(SkillEntry entry, RetiredEntry retired)
    {
        var state = retired.Active.ContainsKey("production") ? PromotionState.Production : retired.Active.ContainsKey("staged") ? PromotionState.Staged : PromotionState.Prototype;
        var label = retired.Active.GetValueOrDefault(state.Text()) ?? "";
        return (state, label, entry.Versions.GetValueOrDefault(label)?.Digest ?? "");
    }

    private Transition Frame(string kind, string skill, string label, string digest, PromotionState from, PromotionState to, long serial, string? approver, string reason, string requestedBy) =>
        _committer.Frame(kind, skill, label, digest, from, to, serial, null) with { Approver = approver, Reason = reason, RequestedBy = requestedBy };

    private string? Unauthorized(string approver, string right) => _policy.FindApprover(approver, right) is not null ? null
        : $"{approver} is not listed under `approvers` in the policy with the right to {right}.";

    // Folders that were never ours stay where they were found, and clients go on reading them.
    private string? LeftBehind(SkillEntry entry)
    {
        var left = entry.Versions.Values.Where(version => version.HeldReason == RetirementPlanner.Reason).Select(version => version.AdoptedFrom).OfType<string>().Append(entry.DraftFolder)
            .Where(folder => folder is not null && Directory.Exists(Path.Combine(_layout.Root, folder))).ToList();
        return left.Count == 0 ? null : $"{string.Join(", ", left)} stays where it is; remove it to take the skill from clients that read that folder";
    }

    private static RollbackOutcome Refused(string reason) => new() { Refusal = reason };
}

/// <summary>What a retirement and its undoing do to the registry; pure.</summary>
internal static class RetirementPlanner
{
    /// <summary>Why its versions are held.</summary>
    public const string Reason = "retired";

    public static PlannedTransition Retire(Transition frame, SkillEntry entry, WorkspaceLayout layout)
    {
        var changes = new List<StateChange>();
        var next = entry;
        foreach (var state in (ReadOnlySpan<PromotionState>)[PromotionState.Production, PromotionState.Staged])
        {
            if (entry.Live(state) is { } live)
            {
                next = next.With(live.Label, TransitionPlanner.Move(frame, PromotionState.Held, live.Version) with { HeldAs = state, HeldReason = Reason }).WithLive(state, null);
                changes.Add(new StateChange(live.Label, live.Version.Digest, PromotionState.Held));
            }
        }

        next = next with
        {
            CreatedAt = entry.CreatedAt ?? frame.At,
            Rollout = null,
            Scoring = "on_demand",
            Monitoring = "none",
            ReviewSchedule = "on_demand",
            Retired = new RetiredEntry { Operation = frame.Operation, At = frame.At, Approver = frame.Approver!, Reason = frame.Reason!, Active = entry.Active, Rollout = entry.Rollout },
        };
        return TransitionPlanner.Finish(frame, next, layout, changes, serves: null);
    }

    public static PlannedTransition Revive(Transition frame, SkillEntry entry, RetiredEntry retired, WorkspaceLayout layout, PromotionPolicy policy)
    {
        var changes = new List<StateChange>();
        var next = entry;
        foreach (var state in (ReadOnlySpan<PromotionState>)[PromotionState.Production, PromotionState.Staged])
        {
            if (retired.Active.GetValueOrDefault(state.Text()) is { } label && entry.Versions.GetValueOrDefault(label) is { } version)
            {
                next = next.With(label, TransitionPlanner.Move(frame, state, version)).WithLive(state, label);
                changes.Add(new StateChange(label, version.Digest, state));
            }
        }

        var (production, staged) = (next.Live(PromotionState.Production) is not null, next.Live(PromotionState.Staged) is not null);
        next = next with
        {
            Retired = null,
            Rollout = staged ? retired.Rollout is { } rollout ? rollout with { Since = frame.At } : TransitionPlanner.Step(policy.Rollout, 0, frame.At) : null,
            Scoring = production || staged ? "automatic" : "on_demand",
            Monitoring = production ? "alerting" : staged ? "scheduled" : "none",
            ReviewSchedule = production ? policy.ProductionReview : staged ? policy.StagedReview : "on_demand",
        };
        return TransitionPlanner.Finish(frame, next, layout, changes, serves: next.Live(PromotionState.Production)?.Label);
    }
}
