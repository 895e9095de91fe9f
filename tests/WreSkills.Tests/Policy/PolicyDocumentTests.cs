using System.Security.Cryptography;
using System.Text;

using WreSkills.Policy;

namespace WreSkills.Tests.Policy;

public class PolicyDocumentTests
{
    private static string[] Findings(string text) => [.. Assert.Throws<WreException>(() => PolicyDocument.Parse(text, "policy.yaml")).Problems];

    [Fact]
    public void Default_document_says_exactly_the_defaults()
    {
        var parsed = PolicyDocument.Parse(PolicyDocument.DefaultText, "the built-in policy");
        var defaults = new PromotionPolicy();
        Assert.Equal(defaults.Rollout.Steps.Select(step => (step.Percent, step.Executions, step.Minutes)), parsed.Rollout.Steps.Select(step => (step.Percent, step.Executions, step.Minutes)));
        Assert.Equal(defaults.Approvers.Select(approver => (approver.Id, approver.Name, string.Join(' ', approver.May))), parsed.Approvers.Select(approver => (approver.Id, approver.Name, string.Join(' ', approver.May))));
        Assert.Equal(defaults, parsed with { Digest = "", Rollout = parsed.Rollout with { Steps = defaults.Rollout.Steps } == defaults.Rollout ? defaults.Rollout : parsed.Rollout, Approvers = defaults.Approvers });
    }

    [Fact]
    public void Default_document_says_every_key_in_so_many_words()
    {
        // A key that the default document leaves out would be one that nobody finds.
        var keys = PolicyDocument.DefaultText.Split('\n').Select(line => line.Trim().TrimStart('-').Trim().Split(':')[0]).ToHashSet();
        Assert.Superset(
            new HashSet<string>
            {
                "version", "approvers", "pattern_fidelity", "outcome_quality", "false_positive_rate", "test_pass_rate", "critical_false_negatives", "executions", "negatives_window",
                "negatives_minimum", "regression_tolerance", "consistency_window", "consistency_floor", "below", "above", "window", "minimum", "times_baseline", "critical_false_negative",
                "serve_staged_copy", "alert_minutes", "archive_minutes", "reindex_minutes", "failure_analysis_minutes", "human_review_minutes", "steps", "staged", "production",
                "valid_days", "files", "file_bytes", "skill_file_bytes", "depth",
                "executions_days", "archives_days", "reports_days", "benchmarks_days", "chat_cache_days", "versions_days",
            },
            keys);
    }

    [Fact]
    public void Defaults_are_the_written_policys_figures()
    {
        var policy = PolicyDocument.Parse(PolicyDocument.DefaultText, "the built-in policy");
        Assert.Equal((0.90, 0.85, 0.05, 0.95, 0), (policy.PrototypeToStaged.PatternFidelity, policy.PrototypeToStaged.OutcomeQuality, policy.PrototypeToStaged.FalsePositiveRate, policy.PrototypeToStaged.TestPassRate, policy.PrototypeToStaged.CriticalFalseNegatives));
        Assert.Equal((100, 0.90, 0.85), (policy.StagedToProduction.Executions, policy.StagedToProduction.PatternFidelity, policy.StagedToProduction.OutcomeQuality));
        Assert.Equal((0.85, 10, 0.80, 10), (policy.Triggers.PatternFidelityBelow, policy.Triggers.PatternFidelityWindow, policy.Triggers.OutcomeQualityBelow, policy.Triggers.OutcomeQualityWindow));
        Assert.Equal((0.10, 3.0, 0.05, true), (policy.Triggers.FalsePositiveRateAbove, policy.Triggers.ExecutionTimeTimesBaseline, policy.Triggers.ExceptionRateAbove, policy.Triggers.CriticalFalseNegative));
        Assert.Equal((1, 5, 10, 60, 1440), (policy.Rollback.AlertMinutes, policy.Rollback.ArchiveMinutes, policy.Rollback.ReindexMinutes, policy.Rollback.FailureAnalysisMinutes, policy.Rollback.HumanReviewMinutes));
        Assert.Equal([10, 50, 100], policy.Rollout.Steps.Select(step => step.Percent));
        Assert.Equal(("daily", "weekly"), (policy.StagedReview, policy.ProductionReview));
        Assert.NotNull(policy.FindApprover("0102", Approver.Promote));
    }

