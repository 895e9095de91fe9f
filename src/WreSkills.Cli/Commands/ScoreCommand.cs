using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Executions;
using WreSkills.Scoring;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre score</c>: explain one execution pattern by pattern; prototypes are scored only here.</summary>
internal static class ScoreCommand
{
    private static readonly Option<string> s_skill = GlobalOptions.Skill();
    private static readonly Argument<string?> s_file = new("FILE") { Description = "An execution record as one JSON object; - is stdin. Nothing is written.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> s_id = new("--execution-id") { Description = "A recorded execution; its score is added to the metrics if it had none.", HelpName = "ID" };

    public static Command Create() => Invocation.With(
        new Command("score", "Score one execution and show, pattern by pattern, which breadcrumb proves what. Prototype executions are scored only on this demand.") { s_file, s_skill, s_id },
        Run);

    private static int Run(Invocation invocation)
    {
        var (workspace, skill, id) = (invocation.Workspace, invocation.Parsed.GetValue(s_skill)!, invocation.Parsed.GetValue(s_id));
        var file = invocation.Parsed.GetValue(s_file);
        if ((id is null) == (file is null))
        {
            throw new WreException("Which execution?", "pass a FILE, or --execution-id of a recorded one");
        }

        FidelityScore? score;
        if (id is not null)
        {
            var found = workspace.Executions.Find(skill, [id]);
            if (found.Count == 0)
            {
                throw new WreException($"No execution {id} of {skill} is kept.", "executions are kept for a while only; check the id");
            }

            score = workspace.Recorder.ScoreRecorded(ExecutionRecordReader.Read(found[id].GetRawText(), id, skill, () => id));
        }
        else
        {
            var (text, name) = InputLines.Read(file!, Console.In) is [var only] ? only : throw new WreException("One record is scored at a time.", "pass one JSON object");
            score = workspace.Recorder.Explain(ExecutionRecordReader.Read(text, name, skill, () => Guid.CreateVersion7(workspace.Time.GetUtcNow()).ToString())).Score;
        }

        if (score is null)
        {
            throw new WreException("There is nothing to score.", "the record needs breadcrumbs, and its version must be known here");
        }

        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, JsonViews.Score(score)!);
            return 0;
        }

        invocation.Terminal.Heading($"pattern fidelity {TextViews.Number(score.PatternFidelity)}{(score.PatternFidelity is null ? " (no pattern applies)" : "")}{(score.CriticalMissed ? ", a critical pattern was missed" : "")}");
        invocation.Terminal.Rows(
            ["", "pattern", "breadcrumb", "says"],
            [.. Rows("followed", score.PatternsFollowed), .. Rows("missed", score.PatternsMissed), .. Rows("not applicable", score.PatternsNotApplicable)]);
        return 0;
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(string word, IReadOnlyList<PatternProof> proofs) =>
        proofs.Select(proof => (IReadOnlyList<string>)[word, proof.Name, proof.Breadcrumb is { } index ? $"#{index}" : "–", proof.Value ?? "nothing"]);
}
