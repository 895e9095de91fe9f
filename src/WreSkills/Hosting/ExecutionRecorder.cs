using System.Text.Json.Nodes;

using WreSkills.Executions;
using WreSkills.Loading;
using WreSkills.Metrics;
using WreSkills.Monitoring;
using WreSkills.Notifications;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Scoring;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>What became of one recorded execution.</summary>
/// <param name="Record">The execution with what was filled in.</param>
/// <param name="Score">Its score; null when it was not scored.</param>
/// <param name="Outcome">What it counts as.</param>
/// <param name="KnownAlready">True when everything it says was known; nothing was written then.</param>
public sealed record RecordedExecution(ExecutionRecord Record, FidelityScore? Score, OutcomeClass Outcome, bool KnownAlready)
{
    /// <summary>Why no window will see it although one might expect it; null when one does, or nobody would.</summary>
    public string? Note { get; init; }

    /// <summary>In what it differs from the skill's own history; empty for one that is like the others.</summary>
    public IReadOnlyList<Anomaly> Anomalies { get; init; } = [];
}

/// <summary>What a recording did.</summary>
/// <param name="Executions">Every execution.</param>
/// <param name="Skills">Every skill that gained executions.</param>
public sealed record RecordingOutcome(IReadOnlyList<RecordedExecution> Executions, IReadOnlyDictionary<string, MonitoredSkill> Skills);

/// <summary>
/// The way of an execution through the stages: place it, keep it whole, score it, append its metric lines, ingest them,
/// ask the monitor, and roll back in the same call when a trigger fires.
/// </summary>
public sealed class ExecutionRecorder(Workspace workspace)
{
    private readonly Dictionary<string, SkillFolder?> _folders = [];
    private readonly Dictionary<SkillFolder, PatternScorer> _scorers = [];

    /// <summary>Records executions. Recording the same id twice is harmless.</summary>
    public RecordingOutcome Record(IReadOnlyList<ExecutionRecord> records)
    {
        // All or nothing: a skill that nobody knows must not stop what follows the records before it.
        var document = workspace.Registry.Load();
        var unknown = records.Select(record => record.Skill).Distinct().Where(skill => document.Find(skill) is null && !Directory.Exists(workspace.Layout.PrototypeFolder(skill))).ToList();
        if (unknown.Count > 0)
        {
            throw new WreException(
                $"There is no skill '{string.Join("', '", unknown)}' here, so its executions cannot be recorded; nothing was recorded.",
                "check the records' `skill`, or create the skill first; `wre list` shows those there are");
        }

        var executions = new List<RecordedExecution>();
        var skills = new Dictionary<string, MonitoredSkill>();
        foreach (var group in records.GroupBy(record => record.Skill))
        {
            var recorded = RecordSkill(group.Key, [.. group]);
            executions.AddRange(recorded);
            if (recorded.Exists(execution => !execution.KnownAlready) || workspace.Database.Unjudged().ContainsKey(group.Key))
            {
                skills[group.Key] = workspace.Watch.Run(group.Key);
            }
        }

        return new RecordingOutcome(executions, skills);
    }

    /// <summary>Scores one execution against the patterns of the version it ran; nothing is written.</summary>
    /// <param name="record">The execution.</param>
    /// <param name="judge">Who answers the questions of judge patterns; null for nobody.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The score, or null when the version is not known here or there are no breadcrumbs.</returns>
    public async Task<FidelityScore?> ExplainAsync(ExecutionRecord record, JudgeCascade? judge, CancellationToken cancellationToken)
    {
        var placed = Place(record, workspace.Registry.Load().Find(record.Skill));
        if (Folder(placed) is not { } folder || ExecutionEvidence.Of(placed) is not { } evidence)
        {
            return null;
        }

        if (judge is not null)
        {
            evidence = await judge.JudgeAsync(folder.Patterns, evidence, null, cancellationToken).ConfigureAwait(false);
        }

        return new PatternScorer(folder.Patterns, folder.Settings.UnexpectedStepPenalty).Score(evidence);
    }

    /// <summary>Appends the fidelity line of a recorded execution that was not scored, such as a prototype's (policy 5.2: on demand).</summary>
    public FidelityScore? ScoreRecorded(ExecutionRecord record)
    {
        var placed = Place(record, workspace.Registry.Load().Find(record.Skill));
        var folder = Folder(placed);
        if (folder is null || ScoreBy(folder, placed) is not { } score)
        {
            return null;
        }

        if (score.PatternFidelity is not null && !workspace.Database.Knows(placed.Skill, placed.ExecutionId, fidelity: true, outcome: null, label: false, time: false))
        {
            var alone = placed with { Decision = null, OutcomeQuality = null, ExecutionTimeMs = null, Exception = null, MemoryUsageMb = null, Tokens = null };
            workspace.Metrics.Append(placed.Skill, [new ScoredExecution(alone, score, new OutcomeClass(null, null, null, false))]);
            workspace.Ingestor.Run(placed.Skill);
        }

        return score;
    }

