using WreSkills.Registry;

namespace WreSkills.Loading;

/// <summary>How much of a skill is read (policy 6, progressive disclosure). A file of it is read by <see cref="SkillReader.ReadFile"/>.</summary>
public enum DisclosureLevel
{
    /// <summary>Name, description and the list of files; what stands in an agent's listing.</summary>
    Metadata,

    /// <summary>The instructions below the front matter.</summary>
    Body,

    /// <summary>The whole <c>SKILL.md</c>, front matter and body.</summary>
    Document,
}

/// <summary>What somebody asks the loader for.</summary>
public sealed record LoadRequest
{
    /// <summary>The skill's name.</summary>
    public required string Skill { get; init; }

    /// <summary>What identifies the request; the same key always gets the same arm. Null for a fresh one.</summary>
    public string? Key { get; init; }

    /// <summary>Labels of the request, such as <c>low-risk</c>.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>A state whose live version is wanted whatever the traffic split says; null to let it decide.</summary>
    public PromotionState? State { get; init; }

    /// <summary>The agent that will read the text: parts for other agents are left out. Null for all parts.</summary>
    public string? Agent { get; init; }

    /// <summary>How much of it. Default: the whole document.</summary>
    public DisclosureLevel Level { get; init; } = DisclosureLevel.Document;

    /// <summary>Whether what the skill depends on is resolved into the text, and a missing or unhealthy one refuses it. Default true.</summary>
    public bool Inject { get; init; } = true;

    /// <summary>Required context that the request itself brings, by name; it wins over the workspace's.</summary>
    public IReadOnlyDictionary<string, string> Context { get; init; } = new Dictionary<string, string>();
}
