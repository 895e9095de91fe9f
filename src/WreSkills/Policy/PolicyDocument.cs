using System.Collections.ObjectModel;
using System.Security.Cryptography;
using System.Text;

using WreSkills.Storage;

namespace WreSkills.Policy;

/// <summary>Reads <c>policy.yaml</c>. Absent keys take the policy's own figures; everything wrong is listed at once.</summary>
public static class PolicyDocument
{
    /// <summary>The commented document that holds the defaults, as <c>wre init</c> writes it.</summary>
    public static string DefaultText
    {
        get
        {
            using var stream = typeof(PolicyDocument).Assembly.GetManifestResourceStream("default-policy.yaml")!;
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
    }

    /// <summary>Loads the policy of a workspace, or the built-in default when it has none.</summary>
    /// <exception cref="WreException">The document is not valid; every finding is listed.</exception>
    public static PromotionPolicy Load(string path) =>
        File.Exists(path) ? Load(File.ReadAllBytes(path), path) : Parse(DefaultText, "the built-in policy");

    /// <summary>SHA-256 of the document in force as it is on the disk now, whatever is wrong with it.</summary>
    public static string DigestOf(string path) =>
        Convert.ToHexStringLower(SHA256.HashData(File.Exists(path) ? File.ReadAllBytes(path) : Encoding.UTF8.GetBytes(DefaultText)));

    // The digest is that of the file, so that anyone can recompute it with sha256sum.
    private static PromotionPolicy Load(byte[] bytes, string path)
    {
        using var reader = new StreamReader(new MemoryStream(bytes));
        return Parse(reader.ReadToEnd(), path) with { Digest = Convert.ToHexStringLower(SHA256.HashData(bytes)) };
    }

    /// <summary>Reads a document.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="name">Where it comes from, for messages.</param>
    /// <exception cref="WreException">The document is not valid; every finding is listed.</exception>
    public static PromotionPolicy Parse(string text, string name)
    {
        var (policy, problems) = Examine(text);
        if (problems.Count > 0)
        {
            throw new WreException(
                $"{name} is not a valid policy ({problems.Count} finding{(problems.Count == 1 ? "" : "s")}).",
                "mend the lines named; `wre init` shows the default document in a new folder",
                problems);
        }

        return policy;
    }

    /// <summary>Reads a document as far as it goes: what is wrong with it, in the order of its lines, and the policy with defaults in those places.</summary>
    public static (PromotionPolicy Policy, IReadOnlyList<string> Problems) Examine(string text)
    {
        var problems = new List<YamlProblem>();
        var root = new YamlSection(YamlReader.Read(text, 1, problems), problems);
        var policy = Read(root) with { Digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))) };
        root.ReportUnknownKeys();
        return (policy, [.. problems.OrderBy(problem => problem.Line).Select(problem => problem.ToString())]);
    }

    private static PromotionPolicy Read(YamlSection root)
    {
        var fallback = new PromotionPolicy();
        var gates = root.Section("gates");
        var reviews = root.Section("reviews");
        return new PromotionPolicy
        {
            Version = root.Text("version", fallback.Version)!,
            Authority = root.Text("authority", fallback.Authority)!,
            LastUpdated = root.Text("last_updated", fallback.LastUpdated)!,
            NextReview = root.Text("next_review", fallback.NextReview)!,
            Changes = ReadChanges(root.Section("changes")),
            Locked = ReadLocked(root.Section("locked")),
            PrototypeToStaged = ReadPrototypeGates(gates.Section("prototype_to_staged")),
            StagedToProduction = ReadStagedGates(gates.Section("staged_to_production")),
            Triggers = ReadTriggers(root.Section("triggers")),
            Rollback = ReadRollback(root.Section("rollback")),
            Demotion = WatchRulesReader.Demotion(root.Section("demotion")),
            Guard = WatchRulesReader.Guard(root.Section("guard")),
            Rollout = WatchRulesReader.Rollout(root.Section("rollout")),
            Breaker = WatchRulesReader.Breaker(root.Section("circuit_breaker")),
            ModelChange = WatchRulesReader.ModelChange(root),
            IngestionLagMinutes = root.Section("monitoring").Whole("ingestion_lag_minutes", fallback.IngestionLagMinutes, 1, 10_000),
            Approvers = ReadApprovers(root, fallback.Approvers),
            Tickets = ReadTickets(root.Section("tickets")),
            StagedReview = reviews.Choice("staged", fallback.StagedReview, "hourly", "daily", "weekly", "never"),
            ReviewFlag = WatchRulesReader.ReviewFlag(reviews.Section("flag")),
            ProductionReview = reviews.Choice("production", fallback.ProductionReview, "hourly", "daily", "weekly", "never"),
            Variations = VariationRules.Read(reviews.Section("variations")),
            Retention = ReadRetention(root.Section("retention")),
            SkillLimits = ReadLimits(root.Section("skill_limits")),
        };
    }

    private static PrototypeGates ReadPrototypeGates(YamlSection section)
    {
        var fallback = new PrototypeGates();
        return new PrototypeGates
        {
            PatternFidelity = section.Number("pattern_fidelity", fallback.PatternFidelity, 0, 1),
            OutcomeQuality = section.Number("outcome_quality", fallback.OutcomeQuality, 0, 1),
            FalsePositiveRate = section.Number("false_positive_rate", fallback.FalsePositiveRate, 0, 1),
            TestPassRate = section.Number("test_pass_rate", fallback.TestPassRate, 0, 1),
            CriticalFalseNegatives = section.Whole("critical_false_negatives", fallback.CriticalFalseNegatives, 0, 1000),
        };
    }

    private static StagedGates ReadStagedGates(YamlSection section)
    {
        var fallback = new StagedGates();
        return new StagedGates
        {
            Executions = section.Whole("executions", fallback.Executions, 1, 100_000),
            PatternFidelity = section.Number("pattern_fidelity", fallback.PatternFidelity, 0, 1),
            OutcomeQuality = section.Number("outcome_quality", fallback.OutcomeQuality, 0, 1),
            FalsePositiveRate = section.Number("false_positive_rate", fallback.FalsePositiveRate, 0, 1),
            NegativesWindow = section.Whole("negatives_window", fallback.NegativesWindow, 1, 100_000),
            NegativesMinimum = section.Whole("negatives_minimum", fallback.NegativesMinimum, 1, 100_000),
            TestPassRate = section.Number("test_pass_rate", fallback.TestPassRate, 0, 1),
            RegressionTolerance = section.Number("regression_tolerance", fallback.RegressionTolerance, 0, 1),
            ConsistencyWindow = section.Whole("consistency_window", fallback.ConsistencyWindow, 1, 1000),
            ConsistencyFloor = section.Number("consistency_floor", fallback.ConsistencyFloor, 0, 1),
        };
    }

    private static RollbackTriggers ReadTriggers(YamlSection section)
    {
        var fallback = new RollbackTriggers();
        var fidelity = section.Section("pattern_fidelity");
        var outcome = section.Section("outcome_quality");
        var positives = section.Section("false_positive_rate");
        var time = section.Section("execution_time");
        var exceptions = section.Section("exception_rate");
        return new RollbackTriggers
        {
            PatternFidelityBelow = fidelity.Number("below", fallback.PatternFidelityBelow, 0, 1),
            PatternFidelityWindow = fidelity.Whole("window", fallback.PatternFidelityWindow, 1, 10_000),
            OutcomeQualityBelow = outcome.Number("below", fallback.OutcomeQualityBelow, 0, 1),
            OutcomeQualityWindow = outcome.Whole("window", fallback.OutcomeQualityWindow, 1, 10_000),
            CriticalFalseNegative = WatchRulesReader.IsOn(section, "critical_false_negative"),
            FalsePositiveRateAbove = positives.Number("above", fallback.FalsePositiveRateAbove, 0, 1),
            FalsePositiveWindow = positives.Whole("window", fallback.FalsePositiveWindow, 1, 10_000),
            FalsePositiveMinimum = positives.Whole("minimum", fallback.FalsePositiveMinimum, 1, 10_000),
            ExecutionTimeTimesBaseline = time.Number("times_baseline", fallback.ExecutionTimeTimesBaseline, 1, 1000),
            ExecutionTimeWindow = time.Whole("window", fallback.ExecutionTimeWindow, 1, 10_000),
            ExceptionRateAbove = exceptions.Number("above", fallback.ExceptionRateAbove, 0, 1),
            ExceptionWindow = exceptions.Whole("window", fallback.ExceptionWindow, 1, 10_000),
            ExceptionMinimum = exceptions.Whole("minimum", fallback.ExceptionMinimum, 1, 10_000),
            DependencyFailure = WatchRulesReader.Dependencies(section.Section("dependency_failure")),
            Actions = WatchRulesReader.Actions(section, "dependency_failure", "pattern_fidelity", "outcome_quality", "critical_false_negative", "false_positive_rate", "execution_time", "exception_rate"),
        };
    }

    private static RollbackRules ReadRollback(YamlSection section)
    {
        var fallback = new RollbackRules();
        const int month = 31 * 24 * 60;
        return new RollbackRules
        {
            ServeStagedCopy = section.Flag("serve_staged_copy", fallback.ServeStagedCopy),
            AlertMinutes = section.Whole("alert_minutes", fallback.AlertMinutes, 0, month),
            ArchiveMinutes = section.Whole("archive_minutes", fallback.ArchiveMinutes, 0, month),
            ReindexMinutes = section.Whole("reindex_minutes", fallback.ReindexMinutes, 0, month),
            FailureAnalysisMinutes = section.Whole("failure_analysis_minutes", fallback.FailureAnalysisMinutes, 0, month),
            HumanReviewMinutes = section.Whole("human_review_minutes", fallback.HumanReviewMinutes, 0, month),
            CooldownMinutes = section.Whole("cooldown_minutes", fallback.CooldownMinutes, 0, month),
            MostRollbacks = section.Whole("most_rollbacks", fallback.MostRollbacks, 1, 1000),
        };
    }

    private static TicketPolicy ReadTickets(YamlSection section)
    {
        var fallback = new TicketPolicy();
        var approvals = section.Section("approvals");
        return new TicketPolicy
        {
            ValidDays = section.Whole("valid_days", fallback.ValidDays, 1, 365),
            SignaturesRequired = section.Choice("signatures", "enrolled", "enrolled", "required") == "required",
            ApprovalsToStaged = approvals.Whole("prototype_to_staged", fallback.ApprovalsToStaged, 1, 20),
            ApprovalsToProduction = approvals.Whole("staged_to_production", fallback.ApprovalsToProduction, 1, 20),
            Separation = ReadSeparation(section),
            CountersignMinutes = section.Whole("countersign_minutes", fallback.CountersignMinutes, 1, 31 * 24 * 60),
        };
    }

    private static PolicyChangeRules ReadChanges(YamlSection section)
    {
        var fallback = new PolicyChangeRules();
        return new PolicyChangeRules
        {
            Approvals = section.Whole("approvals", fallback.Approvals, 1, 20),
            Separation = ReadSeparation(section),
            ValidDays = section.Whole("valid_days", fallback.ValidDays, 1, 365),
            ReviewAfterPromotions = section.Whole("review_after_promotions", fallback.ReviewAfterPromotions, 0, 10_000),
        };
    }

    private static DutySeparation ReadSeparation(YamlSection section) =>
        section.Choice("separation_of_duties", "auto", "auto", "on", "off") switch { "on" => DutySeparation.On, "off" => DutySeparation.Off, _ => DutySeparation.Auto };

    /// <summary>Reads a mapping of keys to the values that no policy may be weaker than.</summary>
    internal static IReadOnlyDictionary<string, string> ReadLocked(YamlSection section)
    {
        var locked = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in section.Keys)
        {
            // Asking for it makes it a key that is known here; what it means, the table of keys says.
            var text = section.Text(name);
            if (PolicyKeys.LockProblem(name, text) is { } problem)
            {
                section.Report(name, problem);
            }
            else
            {
                locked[name] = text!;
            }
        }

        return locked.Count == 0 ? ReadOnlyDictionary<string, string>.Empty : locked;
    }

    private static RetentionRules ReadRetention(YamlSection section)
    {
        var fallback = new RetentionRules();
        const int century = 36_500;
        return new RetentionRules
        {
            ExecutionsDays = section.Whole("executions_days", fallback.ExecutionsDays, 1, century),
            ArchivesDays = section.Whole("archives_days", fallback.ArchivesDays, 1, century),
            ReportsDays = section.Whole("reports_days", fallback.ReportsDays, 1, century),
            BenchmarksDays = section.Whole("benchmarks_days", fallback.BenchmarksDays, 1, century),
            ChatCacheDays = section.Whole("chat_cache_days", fallback.ChatCacheDays, 1, century),
            VersionsDays = section.Whole("versions_days", fallback.VersionsDays, 1, century),
        };
    }

    private static SkillLimits ReadLimits(YamlSection section)
    {
        var fallback = new SkillLimits();
        return new SkillLimits
        {
            Files = section.Whole("files", fallback.Files, 1, 10_000),
            FileBytes = (long)section.Number("file_bytes", fallback.FileBytes, 1, 1_000_000_000),
            SkillFileBytes = (long)section.Number("skill_file_bytes", fallback.SkillFileBytes, 1, 10_000_000),
            Depth = section.Whole("depth", fallback.Depth, 1, 64),
        };
    }

    private static IReadOnlyList<Approver> ReadApprovers(YamlSection root, IReadOnlyList<Approver> fallback)
    {
        var sections = root.Sections("approvers");
        if (sections.Count == 0)
        {
            // Somebody who took everybody off the list does not mean the default, who may do everything.
            if (root.Keys.Contains("approvers"))
            {
                root.Report("approvers", "must name at least one person; leave the key away for the default");
            }

            return fallback;
        }

        var approvers = new List<Approver>();
        foreach (var section in sections)
        {
            var id = section.Text("id");
            var name = section.Text("name", id);
            var may = section.Texts("may", [Approver.Promote]);
            foreach (var right in may.Where(right => !Approver.Rights.Contains(right)))
            {
                section.Report("may", $"names '{right}'; the rights are {string.Join(", ", Approver.Rights)}");
            }

            if (string.IsNullOrWhiteSpace(id))
            {
                section.Report("id", "is missing");
            }
            else if (approvers.Exists(approver => approver.Id == id))
            {
                section.Report("id", $"'{id}' stands here a second time");
            }
            else
            {
                approvers.Add(new Approver(id, name!, may));
            }
        }

        return approvers;
    }
}
