using System.Globalization;

using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Promotion;

/// <summary>What the registry will say after a transition; pure.</summary>
/// <param name="Transition">The change.</param>
/// <param name="Entry">The skill's entry after it.</param>
internal sealed record PlannedTransition(Transition Transition, SkillEntry Entry);

/// <summary>Works out what a promotion, a rollback or the undoing of one does to the registry; pure (DESIGN section 4).</summary>
internal static class TransitionPlanner
{
    /// <summary>The label that a draft's version gets.</summary>
    /// <param name="entry">The skill's entry, or null.</param>
    /// <param name="stated">Label in the front matter, or null.</param>
    /// <param name="digest">The content.</param>
    /// <exception cref="WreException">The label is used for another content.</exception>
    public static string Label(SkillEntry? entry, string? stated, string digest)
    {
        if (entry?.LabelOf(digest) is { } known)
        {
            return known;
        }

        if (stated is null)
        {
            return NextMinor(entry);
        }

        return entry?.Versions.TryGetValue(stated, out var taken) == true
            ? throw new WreException(
                $"The label {stated} is used already for another content ({taken.Digest[..12]}); this one is {digest[..12]}.",
                $"raise `version` in the front matter or {SkillSettings.SidecarFile}, for example to {NextMinor(entry)}, and benchmark again")
            : stated;
    }

    /// <summary>Prototype → staged.</summary>
    public static PlannedTransition Stage(Transition frame, SkillEntry entry, PromotionEvidence evidence, WorkspaceLayout layout, PromotionPolicy policy)
    {
        var settings = evidence.Folder!.Settings;
        var known = entry.Versions.GetValueOrDefault(frame.Version);
        var version = Move(frame, PromotionState.Staged, known) with
        {
            Tickets = With(known?.Tickets, "staged", frame.Ticket!),
            EarlierTickets = Earlier(known, "staged"),
            PrototypeBaseline = new BaselineEntry
            {
                PatternFidelity = evidence.Benchmark?.PatternFidelity,
                OutcomeQuality = evidence.Benchmark?.OutcomeQuality,
                ExecutionTimeMs = evidence.Benchmark?.ExecutionTimeMs,
                Executions = evidence.Benchmark?.Runs ?? 0,
            },
            CreatedAt = known?.CreatedAt ?? frame.At,
        };
        var live = entry.Live(PromotionState.Production) is not null;
        var next = Describe(entry, settings) with
        {
            LastPromotion = frame.At,
            CreatedAt = entry.CreatedAt ?? frame.At,
            Rollout = Step(policy.Rollout, 0, frame.At),
            Scoring = "automatic",
            Monitoring = live ? entry.Monitoring : "scheduled",
            ReviewSchedule = policy.StagedReview,
        };
        return Finish(frame, next.With(frame.Version, version).WithLive(PromotionState.Staged, frame.Version), layout, [Change(frame, PromotionState.Staged)], serves: null);
    }

    /// <summary>Staged → production.</summary>
    public static PlannedTransition Produce(Transition frame, SkillEntry entry, PromotionEvidence evidence, string module, WorkspaceLayout layout, PromotionPolicy policy)
    {
        var known = entry.Versions[frame.Version];
        var window = evidence.Window;
        var version = Move(frame, PromotionState.Production, known) with
        {
            Tickets = With(known.Tickets, "production", frame.Ticket!),
            EarlierTickets = Earlier(known, "production"),
            Predecessor = entry.Live(PromotionState.Production)?.Label,
            Baseline = new BaselineEntry
            {
                PatternFidelity = Mean(window.Fidelity),
                OutcomeQuality = Mean(window.Outcomes),
                ExecutionTimeMs = Mean(window.TimesMs),
                Executions = window.Executions,
            },
        };
        var changes = new List<StateChange> { Change(frame, PromotionState.Production) };
        var next = Describe(entry, evidence.Folder!.Settings);
        if (entry.Live(PromotionState.Production) is { } old)
        {
            next = next.With(old.Label, Move(frame, PromotionState.Held, old.Version) with { HeldAs = PromotionState.Production, HeldReason = "superseded" });
            changes.Add(new StateChange(old.Label, old.Version.Digest, PromotionState.Held));
        }

        next = next with
        {
            LastPromotion = frame.At,
            Module = module.Length == 0 ? null : module,
            Rollout = null,
            Scoring = "automatic",
            Monitoring = "alerting",
            ReviewSchedule = policy.ProductionReview,
        };
        next = next.With(frame.Version, version).WithLive(PromotionState.Staged, null).WithLive(PromotionState.Production, frame.Version);
        return Finish(frame, next, layout, changes, serves: frame.Version);
    }

