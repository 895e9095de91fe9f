using System.Globalization;

using WreSkills.Benchmarks;
using WreSkills.Scoring;
using WreSkills.Skills;

namespace WreSkills.Review;

/// <summary>
/// Decides from a paired benchmark whether an edited text is better than the text as it is; pure. A case counts once however many trials it
/// has, because trials of one case are not independent: its score is the mean over them.
/// </summary>
public static class VariationComparison
{
    private const double Same = 1e-9;
    private const double Z = 1.959963984540054;
    private const int MostListed = 100;

    /// <summary>Compares.</summary>
    /// <param name="baseline">The text as it is.</param>
    /// <param name="candidate">The edited text, on the same cases.</param>
    /// <param name="draft">The draft with its patterns and cases.</param>
    /// <param name="alpha">Chance of a false improvement over all variations together, 0–1.</param>
    /// <param name="variations">How many are compared in this review, from 1.</param>
    public static VariationEvidence Of(BenchmarkResult baseline, BenchmarkResult candidate, SkillFolder draft, double alpha, int variations)
    {
        var (before, after) = (Scores(baseline), Scores(candidate));
        var pairs = draft.Cases.Where(item => before.ContainsKey(item.Id) && after.ContainsKey(item.Id)).ToList();
        var open = pairs.Where(item => !item.IsHoldout).Select(item => new ComparedCase(item.Id, before[item.Id], after[item.Id])).ToList();
        var holdout = pairs.Where(item => item.IsHoldout).Select(item => after[item.Id] - before[item.Id]).ToList();
        var evidence = new VariationEvidence
        {
            Agent = candidate.Agent,
            StartedAt = baseline.StartedAt,
            Baseline = Figures(baseline),
            Candidate = Figures(candidate),
            Cases = open.Count,
            Gain = open.Count == 0 ? 0 : open.Average(item => item.Candidate - item.Baseline),
            Better = open.Count(item => item.Candidate > item.Baseline + Same),
            Worse = open.Count(item => item.Candidate < item.Baseline - Same),
            Alpha = alpha / Math.Max(1, variations),
            Variations = variations,
            HoldoutCases = holdout.Count,
            HoldoutGain = holdout.Count == 0 ? null : holdout.Average(),
            Differing = [.. open.Where(item => Math.Abs(item.Candidate - item.Baseline) > Same).Take(MostListed)],
        };
        evidence = evidence with { PValue = SignTest(evidence.Better, evidence.Worse) };
        var reason = CriticalRegression(baseline, candidate, draft) ?? Regression(evidence);
        return evidence with { Kept = reason is null, Reason = reason ?? $"better: {Test(evidence)}." };
    }

    /// <summary>Chance of at least <paramref name="better"/> heads in so many throws of a fair coin.</summary>
    public static double SignTest(int better, int worse)
    {
        var of = better + worse;
        double sum = 0, logarithm = -of * Math.Log(2);
        for (var heads = 0; heads <= of; heads++)
        {
            sum += heads >= better ? Math.Exp(logarithm) : 0;
            logarithm += Math.Log((of - heads) / (heads + 1.0));
        }

        return Math.Min(1, sum);
    }

    private static string? Regression(VariationEvidence evidence)
    {
        if (evidence.HoldoutGain < -Same)
        {
            return "it is worse on the cases that are kept from the model (holdout): what it gains elsewhere does not carry over.";
        }

        if (evidence.Candidate.Passed < evidence.Baseline.Passed)
        {
            return $"fewer runs pass: {evidence.Candidate.Passed} of {evidence.Candidate.Runs}, before {evidence.Baseline.Passed}.";
        }

        if (evidence.PValue <= evidence.Alpha)
        {
            return null;
        }

        var least = 1;
        while (SignTest(least, 0) > evidence.Alpha)
        {
            least++;
        }

        return $"not shown to be better: {Test(evidence)}." + (evidence.Cases < least ? $" With {evidence.Cases} cases nothing can be shown; {least} are the least." : "");
    }

