using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Promotion;

/// <summary>A version or draft that became known without a promotion.</summary>
/// <param name="Operation">Id of the adoption of this one; its audit line has it.</param>
/// <param name="Skill">The skill's name.</param>
/// <param name="Version">Label; empty for a draft.</param>
/// <param name="Digest">Its content.</param>
/// <param name="State">As what it is known.</param>
/// <param name="Folder">Where it lies, relative to the workspace.</param>
public sealed record AdoptedSkill(string Operation, string Skill, string Version, string Digest, PromotionState State, string Folder);

/// <summary>What an adoption did with one skill that was found.</summary>
/// <param name="Decision">What was decided.</param>
/// <param name="Adopted">What became known; null when nothing did.</param>
/// <param name="Problems">Why not, although it was decided so.</param>
public sealed record AdoptionOutcome(AdoptionDecision Decision, AdoptedSkill? Adopted, IReadOnlyList<string> Problems);

/// <summary>
/// Takes existing skills over as they are: their content goes into the version store, the registry knows them, the audit log says that they
/// were adopted and by whom, and not a byte of them changes. Nobody approved them, so they carry the mark <c>adopted</c> and no ticket.
/// </summary>
public sealed class Adopter
{
    // So that every operation of a batch is among those that the registry remembers.
    private const int BatchSize = RegistryDocument.MostRecentOperations / 4;
    private readonly WorkspaceLayout _layout;
    private readonly WorkspaceLock _locks;
    private readonly SkillRegistry _registry;
    private readonly VersionStore _store;
    private readonly Settlement _settlement;
    private readonly PromotionPolicy _policy;
    private readonly TransitionCommitter _committer;

    internal Adopter(WorkspaceLayout layout, WorkspaceLock locks, SkillRegistry registry, VersionStore store, Settlement settlement, TransitionCommitter committer, PromotionPolicy policy) =>
        (_layout, _locks, _registry, _store, _settlement, _committer, _policy) = (layout, locks, registry, store, settlement, committer, policy);

    /// <summary>Adopts what was decided. Skills that the registry knows by now are passed over, so repeating it is harmless.</summary>
    /// <param name="decisions">The decisions.</param>
    /// <param name="requestedBy">Who runs the command.</param>
    /// <exception cref="WreException">Something cannot be written; what was adopted before stays adopted.</exception>
    public IReadOnlyList<AdoptionOutcome> Adopt(IReadOnlyList<AdoptionDecision> decisions, string requestedBy)
    {
        var outcomes = new Dictionary<AdoptionDecision, AdoptionOutcome>();
        foreach (var batch in decisions.Where(decision => decision.As is not null).GroupBy(decision => decision.Found.Name).Chunk(BatchSize))
        {
            foreach (var outcome in AdoptBatch(batch, requestedBy))
            {
                outcomes[outcome.Decision] = outcome;
            }
        }

        return [.. decisions.Select(decision => outcomes.GetValueOrDefault(decision) ?? new AdoptionOutcome(decision, null, []))];
    }

    private List<AdoptionOutcome> AdoptBatch(IEnumerable<IGrouping<string, AdoptionDecision>> skills, string requestedBy)
    {
        var outcomes = new List<AdoptionOutcome>();
        Transition? transition;
        using (_locks.AcquireCommit())
        {
            var document = _registry.Load();
            var next = document;
            var adopted = new List<AdoptedSkill>();
            foreach (var skill in skills.Where(skill => document.Find(skill.Key) is null))
            {
                var entry = new SkillEntry();
                foreach (var decision in skill.OrderByDescending(decision => decision.As))
                {
                    (entry, var outcome) = AdoptOne(decision, entry, document.Serial);
                    outcomes.Add(outcome);
                    adopted.AddRange(outcome.Adopted is { } one ? [one] : []);
                    entry = outcome.Adopted is not null && decision.Facts is { } facts ? AdoptionPlanner.Add(entry, facts) : entry;
                }

                next = entry.CreatedAt is null ? next : next.With(skill.Key, TransitionPlanner.Locate(skill.Key, entry, _layout));
            }

            transition = adopted.Count == 0 ? null : _committer.CommitAdoption(adopted, next, document, requestedBy);
        }

        if (transition is not null)
        {
            _settlement.Settle(transition);
        }

        return outcomes;
    }

