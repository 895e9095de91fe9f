using System.Globalization;

using WreSkills.Policy;
using WreSkills.Skills;

namespace WreSkills.Promotion;

/// <summary>The automated checks of policy 2.1, 2.2 and 4.2 as pure functions of the evidence.</summary>
public static class PromotionGates
{
    /// <summary>Prototype → staged (policy 2.1): the benchmark of the exact content.</summary>
    public static IReadOnlyList<GateResult> PrototypeToStaged(PromotionEvidence evidence, PrototypeGates gates)
    {
        var bench = new BenchmarkGates(evidence);
        return
        [
            SkillFolder(evidence),
            SecurityGate.Judge(evidence),
            bench.Fidelity(gates.PatternFidelity),
            bench.AtLeast("outcome_quality", "Outcome quality: correct decisions", result => (result.OutcomeQuality, result.OutcomeCount, "decisions"), gates.OutcomeQuality),
            bench.AtMost("critical_false_negatives", "Zero critical false negatives", result => result.CriticalFalseNegatives, gates.CriticalFalseNegatives),
            bench.FalsePositiveRate(gates.FalsePositiveRate),
            bench.AllExecuted(),
            bench.PassRate(gates.TestPassRate),
            bench.FalseNegatives(),
            Dependencies(evidence),
            DependencyHealth(evidence),
            MetricsDestinations(evidence),
            .. Reviewed(evidence),
            .. Settled(evidence),
        ];
    }

    /// <summary>Staged → production (policy 2.2): the live executions since staging.</summary>
    public static IReadOnlyList<GateResult> StagedToProduction(PromotionEvidence evidence, StagedGates gates)
    {
        var window = evidence.Window;
        var bench = new BenchmarkGates(evidence);
        return
        [
            SkillFolder(evidence),
            SecurityGate.Judge(evidence),
            SampleSize(evidence, gates.Executions),
            Sustained("sustained_pattern_fidelity", "Sustained pattern fidelity", window.Fidelity, gates.Executions, gates.PatternFidelity),
            Sustained("sustained_outcome_quality", "Sustained outcome quality", window.Outcomes, gates.Executions, gates.OutcomeQuality),
            Regression(evidence, gates),
            CriticalFailures(evidence, gates),
            ExecutionTime(evidence, gates),
            Consistency(evidence, gates),
            FalsePositiveRate(evidence, gates),
            FalseNegatives(evidence, gates),
            bench.PassRate(gates.TestPassRate),
            DependencyHealth(evidence),
            MetricsDestinations(evidence),
            .. Requalified(evidence),
            .. Reviewed(evidence),
            .. Settled(evidence),
        ];
    }

    /// <summary>True when every gate passes.</summary>
    public static bool AllPass(IReadOnlyList<GateResult> gates) => gates.All(gate => gate.Verdict == Verdict.Pass);

    private static GateResult SkillFolder(PromotionEvidence evidence)
    {
        const string title = "The content is sound and is what the registry names";
        return evidence.FolderProblem is { } problem
            ? new GateResult("skill_content", title, Verdict.Error, null, "readable", problem)
            : new GateResult("skill_content", title, Verdict.Pass, null, "readable", $"{evidence.Folder!.Files.Count} files, digest {evidence.Digest[..12]}.");
    }

    private static GateResult SampleSize(PromotionEvidence evidence, int required)
    {
        var count = evidence.Window.Executions;
        return new GateResult(
            "sample_size", "Sample size", count == 0 ? Verdict.NoData : count >= required ? Verdict.Pass : Verdict.Inconclusive,
            count, $"≥ {required}", count == 0 ? "No live execution since staging; `wre record` or `wre run` adds them." : $"{count} live executions since staging ({Sources(evidence)}).");
    }

    private static GateResult Sustained(string name, string title, IReadOnlyList<double> values, int required, double limit)
    {
        var last = values.TakeLast(required).ToList();
        var verdict = last.Count == 0 ? Verdict.NoData
            : last.Count < required ? Verdict.Inconclusive
            : Threshold.MeanIsBelow(last.Sum(), last.Count, limit) ? Verdict.Fail : Verdict.Pass;
        var evidence = last.Count == 0
            ? "No value since staging."
            : $"Mean of the last {last.Count} values since staging{(last.Count < required ? $"; {required} are needed" : "")}.";
        return new GateResult(name, $"{title} over {required} executions", verdict, last.Count == 0 ? null : last.Average(), $"≥ {Text(limit)}", evidence);
    }

