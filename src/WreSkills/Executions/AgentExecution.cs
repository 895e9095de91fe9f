using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Loading;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Executions;

/// <summary>Turns what an agent answered into a complete execution record, whoever the agent is and however it failed.</summary>
public static class AgentExecution
{
    // In a benchmark the case says what is right; where it says nothing, nothing can be told.
    private static readonly string[] s_grades = ["expected_decision", "label", "critical", "correct", "outcome_quality", "pattern_fidelity"];

    /// <summary>Runs a request and makes the record: what we know ourselves wins over what the agent claims.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="request">The request.</param>
    /// <param name="truth">Fields that are known from outside, such as <c>expected_decision</c>, <c>label</c>, <c>critical</c>; they win over the agent's.</param>
    /// <param name="source"><c>benchmark</c> or <c>live</c>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    public static async Task<(ExecutionRecord Record, AgentResult Result)> RunAsync(
        IAgent agent, AgentRequest request, JsonObject truth, string source, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        var result = await agent.ExecuteAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            return (Compose(agent, request, result, truth, source, started), result);
        }
        catch (Exception error) when (error is WreException or ArgumentException)
        {
            // The agent's record has impossible or repeated fields: that is the agent's failure, and an execution all the same.
            var problems = error is WreException { Problems: { Count: > 0 } all } ? all : [error.Message];
            var invalid = result with { Record = null, FailureType = "invalid_output", Failure = string.Join("; ", problems) };
            return (Compose(agent, request, invalid, truth, source, started), invalid);
        }
    }

    private static ExecutionRecord Compose(IAgent agent, AgentRequest request, AgentResult result, JsonObject truth, string source, DateTimeOffset started)
    {
        var json = result.Record is { } answer ? JsonNode.Parse(answer.GetRawText())!.AsObject() : [];
        LoadedSkill skill = request.Skill;
        json["execution_id"] = request.ExecutionId;
        json["skill"] = skill.Skill;
        json["version"] = skill.Version ?? skill.Folder.Settings.Version ?? "draft";
        json["digest"] = skill.Digest;
        json["state"] = skill.State.Text();
        json["state_serial"] = skill.StateSerial;
        json["timestamp"] = Timestamp.ToIso(started);
        json["agent"] = agent.Name;
        json["source"] = source;

        // What was measured wins: nobody gets faster by saying so.
        if (json["execution_time_ms"] is { } reported)
        {
            json["reported_execution_time_ms"] = reported.DeepClone();
        }

        json["execution_time_ms"] = Math.Round(result.ElapsedMs, 3);
        if (request.Key is not null)
        {
            json["key"] = request.Key;
        }

        // No agent grades itself: what is right comes from outside, or later.
        foreach (var grade in s_grades)
        {
            json.Remove(grade);
        }

        foreach (var (name, value) in truth)
        {
            json[name] = value?.DeepClone();
        }

        if (result.FailureType is not null)
        {
            json["exception"] = true;
            json["exception_type"] = result.FailureType;
            json["exception_message"] = result.Failure;
            json["breadcrumbs"] ??= new JsonArray();
        }
        else
        {
            json["exception"] ??= false;
            json["breadcrumbs"] ??= new JsonArray();
        }

        if (result.Log.Length > 0)
        {
            json["log"] = result.Log;
        }

        return ExecutionRecordReader.Read(json.ToJsonString(), $"the answer of agent '{agent.Name}'", skill.Skill, () => request.ExecutionId);
    }
}
