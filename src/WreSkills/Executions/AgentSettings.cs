namespace WreSkills.Executions;

/// <summary>Settings of an agent in <c>wre.yaml</c>, of kind <c>command</c> or <c>chat</c>.</summary>
public abstract record AgentSettings
{
    /// <summary>Name in <c>wre.yaml</c>.</summary>
    public required string Name { get; init; }

    /// <summary>How long one execution (command) or one answer (chat) may take. Default 60 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);
}
