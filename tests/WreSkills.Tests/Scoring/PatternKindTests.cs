using WreSkills.Scoring;

using static WreSkills.Tests.Scoring.PatternLanguage;

namespace WreSkills.Tests.Scoring;

/// <summary>Every kind of pattern with values worked out by hand.</summary>
public class PatternKindTests
{
    [Theory]
    [InlineData("tool: search", "search(q=a)", 1)]
    [InlineData("tool: search", "research searching", 0)]
    [InlineData("tool: 'search_*'", "search_web", 1)]
    [InlineData("tool: 's?arch'", "search", 1)]
    [InlineData("tool: /^search_(web|docs)$/", "search_docs", 1)]
    [InlineData("tool: /^search_(web|docs)$/", "search_mail", 0)]
    [InlineData("tool: {literal: 'a*'}", "ab", 0)]
    [InlineData("tool: '*'", "anything", 1)]
    [InlineData("{tool: search, arguments: {q: a}}", "search(q=a,n=5)", 1)]
    [InlineData("{tool: search, arguments: {q: a}}", "search(q=b)", 0)]
    [InlineData("{tool: search, arguments: {q: a}, match: exact}", "search(q=a,n=5)", 0)]
    [InlineData("{tool: search, arguments: {q: a}, match: exact, ignore: [n]}", "search(q=a,n=5)", 1)]
    [InlineData("{tool: search, arguments: {q: a, n: 9}, ignore: [n]}", "search(q=a,n=5)", 1)]
    [InlineData("{tool: search, arguments: {q: {$regex: '^refund'}}}", "search(q=refunds)", 1)]
    [InlineData("{tool: search, arguments: {q: {$glob: '*fund*'}}}", "search(q=refunds)", 1)]
    [InlineData("{tool: search, arguments: {q: {$in: [a, b]}}}", "search(q=b)", 1)]
    [InlineData("{tool: search, arguments: {q: {$in: [a, b]}}}", "search(q=c)", 0)]
    [InlineData("{tool: search, arguments: {q: {$any: true}}}", "search(q=c)", 1)]
    [InlineData("{tool: search, arguments: {q: {$any: true}}}", "search(n=c)", 0)]
    [InlineData("search", "search", 1)]
    [InlineData("{call: 'se*'}", "search", 1)]
    [InlineData("{skill: search}", "search", 0)]
    public void A_step_happened_or_not(string step, string calls, double fidelity) =>
        Assert.Equal(fidelity, Score($"- step: {(step[0] is '{' || step == "search" ? step : $"{{{step}}}")}", Calls(calls)).PatternFidelity);

    [Theory]
    [InlineData("""{"limit":5}""", 1)]
    [InlineData("""{"limit":5.0}""", 1)]
    [InlineData("""{"limit":5.4}""", 1)]
    [InlineData("""{"limit":4.5}""", 1)]
    [InlineData("""{"limit":5.51}""", 0)]
    [InlineData("""{"limit":"5"}""", 0)]
    public void A_number_is_compared_with_tolerance(string arguments, double fidelity) =>
        Assert.Equal(fidelity, Score("- step: {tool: t, arguments: {limit: {$about: 5, $tolerance: 0.5}}}", $$"""[{"tool":"t","arguments":{{arguments}}}]""").PatternFidelity);

