using System.Text;

using WreSkills.Executions;
using WreSkills.Loading;
using WreSkills.Metrics;
using WreSkills.Monitoring;
using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Review;

/// <summary>
/// Reviews how a skill performs (policy 4.1 and 5.3): from the data alone, and with a model's reading of it where one is given. It changes nothing.
/// </summary>
public sealed class SkillAdvisor(
    SkillRegistry registry, SkillLoader loader, VersionStore store, MetricsDatabase database, ExecutionLog log, SkillMonitor monitor, PromotionChecker checker, AnomalyStore anomalies, PromotionPolicy policy, TimeProvider time)
{
    private const int MostAnomalies = 20;
    private const int TracesPerPattern = 2;

    private double Tolerated => Math.Round(1 - policy.StagedToProduction.PatternFidelity, 12);

    /// <summary>Reviews a version of a skill.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="state">Which version: the draft, or the live one of a state; null for the furthest that is live.</param>
    /// <param name="timeframe">One of <see cref="MetricsDatabase.Timeframes"/>, or <c>all</c>.</param>
    /// <exception cref="WreException">There is no such version or timeframe, or its content cannot be read.</exception>
    public SkillReview Review(string skill, PromotionState? state = null, string timeframe = "last_24_hours")
    {
        timeframe = timeframe == "all" ? "all_time" : timeframe;
        if (!MetricsDatabase.Timeframes.TryGetValue(timeframe, out var span))
        {
            throw new WreException($"There is no timeframe '{timeframe}'.", $"choose one of {string.Join(", ", MetricsDatabase.Timeframes.Keys)}, or all");
        }

        SkillName.Require(skill);
        var now = time.GetUtcNow();
        var subject = Open(skill, state ?? registry.Load().Find(skill)?.PromotionState ?? PromotionState.Prototype);
        var since = span is { } back ? now - back : DateTimeOffset.MinValue;
        var (executions, before) = (subject.Executions.Where(execution => execution.Figures.Timestamp >= since).ToList(), subject.Executions.Where(execution => execution.Figures.Timestamp < since).ToList());
        var patterns = PatternReview.Of(subject.Folder.Patterns, executions, before, Tolerated);
        var clusters = FailureClustering.Of(executions);
        var cost = CostReview.Of(executions, subject.Entry?.Baseline, subject.Folder.Settings.MaxExecutionTimeMs);
        var suggestions = PerformanceReview.Of(executions, cost, subject.Folder);
        return new SkillReview
        {
            Skill = skill,
            Version = subject.Version,
            Digest = subject.Digest,
            State = subject.State.Text(),
            StateSerial = subject.StateSerial,
            Timeframe = timeframe,
            At = Timestamp.ToIso(now),
            Executions = executions.Count,
            ExecutionsBefore = before.Count,
            HoldoutLeftOut = subject.Holdout,
            Failing = executions.Count(execution => execution.IsBad),
            Patterns = patterns,
            Drift = DriftReview.Of(executions, before, Frozen(subject)),
            Anomalies = AnomaliesOf(subject, executions),
            Clusters = clusters,
            Cost = cost,
            Comparison = BaselineComparison.Of(subject.Executions, subject.Entry?.PrototypeBaseline, Arms(subject)),
            Readiness = Readiness(subject),
            PerformanceSuggestions = suggestions,
            ImprovementOpportunities = OpportunityReview.Of([.. patterns.Where(pattern => pattern.IsWeak)], clusters, suggestions, executions),
            FundamentalIssue = FundamentalIssue.OfData(OfStay(subject), policy.ReviewFlag),
        };
    }

    /// <summary>Asks a model for its reading. What it says is checked; when nothing usable comes back, the review stands as the data wrote it.</summary>
    /// <returns>The review with the model's part; with a fundamental problem where the model names one and the data agrees.</returns>
    public async Task<SkillReview> AskAsync(SkillReview review, AdvisorModel model, CancellationToken cancellationToken)
    {
        var subject = PromotionStates.TryParse(review.State, out var state) ? Same(review, state) : null;
        if (subject is null)
        {
            return review with
            {
                Model = new AdvisorAnswer { Status = AdvisorAnswer.Failed, Model = model.Name, At = Timestamp.ToIso(time.GetUtcNow()), Failure = "the version that was reviewed is not there any more" },
            };
        }

        var ids = review.WeakPatterns.SelectMany(pattern => pattern.Executions.Take(TracesPerPattern)).Concat(review.Clusters.SelectMany(cluster => cluster.Executions.Take(1)));
        var traces = AdvisorTraces.Of(review.Skill, ids, log, HoldoutCases(subject));
        var answer = await model.ReadAsync(review, subject.Folder.SkillBytes is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "", traces, cancellationToken).ConfigureAwait(false);
        return review with
        {
            Model = answer,
            FundamentalIssue = review.FundamentalIssue ?? (answer.Fundamental.Count == 0 ? null : FundamentalIssue.WithModel(OfStay(subject), policy.ReviewFlag, answer.Fundamental, model.Name)),
        };
    }

    // Evidence of flags is that of the whole stay: a problem of the instructions is there from the beginning.
    private IReadOnlyList<WeakPattern> OfStay(ReviewSubject subject) => PatternReview.Of(subject.Folder.Patterns, subject.Executions, [], Tolerated);

    // What was frozen at promotion to production; before that, what the benchmark measured, but not its time: it runs elsewhere.
    private static BaselineEntry? Frozen(ReviewSubject subject) => subject.Entry?.Baseline ?? (subject.Entry?.PrototypeBaseline is { } prototype ? prototype with { ExecutionTimeMs = null } : null);

    private ArmComparison? Arms(ReviewSubject subject) => subject.State == PromotionState.Staged && registry.Load().Find(subject.Skill) is { } entry
        ? monitor.Evaluate(subject.Skill, entry, policy, PromotionState.Staged)?.Arms
        : null;

    private IReadOnlyList<Anomaly> AnomaliesOf(ReviewSubject subject, List<ReviewedExecution> executions)
    {
        var ids = executions.Select(execution => execution.Id).ToHashSet();
        return [.. anomalies.Read(subject.Skill).Anomalies.Where(anomaly => ids.Contains(anomaly.ExecutionId)).Take(MostAnomalies)];
    }

    private ReadinessAssessment? Readiness(ReviewSubject subject)
    {
        if (subject.State == PromotionState.Production)
        {
            return null;
        }

        var to = subject.State == PromotionState.Prototype ? PromotionState.Staged : PromotionState.Production;
        try
        {
            return ReadinessAssessment.Of(checker.Check(subject.Skill, subject.State, to), policy.StagedToProduction);
        }
        catch (WreException error)
        {
            return new ReadinessAssessment { To = to.Text(), Refusal = error.Message };
        }
    }

    private ReviewSubject? Same(SkillReview review, PromotionState state)
    {
        try
        {
            return Open(review.Skill, state) is { } subject && (subject.Digest, subject.StateSerial) == (review.Digest, review.StateSerial) ? subject : null;
        }
        catch (WreException)
        {
            // It was rolled back, retired or mended meanwhile.
            return null;
        }
    }

    private ReviewSubject Open(string skill, PromotionState state)
    {
        if (state == PromotionState.Prototype)
        {
            var draft = loader.OpenPrototype(skill);
            return With(
                new ReviewSubject { Skill = skill, State = state, Digest = draft.Digest, Folder = draft.Folder, Executions = [] },
                database.LatestExecutionsOfDraft(skill, draft.Digest, ReviewSubject.MostExecutions));
        }

        var live = registry.Load().Require(skill).Live(state)
            ?? throw new WreException($"No version of {skill} is {(state == PromotionState.Staged ? "staged" : "in " + state.Text())}.", $"`wre show --skill {skill}` lists its versions");
        return With(
            new ReviewSubject
            {
                Skill = skill,
                State = state,
                Version = live.Label,
                Digest = live.Version.Digest,
                StateSerial = live.Version.StateSerial,
                Folder = store.Open(skill, live.Version.Digest),
                Entry = live.Version,
                Executions = [],
            },
            database.LatestExecutions(new StateStay(skill, live.Label, state.Text(), live.Version.StateSerial, live.Version.Digest), ReviewSubject.MostExecutions));
    }

    private ReviewSubject With(ReviewSubject subject, IReadOnlyList<ExecutionFigures> newestFirst)
    {
        var (executions, holdout) = ReviewSubject.Load(subject.Skill, newestFirst, log, subject.Folder, HoldoutCases(subject));
        return subject with { Executions = executions, Holdout = holdout };
    }

    // A case that was set aside in the draft only is set aside from now on.
    private HashSet<string> HoldoutCases(ReviewSubject subject)
    {
        var cases = subject.Folder.Cases.Where(item => item.IsHoldout).Select(item => item.Id).ToHashSet();
        try
        {
            cases.UnionWith(loader.OpenPrototype(subject.Skill).Folder.Cases.Where(item => item.IsHoldout).Select(item => item.Id));
        }
        catch (WreException)
        {
            // There is no sound draft; the version's own cases are what is known.
        }

        return cases;
    }
}
