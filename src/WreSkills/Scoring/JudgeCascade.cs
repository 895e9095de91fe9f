using System.Text.Json;

using WreSkills.Executions;
using WreSkills.Skills;

namespace WreSkills.Scoring;

/// <summary>
/// Asks models what matchers cannot decide: one question per open judge pattern, to the scorer model first, and to a second one
/// where the first was uncertain. An answer that cites nothing, or lines that are not there, is none; a failure is none either.
/// </summary>
/// <param name="scorer">The model that is asked first.</param>
/// <param name="second">The model that is asked where the first was uncertain; null for none.</param>
/// <param name="margin">Probability that the model's own answer must have where it says so, 0–1.</param>
public sealed class JudgeCascade(ChatModel scorer, ChatModel? second, double margin) : IDisposable
{
    /// <summary>Probability below which an answer counts as uncertain, unless told otherwise.</summary>
    public const double DefaultMargin = 0.7;

    private int _questions;
    private string? _model;

    /// <summary>Settings of the model that is asked first.</summary>
    public ChatAgentSettings Settings => scorer.Settings;

    /// <summary>The first model as its endpoint named it last; null before it answered.</summary>
    public string? Model => _model;

    /// <summary>Questions that were asked so far.</summary>
    public int Questions => _questions;

    /// <summary>Identity of what answers: models and settings; another one voids a certificate.</summary>
    public string Identity => IdentityOf(scorer.Settings, second?.Settings);

    /// <summary>The identity of a judge with these settings, without asking it.</summary>
    public static string IdentityOf(ChatAgentSettings scorer, ChatAgentSettings? second) => string.Join(" then ", new[] { scorer, second }.OfType<ChatAgentSettings>().Select(
        settings => $"{settings.Model} at {settings.Endpoint} temperature {settings.Temperature?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "default"}"));

    /// <inheritdoc />
    public void Dispose()
    {
        scorer.Dispose();
        second?.Dispose();
    }

    /// <summary>The questions of some patterns, each once.</summary>
    public static IReadOnlyList<string> QuestionsOf(IEnumerable<ExpectedPattern> patterns) =>
        [.. patterns.SelectMany(pattern => pattern.Rule.SelfAndInner().Concat(pattern.When?.SelfAndInner() ?? [])).OfType<JudgeRule>().Select(rule => rule.Question).Distinct()];

    /// <summary>Answers the questions that some patterns leave open about an execution.</summary>
    /// <param name="patterns">The patterns.</param>
    /// <param name="evidence">The execution.</param>
    /// <param name="cacheKey">Under what answers may be kept; null to ask anew.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The evidence with the answers.</returns>
    public async Task<ExecutionEvidence> JudgeAsync(IReadOnlyList<ExpectedPattern> patterns, ExecutionEvidence evidence, string? cacheKey, CancellationToken cancellationToken)
    {
        // Matchers first: what they decide, or what does not apply, is not asked.
        var open = new PatternScorer(patterns).Score(evidence).PatternsInconclusive.Select(proof => proof.Name).ToHashSet();
        var questions = QuestionsOf(patterns.Where(pattern => open.Contains(pattern.Name)));
        if (questions.Count == 0 || evidence.Crashed)
        {
            return evidence;
        }

        var answers = await Task.WhenAll(questions.Select(question => AskAsync(question, evidence.Breadcrumbs, cacheKey, cancellationToken))).ConfigureAwait(false);
        return evidence with { Judgements = questions.Zip(answers).ToDictionary(pair => pair.First, pair => pair.Second) };
    }

    /// <summary>Answers one question about a log.</summary>
    public async Task<Judgement> AskAsync(string question, IReadOnlyList<JsonElement> breadcrumbs, string? cacheKey, CancellationToken cancellationToken)
    {
        var first = await AskAsync(scorer, question, breadcrumbs, cacheKey, cancellationToken).ConfigureAwait(false);
        if (first.Answer != JudgeAnswer.Abstain || second is null)
        {
            return first;
        }

        var other = await AskAsync(second, question, breadcrumbs, cacheKey, cancellationToken).ConfigureAwait(false);
        return other.Answer == JudgeAnswer.Abstain ? other with { Reason = $"{first.Reason}; {second.Settings.Name}: {other.Reason}" } : other;
    }

    private async Task<Judgement> AskAsync(ChatModel model, string question, IReadOnlyList<JsonElement> breadcrumbs, string? cacheKey, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _questions);
        var answer = await model.AskAsync(JudgePrompt.Of(question, breadcrumbs, cacheKey is null ? null : "judge/" + cacheKey, out var cut), cancellationToken).ConfigureAwait(false);
        if (model == scorer)
        {
            _model = answer.Model ?? _model;
        }

        return answer.FailureType is { } failure ? Abstain($"{failure}: {answer.Failure}") : Read(answer, breadcrumbs.Count, cut);
    }

    private Judgement Read(ChatAnswer answer, int lines, bool cut)
    {
        JudgeReply? reply;
        try
        {
            reply = JsonSerializer.Deserialize(answer.Text, ScoringJson.Default.JudgeReply);
        }
        catch (JsonException)
        {
            reply = null;
        }

        if (reply is not { Answer: "yes" or "no" or "abstain" })
        {
            return Abstain("its answer is not the JSON object that was asked for");
        }

        var reason = reply.Reason is { Length: > 0 and <= 500 } said ? said : "without a reason";
        var cited = reply.Breadcrumbs ?? [];
        if (reply.Answer == "abstain")
        {
            return Abstain(reason);
        }

        if (cited.Any(number => number < 1 || number > lines))
        {
            return Abstain($"it cites line {cited.First(number => number < 1 || number > lines)}, which is not there");
        }

        if (reply.Answer == "yes" && cited.Count == 0)
        {
            return Abstain("it says yes and cites nothing");
        }

        if (cut && reply.Answer == "no")
        {
            return Abstain("it says no, but has not seen the whole log");
        }

        if (Certainty(answer, reply.Answer) is { } certainty && certainty < margin)
        {
            return Abstain($"its own probability of '{reply.Answer}' is {certainty:0.00}");
        }

        return new Judgement(reply.Answer == "yes" ? JudgeAnswer.Yes : JudgeAnswer.No, [.. cited.Select(number => number - 1)], reason);
    }

    // The token that holds the word; null where the endpoint offers no probabilities.
    private static double? Certainty(ChatAnswer answer, string word) =>
        answer.Tokens.FirstOrDefault(token => token.Token.Trim(' ', '"', ':', ',').Equals(word, StringComparison.OrdinalIgnoreCase)) is { } token ? Math.Exp(token.LogProbability) : null;

    private static Judgement Abstain(string reason) => new(JudgeAnswer.Abstain, [], reason);
}

/// <summary>A judge's answer as it comes.</summary>
internal sealed record JudgeReply(string? Answer, IReadOnlyList<int>? Breadcrumbs, string? Reason);
