using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Executions;

namespace WreSkills.Tests.Hosting;

/// <summary>An agent in memory: what it answers is a function of the request.</summary>
internal sealed class TestAgent(Func<AgentRequest, AgentResult> answer) : IAgent
{
    public string Name => "test";

    public Task<AgentResult> ExecuteAsync(AgentRequest request, CancellationToken cancellationToken) => Task.FromResult(answer(request));

    /// <summary>Follows every pattern and removes what says "buy".</summary>
    public static TestAgent Good() => Deciding(request => Text(request).Contains("buy", StringComparison.Ordinal) ? "remove" : "allow");

    /// <summary>Follows every pattern and decides as told.</summary>
    public static TestAgent Deciding(Func<AgentRequest, string> decide) =>
        new(request => Answer(new JsonObject { ["decision"] = decide(request), ["breadcrumbs"] = AllPatterns(), ["execution_time_ms"] = 40 }));

    public static string Text(AgentRequest request) => request.Input is { } input ? input.GetProperty("text").GetString()! : request.Prompt;

    public static AgentResult Answer(JsonObject record, double elapsedMs = 12.3456) => new() { Record = Json(record.ToJsonString()), ElapsedMs = elapsedMs };

    public static AgentResult Failed(string type, string log = "") => new() { FailureType = type, Failure = $"it was {type}", ElapsedMs = 5, Log = log };

    public static JsonArray AllPatterns() => Array("caps_checked=true", "links_checked=true", "rate_checked=true", "repetition_checked=true");

    public static JsonArray Array(params ReadOnlySpan<string> items) => new([.. items.ToArray().Select(item => (JsonNode)item)]);

    public static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
