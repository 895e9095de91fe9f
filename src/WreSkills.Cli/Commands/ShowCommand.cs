using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Registry;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre show</c>: one skill with all its versions.</summary>
internal static class ShowCommand
{
    private static readonly Option<string> s_skill = GlobalOptions.Skill();

    public static Command Create() => Invocation.With(new Command("show", "Show one skill: every version with state, digest, tickets and rollbacks.") { s_skill }, Run);

    private static int Run(Invocation invocation)
    {
        var skill = invocation.Parsed.GetValue(s_skill)!;
        var entry = invocation.Workspace.Registry.Load().Require(skill);
        GraphViews.RefreshIndex(invocation);
        var graph = invocation.Workspace.Graph;
        if (invocation.Json)
        {
            var json = View(skill, entry);
            json["depends_on"] = JsonOutput.List(graph.DependsOn(skill), GraphViews.Link);
            json["used_by"] = JsonOutput.List(graph.UsedBy(skill), GraphViews.Link);
            JsonOutput.Write(invocation.Output, json);
            return 0;
        }

        var terminal = invocation.Terminal;
        terminal.Heading($"{skill}: {entry.PromotionState.Text()}");
        terminal.Rows(["", ""],
        [
            ["location", entry.Location],
            ["agents", entry.PrimaryAgent + (entry.FallbackAgent is null ? "" : $", then {entry.FallbackAgent}")],
            ["scoring", entry.Scoring],
            ["monitoring", entry.Monitoring],
            ["review", entry.ReviewSchedule],
            ["last promotion", entry.LastPromotion ?? "–"],
            ["last rollback", entry.LastRollback ?? "–"],
            ["depends on", Links(graph.DependsOn(skill))],
            ["used by", Links(graph.UsedBy(skill))],
        ]);
        if (entry.Versions.Count == 0)
        {
            terminal.Line($"No version yet. Next: wre bench --skill {skill}");
            return 0;
        }

        terminal.Line();
        terminal.Rows(
            ["version", "state", "since", "digest", "note"],
            entry.Versions.Select(version => (IReadOnlyList<string>)[version.Key, State(entry, version.Key, version.Value), version.Value.StateSince, TextViews.Short(version.Value.Digest), Note(version.Value)]));
        return 0;
    }

    private static string Links(IReadOnlyList<GraphLink> links) => links.Count == 0 ? "–" : string.Join(", ", links.Select(GraphViews.Text).Distinct());

    private static string State(SkillEntry entry, string label, VersionEntry version) => version.State switch
    {
        PromotionState.Held => $"held ({version.HeldReason?.Replace('_', ' ')})",
        PromotionState.Staged when entry.Live(PromotionState.Staged)?.Label == label && entry.Rollout is { } rollout => $"staged, {rollout.Percent} %",
        var state => state.Text(),
    };

    private static string Note(VersionEntry version) => version.RolledBack is { } rollback
        ? $"rolled back {rollback.At}: {rollback.Reason}{(rollback.ReviewedBy is null ? ", report not reviewed" : $", reviewed by {rollback.ReviewedBy}")}"
        : version.Predecessor is { } predecessor ? $"replaced {predecessor}" : "";

    private static JsonObject View(string skill, SkillEntry entry) => new()
    {
        ["skill"] = skill,
        ["promotion_state"] = entry.PromotionState.Text(),
        ["location"] = entry.Location,
        ["primary_agent"] = entry.PrimaryAgent,
        ["module"] = entry.Module,
        ["scoring"] = entry.Scoring,
        ["monitoring"] = entry.Monitoring,
        ["review_schedule"] = entry.ReviewSchedule,
        ["rollout_percent"] = entry.Rollout?.Percent,
        ["last_promotion"] = entry.LastPromotion,
        ["last_rollback"] = entry.LastRollback,
        ["versions"] = JsonOutput.List(entry.Versions, version => new JsonObject
        {
            ["version"] = version.Key,
            ["digest"] = version.Value.Digest,
            ["state"] = version.Value.State.Text(),
            ["held_as"] = version.Value.HeldAs?.Text(),
            ["held_reason"] = version.Value.HeldReason,
            ["state_since"] = version.Value.StateSince,
            ["state_serial"] = version.Value.StateSerial,
            ["predecessor"] = version.Value.Predecessor,
            ["rolled_back"] = version.Value.RolledBack is { } rollback
                ? new JsonObject { ["operation"] = rollback.Operation, ["at"] = rollback.At, ["reason"] = rollback.Reason, ["trigger_metric"] = rollback.TriggerMetric, ["reviewed_by"] = rollback.ReviewedBy }
                : null,
        }),
    };
}