    private static GateResult Regression(PromotionEvidence evidence, StagedGates gates)
    {
        const string name = "no_regression", title = "Zero regressions: no worse than the prototype baseline";
        var requirement = $"≥ baseline − {Text(gates.RegressionTolerance)}";
        if (evidence.Version?.PrototypeBaseline is not { PatternFidelity: { } fidelity, OutcomeQuality: { } outcome })
        {
            return new GateResult(name, title, Verdict.NoData, null, requirement, "The registry has no prototype baseline for this version.");
        }

        var window = evidence.Window;
        if (window.Fidelity.Count < gates.Executions || window.Outcomes.Count < gates.Executions)
        {
            var least = Math.Min(window.Fidelity.Count, window.Outcomes.Count);
            return new GateResult(name, title, least == 0 ? Verdict.NoData : Verdict.Inconclusive, null, requirement, $"{least} of {gates.Executions} executions with both figures so far.");
        }

        var (liveFidelity, liveOutcome) = (window.Fidelity.TakeLast(gates.Executions).ToList(), window.Outcomes.TakeLast(gates.Executions).ToList());
        var worse = Threshold.MeanIsBelow(liveFidelity.Sum(), liveFidelity.Count, fidelity - gates.RegressionTolerance)
            || Threshold.MeanIsBelow(liveOutcome.Sum(), liveOutcome.Count, outcome - gates.RegressionTolerance);
        var change = Math.Min(liveFidelity.Average() - fidelity, liveOutcome.Average() - outcome);
        return new GateResult(
            name, title, worse ? Verdict.Fail : Verdict.Pass, change, requirement,
            $"Fidelity {Text(liveFidelity.Average())} against {Text(fidelity)}, outcome {Text(liveOutcome.Average())} against {Text(outcome)}; the figure is the larger loss.");
    }

    private static GateResult CriticalFailures(PromotionEvidence evidence, StagedGates gates)
    {
        var (count, seen) = (evidence.Window.CriticalFailures, evidence.Window.Executions);
        var verdict = count > 0 ? Verdict.Fail : seen == 0 ? Verdict.NoData : seen < gates.Executions ? Verdict.Inconclusive : Verdict.Pass;
        return new GateResult(
            "no_critical_failures", $"No critical failures in the past {gates.Executions} executions", verdict, seen == 0 ? null : count, "0",
            count > 0 ? $"{count} critical failures: {string.Join(", ", evidence.Window.CriticalFalseNegativeIds.DefaultIfEmpty("critical pattern missed or critical exception"))}." : $"None in {Math.Min(seen, gates.Executions)} executions.");
    }

    private static GateResult ExecutionTime(PromotionEvidence evidence, StagedGates gates)
    {
        const string name = "average_execution_time", title = "Average execution time below the skill's own limit";
        if (evidence.Folder?.Settings.MaxExecutionTimeMs is not { } limit)
        {
            return new GateResult(name, title, Verdict.NoData, null, "< max_execution_time_ms", "The skill states no max_execution_time_ms; add it to the front matter or wre-skill.yaml.");
        }

        var times = evidence.Window.TimesMs.TakeLast(gates.Executions).ToList();
        var verdict = times.Count == 0 ? Verdict.NoData
            : times.Count < gates.Executions ? Verdict.Inconclusive
            : Threshold.RateIsBelow(times.Sum(), times.Count, limit) ? Verdict.Pass : Verdict.Fail;
        return new GateResult(name, title, verdict, times.Count == 0 ? null : Math.Round(times.Average(), 1), $"< {Text(limit)} ms", $"Mean of {times.Count} executions{(times.Count < gates.Executions ? $"; {gates.Executions} are needed" : "")}.");
    }

    // "Consistent pattern adherence": no stretch of executions that would have rolled the version back in production.
    private static GateResult Consistency(PromotionEvidence evidence, StagedGates gates)
    {
        var title = $"Consistent pattern adherence: every run of {gates.ConsistencyWindow} executions";
        var values = evidence.Window.Fidelity.TakeLast(gates.Executions).ToList();
        if (values.Count < gates.Executions)
        {
            return new GateResult("consistent_adherence", title, values.Count == 0 ? Verdict.NoData : Verdict.Inconclusive, null, $"≥ {Text(gates.ConsistencyFloor)}", $"{values.Count} of {gates.Executions} scored executions so far.");
        }

        var windows = Enumerable.Range(0, Math.Max(1, values.Count - gates.ConsistencyWindow + 1)).Select(start => values.Skip(start).Take(gates.ConsistencyWindow).ToList()).ToList();
        var broken = windows.Any(window => Threshold.MeanIsBelow(window.Sum(), window.Count, gates.ConsistencyFloor));
        return new GateResult(
            "consistent_adherence", title, broken ? Verdict.Fail : Verdict.Pass, windows.Min(window => window.Average()), $"≥ {Text(gates.ConsistencyFloor)}",
            $"The weakest run of {gates.ConsistencyWindow} among the last {values.Count} executions.");
    }