    private List<RecordedExecution> RecordSkill(string skill, IReadOnlyList<ExecutionRecord> records)
    {
        var entry = workspace.Registry.Load().Find(skill);
        var recorded = new List<RecordedExecution>();
        var earlier = Earlier(skill, records);
        foreach (var record in records)
        {
            var before = earlier.GetValueOrDefault(record.ExecutionId);
            var (whole, learnt) = before is null ? (record, true) : Complete(record, before);
            var placed = Place(whole, entry);
            var score = Score(placed);
            var outcome = OutcomeClass.Of(placed, Folder(placed)?.Settings ?? new SkillSettings());

            // Kept is not yet ingested: a process may have been killed in between, so the database has the last word.
            var known = (before is null || !learnt)
                && (recorded.Exists(other => other.Record.ExecutionId == placed.ExecutionId) || Knows(placed, score, outcome));
            recorded.Add(new RecordedExecution(placed, score, outcome, known));
            earlier[placed.ExecutionId] = placed.Json;
        }

        var fresh = recorded.Where(execution => !execution.KnownAlready).ToList();
        if (fresh.Count > 0)
        {
            workspace.Executions.Append(skill, fresh.Select(execution => execution.Record), workspace.Time.GetUtcNow());
            FaultInjection.Reach("executions-kept");
            workspace.Metrics.Append(skill, [.. fresh.Select(execution => new ScoredExecution(execution.Record, execution.Score, execution.Outcome))]);
            FaultInjection.Reach("metrics-written");
            workspace.Ingestor.Run(skill);
            FaultInjection.Reach("metrics-ingested");
        }

        var anomalies = Compare(skill, fresh).ToLookup(anomaly => anomaly.ExecutionId);
        return [.. recorded.Select(execution => execution with { Note = Note(execution, entry), Anomalies = [.. anomalies[execution.Record.ExecutionId]] })];
    }

    // What is odd is shown and told, once per kind and hour; it never rolls anything back. That it could not be looked for is no
    // reason to fail: the executions are recorded.
    private IReadOnlyList<Anomaly> Compare(string skill, IReadOnlyList<RecordedExecution> fresh)
    {
        var live = fresh.Where(execution => execution.Record is { Source: not "benchmark" } record && (record.Breadcrumbs is not null || record.ExecutionTimeMs is not null)).ToList();
        if (live.Count == 0)
        {
            return [];
        }

        try
        {
            var now = workspace.Time.GetUtcNow();
            var found = workspace.Anomalies.Add(skill, [.. live.Select(execution => (
                execution.Record.ExecutionId, Storage.Timestamp.ToIso(execution.Record.Timestamp ?? now), ExecutionFeatures.Of(execution.Record, execution.Score), execution.Record.Exception != true))]);
            foreach (var kind in found.GroupBy(anomaly => anomaly.Kind))
            {
                var body = new JsonObject { ["anomaly"] = kind.Key, ["count"] = kind.Count(), ["execution_id"] = kind.First().ExecutionId, ["message"] = kind.First().Sentence };
                workspace.Outbox.Put(new OutboxMessage($"anomaly-{skill}-{kind.Key}-{now.UtcDateTime:yyyyMMddTHH}", "anomaly", skill, Storage.Timestamp.ToIso(now), body));
            }

            return found;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or WreException)
        {
            return [];
        }
    }

    private bool Knows(ExecutionRecord record, FidelityScore? score, OutcomeClass outcome) => workspace.Database.Knows(
        record.Skill, record.ExecutionId, score?.PatternFidelity is not null, record.OutcomeQuality,
        outcome is { Label: not null, FalsePositive: not null }, record.ExecutionTimeMs is not null || record.Exception is not null);

    // Evidence that no window sees must not vanish in silence: a label that is spelt otherwise would blind the monitor.
    private string? Note(RecordedExecution execution, SkillEntry? entry)
    {
        var record = execution.Record;
        if (execution.KnownAlready || record.Source == "benchmark" || record.StateSerial > 0)
        {
            return null;
        }

        if (record.State is "staged" or "production")
        {
            return workspace.Database.PlaceOf(record.Skill, record.ExecutionId) is { Serial: > 0 }
                ? null
                : $"not counted: no version{(record.Version is { } version ? $" {version} with this content" : "")} was {record.State} when it ran";
        }

        return record.Version is { } label && entry is { Versions.Count: > 0 } && record.Digest is null ? $"counted as prototype: the registry knows no version {label}" : null;
    }

    // What the log of executions has about those that the database knows.
    private Dictionary<string, JsonObject> Earlier(string skill, IReadOnlyList<ExecutionRecord> records)
    {
        var ids = records.Select(record => record.ExecutionId).Distinct()
            .Where(id => workspace.Database.Knows(skill, id, fidelity: false, outcome: null, label: false, time: false)).ToList();
        return ids.Count == 0 ? [] : workspace.Executions.Find(skill, ids).ToDictionary(known => known.Key, known => JsonObject.Create(known.Value)!);
    }

