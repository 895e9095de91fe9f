using WreSkills.Policy;

namespace WreSkills.Tests.Policy;

/// <summary>Comparing policies, and what is wrong with one although every value is in range.</summary>
public class PolicyDiffTests
{
    private static PromotionPolicy Policy(string text) => PolicyDocument.Parse(text, "policy.yaml");

    private static IEnumerable<string> Words(string before, string after) =>
        PolicyDiff.Of(Policy(before), Policy(after)).Select(difference => $"{difference.Key}: {difference.Before ?? "none"} → {difference.After ?? "none"}, {difference.Effect}");

    [Fact]
    public void What_is_written_otherwise_and_says_the_same_is_no_difference()
    {
        Assert.Empty(Words("version: \"1.0\"\n", PolicyDocument.DefaultText + "\n# one more comment\n"));
        Assert.Empty(Words("gates: {staged_to_production: {executions: 100, pattern_fidelity: 0.900}}\n", "version: \"9.9\"\nlast_updated: 2031-01-01\n"));
        Assert.Empty(Words("rollout: {steps: [10, 50, 100], minimum_executions: 20}\n", "rollout: {steps: [{percent: 10, executions: 20}, {percent: 50, minutes: 60}, {percent: 100}]}\n"));
    }

    [Fact]
    public void Every_kind_of_difference_has_its_effect() => Assert.Equal(
        [
            "gates.staged_to_production.executions: 100 → 50, Looser",
            "triggers.pattern_fidelity.below: 0.85 → 0.87, Stricter",
            "triggers.pattern_fidelity.window: 10 → 8, Neutral",
            "triggers.outcome_quality.action: rollback → alert, Looser",
            "rollout.steps: 10 % (20 executions, 60 min), 50 % (20 executions, 60 min), 100 % (20 executions, 60 min) → 5 % (20 executions, 60 min), 100 % (20 executions, 60 min), Neutral",
            "authority: 0102 → anna, Neutral",
            "approvers.0102: Human supervision may break_glass, override, policy, promote → 0102 may policy, promote, Stricter",
            "approvers.ben: none → Ben may promote, Looser",
            "locked.gates.staged_to_production.executions: none → 40, Stricter",
        ],
        Words(
            "version: \"1.0\"\n",
            """
            authority: anna
            approvers:
              - {id: "0102", may: [promote, policy]}
              - {id: ben, name: Ben, may: [promote]}
            gates: {staged_to_production: {executions: 50}}
            triggers:
              pattern_fidelity: {below: 0.87, window: 8}
              outcome_quality: {action: alert}
            rollout: {steps: [5, 100]}
            locked: {gates.staged_to_production.executions: 40}
            """));

    [Fact]
    public void A_lock_that_goes_or_sinks_is_loosened()
    {
        var locked = Policy("locked: {triggers.pattern_fidelity.below: 0.80, gates.staged_to_production.false_positive_rate: 0.05, tickets.valid_days: 20}\n");
        var other = Policy("locked: {triggers.pattern_fidelity.below: 0.79, gates.staged_to_production.false_positive_rate: 0.04}\n");
        Assert.Equal(["locked.tickets.valid_days", "locked.triggers.pattern_fidelity.below"], PolicyDiff.LoosenedLocks(locked, other).Select(difference => difference.Key));
        Assert.Empty(PolicyDiff.LoosenedLocks(other, other));
        Assert.Equal("locked.gates.staged_to_production.false_positive_rate", Assert.Single(PolicyDiff.LoosenedLocks(other, Policy("locked: {triggers.pattern_fidelity.below: 0.79, gates.staged_to_production.false_positive_rate: 0.06}\n"))).Key);
    }

    [Fact]
    public void Locks_name_known_keys_with_a_stricter_side_and_a_value_of_theirs() => Assert.Equal(
        [
            "line 2: locked.gates.staged_to_production.pattern_fidelty is no key of the policy; did you mean 'gates.staged_to_production.pattern_fidelity'?",
            "line 3: locked.retention.executions_days has no stricter side, so it cannot be locked",
            "line 4: locked.guard.mode is 'maybe', which is no value of this key (confirm, off)",
            "line 5: locked.tickets.valid_days is 'long', which is no value of this key (a number)",
        ],
        Assert.Throws<WreException>(() => Policy("""
            locked:
              gates.staged_to_production.pattern_fidelty: 0.9
              retention.executions_days: 3
              guard.mode: maybe
              tickets.valid_days: long
            """)).Problems);

