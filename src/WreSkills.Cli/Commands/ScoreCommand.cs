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

    private static readonly Option<bool> s_judge = new("--judge") { Description = "Ask the judge of wre.yaml what the matchers leave open; only with FILE." };

    public static Command Create() => Invocation.With(
        new Command("score", "Score one execution and show, pattern by pattern, which breadcrumb proves what. Prototype executions are scored only on this demand.") { s_file, s_skill, s_id, s_judge },
        RunAsync);

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var (workspace, skill, id) = (invocation.Workspace, invocation.Parsed.GetValue(s_skill)!, invocation.Parsed.GetValue(s_id));
        var file = invocation.Parsed.GetValue(s_file);
        if ((id is null) == (file is null))
        {
            throw new WreException("Which execution?", "pass a FILE, or --execution-id of a recorded one");
        }

        using var judge = invocation.Parsed.GetValue(s_judge)
            ? workspace.Agents.Judge(cache: false) ?? throw new WreException("wre.yaml names no judge.", "add `judge: {model: NAME}` with the name of an agent of kind chat; docs/reference/judge.md")
            : null;
        if (judge is not null && file is null)
        {
            throw new WreException("--judge explains a FILE.", "what is recorded is scored without a model; `wre bench` asks the judge");
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
            score = await workspace.Recorder.ExplainAsync(
                ExecutionRecordReader.Read(text, name, skill, () => Guid.CreateVersion7(workspace.Time.GetUtcNow()).ToString()), judge, cancellationToken);
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

        Print(invocation.Terminal, score);
        return 0;
    }

    private static void Print(Terminal terminal, FidelityScore score)
    {
        var range = score is { FidelityLow: { } low, FidelityHigh: { } high } && low < high ? $", between {TextViews.Number(low)} and {TextViews.Number(high)} with what is open" : "";
        terminal.Heading($"pattern fidelity {TextViews.Number(score.PatternFidelity)}{(score.FidelityHigh is null ? " (no pattern applies)" : "")}{range}{(score.Vetoed ? ", vetoed by a critical prohibition" : score.CriticalMissed ? ", a critical pattern was missed" : "")}");
        terminal.Rows(
            ["", "pattern", "breadcrumb", "says", "why"],
            [
                .. Rows("followed", score.PatternsFollowed), .. Rows("missed", score.PatternsMissed), .. Rows("open", score.PatternsInconclusive), .. Rows("not applicable", score.PatternsNotApplicable),
                .. score.UnexpectedSteps.Select(step => (IReadOnlyList<string>)["unexpected", "–", $"#{step.Breadcrumb}", step.Name, "no pattern expects this call"]),
            ]);
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(string word, IReadOnlyList<PatternProof> proofs) =>
        proofs.Select(proof => (IReadOnlyList<string>)
            [proof.Share is { } share ? $"{word} ({share:0.00})" : word, proof.Name, proof.Breadcrumb is { } index ? $"#{index}" : "–", proof.Value ?? "nothing", proof.Reason ?? ""]);
}
