using System.Text.Json;

namespace WreSkills.Executions;

/// <summary>A call of a tool that a model asked for.</summary>
/// <param name="Id">The call's id.</param>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">An object; null when what came could not be read.</param>
public sealed record ChatToolCall(string Id, string Name, JsonElement? Arguments);

/// <summary>What came back from a model. A failure is a value, never an exception, and never an answer.</summary>
public sealed record ChatAnswer
{
    /// <summary>The answer's text; empty when there was none.</summary>
    public string Text { get; init; } = "";

    /// <summary>Tools that the model wants to call.</summary>
    public IReadOnlyList<ChatToolCall> ToolCalls { get; init => field = value ?? []; } = [];

    /// <summary>The model as the endpoint named it; null when it did not.</summary>
    public string? Model { get; init; }

    /// <summary>Tokens that were read; null when the endpoint does not count.</summary>
    public long? InputTokens { get; init; }

    /// <summary>Tokens that were written; null when the endpoint does not count.</summary>
    public long? OutputTokens { get; init; }

    /// <summary>Log probability of each token of the text, where asked for and offered; empty otherwise.</summary>
    public IReadOnlyList<TokenProbability> Tokens { get; init => field = value ?? []; } = [];

    /// <summary>Attempts that were made, from 1.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>Whether it was answered before and nothing was asked now.</summary>
    public bool Cached { get; init; }

    /// <summary><c>timeout</c>, <c>connection</c>, <c>rate_limited</c>, <c>http_status</c>, <c>truncated</c>, <c>refused</c> or <c>invalid_output</c>; null when it is an answer.</summary>
    public string? FailureType { get; init; }

    /// <summary>The failure in words; null when there was none.</summary>
    public string? Failure { get; init; }
}

/// <summary>A token with the probability it had.</summary>
/// <param name="Token">Its text.</param>
/// <param name="LogProbability">Natural logarithm of its probability, at most 0.</param>
public sealed record TokenProbability(string Token, double LogProbability);
