using System.Text.Json.Nodes;

using WreSkills.Loading;
using WreSkills.Monitoring;
using WreSkills.Notifications;
using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Hosting;

/// <summary>What the monitor made of a skill.</summary>
/// <param name="Report">Triggers of the version in production with figures; null when nothing is in production.</param>
/// <param name="Rollback">The rollback or demotion that was carried out, or null.</param>
public sealed record MonitoredSkill(MonitorReport? Report, Transition? Rollback)
{
    /// <summary>Triggers of the staged version; null when nothing is staged.</summary>
    public MonitorReport? Staged { get; init; }
}

/// <summary>
/// Looks at a skill and does what its triggers ask for: rolls back, demotes, pauses, tells people. What was looked at is kept only
/// after that, so that a killed process hides nothing from the triggers.
/// </summary>
public sealed class SkillWatch(Workspace workspace)
{
    // A window that hovers about its limit tells people once an hour.
    private static readonly TimeSpan s_quiet = TimeSpan.FromHours(1);

    /// <summary>Looks at the versions of a skill in production and in staged.</summary>
    public MonitoredSkill Run(string skill)
    {
        var until = workspace.Database.Unjudged().GetValueOrDefault(skill);
        var (production, rollback) = Look(skill, PromotionState.Production);
        var (staged, demotion) = Look(skill, PromotionState.Staged);
        if (until > 0)
        {
            workspace.Database.Judged(skill, until);
        }

        return new MonitoredSkill(production, rollback ?? demotion) { Staged = staged };
    }

    /// <summary>Changes a rollout by hand. Advancing takes passing checks, unless an approver who may override forces it.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="force">Go on whatever the checks say.</param>
    public RollbackOutcome Steer(RolloutRequest request, bool force)
    {
        workspace.Ingestor.Run(request.Skill);
        var entry = workspace.Registry.Load().Require(request.Skill);
        if (workspace.Monitor.Evaluate(request.Skill, entry, workspace.Policy, PromotionState.Staged) is not { } report || entry.Rollout is not { } rollout)
        {
            return workspace.Rollouts.Change(request);
        }

        if (request.Change == RolloutRequest.Advance && rollout.Status == RolloutEntry.Progressing)
        {
            var decision = Decide(request.Skill, entry, report);
            if (decision.Move != RolloutMove.Advance && decision.Reason != "needs_approval" && !(force && workspace.Policy.FindApprover(request.Approver, Approver.Override) is not null))
            {
                return new RollbackOutcome
                {
                    Refusal = $"{decision.Checks[^1].Name.Replace('_', ' ')}: {decision.Checks[^1].Sentence}" + (force ? " Only an approver with the right to override goes on all the same: name them with --approver." : ""),
                };
            }
        }

        var (candidate, baseline) = RolloutGuide.Totals(report);
        return workspace.Rollouts.Change(request with { OnlyIf = (report.Stay.StateSerial, rollout.Step, rollout.Status), Counts = (report.Executions, candidate, baseline) });
    }

    private (MonitorReport? Report, Transition? Rollback) Look(string skill, PromotionState state)
    {
        if (workspace.Registry.Load().Find(skill) is not { } entry || workspace.Monitor.Evaluate(skill, entry, workspace.Policy, state) is not { } report)
        {
            return (null, null);
        }

        foreach (var trigger in report.Begun)
        {
            if (state == PromotionState.Production && trigger.Action == TriggerAction.Pause)
            {
                Pause(skill, entry, trigger.Sentence);
            }

            if (!workspace.Outbox.ContainsRecent($"trigger-{skill}-{trigger.Name}-{report.Stay.StateSerial}-", workspace.Time.GetUtcNow() - s_quiet))
            {
                Tell(report, trigger);
            }
        }

        if (state == PromotionState.Staged)
        {
            NoteDemotions(skill, entry, report);
        }

        if (report.Change is { } change)
        {
            Tell(report, change);
        }

        var live = entry.Active.Values.Select(label => entry.Versions[label].StateSerial).ToList();
        if (workspace.Breakers.Note(skill, report.Stay.Version, report.Stay.StateSerial, report.NewExceptions, () => workspace.Database.Identity, live) is { } turned)
        {
            Tell(report, turned.After);
        }

        var outage = Outage(skill, entry, state);
        var outageEnds = outage is not null && Begins(skill, entry, report, outage);
        var restage = report.Change is not null && state == PromotionState.Production && workspace.Policy.ModelChange == ModelChange.Restage;
        var (reason, metric) = report.Fired is { } fired ? (fired.Reason, fired.Metric)
            : outageEnds && state == PromotionState.Production ? ("dependency_failure", $"dependency={outage!.Name}") : restage ? ("model_change", $"model={report.Change!.After.Model}") : (null, null);
        if (reason is null)
        {
            if (state == PromotionState.Staged)
            {
                MoveRollout(skill, entry, report, outage);
            }

            workspace.Monitor.Keep(report, workspace.Policy);
            return (report, null);
        }

        var outcome = workspace.Promoter.RollBack(new RollbackRequest
        {
            Skill = skill,
            From = state,
            To = state == PromotionState.Production ? PromotionState.Staged : PromotionState.Prototype,
            Reason = reason,
            TriggerMetric = metric,
            OnlyIf = (report.Stay.Version, report.Stay.StateSerial),
            RequestedBy = RollbackRequest.Monitor,
        });
        workspace.Worker.Run();
        return (report, outcome.Transition);
    }

