using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

using WreSkills.Metrics;
using WreSkills.Monitoring;
using WreSkills.Policy;
using WreSkills.Registry;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre policy simulate</c>: what a policy would have done, or would do to a modelled skill.</summary>
internal static class PolicyCommand
{
    private const int MostPolicies = 4;
    private const int MostListed = 20;
    private static readonly Option<string[]> s_policies = new("--policy") { Description = "A policy document; give several to see them side by side. Default: the workspace's.", HelpName = "FILE" };
    private static readonly Option<bool> s_confirm = new("--with-guard") { Description = "Beside each policy, show it with the guard's `confirm`." };
    private static readonly Option<string?> s_skill = new("--skill") { Description = "The skill whose history is replayed.", HelpName = "NAME" };
    private static readonly Option<bool> s_history = new("--history") { Description = "Replay the recorded executions of the skill's versions in production." };
    private static readonly Option<string?> s_model = new("--model") { Description = "A modelled skill, such as fidelity=.94,outcome=.92,exceptions=.01; what is left out is that of a healthy skill.", HelpName = "MODEL" };
    private static readonly Option<string?> s_change = new("--change") { Description = "What changes, such as fidelity=.75; measures how many executions it takes to be found.", HelpName = "MODEL" };
    private static readonly Option<long> s_executions = new("--executions") { Description = "Executions to draw. Default 200,000.", DefaultValueFactory = _ => 200_000, HelpName = "N" };
    private static readonly Option<int> s_healthy = new("--healthy") { Description = "Executions before the change. Default 200.", DefaultValueFactory = _ => 200, HelpName = "N" };
    private static readonly Option<int> s_runs = new("--runs") { Description = "How often the change is drawn. Default 1,000.", DefaultValueFactory = _ => 1000, HelpName = "N" };
    private static readonly Option<int> s_most = new("--within") { Description = "Executions after the change at most. Default 1,000.", DefaultValueFactory = _ => 1000, HelpName = "N" };
    private static readonly Option<int> s_seed = new("--seed") { Description = "The same seed draws the same executions. Default 1.", DefaultValueFactory = _ => 1, HelpName = "N" };

    public static Command Create() => new("policy", "Work on the policy.")
    {
        Invocation.With(
            new Command("simulate", "Show how often, when and why a policy would roll back: over recorded history, or over a modelled skill with a seed.")
            {
                s_policies, s_confirm, s_skill, s_history, s_model, s_change, s_executions, s_healthy, s_runs, s_most, s_seed,
            },
            Simulate),
    };

    private static Task<int> Simulate(Invocation invocation, CancellationToken cancellationToken)
    {
        Positive(invocation, s_executions, 1_000_000_000);
        Positive(invocation, s_healthy, 1_000_000);
        Positive(invocation, s_runs, 1_000_000);
        Positive(invocation, s_most, 1_000_000);
        var policies = Policies(invocation);
        var history = invocation.Parsed.GetValue(s_history);
        if (history && (invocation.Parsed.GetValue(s_model) ?? invocation.Parsed.GetValue(s_change)) is not null)
        {
            throw new WreException("--history replays what was recorded; --model and --change draw executions.", "choose one of them");
        }

        if (history)
        {
            History(invocation, policies);
        }
        else
        {
            Model(invocation, policies, cancellationToken);
        }

        return Task.FromResult(0);
    }

