using System.Diagnostics;
using System.Text.Json;

using WreSkills.Scoring;
using WreSkills.Skills;

namespace WreSkills.Benchmarks.Speed;

/// <summary>Scores one execution again and again; the median of the rounds is the figure.</summary>
internal static class ScoringSpeed
{
    private const int Rounds = 21;
    private const int PerRound = 20_000;

    public static int Run(string[] arguments)
    {
        // Facts in the shortest form, and a mix of every kind that needs no model; both on breadcrumbs as an agent writes them.
        var facts = Enumerable.Range(0, 12).Select(index => Pattern(new ConditionRule(new PatternCondition($"check_{index}", PatternOperator.Equal, "true")))).ToList();
        List<ExpectedPattern> mixed =
        [
            .. facts.Take(4),
            Pattern(new StepRule(Call("tool_1", "n", 1))),
            Pattern(new StepRule(Call("tool_*", "n", 8))),
            Pattern(new SequenceRule([new(Call("tool_0"), 1), new(Call("tool_3"), 2), new(Call("tool_5"), 1)], Exact: false)),
            Pattern(new SetRule([new(Call("tool_2"), 1), new(Call("tool_1"), 1)], Exact: false)),
            Pattern(new CountRule(Call("tool_4"), 1, 9)),
            Pattern(new ForbidRule(Call("shred"))),
            Pattern(new BeforeRule(Call("tool_0"), Call("tool_5"), null)),
            Pattern(new BudgetRule(40, null, null, 3)),
        ];
        using var document = JsonDocument.Parse("[" + string.Join(",", Enumerable.Range(0, 40).Select(index => index % 2 == 0
            ? $$"""{"step":"check_{{index / 2}}","value":true,"note":"as the skill says"}"""
            : $$"""{"tool":"tool_{{index / 2 % 6}}","arguments":{"path":"src/a.cs","n":{{index / 2}} } }""")) + "]");
        var evidence = new ExecutionEvidence { Breadcrumbs = [.. document.RootElement.EnumerateArray()] };
        Measure("12 facts", new PatternScorer(facts), evidence);
        Measure("12 patterns of 8 kinds", new PatternScorer(mixed), evidence);
        return 0;
    }

    private static void Measure(string what, PatternScorer scorer, ExecutionEvidence evidence)
    {
        if (scorer.Score(evidence).PatternFidelity is not 1)
        {
            throw new InvalidOperationException("the execution follows every pattern, or the figure would be another");
        }

        var micros = new double[Rounds];
        for (var round = -3; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var index = 0; index < PerRound; index++)
            {
                _ = scorer.Score(evidence);
            }

            if (round >= 0)
            {
                micros[round] = Stopwatch.GetElapsedTime(start).TotalMicroseconds / PerRound;
            }
        }

        Array.Sort(micros);
        Console.WriteLine($"scoring, {what}, 40 breadcrumbs: median {micros[Rounds / 2]:0.0} µs, min {micros[0]:0.0} µs, max {micros[^1]:0.0} µs per execution");
    }

    private static ExpectedPattern Pattern(PatternRule rule) => new() { Name = rule.Describe(), Rule = rule, Source = "bench:1" };

    private static StepPattern Call(string name, string? argument = null, int value = 0) => new()
    {
        Kind = StepKind.Tool,
        Name = new NamePattern(name, name.EndsWith('*') ? NameComparison.Glob : NameComparison.Literal),
        Arguments = argument is null ? null : new ObjectValue([new(argument, new RangeValue(value, value))], Exact: false),
    };
}
