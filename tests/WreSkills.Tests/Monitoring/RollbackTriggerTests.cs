using System.Text.Json;

using WreSkills.Metrics;
using WreSkills.Monitoring;
using WreSkills.Policy;

namespace WreSkills.Tests.Monitoring;

public class RollbackTriggerTests
{
    private static readonly PromotionPolicy s_policy = new();

    [Fact]
    public void The_shared_vectors_hold_for_the_literal_triggers()
    {
        var path = Path.Combine(RepositoryRoot.Find(), "..", "shared", "vectors", "statistics.json");
        Assert.SkipUnless(File.Exists(path), $"the shared test vectors are not here: {path}");
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        var compared = 0;
        foreach (var vector in document.RootElement.GetProperty("literal").EnumerateArray())
        {
            var name = vector.GetProperty("name").GetString()!;
            compared += Compare(name, vector, "fidelity", "fidelity_trigger", "pattern_fidelity", values => new EvidenceWindow { Fidelity = values });
            compared += Compare(name, vector, "correct", "outcome_trigger", "outcome_quality", values => new EvidenceWindow { Outcomes = values });
            compared += Compare(name, vector, "exception", "exception_trigger_min20", "exception_rate", values => new EvidenceWindow { Exceptions = [.. values.Select(value => value != 0)] });
        }

        Assert.True(compared >= 100, $"only {compared} positions were compared");
    }

    [Fact]
    public void A_mean_of_exactly_085_does_not_fire_and_one_step_under_does()
    {
        Assert.Equal(Verdict.Pass, Fidelity([.. Enumerable.Repeat(0.85, 10)]).Verdict);
        var fired = Fidelity([.. Enumerable.Repeat(0.85, 9), 0.84]);
        Assert.Equal((Verdict.Fail, "pattern_fidelity_drop_below_85", "fidelity=0.849"), (fired.Verdict, fired.Reason, fired.Metric));
    }

    [Fact]
    public void Fewer_values_than_the_window_are_inconclusive_and_none_is_no_data()
    {
        Assert.Equal(Verdict.Inconclusive, Fidelity([.. Enumerable.Repeat(0.0, 9)]).Verdict);
        Assert.Equal((Verdict.NoData, null), (Fidelity([]).Verdict, Fidelity([]).Figure));
        Assert.All(RollbackTrigger.Evaluate(new WatchState(s_policy, 10), s_policy), trigger => Assert.Equal(Verdict.NoData, trigger.Verdict));
    }

    [Fact]
    public void Sliding_over_a_batch_finds_a_dip_that_recovered()
    {
        // Positions 11 to 20 are the dip; the last ten alone are perfect.
        double[] values = [.. Enumerable.Repeat(1.0, 10), .. Enumerable.Repeat(0.8, 10), .. Enumerable.Repeat(1.0, 10)];
        var fired = Named(new EvidenceWindow { Fidelity = values }, "pattern_fidelity", arrivals: 30);
        Assert.Equal(Verdict.Fail, fired.Verdict);
        // 2 × 1 + 8 × .8 = 8.4 at the earliest window that is below 8.5.
        Assert.Equal(0.84, fired.Figure!.Value, 1e-9);
    }

    [Fact]
    public void Outcomes_of_eight_in_ten_are_kept_and_seven_are_not()
    {
        Assert.Equal(Verdict.Pass, Named(new EvidenceWindow { Outcomes = [1, 1, 1, 0, 1, 1, 0, 1, 1, 1] }, "outcome_quality").Verdict);
        var fired = Named(new EvidenceWindow { Outcomes = [1, 1, 1, 0, 1, 1, 0, 1, 1, 0] }, "outcome_quality");
        Assert.Equal((Verdict.Fail, 0.7, "outcome_quality_drop_below_80"), (fired.Verdict, Math.Round(fired.Figure!.Value, 9), fired.Reason));
    }

    [Fact]
    public void One_critical_false_negative_fires_unless_the_policy_says_otherwise()
    {
        var policy = s_policy;
        WatchState Missed()
        {
            var state = new WatchState(policy, null);
            state.Observe(new Observation(1, ObservedMetric.Outcome, 0));
            state.Observe(new Observation(1, ObservedMetric.CriticalFalseNegative, 1));
            return state;
        }

        Assert.Equal(TriggerSet.CriticalFalseNegative, Missed().Acting());
        var results = RollbackTrigger.Evaluate(Missed(), policy, () => ["e-7"]);
        Assert.Equal(("critical_false_negative", Verdict.Fail), (results[0].Name, results[0].Verdict));
        Assert.Contains("e-7", results[0].Sentence, StringComparison.Ordinal);
        policy = s_policy with { Triggers = new RollbackTriggers { CriticalFalseNegative = false } };
        Assert.Equal((Verdict.Pass, TriggerSet.None), (RollbackTrigger.Evaluate(Missed(), policy)[0].Verdict, Missed().Acting()));
    }

    [Theory]
    [InlineData(19, 19, Verdict.Inconclusive)]
    [InlineData(20, 2, Verdict.Pass)]
    [InlineData(20, 3, Verdict.Fail)]
    [InlineData(100, 10, Verdict.Pass)]
    [InlineData(100, 11, Verdict.Fail)]
    public void The_false_positive_rate_fires_above_a_tenth_of_at_least_twenty_negatives(int negatives, int hits, Verdict expected)
    {
        // The hits stand last, so that no earlier position has more of them.
        var result = Named(new EvidenceWindow { Negatives = [.. Enumerable.Range(0, negatives).Select(index => index >= negatives - hits)] }, "false_positive_rate");
        Assert.Equal(expected, result.Verdict);
        Assert.Equal((double)hits / negatives, result.Figure!.Value, 1e-9);
    }

