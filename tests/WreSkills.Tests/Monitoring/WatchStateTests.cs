using CsCheck;

using WreSkills.Metrics;
using WreSkills.Monitoring;
using WreSkills.Policy;

namespace WreSkills.Tests.Monitoring;

public class WatchStateTests
{
    private static readonly Gen<(ObservedMetric Metric, double Value)> s_value = Gen.OneOf(
        Gen.Double[0, 1].Select(value => (ObservedMetric.Fidelity, value)),
        Gen.Int[0, 1].Select(value => (ObservedMetric.Outcome, (double)value)),
        Gen.Int[0, 1].Select(value => (ObservedMetric.Negative, (double)value)),
        Gen.Double[1, 500].Select(value => (ObservedMetric.Time, value)),
        Gen.Int[0, 9].Select(value => (ObservedMetric.Exception, value == 0 ? 1.0 : 0.0)));

    [Fact]
    public void Resumed_at_any_position_it_comes_to_the_same_result() => Gen.Select(s_value.Array[0, 200], Gen.Int[0, 200]).Sample((values, cut) =>
    {
        var policy = new PromotionPolicy();
        var whole = new WatchState(policy, 100);
        var first = new WatchState(policy, 100);
        foreach (var (index, value) in values.Index())
        {
            if (index == cut)
            {
                var bytes = first.ToBytes();
                first = new WatchState(policy, 100);
                Assert.True(first.TryRead(bytes));
            }

            whole.Observe(new Observation(index + 1, value.Metric, value.Value));
            first.Observe(new Observation(index + 1, value.Metric, value.Value));
            Assert.Equal(whole.Acting(), first.Acting());
        }

        Assert.Equal(whole.ToBytes(), first.ToBytes());
    });

    [Fact]
    public void Windows_agree_with_the_plain_sums_of_the_latest_values() => s_value.Array[1, 300].Sample(values =>
    {
        var policy = new PromotionPolicy();
        var state = new WatchState(policy, 50);
        var triggers = policy.Triggers;
        var seen = new List<(ObservedMetric Metric, double Value)>();
        foreach (var value in values)
        {
            seen.Add(value);
            state.Observe(new Observation(seen.Count, value.Metric, value.Value));
            double[] Last(ObservedMetric metric, int size) => [.. seen.Where(one => one.Metric == metric).Select(one => one.Value).TakeLast(size)];
            var expected = TriggerSet.None;
            var fidelity = Last(ObservedMetric.Fidelity, 10);
            expected |= fidelity.Length == 10 && Threshold.MeanIsBelow(fidelity.Sum(), 10, triggers.PatternFidelityBelow) ? TriggerSet.PatternFidelity : TriggerSet.None;
            var outcomes = Last(ObservedMetric.Outcome, 10);
            expected |= outcomes.Length == 10 && Threshold.MeanIsBelow(outcomes.Sum(), 10, triggers.OutcomeQualityBelow) ? TriggerSet.OutcomeQuality : TriggerSet.None;
            var negatives = Last(ObservedMetric.Negative, 100);
            expected |= negatives.Length >= 20 && Threshold.MeanIsAbove(negatives.Sum(), negatives.Length, triggers.FalsePositiveRateAbove) ? TriggerSet.FalsePositiveRate : TriggerSet.None;
            var times = Last(ObservedMetric.Time, 10);
            expected |= times.Length == 10 && Threshold.MeanIsAbove(times.Sum(), 10, 150) ? TriggerSet.ExecutionTime : TriggerSet.None;
            var exceptions = Last(ObservedMetric.Exception, 20);
            expected |= exceptions.Length == 20 && Threshold.MeanIsAbove(exceptions.Sum(), 20, triggers.ExceptionRateAbove) ? TriggerSet.ExceptionRate : TriggerSet.None;
            Assert.Equal(expected, state.Firing);
        }
    });

    [Fact]
    public void With_the_guard_asked_a_window_alone_does_not_act_until_the_evidence_is_strong()
    {
        var policy = new PromotionPolicy { Guard = new GuardRules { Mode = GuardMode.Confirm } };
        var state = new WatchState(policy, null);
        var (literal, confirmed) = (0, 0);
        for (var index = 1; index <= 60; index++)
        {
            state.Observe(new Observation(index, ObservedMetric.Fidelity, 0.8));
            literal = literal == 0 && state.Firing != TriggerSet.None ? index : literal;
            confirmed = confirmed == 0 && state.Acting() != TriggerSet.None ? index : confirmed;
        }

        Assert.Equal(10, literal);
        Assert.InRange(confirmed, 11, 40);
        Assert.True(GuardReport.Of(state, policy.Guard).IsStrong);
    }

    [Fact]
    public void The_sentence_names_evidence_limit_and_what_it_promises()
    {
        var policy = new PromotionPolicy();
        var state = new WatchState(policy, null);
        for (var index = 1; index <= 8; index++)
        {
            state.Observe(new Observation(index, ObservedMetric.Outcome, 0));
        }

        // The shared vector "outcome all wrong": V is 13058.27 after 8; the mean over five metrics is 2611.7.
        Assert.Equal(
            "Evidence 2,612 (limit 1,000) that outcome quality is below the 0.85 it was promoted at; a skill still meeting its gate trips this at most once per 1,000 executions on average.",
            GuardReport.Of(state, policy.Guard).Sentence);
    }

    [Fact]
    public void Bytes_of_another_format_are_not_taken_for_a_state() => Assert.False(new WatchState(new PromotionPolicy(), null).TryRead([9, 1, 2, 3]));
}