    // A partial record adds to what was said before: a verdict that only says what should have been decided makes an outcome
    // with the decision of days ago, and a miss is critical if the execution was. Only an outcome may be corrected.
    private static (ExecutionRecord Whole, bool Learnt) Complete(ExecutionRecord record, JsonObject earlier)
    {
        var whole = earlier.DeepClone().AsObject();
        var learnt = false;
        foreach (var (name, value) in record.Json.Where(field => field.Value is not null && earlier[field.Key] is null))
        {
            whole[name] = value!.DeepClone();
            learnt = true;
        }

        ExecutionRecord Read() => ExecutionRecordReader.Read(whole.ToJsonString(), "the record", record.Skill, () => record.ExecutionId);
        var complete = Read();
        var verdict = record.Json["outcome_quality"] ?? record.Json["correct"];
        if (verdict is null || record.OutcomeQuality == complete.OutcomeQuality)
        {
            return (complete, learnt);
        }

        whole.Remove("correct");
        whole["outcome_quality"] = record.OutcomeQuality;
        return (Read(), true);
    }

    // Staged and production are scored at once, prototypes on demand (policy 5.2); a reported score counts where there is nothing to score.
    private FidelityScore? Score(ExecutionRecord record)
    {
        if (record.State is null or "prototype")
        {
            return null;
        }

        if (record.Breadcrumbs is not null && Folder(record) is { Patterns.Count: > 0 } folder)
        {
            return ScoreBy(folder, record);
        }

        return record.PatternFidelity is { } reported
            ? new FidelityScore { PatternFidelity = reported, PatternsFollowed = [], PatternsMissed = [], PatternsNotApplicable = [] }
            : null;
    }

    private FidelityScore? ScoreBy(SkillFolder folder, ExecutionRecord record)
    {
        if (!_scorers.TryGetValue(folder, out var scorer))
        {
            _scorers[folder] = scorer = new PatternScorer(folder.Patterns, folder.Settings.UnexpectedStepPenalty);
        }

        return ExecutionEvidence.Of(record) is { } evidence ? scorer.Score(evidence) : null;
    }

    private ExecutionRecord Place(ExecutionRecord record, SkillEntry? entry)
    {
        var placed = record with { Timestamp = record.Timestamp ?? workspace.Time.GetUtcNow(), Source = record.Source ?? "live" };
        if (placed.Version is null && placed.State is null && workspace.Database.PlaceOf(record.Skill, record.ExecutionId) is { } known)
        {
            // The human's verdict comes days later, and the version may have moved on since.
            placed = placed with { Version = known.Version, Digest = known.Digest, State = known.State, StateSerial = known.Serial };
        }

        placed = placed.StateSerial is null ? PlaceByRegistry(placed, entry) : placed;
        var json = placed.Json.DeepClone().AsObject();
        Set(json, "version", placed.Version);
        Set(json, "digest", placed.Digest);
        Set(json, "state", placed.State);
        Set(json, "source", placed.Source);
        Set(json, "timestamp", Storage.Timestamp.ToIso(placed.Timestamp ?? workspace.Time.GetUtcNow()));
        if (placed.StateSerial is { } serial)
        {
            json["state_serial"] = serial;
        }

        return placed with { Json = json };
    }

    private static ExecutionRecord PlaceByRegistry(ExecutionRecord record, SkillEntry? entry)
    {
        var label = record.Version ?? (record.Digest is { } digest ? entry?.LabelOf(digest) : null)
            ?? (PromotionStates.TryParse(record.State ?? entry?.PromotionState.Text(), out var asked) ? entry?.Live(asked)?.Label : null);
        if (label is null || entry?.Versions.GetValueOrDefault(label) is not { } version || (record.Digest is { } ran && ran != version.Digest))
        {
            return record with { State = record.State ?? "prototype", StateSerial = record.State is null or "prototype" ? 0 : null };
        }

        var current = version.State == PromotionState.Held ? version.HeldAs ?? PromotionState.Staged : version.State;
        return record with
        {
            Version = label,
            Digest = record.Digest ?? version.Digest,
            State = record.State ?? current.Text(),
            // A state that the version has left: the promotion log's intervals place it by its time.
            StateSerial = record.State is null || record.State == version.State.Text() ? version.StateSerial : null,
        };
    }

    private SkillFolder? Folder(ExecutionRecord record)
    {
        var key = $"{record.Skill}/{record.Digest ?? record.State}";
        if (_folders.TryGetValue(key, out var known))
        {
            return known;
        }

        return _folders[key] = record switch
        {
            { Digest: { } digest } when workspace.Store.Contains(digest) => workspace.Store.Open(record.Skill, digest),
            { State: "prototype" } when Directory.Exists(workspace.Loader.DraftFolder(record.Skill)) => workspace.Loader.OpenPrototype(record.Skill).Folder,
            _ => null,
        };
    }

    private static void Set(JsonObject json, string name, string? value)
    {
        if (value is not null)
        {
            json[name] = value;
        }
    }
}
