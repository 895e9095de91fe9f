using System.CommandLine;

using WreSkills.Benchmarks;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre bench</c>: run every benchmark case of a skill.</summary>
internal static class BenchCommand
{
    private static readonly Option<string> s_skill = GlobalOptions.Skill();
    private static readonly Option<string?> s_agent = new("--agent") { Description = "The agent; default: the only one in wre.yaml.", HelpName = "NAME" };
    private static readonly Option<string> s_state = State();
    private static readonly Option<int> s_parallel = new("--parallel") { Description = "Cases at a time.", DefaultValueFactory = _ => Environment.ProcessorCount, HelpName = "N" };
    private static readonly Option<bool> s_noCache = new("--no-cache") { Description = "Ask models anew even where an earlier answer to the very same question is kept." };
    private static readonly Option<bool> s_noJudge = new("--no-judge") { Description = "Leave judge patterns open, even if wre.yaml names a judge." };
    private static readonly ReportWriter s_report = new("--report", required: false);
    private const int MostShown = 20;

    public static Command Create()
    {
        var command = new Command("bench", "Run every benchmark case through an agent, score each, and sum up. Exit 1 when a case does not pass.")
        {
            s_skill, s_agent, s_state, s_parallel, s_noCache, s_noJudge, BenchImportCommand.Create(), BenchReportCommand.Create(),
        };
        foreach (var option in s_report.Options)
        {
            command.Options.Add(option);
        }

        return Invocation.With(command, RunAsync);
    }

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var parsed = invocation.Parsed;
        using var judge = parsed.GetValue(s_noJudge) ? null : invocation.Workspace.Agents.Judge(cache: !parsed.GetValue(s_noCache));
        var result = await invocation.Workspace.BenchAsync(
            parsed.GetValue(s_skill)!, GlobalOptions.ParseState(parsed.GetValue(s_state)!), invocation.Workspace.Agents.Named(parsed.GetValue(s_agent), cache: !parsed.GetValue(s_noCache)),
            parsed.GetValue(s_parallel), new Progress(invocation.Error, "bench").Report, cancellationToken, judge);
        if (s_report.Write(invocation, result))
        {
            return result.Passed == result.Runs ? 0 : 1;
        }

        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, result.ToJson());
        }
        else
        {
            Print(invocation.Terminal, result);
        }

        return result.Passed == result.Runs ? 0 : 1;
    }

    private static void Print(Terminal terminal, BenchmarkResult result)
    {
        terminal.Heading($"{result.Skill} {result.Version ?? "(no label)"} [{TextViews.Short(result.Digest)}] by agent {result.Agent}: {result.Passed} of {result.Runs} runs passed in {result.DurationSeconds:0.0} s");
        terminal.Rows(["figure", "value", ""],
        [
            ["pattern fidelity", TextViews.Number(result.PatternFidelity), $"mean of {result.FidelityCount} runs"],
            ["outcome quality", TextViews.Number(result.OutcomeQuality), $"of {result.OutcomeCount} decisions"],
            ["test pass rate", TextViews.Number(result.TestPassRate), $"{result.Passed} of {result.Runs}"],
            ["false positive rate", TextViews.Number(result.FalsePositiveRate), $"{result.FalsePositives} of {result.Negatives} negatives"],
            ["false negatives", TextViews.Number(result.FalseNegatives), $"of {result.Positives} positives, {result.CriticalFalseNegatives} critical"],
            ["ran without exception", TextViews.Number(result.Executed), $"of {result.Runs}"],
            .. result.Judge is { } judge ? [(IReadOnlyList<string>)["judge", $"{judge.Questions} questions", judge.Uncertified is null ? "certified" : $"not certified: {judge.Uncertified}"]] : Array.Empty<IReadOnlyList<string>>(),
            .. result.PassPower.Count > 1 ? [(IReadOnlyList<string>)[$"passes {result.PassPower.Count} times in a row", TextViews.Number(result.PassPower[^1]), "mean over the cases"]] : Array.Empty<IReadOnlyList<string>>(),
            ["mean time", TextViews.Number(result.ExecutionTimeMs is { } time ? Math.Round(time, 1) : null), "ms"],
        ]);
        var failures = result.Cases.Where(item => !item.Passed).ToList();
        if (failures.Count > 0)
        {
            terminal.Line();
            terminal.Rows(["case", "why it did not pass"], failures.Take(MostShown).Select(item => (IReadOnlyList<string>)[item.Case, item.Reason ?? ""]));
            if (failures.Count > MostShown)
            {
                terminal.Line($"  and {failures.Count - MostShown} more (--output json lists all)");
            }
        }
    }

    private static Option<string> State()
    {
        var option = GlobalOptions.State("--state", "Which content: the draft, or the live version of a state.", required: false);
        option.DefaultValueFactory = _ => "prototype";
        return option;
    }
}
