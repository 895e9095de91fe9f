using System.Text.Json;

namespace WreSkills.Scoring;

/// <summary>A person's answer to a question about an execution.</summary>
/// <param name="Question">The question.</param>
/// <param name="Breadcrumbs">The execution's log.</param>
/// <param name="Yes">The person's answer.</param>
public sealed record JudgeLabel(string Question, IReadOnlyList<JsonElement> Breadcrumbs, bool Yes);

/// <summary>Measures a judge against people's labels.</summary>
public static class JudgeCalibration
{
    /// <summary>Asks the judge every label's question, twice where asked to, and counts.</summary>
    /// <param name="certificate">What is known of judge and labels; gains the figures.</param>
    /// <param name="judge">The judge.</param>
    /// <param name="labels">The labels.</param>
    /// <param name="repeat">Whether every question is put a second time, to see whether the judge agrees with itself.</param>
    /// <param name="progress">Told finished and all labels.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<JudgeCertificate> RunAsync(
        JudgeCertificate certificate, JudgeCascade judge, IReadOnlyList<JudgeLabel> labels, bool repeat, Action<int, int>? progress, CancellationToken cancellationToken)
    {
        var finished = 0;
        var answers = await Task.WhenAll(labels.Select(async label =>
        {
            // Never from the cache: the same answer twice would agree with itself.
            var first = await judge.AskAsync(label.Question, label.Breadcrumbs, null, cancellationToken).ConfigureAwait(false);
            var second = repeat ? await judge.AskAsync(label.Question, label.Breadcrumbs, null, cancellationToken).ConfigureAwait(false) : null;
            progress?.Invoke(Interlocked.Increment(ref finished), labels.Count);
            return (First: first.Answer, Second: second?.Answer);
        })).ConfigureAwait(false);
        int Count(bool yes, JudgeAnswer answer) => labels.Zip(answers).Count(pair => pair.First.Yes == yes && pair.Second.First == answer);
        return certificate with
        {
            Model = judge.Model,
            Labelled = labels.Count,
            Abstained = answers.Count(answer => answer.First == JudgeAnswer.Abstain),
            TruePositives = Count(true, JudgeAnswer.Yes),
            FalseNegatives = Count(true, JudgeAnswer.No),
            TrueNegatives = Count(false, JudgeAnswer.No),
            FalsePositives = Count(false, JudgeAnswer.Yes),
            Repeated = answers.Count(answer => answer.Second is not null),
            RepeatedAlike = answers.Count(answer => answer.Second == answer.First),
        };
    }
}
