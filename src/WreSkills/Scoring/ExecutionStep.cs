using System.Runtime.InteropServices;
using System.Text.Json;

using WreSkills.Executions;
using WreSkills.Scanning;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Scoring;

/// <summary>One step of a run, as a breadcrumb tells it; <c>docs/reference/patterns.md</c> lists the spellings that are read.</summary>
public sealed record ExecutionStep
{
    /// <summary>Index of the breadcrumb, from 0; several calls may share one.</summary>
    public required int Breadcrumb { get; init; }

    /// <summary>What kind of step; <see cref="StepKind.Fact"/> for everything that is neither a call nor a message.</summary>
    public required StepKind Kind { get; init; }

    /// <summary>The tool's or skill's name, the command line, the message's text; empty for a statement.</summary>
    public string Name { get; init; } = "";

    /// <summary>The call's arguments; null when the breadcrumb does not tell them.</summary>
    public JsonElement? Arguments { get; init; }

    /// <summary>The call's result; null when the breadcrumb does not tell it.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>Whether the call failed, as far as the breadcrumb tells.</summary>
    public bool Failed { get; init; }

    /// <summary>Who says a message, or null.</summary>
    public string? Role { get; init; }

    /// <summary>When it happened, in milliseconds on any one clock; null when the breadcrumb does not tell it.</summary>
    public double? TimeMs { get; init; }

    /// <summary>True when the breadcrumb was redacted as a whole, so that it might have been anything.</summary>
    public bool Redacted { get; init; }

    /// <summary>Whether it is a call of a tool, a command or a skill.</summary>
    public bool IsCall => Kind is StepKind.Tool or StepKind.Command or StepKind.Skill;

    /// <summary>Reads the steps of an execution in order.</summary>
    public static IReadOnlyList<ExecutionStep> Read(IReadOnlyList<JsonElement> breadcrumbs)
    {
        var steps = new List<ExecutionStep>(breadcrumbs.Count);
        for (var index = 0; index < breadcrumbs.Count; index++)
        {
            var breadcrumb = breadcrumbs[index];
            if (breadcrumb.ValueKind == JsonValueKind.Object)
            {
                ReadObject(breadcrumb, index, steps);
            }
            else
            {
                var redacted = breadcrumb.ValueKind == JsonValueKind.String && Redaction.IsMarker(breadcrumb.GetString());
                steps.Add(new ExecutionStep { Breadcrumb = index, Kind = StepKind.Fact, Redacted = redacted });
            }
        }

        return steps;
    }

    private static void ReadObject(JsonElement breadcrumb, int index, List<ExecutionStep> steps)
    {
        var fields = default(Fields);
        foreach (var property in breadcrumb.EnumerateObject())
        {
            fields.Read(JsonMarshal.GetRawUtf8PropertyName(property), property.Value);
        }

        if (fields.Calls.ValueKind == JsonValueKind.Array && fields.Calls.GetArrayLength() > 0)
        {
            foreach (var call in fields.Calls.EnumerateArray())
            {
                var inner = default(Fields);
                foreach (var property in call.ValueKind == JsonValueKind.Object ? call.EnumerateObject() : default)
                {
                    inner.Read(JsonMarshal.GetRawUtf8PropertyName(property), property.Value);
                }

                var step = inner.Step(index);
                steps.Add(step.Kind == StepKind.Fact && inner.Name.ValueKind == JsonValueKind.String ? step with { Kind = StepKind.Tool, Name = inner.Name.GetString()!, TimeMs = fields.TimeMs } : step with { TimeMs = fields.TimeMs });
            }

            return;
        }

        steps.Add(fields.Step(index));
    }

    // The properties that matter, whatever order they come in.
    private struct Fields
    {
        private JsonElement _type;
        private JsonElement _tool;
        private JsonElement _function;
        private JsonElement _command;
        private JsonElement _skill;
        private JsonElement _role;
        private JsonElement _text;
        private JsonElement _arguments;
        private JsonElement _result;
        private JsonElement _time;
        private double? _seconds;
        private bool _failed;
        private bool _redacted;
        private bool _statement;

        public JsonElement Calls { get; private set; }

        public JsonElement Name { get; private set; }

        // A number under `timestamp` is Unix seconds, elsewhere milliseconds.
        public readonly double? TimeMs => _seconds is { } seconds ? seconds * 1000 : _time.ValueKind switch
        {
            JsonValueKind.Number => _time.GetDouble(),
            JsonValueKind.String when Timestamp.TryParse(_time.GetString(), out var moment) => (moment - DateTimeOffset.UnixEpoch).TotalMilliseconds,
            _ => null,
        };

