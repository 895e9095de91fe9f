using WreSkills.Registry;

namespace WreSkills.Loading;

/// <summary>Something that can serve a request.</summary>
/// <param name="Arm"><c>baseline</c> or <c>candidate</c>.</param>
/// <param name="State">State of the version.</param>
/// <param name="Version">Its label; null for the prototype, which has none yet.</param>
/// <param name="Digest">Its content.</param>
/// <param name="StateSerial">Registry serial with which it entered its state; 0 for the prototype.</param>
public sealed record ServingArm(string Arm, PromotionState State, string? Version, string Digest, long StateSerial);

/// <summary>What serves whom (DESIGN section 4): a pure function of the registry entry.</summary>
/// <param name="Baseline">Serves the keys that the candidate does not; null when there is none.</param>
/// <param name="Candidate">Takes its share; null when nothing is staged.</param>
/// <param name="Percent">The candidate's share of keys, 0 to 100.</param>
public sealed record ServingPlan(ServingArm? Baseline, ServingArm? Candidate, int Percent)
{
    /// <summary>Makes the plan of a skill.</summary>
    public static ServingPlan For(SkillEntry entry)
    {
        var production = entry.Live(PromotionState.Production);
        var staged = entry.Live(PromotionState.Staged);
        var candidate = staged is { } live
            ? new ServingArm("candidate", PromotionState.Staged, live.Label, live.Version.Digest, live.Version.StateSerial)
            : null;
        var baseline = production is { } serving
            ? new ServingArm("baseline", PromotionState.Production, serving.Label, serving.Version.Digest, serving.Version.StateSerial)
            : Prototype(entry, candidate);
        return new ServingPlan(baseline, candidate, candidate is null ? 0 : entry.Rollout?.Percent ?? 0);
    }

    /// <summary>The arm that serves a key; null means that the agent works without the skill, a fair control arm.</summary>
    public ServingArm? Choose(string skill, string key) =>
        Candidate is not null && TrafficSplit.IsCandidate(skill, key, Percent) ? Candidate : Baseline;

    // A prototype serves as the control arm only when it was benchmarked, is not the candidate itself, and is not the very
    // content that was rolled back or demoted and is held: that would bring it back under another name.
    private static ServingArm? Prototype(SkillEntry entry, ServingArm? candidate) =>
        entry.Prototype is { } prototype && prototype.Digest != candidate?.Digest
            && !entry.Versions.Values.Any(version => version.Digest == prototype.Digest && version.State == PromotionState.Held)
            ? new ServingArm("baseline", PromotionState.Prototype, null, prototype.Digest, 0)
            : null;
}
