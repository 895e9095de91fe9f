using System.Data.Common;
using System.Text.Json.Nodes;

using WreSkills.Loading;
using WreSkills.Metrics;
using WreSkills.Notifications;
using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Search;
using WreSkills.Skills;
using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Promotion;

/// <summary>
/// The work after the commit: audit line, promotion log line, messages, folders, documents, database, graph and index.
/// Every step is idempotent by operation id or makes things match the registry as it is now.
/// </summary>
public sealed class Settlement(
    WorkspaceLayout layout, WorkspaceLock locks, SkillRegistry registry, VersionStore store, SkillLoader loader, TransitionJournal journal, AuditLog audit,
    MetricsLog metrics, MetricsIngestor ingestor, MetricsDatabase database, Outbox outbox, SkillIndex index, SkillsGraph graph, PromotionPolicy policy, TimeProvider time)
{
    private readonly MaterializedFolders _folders = new(layout, store);
    private readonly ModuleDocuments _documents = new(layout);
    private readonly RollbackDeadlines _deadlines = new(database);

    /// <summary>Does everything that follows from a committed transition and deletes its intent.</summary>
    /// <exception cref="WreException">Something could not be written; the transition stands, and the next command finishes the rest.</exception>
    public void Settle(Transition transition)
    {
        try
        {
            using var turn = locks.AcquireSettle();
            SettleHoldingTurn(transition);
        }
        catch (Exception error) when (error is WreException or IOException or UnauthorizedAccessException or DbException)
        {
            throw Unfinished(transition, error);
        }
    }

    /// <summary>Does what another command left of a committed transition, unless that command has finished it meanwhile.</summary>
    /// <returns>False when there was nothing left to do.</returns>
    /// <exception cref="WreException">Something could not be written; the transition stands, and the next command tries again.</exception>
    public bool Resume(Transition transition)
    {
        try
        {
            using var turn = locks.AcquireSettle();
            if (!journal.IsOpen(transition.Operation))
            {
                return false;
            }

            SettleHoldingTurn(transition);
            return true;
        }
        catch (Exception error) when (error is WreException or IOException or UnauthorizedAccessException or DbException)
        {
            throw Unfinished(transition, error);
        }
    }

    private static WreException Unfinished(Transition transition, Exception error) => new(
        $"{transition.Title} is done (registry serial {transition.ExpectedSerial + 1}), but what follows from it is not finished: {error.Message}",
        $"{((error as WreException)?.Hint is { } hint ? hint + "; " : "")}the next wre command finishes it, `wre doctor` shows what is missing",
        innerException: error);

    private void SettleHoldingTurn(Transition transition)
    {
        _ = Timestamp.TryParse(transition.At, out var moment);
        if (transition.Kind == Transition.AdoptionKind)
        {
            SettleAdoption(transition);
            return;
        }

        audit.Append(transition.Operation, transition.AuditLine());
        FaultInjection.Reach("audit-written");
        var checkpoint = CheckpointOf(transition.Operation);
        if (transition.RenamedFrom is { } old)
        {
            // Before anything is written under the new name, or its files would stand in the way of the old ones.
            new SkillRenaming(layout, database, graph, index).Move(old, transition.Skill);
            FaultInjection.Reach("renamed");
        }

        if (transition.Kind == Transition.RolloutKind)
        {
            // No version changes its state, so there is nothing to bring in line with it.
            PutMessages(transition, checkpoint);
            journal.End(transition.Operation);
            return;
        }

        metrics.AppendEvent(transition.Skill, transition.Operation, transition.PromotionLogLine(checkpoint));
        FaultInjection.Reach("promotion-log-written");
        PutMessages(transition, checkpoint);
        SyncFolders(transition, moment);
        FaultInjection.Reach("folders-written");
        SyncDocuments(transition.Skill);
        FaultInjection.Reach("documents-written");
        SyncDatabase(transition, moment);
        FaultInjection.Reach("database-written");
        SyncIndex(transition.Skill);
        if (transition.Kind == "rollback")
        {
            foreach (var action in (ReadOnlySpan<string>)["alert", "archive", "reindex"])
            {
                _deadlines.Done(transition.Operation, action, time.GetUtcNow());
            }
        }

        FaultInjection.Reach("index-written");
        journal.End(transition.Operation);
        FaultInjection.Reach("intent-deleted");
    }

    // Folders and documents stay as they are: that is what adopting means.
    private void SettleAdoption(Transition transition)
    {
        foreach (var skill in transition.Adopted ?? [])
        {
            audit.Append(skill.Operation, transition.AdoptionLine(skill, "operation"));
            if (skill.Version.Length > 0)
            {
                metrics.AppendEvent(skill.Skill, skill.Operation, transition.AdoptionLine(skill, "event_id"));
            }

            FaultInjection.Reach("adoption-audited");
        }

        foreach (var skill in (transition.Adopted ?? []).Select(skill => skill.Skill).Distinct())
        {
            ingestor.Run(skill);
            database.SaveSkill(skill, registry.Load().Require(skill));
            SyncIndex(skill);
        }

        journal.End(transition.Operation);
    }

    // What follows from a transition goes on without a checkpoint when the log was changed so that it has none; `wre audit verify` tells.
    private string? CheckpointOf(string operation)
    {
        try
        {
            return audit.CheckpointOf(operation)?.ToString();
        }
        catch (WreException)
        {
            return null;
        }
    }

    private void PutMessages(Transition transition, string? checkpoint)
    {
        foreach (var message in TransitionMessages.Of(transition, policy, checkpoint))
        {
            outbox.Put(message);
        }

        FaultInjection.Reach("outbox-written");
    }

    /// <summary>Brings folders, documents, database row, graph and index of a skill in line with the registry, outside of any transition.</summary>
    public void Repair(string skill)
    {
        using var turn = locks.AcquireSettle();
        var entry = registry.Load().Require(skill);
        _folders.SyncStaged(skill, entry, time.GetUtcNow());
        _folders.SyncProduction(skill, entry);
        KeepTexts(skill, entry);
        SyncDocuments(skill);
        database.SaveSkill(skill, entry);
        SyncIndex(skill);
    }

    /// <summary>Adds the deadlines of a rollback that the audit log knows; for a rebuilt database.</summary>
    public void RestoreDeadlines(string operation, string skill, DateTimeOffset at, bool reported, bool reviewed)
    {
        _deadlines.Add(operation, skill, at, policy.Rollback);
        foreach (var (action, done) in (ReadOnlySpan<(string, bool)>)[("alert", true), ("archive", true), ("reindex", true), ("failure_analysis", reported), ("human_review", reviewed)])
        {
            if (done)
            {
                _deadlines.Done(operation, action, time.GetUtcNow());
            }
        }
    }

    /// <summary>What the index holds of a skill: its furthest live version, else its draft; null when there is neither.</summary>
    public IndexedSkill? Indexed(string skill, SkillEntry? entry)
    {
        if (entry?.Live(entry.PromotionState) is { } live)
        {
            return new IndexedSkill(skill, entry.PromotionState, live.Label, store.Open(skill, live.Version.Digest)) { Digest = live.Version.Digest };
        }

        if (entry?.Retired is not null || !Directory.Exists(loader.DraftFolder(skill)))
        {
            return null;
        }

        try
        {
            var stamp = SkillStamp.Of(layout.PrototypeFolder(skill)) ?? "";
            var draft = loader.OpenPrototype(skill);
            return new IndexedSkill(skill, PromotionState.Prototype, draft.Folder.Settings.Version ?? "", draft.Folder) { Digest = draft.Digest, Stamp = stamp };
        }
        catch (WreException)
        {
            // An unsound draft serves nobody, so nobody should find it; `wre lint` says what is wrong with it.
            return null;
        }
    }

    private void SyncFolders(Transition transition, DateTimeOffset moment)
    {
        var (skill, entry) = (transition.Skill, registry.Load().Require(transition.Skill));
        _folders.SyncStaged(skill, entry, moment);
        _folders.SyncProduction(skill, entry);
        if (transition is { Kind: "promotion", To: PromotionState.Production })
        {
            _folders.KeepText(skill, entry, transition.Digest, $"v{transition.Version}_baseline.md");
        }
        else if (transition is { Kind: "rollback", From: PromotionState.Production })
        {
            _folders.KeepText(skill, entry, transition.Digest, $"v{transition.Version}_failed_{Timestamp.ToFileName(moment)}.md");
        }
    }

    // `versions/` of a production folder that somebody removed, as far as the registry knows what stood in it.
    private void KeepTexts(string skill, SkillEntry entry)
    {
        if (entry.Live(PromotionState.Production) is { Version.Adopted: false } live)
        {
            _folders.KeepText(skill, entry, live.Version.Digest, $"v{live.Label}_baseline.md");
        }

        foreach (var (label, version) in entry.Versions.Where(version => version.Value is { RolledBack: not null, Baseline: not null, State: PromotionState.Held }))
        {
            _ = Timestamp.TryParse(version.RolledBack!.At, out var moment);
            _folders.KeepText(skill, entry, version.Digest, $"v{label}_failed_{Timestamp.ToFileName(moment)}.md");
        }
    }

    private void SyncDocuments(string skill)
    {
        var document = registry.Load();
        if (document.Require(skill) is { Module: { } module } entry && entry.Live(PromotionState.Production)?.Version.Adopted != true)
        {
            _documents.Sync(module, document, Describe);
        }
    }

    private void SyncDatabase(Transition transition, DateTimeOffset moment)
    {
        ingestor.Run(transition.Skill);
        database.SaveSkill(transition.Skill, registry.Load().Require(transition.Skill));
        if (transition.Kind == "rollback")
        {
            _deadlines.Add(transition.Operation, transition.Skill, moment, policy.Rollback);
        }
        else if (transition is { BreakGlass: not null, Countersigned: false })
        {
            _deadlines.AddCountersignature(transition.Operation, transition.Skill, moment, policy.Tickets);
        }
    }

    private void SyncIndex(string skill)
    {
        var entry = registry.Load().Require(skill);
        var indexed = Indexed(skill, entry);
        graph.Update(skill, entry, indexed?.Folder.Settings.Dependencies ?? new SkillDependencies(), indexed is null ? null : SkillReferences.Of(indexed.Folder));
        index.Update(skill, indexed);
    }

    private string Describe(string skill) =>
        registry.Load().Find(skill)?.Live(PromotionState.Production) is { } live ? store.Open(skill, live.Version.Digest).Settings.Description : "";
}