    [Fact]
    public void The_written_policy_contradicts_itself_nowhere() => Assert.Empty(PolicyConsistency.Contradictions(Policy(PolicyDocument.DefaultText)));

    [Theory]
    [InlineData("triggers: {pattern_fidelity: {below: 0.95}}", "triggers.pattern_fidelity.below is 0.95, above gates.prototype_to_staged.pattern_fidelity, which is 0.9")]
    [InlineData("triggers: {pattern_fidelity: {below: 0.95}}", "triggers.pattern_fidelity.below is 0.95, above gates.staged_to_production.pattern_fidelity, which is 0.9: a version that may be promoted would be rolled back")]
    [InlineData("gates: {staged_to_production: {outcome_quality: 0.7}}", "triggers.outcome_quality.below is 0.8, above gates.staged_to_production.outcome_quality, which is 0.7")]
    [InlineData("triggers: {false_positive_rate: {above: 0.01}}", "gates.staged_to_production.false_positive_rate is 0.05, above triggers.false_positive_rate.above, which is 0.01")]
    [InlineData("gates: {staged_to_production: {negatives_minimum: 101}}", "gates.staged_to_production.negatives_minimum is 101, above gates.staged_to_production.negatives_window, which is 100: so it could never be judged")]
    [InlineData("gates: {staged_to_production: {executions: 9}}", "gates.staged_to_production.consistency_window is 10, above gates.staged_to_production.executions, which is 9")]
    [InlineData("gates: {staged_to_production: {consistency_floor: 0.95}}", "gates.staged_to_production.consistency_floor is 0.95, above")]
    [InlineData("triggers: {exception_rate: {window: 10}}", "triggers.exception_rate.minimum is 20, above triggers.exception_rate.window, which is 10")]
    [InlineData("demotion: {pattern_fidelity: {reaches: 0.99}}", "demotion.pattern_fidelity.reaches is 0.99, above")]
    [InlineData("rollback: {human_review_minutes: 10}", "rollback.failure_analysis_minutes is 60, above rollback.human_review_minutes, which is 10")]
    [InlineData("tickets: {approvals: {staged_to_production: 2}}", "tickets.approvals.staged_to_production is 2, but 1 of the approvers may `promote`")]
    [InlineData("approvers: [{id: a, may: [promote]}]", "changes.approvals is 1, but 0 of the approvers may `policy`")]
    [InlineData("locked: {gates.staged_to_production.executions: 200}", "gates.staged_to_production.executions is 100, weaker than the 200 that the document itself locks")]
    public void Values_that_contradict_each_other_are_named(string text, string problem) =>
        Assert.Contains(PolicyConsistency.Contradictions(Policy(text + "\n")), found => found.StartsWith(problem, StringComparison.Ordinal));

    [Fact]
    public void Equal_limits_are_no_contradiction() => Assert.Empty(PolicyConsistency.Contradictions(Policy("triggers: {pattern_fidelity: {below: 0.90}, exception_rate: {window: 20, minimum: 20}}\n")));

    [Fact]
    public void What_is_weaker_than_a_minimum_is_named_with_the_minimum()
    {
        var minimum = new Dictionary<string, string> { ["triggers.pattern_fidelity.below"] = "0.80", ["gates.staged_to_production.false_positive_rate"] = "0.05", ["reviews.staged"] = "daily" };
        Assert.Empty(PolicyConsistency.Weaker(Policy("version: \"1\"\n"), minimum, "x"));
        Assert.Equal(
            [
                "gates.staged_to_production.false_positive_rate is 0.06, weaker than 0.05, which the policy in force locks",
                "reviews.staged is weekly, weaker than daily, which the policy in force locks",
                "triggers.pattern_fidelity.below is 0.79, weaker than 0.80, which the policy in force locks",
            ],
            PolicyConsistency.Weaker(Policy("gates: {staged_to_production: {false_positive_rate: 0.06}}\ntriggers: {pattern_fidelity: {below: 0.79}}\nreviews: {staged: weekly}\n"), minimum, "the policy in force"));
    }

