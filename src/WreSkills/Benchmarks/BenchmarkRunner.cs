using WreSkills.Executions;
using WreSkills.Loading;
using WreSkills.Metrics;
using WreSkills.Scoring;

namespace WreSkills.Benchmarks;

/// <summary>Runs every case of a skill through an agent. A case that crashes or times out is a failure, never skipped.</summary>
public sealed class BenchmarkRunner(ExecutionLog log, MetricsLog metrics, BenchmarkStore store, TimeProvider time)
{
    /// <summary>Runs all cases, records every execution and stores the result.</summary>
    /// <param name="skill">The content to run.</param>
    /// <param name="agent">The agent.</param>
    /// <param name="parallel">Runs at a time, from 1.</param>
    /// <param name="fidelityThreshold">Fidelity that a case without any other check must reach, 0–1.</param>
    /// <param name="progress">Told the number of finished runs and of all; null for nobody.</param>
    /// <param name="cancellationToken">Stops the benchmark; nothing is recorded then.</param>
    /// <param name="judge">Who answers the questions of judge patterns, with the certificate for this skill; null for nobody.</param>
    /// <exception cref="WreException">The skill has no benchmark cases.</exception>
    public async Task<BenchmarkResult> RunAsync(
        LoadedSkill skill, IAgent agent, int parallel, double fidelityThreshold, Action<int, int>? progress, CancellationToken cancellationToken,
        (JudgeCascade Cascade, JudgeCertificate? Certificate)? judge = null)
    {
        var jobs = CaseRunner.Jobs(skill);
        var started = time.GetUtcNow();
        var cases = new CaseRunner(time);
        var runs = new BenchmarkRun[jobs.Count];
        var finished = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, parallel), CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, jobs.Count), options, async (index, token) =>
        {
            runs[index] = await cases.RunAsync(skill, agent, jobs[index].Case, jobs[index].Trial, judge?.Cascade, token).ConfigureAwait(false);
            progress?.Invoke(Interlocked.Increment(ref finished), jobs.Count);
        }).ConfigureAwait(false);

        var result = BenchmarkSummary.Of(
            cases.Ended(skill, agent, started) with { Judge = judge is { Cascade.Questions: > 0 } used ? Use(used.Cascade, used.Certificate) : null },
            runs,
            fidelityThreshold);
        log.Append(skill.Skill, runs.Select(run => run.Execution.Record), time.GetUtcNow());
        metrics.Append(skill.Skill, [.. runs.Select(run => run.Execution)]);
        store.Save(result);
        return result;
    }

    private static JudgeUse Use(JudgeCascade judge, JudgeCertificate? certificate) => new()
    {
        Judge = judge.Identity,
        Model = judge.Model,
        Prompt = JudgePrompt.Digest,
        Questions = judge.Questions,
        Uncertified = certificate is null ? "it was never measured against people's labels" : certificate.Problem(judge.Identity, judge.Model, JudgePrompt.Digest),
    };
}
