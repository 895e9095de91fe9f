using WreSkills.Promotion;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>What <c>wre init</c> makes of the skills that are there already.</summary>
/// <param name="Found">What was found.</param>
/// <param name="Collisions">Names that collide, and what each client makes of it.</param>
/// <param name="Outcomes">What was decided and done, for every skill that was found.</param>
public sealed record ExistingSkillsReport(DiscoveryResult Found, IReadOnlyList<SkillCollision> Collisions, IReadOnlyList<AdoptionOutcome> Outcomes);

/// <summary>Finds the skills of a repository and takes them over.</summary>
public static class ExistingSkills
{
    /// <summary>The layout that fits a repository: that of its <c>wre.yaml</c>, else the policy's where there are modules or the policy's names, else that of the client whose folder it has.</summary>
    public static string PresetFor(string root)
    {
        if (File.Exists(Path.Combine(root, WorkspaceConfiguration.FileName)))
        {
            return WorkspaceConfiguration.Load(root).Layout.Preset;
        }

        var claude = Path.Combine(root, ".claude", "skills");
        var named = Directory.Exists(claude) && Directory.EnumerateDirectories(claude).Any(folder => SkillName.WithoutState(Path.GetFileName(folder)) != Path.GetFileName(folder));
        return Directory.Exists(Path.Combine(root, "modules")) || named ? "policy"
            : Directory.Exists(claude) ? "claude"
            : Directory.Exists(Path.Combine(root, ".agents", "skills")) ? "agents" : "policy";
    }

    /// <summary>Says what would be done; changes nothing.</summary>
    /// <param name="layout">The layout that the workspace has or will have.</param>
    /// <param name="choice">As what skills become known whose path says nothing else.</param>
    /// <param name="home">The user's home, to report the user's own skills too; null for none.</param>
    /// <param name="time">The clock.</param>
    public static ExistingSkillsReport Plan(WorkspaceLayout layout, AdoptionChoice choice, string? home, TimeProvider time)
    {
        var found = new SkillDiscovery(layout) { Home = home }.Run();

        // A registry of the policy's Python tools in the place of ours knows nothing that serves.
        var registry = PolicyToolsRegistry.IsTheirs(layout.RegistryFile) ? new Registry.RegistryDocument() : new Registry.SkillRegistry(layout, time).Load();
        var decisions = AdoptionPlan.Make(found.Skills, registry, layout, choice);
        return new ExistingSkillsReport(found, ClientView.Collisions(found.Skills), [.. decisions.Select(decision => new AdoptionOutcome(decision, null, []))]);
    }

    /// <summary>Does what was planned.</summary>
    public static ExistingSkillsReport Adopt(Workspace workspace, ExistingSkillsReport plan, string requestedBy) =>
        plan with { Outcomes = workspace.Adopter.Adopt([.. plan.Outcomes.Select(outcome => outcome.Decision)], requestedBy) };
}
