using System.Collections.ObjectModel;

namespace WreSkills.Policy;

/// <summary>
/// Every threshold, window, schedule and right. The defaults are the policy's text, number for number; where the policy
/// leaves a window open the default is the product's decision, and <c>default-policy.yaml</c> says so in a comment.
/// </summary>
public sealed record PromotionPolicy
{
    /// <summary>Version of the document. Default <c>1.0</c>.</summary>
    public string Version { get; init; } = "1.0";

    /// <summary>Who decides about the policy, as the document says it. Default <c>0102</c>.</summary>
    public string Authority { get; init; } = "0102";

    /// <summary>Day of the latest change, as the document says it.</summary>
    public string LastUpdated { get; init; } = "2025-10-20";

    /// <summary>When the policy is looked at again, in the document's words.</summary>
    public string NextReview { get; init; } = "After first 5 skills promoted to production";

    /// <summary>SHA-256 of the document's bytes, in lower-case hex; tickets are bound to it.</summary>
    public string Digest { get; init; } = "";

    /// <summary>Gates of prototype → staged (policy 2.1).</summary>
    public PrototypeGates PrototypeToStaged { get; init; } = new();

    /// <summary>Gates of staged → production (policy 2.2).</summary>
    public StagedGates StagedToProduction { get; init; } = new();

    /// <summary>Triggers of the automatic rollback (policy 3.1).</summary>
    public RollbackTriggers Triggers { get; init; } = new();

    /// <summary>What a rollback does and by when (policy 3.2).</summary>
    public RollbackRules Rollback { get; init; } = new();

    /// <summary>Triggers of the automatic demotion (policy 3.1).</summary>
    public DemotionTriggers Demotion { get; init; } = new();

    /// <summary>The guard beside the literal triggers.</summary>
    public GuardRules Guard { get; init; } = new();

    /// <summary>Share of traffic of a staged version, step by step (policy 3.3).</summary>
    public RolloutRules Rollout { get; init; } = new();

    /// <summary>The circuit breaker of the loader (policy 3.3 and 7).</summary>
    public BreakerRules Breaker { get; init; } = new();

    /// <summary>What a change of the model that runs a version means (DESIGN section 8). Default: restart.</summary>
    public ModelChange ModelChange { get; init; } = ModelChange.Restart;

    /// <summary>Minutes by which ingestion may be behind before people are told (policy 7). Default 60.</summary>
    public int IngestionLagMinutes { get; init; } = 60;

    /// <summary>Who may sign (policy 4.1). Default: <c>0102</c> with every right.</summary>
    public IReadOnlyList<Approver> Approvers { get; init; } = [new Approver("0102", "Human supervision", [Approver.Promote, Approver.Override, Approver.Policy, Approver.BreakGlass])];

    /// <summary>How promotions are signed off (policy 4).</summary>
    public TicketPolicy Tickets { get; init; } = new();

    /// <summary>How this document itself is changed (policy 8).</summary>
    public PolicyChangeRules Changes { get; init; } = new();

    /// <summary>What no later policy may be weaker than: key → value, as the document writes it. Default: nothing.</summary>
    public IReadOnlyDictionary<string, string> Locked { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>How often a staged skill is reviewed (policy 5.3). Default <c>daily</c>.</summary>
    public string StagedReview { get; init; } = "daily";

    /// <summary>How often a production skill is reviewed (policy 5.3). Default <c>weekly</c>.</summary>
    public string ProductionReview { get; init; } = "weekly";

    /// <summary>What reviews may propose, and when (policy 5.3).</summary>
    public VariationRules Variations { get; init; } = new();

    /// <summary>When a review flags a fundamental problem of staged instructions (policy 3.1).</summary>
    public ReviewFlagRules ReviewFlag { get; init; } = new();

    /// <summary>How long what nobody needs any more is kept.</summary>
    public RetentionRules Retention { get; init; } = new();

    /// <summary>Bounds of a skill folder.</summary>
    public SkillLimits SkillLimits { get; init; } = new();

    /// <summary>The approver of this id who has a right, or null.</summary>
    public Approver? FindApprover(string? id, string right) => Approvers.FirstOrDefault(approver => approver.Id == id && approver.May.Contains(right));
}

/// <summary>Gates of prototype → staged (policy 2.1 and 4.2). Figures come from the benchmark of the exact digest.</summary>
public sealed record PrototypeGates
{
    /// <summary>Least mean pattern fidelity over all cases, 0–1. Default 0.90.</summary>
    public double PatternFidelity { get; init; } = 0.90;

