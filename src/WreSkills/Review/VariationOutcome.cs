using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace WreSkills.Review;

/// <summary>What became of one variation that was proposed.</summary>
public sealed record VariationResult
{
    /// <summary>What it is for, in the words of whoever proposed it.</summary>
    public string Summary { get; init; } = "";

    /// <summary>The weak patterns that it is to mend.</summary>
    public IReadOnlyList<string> Patterns { get; init; } = [];

    /// <summary>The edit as a unified diff; null when it does not apply.</summary>
    public string? Diff { get; init; }

    /// <summary>The checks it went through.</summary>
    public IReadOnlyList<ProposalCheck> Checks { get; init; } = [];

    /// <summary>How it fared against the text as it is; null when a check stopped it before.</summary>
    public VariationEvidence? Evidence { get; init; }

    /// <summary>The proposal that waits for a person now; null when it was refused.</summary>
    public string? Proposal { get; init; }

    /// <summary>Why it was refused; null when it waits for a person.</summary>
    public string? Refusal { get; init; }
}

/// <summary>The variations of one review.</summary>
public sealed record VariationOutcome
{
    /// <summary>The skill's name.</summary>
    public required string Skill { get; init; }

    /// <summary>Variations that were asked for.</summary>
    public int Asked { get; init; }

    /// <summary>The agent of <c>wre.yaml</c> that was asked; null when no model was asked.</summary>
    public string? Advisor { get; init; }

    /// <summary>Its model as the endpoint named it, or null.</summary>
    public string? Model { get; init; }

    /// <summary>SHA-256 of what it was sent, or null.</summary>
    public string? PromptSha256 { get; init; }

    /// <summary>Why there are none or fewer; null when there is nothing to say.</summary>
    public string? Note { get; init; }

    /// <summary>All that were proposed, with what became of each.</summary>
    public IReadOnlyList<VariationResult> Variations { get; init; } = [];

    /// <summary>Those that wait for a person now.</summary>
    [JsonIgnore]
    public IReadOnlyList<VariationResult> Queued => [.. Variations.Where(item => item.Proposal is not null)];

    /// <summary>The outcome as JSON.</summary>
    public JsonNode ToJson() => JsonSerializer.SerializeToNode(this, ProposalJson.Readable.VariationOutcome)!;
}
