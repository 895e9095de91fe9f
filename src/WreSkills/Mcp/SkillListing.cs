using WreSkills.Hosting;
using WreSkills.Loading;
using WreSkills.Registry;
using WreSkills.Skills;

namespace WreSkills.Mcp;

/// <summary>The skills that a client may know of: those of the registry that are not retired, in the order of their names.</summary>
internal static class SkillListing
{
    /// <summary>Longest description that is passed on, in characters; the Agent Skills standard allows 1,024.</summary>
    private const int MostCharacters = 2048;

    public static IEnumerable<(string Name, SkillEntry Entry)> Available(RegistryDocument registry) =>
        registry.Skills.Where(skill => skill.Value.Retired is null).OrderBy(skill => skill.Key, StringComparer.Ordinal).Select(skill => (skill.Key, skill.Value));

    /// <summary>What the version says about itself that most keys get.</summary>
    public static string Description(Workspace workspace, string skill, SkillEntry entry, byte[] buffer)
    {
        var plan = ServingPlan.For(entry);
        var arm = plan.Baseline ?? plan.Candidate;
        var folder = arm is null or { State: PromotionState.Prototype } ? workspace.Loader.DraftFolder(skill) : workspace.Store.Folder(arm.Digest);
        var text = SkillHeader.OfFolder(folder, buffer)?.Header.Description ?? "";
        return text.Length <= MostCharacters ? text : text[..MostCharacters];
    }

    /// <summary>What serves every key: a share of traffic cannot be told apart without one. Null when there is nothing of that kind.</summary>
    public static PromotionState? ServesEveryKey(SkillEntry entry) =>
        entry.Live(PromotionState.Production) is not null ? PromotionState.Production
            : entry.Live(PromotionState.Staged) is not null && entry.Rollout is { Percent: 100, Labels: null } ? PromotionState.Staged
            : null;
}
