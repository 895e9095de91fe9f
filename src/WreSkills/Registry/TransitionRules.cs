using WreSkills.Storage;

namespace WreSkills.Registry;

/// <summary>Which transitions are legal (policy 1 and 2, DESIGN section 4), each refusal with its own words.</summary>
public static class TransitionRules
{
    /// <summary>Says why a promotion is not legal.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="entry">Its entry, or null when it is not registered yet.</param>
    /// <param name="from">The state it comes from.</param>
    /// <param name="to">The state it goes to.</param>
    /// <returns>The refusal, or null when the promotion is legal.</returns>
    public static string? RefusePromotion(string skill, SkillEntry? entry, PromotionState from, PromotionState to)
    {
        if (entry?.Retired is { } retired)
        {
            return $"{skill} was retired at {retired.At} ({retired.Reason}); bring it back first: `wre retire --skill {skill} --undo --approver ID --reason …`.";
        }

        switch (from, to)
        {
            case (PromotionState.Prototype, PromotionState.Staged):
                return entry?.Live(PromotionState.Staged) is { } staged
                    ? $"Version {staged.Label} of {skill} is staged already; promote it to production or roll it back to prototype first."
                    : null;
            case (PromotionState.Staged, PromotionState.Production):
                return entry?.Live(PromotionState.Staged) is null ? NothingStaged(skill, entry) : null;
            case (PromotionState.Prototype, PromotionState.Production):
                return $"{skill} cannot go from prototype to production: it is staged first, and earns its production by 100 live executions.";
            case var (same, other) when same == other:
                return $"{skill} cannot be promoted from {from.Text()} to {to.Text()}: that is no change.";
            case (PromotionState.Production, PromotionState.Staged or PromotionState.Prototype) or (PromotionState.Staged, PromotionState.Prototype):
                return $"{from.Text()} to {to.Text()} is a step back: use `wre rollback --skill {skill} --from {from.Text()} --to {to.Text()} --reason …`.";
            default:
                return $"{skill} cannot be promoted from {from.Text()} to {to.Text()}: held is not a state one asks for.";
        }
    }

    /// <summary>
    /// Says why a rollback would hit the wrong version: what it was decided for was rolled back meanwhile, by the monitor or another person, and
    /// the version that serves again is not meant.
    /// </summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="entry">Its entry.</param>
    /// <param name="live">What is in the state that the rollback comes from.</param>
    /// <param name="seen">What was there when the rollback was asked for; null when nothing was.</param>
    /// <param name="decided">When it was decided; null for just now.</param>
    /// <returns>The refusal, or null when nobody was faster.</returns>
    public static string? RefuseSecondRollback(string skill, SkillEntry entry, (string Label, VersionEntry Version) live, (string Label, VersionEntry Version)? seen, DateTimeOffset? decided)
    {
        // One registry commit takes a version out and brings its predecessor back.
        var (failed, by) = entry.Versions.Where(version => version.Key != live.Label && version.Value.RolledBack is not null && version.Value.StateSerial == live.Version.StateSerial)
            .Select(version => (version.Key, version.Value.RolledBack)).FirstOrDefault();
        var faster = by is not null && ((seen?.Label == failed && failed is not null) || (decided is { } moment && Timestamp.TryParse(by.At, out var at) && moment <= at));
        return faster ? $"{skill} {failed} was rolled back at {by!.At} ({by.Reason}), before this was done, and {live.Label} serves again; if {live.Label} is meant, ask once more, with a later --timestamp or none." : null;
    }

    /// <summary>Says why a rollback is not legal.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="entry">Its entry, or null when it is not registered.</param>
    /// <param name="from">The state it comes from.</param>
    /// <param name="to">The state it goes to.</param>
    /// <returns>The refusal, or null when the rollback is legal.</returns>
    public static string? RefuseRollback(string skill, SkillEntry? entry, PromotionState from, PromotionState to)
    {
        switch (from, to)
        {
            case (PromotionState.Production, PromotionState.Staged):
                return entry?.Live(PromotionState.Production) is null
                    ? $"No version of {skill} is in production, so there is nothing to roll back."
                    : null;
            case (PromotionState.Staged, PromotionState.Prototype):
                return entry?.Live(PromotionState.Staged) is null
                    ? $"No version of {skill} is staged, so there is nothing to demote."
                    : null;
            case (PromotionState.Production, PromotionState.Prototype):
                return $"{skill} cannot go from production to prototype in one step: roll it back to staged, then demote it.";
            case var (same, other) when same == other:
                return $"{skill} cannot be rolled back from {from.Text()} to {to.Text()}: that is no change.";
            case (PromotionState.Prototype, PromotionState.Staged or PromotionState.Production) or (PromotionState.Staged, PromotionState.Production):
                return $"{from.Text()} to {to.Text()} is a step forward: use `wre promote --skill {skill} --from {from.Text()} --to {to.Text()} …`.";
            case (PromotionState.Prototype, _):
                return $"{skill} is a prototype there; nothing lies behind it.";
            default:
                return $"{skill} cannot be rolled back from {from.Text()} to {to.Text()}: held is not a state one asks for.";
        }
    }

    /// <summary>
    /// Says why a skill cannot go to another module: once a version was in production its folder, with all it keeps under
    /// <c>versions/</c>, stays where it is, and so do the documents that name it.
    /// </summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="entry">Its entry, or null when it is not registered.</param>
    /// <param name="module">The module that is asked for, or null for none in particular.</param>
    /// <returns>The refusal, or null when the module is right.</returns>
    public static string? RefuseMove(string skill, SkillEntry? entry, string? module) =>
        module is not null && entry?.Module is { } home && home != module && entry.Versions.Values.Any(version => version.Baseline is not null)
            ? $"{skill} belongs to the module {home}, where its production folder is, and cannot move to {module}; state `module: {home}`, or bring it there under a new name."
            : null;

    private static string NothingStaged(string skill, SkillEntry? entry)
    {
        var held = entry?.Versions.FirstOrDefault(version => version.Value is { State: PromotionState.Held, HeldAs: PromotionState.Staged }).Key;
        return held is null
            ? $"No version of {skill} is staged; promote the prototype to staged first."
            : $"No version of {skill} is staged: {held} was rolled back and is held. Stage a mended version, or undo the rollback with `wre rollback --skill {skill} --undo --reason … --approver …`.";
    }
}
