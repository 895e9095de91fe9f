using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Promotion;

/// <summary>Intent, store, registry: the part of a transition that a crash undoes. Called with the commit lock held.</summary>
internal sealed class TransitionCommitter(SkillRegistry registry, VersionStore store, TransitionJournal journal, TimeProvider time)
{
    /// <summary>A transition with a new operation id.</summary>
    public Transition Frame(string kind, string skill, string version, string digest, PromotionState from, PromotionState to, long serial, DateTimeOffset? at)
    {
        var now = time.GetUtcNow();
        return new Transition
        {
            Operation = Guid.CreateVersion7(now).ToString(),
            Kind = kind,
            Skill = skill,
            Version = version,
            Digest = digest,
            From = from,
            To = to,
            At = Timestamp.ToIso(at ?? now),
            ExpectedSerial = serial,
        };
    }

    /// <summary>Commits a planned transition.</summary>
    /// <param name="planned">What the registry will say.</param>
    /// <param name="document">The registry that it was planned from.</param>
    /// <param name="folder">Content that goes into the store first; null when it is there.</param>
    /// <exception cref="WreException">Something cannot be written; then nothing has changed.</exception>
    public Transition Commit(PlannedTransition planned, RegistryDocument document, SkillFolder? folder) =>
        Commit(planned.Transition, document.With(planned.Transition.Skill, planned.Entry), [planned.Transition.Operation], document, folder);

    /// <summary>Commits the adoption of several skills at once; their content is in the store already.</summary>
    /// <param name="adopted">What becomes known.</param>
    /// <param name="next">What the registry will say.</param>
    /// <param name="document">The registry that it was planned from.</param>
    /// <param name="requestedBy">Who runs the command.</param>
    public Transition CommitAdoption(IReadOnlyList<AdoptedSkill> adopted, RegistryDocument next, RegistryDocument document, string requestedBy)
    {
        var first = adopted[0];
        var transition = Frame(Transition.AdoptionKind, first.Skill, first.Version, first.Digest, PromotionState.Prototype, first.State, document.Serial, null) with
        {
            Operation = first.Operation,
            Adopted = adopted,
            RequestedBy = requestedBy,
        };
        return Commit(transition, next, [.. adopted.Select(skill => skill.Operation)], document, folder: null);
    }

    private Transition Commit(Transition transition, RegistryDocument next, IReadOnlyList<string> committed, RegistryDocument document, SkillFolder? folder)
    {
        FaultInjection.Reach("before-intent");
        journal.Begin(transition);
        try
        {
            FaultInjection.Reach("intent-written");
            if (folder is not null)
            {
                store.Put(folder, transition.Digest);
            }

            FaultInjection.Reach("store-written");
            var operations = document.RecentOperations.Concat(committed).TakeLast(RegistryDocument.MostRecentOperations).ToList();
            if (!registry.TryCommit(next with { RecentOperations = operations }, document.Serial))
            {
                throw new WreException("The registry was changed by something that does not hold its lock.", "look who else writes it, then try again");
            }
        }
        catch (WreException) when (!TransitionJournal.IsCommitted(transition, registry.Load()))
        {
            journal.End(transition.Operation);
            throw;
        }

        FaultInjection.Reach("registry-committed");
        return transition;
    }
}