    [Fact]
    public void A_burst_of_false_positives_that_a_batch_dilutes_fires_as_if_it_had_come_alone()
    {
        // After 20 negatives the rate was 3/20 = .15; the whole batch has 3/60 = .05.
        bool[] negatives = [.. Enumerable.Repeat(true, 3), .. Enumerable.Repeat(false, 57)];
        var fired = Named(new EvidenceWindow { Negatives = negatives }, "false_positive_rate", arrivals: 60);
        Assert.Equal((Verdict.Fail, 0.15), (fired.Verdict, Math.Round(fired.Figure!.Value, 9)));
        Assert.Equal(Verdict.Pass, Named(new EvidenceWindow { Negatives = negatives }, "false_positive_rate", arrivals: 1).Verdict);
    }

    [Fact]
    public void Positions_before_the_batch_are_not_judged_again()
    {
        // The dip arrived earlier and was judged then; only the last execution is new.
        double[] values = [.. Enumerable.Repeat(0.8, 10), .. Enumerable.Repeat(1.0, 10)];
        Assert.Equal(Verdict.Pass, Named(new EvidenceWindow { Fidelity = values }, "pattern_fidelity", arrivals: 1).Verdict);
    }

    [Theory]
    [InlineData(150, Verdict.Pass)]
    [InlineData(151, Verdict.Fail)]
    public void Time_above_three_times_the_frozen_baseline_fires(double last, Verdict expected)
    {
        // Nine at 150 ms and one more; the baseline is 50 ms.
        var result = Named(new EvidenceWindow { TimesMs = [.. Enumerable.Repeat(150.0, 9), last] }, "execution_time", baseline: 50);
        Assert.Equal((expected, 150.0), (result.Verdict, result.Threshold));
        Assert.Equal("execution_time_above_3x_baseline", result.Reason);
    }

    [Fact]
    public void Time_without_a_baseline_is_no_data() =>
        Assert.Equal(Verdict.NoData, Named(new EvidenceWindow { TimesMs = [.. Enumerable.Repeat(9999.0, 10)] }, "execution_time", baseline: null).Verdict);

    [Theory]
    [InlineData(1, Verdict.Pass)]
    [InlineData(2, Verdict.Fail)]
    public void Exceptions_fire_above_one_in_twenty(int hits, Verdict expected)
    {
        var result = Named(new EvidenceWindow { Exceptions = [.. Enumerable.Range(0, 20).Select(index => index < hits)] }, "exception_rate");
        Assert.Equal((expected, hits / 20.0, "exception_rate_above_5"), (result.Verdict, result.Figure, result.Reason));
    }

    [Fact]
    public void Windows_and_limits_follow_the_policy()
    {
        var policy = s_policy with { Triggers = new RollbackTriggers { PatternFidelityBelow = 0.5, PatternFidelityWindow = 2 } };
        var fired = Named(new EvidenceWindow { Fidelity = [0.4, 0.4] }, "pattern_fidelity", policy: policy);
        Assert.Equal((Verdict.Fail, "pattern_fidelity_drop_below_50"), (fired.Verdict, fired.Reason));
    }

    private static TriggerResult Fidelity(double[] values) => Named(new EvidenceWindow { Fidelity = values }, "pattern_fidelity");

    // As the monitor does it: one value after the other; those of the batch are judged, and the first that fires ends it.
    private static TriggerResult Named(EvidenceWindow window, string name, double? baseline = 10, int arrivals = 1, PromotionPolicy? policy = null)
    {
        policy ??= s_policy;
        var state = new WatchState(policy, baseline);
        var values = Values(window).ToList();
        foreach (var (index, (metric, value)) in values.Index())
        {
            state.Observe(new Observation(index + 1, metric, value));
            if (index >= values.Count - arrivals && state.Acting() != TriggerSet.None)
            {
                break;
            }
        }

        return RollbackTrigger.Evaluate(state, policy).Single(result => result.Name == name);
    }

    private static IEnumerable<(ObservedMetric Metric, double Value)> Values(EvidenceWindow window) =>
    [
        .. window.Fidelity.Select(value => (ObservedMetric.Fidelity, value)), .. window.Outcomes.Select(value => (ObservedMetric.Outcome, value)),
        .. window.Negatives.Select(value => (ObservedMetric.Negative, value ? 1.0 : 0.0)), .. window.TimesMs.Select(value => (ObservedMetric.Time, value)),
        .. window.Exceptions.Select(value => (ObservedMetric.Exception, value ? 1.0 : 0.0)),
    ];

    private static int Compare(string name, JsonElement vector, string input, string output, string trigger, Func<double[], EvidenceWindow> window)
    {
        if (!vector.TryGetProperty(input, out var values) || !vector.TryGetProperty(output, out var expected))
        {
            return 0;
        }

        var all = values.EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Array ? (double)value[0].GetInt64() / value[1].GetInt64() : value.GetDouble()).ToArray();
        for (var count = 1; count <= all.Length; count++)
        {
            var fires = Named(window(all[..count]), trigger).Verdict == Verdict.Fail;
            Assert.True(expected[count - 1].GetBoolean() == fires, $"{name}: after {count} values {trigger} {(fires ? "fired" : "did not fire")}");
        }

        // The batch fires exactly when some single arrival in it does.
        var any = expected.EnumerateArray().Any(fires => fires.GetBoolean());
        Assert.True(any == (Named(window(all), trigger, arrivals: all.Length).Verdict == Verdict.Fail), $"{name}: as one batch");
        return all.Length;
    }
}
