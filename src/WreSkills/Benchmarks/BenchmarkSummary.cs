using WreSkills.Metrics;
using WreSkills.Scoring;
using WreSkills.Skills;

namespace WreSkills.Benchmarks;

/// <summary>A run of a case with everything that is known about it.</summary>
/// <param name="Case">The case.</param>
/// <param name="Trial">Which trial, from 1.</param>
/// <param name="Execution">The scored execution.</param>
/// <param name="CaseScore">How the case's own patterns fared.</param>
/// <param name="Failure">What the agent did wrong, in words; null when it ran.</param>
/// <param name="Log">The agent's log.</param>
internal sealed record BenchmarkRun(BenchmarkCase Case, int Trial, ScoredExecution Execution, FidelityScore CaseScore, string? Failure, string Log);

/// <summary>Sums runs up; pure.</summary>
internal static class BenchmarkSummary
{
    /// <summary>Adds figures and cases to a result that says what was run.</summary>
    /// <param name="result">Identity of the run.</param>
    /// <param name="runs">All runs.</param>
    /// <param name="fidelityThreshold">Fidelity that a case without any other check must reach, 0–1.</param>
    public static BenchmarkResult Of(BenchmarkResult result, IReadOnlyList<BenchmarkRun> runs, double fidelityThreshold)
    {
        var cases = runs.Select(run => Judge(run, fidelityThreshold)).ToList();
        var summaries = Summaries(cases);
        var outcomes = runs.Select(run => run.Execution.Outcome).ToList();
        var negatives = outcomes.Count(outcome => outcome.Label == CaseLabel.Negative && outcome.FalsePositive is not null);
        var falsePositives = outcomes.Count(outcome => outcome.FalsePositive == true);
        return result with
        {
            Runs = cases.Count,
            Executed = cases.Count(item => item.ExceptionType is null),
            Passed = cases.Count(item => item.Passed),
            TestPassRate = cases.Count == 0 ? null : (double)cases.Count(item => item.Passed) / cases.Count,
            FidelityCount = cases.Count(item => item.PatternFidelity is not null),
            PatternFidelity = cases.Average(item => item.PatternFidelity),
            PatternFidelityLow = cases.Average(item => item.FidelityLow),
            PatternFidelityHigh = cases.Average(item => item.FidelityHigh),
            OutcomeCount = cases.Count(item => item.OutcomeQuality is not null),
            OutcomeQuality = cases.Average(item => item.OutcomeQuality),
            Negatives = negatives,
            FalsePositives = falsePositives,
            FalsePositiveRate = negatives == 0 ? null : (double)falsePositives / negatives,
            Positives = outcomes.Count(outcome => outcome.Label == CaseLabel.Positive && outcome.FalseNegative is not null),
            FalseNegatives = outcomes.Count(outcome => outcome.FalseNegative == true),
            CriticalFalseNegatives = outcomes.Count(outcome => outcome.CriticalFalseNegative),
            ExecutionTimeMs = cases.Count == 0 ? null : cases.Average(item => item.ExecutionTimeMs),
            Tokens = cases.Exists(item => item.Tokens is not null) ? cases.Sum(item => item.Tokens ?? 0) : null,
            PassPower = PassPower(summaries),
            CaseSummaries = summaries,
            Cases = cases,
        };
    }

    /// <summary>Chance that k runs in a row pass, estimated without bias from c of n: C(c, k) / C(n, k).</summary>
    public static double PassPower(int passed, int trials, int k)
    {
        var chance = 1.0;
        for (var i = 0; i < k; i++)
        {
            chance *= Math.Max(0, passed - i) / (double)(trials - i);
        }

        return chance;
    }

    private static double[] PassPower(IReadOnlyList<BenchmarkCaseSummary> cases) =>
        cases.Count == 0 ? [] : [.. Enumerable.Range(0, cases.Min(item => item.Trials)).Select(k => cases.Average(item => item.PassPower[k]))];

    private static List<BenchmarkCaseSummary> Summaries(IEnumerable<BenchmarkCaseResult> cases) => [.. cases.GroupBy(item => item.Case).Select(trials =>
    {
        var (count, passed) = (trials.Count(), trials.Count(item => item.Passed));
        return new BenchmarkCaseSummary
        {
            Case = trials.Key,
            Split = trials.First().Split,
            Trials = count,
            Passed = passed,
            PassPower = [.. Enumerable.Range(1, count).Select(k => PassPower(passed, count, k))],
            FidelityMean = trials.Average(item => item.PatternFidelity),
            FidelitySpread = Spread([.. trials.Select(item => item.PatternFidelity).OfType<double>()]),
            TimeMeanMs = trials.Average(item => item.ExecutionTimeMs),
            TimeSpreadMs = Spread([.. trials.Select(item => item.ExecutionTimeMs)]),
        };
    })];

