using System.Text;

using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Skills;

namespace WreSkills.Hosting;

/// <summary>A folder of the policy's layout that is not what the registry says.</summary>
/// <param name="Skill">The skill.</param>
/// <param name="Folder">The folder, relative to the workspace.</param>
/// <param name="Expected">Digest that it ought to have; null when it should not be there.</param>
/// <param name="Actual">Digest that it has; null when it is missing.</param>
public sealed record FolderDrift(string Skill, string Folder, string? Expected, string? Actual)
{
    /// <summary>What is wrong with it.</summary>
    public string Words => (Expected, Actual) switch
    {
        (null, _) => $"{Folder}/ should not be there",
        (_, null) => $"{Folder}/ is missing",
        _ => $"{Folder}/ was changed: its content is {Actual[..12]}, the registry says {Expected[..12]}",
    };

    internal string Id => SkillDigest.Of(Encoding.UTF8.GetBytes(Folder));

    /// <summary>Checks the staged folder of a skill.</summary>
    internal static FolderDrift? Staged(Workspace workspace, string skill, SkillEntry entry) =>
        Compare(workspace, skill, workspace.Layout.StagedFolder(skill), entry.Live(PromotionState.Staged)?.Version.Digest);

    /// <summary>Checks the place of a skill's production version.</summary>
    internal static FolderDrift? Production(Workspace workspace, string skill, SkillEntry entry) =>
        Place(workspace, skill, entry) is { } place ? Compare(workspace, skill, place, entry.Live(PromotionState.Production)?.Version.Digest) : null;

    /// <summary>Where a skill's production version lies: an adopted one stays where it was found, which need not be where this layout has production versions. Null for nowhere.</summary>
    internal static string? Place(Workspace workspace, string skill, SkillEntry entry)
    {
        var live = entry.Live(PromotionState.Production);
        var place = live?.Version.AdoptedFrom is { } found ? Path.GetFullPath(Path.Combine(workspace.Layout.Root, found)) : Usual(workspace, skill, entry);
        return live is null && entry.Module is null ? null : place;
    }

    /// <summary>Where the layout has a skill's production version; null when that takes a module and the skill has none.</summary>
    internal static string? Usual(Workspace workspace, string skill, SkillEntry entry) =>
        entry.Module is null && workspace.Layout.Production.Contains("{module}", StringComparison.Ordinal) ? null : workspace.Layout.ProductionFolder(skill, entry.Module ?? "");

    private static FolderDrift? Compare(Workspace workspace, string skill, string folder, string? expected)
    {
        var actual = MaterializedFolders.DigestOf(folder, skill, workspace.Policy.SkillLimits);
        return actual == expected ? null : new FolderDrift(skill, workspace.Layout.Relative(folder), expected, actual);
    }
}