    // A failed dependency of the version, if it failed while the version was there: what a rollback put there during the outage is not
    // rolled back for the same reason.
    private DependencyState? Outage(string skill, SkillEntry entry, PromotionState state)
    {
        if (workspace.Dependencies.Failed() is not { Count: > 0 } failed || entry.Live(state) is not { } live || workspace.Policy.Triggers.ActionOf("dependency_failure") == TriggerAction.Off)
        {
            return null;
        }

        var names = workspace.Store.Open(skill, live.Version.Digest).Settings.Dependencies.Probed.ToHashSet();
        return failed.FirstOrDefault(one => names.Contains(one.Name) && Storage.Timestamp.TryParse(live.Version.StateSince, out var since) && since < one.FailedSince);
    }

    // A condition of a staged version that the policy only pauses or alerts for holds on, so it does so once per stay.
    private void NoteDemotions(string skill, SkillEntry entry, MonitorReport report)
    {
        foreach (var trigger in report.Triggers.Where(trigger => trigger is { Verdict: Verdict.Fail, Action: TriggerAction.Pause or TriggerAction.Alert }))
        {
            var id = $"demotion-{skill}-{trigger.Name}-{report.Stay.StateSerial}";
            if (trigger.Action == TriggerAction.Pause && !workspace.Outbox.Contains(id))
            {
                Pause(skill, entry, trigger.Sentence);
            }

            Tell(report, trigger, id);
        }
    }

    // For what happens to production; what happens to the staged version itself is among the checks of its rollout.
    private void Pause(string skill, SkillEntry entry, string reason)
    {
        if (entry.Live(PromotionState.Staged) is { } staged && entry.Rollout is { Status: RolloutEntry.Progressing } rollout)
        {
            workspace.Rollouts.Change(new RolloutRequest
            {
                Skill = skill,
                Change = RolloutRequest.Pause,
                Reason = reason,
                OnlyIf = (staged.Version.StateSerial, rollout.Step, rollout.Status),
                RequestedBy = RollbackRequest.Monitor,
            });
        }
    }

    // People are told in any case, and once; the policy may leave it at that, or pause the rollout beside it.
    private bool Begins(string skill, SkillEntry entry, MonitorReport report, DependencyState outage)
    {
        var action = workspace.Policy.Triggers.ActionOf("dependency_failure");
        var id = $"dependency-{skill}-{outage.Name}-{outage.FailedSince!.Value.ToUnixTimeSeconds()}";
        if (action == TriggerAction.Pause && !workspace.Outbox.Contains(id))
        {
            Pause(skill, entry, Words(outage));
        }

        Put(report, id, "dependency_alert", Words(outage), body =>
        {
            body["dependency"] = outage.Name;
            body["reason"] = "dependency_failure";
            body["next"] = $"wre dependencies --skill {report.Stay.Skill} --fresh";
        });
        return action == TriggerAction.Rollback;
    }

    private static string Words(DependencyState outage) => $"The dependency {outage.Name} is unavailable since {Storage.Timestamp.ToIso(outage.FailedSince!.Value)}: {outage.Problem}.";

