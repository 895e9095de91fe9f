namespace WreSkills.Skills;

/// <summary>A skill as it was found on disk.</summary>
public sealed record DiscoveredSkill
{
    /// <summary>The state of an archived staged folder (<c>NAME_staged_archive_TIME</c>).</summary>
    public const string Archived = "archived";

    /// <summary>The skill's name: its folder's, without a state.</summary>
    public required string Name { get; init; }

    /// <summary>Its folder: relative to the root with forward slashes, absolute for a user's own.</summary>
    public required string Path { get; init; }

    /// <summary><c>SKILL.md</c>, or <c>SKILLz.md</c> as the policy's Python tools call it.</summary>
    public required string File { get; init; }

    /// <summary>Which folder of which client it lies in, such as <c>.claude/skills</c> or <c>~/.agents/skills</c>; <c>modules</c> for a module's.</summary>
    public required string Place { get; init; }

    /// <summary>The sub-project that the place belongs to, relative; empty for the root.</summary>
    public string Project { get; init; } = "";

    /// <summary><c>domain/module</c> for a module's skill, else what the front matter says, or null.</summary>
    public string? Module { get; init; }

    /// <summary><c>prototype</c>, <c>staged</c>, <c>production</c> or <see cref="Archived"/>: what the front matter says, else what the path says.</summary>
    public required string State { get; init; }

    /// <summary>True when the front matter says the state.</summary>
    public bool StateStated { get; init; }

    /// <summary>What its front matter says.</summary>
    public required SkillHeader Header { get; init; }

    /// <summary>True for a skill of the user's own folders.</summary>
    public bool IsUsers => Place.StartsWith('~');

    /// <summary>The name by which a client knows it.</summary>
    public string NameFor(SkillClient client) => client.NamedByFolder ? System.IO.Path.GetFileName(Path) : Header.Name ?? System.IO.Path.GetFileName(Path);

    /// <summary>How it is shown: as it is found.</summary>
    public override string ToString() => $"{Path}/{File}";
}

/// <summary>What a discovery found.</summary>
/// <param name="Skills">The skills, by path.</param>
/// <param name="Folders">Folders that were looked into.</param>
/// <param name="Complete">False when a bound ended the search early.</param>
public sealed record DiscoveryResult(IReadOnlyList<DiscoveredSkill> Skills, int Folders, bool Complete);
