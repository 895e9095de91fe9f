using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using Microsoft.Extensions.AI;

namespace WreSkills.Executions;

/// <summary>A tool that may be called; what calling it yields, its case says.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Parameters">JSON Schema of its arguments.</param>
public sealed record ChatTool(string Name, string Description, JsonElement Parameters);

/// <summary>What a model is asked.</summary>
public sealed record ChatQuestion
{
    /// <summary>The conversation so far.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>Tools on offer.</summary>
    public IReadOnlyList<ChatTool> Tools { get; init; } = [];

    /// <summary>JSON Schema that the answer must follow; null for free text.</summary>
    public JsonElement? Schema { get; init; }

    /// <summary>Whether the probabilities of the tokens are wanted, where offered.</summary>
    public bool Probabilities { get; init; }

    /// <summary>What the answer may be kept under beside the question itself, such as digest, case and trial; null to ask anew every time.</summary>
    public string? CacheKey { get; init; }

    /// <summary>SHA-256 over everything that the answer depends on, in hexadecimal.</summary>
    internal string Fingerprint(ChatAgentSettings settings)
    {
        var parts = new JsonArray(
            CacheKey, settings.Endpoint.ToString(), settings.Model, settings.Temperature, settings.TopP, settings.MaxTokens, settings.Seed, settings.Structured && Schema is { } schema ? schema.GetRawText() : null, Probabilities,
            new JsonArray([.. Tools.Select(tool => (JsonNode)$"{tool.Name}\n{tool.Description}\n{tool.Parameters.GetRawText()}")]),
            new JsonArray([.. Messages.Select(message => (JsonNode)(message.Role.Value + "\n" + string.Join('\n', message.Contents.Select(Text))))]));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(parts.ToJsonString())));
    }

    private static string Text(AIContent content) => content switch
    {
        TextContent text => text.Text,
        FunctionCallContent call => $"{call.CallId} {call.Name} {ChatModel.Arguments(call)?.GetRawText()}",
        FunctionResultContent result => $"{result.CallId} {result.Result}",
        _ => content.GetType().Name,
    };
}