    /// <summary>What the monitor would do with the rollout of a skill now.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="entry">Its registry entry.</param>
    /// <param name="report">What the monitor sees of the staged version.</param>
    public RolloutDecision Decide(string skill, SkillEntry entry, MonitorReport report) => Decide(entry, report, Outage(skill, entry, PromotionState.Staged));

    private RolloutDecision Decide(SkillEntry entry, MonitorReport report, DependencyState? outage) =>
        RolloutGuide.Decide(entry, report, workspace.Policy, workspace.Time.GetUtcNow(), outage is null ? null : Words(outage));

    private void MoveRollout(string skill, SkillEntry entry, MonitorReport report, DependencyState? outage)
    {
        var decision = Decide(entry, report, outage);
        if (decision.Move == RolloutMove.Hold)
        {
            return;
        }

        var (candidate, baseline) = RolloutGuide.Totals(report);
        workspace.Rollouts.Change(new RolloutRequest
        {
            Skill = skill,
            Change = decision.Move switch { RolloutMove.Advance => RolloutRequest.Advance, RolloutMove.Pause => RolloutRequest.Pause, _ => RolloutRequest.Abort },
            Reason = decision.Checks[^1].Sentence,
            OnlyIf = (report.Stay.StateSerial, entry.Rollout!.Step, entry.Rollout.Status),
            Counts = (report.Executions, candidate, baseline),
            RequestedBy = RollbackRequest.Monitor,
        });
    }

    private void Tell(MonitorReport report, TriggerResult trigger, string? id = null) => Put(
        report, id ?? $"trigger-{report.Stay.Skill}-{trigger.Name}-{report.Stay.StateSerial}-{report.State.Position}", "trigger_alert", trigger.Sentence, body =>
        {
            body["trigger"] = trigger.Name;
            body["action"] = trigger.Action == TriggerAction.Pause ? "pause" : "alert";
            body["reason"] = trigger.Reason;
            body["trigger_metric"] = trigger.Metric;
            body["window"] = trigger.Window;
            body["next"] = $"wre status --skill {report.Stay.Skill}";
        });

    private void Tell(MonitorReport report, Metrics.RunnerChange change) => Put(
        report, $"runner-{report.Stay.Skill}-{report.Stay.StateSerial}-{change.After.Start.Ordinal}", "runner_change",
        $"{report.Stay.Skill} {report.Stay.Version} ({report.Stay.State}): {change.Sentence} since {Storage.Timestamp.ToIso(DateTimeOffset.FromUnixTimeMilliseconds(change.After.TimestampMs))}; its evidence starts anew.", body =>
        {
            body["agent"] = change.After.Agent;
            body["model"] = change.After.Model;
            body["model_before"] = change.Before.Model;
        });

    private void Tell(MonitorReport report, CircuitBreaker breaker)
    {
        var open = breaker.OpenUntil is not null;
        Put(
            report, $"breaker-{report.Stay.Skill}-{report.Stay.StateSerial}-{breaker.OpenUntil ?? "closed-" + report.State.Position}", "breaker_alert",
            $"The circuit breaker of {report.Stay.Skill} {report.Stay.Version} ({report.Stay.State}) {(open ? $"opened until {breaker.OpenUntil} after exceptions in a row; the previous version serves" : "closed; the version serves again")}.",
            body =>
            {
                body["breaker"] = open ? "open" : "closed";
                body["open_until"] = breaker.OpenUntil;
                body["next"] = $"wre status --skill {report.Stay.Skill}";
            });
    }

    private void Put(MonitorReport report, string id, string kind, string text, Action<JsonObject> more)
    {
        if (workspace.Outbox.Contains(id))
        {
            return;
        }

        var body = new JsonObject
        {
            ["to"] = new JsonArray([.. workspace.Policy.Approvers.Select(approver => (JsonNode)approver.Id)]),
            ["version"] = report.Stay.Version,
            ["state"] = report.Stay.State,
            ["text"] = text,
        };
        more(body);
        workspace.Outbox.Put(new OutboxMessage(id, kind, report.Stay.Skill, Storage.Timestamp.ToIso(workspace.Time.GetUtcNow()), body));
    }
}
