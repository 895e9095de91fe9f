using System.Text.Json;

using WreSkills.Executions;
using WreSkills.Storage;

namespace WreSkills.Review;

/// <summary>
/// The advisor's model (policy 4.1). It reads what the data says and decides nothing: whatever it answers, or fails to answer, the analysis
/// stands without it.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="limit">How long it may take in all, retries included.</param>
/// <param name="time">The clock.</param>
public sealed class AdvisorModel(ChatModel model, TimeSpan limit, TimeProvider time) : IDisposable
{
    private const string ReviewTask = """
        You advise people who maintain a skill: a file SKILL.md with instructions that an agent follows. An analysis of its latest executions names
        weak patterns (P…), clusters of failures (C…) and suggestions (S…). For those that matter most say which line of SKILL.md causes it, and why.
        """;

    private const string FailureTask = """
        You advise people who maintain a skill: a file SKILL.md with instructions that an agent follows. A version of it was rolled back. Say what
        may have caused the failure: hypotheses, each about the id "failure", each resting on steps of the executions that are shown, each with
        the line of SKILL.md that it is about.
        """;

    /// <summary>The model's name as <c>wre.yaml</c> has it.</summary>
    public string Name => model.Settings.Model;

    /// <inheritdoc />
    public void Dispose() => model.Dispose();

    /// <summary>Asks for readings of a review.</summary>
    internal async Task<AdvisorAnswer> ReadAsync(SkillReview review, string skillText, IReadOnlyList<AdvisorTrace> traces, CancellationToken cancellationToken)
    {
        var known = review.Patterns.Select(pattern => pattern.Id).Concat(review.Clusters.Select(cluster => cluster.Id)).Concat(review.PerformanceSuggestions.Select(suggestion => suggestion.Id)).ToHashSet();
        var answer = await AskAsync(ReviewTask, JsonSerializer.Serialize(review, ReviewJson.Default.SkillReview), skillText, traces, known, needsBreadcrumbs: false, cancellationToken).ConfigureAwait(false);
        return answer with { Fundamental = [.. review.Patterns.Where(pattern => answer.Fundamental.Contains(pattern.Id)).Select(pattern => pattern.Name)] };
    }

    /// <summary>Asks for hypotheses about a failure.</summary>
    internal Task<AdvisorAnswer> ExplainAsync(FailureAnalysis analysis, string skillText, IReadOnlyList<AdvisorTrace> traces, CancellationToken cancellationToken) =>
        AskAsync(FailureTask, JsonSerializer.Serialize(analysis.Head + analysis.Body, ReviewJson.Default.String), skillText, traces, new HashSet<string> { "failure" }, needsBreadcrumbs: true, cancellationToken);

    private async Task<AdvisorAnswer> AskAsync(
        string task, string analysis, string skillText, IReadOnlyList<AdvisorTrace> traces, IReadOnlySet<string> ids, bool needsBreadcrumbs, CancellationToken cancellationToken)
    {
        AdvisorAnswer Failed(string why) => new() { Status = AdvisorAnswer.Failed, Model = Name, At = Timestamp.ToIso(time.GetUtcNow()), Failure = ReportText.Clean(why, 300) };
        var question = AdvisorPrompt.Of(task, analysis, skillText, traces, out var steps);
        using var deadline = new CancellationTokenSource(limit, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var answer = await model.AskAsync(question, stop.Token).ConfigureAwait(false);
            return answer.FailureType is { } failure
                ? Failed($"{failure}: {answer.Failure}")
                : AdvisorAnswerReader.Read(answer.Text, new AdvisorBounds(ids, AdvisorPrompt.LinesOf(skillText).Length, steps, needsBreadcrumbs), Name, Timestamp.ToIso(time.GetUtcNow()));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed($"no answer within {limit.TotalSeconds:0.###} s");
        }
        catch (WreException error)
        {
            return Failed(error.Message);
        }
    }
}
