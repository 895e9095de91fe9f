using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Monitoring;
using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>Asks gates, triggers and the rollout of one skill under two policies. It reads; nothing is promoted, rolled back or remembered.</summary>
internal sealed class PolicyDryRun(Workspace workspace)
{
    /// <summary>How analyses and dry runs are kept.</summary>
    public static JsonSerializerOptions Format { get; } = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public JsonObject Run(string skill, PromotionPolicy proposed)
    {
        workspace.Ingestor.Run(skill);
        using var other = workspace.Under(proposed);
        var (before, after) = (Side(workspace, skill), Side(other, skill));
        return new JsonObject
        {
            ["skill"] = skill,
            ["at"] = Timestamp.ToIso(workspace.Time.GetUtcNow()),
            ["gates"] = Beside(before.Gates, after.Gates, "gate"),
            ["triggers"] = Beside(before.Triggers, after.Triggers, "trigger"),
            ["rollout"] = before.Rollout is null && after.Rollout is null ? null : new JsonObject { ["in_force"] = before.Rollout, ["proposed"] = after.Rollout },
        };
    }

    private static JsonArray Beside(Dictionary<string, JsonObject> before, Dictionary<string, JsonObject> after, string kind)
    {
        var rows = new JsonArray();
        foreach (var name in before.Keys.Union(after.Keys))
        {
            var (left, right) = (before.GetValueOrDefault(name), after.GetValueOrDefault(name));
            rows.Add((JsonNode)new JsonObject
            {
                [kind] = name.Split('|')[1],
                ["of"] = name.Split('|')[0],
                ["in_force"] = left,
                ["proposed"] = right,
                ["differs"] = (string?)left?["verdict"] != (string?)right?["verdict"],
            });
        }

        return rows;
    }

    private static (Dictionary<string, JsonObject> Gates, Dictionary<string, JsonObject> Triggers, JsonObject? Rollout) Side(Workspace side, string skill)
    {
        var gates = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var (from, to) in ((PromotionState, PromotionState)[])[(PromotionState.Prototype, PromotionState.Staged), (PromotionState.Staged, PromotionState.Production)])
        {
            foreach (var gate in side.Checker.Check(skill, from, to).Gates)
            {
                gates[$"{from.Text()} → {to.Text()}|{gate.Name}"] = new JsonObject { ["verdict"] = Word(gate.Verdict), ["figure"] = gate.Figure, ["requirement"] = gate.Requirement };
            }
        }

        var triggers = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        JsonObject? rollout = null;
        var entry = side.Registry.Load().Find(skill);
        foreach (var state in entry is null ? [] : (PromotionState[])[PromotionState.Production, PromotionState.Staged])
        {
            if (side.Monitor.Evaluate(skill, entry!, side.Policy, state) is not { } report)
            {
                continue;
            }

            foreach (var trigger in report.Triggers)
            {
                triggers[$"{state.Text()} {report.Stay.Version}|{trigger.Name}"] = new JsonObject
                {
                    ["verdict"] = Word(trigger.Verdict),
                    ["figure"] = trigger.Figure,
                    ["threshold"] = trigger.Threshold,
                    ["action"] = trigger.Action.ToString().ToLowerInvariant(),
                };
            }

            if (state == PromotionState.Staged && entry!.Rollout is not null)
            {
                var decision = side.Watch.Decide(skill, entry, report);
                rollout = new JsonObject { ["move"] = decision.Move.ToString().ToLowerInvariant(), ["reason"] = decision.Reason, ["sentence"] = decision.Checks is [.., var last] ? last.Sentence : "" };
            }
        }

        return (gates, triggers, rollout);
    }

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Pass => "pass",
        Verdict.Fail => "fail",
        Verdict.Inconclusive => "inconclusive",
        Verdict.NoData => "no_data",
        _ => "error",
    };
}
