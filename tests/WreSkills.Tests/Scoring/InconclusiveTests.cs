using static WreSkills.Tests.Scoring.PatternLanguage;

namespace WreSkills.Tests.Scoring;

/// <summary>Missing or redacted evidence is neither for nor against.</summary>
public class InconclusiveTests
{
    [Theory]
    [InlineData("step: {tool: search, arguments: {q: a}}", """[{"tool":"search"}]""")]
    [InlineData("step: {tool: search, arguments: {q: a}}", """[{"tool":"search","arguments":{"q":"[redacted]"}}]""")]
    [InlineData("step: {tool: search, arguments: {q: {$regex: a}}}", """[{"tool":"search","arguments":{"q":"[REDACTED: e-mail]"}}]""")]
    [InlineData("step: {tool: search, result: {ok: true}}", """[{"tool":"search"}]""")]
    [InlineData("step: {tool: search}", """["[redacted]"]""")]
    [InlineData("step: {tool: search}", """[{"redacted":true}]""")]
    [InlineData("forbid: {tool: rm}", """[{"tool":"[redacted]"}]""")]
    [InlineData("forbid: {tool: rm, arguments: {path: /}}", """[{"tool":"rm"}]""")]
    [InlineData("only: [search]", """[{"tool":"[redacted]"}]""")]
    [InlineData("count: {step: save, min: 1, max: 1}", """[{"redacted":true}]""")]
    [InlineData("pattern: key=1", """["key=[redacted]"]""")]
    [InlineData("fact: {name: key, range: [1, 2]}", """[{"key":"[redacted]"}]""")]
    [InlineData("pattern: key=1", """["[redacted]"]""")]
    [InlineData("sequence: [a, b]", """[{"tool":"a"},{"redacted":true}]""")]
    [InlineData("set: [b, a]", """[{"tool":"a"},{"redacted":true}]""")]
    [InlineData("before: {first: a, then: b}", """[{"redacted":true},{"tool":"b"}]""")]
    [InlineData("any_of: [{step: a}, {forbid: b}]", """[{"redacted":true}]""")]
    [InlineData("budget: {retries: 1, tokens: 5}", "[]")]
    public void It_leaves_the_pattern_open(string rule, string breadcrumbs)
    {
        var score = Score("- {" + rule + "}", breadcrumbs);
        Assert.Single(score.PatternsInconclusive);
        Assert.Null(score.PatternFidelity);
        Assert.True(score.FidelityLow < score.FidelityHigh);
    }

    [Theory]
    [InlineData("step: {tool: search, arguments: {q: a}}", """[{"tool":"search"},{"tool":"search","arguments":{"q":"a"}}]""", 1)]
    [InlineData("step: {tool: search, arguments: {q: a, n: 1}}", """[{"tool":"search","arguments":{"q":"[redacted]","n":2}}]""", 0)]
    [InlineData("forbid: {tool: rm}", """[{"redacted":true},{"tool":"rm"}]""", 0)]
    [InlineData("count: {step: save, max: 1}", """[{"tool":"save"},{"tool":"save"},{"redacted":true}]""", 0)]
    [InlineData("count: {step: save, min: 1}", """[{"tool":"save"},{"redacted":true}]""", 1)]
    [InlineData("pattern: key", """["key=[redacted]"]""", 1)]
    [InlineData("sequence: [a, b]", """[{"tool":"a"},{"redacted":true},{"tool":"b"}]""", 1)]
    public void It_does_not_matter_where_the_rest_decides(string rule, string breadcrumbs, double fidelity) =>
        Assert.Equal(fidelity, Score("- {" + rule + "}", breadcrumbs).PatternFidelity);

    [Fact]
    public void Its_range_is_told_by_what_could_have_been()
    {
        var score = Score("- sequence: [a, b, c, d]", """[{"tool":"a"},{"redacted":true},{"tool":"x"}]""");
        Assert.Equal((0.25, 0.5), (score.FidelityLow, score.FidelityHigh));
    }

    [Fact]
    public void A_little_of_it_leaves_a_number_and_much_of_it_none()
    {
        const string five = "- step: {tool: a, arguments: {q: 1}}\n- b=1\n- c=1\n- d=1\n- e=1";
        const string breadcrumbs = """[{"tool":"a"},"b=1","c=1","d=1"]""";
        var little = Score(five, breadcrumbs);
        Assert.Equal((0.75, 0.6, 0.8), (little.PatternFidelity, little.FidelityLow, little.FidelityHigh));
        Assert.Null(Score(five + "\n- step: {tool: a, arguments: {q: 2}}", breadcrumbs).PatternFidelity);
    }

    [Fact]
    public void A_critical_failure_keeps_its_number_whatever_else_is_open()
    {
        var score = Score("- {step: {tool: check}, critical: true}\n- {step: {tool: a, arguments: {q: 1}}, weight: 3}", """[{"tool":"a"}]""");
        Assert.Equal((0.0, true), (score.PatternFidelity, score.CriticalMissed));
    }
}
