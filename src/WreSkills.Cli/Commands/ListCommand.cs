using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Registry;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre list</c>: every skill with its live versions.</summary>
internal static class ListCommand
{
    public static Command Create() => Invocation.With(new Command("list", "List the skills of the workspace with state and live versions."), Run);

    public static int Run(Invocation invocation)
    {
        var registry = invocation.Workspace.Registry.Load();
        var names = invocation.Workspace.SkillNames();
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["serial"] = registry.Serial,
                ["skills"] = JsonOutput.List(names, name => View(invocation, name, registry.Find(name))),
            });
            return 0;
        }

        if (names.Count == 0)
        {
            invocation.Terminal.Line($"No skills yet. Put a SKILL.md into {invocation.Workspace.Layout.Relative(invocation.Workspace.Layout.PrototypeFolder("NAME"))}/.");
            return 0;
        }

        invocation.Terminal.Rows(
            ["skill", "state", "production", "staged", "traffic", "attention"],
            names.Select(name => (name, registry.Find(name))).Select(skill => (IReadOnlyList<string>)
            [
                skill.name,
                skill.Item2?.PromotionState.Text() ?? "prototype (new)",
                skill.Item2?.Live(PromotionState.Production)?.Label ?? "–",
                skill.Item2?.Live(PromotionState.Staged)?.Label ?? "–",
                skill.Item2?.Rollout is { } rollout ? $"{rollout.Percent} %" : "–",
                Attention(invocation, skill.name, skill.Item2),
            ]));
        return 0;
    }

    // What a person should look at; nothing when all is well.
    private static string Attention(Invocation invocation, string name, SkillEntry? entry)
    {
        if (entry is null)
        {
            return "not benchmarked yet";
        }

        var notes = new List<string>();
        notes.AddRange(entry.Versions.Where(version => version.Value.RolledBack is { ReviewedBy: null }).Select(version => $"{version.Key} {(version.Value.HeldReason == "demoted" ? "demoted" : "rolled back")}, report not reviewed"));
        if (entry.Rollout is { Status: RolloutEntry.Paused or RolloutEntry.Aborted } rollout)
        {
            notes.Add($"rollout {rollout.Status}");
        }

        if (invocation.Workspace.Breakers.Load(name).Any(breaker => breaker.OpenUntil is not null && entry.Active.Values.Any(label => entry.Versions[label].StateSerial == breaker.StateSerial)))
        {
            notes.Add("circuit breaker not closed");
        }

        return notes.Count == 0 ? "–" : string.Join("; ", notes);
    }

    private static JsonObject View(Invocation invocation, string name, SkillEntry? entry) => new()
    {
        ["skill"] = name,
        ["registered"] = entry is not null,
        ["promotion_state"] = entry?.PromotionState.Text() ?? "prototype",
        ["production"] = entry?.Live(PromotionState.Production)?.Label,
        ["staged"] = entry?.Live(PromotionState.Staged)?.Label,
        ["rollout_percent"] = entry?.Rollout?.Percent,
        ["last_promotion"] = entry?.LastPromotion,
        ["last_rollback"] = entry?.LastRollback,
        ["rollout_status"] = entry?.Rollout?.Status,
        ["attention"] = Attention(invocation, name, entry) is var attention and not "–" ? attention : null,
    };
}
