using WreSkills.Registry;
using WreSkills.Review;

using static WreSkills.Tests.Review.Executions;

namespace WreSkills.Tests.Review;

public class ReviewStatisticsTests
{
    [Fact]
    public void A_rising_series_has_the_slope_and_probability_worked_out_by_hand()
    {
        // All 28 pairs rise: S = 28, variance 8·7·21/18, z = 27/8.083.
        var trend = Trend.Of([1, 2, 3, 4, 5, 6, 7, 8])!;
        Assert.Equal(("rising", 100.0), (trend.Direction, trend.Per100));
        Assert.Equal(0.0008366271, trend.Probability, 1e-6);
        var falling = Trend.Of([8, 7, 6, 5, 4, 3, 2, 1])!;
        Assert.Equal(("falling", -100.0), (falling.Direction, falling.Per100));
    }

    [Fact]
    public void Ties_make_the_variance_of_a_trend_smaller()
    {
        // S = 16, variance (1176 − 2·156)/18 = 48, z = 15/√48; the median slope lies between 1/7 and 1/5.
        var trend = Trend.Of([1, 1, 1, 1, 2, 2, 2, 2])!;
        Assert.Equal(0.0303828220, trend.Probability, 1e-6);
        Assert.Equal(100.0 / 6, trend.Per100, 9);
        Assert.Equal(("steady", 1.0), (Trend.Of([.. Enumerable.Repeat(5.0, 8)])!.Direction, Trend.Of([.. Enumerable.Repeat(5.0, 8)])!.Probability));
        Assert.Null(Trend.Of([1, 2, 3, 4, 5, 6, 7]));
    }

    [Fact]
    public void Shuffling_tells_a_difference_from_chance()
    {
        // Of the 252 ways to choose five of ten, two are as far apart.
        Assert.InRange(TwoSamples.Probability([0, 0, 0, 0, 0], [1, 1, 1, 1, 1])!.Value, 0.002, 0.02);
        Assert.Equal(1, TwoSamples.Probability([1, 1, 1, 1, 1], [1, 1, 1, 1, 1]));
        Assert.Null(TwoSamples.Probability([0, 0, 0, 0], [1, 1, 1, 1, 1]));
    }

    [Fact]
    public void Equal_samples_differ_as_rarely_as_stated()
    {
        var random = new Random(3);
        var alarms = Enumerable.Range(0, 200).Count(_ =>
            TwoSamples.Probability([.. Enumerable.Range(0, 20).Select(_ => random.NextDouble())], [.. Enumerable.Range(0, 30).Select(_ => random.NextDouble())]) < 0.05);
        Assert.InRange(alarms, 2, 20);
    }

    [Fact]
    public void Cost_is_mean_nearest_rank_and_share_above_the_limit()
    {
        var executions = Enumerable.Range(1, 20).Select(index => Of($"e{index}", timeMs: index, tokens: 100)).ToList();
        var cost = CostReview.Of(executions, new BaselineEntry { ExecutionTimeMs = 7 }, 15);
        var (time, tokens) = (cost[0], cost[1]);
        Assert.Equal((20, 10.5, 10.0, 19.0, 210.0, 1.5), (time.Count, time.Mean, time.P50, time.P95, time.Total, time.TimesBaseline!.Value));
        Assert.Equal((5, 20, "rising"), (time.AboveLimit!.Hits, time.AboveLimit.Of, time.Trend!.Direction));
        Assert.Equal(("tokens", 100.0, 2000.0, "steady", null), (tokens.Metric, tokens.P95, tokens.Total, tokens.Trend!.Direction, tokens.Limit));
        Assert.Empty(CostReview.Of([Of("e1")], null, 15));
    }

