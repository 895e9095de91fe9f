using System.Text.Json;

namespace WreSkills.Skills;

/// <summary>Which class a case or an execution really belongs to.</summary>
public enum CaseLabel
{
    /// <summary>Nothing to find: anything but a negative decision is a false positive.</summary>
    Negative,

    /// <summary>Something to find: a negative decision is a false negative.</summary>
    Positive,
}

/// <summary>One benchmark case: an Agent Skills eval with our part under <c>wre</c>.</summary>
public sealed record BenchmarkCase
{
    /// <summary>Unique within the skill.</summary>
    public required string Id { get; init; }

    /// <summary>What the agent is asked.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>What a good answer looks like, in words.</summary>
    public string ExpectedOutput { get; init; } = "";

    /// <summary>Statements about the answer (<c>assertions</c> or <c>expectations</c>), in words.</summary>
    public IReadOnlyList<string> Assertions { get; init; } = [];

    /// <summary>Files of the skill folder that the case needs, relative paths inside it.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The structured input for the agent; null when the prompt is all.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>The right decision; null when there is none to compare.</summary>
    public string? ExpectedDecision { get; init; }

    /// <summary>The true class; null when unknown.</summary>
    public CaseLabel? Label { get; init; }

    /// <summary>A miss is a critical false negative. Default false.</summary>
    public bool Critical { get; init; }

    /// <summary>Patterns that this case expects beyond the skill's.</summary>
    public IReadOnlyList<ExpectedPattern> Patterns { get; init; } = [];

    /// <summary>Tools that the agent is offered, with the answers they give.</summary>
    public IReadOnlyList<CaseTool> Tools { get; init; } = [];

    /// <summary>How often the case is run. Default 1.</summary>
    public int Trials { get; init; } = 1;

    /// <summary>Which part of the benchmark it belongs to, such as <c>holdout</c>; null when not split.</summary>
    public string? Split { get; init; }

    /// <summary>Whether it is kept from whoever proposes changes, so that a proposal cannot be made to fit it.</summary>
    public bool IsHoldout => Split == "holdout";
}