    [Fact]
    public void Digest_is_sha256_of_the_document() =>
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("version: \"2.0\"\n"))), PolicyDocument.Parse("version: \"2.0\"\n", "x").Digest);

    [Fact]
    public void Absent_keys_take_the_defaults()
    {
        var policy = PolicyDocument.Parse("gates:\n  staged_to_production:\n    executions: 20\n", "x");
        Assert.Equal(20, policy.StagedToProduction.Executions);
        Assert.Equal(new StagedGates { Executions = 20 }, policy.StagedToProduction);
        Assert.Equal(new RollbackTriggers(), policy.Triggers);
    }

    [Fact]
    public void Every_finding_is_listed_in_order_of_lines() =>
        Assert.Equal(
            [
                "line 3: gates.prototype_to_staged.pattern_fidelity is 90; it must lie between 0 and 1",
                "line 4: gates.prototype_to_staged.outcome_qualty is not a known key; did you mean 'outcome_quality'?",
                "line 6: triggers.critical_false_negative is 'sometimes'; it must be true or false",
                "line 8: triggers.exception_rate.window is 2.5; it must be a whole number",
                "line 9: rollout.steps must be percentages from 1 to 100, each larger than the one before",
                "line 10: reviews.staged is 'nightly'; it must be one of hourly, daily, weekly, never",
                "line 11: gates stands here a second time",
            ],
            Findings(
                """
                gates:
                  prototype_to_staged:
                    pattern_fidelity: 90
                    outcome_qualty: 0.8
                triggers:
                  critical_false_negative: sometimes
                  exception_rate:
                    window: 2.5
                rollout: {steps: [10, 5]}
                reviews: {staged: nightly}
                gates: {}
                """).Select(finding => finding.Replace("the key 'gates'", "gates", StringComparison.Ordinal)));

    [Theory]
    [InlineData("approvers: [{name: Nobody}]", "line 1: approvers[0].id is missing")]
    [InlineData("approvers:\n  - id: a\n  - id: a\n", "line 3: approvers[1].id 'a' stands here a second time")]
    [InlineData("approvers:\n  - id: a\n    may: [promote, everything]\n", "line 3: approvers[0].may names 'everything'; the rights are promote, override, policy, break_glass")]
    [InlineData("rollout:\n  steps: []\n", "line 2: rollout.steps must name at least one percentage")]
    [InlineData("rollout:\n  steps: [0, 50]\n", "line 2: rollout.steps must be percentages from 1 to 100, each larger than the one before")]
    [InlineData("- a\n", "line 1: the document must be a mapping (key: value)")]
    [InlineData("a: &x 1\n", "line 1: YAML anchors are not allowed")]
    [InlineData("approver: 0102", "line 1: approver is not a known key; did you mean 'approvers'?")]
    public void Nonsense_is_named(string text, string finding) => Assert.Contains(finding, Findings(text));

    [Fact]
    public void Approver_without_rights_listed_may_promote_only()
    {
        var policy = PolicyDocument.Parse("approvers:\n  - id: 0102\n", "x");
        Assert.NotNull(policy.FindApprover("0102", Approver.Promote));
        Assert.Null(policy.FindApprover("0102", Approver.Override));
        Assert.Null(policy.FindApprover("102", Approver.Promote));
        Assert.Null(policy.FindApprover(null, Approver.Promote));
    }

    [Fact]
    public void Load_without_a_document_is_the_built_in_policy()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(PolicyDocument.Parse(PolicyDocument.DefaultText, "x").Digest, PolicyDocument.Load(folder.At("policy.yaml")).Digest);
    }

    [Fact]
    public void Load_names_the_file_that_is_wrong()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("policy.yaml", "nonsense: 1\n");
        var error = Assert.Throws<WreException>(() => PolicyDocument.Load(path));
        Assert.StartsWith($"{path} is not a valid policy (1 finding).", error.Message, StringComparison.Ordinal);
    }
}
