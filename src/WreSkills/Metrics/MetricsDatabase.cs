using Microsoft.Data.Sqlite;

using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>The questions that gates, triggers and people ask of <c>skills_metrics.db</c>.</summary>
public sealed class MetricsDatabase(string path, TimeProvider time) : IDisposable
{
    private readonly object _gate = new();
    private MetricsSession? _session;

    /// <summary>The named spans of time that <c>wre metrics</c> knows (policy 5.4).</summary>
    public static IReadOnlyDictionary<string, TimeSpan?> Timeframes { get; } = new Dictionary<string, TimeSpan?>
    {
        ["last_24_hours"] = TimeSpan.FromHours(24),
        ["last_7_days"] = TimeSpan.FromDays(7),
        ["last_30_days"] = TimeSpan.FromDays(30),
        ["all_time"] = null,
    };

    /// <summary>The file.</summary>
    public string File => path;

    /// <summary>Reads the latest values of a version in a state.</summary>
    public EvidenceWindow Window(StateStay stay, WindowSizes sizes)
    {
        using var turn = Take(out _);
        return turn.Evidence.Window(stay, sizes);
    }

    /// <summary>Aggregates a skill's executions of a span of time by version and state, latest stay first.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="timeframe">One of <see cref="Timeframes"/>.</param>
    /// <exception cref="WreException">There is no such timeframe.</exception>
    public IReadOnlyList<MetricsSummary> Summarize(string skill, string timeframe)
    {
        if (!Timeframes.TryGetValue(timeframe, out var span))
        {
            throw new WreException($"There is no timeframe '{timeframe}'.", $"choose one of {string.Join(", ", Timeframes.Keys)}");
        }

        using var turn = Take(out _);
        return turn.Summaries.Of(skill, span is { } back ? (time.GetUtcNow() - back).ToUnixTimeMilliseconds() : null);
    }

    /// <summary>Figures of the latest stay of a version in a state, or of the latest benchmark of a digest.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="version">Only this label; null for any.</param>
    /// <param name="state">Only this state; null for any.</param>
    /// <param name="digest">Only this content; null for any.</param>
    /// <returns>The figures, or null when there are no executions.</returns>
    public MetricsSummary? Latest(string skill, string? version, string? state, string? digest)
    {
        using var turn = Take(out var connection);
        using var command = connection.Prepare(
            """
            SELECT revision_key FROM revisions JOIN skill_keys USING (skill_key)
            WHERE skill_id = $1 AND ($2 IS NULL OR version = $2) AND ($3 IS NULL OR state = $3) AND ($4 IS NULL OR digest = $4) AND (benchmark = 0 OR state = 'prototype') AND executions > 0
            ORDER BY state_serial DESC, revision_key DESC LIMIT 1
            """,
            skill, version, state, digest);
        return command.ExecuteScalar() is long revision ? turn.Summaries.OfRevision(revision) : null;
    }

    /// <summary>Tells this database from one that is made in its place, which numbers arrivals anew.</summary>
    public string Identity
    {
        get
        {
            using var turn = Take(out var connection);
            using var command = connection.Prepare("SELECT value FROM ingest_state WHERE name = 'identity'");
            return command.ExecuteScalar() as string ?? "";
        }
    }

    /// <summary>How often each skill was executed, ever, benchmarks not counted; skills without executions are left out.</summary>
    public IReadOnlyDictionary<string, long> ExecutionCounts()
    {
        using var turn = Take(out var connection);
        using var command = connection.Prepare(
            """
            SELECT skill_id, sum(executions) FROM (
                SELECT skill_key, executions FROM revisions WHERE benchmark = 0
                UNION ALL SELECT skill_key, count(*) FROM execution_facts WHERE revision_key IS NULL GROUP BY skill_key)
            JOIN skill_keys USING (skill_key) GROUP BY skill_id HAVING sum(executions) > 0
            """);
        using var reader = command.ExecuteReader();
        var counts = new Dictionary<string, long>();
        while (reader.Read())
        {
            counts[reader.GetString(0)] = reader.GetInt64(1);
        }

        return counts;
    }