    private static string Test(VariationEvidence evidence) => string.Create(
        CultureInfo.InvariantCulture, $"{evidence.Better} cases better, {evidence.Worse} worse, {evidence.Cases - evidence.Better - evidence.Worse} the same; p {(evidence.PValue < 0.0001 ? "< 0.0001" : string.Create(CultureInfo.InvariantCulture, $"= {evidence.PValue:0.####}"))}, at most {evidence.Alpha:0.####} is asked for");

    // What is critical is not weighed against anything: one case that gets worse there is enough.
    private static string? CriticalRegression(BenchmarkResult baseline, BenchmarkResult candidate, SkillFolder draft)
    {
        if (candidate.CriticalFalseNegatives > baseline.CriticalFalseNegatives)
        {
            return $"a critical regression: {candidate.CriticalFalseNegatives} critical false negatives, before {baseline.CriticalFalseNegatives}.";
        }

        var holdout = draft.Cases.Where(item => item.IsHoldout).Select(item => item.Id).ToHashSet();
        var critical = draft.Cases.Where(item => item.Critical && item.ExpectedDecision is not null).Select(item => item.Id).ToHashSet();
        var patterns = draft.Patterns.Where(pattern => pattern.Critical).Select(pattern => pattern.Name).ToHashSet();
        var own = draft.Cases.ToDictionary(item => item.Id, item => item.Patterns.Where(pattern => pattern.Critical).Select(pattern => pattern.Name).ToHashSet());
        var before = baseline.Cases.ToDictionary(run => (run.Case, run.Trial));
        foreach (var run in candidate.Cases)
        {
            if (!before.TryGetValue((run.Case, run.Trial), out var then))
            {
                continue;
            }

            var where = holdout.Contains(run.Case) ? "a case of the holdout" : $"case {run.Case}";
            if (critical.Contains(run.Case) && then.OutcomeQuality is >= 0.5 && run.OutcomeQuality is not >= 0.5)
            {
                return $"a critical regression: {where} is critical and decided wrongly now.";
            }

            var missed = run.Patterns.Where(pattern => Missed(pattern)).Select(pattern => pattern.Name).Except(then.Patterns.Where(pattern => Missed(pattern)).Select(pattern => pattern.Name)).FirstOrDefault();
            if (missed is not null)
            {
                return $"a critical regression: the critical pattern {missed} is missed in {where} now.";
            }

            bool Missed(PatternOutcome pattern) => pattern.Verdict == "missed" && (pattern.OfCase ? own.GetValueOrDefault(run.Case)?.Contains(pattern.Name) == true : patterns.Contains(pattern.Name));
        }

        return null;
    }

    // Whether it passed, how far the patterns were followed, and whether the decision was right, as far as known; an exception is a 0.
    private static double Score(BenchmarkCaseResult run)
    {
        double?[] figures = [run.Passed ? 1 : 0, run.PatternFidelity, run.OutcomeQuality];
        return run.ExceptionType is not null ? 0 : figures.Average()!.Value;
    }

    private static Dictionary<string, double> Scores(BenchmarkResult result) => result.Cases.GroupBy(run => run.Case).ToDictionary(runs => runs.Key, runs => runs.Average(Score));

    private static ArmFigures Figures(BenchmarkResult result)
    {
        var share = new MeasuredShare(result.Passed, result.Runs);
        var values = result.Cases.Select(run => run.PatternFidelity).OfType<double>().ToList();
        var mean = values.Count == 0 ? 0 : values.Average();
        var reach = values.Count < 2 ? 0 : Z * Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1) / values.Count);
        return new ArmFigures
        {
            Runs = result.Runs,
            Passed = result.Passed,
            PassRate = share.Share,
            PassRateLow = share.Low,
            PassRateHigh = share.High,
            PatternFidelity = result.PatternFidelity,
            PatternFidelityLow = values.Count < 2 ? null : Math.Max(0, mean - reach),
            PatternFidelityHigh = values.Count < 2 ? null : Math.Min(1, mean + reach),
            OutcomeQuality = result.OutcomeQuality,
            FalsePositiveRate = result.FalsePositiveRate,
            CriticalFalseNegatives = result.CriticalFalseNegatives,
            ExecutionTimeMs = result.ExecutionTimeMs,
            Tokens = result.Tokens,
        };
    }
}
