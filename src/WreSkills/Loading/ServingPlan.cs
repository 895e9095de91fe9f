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
    /// <summary>Only requests with one of these labels may get the candidate; empty for all (policy 3.3, canary).</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>What serves where the breaker of production is open: the version it replaced; null when there is none.</summary>
    public ServingArm? Fallback { get; init; }

    /// <summary>Makes the plan of a skill.</summary>
    public static ServingPlan For(SkillEntry entry)
    {
        if (entry.Retired is not null)
        {
            return new ServingPlan(null, null, 0);
        }

        var production = entry.Live(PromotionState.Production);
        var staged = entry.Live(PromotionState.Staged);
        var candidate = staged is { } live
            ? new ServingArm("candidate", PromotionState.Staged, live.Label, live.Version.Digest, live.Version.StateSerial)
            : null;
        var baseline = production is { } serving
            ? new ServingArm("baseline", PromotionState.Production, serving.Label, serving.Version.Digest, serving.Version.StateSerial)
            : Prototype(entry, candidate);
        return new ServingPlan(baseline, candidate, candidate is null ? 0 : entry.Rollout?.Percent ?? 0)
        {
            Labels = entry.Rollout?.Labels ?? [],
            Fallback = Predecessor(entry, production?.Version),
        };
    }

    /// <summary>The arm that serves a request; null means that the agent works without the skill, a fair control arm.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="key">What identifies the request.</param>
    /// <param name="labels">Labels of the request, such as <c>low-risk</c>.</param>
    public ServingArm? Choose(string skill, string key, IReadOnlyCollection<string>? labels = null) =>
        Candidate is not null && (Labels.Count == 0 || labels?.Any(Labels.Contains) == true) && TrafficSplit.IsCandidate(skill, key, Percent) ? Candidate : Baseline;

    // It stands in for a while only, so it keeps the state it is held as.
    private static ServingArm? Predecessor(SkillEntry entry, VersionEntry? production) =>
        production?.Predecessor is { } label && entry.Versions.TryGetValue(label, out var version) && version.RolledBack is null
            ? new ServingArm("fallback", version.State, label, version.Digest, version.StateSerial)
            : null;

    // A prototype serves as the control arm only when it was benchmarked, is not the candidate itself, and is not the very
    // content that was rolled back or demoted and is held: that would bring it back under another name.
    private static ServingArm? Prototype(SkillEntry entry, ServingArm? candidate) =>
        entry.Prototype is { } prototype && prototype.Digest != candidate?.Digest
            && !entry.Versions.Values.Any(version => version.Digest == prototype.Digest && version.State == PromotionState.Held)
            ? new ServingArm("baseline", PromotionState.Prototype, null, prototype.Digest, 0)
            : null;
}
