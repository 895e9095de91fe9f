using WreSkills.Metrics;
using WreSkills.Policy;
using WreSkills.Registry;

namespace WreSkills.Monitoring;

/// <summary>What the monitor sees of one version.</summary>
/// <param name="Stay">The version and the state it is in.</param>
/// <param name="Triggers">All triggers with their figures, the gravest first: those of policy 3.1 for its state.</param>
public sealed record MonitorReport(StateStay Stay, IReadOnlyList<TriggerResult> Triggers)
{
    /// <summary>The gravest trigger that fires and rolls back, or null.</summary>
    public TriggerResult? Fired => Triggers.FirstOrDefault(trigger => trigger is { Verdict: Verdict.Fail, Action: TriggerAction.Rollback, IsConfirmed: true });

    /// <summary>For a staged version: the triggers of production, which stop its rollout.</summary>
    public IReadOnlyList<TriggerResult> Guardrails { get; init; } = [];

    /// <summary>Triggers that began to hold since the last look and pause or alert.</summary>
    public IReadOnlyList<TriggerResult> Begun { get; init; } = [];

    /// <summary>The guard.</summary>
    public required GuardReport Guard { get; init; }

    /// <summary>Executions since it entered the state.</summary>
    public required long Executions { get; init; }

    /// <summary>The latest change of agent or model, with which the evidence began anew; null without one.</summary>
    public RunnerChange? Change { get; init; }

    /// <summary>Windows and evidence behind the figures.</summary>
    public required WatchState State { get; init; }

    /// <summary>For a staged version: the comparison with what serves beside it; null in production.</summary>
    public ArmComparison? Arms { get; init; }

    /// <summary>What arrived since the last look, in order, and whether it ended in an exception. The latest thousand at most.</summary>
    public IReadOnlyList<(long Arrival, bool Failed)> NewExceptions { get; init; } = [];

    internal long Corrections { get; init; }

    /// <summary>False when it is what was kept already.</summary>
    internal bool IsNews { get; init; } = true;
}

/// <summary>
/// Watches versions: takes in what arrived since it looked last, asks the triggers after every single value, and keeps what it
/// remembers beside the facts, with the position it was computed to. Whoever resumes there comes to the same result.
/// </summary>
public sealed class SkillMonitor(MetricsDatabase database, ReviewFlagStore flags, TimeProvider time)
{
    private const int MostExceptions = 1000;

    /// <summary>Looks at the version of a skill that is in a state.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="entry">Its registry entry.</param>
    /// <param name="policy">The thresholds.</param>
    /// <param name="state"><see cref="PromotionState.Production"/> or <see cref="PromotionState.Staged"/>.</param>
    /// <returns>The report, or null when no version is there. At a trigger that rolls back it stops and says how things stood then.</returns>
    public MonitorReport? Evaluate(string skill, SkillEntry entry, PromotionPolicy policy, PromotionState state)
    {
        if (entry.Live(state) is not { } live)
        {
            return null;
        }

        var (stay, circumstances, change, memory) = database.Recall(skill, entry, live.Label, live.Version, state);
        var (watch, arms, seen) = Resume(stay, memory, live.Version, Times(entry, live.Version, state), circumstances, policy);
        var (before, told) = (watch.Position, watch.Told);
        var (begun, exceptions) = TakeIn(stay, watch, arms, BaselineOf(skill, entry, state), (seen, circumstances.Arrived), policy);
        var literal = RollbackTrigger.Evaluate(watch, policy, () => CriticalIds(stay));
        return new MonitorReport(stay, arms is null ? literal : DemotionTrigger.Evaluate(
            new StagedEvidence(live.Version, circumstances.Executions, watch, arms, flags.Find(skill, live.Version.StateSerial), time.GetUtcNow()), policy.Demotion))
        {
            Guardrails = arms is null ? [] : literal,
            Begun = begun,
            NewExceptions = exceptions,
            Guard = GuardReport.Of(watch, policy.Guard),
            Executions = circumstances.Executions,
            Change = change,
            State = watch,
            Arms = arms,
            Corrections = circumstances.Corrections,
            IsNews = before == 0 || watch.Position != before || watch.Told != told,
        };
    }

    /// <summary>Keeps what a report is made from, once what it asks for is done. Killed before, the next look comes to the same report.</summary>
    public void Keep(MonitorReport report, PromotionPolicy policy)
    {
        if (!report.IsNews)
        {
            return;
        }

        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(report.Stay.Start.Ordinal);
        var watch = report.State.ToBytes();
        writer.Write(watch.Length);
        writer.Write(watch);
        report.Arms?.Write(writer);
        database.SaveMonitorState(report.Stay, report.State.Position, report.Corrections, policy.Digest, stream.ToArray());
    }

    // A staged version is compared with live executions as well: a benchmark runs elsewhere, and tells nothing about the time here.
    private static double? Times(SkillEntry entry, VersionEntry version, PromotionState state) =>
        (state == PromotionState.Production ? version : entry.Live(PromotionState.Production)?.Version)?.Baseline?.ExecutionTimeMs;