    /// <summary>Least share of correct decisions, 0–1. Default 0.85.</summary>
    public double OutcomeQuality { get; init; } = 0.85;

    /// <summary>The false positive rate must be below this, 0–1. Default 0.05.</summary>
    public double FalsePositiveRate { get; init; } = 0.05;

    /// <summary>Least share of cases that passed, 0–1. Default 0.95.</summary>
    public double TestPassRate { get; init; } = 0.95;

    /// <summary>Most critical false negatives. Default 0.</summary>
    public int CriticalFalseNegatives { get; init; }
}

/// <summary>Gates of staged → production (policy 2.2 and 4.2). Figures come from the executions since staging.</summary>
public sealed record StagedGates
{
    /// <summary>Least number of executions, and the window of fidelity, outcome and criticality. Default 100.</summary>
    public int Executions { get; init; } = 100;

    /// <summary>Least mean pattern fidelity, 0–1. Default 0.90.</summary>
    public double PatternFidelity { get; init; } = 0.90;

    /// <summary>Least share of correct decisions, 0–1. Default 0.85.</summary>
    public double OutcomeQuality { get; init; } = 0.85;

    /// <summary>The false positive rate must be below this, 0–1. Default 0.05.</summary>
    public double FalsePositiveRate { get; init; } = 0.05;

    /// <summary>Window of the false positive rate, in negatives. Default 100.</summary>
    public int NegativesWindow { get; init; } = 100;

    /// <summary>Least number of negatives for a rate. Default 20.</summary>
    public int NegativesMinimum { get; init; } = 20;

    /// <summary>Least share of benchmark cases that passed, 0–1. Default 0.95.</summary>
    public double TestPassRate { get; init; } = 0.95;

    /// <summary>How far a figure may lie below the prototype baseline and still be no regression. Default 0.02.</summary>
    public double RegressionTolerance { get; init; } = 0.02;

    /// <summary>Window of the consistency gate, in executions. Default 10.</summary>
    public int ConsistencyWindow { get; init; } = 10;

    /// <summary>No window's mean fidelity may lie below this, 0–1. Default 0.85.</summary>
    public double ConsistencyFloor { get; init; } = 0.85;
}

/// <summary>Triggers of production → staged (policy 3.1). Windows count arrivals of the version now in production.</summary>
public sealed record RollbackTriggers
{
    /// <summary>Mean fidelity below this rolls back, 0–1. Default 0.85.</summary>
    public double PatternFidelityBelow { get; init; } = 0.85;

    /// <summary>Window of the fidelity trigger, in executions. Default 10.</summary>
    public int PatternFidelityWindow { get; init; } = 10;

    /// <summary>Share of correct decisions below this rolls back, 0–1. Default 0.80.</summary>
    public double OutcomeQualityBelow { get; init; } = 0.80;

    /// <summary>Window of the outcome trigger, in executions with a known outcome. Default 10.</summary>
    public int OutcomeQualityWindow { get; init; } = 10;

    /// <summary>Whether one critical false negative rolls back at once. Default true.</summary>
    public bool CriticalFalseNegative { get; init; } = true;

    /// <summary>A false positive rate above this rolls back, 0–1. Default 0.10.</summary>
    public double FalsePositiveRateAbove { get; init; } = 0.10;

    /// <summary>Window of the false positive trigger, in negatives. Default 100.</summary>
    public int FalsePositiveWindow { get; init; } = 100;

    /// <summary>Least number of negatives for a rate. Default 20.</summary>
    public int FalsePositiveMinimum { get; init; } = 20;

    /// <summary>Mean time above this many times the frozen baseline rolls back. Default 3.</summary>
    public double ExecutionTimeTimesBaseline { get; init; } = 3;

    /// <summary>Window of the time trigger, in executions. Default 10.</summary>
    public int ExecutionTimeWindow { get; init; } = 10;

    /// <summary>A share of exceptions above this rolls back, 0–1. Default 0.05.</summary>
    public double ExceptionRateAbove { get; init; } = 0.05;

    /// <summary>Window of the exception trigger, in executions. Default 20.</summary>
    public int ExceptionWindow { get; init; } = 20;

    /// <summary>Least number of executions for an exception rate. Default 20.</summary>
    public int ExceptionMinimum { get; init; } = 20;

    /// <summary>When a dependency counts as failed.</summary>
    public DependencyRules DependencyFailure { get; init; } = new();