    /// <summary>Skills with lines that the monitor has not looked at, and their latest arrival.</summary>
    public IReadOnlyDictionary<string, long> Unjudged()
    {
        using var turn = Take(out var connection);
        using var command = connection.Prepare("SELECT skill_id, sequence FROM unjudged_skills ORDER BY skill_id");
        using var reader = command.ExecuteReader();
        var skills = new Dictionary<string, long>();
        while (reader.Read())
        {
            skills[reader.GetString(0)] = reader.GetInt64(1);
        }

        return skills;
    }

    /// <summary>Notes that the monitor has looked at a skill up to an arrival; what arrived meanwhile stays open.</summary>
    public void Judged(string skill, long sequence)
    {
        using var turn = Take(out var connection);
        connection.Execute("DELETE FROM unjudged_skills WHERE skill_id = $1 AND sequence <= $2", skill, sequence);
    }

    /// <summary>The stay of a version in a state, how often it was executed and corrected, and the latest change of who runs it, with which its evidence begins.</summary>
    public (StateStay Stay, StayCircumstances Circumstances, RunnerChange? Change) Locate(string skill, SkillEntry entry, string label, VersionEntry version, PromotionState state)
    {
        var (stay, circumstances, change, _) = Recall(skill, entry, label, version, state);
        return (stay, circumstances, change);
    }

    /// <summary>The same with what was kept for the monitor, as one moment of the database: every other question would lock it once more, which costs more than the answer.</summary>
    internal (StateStay Stay, StayCircumstances Circumstances, RunnerChange? Change, (long Position, long Corrections, string Policy, byte[] Content)? Kept) Recall(
        string skill, SkillEntry entry, string label, VersionEntry version, PromotionState state)
    {
        var stay = new StateStay(skill, label, state.Text(), version.StateSerial, version.Digest);
        StayCircumstances circumstances;
        (long, long, string, byte[])? kept;
        using (var turn = Take(out _))
        using (turn.Moment())
        {
            circumstances = turn.Evidence.Circumstances(stay);
            kept = turn.Arrivals.Find(stay);
        }

        var change = RunnerChange.Latest(circumstances.Runners, entry);
        return (change is null ? stay : stay with { Start = change.After.Start }, circumstances, change, kept);
    }

    /// <summary>Reads values of a stay that arrived after a position, in order of arrival; call again from there until nothing is left.</summary>
    /// <param name="stay">The stay; what lies before its start is left out.</param>
    /// <param name="after">Arrival number after which to begin.</param>
    /// <param name="into">Takes the values; emptied first.</param>
    /// <returns>The arrival number up to which everything was read; <see cref="long.MaxValue"/> when nothing is left.</returns>
    internal long ReadArrivals(StateStay stay, long after, List<Observation> into)
    {
        using var turn = Take(out _);
        return turn.Arrivals.Read(turn.Evidence.Revisions(stay, after), stay.Start, after, into);
    }

    /// <summary>Executions of a stay.</summary>
    public long ExecutionsOf(StateStay stay)
    {
        using var turn = Take(out _);
        return turn.Evidence.Circumstances(stay).Executions;
    }

    /// <summary>All stays of a skill in a state that were executed, in the order in which they began.</summary>
    public IReadOnlyList<StateStay> StaysOf(string skill, string state)
    {
        using var turn = Take(out var connection);
        using var command = connection.Prepare(
            "SELECT DISTINCT version, state_serial FROM revisions JOIN skill_keys USING (skill_key) WHERE skill_id = $1 AND state = $2 AND benchmark = 0 AND executions > 0 ORDER BY state_serial", skill, state);
        using var reader = command.ExecuteReader();
        var stays = new List<StateStay>();
        while (reader.Read())
        {
            stays.Add(new StateStay(skill, reader.GetString(0), state, reader.GetInt64(1)));
        }

        return stays;
    }

    /// <summary>When the execution happened that a value of a stay belongs to; null when there is none.</summary>
    public DateTimeOffset? MomentOf(StateStay stay, long sequence)
    {
        using var turn = Take(out var connection);
        var revisions = string.Join(',', turn.Evidence.Revisions(stay));
        using var command = connection.Prepare(
            $"SELECT min(timestamp_ms) FROM execution_facts WHERE revision_key IN ({revisions}) AND (fidelity_seq = $1 OR outcome_seq = $1 OR time_seq = $1 OR exception_seq = $1)", sequence);
        return command.ExecuteScalar() is long moment ? DateTimeOffset.FromUnixTimeMilliseconds(moment) : null;
    }

