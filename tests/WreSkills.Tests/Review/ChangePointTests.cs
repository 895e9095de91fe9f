using WreSkills.Review;

namespace WreSkills.Tests.Review;

public class ChangePointTests
{
    [Fact]
    public void A_step_is_found_where_it_is()
    {
        var change = ChangePoint.Find([1, 1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])!;
        Assert.Equal((6, 1.0, 0.5), (change.Index, change.Before, change.After));
        Assert.True(change.Probability < 0.01);
    }

    [Fact]
    public void Nothing_is_found_in_what_never_changes_or_is_too_short()
    {
        Assert.Null(ChangePoint.Find([.. Enumerable.Repeat(0.7, 50)]));
        Assert.Null(ChangePoint.Find([1, 1, 1, 0, 0, 0, 0]));
        Assert.Null(ChangePoint.Find([]));
    }

    [Fact]
    public void A_noisy_change_is_found_within_a_few_positions()
    {
        var random = new Random(4);
        var near = 0;
        for (var round = 0; round < 50; round++)
        {
            var at = random.Next(20, 60);
            var change = ChangePoint.Find([.. Enumerable.Range(0, 80).Select(index => random.NextDouble() < (index < at ? 0.95 : 0.35) ? 1.0 : 0.0)]);
            near += change is not null && Math.Abs(change.Index - at) <= 4 ? 1 : 0;
        }

        Assert.True(near >= 40, $"{near} of 50");
    }

    [Fact]
    public void Series_without_a_change_are_reported_as_often_as_stated()
    {
        var random = new Random(5);
        var reported = Enumerable.Range(0, 400).Count(_ => ChangePoint.Find([.. Enumerable.Range(0, 40).Select(_ => random.NextDouble())]) is not null);
        Assert.InRange(reported, 5, 36);
    }
}
