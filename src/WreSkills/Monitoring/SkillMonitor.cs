using WreSkills.Metrics;
using WreSkills.Policy;
using WreSkills.Registry;

namespace WreSkills.Monitoring;

/// <summary>What the monitor sees of one skill.</summary>
/// <param name="Stay">The version in production.</param>
/// <param name="Triggers">All triggers with their figures.</param>
public sealed record MonitorReport(StateStay Stay, IReadOnlyList<TriggerResult> Triggers)
{
    /// <summary>The gravest trigger that fires, or null.</summary>
    public TriggerResult? Fired => Triggers.FirstOrDefault(trigger => trigger.Verdict == Verdict.Fail);
}

/// <summary>Watches the version in production: reads its windows and asks the triggers.</summary>
public sealed class SkillMonitor(MetricsDatabase database)
{
    private const int MostArrivals = 10_000;

    /// <summary>Evaluates a skill.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="entry">Its registry entry.</param>
    /// <param name="policy">The thresholds.</param>
    /// <param name="arrivals">Executions that arrived since the last evaluation; each is judged as if it had come alone.</param>
    /// <returns>The report, or null when no version is in production.</returns>
    public MonitorReport? Evaluate(string skill, SkillEntry entry, PromotionPolicy policy, int arrivals = 1)
    {
        if (entry.Live(PromotionState.Production) is not { } live)
        {
            return null;
        }

        var stay = new StateStay(skill, live.Label, PromotionState.Production.Text(), live.Version.StateSerial, live.Version.Digest);
        var batch = Math.Clamp(arrivals, 1, MostArrivals);
        var window = database.Window(stay, RollbackTrigger.Sizes(policy.Triggers).Plus(batch - 1));
        return new MonitorReport(stay, RollbackTrigger.Evaluate(window, live.Version.Baseline?.ExecutionTimeMs, policy.Triggers, batch));
    }
}
