using System.Text.Json;

namespace WreSkills.Skills;

/// <summary>A tool that a benchmark case offers, with the answers it gives: nothing real is called.</summary>
public sealed record CaseTool
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for; empty when the case does not say.</summary>
    public string Description { get; init; } = "";

    /// <summary>JSON Schema of its arguments; an object with any members when the case does not say.</summary>
    public required JsonElement Parameters { get; init; }

    /// <summary>Its answers: the first whose arguments are among the call's is given.</summary>
    public required IReadOnlyList<ToolAnswer> Answers { get; init; }

    /// <summary>What a call yields.</summary>
    /// <param name="arguments">The call's arguments; null when they could not be read.</param>
    /// <returns>The answer, or null when none fits.</returns>
    public ToolAnswer? Answer(JsonElement? arguments) => Answers.FirstOrDefault(answer => answer.When is not { } when
        || (arguments is { ValueKind: JsonValueKind.Object } given && when.EnumerateObject().All(member => given.TryGetProperty(member.Name, out var value) && JsonElement.DeepEquals(member.Value, value))));
}

/// <summary>One answer of a tool.</summary>
/// <param name="When">Arguments that the call must have; null for any.</param>
/// <param name="Result">What it yields.</param>
/// <param name="IsError">Whether it is an error.</param>
public sealed record ToolAnswer(JsonElement? When, JsonElement Result, bool IsError);
