namespace WreSkills.Executions;

/// <summary>Settings of an agent of kind <c>chat</c>: a model behind an OpenAI-compatible endpoint.</summary>
public sealed record ChatAgentSettings : AgentSettings
{
    /// <summary>Ollama's endpoint on this machine, the default.</summary>
    public const string DefaultEndpoint = "http://localhost:11434/v1";

    /// <summary>The endpoint up to and with its version, such as <c>http://localhost:11434/v1</c>.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The model's name as the endpoint knows it.</summary>
    public required string Model { get; init; }

    /// <summary>Environment variable that holds the key; null when the endpoint wants none. The key itself is never stored.</summary>
    public string? ApiKeyVariable { get; init; }

    /// <summary>Sampling temperature; null for the endpoint's default.</summary>
    public double? Temperature { get; init; }

    /// <summary>Nucleus sampling; null for the endpoint's default.</summary>
    public double? TopP { get; init; }

    /// <summary>Most tokens of an answer; null for the endpoint's default.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Seed of the sampling; null for none.</summary>
    public long? Seed { get; init; }

    /// <summary>Attempts after a failure that may pass. Default 3.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>Pause before the first retry; it doubles each time, up to 30 s, and gains up to a quarter at random. Default 0.5 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Answers awaited at a time. Default 4.</summary>
    public int MaxParallel { get; init; } = 4;

    /// <summary>Whether answers come in pieces. Default false.</summary>
    public bool Stream { get; init; }

    /// <summary>Whether the answer's JSON Schema is sent along; turn it off for endpoints that refuse it. Default true.</summary>
    public bool Structured { get; init; } = true;

    /// <summary>Text before the skill's; empty for none.</summary>
    public string System { get; init; } = "";
}
