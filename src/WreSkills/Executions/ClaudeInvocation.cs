namespace WreSkills.Executions;

/// <summary>A step that an agent took: a call of a tool.</summary>
/// <param name="Tool">The tool's name.</param>
/// <param name="Arguments">Its arguments as JSON, long texts shortened.</param>
/// <param name="AtMs">When, milliseconds since the skill was invoked; null when unknown.</param>
/// <param name="Failed">Whether the tool answered with an error.</param>
public sealed record ClaudeStep(string Tool, string Arguments, double? AtMs, bool Failed);

/// <summary>One invocation of a skill as a transcript tells it, with what followed until the next skill or the end of the turn.</summary>
/// <param name="ToolUseId">Id of the call that invoked it; the same in every copy of the transcript.</param>
/// <param name="Name">The name as the client wrote it, such as <c>plugin:skill</c>.</param>
public sealed record ClaudeInvocation(string ToolUseId, string Name)
{
    /// <summary>Whether a sub-agent invoked it whose lines stand among those of the session.</summary>
    public bool BySubagent { get; init; }

    /// <summary>The folder whose <c>SKILL.md</c> the client read; null when the transcript does not say.</summary>
    public string? Folder { get; init; }

    /// <summary>When it was invoked.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the last thing happened that belongs to it.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What the agent did, in order, at most <see cref="ClaudeTranscript.MostSteps"/>.</summary>
    public IReadOnlyList<ClaudeStep> Steps { get; init; } = [];

    /// <summary>The model that worked last; null when unknown.</summary>
    public string? Model { get; init; }

    /// <summary>Tokens of the answers that belong to it: input, what was written to the cache, and output. What was read from the cache does not count.</summary>
    public long Tokens { get; init; }

    /// <summary>How it failed: <c>skill_error</c>, <c>interrupted</c> or <c>api_error</c>; null when it did not.</summary>
    public string? Failure { get; init; }
}
