using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Hosting;
using WreSkills.Registry;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre run</c>: the entry point for execution.</summary>
internal static class RunCommand
{
    private static readonly Option<string> s_skill = GlobalOptions.Skill();
    private static readonly Option<string?> s_agent = new("--agent") { Description = "The agent; default: the only one in wre.yaml.", HelpName = "NAME" };
    private static readonly Option<string?> s_key = new("--key") { Description = "What identifies the request for the traffic split, such as a stream or user; an input's own key wins.", HelpName = "KEY" };
    private static readonly Option<string?> s_state = new("--state") { Description = "Run the version of this state whatever the traffic split says.", HelpName = "STATE" };
    private static readonly Option<int> s_parallel = new("--parallel") { Description = "Inputs at a time; executions are recorded and judged in batches of this size.", DefaultValueFactory = _ => 1, HelpName = "N" };
    private static readonly Option<bool> s_quiet = new("--quiet") { Description = "Print the sum, not every execution." };
    private static readonly Argument<string> s_file = new("FILE") { Description = "Inputs, one JSON value a line; - is stdin.", DefaultValueFactory = _ => "-" };

    public static Command Create()
    {
        s_state.AcceptOnlyFromAmong("prototype", "staged", "production");
        return Invocation.With(
            new Command("run", "Load the serving version, execute it through an agent, record and score it. Exit 1 when no version served an input or an execution failed.") { s_file, s_skill, s_agent, s_key, s_state, s_parallel, s_quiet },
            RunAsync);
    }

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var parsed = invocation.Parsed;
        var (skill, key) = (parsed.GetValue(s_skill)!, parsed.GetValue(s_key));
        PromotionState? state = parsed.GetValue(s_state) is { } pinned ? GlobalOptions.ParseState(pinned) : null;
        var file = parsed.GetValue(s_file)!;
        var inputs = InputLines.Read(file, Console.In).Select(line => RunInput.Parse(line.Text, line.Name)).Select(input => key is null || input.Key is not null ? input : input with { Key = key }).ToList();
        var runner = new SkillRunner(invocation.Workspace, invocation.Workspace.Agents.Named(parsed.GetValue(s_agent)));
        var progress = new Progress(invocation.Error, "run").Report;
        var quiet = parsed.GetValue(s_quiet);
        var outcomes = new List<RunOutcome>();
        foreach (var batch in inputs.Chunk(Math.Clamp(parsed.GetValue(s_parallel), 1, 64)))
        {
            var ran = await runner.RunAsync(skill, state, batch, cancellationToken);
            outcomes.AddRange(ran);
            if (!invocation.Json)
            {
                Print(invocation.Terminal, skill, ran, quiet);
            }

            if (quiet || invocation.Json)
            {
                progress?.Invoke(outcomes.Count, inputs.Count);
            }
        }

        if (!invocation.Json && outcomes.Count > 1)
        {
            Sum(invocation.Terminal, outcomes);
        }

        invocation.Workspace.Worker.Run();
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject { ["skill"] = skill, ["runs"] = JsonOutput.List(outcomes, View) });
        }

        return outcomes.TrueForAll(outcome => outcome is { Skill: not null, Failure: null }) ? 0 : 1;
    }

    private static void Sum(Terminal terminal, IReadOnlyList<RunOutcome> outcomes)
    {
        foreach (var arm in outcomes.GroupBy(outcome => outcome.Skill is { } skill ? $"{skill.Version ?? "draft"} ({skill.State.Text()})" : "no version"))
        {
            var executions = arm.Select(outcome => outcome.Execution).OfType<RecordedExecution>().ToList();
            var known = executions.Where(execution => execution.Record.OutcomeQuality is not null).ToList();
            terminal.Line($"{arm.Key}: {arm.Count()} executions, mean fidelity {TextViews.Number(executions.Average(execution => execution.Score?.PatternFidelity))}, "
                + $"{known.Count(execution => execution.Record.OutcomeQuality >= 0.5)} of {known.Count} right, {executions.Count(execution => execution.Record.Exception == true)} exceptions");
        }
    }

    private static void Print(Terminal terminal, string skill, IReadOnlyList<RunOutcome> outcomes, bool quiet)
    {
        foreach (var outcome in quiet ? [] : outcomes)
        {
            terminal.Line(outcome is { Skill: { } loaded, Execution: { } execution }
                ? $"{execution.Record.ExecutionId} {loaded.Version ?? "draft"} ({loaded.State.Text()}, {loaded.Arm}): {outcome.Failure ?? execution.Record.Decision ?? "no decision"}"
                    + $"{(execution.Score?.PatternFidelity is { } fidelity ? $", fidelity {TextViews.Number(fidelity)}" : "")}{(execution.Record.OutcomeQuality is { } outcomeQuality ? (outcomeQuality >= 0.5 ? ", right" : ", wrong") : "")}"
                : "no version for this key; the agent works without the skill");
            TextViews.Anomalies(terminal, outcome.Execution?.Anomalies ?? []);
        }

        if (outcomes.FirstOrDefault(outcome => outcome.Watched is not null)?.Watched is { } watched)
        {
            TextViews.Watched(terminal, skill, watched);
        }
    }

    private static JsonObject View(RunOutcome outcome) => new()
    {
        ["version"] = outcome.Skill?.Version,
        ["digest"] = outcome.Skill?.Digest,
        ["state"] = outcome.Skill?.State.Text(),
        ["arm"] = outcome.Skill?.Arm,
        ["failure"] = outcome.Failure,
        ["execution"] = outcome.Execution is { } execution ? JsonViews.Recorded(execution) : null,
        ["rollback"] = outcome.Watched?.Rollback is { } rollback ? JsonViews.Transition(rollback) : null,
    };
}