    [Theory]
    [InlineData("{a: {b: [1, {c: 2}]}}", """{"a":{"b":[1,{"c":2,"more":0}],"more":0},"more":0}""", 1)]
    [InlineData("{a: {b: [1, {c: 2}]}}", """{"a":{"b":[{"c":2},1]}}""", 0)]
    [InlineData("{a: {b: [1]}}", """{"a":{"b":[1,2]}}""", 0)]
    [InlineData("{a: '1'}", """{"a":1}""", 0)]
    [InlineData("{a: 1}", """{"a":1.0}""", 1)]
    [InlineData("{a: 1e2}", """{"a":100}""", 1)]
    [InlineData("{a: null}", """{"a":null}""", 1)]
    [InlineData("{a: null}", """{}""", 0)]
    [InlineData("{a: true}", """{"a":true}""", 1)]
    [InlineData("{a: {$range: [1, null]}}", """{"a":1}""", 1)]
    [InlineData("{a: {$range: [1, 2]}}", """{"a":2.001}""", 0)]
    [InlineData("{a: {$about: 200, $relative: 0.05}}", """{"a":190}""", 1)]
    [InlineData("{a: {$about: 200, $relative: 0.05}}", """{"a":189}""", 0)]
    [InlineData("{a: {$schema: {type: array, items: {type: integer}, minItems: 1}}}", """{"a":[1,2]}""", 1)]
    [InlineData("{a: {$schema: {type: array, items: {type: integer}, minItems: 1}}}", """{"a":[1,"2"]}""", 0)]
    public void Arguments_are_compared_in_depth(string expected, string arguments, double fidelity) =>
        Assert.Equal(fidelity, Score($"- step: {{tool: t, arguments: {expected}}}", $$"""[{"tool":"t","arguments":{{arguments}}}]""").PatternFidelity);

    [Theory]
    [InlineData("{command: git push}", "git push --force", 1)]
    [InlineData("{command: git push}", "git pushed", 0)]
    [InlineData("{command: '*rm -rf*'}", "cd x && rm -rf y", 1)]
    public void A_command_is_known_by_its_first_words(string step, string line, double fidelity) =>
        Assert.Equal(fidelity, Score($"- step: {step}", $$"""[{"command":"{{line}}"}]""").PatternFidelity);

    [Theory]
    [InlineData("{message: '*refund*', role: assistant}", 1)]
    [InlineData("{message: '*refund*', role: user}", 0)]
    [InlineData("{tool: pay, ok: true}", 0)]
    [InlineData("{tool: pay, ok: false}", 1)]
    [InlineData("{tool: look, ok: true, result: {found: {$range: [1, null]}}}", 1)]
    [InlineData("{tool: look, result: {found: 2}}", 0)]
    [InlineData("{skill: other_skill}", 1)]
    [InlineData("caps=true", 1)]
    [InlineData("{fact: {name: caps, in: [true]}}", 1)]
    public void A_step_is_known_by_what_it_is(string step, double fidelity) => Assert.Equal(
        fidelity,
        Score($"- step: {step}", """[{"role":"assistant","content":"your refund is due"},{"tool":"pay","error":"declined"},{"tool":"look","result":{"found":3}},{"skill":"other_skill"},{"caps":true}]""").PatternFidelity);

    [Theory]
    [InlineData("{name: decision, equals: spam}", 1)]
    [InlineData("{name: decision, in: [spam, scam]}", 1)]
    [InlineData("{name: decision, regex: '^sp'}", 1)]
    [InlineData("{name: decision, glob: 'h*'}", 0)]
    [InlineData("{name: confidence, range: [0.8, 1]}", 1)]
    [InlineData("{name: confidence, range: [0.95, 1]}", 0)]
    [InlineData("{name: confidence, about: 1, tolerance: 0.1}", 1)]
    [InlineData("{name: links, schema: {type: array, maxItems: 1}}", 0)]
    [InlineData("{name: links, schema: {type: array, contains: {const: b}}}", 1)]
    [InlineData("{name: said, range: [3, 3]}", 1)]
    [InlineData("{name: absent}", 0)]
    [InlineData("{name: decision}", 1)]
    [InlineData("decision=spam", 1)]
    public void A_fact_is_compared(string fact, double fidelity) =>
        Assert.Equal(fidelity, Score($"- fact: {fact}", """[{"decision":"spam","confidence":0.9},{"links":["a","b"]},"said=3"]""").PatternFidelity);

    [Theory]
    [InlineData("a b c", 1.0)]
    [InlineData("a x b y c", 1.0)]
    [InlineData("a c", 0.5)]
    [InlineData("c b a", 0.5)]
    [InlineData("b", 0.5)]
    [InlineData("x", 0.0)]
    [InlineData("", 0.0)]
    public void A_sequence_in_order_is_worth_the_weight_of_its_longest_part(string calls, double fidelity) =>
        Assert.Equal(fidelity, Score("- sequence: [a, {tool: b, weight: 2}, c]", Calls(calls)).PatternFidelity);

