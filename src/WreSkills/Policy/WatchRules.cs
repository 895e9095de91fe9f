using System.Collections.ObjectModel;

namespace WreSkills.Policy;

/// <summary>What a trigger does when it fires.</summary>
public enum TriggerAction
{
    /// <summary>Rolls the version back (or demotes it); tells people.</summary>
    Rollback,

    /// <summary>Pauses the rollout of the staged version; tells people.</summary>
    Pause,

    /// <summary>Tells people.</summary>
    Alert,

    /// <summary>Is not evaluated.</summary>
    Off,
}

/// <summary>Triggers of staged → prototype (policy 3.1).</summary>
public sealed record DemotionTriggers
{
    /// <summary>Executions to be reached in time. Default 100.</summary>
    public int MilestoneExecutions { get; init; } = 100;

    /// <summary>Days within which they must be reached. Default 7.</summary>
    public int MilestoneDays { get; init; } = 7;

    /// <summary>Some run of executions must have a mean fidelity of at least this by the milestone, 0–1. Default 0.90.</summary>
    public double FidelityReaches { get; init; } = 0.90;

    /// <summary>Length of such a run. Default 10.</summary>
    public int FidelityWindow { get; init; } = 10;

    /// <summary>How much worse than the baseline a version may be, 0–1. Default 0.02.</summary>
    public double RegressionMargin { get; init; } = 0.02;

    /// <summary>What each does, by the trigger's name; rollback where nothing stands.</summary>
    public IReadOnlyDictionary<string, TriggerAction> Actions { get; init; } = ReadOnlyDictionary<string, TriggerAction>.Empty;

    /// <summary>What a trigger does.</summary>
    public TriggerAction ActionOf(string trigger) => Actions.GetValueOrDefault(trigger, TriggerAction.Rollback);
}

/// <summary>How the guard takes part.</summary>
public enum GuardMode
{
    /// <summary>It is shown and decides nothing.</summary>
    Off,

    /// <summary>A literal trigger over a window rolls back only if the evidence is strong as well; a critical false negative needs no confirmation.</summary>
    Confirm,
}

/// <summary>The guard (DESIGN section 6).</summary>
public sealed record GuardRules
{
    /// <summary>Default <see cref="GuardMode.Off"/>, because the policy does not ask for it.</summary>
    public GuardMode Mode { get; init; } = GuardMode.Off;

    /// <summary>M: the evidence that counts as strong, and the least mean number of executions to a false rollback. Default 1000.</summary>
    public double Limit { get; init; } = 1000;

    /// <summary>What is still good.</summary>
    public GuardLimits Limits { get; init; } = new();
}

/// <summary>One step of a rollout.</summary>
/// <param name="Percent">Share of keys that the staged version serves, 1–100.</param>
/// <param name="Executions">Executions of the staged version within the step before it may end.</param>
/// <param name="Minutes">Minutes that the step lasts at least.</param>
/// <param name="Labels">Only requests with one of these labels, such as <c>low-risk</c>, may get the staged version; empty for all.</param>
public sealed record RolloutStep(int Percent, int Executions, int Minutes, IReadOnlyList<string> Labels);

/// <summary>The gradual rollout of a staged version (policy 3.3, DESIGN section 8).</summary>
public sealed record RolloutRules
{
    /// <summary>Executions of a step where it does not say it. Default 20.</summary>
    public const int DefaultExecutions = 20;

    /// <summary>Minutes of a step where it does not say it. Default 60.</summary>
    public const int DefaultMinutes = 60;

    /// <summary>The steps. Default 10, 50, 100 percent of keys.</summary>
    public IReadOnlyList<RolloutStep> Steps { get; init; } = [new(10, DefaultExecutions, DefaultMinutes, []), new(50, DefaultExecutions, DefaultMinutes, []), new(100, DefaultExecutions, DefaultMinutes, [])];

    /// <summary>Whether the monitor advances by itself; otherwise <c>wre rollout advance</c> does. Default true.</summary>
    public bool Automatic { get; init; } = true;

    /// <summary>How far below the baseline's mean the staged version's may lie, 0–1. Default 0.02.</summary>
    public double Tolerance { get; init; } = 0.02;

    /// <summary>Share of the step's executions that must have fidelity or outcome for a comparison, 0–1. Default 0.5.</summary>
    public double LeastMeasured { get; init; } = 0.5;
}

/// <summary>The circuit breaker of the loader (policy 3.3 and 7).</summary>
public sealed record BreakerRules
{
    /// <summary>Exceptions in a row that open it. Default 5; 0 for no breaker.</summary>
    public int Failures { get; init; } = 5;

    /// <summary>Seconds that it stays open at first; doubled each time a trial fails, up to a day. Default 60.</summary>
    public int OpenSeconds { get; init; } = 60;

    /// <summary>Share of keys that try the version while it is half-open, 1–100. Default 10.</summary>
    public int TrialPercent { get; init; } = 10;

    /// <summary>Successes in a row that close it. Default 3.</summary>
    public int Successes { get; init; } = 3;
}

/// <summary>When a review flags a fundamental problem of staged instructions (policy 3.1). A share is compared by the bound that holds at every look.</summary>
public sealed record ReviewFlagRules
{
    /// <summary>Share of misses of a critical pattern above which the data alone flags, 0–1. Default 0.5.</summary>
    public double CriticalMisses { get; init; } = 0.5;

    /// <summary>Executions since staging to which the pattern must have applied. Default 20.</summary>
    public int Minimum { get; init; } = 20;

    /// <summary>Share of misses of any pattern above which the advisor model's word flags, 0–1. Default 0.25.</summary>
    public double WithModel { get; init; } = 0.25;
}

/// <summary>When a dependency counts as failed (policy 3.1, DESIGN section 4).</summary>
public sealed record DependencyRules
{
    /// <summary>Failed probes in a row. Default 3.</summary>
    public int Probes { get; init; } = 3;

    /// <summary>Seconds within which they lie. Default 10.</summary>
    public double WithinSeconds { get; init; } = 10;
}

/// <summary>What a change of the model that runs a version means.</summary>
public enum ModelChange
{
    /// <summary>The evidence of the running state starts anew, and people are told.</summary>
    Restart,

    /// <summary>The same, and the version needs a benchmark with the new model before it is promoted further.</summary>
    Benchmark,

    /// <summary>The same, and a version in production goes back to staged.</summary>
    Restage,
}
