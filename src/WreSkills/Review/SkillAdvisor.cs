using WreSkills.Executions;
using WreSkills.Loading;
using WreSkills.Metrics;
using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Review;

/// <summary>Reviews how a skill performs, from the data alone (policy 4.1 and 5.3). It changes nothing.</summary>
public sealed class SkillAdvisor(SkillRegistry registry, SkillLoader loader, VersionStore store, MetricsDatabase database, ExecutionLog log, PromotionPolicy policy, TimeProvider time)
{
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

        var now = time.GetUtcNow();
        var subject = Open(skill, state ?? registry.Load().Find(skill)?.PromotionState ?? PromotionState.Prototype);
        var since = span is { } back ? now - back : DateTimeOffset.MinValue;
        var (executions, before) = (subject.Executions.Where(execution => execution.Figures.Timestamp >= since).ToList(), subject.Executions.Where(execution => execution.Figures.Timestamp < since).ToList());
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
            Patterns = PatternReview.Of(subject.Folder.Patterns, executions, before, 1 - policy.StagedToProduction.PatternFidelity),
        };
    }

    /// <summary>Opens what is reviewed, with its executions.</summary>
    internal ReviewSubject Open(string skill, PromotionState state)
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
