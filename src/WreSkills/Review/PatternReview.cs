using System.Globalization;

using WreSkills.Policy;
using WreSkills.Scoring;
using WreSkills.Skills;

namespace WreSkills.Review;

/// <summary>How the patterns of a skill fared; pure.</summary>
internal static class PatternReview
{
    private const int MostExecutions = 10;

    /// <summary>Every pattern with what is known of it: the weak ones first, critical ones before others, the largest expected gain first.</summary>
    /// <param name="patterns">What the skill declares.</param>
    /// <param name="executions">Those of the timeframe, oldest first.</param>
    /// <param name="before">Those before it; empty when there are none.</param>
    /// <param name="tolerated">Share of misses that the policy's gate leaves room for, 0–1.</param>
    public static IReadOnlyList<WeakPattern> Of(IReadOnlyList<ExpectedPattern> patterns, IReadOnlyList<ReviewedExecution> executions, IReadOnlyList<ReviewedExecution> before, double tolerated)
    {
        var declared = patterns.ToDictionary(pattern => pattern.Name);
        var names = patterns.Select(pattern => pattern.Name).Concat(executions.SelectMany(execution => execution.Shares.Keys)).Distinct();
        return
        [
            .. names.Select(name => Of(name, declared, executions, before, tolerated))
                .OrderByDescending(pattern => pattern.IsWeak).ThenByDescending(pattern => pattern.IsWeak && pattern.IsCritical)
                .ThenByDescending(pattern => pattern.ExpectedGain).ThenBy(pattern => pattern.Name, StringComparer.Ordinal)
                .Select((pattern, index) => pattern with { Id = string.Create(CultureInfo.InvariantCulture, $"P{index + 1}") }),
        ];
    }

    private static WeakPattern Of(
        string name, Dictionary<string, ExpectedPattern> declared, IReadOnlyList<ReviewedExecution> executions, IReadOnlyList<ReviewedExecution> before, double tolerated)
    {
        var pattern = declared.GetValueOrDefault(name);
        var (misses, bound) = (Misses(name, executions), new ConfidenceBound());
        foreach (var execution in executions.Where(execution => execution.Shares.ContainsKey(name)))
        {
            bound.Observe(execution.Shares[name] < 1 ? 1 : 0);
        }

        var then = Misses(name, before);
        var (file, line) = Source(pattern);
        return new WeakPattern
        {
            Id = "",
            Name = name,
            Misses = misses,
            AnytimeLow = bound.Lower,
            IsCritical = pattern?.Critical == true,
            Weight = pattern?.Weight ?? 1,
            File = file,
            Line = line,
            Executions = [.. executions.Reverse().Where(execution => execution.Shares.TryGetValue(name, out var share) && share < 1).Select(execution => execution.Id).Take(MostExecutions)],
            ExpectedGain = Gain(name, declared, executions),
            Before = then.Of == 0 ? null : then,
            IsWeak = misses.Hits > 0 && (pattern?.Critical == true || misses.Share > tolerated),
            IsCertain = misses.Hits > 0 && (pattern?.Critical == true || misses.Low > tolerated),
        };
    }

    private static MeasuredShare Misses(string name, IReadOnlyList<ReviewedExecution> executions)
    {
        var applied = executions.Where(execution => execution.Shares.ContainsKey(name)).ToList();
        return new MeasuredShare(applied.Count(execution => execution.Shares[name] < 1), applied.Count);
    }

    /// <summary>How much the mean fidelity of the scored executions would rise if a pattern were always followed and all else stayed.</summary>
    internal static double Gain(string name, IReadOnlyDictionary<string, ExpectedPattern> declared, IReadOnlyList<ReviewedExecution> executions)
    {
        var scored = executions.Where(execution => execution.IsScored).ToList();
        return scored.Count == 0 ? 0 : scored.Sum(execution => Gain(name, declared, execution)) / scored.Count;
    }

    private static double Gain(string name, IReadOnlyDictionary<string, ExpectedPattern> declared, ReviewedExecution execution)
    {
        double Weight(string pattern) => declared.GetValueOrDefault(pattern)?.Weight ?? 1;
        if (!execution.Shares.TryGetValue(name, out var share) || share >= 1)
        {
            return 0;
        }

        var (all, gained) = (execution.Shares.Sum(pattern => Weight(pattern.Key)), execution.Shares.Sum(pattern => Weight(pattern.Key) * pattern.Value));
        var others = execution.Shares.Any(pattern => pattern.Key != name && pattern.Value < 1 && Vetoes(declared.GetValueOrDefault(pattern.Key)));

        // A broken critical prohibition holds the fidelity at 0, whatever else is followed.
        return others ? 0
            : Vetoes(declared.GetValueOrDefault(name)) ? (gained + (Weight(name) * (1 - share))) / all
            : Weight(name) * (1 - share) / all;
    }

    private static bool Vetoes(ExpectedPattern? pattern) => pattern is { Critical: true, Rule: ForbidRule or OnlyRule };

    private static (string? File, int? Line) Source(ExpectedPattern? pattern)
    {
        var colon = pattern?.Source.LastIndexOf(':') ?? -1;
        return colon > 0 && int.TryParse(pattern!.Source.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var line)
            ? (pattern.Source[..colon], line)
            : (pattern?.Source, null);
    }
}