    /// <summary>Production → staged: the predecessor serves again, or the staged copy does.</summary>
    /// <param name="frame">What is known of the transition.</param>
    /// <param name="entry">The skill's entry.</param>
    /// <param name="layout">Where things are.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="sound">Whether the content of a digest is in the store, unaltered: what cannot be loaded cannot serve.</param>
    public static PlannedTransition RollBack(Transition frame, SkillEntry entry, WorkspaceLayout layout, PromotionPolicy policy, Func<string, bool> sound)
    {
        var (label, live) = entry.Live(PromotionState.Production)!.Value;
        var failed = live with { Rollbacks = live.Rollbacks + 1, LastRollback = frame.At };
        var rolledBack = new RollbackEntry { Operation = frame.Operation, At = frame.At, Reason = frame.Reason!, TriggerMetric = frame.TriggerMetric };
        var held = Move(frame, PromotionState.Held, failed) with { HeldAs = PromotionState.Staged, HeldReason = "rolled_back", RolledBack = rolledBack };
        var name = SoundPredecessor(entry, failed, sound);
        if (name is not null)
        {
            var predecessor = entry.Versions[name];
            // Somebody may have staged the predecessor's content again; it cannot be its own candidate.
            var candidateReturns = entry.Live(PromotionState.Staged)?.Label == name;
            var freed = candidateReturns ? entry.WithLive(PromotionState.Staged, null) with { Rollout = null } : entry;
            var restored = Move(frame, PromotionState.Production, predecessor);
            return Finish(
                frame,
                freed.With(label, held).With(name, restored).WithLive(PromotionState.Production, name) with { LastRollback = frame.At },
                layout,
                [Change(frame, PromotionState.Held), new StateChange(name, predecessor.Digest, PromotionState.Production)],
                serves: name);
        }

        // Without a predecessor the staged copy of the same content serves, unless the policy withholds it or another version is staged.
        if (!policy.Rollback.ServeStagedCopy || !sound(failed.Digest) || entry.Live(PromotionState.Staged) is not null)
        {
            return Finish(frame, entry.With(label, held).WithLive(PromotionState.Production, null) with
            {
                LastRollback = frame.At,
                Monitoring = entry.Live(PromotionState.Staged) is null ? "none" : "scheduled",
            }, layout, [Change(frame, PromotionState.Held)], serves: null);
        }

        var staged = Move(frame, PromotionState.Staged, failed) with { RolledBack = rolledBack };
        var next = entry.With(label, staged).WithLive(PromotionState.Production, null).WithLive(PromotionState.Staged, label) with
        {
            LastRollback = frame.At,
            Monitoring = "scheduled",
            ReviewSchedule = policy.StagedReview,
            Rollout = new RolloutEntry { Percent = 100, Step = policy.Rollout.Steps.Count - 1, Since = frame.At, Status = RolloutEntry.Completed },
        };
        return Finish(frame, next, layout, [Change(frame, PromotionState.Staged)], serves: label);
    }