    [Theory]
    [InlineData("a b c", 1.0)]
    [InlineData("a x b y c", 3.0 / 5)]
    [InlineData("a b", 2.0 / 3)]
    [InlineData("a b c a b c", 3.0 / 6)]
    public void An_exact_sequence_pays_for_what_is_more(string calls, double fidelity) =>
        Assert.Equal(fidelity, Score("- sequence: {order: exact, steps: [a, b, c]}", Calls(calls)).PatternFidelity);

    [Fact]
    public void A_set_is_matched_one_to_one_and_not_greedily()
    {
        const string pattern = "- set: [search, {tool: search, arguments: {q: a}}]";
        Assert.Equal(1, Score(pattern, Calls("search(q=a) search(q=b)")).PatternFidelity);
        Assert.Equal(1, Score(pattern, Calls("search(q=b) search(q=a)")).PatternFidelity);
        Assert.Equal(0.5, Score(pattern, Calls("search(q=b) search(q=b)")).PatternFidelity);
        Assert.Equal(0.5, Score(pattern, Calls("search(q=a)")).PatternFidelity);
    }

    [Fact]
    public void Two_identical_expected_calls_need_two_calls()
    {
        Assert.Equal(0.5, Score("- set: [save, save]", Calls("save")).PatternFidelity);
        Assert.Equal(0.5, Score("- sequence: [save, save]", Calls("save")).PatternFidelity);
        Assert.Equal(0, Score("- count: {step: save, min: 2}", Calls("save")).PatternFidelity);
        Assert.Equal(1, Score("- set: [save, save]", Calls("save save")).PatternFidelity);
        Assert.Contains("to ask for a step twice use count, set or sequence", Assert.Single(Read("- step: {tool: save}\n- step: {tool: save}").Findings), StringComparison.Ordinal);
    }

    [Fact]
    public void Ninety_nine_more_calls_are_not_free()
    {
        var calls = Calls("search " + string.Concat(Enumerable.Repeat("search ", 99)));
        Assert.Equal(1.0 / 100, Score("- set: {extra: forbidden, steps: [search]}", calls).PatternFidelity);
        Assert.Equal(1.0 / 100, Score("- sequence: {order: exact, steps: [search]}", calls).PatternFidelity);
        Assert.Equal(0, Score("- count: {step: search, max: 5}", calls).PatternFidelity);
        Assert.Equal(0, Score("- budget: {steps: 20}", calls).PatternFidelity);

        var penalised = Score("- step: search", calls, penalty: 0.01);
        Assert.Equal(0.01, penalised.PatternFidelity!.Value, 12);
        Assert.Equal(99, penalised.UnexpectedSteps.Count);
        Assert.Equal(0, Score("- step: search", calls, penalty: 0.02).PatternFidelity);
    }

    [Fact]
    public void The_penalty_is_for_calls_that_serve_no_pattern()
    {
        const string patterns = "- step: {tool: search}\n- sequence: [read, write]\n- count: {step: log, max: 2}\n- before: {first: check, then: pay}\n- only: ['*']";
        var score = Score(patterns, Calls("search read write log log check pay search read log shred"), penalty: 0.1);
        Assert.Equal([(7, "search"), (8, "read"), (9, "log"), (10, "shred")], score.UnexpectedSteps.Select(step => (step.Breadcrumb, step.Name)));
        Assert.Equal((4.0 / 5) - 0.4, score.PatternFidelity!.Value, 12);
    }

    [Theory]
    [InlineData("{step: a, min: 2, max: 3}", "a b a", 1)]
    [InlineData("{step: a, min: 2, max: 3}", "a", 0)]
    [InlineData("{step: a, min: 2, max: 3}", "a a a a", 0)]
    [InlineData("{step: a, max: 1}", "b", 1)]
    [InlineData("{step: a}", "b", 0)]
    public void A_count_has_limits(string count, string calls, double fidelity) =>
        Assert.Equal(fidelity, Score($"- count: {count}", Calls(calls)).PatternFidelity);

