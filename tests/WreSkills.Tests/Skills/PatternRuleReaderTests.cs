using CsCheck;

using WreSkills.Skills;

using static WreSkills.Tests.Scoring.PatternLanguage;

namespace WreSkills.Tests.Skills;

public class PatternRuleReaderTests
{
    [Theory]
    [InlineData("- tool: search", "no kind of pattern")]
    [InlineData("- {tool: search, name: x}", "did you mean `step: {tool: …}`?")]
    [InlineData("- {step: a, forbid: b}", "a pattern has one kind, here are step and forbid")]
    [InlineData("- step: {tool: a, skill: b}", "a step is a name, or a mapping with one of")]
    [InlineData("- step: {tool: a, argments: {}}", "'argments' does not belong here (tool, arguments, match, ignore, result, ok)")]
    [InlineData("- step: {tool: a, match: deep}", "match is 'deep'; it must be partial or exact")]
    [InlineData("- step: {tool: a, ok: maybe}", "ok is 'maybe'; it must be true or false")]
    [InlineData("- step: {tool: /(?=x)/}", "not a usable regular expression")]
    [InlineData("- step: {tool: [a]}", "a name is a text")]
    [InlineData("- step: {tool: a, arguments: {n: {$range: [2, 1]}}}", "'range' is not understood here")]
    [InlineData("- step: {tool: a, arguments: {n: {$regexp: x}}}", "'regexp' is not understood here")]
    [InlineData("- step: {tool: a, arguments: {n: {$about: x}}}", "about needs a number")]
    [InlineData("- step: {tool: a, arguments: {n: {$regex: a, $in: [b]}}}", "one comparison at a time, here are regex and in")]
    [InlineData("- step: {tool: a, arguments: {n: {$schema: {typ: object}}}}", "schema: #/typ: the keyword is not supported")]
    [InlineData("- fact: {in: [a]}", "a fact is a text such as name=value, or a mapping with name")]
    [InlineData("- fact: {name: a, range: [1]}", "'range' is not understood here")]
    [InlineData("- fact: a b=1", "is no pattern")]
    [InlineData("- sequence: []", "sequence needs a list of 1 to 100 steps")]
    [InlineData("- sequence: {steps: [a], order: any}", "order is 'any'; it must be in_order or exact")]
    [InlineData("- set: {steps: [a], order: exact}", "'order' does not belong here (steps, extra)")]
    [InlineData("- set: [{tool: a, weight: 0}]", "weight '0' must be a number above 0")]
    [InlineData("- count: {min: 1}", "count needs a step")]
    [InlineData("- count: {step: a, min: 3, max: 2}", "max 2 is below min 3")]
    [InlineData("- count: {step: a, min: some}", "min is 'some'; it must be a number from 0")]
    [InlineData("- count: {step: a, max: -1}", "max is '-1'; it must be a number from 0")]
    [InlineData("- before: {first: a}", "before needs first and then")]
    [InlineData("- before: {first: a, then: b, within: 3}", "a distance needs steps (from 1), ms (above 0) or both")]
    [InlineData("- within: {step: a}", "a distance needs steps")]
    [InlineData("- if: a=1", "if needs a then beside it")]
    [InlineData("- {if: a=1, then: {forbid: b, weight: 2}}", "'weight' does not belong to a pattern of kind forbid")]
    [InlineData("- any_of: [a=1]", "any_of needs a list of 2 to 100 patterns")]
    [InlineData("- only: [a=1]", "only speaks of calls")]
    [InlineData("- budget: {}", "budget needs one or more of")]
    [InlineData("- budget: {tokens: many}", "tokens is 'many'; it must be a number from 0")]
    [InlineData("- judge: ''", "judge needs one yes/no question")]
    [InlineData("- judge: [a]", "judge needs one yes/no question")]
    [InlineData("- {judge: Was it polite?, critical: true}", "what a model judges cannot be critical")]
    [InlineData("- {any_of: [{judge: Was it polite?}, a=1], critical: true}", "what a model judges cannot be critical")]
    [InlineData("- {forbid: a, critical: often}", "critical is 'often'; it must be true or false")]
    [InlineData("- {forbid: a, when: {forbid: b, x: 1}}", "'x' does not belong to a pattern of kind forbid")]
    public void What_is_wrong_is_said(string yaml, string message) =>
        Assert.Contains(message, string.Join('\n', Read(yaml).Findings), StringComparison.Ordinal);

