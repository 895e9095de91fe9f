using System.Globalization;
using System.Text.Json.Nodes;

using WreSkills.Hosting;
using WreSkills.Promotion;
using WreSkills.Review;

namespace WreSkills.Cli;

/// <summary>What <c>wre policy</c> prints about a proposal.</summary>
internal static class PolicyViews
{
    public static void Impact(Terminal terminal, PolicyImpact impact)
    {
        terminal.Heading($"{impact.Proposal}: {impact.PromotionsLost} promotions would not have happened, {impact.RollbacksGained} more rollbacks, {impact.RollbacksLost} fewer");
        foreach (var skill in impact.Skills.Where(skill => skill.Promotions.Count + skill.Stays.Count > 0))
        {
            terminal.Line();
            terminal.Line($"{skill.Skill}:");
            terminal.Rows(
                ["version", "what", "when", "verdict", "why"],
                [
                    .. skill.Promotions.Select(promotion => (IReadOnlyList<string>)[promotion.Version, $"promotion to {promotion.To}", promotion.At, promotion.Verdict.Replace('_', ' '), string.Join("; ", promotion.Reasons)]),
                    .. skill.Stays.Select(stay => (IReadOnlyList<string>)[stay.Version, $"{stay.Executions.ToString("N0", CultureInfo.InvariantCulture)} executions in production", stay.Proposed?.At ?? stay.Real?.At ?? "–", stay.Verdict.Replace('_', ' '), Why(stay)]),
                ]);
        }

        foreach (var reason in impact.NotJudged)
        {
            terminal.Line($"not judged: {reason}");
        }

        terminal.Line();
        terminal.Line("From the data alone; no model was asked. Nothing was changed. Next: wre policy dry-run --skill NAME");
    }

    private static string Why(StayImpact stay) => string.Join("; ", ((string?[])
    [
        stay.Proposed is { } proposed ? $"{proposed.Reason} ({proposed.Metric}) at execution {proposed.Execution}" : null,
        stay.Real is { } real ? $"really: {real.Reason} at {real.At}" : null,
        stay.Note,
    ]).OfType<string>());

    public static void DryRun(Terminal terminal, JsonObject run)
    {
        terminal.Heading($"{run["skill"]} under {run["proposal"]}, beside the policy in force");
        foreach (var (list, kind, limit) in ((string, string, string)[])[("gates", "gate", "requirement"), ("triggers", "trigger", "threshold")])
        {
            terminal.Line();
            if (run[list]!.AsArray().Count == 0)
            {
                terminal.Line($"No {kind} looks at it: no version of it is {(kind == "trigger" ? "live" : "there to be promoted")}.");
                continue;
            }

            terminal.Rows(
                ["", kind, "in force", "proposed", ""],
                run[list]!.AsArray().OfType<JsonObject>().Select(row => (IReadOnlyList<string>)[$"{row["of"]}", $"{row[kind]}", Side(row["in_force"], limit), Side(row["proposed"], limit), (bool)row["differs"]! ? "differs" : ""]),
                wrapping: 1);
        }

        if (run["rollout"] is JsonObject rollout)
        {
            terminal.Line();
            terminal.Line($"rollout: {rollout["in_force"]?["move"] ?? "none"} ({rollout["in_force"]?["reason"] ?? "none"}) in force, {rollout["proposed"]?["move"] ?? "none"} ({rollout["proposed"]?["reason"] ?? "none"}) proposed");
        }

        terminal.Line("Nothing was changed. Next: wre policy approve --approver ID");
    }

    private static string Side(JsonNode? side, string limit) => side is null ? "–" : $"{side["verdict"]} ({side["figure"]?.ToJsonString() ?? "–"}, {side[limit]}{(side["action"] is { } action && (string?)action != "rollback" ? $", {action}" : "")})";

    public static void Applied(Invocation invocation, PolicyApplied applied, PolicyIntent done)
    {
        var terminal = invocation.Terminal;
        terminal.Line($"Version {done.Proposal.Version} of the policy is in force ({done.Proposal.Id}, approved by {done.Approver}{(done.SignedBy is { } people ? $", signed by {string.Join(", ", people)}" : ", by name")}).");
        terminal.Line(applied.RenderProblem ?? $"rendered: {invocation.Workspace.Layout.Relative(invocation.Workspace.Layout.PolicyRenderedFile)}");
        terminal.Line(applied.Git?.Commit is { } commit ? $"committed: {commit}" : $"not committed: {applied.Git?.Problem}");
        if (applied.VoidTickets.Count > 0)
        {
            terminal.Line($"void now, since they approve promotions under version {done.Proposal.BaseVersion}: {string.Join(", ", applied.VoidTickets)}");
        }

        if (applied.RunningStays.Count > 0)
        {
            terminal.Line($"judged by the new rules from their next execution on, with what is recorded of them: {string.Join(", ", applied.RunningStays)}");
        }
    }
}