    /// <summary>Keeps the monitor's state of a stay; it replaces an older one. Durable with the database.</summary>
    public void SaveMonitorState(StateStay stay, long position, long corrections, string policy, ReadOnlyMemory<byte> content)
    {
        using var turn = Take(out _);
        turn.Arrivals.Save(stay, position, corrections, policy, content.Span);
    }

    /// <summary>Forgets the monitor's states of a skill that no live stay has.</summary>
    public void ForgetMonitorStates(string skill, IReadOnlyCollection<StateStay> live)
    {
        using var turn = Take(out var connection);
        connection.Execute(
            $"DELETE FROM monitor_states WHERE skill_id = $1 AND state_serial NOT IN ({string.Join(',', live.Select(stay => stay.StateSerial).DefaultIfEmpty(-1))})", skill);
    }

    /// <summary>The latest executions of a stay, newest first.</summary>
    public IReadOnlyList<ExecutionFigures> LatestExecutions(StateStay stay, int count)
    {
        using var turn = Take(out var connection);
        return LatestExecutionRows.Read(connection, turn.Evidence.Revisions(stay), count);
    }

    /// <summary>The latest executions of a draft's content, newest first: those of its benchmarks, and those that an agent ran.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="digest">The content.</param>
    /// <param name="count">How many at most.</param>
    public IReadOnlyList<ExecutionFigures> LatestExecutionsOfDraft(string skill, string digest, int count)
    {
        using var turn = Take(out var connection);
        return LatestExecutionRows.Read(connection, LatestExecutionRows.RevisionsOfDraft(connection, skill, digest), count);
    }

    /// <summary>True when everything that a record says about an execution is known already; another outcome than the known one is a correction, and news.</summary>
    /// <param name="skill">The skill.</param>
    /// <param name="executionId">The execution.</param>
    /// <param name="fidelity">Whether the record brings a fidelity.</param>
    /// <param name="outcome">The outcome that the record brings, or null.</param>
    /// <param name="label">Whether the record brings the true class.</param>
    /// <param name="time">Whether the record brings a time or says whether there was an exception.</param>
    public bool Knows(string skill, string executionId, bool fidelity, double? outcome, bool label, bool time)
    {
        using var turn = Take(out var connection);
        using var command = connection.Prepare(
            """
            SELECT fidelity IS NOT NULL, $3 IS NULL OR (outcome IS NOT NULL AND outcome = $3), label IS NOT NULL, time_ms IS NOT NULL OR exception IS NOT NULL
            FROM execution_facts JOIN skill_keys USING (skill_key) WHERE skill_id = $1 AND execution = $2
            """,
            skill, ExecutionKey.Of(executionId).ToColumn(), outcome);
        using var reader = command.ExecuteReader();
        return reader.Read() && (!fidelity || reader.GetBoolean(0)) && reader.GetBoolean(1) && (!label || reader.GetBoolean(2)) && (!time || reader.GetBoolean(3));
    }