    private static double? Spread(IReadOnlyList<double> values)
    {
        if (values.Count < 2)
        {
            return null;
        }

        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
    }

    private static IEnumerable<PatternOutcome> Outcomes(FidelityScore? score, bool ofCase) => score is null ? [] :
    [
        .. Outcomes(score.PatternsFollowed, "followed", ofCase), .. Outcomes(score.PatternsMissed, "missed", ofCase),
        .. Outcomes(score.PatternsInconclusive, "inconclusive", ofCase), .. Outcomes(score.PatternsNotApplicable, "not_applicable", ofCase),
    ];

    private static IEnumerable<PatternOutcome> Outcomes(IEnumerable<PatternProof> proofs, string verdict, bool ofCase) =>
        proofs.Select(proof => new PatternOutcome { Name = proof.Name, Verdict = verdict, Share = proof.Share, Breadcrumb = proof.Breadcrumb, Reason = proof.Reason, OfCase = ofCase });

    private static BenchmarkCaseResult Judge(BenchmarkRun run, double fidelityThreshold)
    {
        var record = run.Execution.Record;
        var fidelity = run.Execution.Score?.PatternFidelity;
        var reason = Reason(run, fidelity, fidelityThreshold);
        return new BenchmarkCaseResult
        {
            Case = run.Case.Id,
            Trial = run.Trial,
            ExecutionId = record.ExecutionId,
            Passed = reason is null,
            Reason = reason,
            Decision = record.Decision,
            ExpectedDecision = run.Case.ExpectedDecision,
            OutcomeQuality = record.OutcomeQuality,
            PatternFidelity = fidelity,
            PatternsMissed = [.. (run.Execution.Score?.PatternsMissed ?? []).Concat(run.CaseScore.PatternsMissed).Select(proof => proof.Name)],
            PatternsInconclusive = [.. (run.Execution.Score?.PatternsInconclusive ?? []).Concat(run.CaseScore.PatternsInconclusive).Select(proof => proof.Name)],
            FidelityLow = run.Execution.Score?.FidelityLow,
            FidelityHigh = run.Execution.Score?.FidelityHigh,
            ExceptionType = record.Exception == true ? record.ExceptionType ?? "exception" : null,
            Log = record.Exception == true ? run.Log : "",
            ExecutionTimeMs = record.ExecutionTimeMs ?? 0,
            Tokens = record.Tokens,
            Split = run.Case.Split,
            Patterns = [.. Outcomes(run.Execution.Score, ofCase: false), .. Outcomes(run.CaseScore, ofCase: true)],
        };
    }

    private static string? Reason(BenchmarkRun run, double? fidelity, double threshold)
    {
        var record = run.Execution.Record;
        if (record.Exception == true)
        {
            return $"{record.ExceptionType ?? "exception"}: {run.Failure ?? "the agent reported an exception"}";
        }

        if (run.Case.ExpectedDecision is { } expected && record.OutcomeQuality is not >= 0.5)
        {
            return $"decided {record.Decision ?? "nothing"}, expected {expected}";
        }

        if (run.CaseScore.PatternsMissed.Count > 0)
        {
            return "missed " + string.Join(", ", run.CaseScore.PatternsMissed.Select(proof => proof.Name));
        }

        if (run.CaseScore.PatternsInconclusive.Count > 0)
        {
            return "inconclusive: " + string.Join("; ", run.CaseScore.PatternsInconclusive.Select(proof => $"{proof.Name} ({proof.Reason})"));
        }

        if (run.Case.ExpectedDecision is not null || run.Case.Patterns.Count > 0)
        {
            return null;
        }

        return (run.Execution.Score?.FidelityLow, run.Execution.Score?.FidelityHigh) switch
        {
            ({ } low, { } high) when low < threshold && high >= threshold =>
                $"inconclusive: pattern fidelity is between {low:0.00} and {high:0.00}; open: {string.Join(", ", run.Execution.Score!.PatternsInconclusive.Select(proof => proof.Name))}",
            ({ } low, _) when low >= threshold => null,
            (_, { } high) => $"pattern fidelity {fidelity ?? high:0.00} is below {threshold:0.00}",
            _ => "nothing to check: no expected decision and no pattern that applies",
        };
    }
}
