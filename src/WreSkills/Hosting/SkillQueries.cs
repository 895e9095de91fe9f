using WreSkills.Metrics;
using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Hosting;

/// <summary>
/// The query helpers of policy 5.4 for programs: is a skill ready, how does it do, which of two versions does better. Each answer takes
/// in metric lines that were written and not ingested yet; nothing else is changed.
/// </summary>
/// <example><code>
/// using var workspace = Workspace.Open(".");
/// var readiness = workspace.Queries.CheckPromotionReadiness("youtube_spam_detection", PromotionState.Staged, PromotionState.Production);
/// </code></example>
public sealed class SkillQueries(Workspace workspace)
{
    /// <summary>Checks every gate of a promotion (policy 2.1, 2.2) without promoting.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="from">Where it is, <see cref="PromotionState.Prototype"/> or <see cref="PromotionState.Staged"/>.</param>
    /// <param name="to">The next state.</param>
    /// <returns>Each gate with its verdict, figure and threshold; ready when all pass.</returns>
    /// <exception cref="WreException">The skill is unknown, or no promotion leads from one state to the other.</exception>
    public PromotionReadiness CheckPromotionReadiness(string skill, PromotionState from, PromotionState to) => workspace.Checker.Check(Known(skill), from, to);

    /// <summary>Aggregated figures of a skill, one row for each version and state that was run within the time.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="timeframe"><c>last_24_hours</c>, <c>last_7_days</c>, <c>last_30_days</c> or <c>all_time</c>. Default the last seven days.</param>
    /// <returns>Shares from 0 to 1, times in milliseconds, null for what is not known; empty when nothing was recorded.</returns>
    /// <exception cref="WreException">The skill is unknown, or there is no such timeframe.</exception>
    public IReadOnlyList<MetricsSummary> GetSkillMetrics(string skill, string timeframe = "last_7_days")
    {
        if (!MetricsDatabase.Timeframes.ContainsKey(timeframe))
        {
            throw new WreException($"There is no timeframe '{timeframe}'.", $"it is one of {string.Join(", ", MetricsDatabase.Timeframes.Keys)}");
        }

        workspace.Ingestor.Run(Known(skill));
        return workspace.Database.Summarize(skill, timeframe);
    }

    /// <summary>Puts the figures of two versions side by side.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="versionA">A state (<c>prototype</c>, <c>staged</c>, <c>production</c>: its live version, for the prototype its latest benchmarked content) or a version's label.</param>
    /// <param name="versionB">The same, for the other one.</param>
    /// <exception cref="WreException">The skill is unknown.</exception>
    public SkillVersionComparison CompareSkillVersions(string skill, string versionA, string versionB)
    {
        workspace.Ingestor.Run(Known(skill));
        var entry = workspace.Registry.Load().Find(skill);
        return new SkillVersionComparison(Find(skill, entry, versionA), Find(skill, entry, versionB));
    }

    private MetricsSummary? Find(string skill, SkillEntry? entry, string name)
    {
        if (!PromotionStates.TryParse(name, out var state))
        {
            return workspace.Database.Latest(skill, name, null, null);
        }

        return state == PromotionState.Prototype
            ? workspace.Database.Latest(skill, null, "prototype", entry?.Prototype?.Digest)
            : entry?.Live(state) is { } live ? workspace.Database.Latest(skill, live.Label, state.Text(), null) : null;
    }

    private string Known(string skill)
    {
        workspace.RequireKnown(skill);
        return skill;
    }
}

/// <summary>Figures of two versions of a skill (policy 5.4). Differences are B's minus A's, null where one of them is not known.</summary>
/// <param name="A">The one; null when it has no executions.</param>
/// <param name="B">The other; null when it has no executions.</param>
public sealed record SkillVersionComparison(MetricsSummary? A, MetricsSummary? B)
{
    /// <summary>Difference of the mean pattern fidelity.</summary>
    public double? PatternFidelity => B?.PatternFidelity - A?.PatternFidelity;

    /// <summary>Difference of the share of correct outcomes.</summary>
    public double? OutcomeQuality => B?.OutcomeQuality - A?.OutcomeQuality;

    /// <summary>Difference of the false positive rate; below zero is better.</summary>
    public double? FalsePositiveRate => B?.FalsePositiveRate - A?.FalsePositiveRate;

    /// <summary>Difference of the share of executions that ended in an exception; below zero is better.</summary>
    public double? ExceptionRate => B?.ExceptionRate - A?.ExceptionRate;

    /// <summary>Difference of the mean execution time in milliseconds; below zero is better.</summary>
    public double? ExecutionTimeMs => B?.ExecutionTimeMs - A?.ExecutionTimeMs;
}