    /// <summary>Version, digest, state and state serial under which an execution is known, or null.</summary>
    public (string Version, string Digest, string State, long Serial)? PlaceOf(string skill, string executionId)
    {
        using var turn = Take(out var connection);
        using var command = connection.Prepare(
            "SELECT version, digest, state, state_serial FROM execution_facts f JOIN skill_keys k USING (skill_key) JOIN revisions r ON r.revision_key = f.revision_key WHERE skill_id = $1 AND execution = $2",
            skill, ExecutionKey.Of(executionId).ToColumn());
        using var reader = command.ExecuteReader();
        return reader.Read() ? (reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3)) : null;
    }

    /// <summary>Brings the policy's <c>skills</c> table in line with the registry.</summary>
    public void SaveSkill(string skill, SkillEntry entry)
    {
        using var turn = Take(out var connection);
        connection.Execute(
            """
            INSERT INTO skills (skill_id, skill_name, promotion_state, primary_agent, intent_type, created_at, last_promoted_at, version) VALUES ($1, $1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (skill_id) DO UPDATE SET promotion_state = excluded.promotion_state, primary_agent = excluded.primary_agent,
                intent_type = excluded.intent_type, created_at = excluded.created_at, last_promoted_at = excluded.last_promoted_at, version = excluded.version
            """,
            skill, entry.PromotionState.Text(), entry.PrimaryAgent, entry.IntentType, entry.CreatedAt, entry.LastPromotion, entry.Live(entry.PromotionState)?.Label);
    }

    /// <summary>Gives a skill another name in every table, so that its history stays its own.</summary>
    /// <param name="skill">Its name until now.</param>
    /// <param name="to">Its name from now on.</param>
    /// <param name="files">Its metric files as they were called and are called now.</param>
    public void Rename(string skill, string to, IEnumerable<(string From, string To)> files)
    {
        using var turn = Take(out var connection);
        using var transaction = connection.BeginTransaction();
        foreach (var statement in (ReadOnlySpan<string>)[
            "UPDATE OR IGNORE skills SET skill_id = $2, skill_name = $2 WHERE skill_id = $1",
            "UPDATE promotion_events SET skill_id = $2 WHERE skill_id = $1",
            "UPDATE rollback_events SET skill_id = $2 WHERE skill_id = $1",
            "UPDATE OR IGNORE skill_keys SET skill_id = $2 WHERE skill_id = $1",
            "UPDATE OR IGNORE monitor_states SET skill_id = $2 WHERE skill_id = $1",
            "UPDATE rollback_deadlines SET skill_id = $2 WHERE skill_id = $1",
            "UPDATE OR IGNORE unjudged_skills SET skill_id = $2 WHERE skill_id = $1",
            "DELETE FROM skills WHERE skill_id = $1 AND $2 <> $1"])
        {
            connection.Execute(statement, skill, to);
        }

        foreach (var (old, next) in files)
        {
            connection.Execute("UPDATE OR REPLACE ingest_watermarks SET file = $2 WHERE file = $1", old, next);
        }

        transaction.Commit();
    }

    /// <summary>State and version of a skill in the policy's table, or null.</summary>
    public (string State, string? Version)? FindSkill(string skill)
    {
        using var turn = Take(out var connection);
        using var command = connection.Prepare("SELECT promotion_state, version FROM skills WHERE skill_id = $1", skill);
        using var reader = command.ExecuteReader();
        return reader.Read() ? (reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1)) : null;
    }

    /// <summary>Ids of all promotion and rollback events of a skill.</summary>
    public IReadOnlySet<string> EventIds(string skill)
    {
        using var turn = Take(out var connection);
        using var command = connection.Prepare("SELECT event_id FROM promotion_events WHERE skill_id = $1 UNION ALL SELECT event_id FROM rollback_events WHERE skill_id = $1", skill);
        using var reader = command.ExecuteReader();
        var ids = new HashSet<string>();
        while (reader.Read())
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }

    /// <summary>Number of malformed lines kept, and the time of the last ingestion (ISO 8601, or null).</summary>
    public (long Malformed, string? LastIngestion) Health()
    {
        using var turn = Take(out var connection);
        using var command = connection.Prepare("SELECT value FROM ingest_state WHERE name = 'last_run'");
        return (Scalar(connection, "SELECT count(*) FROM malformed_lines"), command.ExecuteScalar() as string);
    }

    /// <summary>Runs <c>PRAGMA integrity_check</c>.</summary>
    /// <returns>The complaint, or null when the file is sound.</returns>
    public string? IntegrityProblem()
    {
        using var turn = Take(out var connection);
        using var command = connection.Prepare("PRAGMA integrity_check(1)");
        return command.ExecuteScalar() is string text && text != "ok" ? text : null;
    }

    /// <summary>Closes the file; the next question opens it again, or another that took its place.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _session?.Close();
            _session = null;
        }
    }

    /// <summary>Takes the connection for one question; others wait until it is given back.</summary>
    internal MetricsSession.Turn Take(out SqliteConnection connection)
    {
        Monitor.Enter(_gate);
        try
        {
            if (_session is not null && !System.IO.File.Exists(path))
            {
                _session.Close();
                _session = null;
            }

            _session ??= new MetricsSession(MetricsSchema.Open(path), _gate);
            connection = _session.Connection;
            return new MetricsSession.Turn(_session);
        }
        catch
        {
            Monitor.Exit(_gate);
            throw;
        }
    }

    private static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.Prepare(sql);
        return (long)command.ExecuteScalar()!;
    }
}
