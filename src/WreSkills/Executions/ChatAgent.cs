using System.Text.Json;
using System.Text.Json.Nodes;

using Microsoft.Extensions.AI;

namespace WreSkills.Executions;

/// <summary>
/// An agent that is a model: the skill's text is the system prompt, tools that the case declares are offered and answered by the
/// case, and the record is made of the calls, the messages and the structured answer.
/// </summary>
public sealed class ChatAgent(ChatModel model, TimeProvider time) : IAgent
{
    private const int MaxRounds = 16;

    private const string HowToAnswer = """


        When you are done, answer with one JSON object and nothing else:
        {"decision": "<your decision in a word or a short text>", "confidence": <0 to 1>, "breadcrumbs": [{"name": "<what you checked or did>", "value": "<what you found>"}]}
        Name in breadcrumbs each step of the instructions that you followed, in order, under the name that the instructions give it.
        """;

    private static readonly JsonElement s_schema = Parse("""
        {"type":"object","properties":{"decision":{"type":"string"},"confidence":{"type":"number"},
        "breadcrumbs":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"value":{"type":"string"}},"required":["name","value"],"additionalProperties":false}}},
        "required":["decision","confidence","breadcrumbs"],"additionalProperties":false}
        """);

    /// <inheritdoc />
    public string Name => model.Settings.Name;

