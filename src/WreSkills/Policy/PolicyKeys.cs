using static WreSkills.Policy.PolicyKey;

namespace WreSkills.Policy;

/// <summary>Every key of <c>policy.yaml</c> with its meaning, and which of two values is the stricter one.</summary>
public static class PolicyKeys
{
    private const string Actions = "off < alert < pause < rollback";

    /// <summary>The keys in the order of the document.</summary>
    public static IReadOnlyList<PolicyKey> All { get; } = [.. Gates(), .. Triggers(), .. Demotion(), .. Guard(), .. Operation(), .. SignOff(), .. Housekeeping()];

    private static readonly Dictionary<string, PolicyKey> s_byName = All.ToDictionary(key => key.Name, StringComparer.Ordinal);

    /// <summary>The key of a name, or null.</summary>
    public static PolicyKey? Find(string name) => s_byName.GetValueOrDefault(name);

    /// <summary>Says why a value of a key cannot be locked; null when it can.</summary>
    internal static string? LockProblem(string name, string? text) => Find(name) switch
    {
        null => $"is no key of the policy; did you mean '{All.Where(key => key.IsRanked).MinBy(key => Storage.YamlSection.Distance(key.Name, name))!.Name}'?",
        { IsRanked: false } => "has no stricter side, so it cannot be locked",
        { } key when text is null || key.Rank(text) is null => $"is '{text}', which is no value of this key ({(key.Stricter is "higher" or "lower" ? "a number" : key.Stricter.Replace(" <", ",", StringComparison.Ordinal))})",
        _ => null,
    };

    private static IEnumerable<PolicyKey> Gates() =>
    [
        Higher("gates.prototype_to_staged.pattern_fidelity", p => p.PrototypeToStaged.PatternFidelity, "least mean pattern fidelity of the benchmark"),
        Higher("gates.prototype_to_staged.outcome_quality", p => p.PrototypeToStaged.OutcomeQuality, "least share of correct decisions of the benchmark"),
        Lower("gates.prototype_to_staged.false_positive_rate", p => p.PrototypeToStaged.FalsePositiveRate, "the benchmark's false positive rate lies below"),
        Higher("gates.prototype_to_staged.test_pass_rate", p => p.PrototypeToStaged.TestPassRate, "least share of benchmark runs that passed"),
        Lower("gates.prototype_to_staged.critical_false_negatives", p => p.PrototypeToStaged.CriticalFalseNegatives, "most critical false negatives in the benchmark"),
        Higher("gates.staged_to_production.executions", p => p.StagedToProduction.Executions, "least executions since staging, and the window of the means"),
        Higher("gates.staged_to_production.pattern_fidelity", p => p.StagedToProduction.PatternFidelity, "least mean pattern fidelity of the window"),
        Higher("gates.staged_to_production.outcome_quality", p => p.StagedToProduction.OutcomeQuality, "least share of correct decisions of the window"),
        Lower("gates.staged_to_production.false_positive_rate", p => p.StagedToProduction.FalsePositiveRate, "the false positive rate since staging lies below"),
        Plain("gates.staged_to_production.negatives_window", p => p.StagedToProduction.NegativesWindow, "negatives that the false positive rate looks back on"),
        Higher("gates.staged_to_production.negatives_minimum", p => p.StagedToProduction.NegativesMinimum, "least negatives for a false positive rate"),
        Higher("gates.staged_to_production.test_pass_rate", p => p.StagedToProduction.TestPassRate, "least share of benchmark runs of the same content that passed"),
        Lower("gates.staged_to_production.regression_tolerance", p => p.StagedToProduction.RegressionTolerance, "how far below the prototype baseline is no regression yet"),
        Plain("gates.staged_to_production.consistency_window", p => p.StagedToProduction.ConsistencyWindow, "executions of a run whose mean fidelity is looked at"),
        Higher("gates.staged_to_production.consistency_floor", p => p.StagedToProduction.ConsistencyFloor, "no such run may have a lower mean fidelity"),
    ];

