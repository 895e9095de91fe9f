using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace WreSkills.Tests.Executions;

/// <summary>Writes a transcript as Claude Code does: one object a line, a block of an answer each, a second apart.</summary>
internal sealed class TranscriptWriter(string session = "5f0c3a52-session")
{
    public static readonly DateTimeOffset Start = new(2025, 10, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly StringBuilder _lines = new();
    private int _next;
    private string? _agent;

    public string Text => _lines.ToString();

    public ReadOnlyMemory<byte> Bytes => Encoding.UTF8.GetBytes(Text);

    /// <summary>From here on a sub-agent speaks, or the session itself again.</summary>
    public TranscriptWriter As(string? agent)
    {
        _agent = agent;
        return this;
    }

    public TranscriptWriter Prompt(string text) => Line("user", new JsonObject { ["role"] = "user", ["content"] = text });

    public TranscriptWriter Skill(string id, string skill, string message = "", string field = "skill") =>
        Use(id, "Skill", new JsonObject { [field] = skill }, message.Length > 0 ? message : $"msg-{id}");

    public TranscriptWriter Use(string id, string tool, JsonObject input, string? message = null) =>
        Answer(new JsonObject { ["type"] = "tool_use", ["id"] = id, ["name"] = tool, ["input"] = input }, message ?? $"msg-{id}");

    public TranscriptWriter Say(string text, string message) => Answer(new JsonObject { ["type"] = "text", ["text"] = text }, message);

    public TranscriptWriter Result(string id, bool error = false, string text = "done") => Line("user", new JsonObject
    {
        ["role"] = "user",
        ["content"] = new JsonArray(new JsonObject { ["tool_use_id"] = id, ["type"] = "tool_result", ["content"] = text, ["is_error"] = error }),
    });

    /// <summary>The skill's text, which the client puts into the conversation after the call.</summary>
    public TranscriptWriter Base(string id, string folder) => Line(
        "user", new JsonObject { ["role"] = "user", ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = $"Base directory for this skill: {folder}\n\n# Spam\nLook." }) },
        new JsonObject { ["isMeta"] = true, ["sourceToolUseID"] = id });

    public TranscriptWriter Interrupted() => Line("user", new JsonObject { ["role"] = "user", ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = "[Request interrupted by user for tool use]" }) });

    public TranscriptWriter Compacted()
    {
        Raw("""{"type":"system","subtype":"compact_boundary","uuid":"boundary","content":"Conversation compacted"}""");
        return Line("user", new JsonObject { ["role"] = "user", ["content"] = "This session is being continued from a previous conversation." }, new JsonObject { ["isCompactSummary"] = true });
    }

    public TranscriptWriter ApiError() => Line("assistant", new JsonObject { ["id"] = "err", ["model"] = "<synthetic>", ["role"] = "assistant", ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = "API Error: 529" }) }, new JsonObject { ["isApiErrorMessage"] = true });

    public TranscriptWriter Raw(string line)
    {
        _lines.Append(line).Append('\n');
        return this;
    }

    private TranscriptWriter Answer(JsonObject block, string message) => Line("assistant", new JsonObject
    {
        ["id"] = message,
        ["model"] = "claude-sonnet-4-5",
        ["role"] = "assistant",
        ["content"] = new JsonArray(block),
        ["usage"] = new JsonObject { ["input_tokens"] = 10, ["cache_creation_input_tokens"] = 100, ["cache_read_input_tokens"] = 5000, ["output_tokens"] = 7 },
    });

    private TranscriptWriter Line(string type, JsonObject message, JsonObject? more = null)
    {
        var line = new JsonObject
        {
            ["parentUuid"] = _next == 0 ? null : $"u{_next - 1}",
            ["isSidechain"] = _agent is not null,
            ["sessionId"] = session,
            ["type"] = type,
            ["message"] = message,
            ["uuid"] = $"u{_next}",
            ["timestamp"] = Start.AddSeconds(_next).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        };
        if (_agent is { Length: > 0 })
        {
            line["agentId"] = _agent;
        }

        foreach (var (name, value) in more ?? [])
        {
            line[name] = value?.DeepClone();
        }

        _next++;
        return Raw(line.ToJsonString());
    }
}