    [Fact]
    public void Everything_wrong_is_said_at_once_with_its_line()
    {
        var (patterns, findings) = Read("- step: {tool: a, ok: maybe}\n- b=1\n- count:\n    step: a\n    min: x\n");
        Assert.Equal("b=1", Assert.Single(patterns).Name);
        Assert.Equal(["SKILL.md:1: error: ok is 'maybe'; it must be true or false [pattern.syntax]", "SKILL.md:5: error: min is 'x'; it must be a number from 0 [pattern.syntax]"], findings);
    }

    [Fact]
    public void Rules_are_not_nested_without_end()
    {
        var yaml = string.Concat(Enumerable.Repeat("{any_of: [a=1, ", 12)) + "b=1" + string.Concat(Enumerable.Repeat("]}", 12));
        Assert.All(Read("- " + yaml).Findings, finding => Assert.Contains("nested deeper than 8 levels", finding, StringComparison.Ordinal));
        Assert.Empty(Read("- " + yaml).Patterns);
    }

    [Theory]
    [InlineData("- step: {tool: search, arguments: {q: a}, ok: true}", "search(q: \"a\") that works")]
    [InlineData("- sequence: [a, {skill: b}, c=1]", "a → skill b → c=1")]
    [InlineData("- set: {extra: forbidden, steps: [a, b]}", "exactly {a, b}")]
    [InlineData("- count: {step: a, min: 1, max: 2}", "a × 1–2")]
    [InlineData("- forbid: {tool: '*'}", "never any tool")]
    [InlineData("- before: {first: a, then: b, within: {ms: 50}}", "a before b within 50 ms")]
    [InlineData("- {if: a=1, then: b=2, else: c=3}", "if a=1 then b=2 else c=3")]
    [InlineData("- only: []", "only nothing")]
    [InlineData("- budget: {tokens: 9, time_ms: 1.5}", "at most 9 tokens, 1.5 ms")]
    [InlineData("- fact: {name: a, in: [1, x]}", "a one of 1, \"x\"")]
    public void Without_a_name_a_pattern_is_called_by_what_it_says(string yaml, string name) => Assert.Equal(name, Assert.Single(Patterns(yaml)).Name);

    [Fact]
    public void A_case_says_the_same_in_json()
    {
        using var folder = new TemporaryFolder();
        const string cases = """[{"id":"x","wre":{"patterns":["a=1",{"step":{"tool":"t","arguments":{"n":1,"s":"1"}},"weight":2},{"judge":"Was it polite?"},{"count":{"step":"t","min":"x"}}]}}]""";
        var skill = TestSkill.Read(folder, ("evals/evals.json", cases));
        var patterns = Assert.Single(skill.Cases).Patterns;
        Assert.Equal(["a=1", "t(n: 1, s: \"1\")", "Was it polite?"], patterns.Select(pattern => pattern.Name));
        Assert.Equal(2, patterns[1].Weight);
        Assert.Equal("evals/evals.json:1: error: case 'x': min is 'x'; it must be a number from 0 [pattern.syntax]", Assert.Single(skill.Findings).ToString());
    }

    [Fact]
    public void No_text_makes_the_reader_throw() =>
        Gen.Select(OneOf(PatternRuleReader.Kinds), OneOf(StepPatternReader.Kinds), Gen.String, Gen.Int[0, 5]).Sample((kind, step, text, shape) =>
        {
            var quoted = "'" + new string([.. text.Where(c => c is >= ' ' and < '\u007f')]).Replace("'", "''", StringComparison.Ordinal) + "'";
            var inner = shape switch { 0 => quoted, 1 => $"[{quoted}]", 2 => $"{{{step}: {quoted}}}", 3 => $"{{step: {{{step}: {quoted}}}}}", 4 => $"[{{{step}: {quoted}, weight: {quoted}}}]", _ => $"{{{quoted}: {quoted}}}" };
            var (patterns, findings) = Read($"- {{{kind}: {inner}}}");
            Assert.True(patterns.Count + findings.Count > 0);
        });

    private static Gen<string> OneOf(string[] texts) => Gen.Int[0, texts.Length - 1].Select(index => texts[index]);
}
