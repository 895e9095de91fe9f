using System.Text.Json;

using WreSkills.Executions;

namespace WreSkills.Hosting;

/// <summary>What Claude Code tells a hook on stdin.</summary>
/// <param name="Name">Name of the event, such as <c>Stop</c>.</param>
/// <param name="Session">Id of the session.</param>
public sealed record ClaudeHookEvent(string Name, string Session)
{
    /// <summary>Most bytes of an event: 16 MiB. What a tool answered is part of it.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    /// <summary>The transcript to read; null when the event names none.</summary>
    public string? Transcript { get; init; }

    /// <summary>The folder the session works in, or null.</summary>
    public string? Folder { get; init; }

    /// <summary>For an event about a tool: its name.</summary>
    public string? Tool { get; init; }

    /// <summary>For the tool that invokes a skill: the skill as the client writes it.</summary>
    public string? Skill { get; init; }

    /// <summary>For an event about a tool: id of the call; null where the client does not tell it.</summary>
    public string? ToolUseId { get; init; }

    /// <summary>True when a sub-agent ended that has a transcript of its own, which is <see cref="Transcript"/>.</summary>
    public bool HasOwnTranscript { get; init; }

    /// <summary>Reads an event.</summary>
    /// <exception cref="WreException">It is none.</exception>
    public static ClaudeHookEvent Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 128 });
            var root = document.RootElement;
            if (Text(root, "hook_event_name") is not { } name || Text(root, "session_id") is not { Length: > 0 and <= ExecutionRecordReader.MaxIdLength } session)
            {
                throw new WreException("The hook's input is no event: hook_event_name or session_id is missing.", "Claude Code writes it; see docs/guides/claude-code.md");
            }

            var input = root.TryGetProperty("tool_input", out var given) ? given : default;
            var own = name == "SubagentStop" ? Text(root, "agent_transcript_path") : null;
            return new ClaudeHookEvent(name, session)
            {
                Transcript = AtHome(own ?? Text(root, "transcript_path")),
                HasOwnTranscript = own is not null,
                Folder = AtHome(Text(root, "cwd")),
                Tool = Text(root, "tool_name"),
                Skill = Text(input, "skill") ?? Text(input, "command"),
                ToolUseId = Text(root, "tool_use_id"),
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new WreException("The hook's input is not valid JSON.", "Claude Code writes it; see docs/guides/claude-code.md", innerException: error);
        }
    }

    private static string? Text(JsonElement element, string name) => ClaudeTranscript.Text(element, name);

    private static string? AtHome(string? path) => path is not null && path.StartsWith("~/", StringComparison.Ordinal)
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..])
        : path;
}