    /// <summary>What each does, by the trigger's name; rollback where nothing stands.</summary>
    public IReadOnlyDictionary<string, TriggerAction> Actions { get; init; } = ReadOnlyDictionary<string, TriggerAction>.Empty;

    /// <summary>What a trigger does.</summary>
    public TriggerAction ActionOf(string trigger) => Actions.GetValueOrDefault(trigger, TriggerAction.Rollback);
}

/// <summary>What a rollback does and by when (policy 3.2).</summary>
public sealed record RollbackRules
{
    /// <summary>
    /// Whether, without an earlier production version, the staged copy of the same content goes on serving, as the
    /// policy says; otherwise it is held. Default true.
    /// </summary>
    public bool ServeStagedCopy { get; init; } = true;

    /// <summary>Minutes until people are told. Default 1.</summary>
    public int AlertMinutes { get; init; } = 1;

    /// <summary>Minutes until the failed version is archived. Default 5.</summary>
    public int ArchiveMinutes { get; init; } = 5;

    /// <summary>Minutes until the index no longer finds the version in production. Default 10.</summary>
    public int ReindexMinutes { get; init; } = 10;

    /// <summary>Minutes until the failure analysis is written. Default 60.</summary>
    public int FailureAnalysisMinutes { get; init; } = 60;

    /// <summary>Minutes until a person has reviewed it. Default 1440.</summary>
    public int HumanReviewMinutes { get; init; } = 1440;

    /// <summary>Minutes for which a version that was rolled back cannot be promoted again, so that it does not go to and fro. Default 60.</summary>
    public int CooldownMinutes { get; init; } = 60;

    /// <summary>Rollbacks of the same content from production after which only a mended version, or an approver with the right to override, gets there. Default 2.</summary>
    public int MostRollbacks { get; init; } = 2;
}

/// <summary>How long what nobody needs any more is kept, in days. What is live, approved, named by a ticket or a predecessor never goes.</summary>
public sealed record RetentionRules
{
    /// <summary>Whole execution records with breadcrumbs; metric lines stay for ever. Default 30.</summary>
    public int ExecutionsDays { get; init; } = 30;

    /// <summary>Archived staged folders, whose content is in the version store. Default 90.</summary>
    public int ArchivesDays { get; init; } = 90;

    /// <summary>Failure reports of rollbacks that are reviewed and over. Default 365.</summary>
    public int ReportsDays { get; init; } = 365;

    /// <summary>Benchmark results of contents that are neither live nor in a ticket. Default 180.</summary>
    public int BenchmarksDays { get; init; } = 180;

    /// <summary>Answers of models that may be used again. Default 30.</summary>
    public int ChatCacheDays { get; init; } = 30;

    /// <summary>Versions in the store that neither the registry nor a ticket names. Default 90.</summary>
    public int VersionsDays { get; init; } = 90;
}

/// <summary>Bounds of a skill folder; a folder beyond them is refused.</summary>
public sealed record SkillLimits
{
    /// <summary>Most files. Default 100.</summary>
    public int Files { get; init; } = 100;

    /// <summary>Largest file in bytes. Default 5 MB (5,000,000).</summary>
    public long FileBytes { get; init; } = 5_000_000;

    /// <summary>Largest SKILL.md in bytes. Default 1 MB (1,000,000).</summary>
    public long SkillFileBytes { get; init; } = 1_000_000;

    /// <summary>Deepest nesting of folders. Default 8.</summary>
    public int Depth { get; init; } = 8;
}

/// <summary>A person who may sign (policy 4.1).</summary>
/// <param name="Id">What stands in a ticket's <c>approver</c>; text, so <c>0102</c> keeps its zero.</param>
/// <param name="Name">For people to read.</param>
/// <param name="May">Rights: <c>promote</c>, <c>override</c>, <c>policy</c>, <c>break_glass</c>.</param>
public sealed record Approver(string Id, string Name, IReadOnlyList<string> May)
{
    /// <summary>The right to sign promotions.</summary>
    public const string Promote = "promote";

    /// <summary>The right to roll back by hand against the monitor's word, and to undo a rollback.</summary>
    public const string Override = "override";

    /// <summary>The right to sign policy changes.</summary>
    public const string Policy = "policy";

    /// <summary>The right to promote in an emergency against failing checks and alone, with a second signature within a deadline.</summary>
    public const string BreakGlass = "break_glass";

    /// <summary>Every right.</summary>
    public static IReadOnlyList<string> Rights { get; } = [Promote, Override, Policy, BreakGlass];
}
