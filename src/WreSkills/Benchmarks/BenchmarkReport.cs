using WreSkills.Scoring;

namespace WreSkills.Benchmarks;

/// <summary>How often one pattern was followed where it applied and was decided.</summary>
/// <param name="Name">The pattern.</param>
/// <param name="Rate">How often, with its 95 % interval.</param>
/// <param name="Inconclusive">Runs that leave it open.</param>
public sealed record PatternRate(string Name, MeasuredShare Rate, int Inconclusive);

/// <summary>Two runs' figure side by side.</summary>
/// <param name="Name">The figure.</param>
/// <param name="Now">In this run; null when it has none.</param>
/// <param name="Before">In the earlier run; null when it has none.</param>
/// <param name="Better">Whether more is better.</param>
public sealed record ComparedFigure(string Name, double? Now, double? Before, bool Better);

/// <summary>A benchmark as a report shows it: failures first, the matrix of cases and patterns, the comparison with another run; pure.</summary>
public sealed class BenchmarkReport
{
    /// <summary>Prepares a report.</summary>
    /// <param name="result">The run.</param>
    /// <param name="against">An earlier run or another version's; null for none.</param>
    public BenchmarkReport(BenchmarkResult result, BenchmarkResult? against)
    {
        (Result, Against) = (result, against);
        Failures = [.. result.Cases.Where(run => !run.Passed)];
        Patterns = [.. result.Cases.SelectMany(run => run.Patterns).Select(outcome => outcome.Name).Distinct()];
        Rates = [.. Patterns.Select(Rate)];
        Compared = against is null ? [] : Compare(result, against);
        var before = against?.Cases.GroupBy(run => run.Case).ToDictionary(group => group.Key, group => group.All(run => run.Passed)) ?? [];
        var now = result.Cases.GroupBy(run => run.Case).ToDictionary(group => group.Key, group => group.All(run => run.Passed));
        Broken = [.. now.Where(item => !item.Value && before.GetValueOrDefault(item.Key)).Select(item => item.Key)];
        Mended = [.. now.Where(item => item.Value && before.TryGetValue(item.Key, out var passed) && !passed).Select(item => item.Key)];
        OnlyNow = against is null ? [] : [.. now.Keys.Except(before.Keys)];
        OnlyBefore = [.. before.Keys.Except(now.Keys)];
    }

    /// <summary>The run.</summary>
    public BenchmarkResult Result { get; }

    /// <summary>The run that it is compared with, or null.</summary>
    public BenchmarkResult? Against { get; }

    /// <summary>Runs that did not pass, in order.</summary>
    public IReadOnlyList<BenchmarkCaseResult> Failures { get; }

    /// <summary>Names of all patterns, in order of appearance.</summary>
    public IReadOnlyList<string> Patterns { get; }

    /// <summary>How often each pattern was followed.</summary>
    public IReadOnlyList<PatternRate> Rates { get; }

    /// <summary>Figures beside those of the other run; empty without one.</summary>
    public IReadOnlyList<ComparedFigure> Compared { get; }

    /// <summary>Cases that passed before and do not now.</summary>
    public IReadOnlyList<string> Broken { get; }

    /// <summary>Cases that did not pass before and do now.</summary>
    public IReadOnlyList<string> Mended { get; }

    /// <summary>Cases that the other run does not have.</summary>
    public IReadOnlyList<string> OnlyNow { get; }

    /// <summary>Cases that only the other run has.</summary>
    public IReadOnlyList<string> OnlyBefore { get; }

    private PatternRate Rate(string name)
    {
        var outcomes = Result.Cases.SelectMany(run => run.Patterns).Where(outcome => outcome.Name == name).ToList();
        return new PatternRate(
            name, new MeasuredShare(outcomes.Count(outcome => outcome.Verdict == "followed"), outcomes.Count(outcome => outcome.Verdict is "followed" or "missed")), outcomes.Count(outcome => outcome.Verdict == "inconclusive"));
    }

    private static List<ComparedFigure> Compare(BenchmarkResult now, BenchmarkResult before) =>
    [
        new("pattern fidelity", now.PatternFidelity, before.PatternFidelity, true),
        new("outcome quality", now.OutcomeQuality, before.OutcomeQuality, true),
        new("test pass rate", now.TestPassRate, before.TestPassRate, true),
        new("false positive rate", now.FalsePositiveRate, before.FalsePositiveRate, false),
        new("critical false negatives", now.CriticalFalseNegatives, before.CriticalFalseNegatives, false),
        new("mean time (ms)", now.ExecutionTimeMs, before.ExecutionTimeMs, false),
        new("tokens", now.Tokens, before.Tokens, false),
    ];
}
