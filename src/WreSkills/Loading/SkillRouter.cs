using System.Collections.Concurrent;

using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Loading;

/// <summary>
/// The routes of all skills at one moment of the registry and its breakers. A decision about a skill that was asked for before takes no lock, reads no
/// file and allocates nothing. When registry or breakers change, the loader makes another one.
/// </summary>
public sealed class SkillRouter
{
    private readonly ConcurrentDictionary<string, SkillRoute> _routes = new(StringComparer.Ordinal);
    private readonly Func<string, IReadOnlyList<CircuitBreaker>> _breakers;
    private readonly BreakerRules _rules;

    /// <summary>Makes a router; routes are prepared when they are asked for first.</summary>
    /// <param name="registry">The registry as it is.</param>
    /// <param name="breakers">The breakers of a skill that are not at rest.</param>
    /// <param name="rules">The policy's.</param>
    public SkillRouter(RegistryDocument registry, Func<string, IReadOnlyList<CircuitBreaker>> breakers, BreakerRules rules)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(breakers);
        ArgumentNullException.ThrowIfNull(rules);
        (Registry, _breakers, _rules) = (registry, breakers, rules);
    }

    /// <summary>The registry that it was made of.</summary>
    public RegistryDocument Registry { get; }

    // Which edition of the breakers it read; what is not settled is read again.
    internal FileIdentity? BreakersSeen { get; init; }

    internal bool AreBreakersSettled { get; init; }

    /// <summary>The route of a skill.</summary>
    /// <exception cref="WreException">The registry does not know the skill.</exception>
    public SkillRoute Route(string skill) => _routes.TryGetValue(skill, out var route) ? route : Add(skill);

    /// <summary>The arm that serves a request; null when none does: the agent works without the skill.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="key">What identifies the request.</param>
    /// <param name="labels">Labels of the request, such as <c>low-risk</c>.</param>
    /// <param name="now">The time, by which breakers open and close.</param>
    /// <exception cref="WreException">The registry does not know the skill.</exception>
    public ServingArm? Decide(string skill, string key, ReadOnlySpan<string> labels, DateTimeOffset now) => Route(skill).Decide(key, labels, now);

    private SkillRoute Add(string skill)
    {
        var entry = Registry.Require(skill);
        return _routes[skill] = SkillRoute.For(skill, ServingPlan.For(entry), _breakers(skill), _rules);
    }
}
