using Microsoft.Extensions.Logging;

namespace WreSkills.Mcp;

/// <summary>What the server tells whoever runs it.</summary>
internal static partial class McpLog
{
    [LoggerMessage(1, LogLevel.Information, "{Transition} was left unfinished by another command; it is finished now")]
    public static partial void Finished(ILogger log, string transition);

    [LoggerMessage(2, LogLevel.Warning, "{Problem}")]
    public static partial void Unfinished(ILogger log, string problem);

    [LoggerMessage(3, LogLevel.Error, "{Request} failed unexpectedly")]
    public static partial void Unexpected(ILogger log, Exception error, string request);

    [LoggerMessage(4, LogLevel.Warning, "{Skill}: a report over MCP caused a rollback of {Version}: {Reason}")]
    public static partial void RolledBack(ILogger log, string skill, string? version, string? reason);
}
