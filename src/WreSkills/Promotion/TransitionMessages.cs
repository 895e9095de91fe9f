using System.Text.Json.Nodes;

using WreSkills.Notifications;
using WreSkills.Policy;
using WreSkills.Registry;

namespace WreSkills.Promotion;

/// <summary>Who is told what after a transition (policy 2.1, 2.2, 3.2); pure. Ids derive from the operation, so a repetition is recognised.</summary>
internal static class TransitionMessages
{
    /// <param name="transition">The transition.</param>
    /// <param name="policy">The policy in force.</param>
    /// <param name="checkpoint">Text of the audit log's checkpoint with this operation, which a receiver keeps where the workspace's writers cannot change it; null when there is none.</param>
    public static IReadOnlyList<OutboxMessage> Of(Transition transition, PromotionPolicy policy, string? checkpoint)
    {
        var reindex = Message(transition, "reindex_requested", new JsonObject { ["trigger"] = transition.Kind });
        OutboxMessage[] ordinary = (transition.Kind, transition.To) switch
        {
            (Transition.RolloutKind, _) => [Rollout(transition, policy)],
            (Transition.RetirementKind or Transition.RevivalKind or Transition.RenameKind, _) => [Notice(transition, policy), reindex],
            ("rollback", _) => [Alert(transition, policy), reindex],
            (_, PromotionState.Staged) => [Review(transition, policy.StagedReview), reindex],
            _ => [Monitoring(transition, policy), Review(transition, policy.ProductionReview), reindex],
        };

        OutboxMessage[] messages = [.. transition.BreakGlass is null ? (OutboxMessage[])[] : [Emergency(transition, policy)], .. ordinary];
        foreach (var message in messages)
        {
            message.Body["checkpoint"] = checkpoint;
        }

        return messages;
    }

    private static OutboxMessage Emergency(Transition transition, PromotionPolicy policy) => Message(transition, "break_glass_alert", new JsonObject
    {
        ["to"] = new JsonArray([.. policy.Approvers.Select(approver => (JsonNode)approver.Id)]),
        ["reason"] = transition.BreakGlass,
        ["approver"] = transition.Approver,
        ["approval_ticket"] = transition.Ticket,
        ["due_at"] = transition.Countersigned || !Storage.Timestamp.TryParse(transition.At, out var at) ? null : Storage.Timestamp.ToIso(at.AddMinutes(policy.Tickets.CountersignMinutes)),
        ["text"] = $"{transition.Approver} broke the glass: {transition.Skill} {transition.Version} went to {transition.To.Text()} against the rules. {transition.BreakGlass}"
            + (transition.Countersigned ? "" : " A second person has to sign the ticket."),
        ["next"] = $"wre ticket show --ticket {transition.Ticket}, then wre ticket sign --ticket {transition.Ticket}",
    });

    private static OutboxMessage Alert(Transition transition, PromotionPolicy policy) => Message(transition, "rollback_alert", new JsonObject
    {
        ["to"] = new JsonArray([.. policy.Approvers.Select(approver => (JsonNode)approver.Id)]),
        ["reason"] = transition.Reason,
        ["trigger_metric"] = transition.TriggerMetric,
        ["from_state"] = transition.From.Text(),
        ["to_state"] = transition.To.Text(),
        ["serves_now"] = transition.Serves,
        ["text"] = $"{transition.Skill} {transition.Version} was rolled back from {transition.From.Text()} to {transition.To.Text()}: {transition.Reason}"
            + $"{(transition.TriggerMetric is null ? "" : $" ({transition.TriggerMetric})")}. {(transition.Serves is null ? "No version serves in its place" : $"{transition.Serves} serves now")}.",
        ["report"] = $"wre report show --skill {transition.Skill}",
        ["review"] = $"wre report review --skill {transition.Skill} --approver ID --note \"…\"",
        ["undo"] = transition.From == PromotionState.Production ? $"wre rollback --skill {transition.Skill} --undo --approver ID --reason \"…\"" : null,
    });

    private static OutboxMessage Notice(Transition transition, PromotionPolicy policy) => Message(transition, $"{transition.Kind}_notice", new JsonObject
    {
        ["to"] = new JsonArray([.. policy.Approvers.Select(approver => (JsonNode)approver.Id)]),
        ["reason"] = transition.Reason,
        ["serves_now"] = transition.Serves,
        ["text"] = transition.Kind switch
        {
            Transition.RetirementKind => $"{transition.Skill} was retired by {transition.Approver}: {transition.Reason}. Agents work without it.",
            Transition.RevivalKind => $"The retirement of {transition.Skill} was undone by {transition.Approver}: {transition.Reason}.",
            _ => $"{transition.RenamedFrom} is called {transition.Skill} now.",
        },
    });

    private static OutboxMessage Rollout(Transition transition, PromotionPolicy policy) => Message(transition, transition.Change == "abort" ? "rollout_alert" : "rollout_change", new JsonObject
    {
        ["to"] = new JsonArray([.. policy.Approvers.Select(approver => (JsonNode)approver.Id)]),
        ["change"] = transition.Change,
        ["percent"] = transition.Percent,
        ["reason"] = transition.Reason,
        ["text"] = $"{transition.Skill} {transition.Version} (staged): {transition.Change}, it serves {transition.Percent} % of keys now. {transition.Reason}",
        ["next"] = $"wre rollout show --skill {transition.Skill}",
    });

    private static OutboxMessage Review(Transition transition, string schedule) => Message(transition, "review_schedule", new JsonObject
    {
        ["to"] = "advisor",
        ["schedule"] = schedule,
        ["state"] = transition.To.Text(),
        ["text"] = $"{transition.Skill} {transition.Version} is {transition.To.Text()} now; review it {schedule}.",
    });

    private static OutboxMessage Monitoring(Transition transition, PromotionPolicy policy) => Message(transition, "monitoring_enabled", new JsonObject
    {
        ["to"] = new JsonArray([.. policy.Approvers.Select(approver => (JsonNode)approver.Id)]),
        ["text"] = $"{transition.Skill} {transition.Version} is in production; every execution is watched, and a rollback alerts you.",
    });

    private static OutboxMessage Message(Transition transition, string kind, JsonObject body)
    {
        body["operation"] = transition.Operation;
        body["version"] = transition.Version;
        return new OutboxMessage($"{transition.Operation}-{kind}", kind, transition.Skill, transition.At, body);
    }
}