    /// <inheritdoc />
    public async Task<AgentResult> ExecuteAsync(AgentRequest request, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var run = new Run(request, model.Settings);
        for (var round = 0; round < MaxRounds; round++)
        {
            var answer = await model.AskAsync(run.Question(round), cancellationToken).ConfigureAwait(false);
            run.Add(answer);
            if (answer.FailureType is not null)
            {
                return run.Failed(answer.FailureType, answer.Failure!, Elapsed());
            }

            if (answer.ToolCalls.Count == 0)
            {
                return run.Done(answer, Elapsed());
            }
        }

        return run.Failed("too_many_rounds", $"the model still called tools after {MaxRounds} rounds", Elapsed());

        double Elapsed() => time.GetElapsedTime(start).TotalMilliseconds;
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private sealed class Run(AgentRequest request, ChatAgentSettings settings)
    {
        private readonly List<ChatMessage> _messages =
        [
            new(ChatRole.System, settings.System + (settings.System.Length > 0 ? "\n\n" : "") + request.Skill.AgentText + HowToAnswer),
            new(ChatRole.User, Input(request)),
        ];

        private readonly JsonArray _breadcrumbs = [];
        private long? _input;
        private long? _output;
        private string? _model;
        private int _attempts;
        private bool _cached = true;

        public ChatQuestion Question(int round) => new()
        {
            Messages = [.. _messages],
            Tools = [.. request.Tools.Select(tool => new ChatTool(tool.Name, tool.Description, tool.Parameters))],
            Schema = s_schema,
            CacheKey = request.CacheKey is null ? null : $"{request.CacheKey}/{round}",
        };

        public void Add(ChatAnswer answer)
        {
            _input = answer.InputTokens is { } read ? (_input ?? 0) + read : _input;
            _output = answer.OutputTokens is { } written ? (_output ?? 0) + written : _output;
            _model = answer.Model ?? _model;
            _attempts += answer.Attempts - 1;
            _cached &= answer.Cached;
            if (answer.ToolCalls.Count == 0)
            {
                return;
            }

            if (answer.Text.Length > 0)
            {
                Say(answer.Text);
            }

            var contents = new List<AIContent>();
            var results = new List<AIContent>();
            foreach (var call in answer.ToolCalls)
            {
                var given = call.Arguments is { ValueKind: JsonValueKind.Object } known ? known.EnumerateObject().ToDictionary(member => member.Name, member => (object?)member.Value) : [];
                contents.Add(new FunctionCallContent(call.Id, call.Name, given));
                results.Add(new FunctionResultContent(call.Id, Call(call)));
            }

            _messages.Add(new ChatMessage(ChatRole.Assistant, contents));
            _messages.Add(new ChatMessage(ChatRole.Tool, results));
        }

        public AgentResult Done(ChatAnswer answer, double elapsedMs)
        {
            if (Answer(answer.Text) is not { } stated)
            {
                Say(answer.Text);
                return Failed("invalid_output", "the answer is not the JSON object that was asked for: " + Shorten(answer.Text), elapsedMs);
            }

            foreach (var crumb in stated["breadcrumbs"] as JsonArray ?? [])
            {
                _breadcrumbs.Add(crumb?.DeepClone());
            }

            var record = Record();
            record["decision"] = stated["decision"]?.DeepClone();
            record["confidence"] = stated["confidence"] is JsonValue confidence && confidence.TryGetValue(out double share) ? Math.Clamp(share, 0, 1) : null;
            return new AgentResult { Record = Parse(record.ToJsonString()), ElapsedMs = elapsedMs };
        }

        public AgentResult Failed(string type, string message, double elapsedMs) =>
            new() { Record = Parse(Record().ToJsonString()), FailureType = type, Failure = message, ElapsedMs = elapsedMs };

        private string Call(ChatToolCall call)
        {
            var crumb = new JsonObject { ["type"] = "tool", ["name"] = call.Name };
            if (call.Arguments is { } arguments)
            {
                crumb["arguments"] = JsonNode.Parse(arguments.GetRawText());
            }

            var tool = request.Tools.FirstOrDefault(tool => tool.Name == call.Name);
            var error = tool is null ? $"there is no tool '{call.Name}'" : call.Arguments is null ? "the arguments are not a JSON object" : null;
            var answer = error is null ? tool!.Answer(call.Arguments) : null;
            error ??= answer is null ? "no answer is prepared for these arguments" : null;
            if (answer is { } known)
            {
                crumb[known.IsError ? "error" : "result"] = JsonNode.Parse(known.Result.GetRawText());
            }
            else
            {
                crumb["error"] = error;
            }

            _breadcrumbs.Add((JsonNode)crumb);
            return answer is null ? $"error: {error}" : answer.Result.ValueKind == JsonValueKind.String ? answer.Result.GetString()! : answer.Result.GetRawText();
        }

        private void Say(string text) => _breadcrumbs.Add((JsonNode)new JsonObject { ["type"] = "message", ["role"] = "assistant", ["text"] = text });

        private JsonObject Record() => new()
        {
            ["breadcrumbs"] = _breadcrumbs.DeepClone(),
            ["model"] = _model ?? settings.Model,
            ["tokens"] = _input is null && _output is null ? null : (_input ?? 0) + (_output ?? 0),
            ["input_tokens"] = _input,
            ["output_tokens"] = _output,
            ["http_retries"] = _attempts,
            ["cached"] = _cached,
            ["settings"] = new JsonObject
            {
                ["endpoint"] = settings.Endpoint.ToString(),
                ["model"] = settings.Model,
                ["temperature"] = settings.Temperature,
                ["top_p"] = settings.TopP,
                ["max_tokens"] = settings.MaxTokens,
                ["seed"] = settings.Seed,
                ["structured"] = settings.Structured,
                ["stream"] = settings.Stream,
            },
        };

        // Some models wrap their answer in a fence, whatever they were asked for.
        private static JsonObject? Answer(string text)
        {
            var (first, last) = (text.IndexOf('{', StringComparison.Ordinal), text.LastIndexOf('}'));
            if (first < 0 || last < first)
            {
                return null;
            }

            try
            {
                return JsonNode.Parse(text[first..(last + 1)]) is JsonObject answer && answer["decision"] is JsonValue ? answer : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }

        private static string Input(AgentRequest request) => (request.Prompt, request.Input) switch
        {
            (var prompt, null) => prompt,
            ("", { } input) => input.GetRawText(),
            (var prompt, { } input) => $"{prompt}\n\n{input.GetRawText()}",
        };

        private static string Shorten(string text) => text.Length <= 160 ? text : text[..159] + "…";
    }
}