    // The latest of those before it that can still be loaded.
    private static string? SoundPredecessor(SkillEntry entry, VersionEntry failed, Func<string, bool> sound)
    {
        var seen = new HashSet<string>();
        for (var name = failed.Predecessor; name is not null && seen.Add(name) && entry.Versions.TryGetValue(name, out var version); name = version.Predecessor)
        {
            if (sound(version.Digest))
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>Staged → prototype: traffic goes back to the baseline, the version stays in the store.</summary>
    public static PlannedTransition Demote(Transition frame, SkillEntry entry, WorkspaceLayout layout, PromotionPolicy policy)
    {
        var (label, staged) = entry.Live(PromotionState.Staged)!.Value;
        var held = Move(frame, PromotionState.Held, staged) with
        {
            HeldAs = PromotionState.Prototype,
            HeldReason = "demoted",
            RolledBack = new RollbackEntry { Operation = frame.Operation, At = frame.At, Reason = frame.Reason!, TriggerMetric = frame.TriggerMetric },
        };
        var next = entry.With(label, held).WithLive(PromotionState.Staged, null);
        var live = entry.Live(PromotionState.Production);
        next = next with
        {
            LastRollback = frame.At,
            Rollout = null,
            Scoring = live is null ? "on_demand" : entry.Scoring,
            Monitoring = live is null ? "none" : entry.Monitoring,
            ReviewSchedule = live is null ? "on_demand" : policy.ProductionReview,
        };
        return Finish(frame, next, layout, [Change(frame, PromotionState.Held)], serves: live?.Label);
    }

    /// <summary>Another share of traffic for the staged version; no version changes its state.</summary>
    public static PlannedTransition ChangeRollout(Transition frame, SkillEntry entry, RolloutEntry rollout) =>
        new(frame with { Serves = entry.Live(PromotionState.Production)?.Label }, entry with { Rollout = rollout });

    /// <summary>A step of a rollout at its beginning.</summary>
    public static RolloutEntry Step(RolloutRules rules, int index, string at) => new()
    {
        Percent = rules.Steps[index].Percent,
        Step = index,
        Since = at,
        Labels = rules.Steps[index].Labels.Count == 0 ? null : rules.Steps[index].Labels,
    };

    /// <summary>The undoing of a rollback: the version returns to production, what serves now becomes its predecessor.</summary>
    public static PlannedTransition Restore(Transition frame, SkillEntry entry, WorkspaceLayout layout, PromotionPolicy policy)
    {
        var version = entry.Versions[frame.Version];
        var changes = new List<StateChange> { Change(frame, PromotionState.Production) };
        var next = entry.Live(PromotionState.Staged)?.Label == frame.Version ? entry.WithLive(PromotionState.Staged, null) with { Rollout = null } : entry;
        var restored = Move(frame, PromotionState.Production, version) with { Predecessor = entry.Live(PromotionState.Production)?.Label };
        if (entry.Live(PromotionState.Production) is { } serving)
        {
            next = next.With(serving.Label, Move(frame, PromotionState.Held, serving.Version) with { HeldAs = PromotionState.Production, HeldReason = "superseded" });
            changes.Add(new StateChange(serving.Label, serving.Version.Digest, PromotionState.Held));
        }

        next = next.With(frame.Version, restored).WithLive(PromotionState.Production, frame.Version) with
        {
            LastPromotion = frame.At,
            Monitoring = "alerting",
            ReviewSchedule = policy.ProductionReview,
        };
        return Finish(frame, next, layout, changes, serves: frame.Version);
    }

    /// <summary>An entry brought in line with what the skill says about itself.</summary>
    public static SkillEntry Describe(SkillEntry entry, SkillSettings settings) => entry with
    {
        PrimaryAgent = settings.PrimaryAgent,
        FallbackAgent = settings.FallbackAgent,
        IntentType = settings.IntentType,
        Module = settings.Module ?? entry.Module,
    };

    /// <summary>State and folder of the furthest live version.</summary>
    public static SkillEntry Locate(string skill, SkillEntry entry, WorkspaceLayout layout)
    {
        var state = entry.Live(PromotionState.Production) is not null ? PromotionState.Production
            : entry.Live(PromotionState.Staged) is not null ? PromotionState.Staged : PromotionState.Prototype;
        var folder = state switch
        {
            PromotionState.Production when entry.Live(PromotionState.Production)!.Value.Version.AdoptedFrom is { } found => Path.Combine(layout.Root, found),
            PromotionState.Production => layout.ProductionFolder(skill, entry.Module ?? ""),
            PromotionState.Staged => layout.StagedFolder(skill),
            _ when entry.DraftFolder is { } draft => Path.Combine(layout.Root, draft),
            _ => layout.PrototypeFolder(skill),
        };
        return entry with
        {
            PromotionState = state,
            Location = layout.Relative(folder) + "/",
            MetricsPath = $"{layout.Relative(layout.MetricsFolder)}/{skill}_*.json",
        };
    }

    /// <summary>A planned transition with the state and folder of the furthest live version.</summary>
    public static PlannedTransition Finish(Transition frame, SkillEntry entry, WorkspaceLayout layout, IReadOnlyList<StateChange> changes, string? serves) =>
        new(frame with { Changes = changes, Serves = serves }, Locate(frame.Skill, entry, layout));

    /// <summary>A version in another state, as of this transition.</summary>
    public static VersionEntry Move(Transition frame, PromotionState state, VersionEntry? known) =>
        (known ?? new VersionEntry { Digest = frame.Digest, State = state, StateSince = frame.At, StateSerial = 0, Operation = frame.Operation }) with
        {
            State = state,
            StateSince = frame.At,
            StateSerial = frame.ExpectedSerial + 1,
            Operation = frame.Operation,
            HeldAs = null,
            HeldReason = null,
            RolledBack = state is PromotionState.Staged or PromotionState.Production && known?.RolledBack is { ReviewedBy: not null } ? null : known?.RolledBack,
        };

    private static StateChange Change(Transition frame, PromotionState state) => new(frame.Version, frame.Digest, state);

    private static double? Mean(IReadOnlyList<double> values) => values.Count == 0 ? null : values.Average();

    private static SortedDictionary<string, string> With(IReadOnlyDictionary<string, string>? tickets, string state, string ticket)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (known, used) in tickets ?? new Dictionary<string, string>())
        {
            all[known] = used;
        }

        all[state] = ticket;
        return all;
    }

    // A ticket that another one takes the place of was used all the same; the audit log may be lost.
    private static IReadOnlyList<string>? Earlier(VersionEntry? known, string state) =>
        known?.Tickets.GetValueOrDefault(state) is { } used ? [.. known.EarlierTickets ?? [], used] : known?.EarlierTickets;

    private static string NextMinor(SkillEntry? entry)
    {
        var latest = (entry?.Versions.Keys ?? [])
            .Select(label => label.Split('.'))
            .Where(parts => parts.Length >= 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out _) && int.TryParse(parts[1], CultureInfo.InvariantCulture, out _))
            .Select(parts => (Major: int.Parse(parts[0], CultureInfo.InvariantCulture), Minor: int.Parse(parts[1], CultureInfo.InvariantCulture)))
            .DefaultIfEmpty((Major: 1, Minor: -1))
            .Max();
        return $"{latest.Major}.{latest.Minor + 1}";
    }
}