    [Fact]
    public void What_is_forbidden_costs_its_weight_and_a_critical_one_everything()
    {
        var broken = Score("- forbid: {command: '*rm -rf*'}\n- step: {command: ls}", """[{"command":"ls"},{"command":"rm -rf /"}]""");
        Assert.Equal((0.5, false, false), (broken.PatternFidelity, broken.Vetoed, broken.CriticalMissed));
        Assert.Equal((1, "rm -rf /"), (broken.PatternsMissed[0].Breadcrumb, broken.PatternsMissed[0].Value));
        var vetoed = Score("- {forbid: {command: '*rm -rf*'}, critical: true}\n- step: {command: ls}", """[{"command":"ls"},{"command":"rm -rf /"}]""");
        Assert.Equal((0.0, true, true), (vetoed.PatternFidelity, vetoed.Vetoed, vetoed.CriticalMissed));
        Assert.Equal(0, vetoed.FidelityHigh);
        Assert.Equal(1, Score("- {forbid: {command: '*rm -rf*'}, critical: true}\n- step: {command: ls}", """[{"command":"ls"}]""").PatternFidelity);
    }

    [Theory]
    [InlineData("check pay", 1.0)]
    [InlineData("check x pay", 1.0)]
    [InlineData("pay check", 0.0)]
    [InlineData("check pay pay", 1.0)]
    [InlineData("pay check pay", 0.0)]
    [InlineData("check", null)]
    public void What_comes_first_comes_first_each_time(string calls, double? fidelity) =>
        Assert.Equal(fidelity, Score("- before: {first: check, then: pay}", Calls(calls)).PatternFidelity);

    [Theory]
    [InlineData("check x pay", 1.0)]
    [InlineData("check x x pay", 0.0)]
    [InlineData("check pay x pay", 0.0)]
    public void What_comes_first_may_have_to_be_near(string calls, double? fidelity) =>
        Assert.Equal(fidelity, Score("- before: {first: check, then: pay, within: {steps: 2}}", Calls(calls)).PatternFidelity);

    [Theory]
    [InlineData("{step: a, steps: 2}", "x a", 1.0)]
    [InlineData("{step: a, steps: 2}", "x x a", 0.0)]
    [InlineData("{step: a, after: b, steps: 1}", "b a b a", 1.0)]
    [InlineData("{step: a, after: b, steps: 1}", "b a b x a", 0.0)]
    [InlineData("{step: a, after: b, steps: 1}", "a", null)]
    public void A_step_has_to_come_in_time(string within, string calls, double? fidelity) =>
        Assert.Equal(fidelity, Score($"- within: {within}", Calls(calls)).PatternFidelity);

    [Theory]
    [InlineData("""[{"tool":"b","at":1000},{"tool":"a","at":1500}]""", 1.0)]
    [InlineData("""[{"tool":"b","at":1000},{"tool":"a","at":1501}]""", 0.0)]
    [InlineData("""[{"tool":"b","timestamp":"2026-11-24T10:00:00Z"},{"tool":"a","timestamp":"2026-11-24T10:00:00.5Z"}]""", 1.0)]
    [InlineData("""[{"tool":"b","timestamp":1795515300},{"tool":"a","timestamp":1795515301}]""", 0.0)]
    [InlineData("""[{"tool":"b"},{"tool":"a"}]""", null)]
    public void Time_between_steps_is_taken_from_the_steps(string breadcrumbs, double? fidelity) =>
        Assert.Equal(fidelity, Score("- within: {step: a, after: b, ms: 500}", breadcrumbs).PatternFidelity);

    [Theory]
    [InlineData("""["has_link=true","opened=true"]""", 1.0)]
    [InlineData("""["has_link=true"]""", 0.0)]
    [InlineData("""["has_link=false"]""", null)]
    public void A_consequence_is_asked_for_under_its_condition(string breadcrumbs, double? fidelity) =>
        Assert.Equal(fidelity, Score("- {if: has_link=true, then: opened=true}", breadcrumbs).PatternFidelity);

    [Fact]
    public void Otherwise_the_other_consequence_is_asked_for()
    {
        const string pattern = "- {if: has_link=true, then: opened=true, else: {forbid: open}}";
        Assert.Equal(1, Score(pattern, Calls("look")).PatternFidelity);
        Assert.Equal(0, Score(pattern, Calls("open")).PatternFidelity);
    }

