using System.Text.Json;

using WreSkills.Loading;
using WreSkills.Skills;

namespace WreSkills.Executions;

/// <summary>Runs a loaded skill on one input. Implement it to connect an agent of your own.</summary>
public interface IAgent
{
    /// <summary>The name under which executions report it.</summary>
    string Name { get; }

    /// <summary>Runs the skill. A crash, a time-out or nonsense on the agent's side is a result, never an exception.</summary>
    Task<AgentResult> ExecuteAsync(AgentRequest request, CancellationToken cancellationToken);
}

/// <summary>What an agent is asked.</summary>
public sealed record AgentRequest
{
    /// <summary>Id of the execution.</summary>
    public required string ExecutionId { get; init; }

    /// <summary>The version to follow.</summary>
    public required LoadedSkill Skill { get; init; }

    /// <summary>What identifies the request for the traffic split, or null.</summary>
    public string? Key { get; init; }

    /// <summary>The prompt; empty when the input is all.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>Structured input, or null.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>Tools that a benchmark case offers; empty otherwise.</summary>
    public IReadOnlyList<CaseTool> Tools { get; init; } = [];

    /// <summary>Under what a model's answer may be kept and used again, such as digest, case and trial; null to ask anew.</summary>
    public string? CacheKey { get; init; }
}

/// <summary>What came back from an agent.</summary>
public sealed record AgentResult
{
    /// <summary>The record as the agent wrote it, one JSON object; null when it failed.</summary>
    public JsonElement? Record { get; init; }

    /// <summary>What went wrong, such as <c>timeout</c>, <c>exit_code</c>, <c>invalid_output</c>; null when nothing did.</summary>
    public string? FailureType { get; init; }

    /// <summary>The failure in words; null when there was none.</summary>
    public string? Failure { get; init; }

    /// <summary>Milliseconds as measured from outside.</summary>
    public required double ElapsedMs { get; init; }

    /// <summary>What the agent wrote to its log, at most the last 64 KiB.</summary>
    public string Log { get; init; } = "";
}
