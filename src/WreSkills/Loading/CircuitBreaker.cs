using System.Globalization;
using System.Text.Json.Serialization;

using WreSkills.Policy;
using WreSkills.Storage;

namespace WreSkills.Loading;

/// <summary>What a breaker lets through.</summary>
public enum BreakerState
{
    /// <summary>Everything.</summary>
    Closed,

    /// <summary>Nothing: the fallback serves.</summary>
    Open,

    /// <summary>A share of keys tries the version again.</summary>
    HalfOpen,
}

/// <summary>
/// The circuit breaker of one version's stay (policy 3.3 and 7): opens after exceptions in a row, lets a share of keys try after a
/// while, closes after successes, and opens for twice as long after a failed trial. Reversible, and without the promoter.
/// </summary>
public sealed record CircuitBreaker
{
    private const int MostSeconds = 86_400;

    /// <summary>Label of the version.</summary>
    public string Version { get; init => field = value ?? ""; } = "";

    /// <summary>Registry serial with which it entered its state.</summary>
    public required long StateSerial { get; init; }

    /// <summary>Exceptions in a row while closed.</summary>
    public int Failures { get; init; }

    /// <summary>Until when it is open, ISO 8601; null while it is closed.</summary>
    public string? OpenUntil { get; init; }

    /// <summary>For how long it was opened last, seconds; 0 while it is closed.</summary>
    public int OpenSeconds { get; init; }

    /// <summary>Successes in a row while half-open.</summary>
    public int Successes { get; init; }

    /// <summary>Arrival up to which executions were taken in, so that whoever looks at the same ones again counts none twice.</summary>
    public long Position { get; init; }

    /// <summary>The database that numbered the arrivals; another one numbers them anew.</summary>
    public string Database { get; init => field = value ?? ""; } = "";

    /// <summary>True when it remembers nothing but how far it has looked.</summary>
    [JsonIgnore]
    public bool IsAtRest => Failures == 0 && OpenUntil is null;

    /// <summary>The state at a time.</summary>
    public BreakerState At(DateTimeOffset now) => OpenUntil is null || !Timestamp.TryParse(OpenUntil, out var until) ? BreakerState.Closed
        : now < until ? BreakerState.Open : BreakerState.HalfOpen;

    /// <summary>True when a key may get the version.</summary>
    public bool Admits(string skill, string key, BreakerRules rules, DateTimeOffset now) => At(now) switch
    {
        BreakerState.Closed => true,
        // Other keys than those of the traffic split, or a candidate's trial would be all or nothing.
        BreakerState.HalfOpen => TrafficSplit.IsCandidate(TrialName(skill), key, rules.TrialPercent),
        _ => false,
    };

    /// <summary>What stands in the skill's place when keys are drawn for a trial.</summary>
    internal string TrialName(string skill) => "trial:" + skill + OpenSeconds.ToString(CultureInfo.InvariantCulture);

    /// <summary>The breaker after an execution of its version.</summary>
    /// <param name="failed">Whether it ended in an exception.</param>
    /// <param name="rules">The policy's.</param>
    /// <param name="now">The time.</param>
    public CircuitBreaker After(bool failed, BreakerRules rules, DateTimeOffset now)
    {
        switch (At(now), failed)
        {
            case (BreakerState.Closed, false):
                return this with { Failures = 0 };
            case (BreakerState.Closed, true) when rules.Failures > 0 && Failures + 1 >= rules.Failures:
                return Open(rules.OpenSeconds, now);
            case (BreakerState.Closed, true):
                return this with { Failures = Failures + 1 };
            case (BreakerState.HalfOpen, true):
                return Open(Math.Min(MostSeconds, OpenSeconds * 2), now);
            case (BreakerState.HalfOpen, false):
                return Successes + 1 >= rules.Successes ? Rest() : this with { Successes = Successes + 1 };
            default:
                // What was loaded before it opened comes in late and says nothing new.
                return this;
        }
    }

    private CircuitBreaker Rest() => this with { Failures = 0, Successes = 0, OpenSeconds = 0, OpenUntil = null };

    private CircuitBreaker Open(int seconds, DateTimeOffset now) => this with
    {
        Failures = 0,
        Successes = 0,
        OpenSeconds = seconds,
        OpenUntil = Timestamp.ToIso(now.AddSeconds(seconds)),
    };
}