    private static IEnumerable<PolicyKey> Triggers() =>
    [
        Higher("triggers.pattern_fidelity.below", p => p.Triggers.PatternFidelityBelow, "a mean fidelity below it rolls back"),
        Plain("triggers.pattern_fidelity.window", p => p.Triggers.PatternFidelityWindow, "executions of that mean"),
        Acting("triggers.pattern_fidelity"),
        Higher("triggers.outcome_quality.below", p => p.Triggers.OutcomeQualityBelow, "a share of correct decisions below it rolls back"),
        Plain("triggers.outcome_quality.window", p => p.Triggers.OutcomeQualityWindow, "executions of that share"),
        Acting("triggers.outcome_quality"),
        Words("triggers.critical_false_negative", p => Flag(p.Triggers.CriticalFalseNegative), "false < true", "one critical false negative rolls back at once"),
        Acting("triggers.critical_false_negative"),
        Lower("triggers.false_positive_rate.above", p => p.Triggers.FalsePositiveRateAbove, "a false positive rate above it rolls back"),
        Plain("triggers.false_positive_rate.window", p => p.Triggers.FalsePositiveWindow, "negatives of that rate"),
        Lower("triggers.false_positive_rate.minimum", p => p.Triggers.FalsePositiveMinimum, "least negatives for that rate"),
        Acting("triggers.false_positive_rate"),
        Lower("triggers.execution_time.times_baseline", p => p.Triggers.ExecutionTimeTimesBaseline, "a mean time above so many times the frozen baseline rolls back"),
        Plain("triggers.execution_time.window", p => p.Triggers.ExecutionTimeWindow, "executions of that mean"),
        Acting("triggers.execution_time"),
        Lower("triggers.exception_rate.above", p => p.Triggers.ExceptionRateAbove, "a share of exceptions above it rolls back"),
        Plain("triggers.exception_rate.window", p => p.Triggers.ExceptionWindow, "executions of that share"),
        Lower("triggers.exception_rate.minimum", p => p.Triggers.ExceptionMinimum, "least executions for that share"),
        Acting("triggers.exception_rate"),
        Lower("triggers.dependency_failure.probes", p => p.Triggers.DependencyFailure.Probes, "failed probes in a row that count as a failure"),
        Higher("triggers.dependency_failure.within_seconds", p => p.Triggers.DependencyFailure.WithinSeconds, "seconds within which they lie"),
        Acting("triggers.dependency_failure"),
    ];

    private static IEnumerable<PolicyKey> Demotion() =>
    [
        Higher("demotion.milestone.executions", p => p.Demotion.MilestoneExecutions, "executions that a staged version has to reach"),
        Lower("demotion.milestone.days", p => p.Demotion.MilestoneDays, "days within which it has to"),
        Demoting("demotion.milestone"),
        Higher("demotion.pattern_fidelity.reaches", p => p.Demotion.FidelityReaches, "some run has to reach this mean fidelity by the milestone"),
        Plain("demotion.pattern_fidelity.window", p => p.Demotion.FidelityWindow, "executions of such a run"),
        Demoting("demotion.pattern_fidelity"),
        Lower("demotion.regression.margin", p => p.Demotion.RegressionMargin, "how much worse than the baseline a staged version may be"),
        Demoting("demotion.regression"),
        Demoting("demotion.review_flag"),
    ];

    private static IEnumerable<PolicyKey> Guard() =>
    [
        Words("guard.mode", p => p.Guard.Mode == GuardMode.Confirm ? "confirm" : "off", "confirm < off", "whether triggers over a window wait for strong evidence"),
        Lower("guard.limit", p => p.Guard.Limit, "what counts as strong evidence"),
        Lower("guard.good_until.missed_fidelity", p => p.Guard.Limits.Fidelity, "mean of 1 − fidelity up to which a version is good"),
        Lower("guard.good_until.wrong_outcomes", p => p.Guard.Limits.Outcome, "share of wrong outcomes up to which it is good"),
        Lower("guard.good_until.false_positives", p => p.Guard.Limits.FalsePositive, "false positive rate up to which it is good"),
        Lower("guard.good_until.exceptions", p => p.Guard.Limits.Exception, "share of exceptions up to which it is good"),
        Lower("guard.good_until.time_baselines", p => p.Guard.Limits.Time, "time in baselines up to which it is good"),
        Plain("guard.good_until.time_cap", p => p.Guard.Limits.TimeCap, "most baselines that one execution counts for"),
    ];

