using CsCheck;

using WreSkills.Policy;

namespace WreSkills.Tests.Policy;

public class ThresholdTests
{
    [Fact]
    public void Mean_of_exactly_the_limit_is_neither_below_nor_above()
    {
        // Ten times 0.85 added up is 8.499999999999998 in binary.
        var sum = Enumerable.Repeat(0.85, 10).Sum();
        Assert.True(sum < 8.5);
        Assert.False(Threshold.MeanIsBelow(sum, 10, 0.85));
        Assert.False(Threshold.MeanIsAbove(sum, 10, 0.85));
    }

    [Theory]
    [InlineData(84, 100, true)]
    [InlineData(85, 100, false)]
    [InlineData(86, 100, false)]
    public void MeanIsBelow_of_outcomes_counts_whole_ones(int right, int count, bool below) => Assert.Equal(below, Threshold.MeanIsBelow(right, count, 0.85));

    [Theory]
    [InlineData(1, 20, false)]
    [InlineData(0, 20, true)]
    [InlineData(4, 100, true)]
    [InlineData(5, 100, false)]
    public void RateIsBelow_of_exactly_the_limit_is_not_below(int hits, int count, bool below) => Assert.Equal(below, Threshold.RateIsBelow(hits, count, 0.05));

    [Theory]
    [InlineData(1, 20, false)]
    [InlineData(2, 20, true)]
    public void MeanIsAbove_of_a_rate_needs_more_than_the_limit(int hits, int count, bool above) => Assert.Equal(above, Threshold.MeanIsAbove(hits, count, 0.05));

    [Fact]
    public void MeanIsBelow_agrees_with_exact_arithmetic() =>
        Gen.Int[0, 100].List[1, 200].Select(Gen.Int[1, 100]).Sample((percents, limit) =>
            Threshold.MeanIsBelow(percents.Sum(percent => percent / 100.0), percents.Count, limit / 100.0) == percents.Sum() < limit * percents.Count);
}
