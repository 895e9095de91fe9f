using System.Diagnostics;
using System.Text.Json;

using CsCheck;

using WreSkills.Scoring;
using WreSkills.Skills;
using WreSkills.Tests.Hosting;

namespace WreSkills.Tests.Scoring;

public class PatternScorerTests
{
    private static readonly Gen<string> s_fact = Gen.Int[0, 4].Select(number => $"fact{number}");

    private static readonly Gen<ExpectedPattern> s_pattern = Gen.Select(s_fact, OneOf("", "=true", "!=true", ">=2", "<2", "~=^t"), s_fact, Gen.Int[0, 2], Gen.Int[1, 8], Gen.Bool, Gen.Int)
        .Select((fact, comparison, when, conditional, weight, critical, id) => Pattern(fact + comparison, weight / 4.0, conditional == 0 ? when + "=true" : null, critical, $"p{id}"));

    private static readonly Gen<string> s_breadcrumb = Gen.Select(s_fact, OneOf("", "=true", "=False", "=1", "=2.5", "=text")).Select((fact, value) => fact + value);

    [Fact]
    public void Fidelity_is_the_weighted_share_of_what_was_followed()
    {
        // 3 of 3 + 1 of 1 + 0 of 4 = 4 / 8.
        var score = Score([Pattern("a=true", 3), Pattern("b", 1), Pattern("c=true", 4)], "a=true", "b: anything", "c=false");
        Assert.Equal(0.5, score.PatternFidelity);
        Assert.Equal([new PatternProof("a=true", 0, "true"), new PatternProof("b", 1, "anything")], score.PatternsFollowed);
        Assert.Equal([new PatternProof("c=true", 2, "false")], score.PatternsMissed);
    }

    [Fact]
    public void A_pattern_that_nothing_speaks_of_is_missed_without_proof() =>
        Assert.Equal([new PatternProof("a=true", null, null)], Score([Pattern("a=true")], "b=true").PatternsMissed);

    [Fact]
    public void The_first_breadcrumb_for_which_it_holds_is_the_proof()
    {
        Assert.Equal([new PatternProof("a>=2", 1, "2")], Score([Pattern("a>=2")], "a=1", "a=2", "a=3").PatternsFollowed);
        Assert.Equal([new PatternProof("a>=9", 2, "3")], Score([Pattern("a>=9")], "a=1", "a=2", "a=3").PatternsMissed);
    }

    [Fact]
    public void A_conditional_pattern_that_does_not_apply_does_not_count()
    {
        ExpectedPattern[] patterns = [Pattern("always"), Pattern("links_opened=true", when: "has_link=true")];
        var without = Score(patterns, "always", "has_link=false");
        Assert.Equal(1, without.PatternFidelity);
        Assert.Equal([new PatternProof("links_opened=true", 1, "false")], without.PatternsNotApplicable);
        var with = Score(patterns, "always", "has_link=true");
        Assert.Equal(0.5, with.PatternFidelity);
        Assert.Empty(with.PatternsNotApplicable);
    }

    [Fact]
    public void Nothing_that_applies_is_no_score()
    {
        Assert.Null(Score([Pattern("a", when: "b")], "c").PatternFidelity);
        Assert.Null(Score([], "c").PatternFidelity);
    }