    [Theory]
    [InlineData("a b", 1.0)]
    [InlineData("a", 0.5)]
    [InlineData("c", 1.0)]
    [InlineData("x", 0.0)]
    public void The_best_alternative_counts(string calls, double fidelity) =>
        Assert.Equal(fidelity, Score("- any_of: [{sequence: [a, b]}, {step: c}]", Calls(calls)).PatternFidelity);

    [Theory]
    [InlineData("read_file grep read_dir", 1)]
    [InlineData("read_file write_file", 0)]
    [InlineData("", 1)]
    public void Only_what_is_listed_may_be_called(string calls, double fidelity) =>
        Assert.Equal(fidelity, Score("- only: ['read_*', {tool: grep}]", Calls(calls)).PatternFidelity);

    [Theory]
    [InlineData("{steps: 3}", 1.0)]
    [InlineData("{steps: 2}", 0.0)]
    [InlineData("{tokens: 500}", 1.0)]
    [InlineData("{tokens: 499}", 0.0)]
    [InlineData("{time_ms: 80.5}", 1.0)]
    [InlineData("{time_ms: 80}", 0.0)]
    [InlineData("{retries: 1}", 1.0)]
    [InlineData("{retries: 0}", 0.0)]
    [InlineData("{steps: 9, tokens: 499}", 0.0)]
    public void A_budget_is_kept_or_not(string budget, double fidelity)
    {
        var evidence = Evidence("""[{"tool":"a","error":"busy"},{"tool":"a"},{"tool":"a"},"note"]""") with { Tokens = 500, TimeMs = 80.5 };
        Assert.Equal(fidelity, Score($"- budget: {budget}", evidence).PatternFidelity);
    }

    [Fact]
    public void A_budget_of_something_unknown_is_open()
    {
        var score = Score("- budget: {tokens: 500}\n- step: {tool: a}", Calls("a"));
        Assert.Equal((null, 0.5, 1.0), (score.PatternFidelity, score.FidelityLow, score.FidelityHigh));
        Assert.Equal("tokens unknown", Assert.Single(score.PatternsInconclusive).Reason);
    }

    [Fact]
    public void A_judge_decides_only_when_it_was_asked()
    {
        const string question = "Did the answer name the refund window?";
        const string patterns = $"- judge: {question}\n- step: {{tool: a}}";
        var open = Score(patterns, Calls("a"));
        Assert.Equal((1.0, 0.5, 1.0, "no judge was asked"), (open.PatternFidelity, open.FidelityLow, open.FidelityHigh, open.PatternsInconclusive[0].Reason));

        FidelityScore Judged(JudgeAnswer answer) => Score(patterns, Evidence(Calls("a")) with
        {
            Judgements = new Dictionary<string, Judgement> { [question] = new(answer, [0], "it says 30 days") },
        });
        Assert.Equal(1, Judged(JudgeAnswer.Yes).PatternFidelity);
        Assert.Equal(0.5, Judged(JudgeAnswer.No).PatternFidelity);
        Assert.Equal((0.5, 1.0), (Judged(JudgeAnswer.Abstain).FidelityLow, Judged(JudgeAnswer.Abstain).FidelityHigh));
        Assert.Equal((0, "the judge: it says 30 days"), (Judged(JudgeAnswer.Yes).PatternsFollowed[0].Breadcrumb, Judged(JudgeAnswer.Yes).PatternsFollowed[0].Reason));
    }

    [Theory]
    [InlineData("forbid: {tool: rm}")]
    [InlineData("only: [search]")]
    [InlineData("budget: {steps: 5}")]
    [InlineData("count: {step: rm, max: 0}")]
    [InlineData("judge: Was it polite?")]
    [InlineData("any_of: [{step: x}, {forbid: rm}]")]
    public void Who_crashes_gets_no_credit_for_what_did_not_happen(string rule)
    {
        var evidence = Evidence(Calls("search")) with { TimeMs = 5 };
        var crashed = Score("- " + rule, evidence with { Crashed = true });
        Assert.Equal(0, crashed.PatternFidelity);
        Assert.True(rule[0] == 'j' || Score("- " + rule, evidence).PatternFidelity == 1);
    }
}