    private static void History(Invocation invocation, IReadOnlyList<(string Name, PromotionPolicy Policy)> policies)
    {
        var workspace = invocation.Workspace;
        var skill = invocation.Parsed.GetValue(s_skill) ?? throw new WreException("Whose history?", "pass --skill NAME");
        workspace.RequireKnown(skill);
        workspace.Ingestor.Run(skill);
        var versions = workspace.Registry.Load().Find(skill)?.Versions ?? new Dictionary<string, VersionEntry>();
        var stays = workspace.Database.StaysOf(skill, PromotionState.Production.Text()).Select(stay => (Stay: stay, versions.GetValueOrDefault(stay.Version)?.Baseline?.ExecutionTimeMs)).ToList();
        if (stays.Count == 0)
        {
            throw new WreException($"No execution of {skill} in production is recorded.", "simulate a modelled skill with --model, or record executions first");
        }

        var results = policies.Select(policy => (policy.Name, policy.Policy, Result: PolicySimulation.Replay(policy.Policy, workspace.Database, stays))).ToList();
        string When(SimulatedRollback rollback) => stays.Select(stay => workspace.Database.MomentOf(stay.Stay, rollback.Sequence)).OfType<DateTimeOffset>().Select(Storage.Timestamp.ToIso).FirstOrDefault() ?? "unknown";
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["skill"] = skill,
                ["stays"] = stays.Count,
                ["policies"] = JsonOutput.List(results, result => View(result.Name, result.Policy, result.Result, null, When)),
            });
            return;
        }

        var terminal = invocation.Terminal;
        terminal.Heading($"{skill}: {results[0].Result.Executions:N0} executions of {stays.Count} stay{(stays.Count == 1 ? "" : "s")} in production, replayed");
        terminal.Line();
        Table(terminal, results.Select(result => (result.Name, result.Result, (SimulationResult?)null)).ToList());
        foreach (var (name, _, result) in results.Where(result => result.Result.First.Count > 0))
        {
            terminal.Line();
            terminal.Line($"{name}:");
            terminal.Rows(["version", "execution", "when", "why"], result.First.Take(MostListed).Select(rollback => (IReadOnlyList<string>)
                [rollback.Version, rollback.Execution.ToString("N0", CultureInfo.InvariantCulture), When(rollback), $"{rollback.Reason} ({rollback.Metric})"]));
            if (result.Rollbacks > MostListed)
            {
                terminal.Line($"  … and {result.Rollbacks - MostListed:N0} more");
            }
        }

        terminal.Line();
        terminal.Line("Nothing was changed. As after a real rollback, the windows began anew each time.");
    }

    private static void Model(Invocation invocation, IReadOnlyList<(string Name, PromotionPolicy Policy)> policies, CancellationToken cancellationToken)
    {
        var parsed = invocation.Parsed;
        var model = SkillModel.Parse(parsed.GetValue(s_model) ?? "");
        var change = parsed.GetValue(s_change) is { } text ? SkillModel.Parse(text, model) : null;
        var (executions, seed, runs, healthy, most) = (parsed.GetValue(s_executions), parsed.GetValue(s_seed), parsed.GetValue(s_runs), parsed.GetValue(s_healthy), parsed.GetValue(s_most));
        var results = policies.Select(policy => (
            policy.Name,
            policy.Policy,
            Result: PolicySimulation.Run(policy.Policy, model, executions, seed, cancellationToken),
            Change: change is null ? null : PolicySimulation.Delays(policy.Policy, model, change, healthy, most, runs, seed, cancellationToken))).ToList();
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["model"] = View(model),
                ["change"] = change is null ? null : View(change),
                ["seed"] = seed,
                ["policies"] = JsonOutput.List(results, result => View(result.Name, result.Policy, result.Result, result.Change, null)),
            });
            return;
        }

        var terminal = invocation.Terminal;
        terminal.Heading($"A modelled skill, seed {seed}: {Words(model)}");
        terminal.Line();
        Table(terminal, results.Select(result => (result.Name, result.Result, (SimulationResult?)null)).ToList());
        if (change is not null)
        {
            terminal.Line();
            terminal.Heading($"After {healthy:N0} such executions it changes to: {Words(change)}");
            terminal.Line();
            Table(terminal, results.Select(result => (result.Name, result.Result, result.Change)).ToList());
        }
    }

    private static void Table(Terminal terminal, List<(string Name, SimulationResult Result, SimulationResult? Change)> results)
    {
        var rows = new List<IReadOnlyList<string>>();
        void Row(string name, Func<(string Name, SimulationResult Result, SimulationResult? Change), string> cell) => rows.Add([name, .. results.Select(cell)]);
        if (results[0].Change is null)
        {
            Row("executions", result => result.Result.Executions.ToString("N0", CultureInfo.InvariantCulture));
            Row("rollbacks", result => result.Result.Rollbacks.ToString("N0", CultureInfo.InvariantCulture));
            Row("one in", result => Between(result.Result));
        }
        else
        {
            Row("runs", result => (result.Change!.Delays.Count + result.Change.Missed).ToString("N0", CultureInfo.InvariantCulture));
            Row("found after, median", result => Executions(result.Change!.Delay(0.5)));
            Row("90 % found within", result => Executions(result.Change!.Delay(0.9)));
            Row("not found", result => result.Change!.Missed.ToString("N0", CultureInfo.InvariantCulture));
        }

        foreach (var reason in results.SelectMany(result => (result.Change ?? result.Result).Reasons.Keys).Distinct().Order(StringComparer.Ordinal))
        {
            Row($"  {reason}", result => (result.Change ?? result.Result).Reasons.GetValueOrDefault(reason).ToString("N0", CultureInfo.InvariantCulture));
        }

        terminal.Rows(["", .. results.Select(result => result.Name)], rows);
    }

    private static string Between(SimulationResult result)
    {
        var (low, high) = result.Interval;
        return result.MeanBetween is { } mean
            ? string.Create(CultureInfo.InvariantCulture, $"{mean:N0} executions ({low:N0} to {high:N0})")
            : string.Create(CultureInfo.InvariantCulture, $"more than {low:N0} executions");
    }

    private static string Executions(int? count) => count is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number:N0} executions") : "not within the span";

    private static string Words(SkillModel model) => string.Create(
        CultureInfo.InvariantCulture,
        $"fidelity {model.Fidelity:0.###} over {model.FewestPatterns} to {model.MostPatterns} patterns (correlation {model.Correlation:0.##}), outcome {model.Outcome:0.###}, exceptions {model.Exceptions:0.###}, false positives {model.FalsePositives:0.###} of negatives ({model.Negatives:0.##}), time {model.Time:0.##} × baseline (σ {model.TimeSpread:0.##})");

    private static JsonObject View(SkillModel model) => new()
    {
        ["fidelity"] = model.Fidelity,
        ["correlation"] = model.Correlation,
        ["patterns"] = new JsonArray(model.FewestPatterns, model.MostPatterns),
        ["outcome"] = model.Outcome,
        ["exceptions"] = model.Exceptions,
        ["negatives"] = model.Negatives,
        ["false_positives"] = model.FalsePositives,
        ["time"] = model.Time,
        ["time_spread"] = model.TimeSpread,
    };

    private static JsonObject View(string name, PromotionPolicy policy, SimulationResult result, SimulationResult? change, Func<SimulatedRollback, string>? when)
    {
        var (low, high) = result.Interval;
        var view = new JsonObject
        {
            ["policy"] = name,
            ["digest"] = policy.Digest,
            ["executions"] = result.Executions,
            ["rollbacks"] = result.Rollbacks,
            ["mean_between"] = result.MeanBetween,
            ["mean_between_low"] = low,
            ["mean_between_high"] = double.IsFinite(high) ? high : null,
            ["reasons"] = Counts(result),
        };
        if (when is not null)
        {
            view["first"] = JsonOutput.List(result.First, rollback => new JsonObject { ["version"] = rollback.Version, ["execution"] = rollback.Execution, ["timestamp"] = when(rollback), ["reason"] = rollback.Reason, ["trigger_metric"] = rollback.Metric });
        }

        if (change is not null)
        {
            view["delay"] = new JsonObject { ["runs"] = change.Delays.Count + change.Missed, ["median"] = change.Delay(0.5), ["p90"] = change.Delay(0.9), ["missed"] = change.Missed, ["reasons"] = Counts(change) };
        }

        return view;
    }

    private static JsonObject Counts(SimulationResult result) => new(result.Reasons.OrderBy(reason => reason.Key, StringComparer.Ordinal).Select(reason => KeyValuePair.Create(reason.Key, (JsonNode?)reason.Value)));

    private static List<(string Name, PromotionPolicy Policy)> Policies(Invocation invocation)
    {
        var files = invocation.Parsed.GetValue(s_policies) ?? [];
        if (files.Length > MostPolicies)
        {
            throw new WreException($"{files.Length} policies do not fit beside each other.", $"give {MostPolicies} at most");
        }

        var missing = files.Where(file => !File.Exists(file)).ToList();
        if (missing.Count > 0)
        {
            throw new WreException($"There is no {string.Join(", ", missing)}.", "--policy takes the path of a policy document");
        }

        var policies = files.Length == 0
            ? [(File.Exists(invocation.Workspace.Layout.PolicyFile) ? "policy.yaml" : "the built-in policy", invocation.Workspace.Policy)]
            : files.Select(file => (Path.GetFileName(file), PolicyDocument.Load(file))).ToList();
        return !invocation.Parsed.GetValue(s_confirm)
            ? policies
            : [.. policies.SelectMany(policy => (IEnumerable<(string, PromotionPolicy)>)[policy, ($"{policy.Item1} with guard", policy.Item2 with { Guard = policy.Item2.Guard with { Mode = GuardMode.Confirm } })])];
    }

    private static void Positive<T>(Invocation invocation, Option<T> option, long most)
        where T : IConvertible
    {
        var value = Convert.ToInt64(invocation.Parsed.GetValue(option), CultureInfo.InvariantCulture);
        if (value < 1 || value > most)
        {
            throw new WreException($"{option.Name} is {value}.", $"it must lie between 1 and {most:N0}");
        }
    }
}
