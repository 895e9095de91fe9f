using System.Text.Json.Nodes;

using WreSkills.Benchmarks;
using WreSkills.Review;
using WreSkills.Skills;

namespace WreSkills.Tests.Review;

public class VariationComparisonTests
{
    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(5, 0, 1 / 32.0)]
    [InlineData(6, 0, 1 / 64.0)]
    [InlineData(7, 1, 9 / 256.0)]
    [InlineData(0, 3, 1)]
    [InlineData(3, 3, 42 / 64.0)]
    public void Sign_test_is_the_tail_of_the_binomial(int better, int worse, double expected) => Assert.Equal(expected, VariationComparison.SignTest(better, worse), 1e-12);

    [Fact]
    public void Sign_test_of_many_cases_is_a_probability()
    {
        Assert.InRange(VariationComparison.SignTest(1000, 1000), 0.5, 0.52);
        Assert.InRange(VariationComparison.SignTest(5000, 0), 0, 1e-300);
    }

    [Fact]
    public void Six_better_cases_and_none_worse_are_enough_for_three_variations()
    {
        var evidence = Compare(draft: Draft(8), before: name => name <= 6 ? Wrong : Right, after: _ => Right, variations: 3);
        Assert.True(evidence.Kept, evidence.Reason);
        Assert.Equal((6, 0, 8), (evidence.Better, evidence.Worse, evidence.Cases));
        Assert.Equal(0.05 / 3, evidence.Alpha, 1e-12);
        Assert.Equal((2, 8), (evidence.Baseline.Passed, evidence.Candidate.Passed));

        // A wrong run followed every pattern: two of its three figures are lost on it, in 6 of 8 cases.
        Assert.Equal(0.5, evidence.Gain, 1e-12);
    }

    [Fact]
    public void Five_better_cases_are_enough_for_one_variation_and_not_for_three()
    {
        Assert.True(Compare(Draft(8), name => name <= 5 ? Wrong : Right, _ => Right, 1).Kept);
        var evidence = Compare(Draft(8), name => name <= 5 ? Wrong : Right, _ => Right, 3);
        Assert.False(evidence.Kept);
        Assert.Contains("not shown to be better: 5 cases better, 0 worse, 3 the same; p = 0.0313, at most 0.0167", evidence.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Trials_of_a_case_count_once()
    {
        var evidence = Compare(Draft(2), _ => Wrong, _ => Right, 1, trials: 50);
        Assert.Equal((2, 2), (evidence.Better, evidence.Cases));
        Assert.False(evidence.Kept);
        Assert.Contains("With 2 cases nothing can be shown; 5 are the least.", evidence.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void One_critical_case_that_gets_worse_outweighs_everything()
    {
        var evidence = Compare(Draft(20, critical: 20), name => name <= 15 ? Wrong : Right, name => name == 20 ? Wrong : Right, 1);
        Assert.False(evidence.Kept);
        Assert.Contains("critical regression: case c20 is critical and decided wrongly now", evidence.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_critical_pattern_newly_missed_outweighs_everything()
    {
        var draft = Draft(20);
        static BenchmarkCaseResult With(BenchmarkCaseResult run, string verdict) => run with { Patterns = [new PatternOutcome { Name = "threats", Verdict = verdict }] };
        var (before, after) = (Result(draft, name => With(name <= 15 ? Wrong : Right, "followed"), 1), Result(draft, name => With(Right, name == 3 ? "missed" : "followed"), 1));
        var evidence = VariationComparison.Of(before, after, draft, 0.05, 1);
        Assert.False(evidence.Kept);
        Assert.Contains("the critical pattern threats is missed in case c3 now", evidence.Reason, StringComparison.Ordinal);

        // Where it was missed before as well, it is no regression.
        Assert.True(VariationComparison.Of(Result(draft, name => With(name <= 15 ? Wrong : Right, name == 3 ? "missed" : "followed"), 1), after, draft, 0.05, 1).Kept);
    }

    [Fact]
    public void The_holdout_can_only_speak_against_an_edit_and_no_case_of_it_is_named()
    {
        var draft = Draft(30, holdout: 10);
        var evidence = Compare(draft, name => name <= 15 ? Wrong : Right, name => name == 30 ? Wrong : Right, 1);
        Assert.False(evidence.Kept);
        Assert.Contains("holdout", evidence.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("c30", evidence.Reason, StringComparison.Ordinal);
        Assert.Equal((20, 10), (evidence.Cases, evidence.HoldoutCases));
        Assert.DoesNotContain(evidence.Differing, item => item.Case == "c30");

        // All that it gains is in the holdout: that shows nothing.
        Assert.False(Compare(draft, name => name > 20 ? Wrong : Right, _ => Right, 1).Kept);
        Assert.True(Compare(draft, name => name <= 15 ? Wrong : Right, _ => Right, 1).Kept);
    }

    [Fact]
    public void An_exception_is_worse_than_a_wrong_answer()
    {
        var evidence = Compare(Draft(10), _ => Wrong with { PatternFidelity = 0.5 }, _ => Wrong with { ExceptionType = "timeout", OutcomeQuality = null }, 1);
        Assert.Equal((0, 10), (evidence.Better, evidence.Worse));
        Assert.False(evidence.Kept);
    }

    private static BenchmarkCaseResult Right => new() { Case = "", ExecutionId = "", Passed = true, OutcomeQuality = 1, PatternFidelity = 1 };

    private static BenchmarkCaseResult Wrong => Right with { Passed = false, OutcomeQuality = 0 };

    private static VariationEvidence Compare(SkillFolder draft, Func<int, BenchmarkCaseResult> before, Func<int, BenchmarkCaseResult> after, int variations, int trials = 1) =>
        VariationComparison.Of(Result(draft, before, trials), Result(draft, after, trials), draft, 0.05, variations);

    private static BenchmarkResult Result(SkillFolder draft, Func<int, BenchmarkCaseResult> of, int trials)
    {
        var cases = draft.Cases.SelectMany((item, index) => Enumerable.Range(1, trials).Select(trial => of(index + 1) with { Case = item.Id, Trial = trial, Split = item.Split })).ToList();
        return new BenchmarkResult { RunId = "r", Skill = draft.Name, Digest = "d", State = "prototype", Agent = "test", StartedAt = "2025-10-20T12:00:00Z", Runs = cases.Count, Passed = cases.Count(item => item.Passed), Cases = cases };
    }

    private static SkillFolder Draft(int cases, int critical = 0, int holdout = 0)
    {
        using var folder = new TemporaryFolder();
        var items = Enumerable.Range(1, cases).Select(number => new JsonObject
        {
            ["id"] = $"c{number}",
            ["prompt"] = "p",
            ["wre"] = new JsonObject { ["expected_decision"] = "spam", ["critical"] = number == critical, ["split"] = number > cases - holdout ? "holdout" : "open" },
        });
        return TestSkill.Read(folder, ("SKILL.md", TestSkill.Text("expected_patterns:\n  - pattern: threat_checked=true\n    name: threats\n    critical: true\n")), ("evals/evals.json", new JsonObject { ["skill_name"] = "spam_filter", ["evals"] = new JsonArray([.. items]) }.ToJsonString()));
    }
}
