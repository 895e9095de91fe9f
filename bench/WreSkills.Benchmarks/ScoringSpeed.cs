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
        var patterns = Enumerable.Range(0, 12).Select(index => new ExpectedPattern
        {
            Name = $"pattern_{index}",
            Rule = new ConditionRule(new PatternCondition($"check_{index}", PatternOperator.Equal, "true")),
            Source = "bench:1",
        }).ToList();
        using var document = JsonDocument.Parse("[" + string.Join(",", Enumerable.Range(0, 40).Select(index => $$"""{"step":"check_{{index}}","value":true,"tool":"grep"}""")) + "]");
        var breadcrumbs = document.RootElement.EnumerateArray().ToList();
        var micros = new double[Rounds];
        for (var round = -3; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var index = 0; index < PerRound; index++)
            {
                _ = PatternScorer.Score(patterns, breadcrumbs);
            }

            if (round >= 0)
            {
                micros[round] = Stopwatch.GetElapsedTime(start).TotalMicroseconds / PerRound;
            }
        }

        Array.Sort(micros);
        Console.WriteLine($"scoring, 12 patterns, 40 breadcrumbs: median {micros[Rounds / 2]:0.0} µs, min {micros[0]:0.0} µs, max {micros[^1]:0.0} µs per execution");
        return 0;
    }
}
