using WreSkills.Executions;
using WreSkills.Monitoring;
using WreSkills.Registry;
using WreSkills.Review;

namespace WreSkills.Hosting;

/// <summary>
/// Makes reviews and stores them, flags what they find to be a fundamental problem of staged instructions, and asks the advisor's model. The
/// data's part never waits for the model's.
/// </summary>
public sealed class ReviewWorker(Workspace workspace)
{
    private const int MostAsked = 20;

    /// <summary>Reviews a version from the data and stores the review; the model, where one is configured, is still to be asked.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="state">Which version; null for the furthest that is live.</param>
    /// <param name="timeframe">The span of time.</param>
    /// <param name="trigger">Why: <c>request</c> or <c>schedule</c>.</param>
    /// <param name="ask">Whether the model is to be asked where one is configured. Default true.</param>
    public SkillReview Make(string skill, PromotionState? state, string timeframe, string trigger, bool ask = true)
    {
        workspace.Ingestor.Run(skill);
        var review = workspace.Advisor.Review(skill, state, timeframe) with
        {
            Trigger = trigger,
            Model = workspace.Configuration.Advisor is { } advisor && ask ? new AdvisorAnswer { Status = AdvisorAnswer.Waiting, Model = advisor.Model.Model } : new AdvisorAnswer(),
        };
        workspace.Reviews.Save(review);
        return review;
    }

    /// <summary>Flags the staged version of a review that found a fundamental problem; the policy's trigger decides what follows (policy 3.1).</summary>
    /// <returns>True when it was flagged just now.</returns>
    public bool Flag(SkillReview review)
    {
        if (review is not { FundamentalIssue: { } issue, State: "staged", Version: { } version }
            || workspace.Registry.Load().Find(review.Skill)?.Live(PromotionState.Staged)?.Version.StateSerial != review.StateSerial
            || workspace.Flags.Find(review.Skill, review.StateSerial) is not null)
        {
            return false;
        }

        workspace.Flags.Put(review.Skill, new ReviewFlag
        {
            Version = version,
            StateSerial = review.StateSerial,
            Reason = issue.Reason,
            FlaggedBy = $"the advisor, source: {issue.Source}",
            At = Storage.Timestamp.ToIso(workspace.Time.GetUtcNow()),
        });
        workspace.Watch.Run(review.Skill);
        return true;
    }

    /// <summary>Asks the model about a review and stores what it made of it.</summary>
    /// <returns>The review with the model's part; the same review when no model is configured.</returns>
    public async Task<SkillReview> AskAsync(SkillReview review, CancellationToken cancellationToken)
    {
        using var model = workspace.Agents.Advisor();
        if (model is null)
        {
            return review;
        }

        var read = await workspace.Advisor.AskAsync(review, model, cancellationToken).ConfigureAwait(false);
        workspace.Reviews.Save(read);
        return read;
    }

    /// <summary>Asks the model about the failure analyses and scheduled reviews that wait for it, a few at a time; of a skill's reviews only about the latest.</summary>
    /// <returns>For people: what was asked.</returns>
    public async Task<IReadOnlyList<(string Skill, string Text)>> AskWaitingAsync(CancellationToken cancellationToken)
    {
        var done = new List<(string, string)>();
        using var model = workspace.Agents.Advisor();
        if (model is null)
        {
            return done;
        }

        foreach (var analysis in workspace.Reports.Waiting().Take(MostAsked))
        {
            var answer = (await workspace.Reports.AskAsync(analysis, model, cancellationToken).ConfigureAwait(false)).Model;
            done.Add((analysis.Skill, $"failure analysis of {analysis.Skill} {analysis.Version}: {answer.Sentence}"));
        }

        var waiting = workspace.Reviews.Skills().Select(skill => workspace.Reviews.Of(skill).FirstOrDefault()).OfType<SkillReview>().Where(review => review.Model.Status == AdvisorAnswer.Waiting);
        foreach (var review in waiting.Take(MostAsked))
        {
            var read = await AskAsync(review, cancellationToken).ConfigureAwait(false);
            done.Add((review.Skill, $"review of {review.Skill}: {read.Model.Sentence}"));
            if (review.Trigger == "schedule")
            {
                Flag(read);
                if (await VaryAsync(read, cancellationToken).ConfigureAwait(false) is { } varied)
                {
                    done.Add((review.Skill, varied));
                }
            }
        }

        return done;
    }

    // The schedule proposes variations only where the policy asks for them; what stands in the way is said and stops nothing.
    private async Task<string?> VaryAsync(SkillReview review, CancellationToken cancellationToken)
    {
        if (workspace.Policy.Variations.Scheduled is not (> 0 and var count) || review.WeakPatterns.Count == 0)
        {
            return null;
        }

        try
        {
            var outcome = await VaryAsync(new VariationRequest { Skill = review.Skill, Weak = review.WeakPatterns, Count = count, RequestedBy = "the schedule" }, agent: null, judge: null, progress: null, cancellationToken).ConfigureAwait(false);
            return $"variations of {review.Skill}: {outcome.Note ?? $"{outcome.Queued.Count} of {outcome.Variations.Count} wait for a person"}";
        }
        catch (WreException error)
        {
            return $"variations of {review.Skill}: {error.Message}";
        }
    }

    /// <summary>Asks the advisor's model for variations of a draft and queues what is shown to be better.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="agent">The agent that runs the cases; null for the only one that does not advise, or the advisor where there is no other.</param>
    /// <param name="judge">Who answers the questions of judge patterns; null for nobody.</param>
    /// <param name="progress">Told finished and all pairs of the comparison that runs; null for nobody.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<VariationOutcome> VaryAsync(VariationRequest request, string? agent, Scoring.JudgeCascade? judge, Action<int, int>? progress, CancellationToken cancellationToken)
    {
        var settings = request.Ask ? workspace.Configuration.Advisor : null;
        using var model = settings is null ? null : workspace.Agents.Model(settings.Model, cache: false);
        request = settings is null ? request : request with { Patience = settings.Limit };
        return await new VariationReview(workspace).RunAsync(request, model, () => Runner(agent), judge, progress, cancellationToken).ConfigureAwait(false);
    }

    // A comparison asks anew: answers of another day would meet those of today.
    private IAgent Runner(string? name)
    {
        var advisor = workspace.Configuration.Advisor?.Model.Name;
        var others = workspace.Configuration.Agents.Keys.Where(agent => agent != advisor).ToList();
        return workspace.Agents.Named(name ?? (others.Count == 1 ? others[0] : others.Count == 0 ? advisor : null), cache: false);
    }
}
