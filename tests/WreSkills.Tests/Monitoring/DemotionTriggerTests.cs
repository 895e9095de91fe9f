using WreSkills.Metrics;
using WreSkills.Monitoring;
using WreSkills.Policy;
using WreSkills.Registry;

namespace WreSkills.Tests.Monitoring;

public class DemotionTriggerTests
{
    private static readonly PromotionPolicy s_policy = new();
    private static readonly DateTimeOffset s_staged = new(2025, 10, 20, 12, 0, 0, TimeSpan.Zero);

    private static VersionEntry Version(double fidelity = 0.95) => new()
    {
        Digest = "d",
        State = PromotionState.Staged,
        StateSerial = 3,
        StateSince = "2025-10-20T12:00:00Z",
        Operation = "o",
        PrototypeBaseline = new BaselineEntry { PatternFidelity = fidelity, OutcomeQuality = 0.9, Executions = 118 },
    };

    private static TriggerResult Named(string name, double[] fidelity, double days = 0, long? executions = null, ReviewFlag? flag = null, PromotionPolicy? policy = null)
    {
        policy ??= s_policy;
        var state = new WatchState(policy, null);
        var arms = new ArmComparison(policy.Demotion.RegressionMargin, Version().PrototypeBaseline);
        foreach (var (index, value) in fidelity.Index())
        {
            var observation = new Observation(index + 1, ObservedMetric.Fidelity, value);
            state.Observe(observation);
            arms.ObserveCandidate(observation);
        }

        return DemotionTrigger.Evaluate(new StagedEvidence(Version(), executions ?? fidelity.Length, state, arms, flag, s_staged.AddDays(days)), policy.Demotion).Single(result => result.Name == name);
    }

    [Theory]
    [InlineData(99, 6.99, Verdict.Inconclusive)]
    [InlineData(99, 7, Verdict.Fail)]
    [InlineData(100, 7, Verdict.Pass)]
    [InlineData(0, 7, Verdict.Fail)]
    [InlineData(100, 0.1, Verdict.Pass)]
    public void A_hundred_executions_have_to_come_within_seven_days(long executions, double days, Verdict expected)
    {
        var result = Named("milestone", [], days, executions);
        Assert.Equal((expected, "milestone_100_executions_not_reached", $"executions={executions}"), (result.Verdict, result.Reason, result.Metric));
    }

    [Fact]
    public void A_version_that_never_ran_ten_executions_at_ninety_percent_is_demoted_at_the_milestone()
    {
        Assert.Equal(Verdict.Inconclusive, Named("pattern_fidelity", [.. Enumerable.Repeat(0.89, 99)]).Verdict);
        var result = Named("pattern_fidelity", [.. Enumerable.Repeat(0.89, 100)]);
        Assert.Equal((Verdict.Fail, "pattern_fidelity_never_reached_90", "fidelity=0.89"), (result.Verdict, result.Reason, result.Metric));
        Assert.Equal(Verdict.Fail, Named("pattern_fidelity", [.. Enumerable.Repeat(0.89, 12)], days: 7).Verdict);
    }

    [Fact]
    public void One_run_at_ninety_percent_is_enough_and_nothing_is_known_without_a_full_run()
    {
        Assert.Equal(Verdict.Pass, Named("pattern_fidelity", [.. Enumerable.Repeat(0.90, 10), .. Enumerable.Repeat(0.8, 90)]).Verdict);
        Assert.Equal(Verdict.NoData, Named("pattern_fidelity", [.. Enumerable.Repeat(0.5, 9)], days: 8).Verdict);
    }

    [Fact]
    public void A_clear_regression_against_the_benchmark_fires_and_an_equal_version_does_not()
    {
        var result = Named("regression", [.. Enumerable.Repeat(0.6, 12)]);
        Assert.Equal((Verdict.Fail, "regression_against_baseline"), (result.Verdict, result.Reason));
        Assert.Equal(Verdict.Inconclusive, Named("regression", [.. Enumerable.Repeat(0.6, 9)]).Verdict);
        Assert.Equal(Verdict.Pass, Named("regression", [.. Enumerable.Repeat(0.95, 1000)]).Verdict);
    }

    [Fact]
    public void Equal_skills_are_flagged_at_most_once_in_twenty_however_often_one_looks()
    {
        var random = new Random(7);
        var flagged = Enumerable.Range(0, 400).Count(_ => Named("regression", [.. Enumerable.Range(0, 300).Select(_ => random.NextDouble() < 0.95 ? 1.0 : 0.0)]).Verdict == Verdict.Fail);
        Assert.True(flagged <= 20, $"{flagged} of 400 equal skills were flagged");
    }

    [Fact]
    public void Concurrent_arms_are_compared_from_the_candidates_first_execution_on()
    {
        var arms = new ArmComparison(0.02, null);
        for (var index = 0; index < 50; index++)
        {
            arms.ObserveBaseline(new Observation(index, ObservedMetric.Outcome, 0));
        }

        Assert.Equal(0, arms.BaselineOutcome.Count);
        for (var index = 0; index < 60 && !arms.WorseThanArm; index++)
        {
            arms.ObserveCandidate(new Observation(100 + (2 * index), ObservedMetric.Outcome, index % 2));
            arms.ObserveBaseline(new Observation(101 + (2 * index), ObservedMetric.Outcome, 1));
        }

        Assert.True(arms.WorseThanArm, $"evidence {arms.AgainstArm}");
        Assert.False(arms.WorseThanBenchmark);
    }

    [Fact]
    public void A_review_may_flag_the_instructions()
    {
        Assert.Equal(Verdict.Pass, Named("review_flag", []).Verdict);
        var result = Named("review_flag", [], flag: new ReviewFlag { Version = "1.0", StateSerial = 3, Reason = "two steps contradict each other", FlaggedBy = "qwen", At = "2025-10-21T00:00:00Z" });
        Assert.Equal((Verdict.Fail, "review_flagged_instructions"), (result.Verdict, result.Reason));
        Assert.Contains("two steps contradict each other", result.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_trigger_has_its_action()
    {
        var policy = PolicyDocument.Parse("demotion:\n  milestone: {days: 3, action: alert}\n  regression: {action: off}\n", "x");
        Assert.Equal((Verdict.Fail, TriggerAction.Alert), (Named("milestone", [], 3, 5, policy: policy).Verdict, Named("milestone", [], 3, 5, policy: policy).Action));
        Assert.Throws<InvalidOperationException>(() => Named("regression", [], policy: policy));
    }
}
