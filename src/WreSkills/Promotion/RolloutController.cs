using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Promotion;

/// <summary>
/// Changes the share of traffic of a staged version (policy 3.3): a transition like a promotion, committed by the registry, so
/// that of two changes at the same moment one wins and the other sees it.
/// </summary>
public sealed class RolloutController
{
    private readonly WorkspaceLock _locks;
    private readonly SkillRegistry _registry;
    private readonly Settlement _settlement;
    private readonly PromotionPolicy _policy;
    private readonly TransitionCommitter _committer;

    internal RolloutController(WorkspaceLock locks, SkillRegistry registry, Settlement settlement, TransitionCommitter committer, PromotionPolicy policy) =>
        (_locks, _registry, _settlement, _committer, _policy) = (locks, registry, settlement, committer, policy);

    /// <summary>Changes a rollout.</summary>
    /// <returns>The transition, or why it was refused.</returns>
    /// <exception cref="WreException">Something cannot be read or written; before the commit nothing has changed.</exception>
    public RollbackOutcome Change(RolloutRequest request)
    {
        Transition transition;
        using (_locks.AcquireCommit())
        {
            var document = _registry.Load();
            var entry = document.Require(request.Skill);
            if (entry.Live(PromotionState.Staged) is not { } staged || entry.Rollout is not { } rollout)
            {
                return Refused($"No version of {request.Skill} is staged, so there is no rollout.");
            }

            if (request.OnlyIf is { } only && (only.StateSerial != staged.Version.StateSerial || only.Step != rollout.Step || only.Status != rollout.Status))
            {
                return Refused($"The rollout of {request.Skill} {staged.Label} has changed meanwhile.");
            }

            if ((Refusal(request, rollout) ?? Unauthorized(request, rollout)) is { } refusal)
            {
                return Refused(refusal);
            }

            var frame = _committer.Frame(Transition.RolloutKind, request.Skill, staged.Label, staged.Version.Digest, PromotionState.Staged, PromotionState.Staged, document.Serial, null) with
            {
                Change = request.Change,
                Reason = request.Reason,
                Approver = request.Approver,
                RequestedBy = request.RequestedBy,
            };
            var next = Next(request, rollout, frame.At);
            transition = _committer.Commit(TransitionPlanner.ChangeRollout(frame with { Percent = next.Percent }, entry, next), document, folder: null);
        }

        _settlement.Settle(transition);
        return new RollbackOutcome { Transition = transition };
    }

    private RolloutEntry Next(RolloutRequest request, RolloutEntry rollout, string at)
    {
        var last = _policy.Rollout.Steps.Count - 1;
        var (executions, candidate, baseline) = request.Counts;
        RolloutEntry Begin(int step) => TransitionPlanner.Step(_policy.Rollout, step, at) with { ExecutionsBefore = executions, CandidateBefore = candidate, BaselineBefore = baseline };
        return request.Change switch
        {
            RolloutRequest.Advance when rollout.Step >= last => rollout with { Status = RolloutEntry.Completed, Reason = null },
            RolloutRequest.Advance => Begin(rollout.Step + 1),
            RolloutRequest.Pause => rollout with { Status = RolloutEntry.Paused, Reason = request.Reason },
            RolloutRequest.Abort => rollout with { Percent = 0, Status = RolloutEntry.Aborted, Reason = request.Reason },
            RolloutRequest.Resume => rollout.Status == RolloutEntry.Aborted ? Begin(0) : rollout with { Status = RolloutEntry.Progressing, Reason = null },
            _ => rollout with { Percent = request.Percent!.Value, Since = at, Status = RolloutEntry.Paused, Reason = request.Reason, ExecutionsBefore = executions, CandidateBefore = candidate, BaselineBefore = baseline },
        };
    }

    private static string? Refusal(RolloutRequest request, RolloutEntry rollout) => (request.Change, rollout.Status) switch
    {
        (RolloutRequest.Advance, RolloutEntry.Completed) => $"The rollout is completed; promote it: wre ticket new --skill {request.Skill} --from staged --to production",
        (RolloutRequest.Advance, RolloutEntry.Paused or RolloutEntry.Aborted) => $"The rollout is {rollout.Status}{(rollout.Reason is { } reason ? $" ({reason})" : "")}; resume it first: wre rollout resume --skill {request.Skill} --approver ID",
        (RolloutRequest.Pause, RolloutEntry.Paused) => "The rollout is paused already.",
        (RolloutRequest.Pause, RolloutEntry.Aborted or RolloutEntry.Completed) => $"The rollout is {rollout.Status}; there is nothing to pause.",
        (RolloutRequest.Abort, RolloutEntry.Aborted) => "The rollout is aborted already.",
        (RolloutRequest.Resume, RolloutEntry.Progressing or RolloutEntry.Completed) => $"The rollout is {rollout.Status}; there is nothing to resume.",
        _ => null,
    };

    // Towards safety nobody has to approve; more traffic by hand is a decision that somebody answers for.
    private string? Unauthorized(RolloutRequest request, RolloutEntry rollout)
    {
        var right = request.Change switch
        {
            RolloutRequest.Set when request.Percent > rollout.Percent => Approver.Override,
            RolloutRequest.Resume => Approver.Promote,
            RolloutRequest.Advance when request.RequestedBy != RollbackRequest.Monitor => Approver.Promote,
            _ => null,
        };
        return right is null || _policy.FindApprover(request.Approver, right) is not null ? null
            : request.Approver is null ? $"More traffic by hand is a person's decision: name them with --approver (the right to {right})."
            : $"{request.Approver} is not listed under `approvers` in the policy with the right to {right}.";
    }

    private static RollbackOutcome Refused(string reason) => new() { Refusal = reason };
}