    private (SkillEntry Entry, AdoptionOutcome Outcome) AdoptOne(AdoptionDecision decision, SkillEntry entry, long serial)
    {
        var (found, state) = (decision.Found, decision.As!.Value);
        AdoptionOutcome Refused(params IReadOnlyList<string> problems) => new(decision, null, problems);
        var folder = SkillFolder.Read(Path.Combine(_layout.Root, found.Path), _policy.SkillLimits, found.Name);
        if (!folder.IsSound)
        {
            return (entry, Refused([.. folder.Findings.Where(finding => finding.Severity == FindingSeverity.Error).Select(finding => finding.ToString())]));
        }

        try
        {
            var digest = SkillDigest.Compute(folder);
            var frame = _committer.Frame(Transition.AdoptionKind, found.Name, "", digest, PromotionState.Prototype, state, serial, null);
            if (state == PromotionState.Prototype)
            {
                return (AdoptionPlanner.Draft(frame, entry, folder.Settings, found.Path), new AdoptionOutcome(decision, new AdoptedSkill(frame.Operation, found.Name, "", digest, state, found.Path), []));
            }

            if (entry.LabelOf(digest) is { } same)
            {
                return (entry, Refused($"it is the very content of {same}, which is in production"));
            }

            _store.Put(folder, digest);
            var stated = folder.Settings.Version ?? decision.Facts?.Version ?? "1.0";
            var label = entry.Versions.ContainsKey(stated) ? TransitionPlanner.Label(entry, null, digest) : stated;
            var next = AdoptionPlanner.Version(frame with { Version = label }, entry, folder.Settings, found.Path, found.Module, _policy);
            return (next, new AdoptionOutcome(decision, new AdoptedSkill(frame.Operation, found.Name, label, digest, state, found.Path), []));
        }
        catch (WreException error)
        {
            return (entry, Refused(error.Message));
        }
    }
}

/// <summary>What the registry says of an adopted skill; pure.</summary>
internal static class AdoptionPlanner
{
    /// <summary>A draft that lies elsewhere than this workspace has drafts.</summary>
    public static SkillEntry Draft(Transition frame, SkillEntry entry, SkillSettings settings, string folder) =>
        (entry.Versions.Count > 0 ? entry : TransitionPlanner.Describe(entry, settings)) with { CreatedAt = entry.CreatedAt ?? frame.At, DraftFolder = folder };

    /// <summary>What another registry knows, where the skill does not say it itself.</summary>
    public static SkillEntry Add(SkillEntry entry, KnownFacts facts) => entry with
    {
        PrimaryAgent = entry.PrimaryAgent == "unknown" ? facts.PrimaryAgent ?? "unknown" : entry.PrimaryAgent,
        FallbackAgent = entry.FallbackAgent ?? facts.FallbackAgent,
        IntentType = entry.IntentType == "unknown" ? facts.IntentType ?? "unknown" : entry.IntentType,
        Module = entry.Module ?? facts.Module,
        CreatedAt = facts.CreatedAt ?? entry.CreatedAt,
        LastPromotion = entry.LastPromotion ?? facts.LastPromotion,
        LastRollback = entry.LastRollback ?? facts.LastRollback,
    };

    /// <summary>A version that serves, or is staged.</summary>
    public static SkillEntry Version(Transition frame, SkillEntry entry, SkillSettings settings, string folder, string? module, PromotionPolicy policy)
    {
        var version = new VersionEntry
        {
            Digest = frame.Digest,
            State = frame.To,
            StateSince = frame.At,
            StateSerial = frame.ExpectedSerial + 1,
            Operation = frame.Operation,
            Adopted = true,
            AdoptedFrom = folder,
            CreatedAt = frame.At,

            // It was in production before anybody measured it: the figures are open, the fact is not.
            Baseline = frame.To == PromotionState.Production ? new BaselineEntry() : null,
        };
        var staged = frame.To == PromotionState.Staged;
        var described = entry.Versions.Count > 0 ? entry : TransitionPlanner.Describe(entry, settings) with { Module = module ?? settings.Module };
        return described.With(frame.Version, version).WithLive(frame.To, frame.Version) with
        {
            CreatedAt = entry.CreatedAt ?? frame.At,
            Rollout = staged ? TransitionPlanner.Step(policy.Rollout, 0, frame.At) : entry.Rollout,
            Scoring = "automatic",
            Monitoring = staged && entry.Live(PromotionState.Production) is null ? "scheduled" : "alerting",
            ReviewSchedule = staged && entry.Live(PromotionState.Production) is null ? policy.StagedReview : policy.ProductionReview,
        };
    }
}