    // What was kept counts only for the same rules, the same beginning and uncorrected values; else everything is read again,
    // but what was judged already is not judged again.
    private static (WatchState Watch, ArmComparison? Arms, long Seen) Resume(
        StateStay stay, (long Position, long Corrections, string Policy, byte[] Content)? memory, VersionEntry version, double? timeMs, StayCircumstances circumstances, PromotionPolicy policy)
    {
        var staged = stay.State == PromotionState.Staged.Text();
        WatchState Watch() => new(policy, timeMs);
        ArmComparison? Arms() => staged ? new ArmComparison(policy.Demotion.RegressionMargin, version.PrototypeBaseline) : null;
        if (memory is not { } kept)
        {
            return (Watch(), Arms(), 0);
        }

        if (kept.Policy != policy.Digest || kept.Corrections != circumstances.Corrections)
        {
            return (Watch(), Arms(), kept.Position);
        }

        using var reader = new BinaryReader(new MemoryStream(kept.Content));
        var (watch, arms) = (Watch(), Arms());
        if (reader.ReadInt64() != stay.Start.Ordinal || !watch.TryRead(reader.ReadBytes(reader.ReadInt32())))
        {
            return (Watch(), Arms(), kept.Position);
        }

        arms?.Read(reader);
        return (watch, arms, kept.Position);
    }

    private (List<TriggerResult> Begun, List<(long Arrival, bool Failed)> Exceptions) TakeIn(StateStay stay, WatchState watch, ArmComparison? arms, StateStay? baseline, (long Seen, long Arrived) known, PromotionPolicy policy)
    {
        var (begun, exceptions) = (new List<TriggerResult>(), new List<(long Arrival, bool Failed)>());
        if (baseline is null && watch.Position > 0 && watch.Position >= known.Arrived)
        {
            return (begun, exceptions);
        }

        List<Observation> own = [], other = [];
        for (var until = watch.Position; until < long.MaxValue;)
        {
            var after = until;
            until = database.ReadArrivals(stay, after, own);
            if (arms is not null && baseline is not null)
            {
                until = Math.Min(until, database.ReadArrivals(baseline, after, other));
            }

            var beside = 0;
            foreach (var observation in own.TakeWhile(one => one.Sequence <= until))
            {
                for (; beside < other.Count && other[beside].Sequence < observation.Sequence; beside++)
                {
                    arms?.ObserveBaseline(other[beside]);
                }

                watch.Observe(observation);
                arms?.ObserveCandidate(observation);
                if (observation.Sequence <= known.Seen)
                {
                    continue;
                }

                if (observation.Metric == ObservedMetric.Exception)
                {
                    exceptions.Add((observation.Sequence, observation.Value > 0));
                }

                if (Judge(watch, begun, arms is not null, policy))
                {
                    return (begun, exceptions);
                }
            }

            for (; beside < other.Count && other[beside].Sequence <= until; beside++)
            {
                arms?.ObserveBaseline(other[beside]);
                watch.Position = Math.Max(watch.Position, other[beside].Sequence);
            }

            // Everything that had arrived is taken in, also where the latest of it said nothing about this version.
            watch.Position = until < long.MaxValue ? until : Math.Max(watch.Position, known.Arrived);
            exceptions.RemoveRange(0, Math.Max(0, exceptions.Count - MostExceptions));
        }

        return (begun, exceptions);
    }

    // True when production is rolled back now; a staged version is judged when everything is taken in.
    private static bool Judge(WatchState watch, List<TriggerResult> begun, bool staged, PromotionPolicy policy)
    {
        if (watch.Firing == TriggerSet.None)
        {
            return false;
        }

        if (!staged && watch.Acting() != TriggerSet.None)
        {
            return true;
        }

        var news = (RollbackTrigger.With(watch.Firing, policy.Triggers, TriggerAction.Alert) | RollbackTrigger.With(watch.Firing, policy.Triggers, TriggerAction.Pause)) & ~watch.Told;
        if (news != TriggerSet.None)
        {
            watch.Told |= news;
            begun.AddRange(RollbackTrigger.Evaluate(watch, policy).Where(result => news.HasFlag(RollbackTrigger.Of(result.Name))));
        }

        return false;
    }

    private static StateStay? BaselineOf(string skill, SkillEntry entry, PromotionState state)
    {
        if (state != PromotionState.Staged)
        {
            return null;
        }

        if (entry.Live(PromotionState.Production) is { } production)
        {
            return new StateStay(skill, production.Label, PromotionState.Production.Text(), production.Version.StateSerial, production.Version.Digest);
        }

        return entry.Prototype is { } prototype && entry.Live(PromotionState.Staged)?.Version.Digest != prototype.Digest
            ? new StateStay(skill, "", PromotionState.Prototype.Text(), 0, prototype.Digest)
            : null;
    }

    private IReadOnlyList<string> CriticalIds(StateStay stay) => database.Window(stay, new WindowSizes(0, 0, 0, 0, 0, int.MaxValue) { Sources = false }).CriticalFalseNegativeIds;
}