    [Fact]
    public void Drift_compares_with_the_time_before_and_the_baseline()
    {
        var before = Enumerable.Range(0, 30).Select(index => Of($"b{index}", fidelity: 1, exception: false)).ToList();
        var now = Enumerable.Range(0, 30).Select(index => Of($"n{index}", fidelity: 0.5, exception: false)).ToList();
        var drift = DriftReview.Of(now, before, new BaselineEntry { PatternFidelity = 0.95 });
        var (fidelity, exceptions) = (drift[0], drift[1]);
        Assert.Equal(("pattern_fidelity", 30, 0.5, 30, 1.0, 0.95), (fidelity.Metric, fidelity.Count, fidelity.Mean!.Value, fidelity.CountBefore, fidelity.MeanBefore!.Value, fidelity.Baseline!.Value));
        Assert.Equal((true, "n0", 1.0, 0.5), (fidelity.Drifts, fidelity.Change!.ExecutionId, fidelity.Change.Before, fidelity.Change.After));
        Assert.True(fidelity.Low < 0.5 && fidelity.High > 0.5);
        Assert.Equal(("exception_rate", 0.0, false, null), (exceptions.Metric, exceptions.Mean!.Value, exceptions.Drifts, exceptions.Change));
        Assert.Equal(2, drift.Count);
    }

    [Fact]
    public void Similarity_is_the_weighted_share_of_common_traits()
    {
        HashSet<(string, string)> left = [("missed", "a"), ("model", "m")], right = [("missed", "a"), ("missed", "b"), ("model", "m")];

        // Both: 2 + ½; either: 2 + 2 + ½.
        Assert.Equal(2.5 / 4.5, FailureClustering.Similarity(left, right), 12);
        Assert.Equal(1, FailureClustering.Similarity(left, left));
        Assert.Equal(0, FailureClustering.Similarity(left, new HashSet<(string, string)> { ("missed", "z") }));
    }

    [Fact]
    public void Failures_are_grouped_by_what_went_wrong_and_told_apart_from_what_went_well()
    {
        List<ReviewedExecution> executions =
        [
            .. Enumerable.Range(0, 10).Select(index => Of($"g{index}", Shares(("a", 1)), model: "m1")),
            .. Enumerable.Range(0, 6).Select(index => Of($"a{index}", Shares(("a", 0)), model: "m2", outcome: index < 2 ? 0 : 1)),
            .. Enumerable.Range(0, 2).Select(index => Of($"x{index}", exception: true, model: "m1")),
        ];
        var clusters = FailureClustering.Of(executions);
        Assert.Equal(
            ["C1 4 of 8: missed a", "C2 2 of 8: decided wrong; missed a", "C3 2 of 8: exception of unknown type"],
            clusters.Select(cluster => $"{cluster.Id} {cluster.Share.Hits} of {cluster.Share.Of}: {cluster.Title}"));
        Assert.Equal(["a5", "a4", "a3", "a2"], clusters[0].Executions);
        Assert.Equal((0, 2, 0), (clusters[0].Wrong, clusters[1].Wrong, clusters[2].Wrong));
        var model = clusters[0].Features.Single(feature => feature.Name == "model");
        Assert.Equal(("m2", 4, 4, 2, 14, true), (model.Value, model.Inside.Hits, model.Inside.Of, model.Outside.Hits, model.Outside.Of, model.IsClear));
        Assert.Equal(("decision", "wrong"), (clusters[1].Features[0].Name, clusters[1].Features[0].Value));

        // The same executions in another order are the same clusters.
        executions.Reverse();
        Assert.Equal(clusters.Select(cluster => (cluster.Title, cluster.Size)), FailureClustering.Of(executions).Select(cluster => (cluster.Title, cluster.Size)));
        Assert.Empty(FailureClustering.Of([Of("fine", Shares(("a", 1)))]));
    }

    [Fact]
    public void Perfect_executions_until_a_mean_reaches_its_limit_are_counted()
    {
        Assert.Equal(5, ReadinessAssessment.Perfect([.. Enumerable.Repeat(0.8, 10)], 10, 0.9));

        // The oldest leave the window first: the three zeros go with the first three.
        Assert.Equal(2, ReadinessAssessment.Perfect([0, 0, 0, 1, 1, 1, 1, 1, 1, 1], 10, 0.9));
    }
}