    [Fact]
    public void Only_a_missed_critical_pattern_that_applies_is_critical()
    {
        Assert.True(Score([Pattern("a", critical: true)], "b").CriticalMissed);
        Assert.False(Score([Pattern("a", critical: true)], "a").CriticalMissed);
        Assert.False(Score([Pattern("a", when: "c", critical: true)], "b").CriticalMissed);
        Assert.False(Score([Pattern("a")], "b").CriticalMissed);
    }

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "a=false", true)]
    [InlineData("a", "b", false)]
    [InlineData("a=true", "a=True", true)]
    [InlineData("a=True", "a", true)]
    [InlineData("a=true", "a=1", false)]
    [InlineData("a=1", "a=1.0", true)]
    [InlineData("a=1", "a=1.01", false)]
    [InlineData("a=allow", "a=allow", true)]
    [InlineData("a=allow", "a=Allow", false)]
    [InlineData("a!=true", "a=false", true)]
    [InlineData("a!=true", "a=TRUE", false)]
    [InlineData("a!=true", "b=false", false)]
    [InlineData("a!=1", "a=1.0", false)]
    [InlineData("a~=^spam", "a=spam: links", true)]
    [InlineData("a~=^spam$", "a=spammer", false)]
    [InlineData("a>=0.5", "a=0.5", true)]
    [InlineData("a>=0.5", "a=0.49", false)]
    [InlineData("a>0.5", "a=0.5", false)]
    [InlineData("a>0.5", "a=5e-1", false)]
    [InlineData("a>0.5", "a=0.51", true)]
    [InlineData("a<=3", "a=3", true)]
    [InlineData("a<=3", "a=3.1", false)]
    [InlineData("a<3", "a=3", false)]
    [InlineData("a<3", "a=-3", true)]
    [InlineData("a<3", "a=few", false)]
    public void Every_operator_does_what_it_says(string pattern, string breadcrumb, bool followed) =>
        Assert.Equal(followed ? 1.0 : 0.0, Score([Pattern(pattern)], breadcrumb).PatternFidelity);

    [Theory]
    [InlineData("""["caps: yes"]""", "caps", "yes")]
    [InlineData("""["  caps = yes  "]""", "caps", "yes")]
    [InlineData("""["url=https://a.example/?q=1"]""", "url", "https://a.example/?q=1")]
    [InlineData("""["bare"]""", "bare", "true")]
    [InlineData("""[{"caps":true}]""", "caps", "true")]
    [InlineData("""[{"ratio":0.50}]""", "ratio", "0.5")]
    [InlineData("""[{"check":{"caps":{"ratio":2}}}]""", "check.caps.ratio", "2")]
    [InlineData("""[{"step":"caps_check"}]""", "caps_check", "true")]
    [InlineData("""[{"pattern":"caps","value":"yes"}]""", "caps", "yes")]
    [InlineData("""[{"name":"caps","value":3}]""", "caps", "3")]
    [InlineData("""[{"fact":"caps"}]""", "caps", "true")]
    [InlineData("""[1,null,["x"],{"list":[1]},"caps=yes"]""", "caps", "yes")]
    public void Facts_are_read_from_texts_and_objects(string breadcrumbs, string fact, string value) =>
        Assert.Equal(value, Assert.Single(new BreadcrumbFacts([.. TestAgent.Json(breadcrumbs).EnumerateArray()])[fact]).Value);

    [Fact]
    public void Deep_objects_are_read_only_so_far()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 60)) + "1" + new string('}', 60);
        var facts = new BreadcrumbFacts([TestAgent.Json(deep)]);
        Assert.Empty(facts[string.Join('.', Enumerable.Repeat("a", 60))]);
        Assert.Equal(deep[5..^1], Assert.Single(facts["a"]).Value);
    }

    [Fact]
    public void A_hostile_expression_cannot_hang()
    {
        Assert.True(PatternCondition.TryParse("a~=^(a+)+$", out var condition, out _));
        var facts = new BreadcrumbFacts([TestAgent.Json("\"a=" + new string('a', 50_000) + "!\"")]);
        var watch = Stopwatch.StartNew();
        Assert.False(PatternMatcher.Holds(condition!, Assert.Single(facts["a"]).Value));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"took {watch.Elapsed}");
    }

    [Theory]
    [InlineData(@"a~=(x)\1")]
    [InlineData("a~=(?=x)")]
    [InlineData("a~=[")]
    [InlineData("a~=")]
    public void An_expression_that_could_hang_is_no_pattern(string pattern)
    {
        Assert.False(PatternCondition.TryParse(pattern, out _, out var problem));
        Assert.Contains("regular expression", problem!, StringComparison.Ordinal);
    }

    [Fact]
    public void Fidelity_lies_between_0_and_1_and_every_pattern_is_in_one_list() =>
        Gen.Select(s_pattern.Array[0, 12], s_breadcrumb.Array[0, 12]).Sample((patterns, breadcrumbs) =>
        {
            var score = Score(patterns, breadcrumbs);
            Assert.InRange(score.PatternFidelity ?? 0, 0, 1);
            Assert.Equal(patterns.Length, score.PatternsFollowed.Count + score.PatternsMissed.Count + score.PatternsNotApplicable.Count);
            Assert.Equal(score.PatternFidelity is null, score.PatternsNotApplicable.Count == patterns.Length);
        });

    [Fact]
    public void A_pattern_more_that_was_followed_never_lowers_fidelity() =>
        Gen.Select(s_pattern.Array[1, 12], s_breadcrumb.Array[0, 12], Gen.Int[1, 40]).Sample((patterns, breadcrumbs, weight) =>
        {
            string[] with = [.. breadcrumbs, "followed=yes"];
            var before = Score(patterns, with).PatternFidelity ?? 0;
            var after = Score([.. patterns, Pattern("followed=yes", weight / 4.0)], with).PatternFidelity!.Value;
            Assert.True(after >= before, $"{before} → {after}");
        });

    [Fact]
    public void A_pattern_more_that_was_missed_never_raises_fidelity() =>
        Gen.Select(s_pattern.Array[1, 12], s_breadcrumb.Array[0, 12]).Sample((patterns, breadcrumbs) =>
        {
            var before = Score(patterns, breadcrumbs).PatternFidelity ?? 1;
            Assert.True(Score([.. patterns, Pattern("never=said")], breadcrumbs).PatternFidelity <= before);
        });

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static FidelityScore Score(IReadOnlyList<ExpectedPattern> patterns, params string[] breadcrumbs) =>
        PatternScorer.Score(patterns, [.. breadcrumbs.Select(text => TestAgent.Json("\"" + JsonEncodedText.Encode(text) + "\""))]);

    private static ExpectedPattern Pattern(string text, double weight = 1, string? when = null, bool critical = false, string? name = null)
    {
        Assert.True(PatternCondition.TryParse(text, out var condition, out var problem), problem);
        PatternCondition? applies = null;
        Assert.True(when is null || PatternCondition.TryParse(when, out applies, out problem), problem);
        return new ExpectedPattern { Name = name ?? text, Rule = new ConditionRule(condition!), Weight = weight, When = applies is null ? null : new ConditionRule(applies), Critical = critical, Source = "test" };
    }
}