    private static GateResult FalsePositiveRate(PromotionEvidence evidence, StagedGates gates)
    {
        var negatives = evidence.Window.Negatives.TakeLast(gates.NegativesWindow).ToList();
        var hits = negatives.Count(hit => hit);
        var verdict = negatives.Count == 0 ? Verdict.NoData
            : negatives.Count < gates.NegativesMinimum ? Verdict.Inconclusive
            : Threshold.RateIsBelow(hits, negatives.Count, gates.FalsePositiveRate) ? Verdict.Pass : Verdict.Fail;
        return new GateResult(
            "false_positive_rate", "False positive rate", verdict, negatives.Count == 0 ? null : (double)hits / negatives.Count, $"< {Text(gates.FalsePositiveRate)}",
            negatives.Count == 0 ? "No negative with a known outcome since staging." : $"{hits} of the last {negatives.Count} negatives{(negatives.Count < gates.NegativesMinimum ? $"; at least {gates.NegativesMinimum} are needed" : "")}.");
    }

    private static GateResult FalseNegatives(PromotionEvidence evidence, StagedGates gates)
    {
        var window = evidence.Window;
        var critical = evidence.Folder?.Settings.Critical == true;
        var verdict = window.Outcomes.Count == 0 ? Verdict.NoData
            : critical && window.FalseNegatives > 0 ? Verdict.Fail
            : window.Outcomes.Count < gates.Executions ? Verdict.Inconclusive : Verdict.Pass;
        return new GateResult(
            "false_negative_count", "False negatives (0 required for critical skills)", verdict, window.Outcomes.Count == 0 ? null : window.FalseNegatives,
            critical ? "0" : "any (skill is not critical)", $"Among the last {window.Outcomes.Count} outcomes since staging.");
    }

    private static GateResult Dependencies(PromotionEvidence evidence)
    {
        const string name = "dependencies_section", title = "SKILL.md contains a complete dependencies section";
        const string requirement = "complete";
        if (evidence.Folder is not { } folder)
        {
            return new GateResult(name, title, Verdict.NoData, null, requirement, "The content cannot be read.");
        }

        var missing = folder.Settings.Dependencies.MissingKeys;
        return missing.Count == 0
            ? new GateResult(name, title, Verdict.Pass, null, requirement, $"{folder.Settings.Dependencies.All.Count()} dependencies stated.")
            : new GateResult(name, title, Verdict.Fail, null, requirement, $"`dependencies` lacks {string.Join(", ", missing)}; an empty list says that there are none.");
    }

    private static GateResult DependencyHealth(PromotionEvidence evidence)
    {
        var probed = evidence.Dependencies.Where(one => one.State is not null).ToList();
        var unhealthy = probed.Where(one => one.State!.Problem is not null).ToList();
        var unknown = evidence.Dependencies.Where(one => one.State is null).Select(one => one.Name).ToList();
        var words = evidence.Dependencies.Count == 0 ? "It names no data store and no MCP endpoint."
            : (unhealthy.Count > 0 ? string.Join(" ", unhealthy.Select(one => $"{one.Name}: {one.State!.Problem}.")) : $"{probed.Count} of {evidence.Dependencies.Count} answered.")
                + (unknown.Count > 0 ? $" wre.yaml has no probe for {string.Join(", ", unknown)}; the reviewer answers for {(unknown.Count == 1 ? "it" : "them")}, and `wre load` hands the skill out only with --no-inject until it is named there." : "");
        return new GateResult("dependency_health", "Data stores and MCP endpoints are available", unhealthy.Count > 0 ? Verdict.Fail : Verdict.Pass, null, "all", words);
    }

