using System.Text.Json;

using WreSkills.Benchmarks;
using WreSkills.Metrics;
using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Scanning;
using WreSkills.Skills;

namespace WreSkills.Tests.Promotion;

public sealed class PromotionGatesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static BenchmarkResult Benchmark => new()
    {
        RunId = "run",
        Skill = "spam",
        Digest = TestRegistry.Digest('a'),
        State = "prototype",
        Agent = "agent",
        StartedAt = TestRegistry.At,
        Runs = 100,
        Executed = 100,
        Passed = 95,
        TestPassRate = 0.95,
        FidelityCount = 100,
        PatternFidelity = 0.90,
        OutcomeCount = 100,
        OutcomeQuality = 0.85,
        Negatives = 21,
        FalsePositives = 1,
        FalsePositiveRate = 1 / 21.0,
        Positives = 79,
    };

    private static EvidenceWindow Window => new()
    {
        Executions = 100,
        Fidelity = Repeat(0.9, 100),
        Outcomes = [.. Repeat(1.0, 85), .. Repeat(0.0, 15)],
        Negatives = [true, .. Repeat(false, 20)],
        TimesMs = Repeat(249.9, 100),
        Exceptions = Repeat(false, 100),
    };

    private PromotionEvidence Evidence(string matter = "dependencies: none\nmax_execution_time_ms: 250\n") => new()
    {
        Skill = "spam",
        Folder = TestSkill.Read(_folder, ("SKILL.md", TestSkill.Text(matter))),
        Digest = TestRegistry.Digest('a'),
        Scan = new ScanReport { Root = "/skill", Files = 1 },
        Benchmark = Benchmark,
        Window = Window,
        Version = TestRegistry.Version('a', PromotionState.Staged) with { PrototypeBaseline = new BaselineEntry { PatternFidelity = 0.92, OutcomeQuality = 0.87, Executions = 100 } },
    };

    private static T[] Repeat<T>(T value, int count) => [.. Enumerable.Repeat(value, count)];

    private static Verdict Draft(PromotionEvidence evidence, string gate) => PromotionGates.PrototypeToStaged(evidence, new PrototypeGates()).Single(result => result.Name == gate).Verdict;

    private static Verdict Staged(PromotionEvidence evidence, string gate) => PromotionGates.StagedToProduction(evidence, new StagedGates()).Single(result => result.Name == gate).Verdict;

    [Fact]
    public void Evidence_exactly_at_every_boundary_passes_every_gate()
    {
        Assert.All(PromotionGates.PrototypeToStaged(Evidence(), new PrototypeGates()), gate => Assert.Equal((gate.Name, Verdict.Pass), (gate.Name, gate.Verdict)));
        Assert.All(PromotionGates.StagedToProduction(Evidence(), new StagedGates()), gate => Assert.Equal((gate.Name, Verdict.Pass), (gate.Name, gate.Verdict)));
    }

    [Fact]
    public void Shared_vectors_of_the_literal_promotion_hold()
    {
        using var document = JsonDocument.Parse(SharedData.ReadOrSkip("vectors/statistics.json"));
        var vectors = document.RootElement.GetProperty("literal_promotion");
        Verdict Expected(int index, string field) => vectors[index].GetProperty(field).GetBoolean() ? Verdict.Pass : Verdict.Fail;

        Assert.Equal(Expected(0, "pass"), Staged(Evidence() with { Window = Window with { Fidelity = Repeat(9 / 10.0, 100) } }, "sustained_pattern_fidelity"));
        Assert.Equal(Expected(1, "pass_85"), Staged(Evidence() with { Window = Window with { Outcomes = [.. Repeat(1.0, 85), .. Repeat(0.0, 15)] } }, "sustained_outcome_quality"));
        Assert.Equal(Expected(1, "pass_84"), Staged(Evidence() with { Window = Window with { Outcomes = [.. Repeat(1.0, 84), .. Repeat(0.0, 16)] } }, "sustained_outcome_quality"));
        Assert.Equal(Expected(2, "pass"), Staged(Evidence() with { Window = Window with { Negatives = [true, .. Repeat(false, 19)] } }, "false_positive_rate"));
        Assert.Equal(Expected(2, "pass"), Draft(Evidence() with { Benchmark = Benchmark with { Negatives = 20, FalsePositiveRate = 0.05 } }, "false_positive_rate"));
    }

    private static JudgeUse Judge(string? uncertified) => new() { Judge = "gemma", Prompt = "p", Questions = 3, Uncertified = uncertified };

    private static BenchmarkResult Open(BenchmarkResult result, double low, double high) =>
        result with { PatternFidelityLow = low, PatternFidelityHigh = high, Cases = [.. Enumerable.Range(0, 100).Select(index => new BenchmarkCaseResult { Case = $"c{index}", ExecutionId = "e", FidelityLow = low, FidelityHigh = high })] };

    [Fact]
    public void A_gate_that_leans_on_a_judge_without_certificate_says_why()
    {
        var changed = PromotionGates.PrototypeToStaged(Evidence() with { Benchmark = Benchmark with { Judge = Judge(null) }, JudgeProblem = "another answers now" }, new PrototypeGates()).Single(gate => gate.Name == "test_pass_rate");
        Assert.Equal(Verdict.Inconclusive, changed.Verdict);
        var gate = PromotionGates.PrototypeToStaged(Evidence() with { Benchmark = Benchmark with { Judge = Judge("kappa is 0.40, below 0.60") } }, new PrototypeGates()).Single(gate => gate.Name == "test_pass_rate");
        Assert.Contains("kappa is 0.40, below 0.60; `wre judge calibrate` measures it", gate.Evidence, StringComparison.Ordinal);
    }

    public static TheoryData<string, Verdict, Func<BenchmarkResult, BenchmarkResult>> DraftCases => new()
    {
        { "pattern_fidelity", Verdict.Inconclusive, result => result with { Judge = Judge("it was never measured") } },
        { "test_pass_rate", Verdict.Inconclusive, result => result with { Judge = Judge("it was never measured") } },
        { "outcome_quality", Verdict.Pass, result => result with { Judge = Judge("it was never measured") } },
        { "pattern_fidelity", Verdict.Pass, result => result with { Judge = Judge(null) } },
        { "pattern_fidelity", Verdict.Inconclusive, result => Open(result, 0.8, 0.95) },
        { "pattern_fidelity", Verdict.Pass, result => Open(result, 0.9, 1) },
        { "pattern_fidelity", Verdict.Fail, result => Open(result, 0.5, 0.89) },
        { "pattern_fidelity", Verdict.Fail, benchmark => benchmark with { PatternFidelity = 0.8999 } },
        { "pattern_fidelity", Verdict.NoData, benchmark => benchmark with { PatternFidelity = null, FidelityCount = 0 } },
        { "outcome_quality", Verdict.Fail, benchmark => benchmark with { OutcomeQuality = 0.84 } },
        { "outcome_quality", Verdict.NoData, benchmark => benchmark with { OutcomeQuality = null, OutcomeCount = 0 } },
        { "critical_false_negatives", Verdict.Fail, benchmark => benchmark with { CriticalFalseNegatives = 1 } },
        { "critical_false_negatives", Verdict.NoData, benchmark => benchmark with { OutcomeCount = 0 } },
        { "false_positive_rate", Verdict.Fail, benchmark => benchmark with { Negatives = 20, FalsePositives = 1, FalsePositiveRate = 0.05 } },
        { "false_positive_rate", Verdict.NoData, benchmark => benchmark with { Negatives = 0, FalsePositives = 0, FalsePositiveRate = null } },
        { "benchmark_executed", Verdict.Fail, benchmark => benchmark with { Executed = 99 } },
        { "benchmark_executed", Verdict.NoData, benchmark => benchmark with { Runs = 0, Executed = 0 } },
        { "test_pass_rate", Verdict.Fail, benchmark => benchmark with { TestPassRate = 0.94 } },
        { "test_pass_rate", Verdict.NoData, benchmark => benchmark with { TestPassRate = null, Runs = 0 } },
        { "false_negative_count", Verdict.Pass, benchmark => benchmark with { FalseNegatives = 3 } },
        { "false_negative_count", Verdict.NoData, benchmark => benchmark with { OutcomeCount = 0 } },
    };

    [Theory]
    [MemberData(nameof(DraftCases), DisableDiscoveryEnumeration = true)]
    public void Benchmark_gate_says(string gate, Verdict verdict, Func<BenchmarkResult, BenchmarkResult> change) => Assert.Equal(verdict, Draft(Evidence() with { Benchmark = change(Benchmark) }, gate));

    [Fact]
    public void Without_a_benchmark_no_benchmark_gate_passes()
    {
        string[] gates = ["pattern_fidelity", "outcome_quality", "critical_false_negatives", "false_positive_rate", "benchmark_executed", "test_pass_rate", "false_negative_count"];
        Assert.All(gates, gate => Assert.Equal(Verdict.NoData, Draft(Evidence() with { Benchmark = null }, gate)));
        Assert.Equal(Verdict.NoData, Staged(Evidence() with { Benchmark = null }, "test_pass_rate"));
    }

    [Fact]
    public void Critical_skill_may_not_miss_any_positive()
    {
        var critical = Evidence("critical: true\n");
        Assert.Equal(Verdict.Fail, Draft(critical with { Benchmark = Benchmark with { FalseNegatives = 1 } }, "false_negative_count"));
        Assert.Equal(Verdict.Fail, Staged(critical with { Window = Window with { FalseNegatives = 1 } }, "false_negative_count"));
        Assert.Equal(Verdict.Pass, Staged(critical, "false_negative_count"));
        Assert.Equal(Verdict.Pass, Staged(Evidence() with { Window = Window with { FalseNegatives = 1 } }, "false_negative_count"));
    }

    [Theory]
    [InlineData("dependencies: none\n", Verdict.Pass)]
    [InlineData("dependencies: {data_stores: []}\n", Verdict.Fail)]
    [InlineData("", Verdict.Fail)]
    public void Dependencies_must_be_complete(string matter, Verdict verdict) => Assert.Equal(verdict, Draft(Evidence(matter), "dependencies_section"));

    [Fact]
    public void Content_and_destinations_that_cannot_be_used_are_errors()
    {
        Assert.Equal(Verdict.Error, Draft(Evidence() with { Folder = null, FolderProblem = "gone" }, "skill_content"));
        Assert.Equal(Verdict.NoData, Draft(Evidence() with { Folder = null, FolderProblem = "gone" }, "dependencies_section"));
        Assert.Equal(Verdict.Error, Staged(Evidence() with { MetricsProblem = "read-only" }, "metrics_destinations"));
    }

    public static TheoryData<string, Verdict, Func<EvidenceWindow, EvidenceWindow>> StagedCases => new()
    {
        { "sample_size", Verdict.NoData, window => window with { Executions = 0 } },
        { "sample_size", Verdict.Inconclusive, window => window with { Executions = 99 } },
        { "sustained_pattern_fidelity", Verdict.NoData, window => window with { Fidelity = [] } },
        { "sustained_pattern_fidelity", Verdict.Inconclusive, window => window with { Fidelity = Repeat(1.0, 99) } },
        { "sustained_pattern_fidelity", Verdict.Fail, window => window with { Fidelity = [.. Repeat(0.9, 99), 0.89] } },
        { "sustained_pattern_fidelity", Verdict.Pass, window => window with { Fidelity = [0, .. Repeat(0.9, 100)] } },
        { "sustained_outcome_quality", Verdict.NoData, window => window with { Outcomes = [] } },
        { "sustained_outcome_quality", Verdict.Inconclusive, window => window with { Outcomes = Repeat(1.0, 99) } },
        { "sustained_outcome_quality", Verdict.Fail, window => window with { Outcomes = [.. Repeat(1.0, 84), .. Repeat(0.0, 16)] } },
        { "no_regression", Verdict.NoData, window => window with { Outcomes = [] } },
        { "no_regression", Verdict.Inconclusive, window => window with { Outcomes = Repeat(1.0, 99) } },
        { "no_regression", Verdict.Fail, window => window with { Fidelity = [.. Repeat(0.9, 99), 0.89] } },
        { "no_regression", Verdict.Fail, window => window with { Outcomes = [.. Repeat(1.0, 84), .. Repeat(0.0, 16)] } },
        { "no_critical_failures", Verdict.Fail, window => window with { CriticalFailures = 1 } },
        { "no_critical_failures", Verdict.Fail, window => window with { CriticalFailures = 1, Executions = 1 } },
        { "no_critical_failures", Verdict.NoData, window => window with { Executions = 0 } },
        { "no_critical_failures", Verdict.Inconclusive, window => window with { Executions = 99 } },
        { "average_execution_time", Verdict.NoData, window => window with { TimesMs = [] } },
        { "average_execution_time", Verdict.Inconclusive, window => window with { TimesMs = Repeat(1.0, 99) } },
        { "average_execution_time", Verdict.Fail, window => window with { TimesMs = Repeat(250.0, 100) } },
        { "consistent_adherence", Verdict.NoData, window => window with { Fidelity = [] } },
        { "consistent_adherence", Verdict.Inconclusive, window => window with { Fidelity = Repeat(1.0, 99) } },
        { "consistent_adherence", Verdict.Pass, window => window with { Fidelity = [.. Repeat(1.0, 50), .. Repeat(0.85, 10), .. Repeat(1.0, 40)] } },
        { "consistent_adherence", Verdict.Fail, window => window with { Fidelity = [.. Repeat(1.0, 50), .. Repeat(0.85, 9), 0.84, .. Repeat(1.0, 40)] } },
        { "false_positive_rate", Verdict.NoData, window => window with { Negatives = [] } },
        { "false_positive_rate", Verdict.Inconclusive, window => window with { Negatives = Repeat(false, 19) } },
        { "false_positive_rate", Verdict.Fail, window => window with { Negatives = [true, .. Repeat(false, 19)] } },
        { "false_positive_rate", Verdict.Pass, window => window with { Negatives = [.. Repeat(true, 50), .. Repeat(false, 100)] } },
        { "false_negative_count", Verdict.NoData, window => window with { Outcomes = [] } },
        { "false_negative_count", Verdict.Inconclusive, window => window with { Outcomes = Repeat(1.0, 99) } },
    };

    [Theory]
    [MemberData(nameof(StagedCases), DisableDiscoveryEnumeration = true)]
    public void Live_gate_says(string gate, Verdict verdict, Func<EvidenceWindow, EvidenceWindow> change) => Assert.Equal(verdict, Staged(Evidence() with { Window = change(Window) }, gate));

    [Fact]
    public void Mean_time_of_exactly_the_limit_is_not_below_it() =>
        Assert.Equal(Verdict.Fail, Staged(Evidence("max_execution_time_ms: 0.1\n") with { Window = Window with { TimesMs = Repeat(0.1, 100) } }, "average_execution_time"));

    [Fact]
    public void Gates_without_a_limit_or_baseline_have_no_data()
    {
        Assert.Equal(Verdict.NoData, Staged(Evidence(""), "average_execution_time"));
        Assert.Equal(Verdict.NoData, Staged(Evidence() with { Version = null }, "no_regression"));
    }

    [Fact]
    public void Rollback_must_be_reviewed_first()
    {
        var rolledBack = new RollbackEntry { Operation = "op", At = TestRegistry.At, Reason = "manual_override" };
        var version = TestRegistry.Version('a', PromotionState.Held) with { RolledBack = rolledBack };
        Assert.Equal(Verdict.Fail, Draft(Evidence() with { Version = version }, "failure_report_reviewed"));
        Assert.Equal(Verdict.Pass, Draft(Evidence() with { Version = version with { RolledBack = rolledBack with { ReviewedBy = "0102" } } }, "failure_report_reviewed"));
    }

    [Fact]
    public void Anything_but_a_pass_holds_the_promotion_up()
    {
        GateResult Gate(Verdict verdict) => new("g", "t", verdict, null, "", "");
        Assert.True(PromotionGates.AllPass([Gate(Verdict.Pass)]));
        Assert.All([Verdict.Fail, Verdict.Inconclusive, Verdict.NoData, Verdict.Error], verdict => Assert.False(PromotionGates.AllPass([Gate(Verdict.Pass), Gate(verdict)])));
    }
}