    private static IEnumerable<PolicyKey> Operation() =>
    [
        Words("rollback.serve_staged_copy", p => Flag(p.Rollback.ServeStagedCopy), "true < false", "without an earlier production version the staged copy serves"),
        Lower("rollback.alert_minutes", p => p.Rollback.AlertMinutes, "minutes until people are told"),
        Lower("rollback.archive_minutes", p => p.Rollback.ArchiveMinutes, "minutes until the failed version is archived"),
        Lower("rollback.reindex_minutes", p => p.Rollback.ReindexMinutes, "minutes until the index follows"),
        Lower("rollback.failure_analysis_minutes", p => p.Rollback.FailureAnalysisMinutes, "minutes until the failure analysis is written"),
        Lower("rollback.human_review_minutes", p => p.Rollback.HumanReviewMinutes, "minutes until a person has reviewed it"),
        Higher("rollback.cooldown_minutes", p => p.Rollback.CooldownMinutes, "minutes before a version that was rolled back is promoted again"),
        Lower("rollback.most_rollbacks", p => p.Rollback.MostRollbacks, "rollbacks of one content after which it has to be mended"),
        Written("rollout.steps", p => string.Join(", ", p.Rollout.Steps.Select(Step)), "share of traffic of a staged version, step by step"),
        Higher("rollout.minimum_executions", p => p.Rollout.Steps.Min(step => step.Executions), "executions of a step that does not say its own; here the least of all steps"),
        Higher("rollout.minimum_minutes", p => p.Rollout.Steps.Min(step => step.Minutes), "minutes of a step that does not say its own; here the least of all steps"),
        Words("rollout.advance", p => p.Rollout.Automatic ? "automatic" : "manual", "automatic < manual", "who takes the next step"),
        Lower("rollout.tolerance", p => p.Rollout.Tolerance, "how far below the baseline is still no worse"),
        Higher("rollout.least_measured", p => p.Rollout.LeastMeasured, "share of a step's executions that must be measured"),
        new("circuit_breaker.failures", "exceptions in a row that open the loader's circuit breaker; 0 for none", "lower, 0 being the loosest", p => Number(p.Breaker.Failures), text => double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var count) ? (count == 0 ? double.MinValue : -count) : null),
        Higher("circuit_breaker.open_seconds", p => p.Breaker.OpenSeconds, "seconds that it stays open at first"),
        Lower("circuit_breaker.trial_percent", p => p.Breaker.TrialPercent, "share of keys that try while it is half-open"),
        Higher("circuit_breaker.successes", p => p.Breaker.Successes, "successes in a row that close it"),
        Words("model_change", p => p.ModelChange switch { ModelChange.Benchmark => "benchmark", ModelChange.Restage => "restage", _ => "restart" }, "restart < benchmark < restage", "what another model means for a running version"),
        Lower("monitoring.ingestion_lag_minutes", p => p.IngestionLagMinutes, "minutes that ingestion may be behind"),
        Words("reviews.staged", p => p.StagedReview, "never < weekly < daily < hourly", "how often a staged skill is reviewed"),
        Words("reviews.production", p => p.ProductionReview, "never < weekly < daily < hourly", "how often a skill in production is reviewed"),
        Lower("reviews.flag.critical_misses", p => p.ReviewFlag.CriticalMisses, "a critical pattern missed in a larger share flags staged instructions"),
        Lower("reviews.flag.minimum", p => p.ReviewFlag.Minimum, "executions to which the pattern must have applied"),
        Lower("reviews.flag.with_model", p => p.ReviewFlag.WithModel, "with the advisor model's word a pattern missed in a larger share flags"),
        Plain("reviews.variations.scheduled", p => p.Variations.Scheduled, "variations that a scheduled review asks for; 0 for none"),
        Lower("reviews.variations.most_changed_lines", p => p.Variations.MostChangedLines, "most lines that a variation removes and adds"),
        Lower("reviews.variations.most_added_characters", p => p.Variations.MostAddedCharacters, "most characters that a variation adds"),
        Lower("reviews.variations.alpha", p => p.Variations.Alpha, "chance at which equal texts may pass for an improvement"),
    ];

    private static IEnumerable<PolicyKey> SignOff() =>
    [
        Lower("tickets.valid_days", p => p.Tickets.ValidDays, "days for which a ticket is good"),
        Words("tickets.signatures", p => p.Tickets.SignaturesRequired ? "required" : "enrolled", "enrolled < required", "whether a signature is needed where nobody is enrolled"),
        Higher("tickets.approvals.prototype_to_staged", p => p.Tickets.ApprovalsToStaged, "people who sign prototype → staged"),
        Higher("tickets.approvals.staged_to_production", p => p.Tickets.ApprovalsToProduction, "people who sign staged → production"),
        Words("tickets.separation_of_duties", p => Separation(p.Tickets.Separation), "off < auto < on", "whether approver, author and requester differ"),
        Lower("tickets.countersign_minutes", p => p.Tickets.CountersignMinutes, "minutes until an emergency promotion has its second signature"),
        Higher("changes.approvals", p => p.Changes.Approvals, "people who sign a change of the policy"),
        Words("changes.separation_of_duties", p => Separation(p.Changes.Separation), "off < auto < on", "whether approver and requester of a change differ"),
        Lower("changes.valid_days", p => p.Changes.ValidDays, "days for which the approval of a change is good"),
        Plain("changes.review_after_promotions", p => p.Changes.ReviewAfterPromotions, "skills promoted to production after which the policy is reviewed; 0 for never"),
    ];

    private static IEnumerable<PolicyKey> Housekeeping() =>
    [
        Plain("retention.executions_days", p => p.Retention.ExecutionsDays, "days that whole execution records are kept"),
        Plain("retention.archives_days", p => p.Retention.ArchivesDays, "days that archived staged folders are kept"),
        Plain("retention.reports_days", p => p.Retention.ReportsDays, "days that failure reports are kept"),
        Plain("retention.benchmarks_days", p => p.Retention.BenchmarksDays, "days that benchmark results are kept"),
        Plain("retention.chat_cache_days", p => p.Retention.ChatCacheDays, "days that answers of models are kept"),
        Plain("retention.versions_days", p => p.Retention.VersionsDays, "days that versions nobody names are kept"),
        Lower("skill_limits.files", p => p.SkillLimits.Files, "most files of a skill"),
        Lower("skill_limits.file_bytes", p => p.SkillLimits.FileBytes, "largest file of a skill"),
        Lower("skill_limits.skill_file_bytes", p => p.SkillLimits.SkillFileBytes, "largest SKILL.md"),
        Lower("skill_limits.depth", p => p.SkillLimits.Depth, "deepest nesting of a skill's folders"),
    ];

    private static PolicyKey Acting(string trigger) => Words($"{trigger}.action", p => p.Triggers.ActionOf(trigger["triggers.".Length..]).ToString().ToLowerInvariant(), Actions, "what it does when it fires");

    private static PolicyKey Demoting(string trigger) => Words($"{trigger}.action", p => p.Demotion.ActionOf(trigger["demotion.".Length..]).ToString().ToLowerInvariant(), Actions, "what it does when it fires");

    private static string Flag(bool value) => value ? "true" : "false";

    private static string Separation(DutySeparation separation) => separation.ToString().ToLowerInvariant();

    private static string Step(RolloutStep step) =>
        $"{step.Percent} % ({step.Executions} executions, {step.Minutes} min{(step.Labels.Count == 0 ? "" : $", {string.Join('/', step.Labels)} only")})";
}
