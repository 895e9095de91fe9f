using System.Text.Json.Nodes;

using WreSkills.Executions;
using WreSkills.Loading;
using WreSkills.Metrics;
using WreSkills.Scoring;
using WreSkills.Skills;

namespace WreSkills.Benchmarks;

/// <summary>Runs one case once and scores it; records nothing.</summary>
internal sealed class CaseRunner(TimeProvider time)
{
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