    [Theory]
    [InlineData("1.0", "1.0", "triggers: {pattern_fidelity: {below: 0.86}}", "1.1", null)]
    [InlineData("1.9", "1.9", "triggers: {pattern_fidelity: {below: 0.86}}", "1.10", null)]
    [InlineData("1.4", "1.4", "triggers: {pattern_fidelity: {below: 0.84}}", "2.0", null)]
    [InlineData("1.4", "1.4", "retention: {executions_days: 4}", "1.5", null)]
    [InlineData("1.4", "3.0", "retention: {executions_days: 4}", "3.0", null)]
    [InlineData("1.4", "1.3", "retention: {executions_days: 4}", "1.3", "version is 1.3, which does not follow 1.4; it was made from an older document")]
    [InlineData("1.10", "1.9", "retention: {executions_days: 4}", "1.9", "version is 1.9, which does not follow 1.10; it was made from an older document")]
    [InlineData("spring", "spring", "retention: {executions_days: 4}", "spring", "version is spring, which is no MAJOR.MINOR to count on from; state the new version in the document")]
    [InlineData("spring", "summer", "retention: {executions_days: 4}", "summer", null)]
    public void The_next_version_is_major_when_something_gets_looser(string inForce, string stated, string text, string expected, string? problem)
    {
        var differences = PolicyDiff.Of(Policy("version: \"1\"\n"), Policy(text + "\n"));
        Assert.Equal(expected, PolicyText.NextVersion(inForce, stated, differences, out var found));
        Assert.Equal(problem, found);
    }

    [Fact]
    public void Stamping_a_document_changes_two_lines_and_nothing_else()
    {
        var stamped = PolicyText.Stamp(PolicyDocument.DefaultText, "1.1", "2025-11-01");
        var (before, after) = (PolicyDocument.DefaultText.Split('\n'), stamped.Split('\n'));
        Assert.Equal(before.Length, after.Length);
        Assert.Equal(["version: \"1.1\"", "last_updated: 2025-11-01"], after.Where((line, index) => line != before[index]));
        Assert.Equal("1.1", Policy(PolicyText.Stamp("reviews: {staged: weekly}\n", "1.1", "2025-11-01")).Version);
        Assert.StartsWith("version: \"1.1\"    # ours\r\n", PolicyText.Stamp("version: '1.0'  # ours\r\nmodel_change: restart\r\n", "1.1", "2025-11-01"), StringComparison.Ordinal);
        Assert.Contains("on a line of its own", Assert.Throws<WreException>(() => PolicyText.Stamp("{version: \"1.0\", model_change: restart}\n", "1.1", "2025-11-01")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Comments_belong_to_their_keys()
    {
        var comments = PolicyText.Comments(PolicyDocument.DefaultText);
        Assert.Equal("below", comments["gates.prototype_to_staged.false_positive_rate"]);
        Assert.Equal("\"sustained over 10 executions\": their mean", comments["triggers.pattern_fidelity.window"]);
        Assert.False(comments.ContainsKey("triggers.pattern_fidelity.below"));
        Assert.Equal("no '#' here", PolicyText.Comments("authority: \"a # b\"    # no '#' here\n")["authority"]);
    }

    [Fact]
    public void The_rendered_policy_has_the_numbers_in_force()
    {
        var text = PolicyMarkdown.Render(Policy("""
            version: "2.3"
            gates:
              prototype_to_staged: {pattern_fidelity: 0.925}
              staged_to_production: {executions: 150}
            triggers: {outcome_quality: {below: 0.82, window: 12, action: alert}}
            rollback: {cooldown_minutes: 90, human_review_minutes: 120}
            locked: {triggers.outcome_quality.below: 0.80}
            approvers: [{id: "0102", name: "A | B", may: [promote, policy]}]
            """));
        foreach (var line in (string[])
            [
                PolicyMarkdown.Marker, "**Version**: 2.3", "- Pattern fidelity ≥ 92.5 % across all benchmark test cases", "- At least 150 executions since staging",
                "- Outcome quality below 82 % (mean of 12 executions): alerts only", "6. **Within 2 hours**: a person reviews it", "promoted again after 90 minutes at the earliest",
                "- `triggers.outcome_quality.below`: 0.80", "| 0102 | A \\| B | promote, policy |", "1. **Immediate**: the loader serves the previous version, else the staged copy",
            ])
        {
            Assert.Contains(line + (line.StartsWith("promoted", StringComparison.Ordinal) ? "," : "\n"), text, StringComparison.Ordinal);
        }
    }
}
