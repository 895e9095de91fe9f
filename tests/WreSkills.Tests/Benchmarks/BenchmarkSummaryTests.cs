using WreSkills.Benchmarks;
using WreSkills.Executions;
using WreSkills.Metrics;
using WreSkills.Scoring;
using WreSkills.Skills;

namespace WreSkills.Tests.Benchmarks;

public class BenchmarkSummaryTests
{
    private static readonly SkillSettings s_settings = new() { NegativeDecisions = ["allow"] };

    [Fact]
    public void A_confusion_matrix_by_hand()
    {
        // True positives 3, false negatives 2 (one critical), true negatives 4, false positives 1.
        BenchmarkRun[] runs =
        [
            .. Enumerable.Repeat(Run("remove", "remove", 1), 3), Run("remove", "allow", 0.5), Run("remove", "allow", 0.5, critical: true),
            .. Enumerable.Repeat(Run("allow", "allow", 1), 4), Run("allow", "remove", 0),
        ];
        var result = Sum(runs);
        Assert.Equal((10, 10, 7, 0.7), (result.Runs, result.Executed, result.Passed, result.TestPassRate));
        Assert.Equal((10, 0.7, 5, 1, 0.2), (result.OutcomeCount, result.OutcomeQuality, result.Negatives, result.FalsePositives, result.FalsePositiveRate));
        Assert.Equal((5, 2, 1), (result.Positives, result.FalseNegatives, result.CriticalFalseNegatives));
        // (7 × 1 + 2 × .5 + 0) / 10.
        Assert.Equal((10, 0.8), (result.FidelityCount, result.PatternFidelity));
        Assert.Equal(20, result.ExecutionTimeMs);
        Assert.Equal("decided allow, expected remove", result.Cases[3].Reason);
    }

    [Theory]
    [InlineData("timeout")]
    [InlineData("exit_code")]
    public void A_run_that_crashed_is_a_failure_and_a_missed_positive(string type)
    {
        var result = Sum([Run("remove", null, 0, exception: type), Run("allow", null, 0, exception: type)]);
        Assert.Equal((2, 0, 0, 0.0), (result.Runs, result.Executed, result.Passed, result.TestPassRate));
        Assert.Equal((1, 1, 1, 0, 0.0), (result.Positives, result.FalseNegatives, result.Negatives, result.FalsePositives, result.OutcomeQuality));
        Assert.Equal((type, $"{type}: what went wrong", "its log"), (result.Cases[0].ExceptionType, result.Cases[0].Reason, result.Cases[0].Log));
        Assert.Equal(0, result.PatternFidelity);
    }

    [Fact]
    public void A_critical_case_that_crashed_is_a_critical_false_negative() =>
        Assert.Equal(1, Sum([Run("remove", null, 0, critical: true, exception: "timeout")]).CriticalFalseNegatives);

    [Fact]
    public void A_run_with_nothing_to_check_does_not_pass()
    {
        var result = Sum([Run(null, "whatever", null)]);
        Assert.Equal((0, 0, null), (result.Passed, result.OutcomeCount, result.OutcomeQuality));
        Assert.StartsWith("nothing to check", result.Cases[0].Reason!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.9, true)]
    [InlineData(0.89, false)]
    public void A_run_without_another_check_must_reach_the_fidelity(double fidelity, bool passed) =>
        Assert.Equal(passed, Sum([Run(null, null, fidelity)]).Cases[0].Passed);

    [Fact]
    public void The_patterns_of_the_case_are_a_check_of_their_own()
    {
        var result = Sum([Run("remove", "remove", 1) with { CaseScore = s_nothing with { PatternsMissed = [new("link_reported", null, null)] } }]);
        Assert.Equal((false, "missed link_reported"), (result.Cases[0].Passed, result.Cases[0].Reason));
        Assert.Equal(["link_reported"], result.Cases[0].PatternsMissed);
    }

    [Fact]
    public void Without_runs_every_rate_is_absent()
    {
        var result = Sum([]);
        Assert.Equal((0, null, null, null, null, null), (result.Runs, result.TestPassRate, result.PatternFidelity, result.OutcomeQuality, result.FalsePositiveRate, result.ExecutionTimeMs));
    }

    private static readonly FidelityScore s_nothing = new() { PatternsFollowed = [], PatternsMissed = [], PatternsNotApplicable = [] };

    [Theory]
    [InlineData(0.92, 1.0, null)]
    [InlineData(0.5, 1.0, "inconclusive: pattern fidelity is between 0.50 and 1.00; open: judged")]
    [InlineData(0.5, 0.8, "pattern fidelity 0.80 is below 0.90")]
    public void What_is_open_decides_nothing(double low, double high, string? reason)
    {
        var run = Run(null, null, null);
        var open = s_nothing with { FidelityLow = low, FidelityHigh = high, PatternsInconclusive = [new("judged", null, null)] };
        var result = Sum([run with { Execution = run.Execution with { Score = open } }]);
        Assert.Equal(reason, result.Cases[0].Reason);
        Assert.Equal((low, high), (result.PatternFidelityLow, result.PatternFidelityHigh));
    }

    private static BenchmarkResult Sum(IReadOnlyList<BenchmarkRun> runs) => BenchmarkSummary.Of(
        new BenchmarkResult { RunId = "run", Skill = "spam", Digest = "d", State = "prototype", Agent = "test", StartedAt = "2025-10-20T12:00:00Z" }, runs, 0.9);

    private static BenchmarkRun Run(string? expected, string? decision, double? fidelity, bool critical = false, string? exception = null)
    {
        var fields = new List<string> { "\"execution_time_ms\":20" };
        void Add(string name, string? value)
        {
            if (value is not null)
            {
                fields.Add($"\"{name}\":{value}");
            }
        }

        Add("expected_decision", expected is null ? null : $"\"{expected}\"");
        Add("decision", decision is null ? null : $"\"{decision}\"");
        Add("critical", critical ? "true" : null);
        Add("exception", exception is null ? null : "true");
        Add("exception_type", exception is null ? null : $"\"{exception}\"");
        var record = ExecutionRecordReader.Read($"{{{string.Join(',', fields)}}}", "test", "spam", () => "id");
        var score = s_nothing with { PatternFidelity = fidelity, FidelityLow = fidelity, FidelityHigh = fidelity };
        var item = new BenchmarkCase { Id = "case", ExpectedDecision = expected, Critical = critical };
        return new BenchmarkRun(item, 1, new ScoredExecution(record, score, OutcomeClass.Of(record, s_settings)), s_nothing, exception is null ? null : "what went wrong", "its log");
    }
}
