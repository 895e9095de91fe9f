using WreSkills.Skills;

namespace WreSkills.Mcp;

/// <summary>The address of a file of a skill: <c>skill://NAME/PATH</c>.</summary>
/// <param name="Skill">The skill's name.</param>
/// <param name="Path">Path of the file, with forward slashes.</param>
internal sealed record SkillUri(string Skill, string Path)
{
    /// <summary>The template of all addresses (RFC 6570).</summary>
    public const string Template = Scheme + "{skill}/{+path}";

    private const string Scheme = "skill://";
    private const int MostCharacters = 4096;

    /// <summary>Reads an address. Names are taken as they are written: a general reader of addresses would change their case and resolve dots.</summary>
    /// <exception cref="WreException">It is none.</exception>
    public static SkillUri Parse(string? text)
    {
        if (text is null || text.Length > MostCharacters || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || text[Scheme.Length..] is not { } rest || rest.IndexOf('/', StringComparison.Ordinal) is not (> 0 and var slash) || slash + 1 == rest.Length)
        {
            throw new WreException("That is no address of a skill's file.", $"write {Template}, such as skill://NAME/{SkillFolder.SkillFileName}");
        }

        var skill = Uri.UnescapeDataString(rest[..slash]);
        SkillName.Require(skill);
        return new SkillUri(skill, Uri.UnescapeDataString(rest[(slash + 1)..]));
    }

    /// <summary>The address as text.</summary>
    public override string ToString() => $"{Scheme}{Skill}/{string.Join('/', Path.Split('/').Select(Uri.EscapeDataString))}";
}