    // Only where the policy asks for it, and something changed.
    private static IEnumerable<GateResult> Requalified(PromotionEvidence evidence)
    {
        if (evidence.Requalify is not { } change)
        {
            yield break;
        }

        var since = DateTimeOffset.FromUnixTimeMilliseconds(change.After.TimestampMs);
        var done = evidence.Benchmark is { } benchmark && Storage.Timestamp.TryParse(benchmark.StartedAt, out var started) && started >= since && (change.After.Agent.Length == 0 || benchmark.Agent == change.After.Agent);
        yield return new GateResult(
            "requalified", "Benchmarked again since the agent or model changed", done ? Verdict.Pass : Verdict.Fail, null, "benchmarked",
            $"Since {Storage.Timestamp.ToIso(since)} {change.Sentence}{(done ? "." : "; run `wre bench --state staged` with it.")}");
    }

    private static GateResult MetricsDestinations(PromotionEvidence evidence) => new(
        "metrics_destinations", "Metrics write destinations configured", evidence.MetricsProblem is null ? Verdict.Pass : Verdict.Error, null, "writable",
        evidence.MetricsProblem ?? "A probe was written, flushed and removed.");

    // Policy 3.2: after a rollback a person reviews the failure report before the version gets another chance.
    private static IEnumerable<GateResult> Reviewed(PromotionEvidence evidence)
    {
        if (evidence.Version?.RolledBack is not { } rollback)
        {
            yield break;
        }

        yield return new GateResult(
            "failure_report_reviewed", "The failure report of its rollback was reviewed", rollback.ReviewedBy is null ? Verdict.Fail : Verdict.Pass, null, "reviewed",
            rollback.ReviewedBy is { } reviewer ? $"Reviewed by {reviewer} at {rollback.ReviewedAt}." : $"Rolled back at {rollback.At} ({rollback.Reason}); read it with `wre report show`, then `wre report review`.");
    }

    // So that one version is not promoted and rolled back in a loop. Undoing the rollback is the way around it, and needs the right to override.
    private static IEnumerable<GateResult> Settled(PromotionEvidence evidence)
    {
        if (evidence.Hysteresis is not var (rules, now) || evidence.Version is not { Rollbacks: > 0, LastRollback: { } last } version || !Storage.Timestamp.TryParse(last, out var at))
        {
            yield break;
        }

        var until = at.AddMinutes(rules.CooldownMinutes);
        var tooOften = version.Rollbacks >= rules.MostRollbacks;
        yield return new GateResult(
            "rollback_hysteresis", "It does not go to and fro between production and staged", tooOften || now < until ? Verdict.Fail : Verdict.Pass, version.Rollbacks, $"< {rules.MostRollbacks} rollbacks, {rules.CooldownMinutes} min ago",
            tooOften
                ? $"This very content was rolled back {version.Rollbacks} times; mend it and stage the next version, or let an approver who may override undo the rollback."
                : $"Rolled back at {last}; it may be promoted again from {Storage.Timestamp.ToIso(until)} on.");
    }

    private static string Sources(PromotionEvidence evidence) => evidence.Window.Sources.Count == 0
        ? "source unknown"
        : string.Join(", ", evidence.Window.Sources.Select(source => $"{source.Value} {source.Key}"));

    private static string Text(double value) => value.ToString("0.00##", CultureInfo.InvariantCulture);

    /// <summary>Gates over the benchmark of the exact content.</summary>
    private sealed class BenchmarkGates(PromotionEvidence evidence)
    {
        private const string Missing = "This exact content has no benchmark; run `wre bench --skill NAME`.";

        public GateResult AtLeast(string name, string title, Func<Benchmarks.BenchmarkResult, (double? Mean, int Count, string What)> figure, double limit)
        {
            var requirement = $"≥ {Text(limit)}";
            if (evidence.Benchmark is not { } benchmark)
            {
                return new GateResult(name, title, Verdict.NoData, null, requirement, Missing);
            }

            var (mean, count, what) = figure(benchmark);
            return mean is not { } value
                ? new GateResult(name, title, Verdict.NoData, null, requirement, $"The benchmark has no {what} that count.")
                : new GateResult(name, title, Threshold.MeanIsBelow(value * count, count, limit) ? Verdict.Fail : Verdict.Pass, value, requirement, $"{count} {what} by agent {benchmark.Agent} at {benchmark.StartedAt}.");
        }

        public GateResult PassRate(double limit) => Certified(AtLeast("test_pass_rate", "Benchmark cases passed", result => (result.TestPassRate, result.Runs, "runs"), limit));

