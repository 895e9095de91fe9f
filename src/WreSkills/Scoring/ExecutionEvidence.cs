using System.Text.Json;

using WreSkills.Executions;

namespace WreSkills.Scoring;

/// <summary>What a judge said.</summary>
public enum JudgeAnswer
{
    /// <summary>It could not tell, or what it said cannot be used.</summary>
    Abstain,

    /// <summary>No.</summary>
    No,

    /// <summary>Yes.</summary>
    Yes,
}

/// <summary>A judge's answer to one question about one execution.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Breadcrumbs">Indexes of the breadcrumbs that it cites, from 0.</param>
/// <param name="Reason">Why, in words; why there is no answer when it abstained.</param>
public sealed record Judgement(JudgeAnswer Answer, IReadOnlyList<int> Breadcrumbs, string Reason);

/// <summary>What is known about one execution, as far as patterns ask for it.</summary>
public sealed record ExecutionEvidence
{
    /// <summary>The breadcrumbs in order.</summary>
    public required IReadOnlyList<JsonElement> Breadcrumbs { get; init; }

    /// <summary>Tokens used, in and out; null when unknown.</summary>
    public long? Tokens { get; init; }

    /// <summary>Milliseconds; null when unknown.</summary>
    public double? TimeMs { get; init; }

    /// <summary>Retries as the agent counted them; null to count repeated calls after failures.</summary>
    public int? Retries { get; init; }

    /// <summary>Whether it ended in an exception: what did not happen then is no merit.</summary>
    public bool Crashed { get; init; }

    /// <summary>What a judge said, by question; a question that is not in it was not asked.</summary>
    public IReadOnlyDictionary<string, Judgement>? Judgements { get; init; }

    /// <summary>The evidence of a record; null when it has no breadcrumbs. Its decision counts as a last breadcrumb, <c>{"decision": …}</c>.</summary>
    public static ExecutionEvidence? Of(ExecutionRecord record) => record.Breadcrumbs is not { } breadcrumbs ? null : new ExecutionEvidence
    {
        Breadcrumbs = record.Decision is { } decision ? [.. breadcrumbs, Stated(decision)] : breadcrumbs,
        Tokens = record.Tokens,
        TimeMs = record.ExecutionTimeMs,
        Retries = record.Json["retries"] is System.Text.Json.Nodes.JsonValue value && value.TryGetValue(out int retries) ? retries : null,
        Crashed = record.Exception == true,
    };

    private static JsonElement Stated(string decision)
    {
        using var document = JsonDocument.Parse(new System.Text.Json.Nodes.JsonObject { ["decision"] = decision }.ToJsonString());
        return document.RootElement.Clone();
    }
}
