using System.Text.Json.Nodes;

using WreSkills.Executions;
using WreSkills.Loading;
using WreSkills.Metrics;
using WreSkills.Registry;
using WreSkills.Scoring;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Benchmarks;

/// <summary>What every benchmark is made of: its jobs, one run of one case with its score, and the result they are summed up in. Records nothing.</summary>
internal sealed class CaseRunner(TimeProvider time)
{
    /// <summary>Every trial of every case.</summary>
    /// <param name="skill">The content whose cases they are.</param>
    /// <param name="consequence">What cannot be done without cases, to follow a comma; empty when that goes without saying.</param>
    /// <exception cref="WreException">There are no cases.</exception>
    public static List<(BenchmarkCase Case, int Trial)> Jobs(LoadedSkill skill, string consequence = "")
    {
        var jobs = skill.Folder.Cases.SelectMany(item => Enumerable.Range(1, item.Trials).Select(trial => (Case: item, Trial: trial))).ToList();
        return jobs.Count > 0
            ? jobs
            : throw new WreException($"{skill.Skill} has no benchmark cases{consequence}.", $"write evals/evals.json in {skill.Folder.Path}; docs/reference/json.md shows the format");
    }

    /// <summary>The result of a benchmark that ends now, without its figures.</summary>
    public BenchmarkResult Ended(LoadedSkill skill, IAgent agent, DateTimeOffset started) => new()
    {
        RunId = Guid.CreateVersion7(started).ToString(),
        Skill = skill.Skill,
        Digest = skill.Digest,
        Version = skill.Version ?? skill.Folder.Settings.Version,
        State = skill.State.Text(),
        Agent = agent.Name,
        StartedAt = Timestamp.ToIso(started),
        DurationSeconds = (time.GetUtcNow() - started).TotalSeconds,
    };

    /// <summary>Runs a case.</summary>
    /// <param name="skill">The content to run.</param>
    /// <param name="agent">The agent.</param>
    /// <param name="item">The case.</param>
    /// <param name="trial">Which trial, from 1.</param>
    /// <param name="judge">Who answers the questions of judge patterns; null for nobody.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<BenchmarkRun> RunAsync(LoadedSkill skill, IAgent agent, BenchmarkCase item, int trial, JudgeCascade? judge, CancellationToken cancellationToken)
    {
        var request = new AgentRequest
        {
            ExecutionId = Guid.CreateVersion7(time.GetUtcNow()).ToString(),
            Skill = skill,
            Key = "benchmark:" + item.Id,
            Prompt = item.Prompt,
            Input = item.Input,
            Tools = item.Tools,
            CacheKey = $"{skill.Digest}/{item.Id}/{trial}",
        };
        var truth = new JsonObject { ["case"] = item.Id, ["trial"] = trial, ["critical"] = item.Critical };
        if (item.ExpectedDecision is not null)
        {
            truth["expected_decision"] = item.ExpectedDecision;
        }

        if (item.Label is { } label)
        {
            truth["label"] = label == CaseLabel.Positive ? "positive" : "negative";
        }

        var (record, answer) = await AgentExecution.RunAsync(agent, request, truth, "benchmark", time, cancellationToken).ConfigureAwait(false);
        var evidence = ExecutionEvidence.Of(record with { Breadcrumbs = record.Breadcrumbs ?? [] })!;
        if (judge is not null)
        {
            evidence = await judge.JudgeAsync([.. skill.Folder.Patterns, .. item.Patterns], evidence, request.CacheKey, cancellationToken).ConfigureAwait(false);
        }

        var score = new PatternScorer(skill.Folder.Patterns, skill.Folder.Settings.UnexpectedStepPenalty).Score(evidence);
        var own = new PatternScorer(item.Patterns).Score(evidence);
        return new BenchmarkRun(item, trial, new ScoredExecution(record, score, OutcomeClass.Of(record, skill.Folder.Settings)), own, answer.Failure, answer.Log);
    }
}