        // Open patterns must not decide: what could still be on either side of the limit is neither.
        public GateResult Fidelity(double limit)
        {
            var gate = AtLeast("pattern_fidelity", "Pattern fidelity across all benchmark cases", result => (result.PatternFidelity, result.FidelityCount, "runs"), limit);
            if (Certified(gate) is { Verdict: Verdict.Inconclusive } doubted)
            {
                return doubted;
            }

            if (evidence.Benchmark is not { PatternFidelityLow: { } low, PatternFidelityHigh: { } high } benchmark || low >= high)
            {
                return gate;
            }

            var runs = benchmark.Cases.Count(run => run.FidelityLow is not null);
            return gate with
            {
                Verdict = !Threshold.MeanIsBelow(low * runs, runs, limit) ? Verdict.Pass : Threshold.MeanIsBelow(high * runs, runs, limit) ? Verdict.Fail : Verdict.Inconclusive,
                Evidence = $"{gate.Evidence} With what is open in them it is between {Text(low)} and {Text(high)}.",
            };
        }

        // A judge whose agreement with people nobody has measured may not decide, nor one that was changed since.
        private GateResult Certified(GateResult gate) => evidence.Benchmark?.Judge is { } judge && (judge.Uncertified ?? evidence.JudgeProblem) is { } reason && gate.Verdict is (Verdict.Pass or Verdict.Fail)
            ? gate with { Verdict = Verdict.Inconclusive, Evidence = $"{gate.Evidence} It leans on a judge that may not decide: {reason}; `wre judge calibrate` measures it, and another benchmark asks it." }
            : gate;

        public GateResult AtMost(string name, string title, Func<Benchmarks.BenchmarkResult, int> figure, int limit) => evidence.Benchmark is not { } benchmark
            ? new GateResult(name, title, Verdict.NoData, null, $"≤ {limit}", Missing)
            : benchmark.Positives == 0 || benchmark.OutcomeCount == 0
                ? new GateResult(name, title, Verdict.NoData, null, $"≤ {limit}", "No benchmark case is labelled positive; add cases with something to find.")
                : new GateResult(name, title, figure(benchmark) <= limit ? Verdict.Pass : Verdict.Fail, figure(benchmark), $"≤ {limit}", $"{benchmark.Positives} positives in the benchmark.");

        public GateResult FalsePositiveRate(double limit)
        {
            const string name = "false_positive_rate", title = "False positive rate";
            var requirement = $"< {Text(limit)}";
            return evidence.Benchmark switch
            {
                null => new GateResult(name, title, Verdict.NoData, null, requirement, Missing),
                { FalsePositiveRate: null } => new GateResult(name, title, Verdict.NoData, null, requirement, "No benchmark case is labelled negative; add cases with nothing to find."),
                { } benchmark => new GateResult(
                    name, title, Threshold.RateIsBelow(benchmark.FalsePositives, benchmark.Negatives, limit) ? Verdict.Pass : Verdict.Fail,
                    benchmark.FalsePositiveRate, requirement, $"{benchmark.FalsePositives} of {benchmark.Negatives} negatives were flagged."),
            };
        }

        public GateResult AllExecuted()
        {
            const string name = "benchmark_executed", title = "All benchmark test cases executed successfully";
            return evidence.Benchmark is not { Runs: > 0 } benchmark
                ? new GateResult(name, title, Verdict.NoData, null, "all", evidence.Benchmark is null ? Missing : "The benchmark has no runs.")
                : new GateResult(name, title, benchmark.Executed == benchmark.Runs ? Verdict.Pass : Verdict.Fail, benchmark.Executed, $"{benchmark.Runs} of {benchmark.Runs}", $"{benchmark.Runs - benchmark.Executed} runs ended in an exception or time-out.");
        }

        public GateResult FalseNegatives()
        {
            const string name = "false_negative_count", title = "False negatives (0 required for critical skills)";
            var critical = evidence.Folder?.Settings.Critical == true;
            var requirement = critical ? "0" : "any (skill is not critical)";
            return evidence.Benchmark is not { } benchmark
                ? new GateResult(name, title, Verdict.NoData, null, requirement, Missing)
                : benchmark.OutcomeCount == 0
                    ? new GateResult(name, title, Verdict.NoData, null, requirement, "The benchmark has no decisions that count.")
                    : new GateResult(name, title, critical && benchmark.FalseNegatives > 0 ? Verdict.Fail : Verdict.Pass, benchmark.FalseNegatives, requirement, $"{benchmark.Positives} positives in the benchmark.");
        }
    }
}
