using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Promotion;

/// <summary>As what skills become known that clients find and whose path or front matter says nothing else.</summary>
public enum AdoptionChoice
{
    /// <summary>As production: they serve today, so they go on serving, watched from now on.</summary>
    Production,

    /// <summary>As prototypes: nothing serves until it was benchmarked, approved and promoted.</summary>
    Prototype,

    /// <summary>Not at all.</summary>
    None,
}

/// <summary>What becomes of a skill that was found.</summary>
/// <param name="Found">The skill.</param>
/// <param name="As">The state as which it is registered; null when it is not.</param>
/// <param name="Reason">Why so.</param>
public sealed record AdoptionDecision(DiscoveredSkill Found, PromotionState? As, string Reason)
{
    /// <summary>What another registry knows of it and it does not say itself; null for nothing.</summary>
    public KnownFacts? Facts { get; init; }
}

/// <summary>What another registry knows of a skill; null for what it does not.</summary>
/// <param name="PrimaryAgent">The agent that runs it first.</param>
/// <param name="FallbackAgent">The agent that takes over.</param>
/// <param name="IntentType">What kind of task it is.</param>
/// <param name="Module"><c>domain/module</c>.</param>
/// <param name="CreatedAt">When it was registered there, ISO 8601.</param>
/// <param name="LastPromotion">When it was promoted last, ISO 8601.</param>
/// <param name="LastRollback">When it was rolled back last, ISO 8601.</param>
/// <param name="Version">Its label.</param>
public sealed record KnownFacts(string? PrimaryAgent, string? FallbackAgent, string? IntentType, string? Module, string? CreatedAt, string? LastPromotion, string? LastRollback, string? Version)
{
    /// <summary>These facts, and those of another registry where these are unknown.</summary>
    public KnownFacts Or(KnownFacts other) => new(
        PrimaryAgent ?? other.PrimaryAgent, FallbackAgent ?? other.FallbackAgent, IntentType ?? other.IntentType, Module ?? other.Module,
        CreatedAt ?? other.CreatedAt, LastPromotion ?? other.LastPromotion, LastRollback ?? other.LastRollback, Version ?? other.Version);
}

/// <summary>
/// Decides which of the skills that were found are registered, and as what; pure. A name belongs to one skill: at most one production
/// version, one staged version and one draft of it are registered, the rest is said to be a collision.
/// </summary>
public static class AdoptionPlan
{
    /// <summary>Decides for every skill that was found.</summary>
    public static IReadOnlyList<AdoptionDecision> Make(IReadOnlyList<DiscoveredSkill> found, RegistryDocument registry, WorkspaceLayout layout, AdoptionChoice choice)
    {
        var decisions = found.ToDictionary(skill => skill, skill => Decide(skill, registry, layout, choice));
        foreach (var group in decisions.Values.Where(decision => decision.As is not null).GroupBy(decision => (decision.Found.Name, decision.As)).ToList())
        {
            var ordered = group.OrderBy(decision => Preference(decision.Found, layout)).ThenBy(decision => decision.Found.Path, StringComparer.Ordinal).ToList();
            foreach (var loser in ordered.Skip(1))
            {
                decisions[loser.Found] = loser with { As = null, Reason = $"the name is taken by {ordered[0].Found.Path}; rename one of them to have both" };
            }
        }

        return [.. found.Select(skill => decisions[skill])];
    }

    private static AdoptionDecision Decide(DiscoveredSkill skill, RegistryDocument registry, WorkspaceLayout layout, AdoptionChoice choice)
    {
        AdoptionDecision No(string reason) => new(skill, null, reason);
        AdoptionDecision As(PromotionState state, string reason) => new(skill, state, reason);
        if (skill.IsUsers)
        {
            return No("the user's own; a workspace registers what lies in it");
        }

        if (skill.State == DiscoveredSkill.Archived)
        {
            return No("an archive of a staged version");
        }

        if (SkillName.Problem(skill.Name) is { } problem)
        {
            return No(problem);
        }

        if (registry.Find(skill.Name) is { } entry)
        {
            return No(entry.Location.TrimEnd('/') == skill.Path ? "registered already" : $"a skill of this name is registered already, at {entry.Location}");
        }

        if (skill.State == "prototype" && layout.Relative(layout.PrototypeFolder(skill.Name)) == skill.Path)
        {
            return No("a draft where this workspace has drafts; its first benchmark registers it");
        }

        return (skill.State, choice) switch
        {
            (_, AdoptionChoice.None) => No("not asked for (--adopt none)"),
            ("prototype", _) => As(PromotionState.Prototype, skill.StateStated ? "its front matter says prototype" : "its folder's name says prototype"),
            ("staged", AdoptionChoice.Production) when layout.Relative(layout.StagedFolder(skill.Name)) == skill.Path => As(PromotionState.Staged, "it lies where this workspace has staged versions"),
            ("staged", AdoptionChoice.Prototype) when layout.Relative(layout.StagedFolder(skill.Name)) == skill.Path => No("it lies where staged versions are written; move it to a draft's folder"),
            ("staged", _) => As(PromotionState.Prototype, "staged, but not where this workspace has staged versions; promote it"),
            (_, AdoptionChoice.Prototype) => As(PromotionState.Prototype, "asked for (--adopt prototype)"),
            _ => As(PromotionState.Production, skill.StateStated ? "its front matter says production" : "clients serve it today"),
        };
    }

    // The layout's own place first, then the root's, then those of the clients in their order.
    private static int Preference(DiscoveredSkill skill, WorkspaceLayout layout) =>
        layout.Relative(layout.ProductionFolder(skill.Name, skill.Module ?? "")) == skill.Path ? 0
        : 1 + (skill.Project.Length > 0 ? 100 : 0) + Math.Max(0, Array.IndexOf([".claude/skills", ".agents/skills", "modules", ".github/skills"], skill.Place) is var index && index < 0 ? 9 : index);
}
