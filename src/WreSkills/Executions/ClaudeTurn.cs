using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WreSkills.Executions;

/// <summary>The course of one agent's steps: the session's own, or a sub-agent's.</summary>
internal sealed class ClaudeTurn(bool bySubagent)
{
    private const int MostText = 200;
    private const int MostArguments = 4000;
    private static readonly JsonSerializerOptions s_line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The skill whose steps these are; null before the first one and after the end of its turn.</summary>
    public Invocation? Current { get; private set; }

    public Invocation Begin(string id, string skill, DateTimeOffset? at, JsonElement message) =>
        Current = new Invocation(id, skill) { BySubagent = bySubagent, StartedAt = at, EndedAt = at, Opening = ClaudeTranscript.Text(message, "id"), Model = ModelOf(message) };

    public void End() => Current = null;

    public void Interrupt(DateTimeOffset? at)
    {
        Current?.Fail("interrupted", at);
        Current = null;
    }

    /// <summary>An answer of the model: its tokens count once, however many lines it takes.</summary>
    public void Answer(JsonElement message, DateTimeOffset? at, bool failed)
    {
        if (Current is not { } current)
        {
            return;
        }

        current.Reach(at);
        current.Model = ModelOf(message) ?? current.Model;
        if (failed)
        {
            current.Fail("api_error", at);
        }

        if (ClaudeTranscript.Text(message, "id") is { } id && id != current.Opening && current.Answers.Add(id) && ClaudeTranscript.Object(message, "usage") is { } usage)
        {
            current.Tokens += Number(usage, "input_tokens") + Number(usage, "cache_creation_input_tokens") + Number(usage, "output_tokens");
        }
    }

    // What the client itself says in the model's place has a name in angle brackets.
    private static string? ModelOf(JsonElement message) => ClaudeTranscript.Text(message, "model") is { Length: > 0 and <= 200 } model && model[0] != '<' ? model : null;

    private static long Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number is > 0 and < 1_000_000_000 ? number : 0;

    /// <summary>An invocation while it is read.</summary>
    internal sealed class Invocation(string id, string name)
    {
        private readonly List<(string Tool, string Arguments, DateTimeOffset? At)> _steps = [];
        private readonly HashSet<int> _failed = [];

        public string Id => id;

        public bool BySubagent { get; init; }

        public string? Folder { get; set; }

        public string? Opening { get; init; }

        public HashSet<string> Answers { get; } = [];

        public DateTimeOffset? StartedAt { get; init; }

        public DateTimeOffset? EndedAt { get; set; }

        public string? Model { get; set; }

        public long Tokens { get; set; }

        public string? Failure { get; private set; }

        public void Reach(DateTimeOffset? at) => EndedAt = at > EndedAt || EndedAt is null ? at ?? EndedAt : EndedAt;

        public void Fail(string how, DateTimeOffset? at)
        {
            Failure ??= how;
            Reach(at);
        }

        public int? Add(string tool, JsonElement? input, DateTimeOffset? at)
        {
            Reach(at);
            if (_steps.Count >= ClaudeTranscript.MostSteps)
            {
                return null;
            }

            _steps.Add((tool.Length <= MostText ? tool : tool[..MostText], Shorten(input), at));
            return _steps.Count - 1;
        }

        public void FailStep(int step) => _failed.Add(step);

        public ClaudeInvocation Finish() => new(id, name)
        {
            BySubagent = BySubagent,
            Folder = Folder,
            StartedAt = StartedAt,
            EndedAt = EndedAt,
            Model = Model,
            Tokens = Tokens,
            Failure = Failure,
            Steps = [.. _steps.Select((step, index) => new ClaudeStep(step.Tool, step.Arguments, (step.At - StartedAt)?.TotalMilliseconds, _failed.Contains(index)))],
        };

        private static string Shorten(JsonElement? input)
        {
            if (input is not { } given)
            {
                return "{}";
            }

            var text = Shortened(given, 0)!.ToJsonString(s_line);
            return text.Length <= MostArguments ? text : "{}";
        }

        private static JsonNode? Shortened(JsonElement value, int depth) => value.ValueKind switch
        {
            JsonValueKind.String when value.GetString() is { Length: > MostText } text => text[..MostText] + "…",
            JsonValueKind.Object when depth < 4 => new JsonObject(value.EnumerateObject().DistinctBy(property => property.Name).Select(property => KeyValuePair.Create(property.Name, Shortened(property.Value, depth + 1)))),
            JsonValueKind.Array when depth < 4 => new JsonArray([.. value.EnumerateArray().Take(20).Select(item => Shortened(item, depth + 1))]),
            JsonValueKind.Object or JsonValueKind.Array => "…",
            JsonValueKind.Null => null,
            _ => JsonNode.Parse(value.GetRawText()),
        };
    }

    /// <summary>A call whose result has not been seen yet: of the skill itself, or of one of its steps.</summary>
    internal sealed record Call(Invocation Invocation, int? Step)
    {
        public void Answer(bool failed, DateTimeOffset? at)
        {
            Invocation.Reach(at);
            if (!failed)
            {
                return;
            }

            if (Step is { } step)
            {
                Invocation.FailStep(step);
            }
            else
            {
                Invocation.Fail("skill_error", at);
            }
        }
    }
}