        public void Read(ReadOnlySpan<byte> name, JsonElement value)
        {
            switch (name.Length)
            {
                case 2 when name.SequenceEqual("ok"u8): _failed |= value.ValueKind == JsonValueKind.False; break;
                case 2 when name.SequenceEqual("at"u8): _time = value; break;
                case 4 when name.SequenceEqual("type"u8) || name.SequenceEqual("kind"u8): _type = value; break;
                case 4 when name.SequenceEqual("tool"u8): _tool = value; break;
                case 4 when name.SequenceEqual("name"u8): Name = value; break;
                case 4 when name.SequenceEqual("role"u8): _role = value; break;
                case 4 when name.SequenceEqual("text"u8): _text = value; break;
                case 4 when name.SequenceEqual("args"u8): _arguments = value; break;
                case 4 when name.SequenceEqual("step"u8) || name.SequenceEqual("fact"u8): _statement = true; break;
                case 5 when name.SequenceEqual("skill"u8): _skill = value; break;
                case 5 when name.SequenceEqual("input"u8): _arguments = value; break;
                case 5 when name.SequenceEqual("error"u8): _failed |= value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False); break;
                case 6 when name.SequenceEqual("result"u8) || name.SequenceEqual("output"u8): _result = value; break;
                case 6 when name.SequenceEqual("params"u8): _arguments = value; break;
                case 6 when name.SequenceEqual("status"u8): _failed |= value.ValueKind == JsonValueKind.String && (value.ValueEquals("error"u8) || value.ValueEquals("failed"u8)); break;
                case 7 when name.SequenceEqual("command"u8): _command = value; break;
                case 7 when name.SequenceEqual("content"u8): _text = value; break;
                case 7 when name.SequenceEqual("pattern"u8): _statement = true; break;
                case 7 when name.SequenceEqual("success"u8): _failed |= value.ValueKind == JsonValueKind.False; break;
                case 8 when name.SequenceEqual("function"u8): _function = value; break;
                case 8 when name.SequenceEqual("is_error"u8): _failed |= value.ValueKind == JsonValueKind.True; break;
                case 8 when name.SequenceEqual("redacted"u8): _redacted = value.ValueKind == JsonValueKind.True; break;
                case 9 when name.SequenceEqual("arguments"u8): _arguments = value; break;
                case 9 when name.SequenceEqual("tool_name"u8): _tool = value; break;
                case 9 when name.SequenceEqual("timestamp"u8): _time = value.ValueKind == JsonValueKind.Number ? default : value; _seconds = value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null; break;
                case 9 when name.SequenceEqual("exit_code"u8): _failed |= value.ValueKind == JsonValueKind.Number && value.GetDouble() != 0; break;
                case 10 when name.SequenceEqual("tool_calls"u8): Calls = value; break;
                case 10 when name.SequenceEqual("tool_input"u8) || name.SequenceEqual("parameters"u8): _arguments = value; break;
                case 10 when name.SequenceEqual("elapsed_ms"u8): _time = value; break;
                case 11 when name.SequenceEqual("tool_output"u8): _result = value; break;
                case 13 when name.SequenceEqual("tool_response"u8): _result = value; break;
                default: break;
            }
        }

        public readonly ExecutionStep Step(int index)
        {
            var (kind, name, arguments) = Identity();
            return new ExecutionStep
            {
                Breadcrumb = index,
                Kind = kind,
                Name = name,
                Arguments = kind is StepKind.Fact or StepKind.Message ? null : Whole(arguments),
                Result = _result.ValueKind == JsonValueKind.Undefined ? null : _result,
                Failed = _failed,
                Role = _role.ValueKind == JsonValueKind.String ? _role.GetString() : null,
                TimeMs = TimeMs,
                Redacted = _redacted || Redaction.IsMarker(name),
            };
        }

        private readonly (StepKind Kind, string Name, JsonElement Arguments) Identity()
        {
            if (_function.ValueKind == JsonValueKind.Object && Text(_function, "name"u8) is { } function)
            {
                return (StepKind.Tool, function, _function.TryGetProperty("arguments"u8, out var arguments) ? arguments : default);
            }

            var type = Text(_type);
            var named = Text(Name);
            switch (type)
            {
                case "tool" or "tool_call" or "tool_use" or "function_call" or "function" when (Text(_tool) ?? named) is { } tool:
                    return (StepKind.Tool, tool, _arguments);
                case "command" or "shell" when (Text(_command) ?? named) is { } line:
                    return (StepKind.Command, line, _arguments);
                case "skill" or "skill_call" when (Text(_skill) ?? named) is { } skill:
                    return (StepKind.Skill, skill, _arguments);
                case "message" when Text(_text) is { } said:
                    return (StepKind.Message, said, default);
                default:
                    break;
            }

            return (Text(_tool), Text(_command), Text(_skill), Text(_role), Text(_text)) switch
            {
                ({ } tool, _, _, _, _) => (StepKind.Tool, tool, _arguments),
                (_, { } line, _, _, _) => (StepKind.Command, line, _arguments),
                // Many a breadcrumb names the skill that it belongs to; only one that says nothing else is a use of a skill.
                (_, _, { } skill, _, _) when type is null && named is null && !_statement => (StepKind.Skill, skill, _arguments),
                (_, _, _, { }, { } said) => (StepKind.Message, said, default),
                _ => (StepKind.Fact, "", default),
            };
        }

        // Chat protocols hand arguments over as a text that holds JSON.
        private static JsonElement? Whole(JsonElement arguments)
        {
            if (arguments.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            {
                return null;
            }

            if (arguments.ValueKind == JsonValueKind.String && arguments.GetString()!.TrimStart() is ['{', ..] text)
            {
                try
                {
                    using var document = JsonDocument.Parse(text);
                    return document.RootElement.Clone();
                }
                catch (JsonException)
                {
                    return arguments;
                }
            }

            return arguments;
        }

        private static string? Text(JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString() : null;

        private static string? Text(JsonElement parent, ReadOnlySpan<byte> name) => parent.TryGetProperty(name, out var value) ? Text(value) : null;
    }
}
