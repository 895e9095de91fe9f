using System.Globalization;
using System.Text;

using WreSkills.Policy;
using WreSkills.Storage;

namespace WreSkills.Loading;

/// <summary>
/// Which arm of one skill serves a request: the plan, the breakers and the hash of the traffic split, prepared so that a decision reads no
/// file and allocates nothing. Immutable.
/// </summary>
public sealed class SkillRoute
{
    private readonly byte[] _splitPrefix;
    private readonly Gate? _candidate;
    private readonly Gate? _baseline;

    private SkillRoute(string skill, ServingPlan plan, IReadOnlyList<CircuitBreaker> breakers, BreakerRules rules)
    {
        Plan = plan;
        _splitPrefix = Encoding.UTF8.GetBytes(skill + ":");
        _candidate = Gate.Of(skill, plan.Candidate, breakers, rules);
        _baseline = Gate.Of(skill, plan.Baseline, breakers, rules);
    }

    /// <summary>What serves whom while every breaker is closed.</summary>
    public ServingPlan Plan { get; }

    /// <summary>Prepares the route of a skill.</summary>
    /// <param name="skill">Its name.</param>
    /// <param name="plan">What serves whom.</param>
    /// <param name="breakers">The breakers of its stays that are not at rest; others may be among them.</param>
    /// <param name="rules">The policy's.</param>
    public static SkillRoute For(string skill, ServingPlan plan, IReadOnlyList<CircuitBreaker> breakers, BreakerRules rules) => new(skill, plan, breakers, rules);

    /// <summary>
    /// The arm that serves a request; null when none does. Where a breaker is open the previous version serves: the baseline for a candidate, the
    /// version it replaced for production.
    /// </summary>
    /// <param name="key">What identifies the request.</param>
    /// <param name="labels">Labels of the request, such as <c>low-risk</c>.</param>
    /// <param name="now">The time, by which breakers open and close.</param>
    public ServingArm? Decide(string key, ReadOnlySpan<string> labels, DateTimeOffset now)
    {
        if (Plan.Candidate is { } candidate && Wants(labels) && TrafficSplit.IsBelow(_splitPrefix, key, Plan.Percent) && _candidate?.Admits(key, now) != false)
        {
            return candidate;
        }

        return Plan.Baseline is null || _baseline?.Admits(key, now) != false ? Plan.Baseline : Plan.Fallback;
    }

    private bool Wants(ReadOnlySpan<string> labels)
    {
        if (Plan.Labels.Count == 0)
        {
            return true;
        }

        foreach (var label in labels)
        {
            for (var index = 0; index < Plan.Labels.Count; index++)
            {
                if (Plan.Labels[index] == label)
                {
                    return true;
                }
            }
        }

        return false;
    }

    // A breaker that is not closed: nothing passes until a moment, a share of keys after it. Other keys than those of the traffic
    // split, or a candidate's trial would be all or nothing.
    private sealed class Gate(DateTimeOffset openUntil, byte[] trialPrefix, int trialPercent)
    {
        public static Gate? Of(string skill, ServingArm? arm, IReadOnlyList<CircuitBreaker> breakers, BreakerRules rules)
        {
            // The first one counts where a file written by hand has two of a stay.
            for (var index = 0; arm is { StateSerial: > 0 } && index < breakers.Count; index++)
            {
                if (breakers[index] is var breaker && breaker.StateSerial == arm.StateSerial)
                {
                    return breaker.OpenUntil is not null && Timestamp.TryParse(breaker.OpenUntil, out var until) ? new Gate(until, Encoding.UTF8.GetBytes(breaker.TrialName(skill) + ":"), rules.TrialPercent) : null;
                }
            }

            return null;
        }

        public bool Admits(string key, DateTimeOffset now) => now >= openUntil && TrafficSplit.IsBelow(trialPrefix, key, trialPercent);
    }
}
