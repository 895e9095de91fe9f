using WreSkills.Executions;
using WreSkills.Loading;
using WreSkills.Scoring;

namespace WreSkills.Benchmarks;

/// <summary>
/// Runs every case of a skill under two texts in pairs, one right after the other and each of them first in turn, so that what changes with
/// time (a busy machine, a model behind an endpoint) meets both alike. It records nothing: no execution, no metric, no benchmark result, so
/// that a trial of an edit is never evidence for or against what is live.
/// </summary>
public sealed class PairedBenchmark(TimeProvider time)
{
    /// <summary>Runs both.</summary>
    /// <param name="baseline">The text as it is; its cases are run.</param>
    /// <param name="candidate">The edited text.</param>
    /// <param name="agent">The agent.</param>
    /// <param name="parallel">Pairs at a time, from 1.</param>
    /// <param name="fidelityThreshold">Fidelity that a case without any other check must reach, 0–1.</param>
    /// <param name="progress">Told the number of finished pairs and of all; null for nobody.</param>
    /// <param name="judge">Who answers the questions of judge patterns; null for nobody.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="WreException">The skill has no benchmark cases.</exception>
    public async Task<(BenchmarkResult Baseline, BenchmarkResult Candidate)> RunAsync(
        LoadedSkill baseline, LoadedSkill candidate, IAgent agent, int parallel, double fidelityThreshold, Action<int, int>? progress, JudgeCascade? judge, CancellationToken cancellationToken)
    {
        var jobs = CaseRunner.Jobs(baseline, ", so no variation can be shown to be better");
        var (started, cases) = (time.GetUtcNow(), new CaseRunner(time));
        var (before, after) = (new BenchmarkRun[jobs.Count], new BenchmarkRun[jobs.Count]);
        var finished = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, parallel), CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, jobs.Count), options, async (index, token) =>
        {
            var (item, trial) = jobs[index];
            for (var turn = 0; turn < 2; turn++)
            {
                var edited = (index + turn) % 2 == 1;
                (edited ? after : before)[index] = await cases.RunAsync(edited ? candidate : baseline, agent, item, trial, judge, token).ConfigureAwait(false);
            }

            progress?.Invoke(Interlocked.Increment(ref finished), jobs.Count);
        }).ConfigureAwait(false);

        return (Sum(baseline, before), Sum(candidate, after));

        BenchmarkResult Sum(LoadedSkill skill, BenchmarkRun[] runs) => BenchmarkSummary.Of(cases.Ended(skill, agent, started), runs, fidelityThreshold);
    }
}
