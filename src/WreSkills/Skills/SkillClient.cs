namespace WreSkills.Skills;

/// <summary>How a client treats skills of sub-projects.</summary>
public enum NestedSkills
{
    /// <summary>It looks in the folder where it was started, nowhere else.</summary>
    Ignored,

    /// <summary>It looks from the folder where it was started up to the root of the repository.</summary>
    Upwards,

    /// <summary>As <see cref="Upwards"/>, and skills of a folder below join when it works on files there, under a name that says where.</summary>
    OnDemand,
}

/// <summary>What a client does when several of its skills have the same name.</summary>
public enum DuplicateNames
{
    /// <summary>The one from the first of its places is used, the others are hidden.</summary>
    FirstPlaceWins,

    /// <summary>All of them are listed.</summary>
    AllListed,

    /// <summary>Its documentation does not say.</summary>
    Undocumented,
}

/// <summary>What a client does when names and descriptions do not fit its listing.</summary>
public enum ListingOverflow
{
    /// <summary>Whole skills are left away, those at the end of the list.</summary>
    OmitsSkills,

    /// <summary>Descriptions are dropped, those of the least used skills first; names stay.</summary>
    DropsDescriptions,

    /// <summary>All descriptions are shortened; skills are left away only when there is no room for any description.</summary>
    ShortensDescriptions,
}

/// <summary>How much of names and descriptions a client puts before its model.</summary>
/// <param name="Characters">Characters of the whole listing; null when the client states no limit.</param>
/// <param name="PerEntry">Characters of one description that are used; null for all.</param>
/// <param name="Overhead">Characters that an entry takes beside name and description, as far as known.</param>
/// <param name="Overflow">What happens to what does not fit.</param>
/// <param name="Words">The client's rule in a sentence.</param>
public sealed record ListingBudget(int? Characters, int? PerEntry, int Overhead, ListingOverflow Overflow, string Words);

/// <summary>
/// What a client is known to do with skills on disk: facts from the vendors' documentation and, where it is open, their source, as of
/// 2026-11. docs/reference/existing-skills.md names the sources.
/// </summary>
public sealed record SkillClient
{
    private SkillClient(string name, string title) => (Name, Title) = (name, title);

    /// <summary>Its name on the command line.</summary>
    public string Name { get; }

    /// <summary>Its name for people.</summary>
    public string Title { get; }

    /// <summary>Folders of skills, those that win first; <c>~/</c> is the user's home.</summary>
    public required IReadOnlyList<string> Places { get; init; }

    /// <summary>True when a skill is called after its folder, false when after <c>name</c> in its front matter.</summary>
    public bool NamedByFolder { get; init; }

    /// <summary>What it does with equal names.</summary>
    public DuplicateNames Duplicates { get; init; } = DuplicateNames.FirstPlaceWins;

    /// <summary>How it treats sub-projects.</summary>
    public NestedSkills Nested { get; init; }

    /// <summary>Where an export for it goes.</summary>
    public required string ExportFolder { get; init; }

    /// <summary>How much it lists.</summary>
    public required ListingBudget Budget { get; init; }

    /// <summary>Claude Code.</summary>
    public static SkillClient Claude { get; } = new("claude", "Claude Code")
    {
        Places = ["~/.claude/skills", ".claude/skills"],
        NamedByFolder = true,
        Nested = NestedSkills.OnDemand,
        ExportFolder = ".claude/skills",
        Budget = new ListingBudget(8_000, 1_536, 5, ListingOverflow.DropsDescriptions, "1 % of the context window (8,000 characters of 200,000 tokens); descriptions beyond it are dropped, those of the least used skills first, and one description counts 1,536 characters at most"),
    };

    /// <summary>OpenAI Codex.</summary>
    public static SkillClient Codex { get; } = new("codex", "Codex")
    {
        Places = [".agents/skills", ".codex/skills", "~/.agents/skills", "~/.codex/skills"],
        Duplicates = DuplicateNames.AllListed,
        Nested = NestedSkills.Upwards,
        ExportFolder = ".agents/skills",
        Budget = new ListingBudget(8_000, null, 70, ListingOverflow.ShortensDescriptions, "2 % of the context window, or 8,000 characters when it is unknown; descriptions are shortened first, then whole skills left away"),
    };

    /// <summary>GitHub Copilot: command line, cloud agent and editor.</summary>
    public static SkillClient Copilot { get; } = new("copilot", "GitHub Copilot")
    {
        Places = [".github/skills", ".agents/skills", ".claude/skills", "~/.copilot/skills", "~/.agents/skills", "~/.claude/skills"],
        Nested = NestedSkills.Upwards,
        ExportFolder = ".github/skills",
        Budget = new ListingBudget(15_000, null, 110, ListingOverflow.OmitsSkills, "15,000 characters by default, about 110 of them around each skill; skills beyond it are left away, in the order of the alphabet"),
    };

    /// <summary>Gemini CLI.</summary>
    public static SkillClient Gemini { get; } = new("gemini", "Gemini CLI")
    {
        Places = [".agents/skills", ".gemini/skills", "~/.agents/skills", "~/.gemini/skills"],
        Nested = NestedSkills.Ignored,
        ExportFolder = ".gemini/skills",
        Budget = new ListingBudget(null, null, 110, ListingOverflow.OmitsSkills, "no limit is stated: names and descriptions of all enabled skills are listed"),
    };

    /// <summary>Cursor.</summary>
    public static SkillClient Cursor { get; } = new("cursor", "Cursor")
    {
        Places = [".cursor/skills", ".agents/skills", ".claude/skills", ".codex/skills", "~/.cursor/skills", "~/.agents/skills", "~/.claude/skills", "~/.codex/skills"],
        Duplicates = DuplicateNames.Undocumented,
        Nested = NestedSkills.OnDemand,
        ExportFolder = ".cursor/skills",
        Budget = new ListingBudget(null, null, 110, ListingOverflow.OmitsSkills, "no limit is stated"),
    };

    /// <summary>OpenCode.</summary>
    public static SkillClient OpenCode { get; } = new("opencode", "OpenCode")
    {
        Places = [".opencode/skills", ".opencode/skill", "~/.config/opencode/skills", "~/.config/opencode/skill", ".agents/skills", ".claude/skills", "~/.agents/skills", "~/.claude/skills"],
        Nested = NestedSkills.Upwards,
        ExportFolder = ".opencode/skills",
        Budget = new ListingBudget(null, null, 120, ListingOverflow.OmitsSkills, "no limit is stated: names and descriptions of all permitted skills are listed"),
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SkillClient> All { get; } = [Claude, Codex, Copilot, Gemini, Cursor, OpenCode];

    /// <summary>Those that a listing budget or an export can be asked for.</summary>
    public static IReadOnlyList<SkillClient> Exportable { get; } = [Claude, Codex, Copilot, Gemini, OpenCode];

    /// <summary>A client by its name.</summary>
    /// <exception cref="WreException">There is none.</exception>
    public static SkillClient Of(string name) => All.FirstOrDefault(client => client.Name == name)
        ?? throw new WreException($"There is no client '{name}'.", $"choose one of {string.Join(", ", All.Select(client => client.Name))}");
}
