using WreSkills.Policy;
using WreSkills.Review;

using static WreSkills.Tests.Review.Executions;

namespace WreSkills.Tests.Review;

public sealed class PatternReviewTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Misses_gains_and_order_are_as_worked_out_by_hand()
    {
        var patterns = TestSkill.Read(_folder, ("SKILL.md", TestSkill.Text("expected_patterns:\n  - {name: a, fact: a}\n  - {name: b, fact: b, weight: 2, critical: true}\n"))).Patterns;
        var found = PatternReview.Of(
            patterns,
            [Of("e1", Shares(("a", 1), ("b", 1)), 1), Of("e2", Shares(("a", 0), ("b", 1)), 2.0 / 3), Of("e3", Shares(("a", 0.5), ("b", 0)), 1.0 / 6), Of("e4", fidelity: 0.8)],
            [Of("e0", Shares(("a", 1)))],
            0.1);
        var (b, a) = (found[0], found[1]);
        Assert.Equal(["P1 b", "P2 a"], found.Select(pattern => $"{pattern.Id} {pattern.Name}"));
        Assert.Equal((2, 3, 1, 3), (a.Misses.Hits, a.Misses.Of, b.Misses.Hits, b.Misses.Of));

        // e2: 1 of 3 weights; e3: half of 1 of 3; over the four that are scored. b: two of three weights in one of them.
        Assert.Equal(((1.0 / 3) + (0.5 / 3)) / 4, a.ExpectedGain, 12);
        Assert.Equal(2.0 / 3 / 4, b.ExpectedGain, 12);
        Assert.Equal((0.20765960080204765, 0.9385080552796037), (a.Misses.Low, a.Misses.High));
        Assert.Equal((true, true, true, true), (a.IsWeak, a.IsCertain, b.IsWeak, b.IsCertain));
        Assert.Equal(("SKILL.md", 5, "SKILL.md", 6), (a.File, a.Line!.Value, b.File, b.Line!.Value));
        Assert.Equal(["e3", "e2"], a.Executions);
        Assert.Equal((0, 1, null), (a.Before!.Hits, a.Before.Of, b.Before));
    }

    [Fact]
    public void The_bound_of_a_pattern_holds_at_every_look()
    {
        var bound = new ConfidenceBound();
        foreach (var miss in (ReadOnlySpan<double>)[1, 0, 1, 1])
        {
            bound.Observe(miss);
        }

        var pattern = PatternReview.Of([], [Of("e1", Shares(("x", 0))), Of("e2", Shares(("x", 1))), Of("e3", Shares(("x", 0))), Of("e4", Shares(("x", 0.5)))], [], 0.1).Single();
        Assert.Equal(bound.Lower, pattern.AnytimeLow);
        Assert.True(pattern.AnytimeLow is > 0 and < 0.75);
        Assert.Equal((null, null), (pattern.File, pattern.Line));
    }

    [Fact]
    public void A_broken_critical_prohibition_costs_the_whole_fidelity()
    {
        var patterns = TestSkill.Read(_folder, ("SKILL.md", TestSkill.Text("expected_patterns:\n  - {name: a, fact: a}\n  - {name: never, forbid: {tool: ban}, critical: true}\n"))).Patterns;
        var declared = patterns.ToDictionary(pattern => pattern.Name);
        Assert.Equal(1, PatternReview.Gain("never", declared, [Of("e1", Shares(("a", 1), ("never", 0)), 0)]));
        Assert.Equal(0.5, PatternReview.Gain("never", declared, [Of("e1", Shares(("a", 0), ("never", 0)), 0)]));
        Assert.Equal(0, PatternReview.Gain("a", declared, [Of("e1", Shares(("a", 0), ("never", 0)), 0)]));
    }

    [Fact]
    public void A_few_misses_are_weak_but_may_be_chance_and_rare_ones_are_not_weak()
    {
        var few = PatternReview.Of([], [.. Enumerable.Range(0, 5).Select(index => Of($"e{index}", Shares(("x", index == 0 ? 0 : 1))))], [], 0.1).Single();
        Assert.Equal((true, false), (few.IsWeak, few.IsCertain));
        var rare = PatternReview.Of([], [.. Enumerable.Range(0, 50).Select(index => Of($"e{index}", Shares(("x", index == 0 ? 0 : 1))))], [], 0.1).Single();
        Assert.False(rare.IsWeak);
    }

    [Theory]
    [InlineData(40, 40, true, true)]
    [InlineData(10, 10, true, false)] // fewer than the policy's 20
    [InlineData(14, 40, true, false)] // not above a half, whenever one looks
    [InlineData(40, 40, false, false)] // not critical
    public void Data_alone_flags_a_critical_pattern_that_is_missed_most_of_the_time(int misses, int of, bool critical, bool expected)
    {
        var pattern = Pattern(misses, of) with { IsCritical = critical };
        Assert.Equal(expected, FundamentalIssue.OfData([pattern], new ReviewFlagRules()) is not null);
    }

    [Theory]
    [InlineData(30, 40, "x", true)]
    [InlineData(30, 40, "y", false)] // the model speaks of another pattern
    [InlineData(3, 40, "x", false)] // the data does not agree
    [InlineData(10, 10, "x", false)] // too few
    public void A_model_flags_only_what_the_data_agrees_with(int misses, int of, string named, bool expected)
    {
        var issue = FundamentalIssue.WithModel([Pattern(misses, of)], new ReviewFlagRules(), [named], "qwen");
        Assert.Equal(expected ? "data and model qwen" : null, issue?.Source);
    }

    private static WeakPattern Pattern(int misses, int of) =>
        PatternReview.Of([], [.. Enumerable.Range(0, of).Select(index => Of($"e{index}", Shares(("x", index < misses ? 0 : 1))))], [], 0.1).Single();
}
