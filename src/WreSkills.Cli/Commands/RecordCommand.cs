using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Executions;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre record</c>: take over what agents report.</summary>
internal static class RecordCommand
{
    private static readonly Argument<string> s_file = new("FILE") { Description = "Execution records, one JSON object a line; - is stdin.", DefaultValueFactory = _ => "-" };
    private static readonly Option<string?> s_skill = new("--skill") { Description = "The skill of records that name none.", HelpName = "NAME" };

    public static Command Create() => Invocation.With(
        new Command("record", "Record executions: keep them whole, score staged and production ones, and roll back at once when a trigger fires. Recording an id twice is harmless. A rollback is part of the answer, not a failure of recording.") { s_file, s_skill },
        Run);

    private static int Run(Invocation invocation)
    {
        var workspace = invocation.Workspace;
        var records = new List<ExecutionRecord>();
        var problems = new List<string>();
        foreach (var (text, name) in InputLines.Read(invocation.Parsed.GetValue(s_file)!, Console.In))
        {
            try
            {
                records.Add(ExecutionRecordReader.Read(text, name, invocation.Parsed.GetValue(s_skill), () => Guid.CreateVersion7(workspace.Time.GetUtcNow()).ToString()));
            }
            catch (WreException error)
            {
                problems.Add(error.Problems.Count == 0 ? error.Message : $"{error.Message} {string.Join("; ", error.Problems)}");
            }
        }

        var outcome = workspace.Recorder.Record(records);
        workspace.Worker.Run();
        var exit = problems.Count > 0 ? 2 : 0;
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["recorded"] = outcome.Executions.Count(execution => !execution.KnownAlready),
                ["known_already"] = outcome.Executions.Count(execution => execution.KnownAlready),
                ["executions"] = JsonOutput.List(outcome.Executions, JsonViews.Recorded),
                ["skills"] = JsonOutput.List(outcome.Skills, skill => JsonViews.Watched(skill.Key, skill.Value)),
                ["problems"] = JsonOutput.Texts(problems),
            });
            return exit;
        }

        foreach (var execution in outcome.Executions)
        {
            invocation.Terminal.Line($"{(execution.KnownAlready ? "known" : "recorded")} {execution.Record.ExecutionId} {execution.Record.Skill} {execution.Record.Version ?? "draft"} ({execution.Record.State})"
                + $"{(execution.Score?.PatternFidelity is { } fidelity ? $", fidelity {TextViews.Number(fidelity)}" : "")}"
                + $"{(execution.Score is { PatternsMissed.Count: > 0 } score ? $", missed {string.Join(", ", score.PatternsMissed.Select(proof => proof.Name))}" : "")}"
                + $"{(execution.Outcome.CriticalFalseNegative ? ", CRITICAL FALSE NEGATIVE" : "")}");
            TextViews.Anomalies(invocation.Terminal, execution.Anomalies);
        }

        foreach (var note in outcome.Executions.Where(execution => execution.Note is not null).GroupBy(execution => (execution.Record.Skill, execution.Note)))
        {
            invocation.Error.WriteLine($"warning: {note.Count()} of {outcome.Executions.Count} records of {note.Key.Skill}: {note.Key.Note}");
        }

        foreach (var (skill, watched) in outcome.Skills)
        {
            TextViews.Watched(invocation.Terminal, skill, watched);
        }

        if (problems.Count > 0)
        {
            ErrorOutput.Write(new WreException($"{problems.Count} of {problems.Count + records.Count} records were not stored.", "mend and record them again; the others are stored", problems), json: false, invocation.Output, invocation.Error);
        }

        return exit;
    }
}
