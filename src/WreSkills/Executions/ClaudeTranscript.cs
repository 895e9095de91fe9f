using System.Text;
using System.Text.Json;

using WreSkills.Storage;

namespace WreSkills.Executions;

/// <summary>
/// Reads the invocations of skills from the transcript of a Claude Code session: JSON lines, of which only the end is read. Lines that cannot be
/// read, such as a torn last one, are passed over; what is repeated, because a resumed session begins with a copy, counts once.
/// </summary>
public sealed class ClaudeTranscript
{
    /// <summary>Bytes that are read from the end of the file: 4 MiB.</summary>
    public const int MostBytes = 4 * 1024 * 1024;

    /// <summary>Most steps of one invocation; later ones are left out.</summary>
    public const int MostSteps = 500;

    /// <summary>Most invocations, the latest ones.</summary>
    public const int MostInvocations = 50;

    /// <summary>Names under which the tool that invokes a skill is known.</summary>
    public const string SkillTool = "Skill";

    private const int MostIdCharacters = 128;
    private const int MostLanes = 64;

    // A sub-agent's lines stand among those of the session; each of them has its own course of steps.
    private readonly Dictionary<string, ClaudeTurn> _lanes = [];
    private readonly HashSet<string> _seen = [];
    private readonly List<ClaudeTurn.Invocation> _invocations = [];
    private readonly Dictionary<string, ClaudeTurn.Call> _calls = [];

    private ClaudeTranscript()
    {
    }

    /// <summary>Reads the end of a transcript.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The invocations in order; empty when there is no file or no skill in it.</returns>
    /// <exception cref="IOException">It is a link, no regular file, or cannot be read.</exception>
    public static IReadOnlyList<ClaudeInvocation> ReadTail(string path)
    {
        using var handle = UntrustedFile.Open(path);
        var length = RandomAccess.GetLength(handle);
        var from = Math.Max(0, length - MostBytes);
        var bytes = new byte[length - from];
        var read = 0;
        while (read < bytes.Length && RandomAccess.Read(handle, bytes.AsSpan(read), from + read) is > 0 and var count)
        {
            read += count;
        }

        var tail = bytes.AsMemory(0, read);
        return Read(from == 0 ? tail : tail[(tail.Span.IndexOf((byte)'\n') + 1)..]);
    }

    /// <summary>Reads whole lines.</summary>
    /// <param name="lines">JSON objects, each ended by a line feed.</param>
    public static IReadOnlyList<ClaudeInvocation> Read(ReadOnlyMemory<byte> lines)
    {
        // Most turns use no skill, and then nothing needs to be taken apart.
        if (lines.Span.IndexOf("\"Skill\""u8) < 0)
        {
            return [];
        }

        var transcript = new ClaudeTranscript();
        while (!lines.IsEmpty)
        {
            var end = lines.Span.IndexOf((byte)'\n');
            transcript.ReadLine(end < 0 ? lines : lines[..end]);
            lines = end < 0 ? default : lines[(end + 1)..];
        }

        return [.. transcript._invocations.TakeLast(MostInvocations).Select(invocation => invocation.Finish())];
    }

    private void ReadLine(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 128 });
            ReadEntry(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            // Torn, or written by a version that writes something else.
        }
    }

    private void ReadEntry(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object || Text(entry, "type") is not ("user" or "assistant") || Object(entry, "message") is not { } message
            || (Text(entry, "uuid") is { } id && !_seen.Add(id)))
        {
            return;
        }

        var lane = LaneOf(entry);
        var at = Text(entry, "timestamp") is { } time && Timestamp.TryParse(time, out var moment) ? moment : (DateTimeOffset?)null;
        if (Text(entry, "type") == "assistant")
        {
            ReadAssistant(entry, message, lane, at);
        }
        else
        {
            ReadUser(entry, message, lane, at);
        }
    }

    private ClaudeTurn LaneOf(JsonElement entry)
    {
        var name = Flag(entry, "isSidechain") ? Text(entry, "agentId") ?? "sidechain" : "";
        if (!_lanes.TryGetValue(name, out var lane))
        {
            // So many are no session's; the oldest of them are done.
            if (_lanes.Count >= MostLanes)
            {
                _lanes.Clear();
            }

            _lanes[name] = lane = new ClaudeTurn(name.Length > 0);
        }

        return lane;
    }

    private void ReadAssistant(JsonElement entry, JsonElement message, ClaudeTurn lane, DateTimeOffset? at)
    {
        lane.Answer(message, at, Flag(entry, "isApiErrorMessage"));
        foreach (var block in Blocks(message))
        {
            if (Text(block, "type") != "tool_use" || Text(block, "id") is not { Length: > 0 and <= MostIdCharacters } id || Text(block, "name") is not { } tool || !_seen.Add(id))
            {
                continue;
            }

            var input = Object(block, "input");
            if (tool == SkillTool)
            {
                if (input is not { } given || (Text(given, "skill") ?? Text(given, "command")) is not { Length: > 0 } skill)
                {
                    continue;
                }

                var invocation = lane.Begin(id, skill, at, message);
                _invocations.Add(invocation);
                _calls[id] = new ClaudeTurn.Call(invocation, null);
            }
            else if (lane.Current is { } current && current.Add(tool, input, at) is { } step)
            {
                _calls[id] = new ClaudeTurn.Call(current, step);
            }
        }
    }

    private void ReadUser(JsonElement entry, JsonElement message, ClaudeTurn lane, DateTimeOffset? at)
    {
        var (results, texts) = (false, new List<string>());
        foreach (var block in Blocks(message))
        {
            if (Text(block, "type") == "tool_result")
            {
                results = true;
                Result(block, at);
            }
            else if (Text(block, "text") is { } text)
            {
                texts.Add(text);
            }
        }

        if (message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String)
        {
            texts.Add(content.GetString()!);
        }

        if (texts.Exists(text => text.StartsWith("[Request interrupted by user", StringComparison.Ordinal)))
        {
            lane.Interrupt(at);
        }
        else if (Flag(entry, "isMeta"))
        {
            Base(entry, lane, texts);
        }
        else if (!results && texts.Count > 0 && !Flag(entry, "isCompactSummary"))
        {
            // Somebody says what to do next. A summary that stands for what was said so far is no such thing: the work goes on.
            lane.End();
        }
    }

    private void Result(JsonElement block, DateTimeOffset? at)
    {
        if (Text(block, "tool_use_id") is { } id && _calls.Remove(id, out var call))
        {
            call.Answer(Flag(block, "is_error"), at);
        }
    }

    // After the call the client puts the skill's text into the conversation, and says first from where.
    private void Base(JsonElement entry, ClaudeTurn lane, List<string> texts)
    {
        const string announcement = "Base directory for this skill:";
        if (texts.Find(text => text.StartsWith(announcement, StringComparison.Ordinal)) is not { } found)
        {
            return;
        }

        var folder = found.AsSpan(announcement.Length);
        folder = (folder.IndexOf('\n') is >= 0 and var end ? folder[..end] : folder).Trim();
        var invocation = Text(entry, "sourceToolUseID") is { } id ? _invocations.FindLast(known => known.Id == id) : lane.Current;
        if (invocation is not null && folder.Length is > 0 and <= 4096)
        {
            invocation.Folder = folder.ToString();
        }
    }

    internal static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    internal static JsonElement? Object(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    private static bool Flag(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static IEnumerable<JsonElement> Blocks(JsonElement message) =>
        message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Array ? content.EnumerateArray() : [];
}
