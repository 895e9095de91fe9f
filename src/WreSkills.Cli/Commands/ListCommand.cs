using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Registry;
using WreSkills.Skills;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre list</c>: every skill with its live versions.</summary>
internal static class ListCommand
{
    private static readonly Option<string?> s_agent = new("--agent") { Description = "Only skills that this agent runs, first or as the one that takes over.", HelpName = "NAME" };
    private static readonly Option<string?> s_intent = new("--intent") { Description = "Only skills of this kind of task, such as CLASSIFICATION.", HelpName = "TYPE" };
    private static readonly Option<string?> s_state = Choice("--state", "Only skills in this state.", "prototype", "staged", "production", "retired");
    private static readonly Option<string?> s_budget = Choice("--budget", "Instead: what of names and descriptions fits this client's listing, which descriptions overlap and which skills were never used.", [.. SkillClient.Exportable.Select(client => client.Name)]);
    private static readonly Option<int?> s_tokens = new("--tokens") { Description = "With --budget: a budget of so many tokens instead of the client's own.", HelpName = "N" };
    private static readonly Option<bool> s_user = new("--user") { Description = "With --budget: count the user's own skills too." };

    public static Command Create() => Invocation.With(
        new Command("list", "List the skills of the workspace with state and live versions.") { s_agent, s_intent, s_state, s_budget, s_tokens, s_user },
        invocation => invocation.Parsed.GetValue(s_budget) is { } client
            ? ListingBudgetView.Run(invocation, SkillClient.Of(client), Tokens(invocation), invocation.Parsed.GetValue(s_user))
            : Run(invocation, Filter(invocation)));

    /// <summary>Lists everything; what <c>wre status</c> shows without a skill.</summary>
    public static int Run(Invocation invocation) => Run(invocation, static (_, _) => true);

    private static int Run(Invocation invocation, Func<string, SkillEntry?, bool> filter)
    {
        var registry = invocation.Workspace.Registry.Load();
        var names = invocation.Workspace.SkillNames().Where(name => filter(name, registry.Find(name))).ToList();
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["serial"] = registry.Serial,
                ["skills"] = JsonOutput.List(names, name => View(invocation, name, registry.Find(name))),
            });
            return 0;
        }

        if (names.Count == 0 && invocation.Workspace.SkillNames().Count > 0)
        {
            invocation.Terminal.Line("No skill is like that; `wre list` shows all of them.");
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
                skill.Item2 is null ? "prototype (new)" : State(skill.Item2),
                skill.Item2?.Live(PromotionState.Production)?.Label ?? "–",
                skill.Item2?.Live(PromotionState.Staged)?.Label ?? "–",
                skill.Item2?.Rollout is { } rollout ? $"{rollout.Percent} %" : "–",
                Attention(invocation, skill.name, skill.Item2),
            ]));
        return 0;
    }

    private static string State(SkillEntry entry) => entry.Retired is not null ? "retired" : entry.PromotionState.Text();

    private static Func<string, SkillEntry?, bool> Filter(Invocation invocation)
    {
        var parsed = invocation.Parsed;
        var (agent, intent, state) = (parsed.GetValue(s_agent), parsed.GetValue(s_intent), parsed.GetValue(s_state));
        return (name, entry) =>
        {
            var runs = (agent ?? intent) is null ? default : Runs(invocation, name, entry);
            return (state is null || state == (entry is null ? "prototype" : State(entry)))
                && (intent is null || string.Equals(runs.Intent, intent, StringComparison.OrdinalIgnoreCase))
                && (agent is null || runs.Agents.Contains(agent, StringComparer.OrdinalIgnoreCase));
        };
    }

    // A draft that nobody has registered speaks for itself.
    private static (IReadOnlyList<string> Agents, string? Intent) Runs(Invocation invocation, string name, SkillEntry? entry)
    {
        if (entry is not null)
        {
            return ([.. ((string?[])[entry.PrimaryAgent == "unknown" ? null : entry.PrimaryAgent, entry.FallbackAgent]).OfType<string>().Distinct()], entry.IntentType == "unknown" ? null : entry.IntentType);
        }

        var draft = SkillHeader.OfFolder(invocation.Workspace.Loader.DraftFolder(name), new byte[16 * 1024])?.Header;
        return ([.. ((string?[])[draft?.PrimaryAgent, .. draft?.Agents ?? []]).OfType<string>().Distinct()], draft?.IntentType);
    }

    private static int? Tokens(Invocation invocation) => invocation.Parsed.GetValue(s_tokens) is not { } tokens ? null
        : tokens is > 0 and <= 10_000_000 ? tokens : throw new WreException($"--tokens is {tokens}; it must lie between 1 and 10,000,000.", "leave it away for the client's own budget");

    private static Option<string?> Choice(string name, string description, params string[] choices)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = string.Join('|', choices) };
        option.AcceptOnlyFromAmong(choices);
        return option;
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

    private static JsonObject View(Invocation invocation, string name, SkillEntry? entry)
    {
        var (agents, intent) = Runs(invocation, name, entry);
        return new JsonObject
        {
            ["skill"] = name,
            ["registered"] = entry is not null,
            ["agents"] = JsonOutput.Texts(agents),
            ["intent_type"] = intent,
            ["promotion_state"] = entry?.PromotionState.Text() ?? "prototype",
            ["production"] = entry?.Live(PromotionState.Production)?.Label,
            ["staged"] = entry?.Live(PromotionState.Staged)?.Label,
            ["rollout_percent"] = entry?.Rollout?.Percent,
            ["last_promotion"] = entry?.LastPromotion,
            ["last_rollback"] = entry?.LastRollback,
            ["rollout_status"] = entry?.Rollout?.Status,
            ["retired"] = entry?.Retired is not null,
            ["attention"] = Attention(invocation, name, entry) is var attention and not "–" ? attention : null,
        };
    }
}
