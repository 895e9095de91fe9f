using System.Text.Json;

using Microsoft.Data.Sqlite;

using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>Puts lines into the database inside the caller's transaction: prepared statements, merge by execution id, arrival numbers.</summary>
internal sealed class MetricsWriter : IDisposable
{
    // Nothing overwrites what is known with null, a value keeps the arrival number it first came with, and the execution
    // happened at the earliest time that any of its lines states (a verdict carries the time of the verdict).
    private const string Upsert = """
        INSERT INTO execution_facts (skill_key, execution, revision_key, timestamp_ms, source, agent, model,
            fidelity, fidelity_seq, followed, missed, missed_names, critical_missed,
            outcome, outcome_seq, label, false_positive, false_negative, critical, critical_false_negative,
            time_ms, time_seq, exception, exception_seq, memory_mb, tokens)
        VALUES ($skill, $execution, $revision, $timestamp, $source, $agent, $model,
            $fidelity, $fidelity_seq, $followed, $missed, $missed_names, $critical_missed,
            $outcome, $outcome_seq, $label, $false_positive, $false_negative, $critical, $critical_false_negative,
            $time, $time_seq, $exception, $exception_seq, $memory, $tokens)
        ON CONFLICT (skill_key, execution) DO UPDATE SET
            revision_key = coalesce(revision_key, excluded.revision_key), timestamp_ms = min(timestamp_ms, excluded.timestamp_ms),
            source = coalesce(source, excluded.source), agent = coalesce(agent, excluded.agent), model = coalesce(model, excluded.model),
            fidelity = coalesce(excluded.fidelity, fidelity), fidelity_seq = coalesce(fidelity_seq, excluded.fidelity_seq),
            followed = coalesce(excluded.followed, followed), missed = coalesce(excluded.missed, missed),
            missed_names = coalesce(excluded.missed_names, missed_names), critical_missed = coalesce(excluded.critical_missed, critical_missed),
            outcome = coalesce(excluded.outcome, outcome), outcome_seq = coalesce(outcome_seq, excluded.outcome_seq),
            label = coalesce(excluded.label, label), false_positive = coalesce(excluded.false_positive, false_positive),
            false_negative = coalesce(excluded.false_negative, false_negative), critical = coalesce(excluded.critical, critical),
            critical_false_negative = coalesce(excluded.critical_false_negative, critical_false_negative),
            time_ms = coalesce(excluded.time_ms, time_ms), time_seq = coalesce(time_seq, excluded.time_seq),
            exception = coalesce(excluded.exception, exception), exception_seq = coalesce(exception_seq, excluded.exception_seq),
            memory_mb = coalesce(excluded.memory_mb, memory_mb), tokens = coalesce(excluded.tokens, tokens)
        """;

    private static readonly string[] s_parameters =
    [
        "$skill", "$execution", "$revision", "$timestamp", "$source", "$agent", "$model",
        "$fidelity", "$fidelity_seq", "$followed", "$missed", "$missed_names", "$critical_missed",
        "$outcome", "$outcome_seq", "$label", "$false_positive", "$false_negative", "$critical", "$critical_false_negative",
        "$time", "$time_seq", "$exception", "$exception_seq", "$memory", "$tokens",
    ];

    private readonly SqliteConnection _connection;
    private readonly TimeProvider _time;
    private readonly SqliteCommand _upsert;
    private readonly Dictionary<string, SqliteParameter> _values = [];
    private readonly Dictionary<string, long> _skills = [];
    private readonly Dictionary<(long Skill, string Version, string Digest, string State, long Serial, bool Benchmark), long> _revisions = [];
    private readonly Dictionary<long, List<StateInterval>> _intervals = [];
    private long _sequence;

    public MetricsWriter(SqliteConnection connection, TimeProvider time)
    {
        _connection = connection;
        _time = time;
        _upsert = connection.CreateCommand();
        _upsert.CommandText = Upsert;
        foreach (var name in s_parameters)
        {
            _values[name] = _upsert.Parameters.AddWithValue(name, DBNull.Value);
        }

        using var command = connection.Prepare("SELECT value FROM ingest_state WHERE name = 'sequence'");
        _sequence = command.ExecuteScalar() is long known ? known : 0;
    }

    public void Dispose() => _upsert.Dispose();

    /// <summary>Makes what follows part of a transaction; a prepared statement does not notice by itself that one began.</summary>
    public void Join(SqliteTransaction transaction) => _upsert.Transaction = transaction;

    /// <summary>Merges a line of a fidelity, outcomes or performance file.</summary>
    public void Merge(string skill, MetricLine line)
    {
        var key = SkillKey(skill);
        var moment = (line.Moment ?? _time.GetUtcNow()).ToUnixTimeMilliseconds();
        var sequence = ++_sequence;
        Set("$skill", key);
        Set("$execution", line.ExecutionId);
        Set("$revision", Revision(key, line, moment));
        Set("$timestamp", moment);
        Set("$source", line.Source);
        Set("$agent", line.Agent);
        Set("$model", line.Model);
        Set("$fidelity", line.Fidelity);
        Set("$fidelity_seq", line.Fidelity is null ? null : sequence);
        Set("$followed", line.Followed);
        Set("$missed", line.Missed);
        Set("$missed_names", line.MissedNames);
        Set("$critical_missed", line.CriticalMissed);
        Set("$outcome", line.Outcome);
        Set("$outcome_seq", line.Outcome is null ? null : sequence);
        Set("$label", line.Label switch { CaseLabel.Positive => 1, CaseLabel.Negative => 0, _ => null });
        Set("$false_positive", line.FalsePositive);
        Set("$false_negative", line.FalseNegative);
        Set("$critical", line.Critical);
        Set("$critical_false_negative", line.CriticalFalseNegative);
        Set("$time", line.TimeMs);
        Set("$time_seq", line.TimeMs is null ? null : sequence);
        Set("$exception", line.Exception);
        Set("$exception_seq", line.Exception is null ? null : sequence);
        Set("$memory", line.MemoryMb);
        Set("$tokens", line.Tokens);
        _upsert.ExecuteNonQuery();
    }

    /// <summary>Takes over a promotion log line: the policy's event tables, and the interval of each version that changed its state.</summary>
    /// <returns>Why the line is malformed, or null.</returns>
    public string? MergeEvent(string skill, JsonElement line)
    {
        string? Field(string name) => line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        if (Field("event_id") is not { } id || Field("from_state") is not { } from || Field("to_state") is not { } to
            || !line.TryGetProperty("timestamp", out var stated) || !Timestamp.TryParse(stated.ValueKind == JsonValueKind.Number ? stated.GetRawText() : Field("timestamp"), out var moment))
        {
            return "a promotion log line needs event_id, from_state, to_state and timestamp";
        }

        if (Changes(line) is not { } changes)
        {
            return "each of `changes` needs version and state as text and state_serial as a number";
        }

        var iso = Timestamp.ToIso(moment);
        if (Field("event") == "rollback")
        {
            _connection.Execute(
                "INSERT OR IGNORE INTO rollback_events (event_id, skill_id, from_state, to_state, trigger_reason, trigger_metric, timestamp) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                id, skill, from, to, Field("reason") ?? "unknown", Field("trigger_metric"), iso);
        }
        else
        {
            _connection.Execute(
                "INSERT OR IGNORE INTO promotion_events (event_id, skill_id, from_state, to_state, approver, approval_ticket, timestamp, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                id, skill, from, to, Field("approver"), Field("approval_ticket"), iso, Field("reason"));
        }

        var key = SkillKey(skill);
        foreach (var (version, digest, state, serial) in changes)
        {
            _connection.Execute(
                "INSERT OR IGNORE INTO state_intervals (skill_key, version, digest, state, state_serial, from_ms) VALUES ($1, $2, $3, $4, $5, $6)",
                key, version, digest, state, serial, moment.ToUnixTimeMilliseconds());
            _intervals.Remove(key);
        }

        return null;
    }

    /// <summary>Stores the arrival counter; called before the transaction commits.</summary>
    public void Finish() => _connection.Execute("INSERT INTO ingest_state (name, value) VALUES ('sequence', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value", _sequence);

    // Null when one of them is not what it should be; a line of another tool may have none.
    private static List<(string Version, string Digest, string State, long Serial)>? Changes(JsonElement line)
    {
        var changes = new List<(string, string, string, long)>();
        if (!line.TryGetProperty("changes", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return changes;
        }

        foreach (var change in list.EnumerateArray())
        {
            string? Field(string name) => change.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            if (change.ValueKind != JsonValueKind.Object || Field("version") is not { } version || Field("state") is not { } state
                || !change.TryGetProperty("state_serial", out var serial) || serial.ValueKind != JsonValueKind.Number || !serial.TryGetInt64(out var number)
                || (change.TryGetProperty("digest", out var digest) && digest.ValueKind is not (JsonValueKind.String or JsonValueKind.Null)))
            {
                return null;
            }

            changes.Add((version, Field("digest") ?? "", state, number));
        }

        return changes;
    }

    private long? Revision(long skill, MetricLine line, long momentMs)
    {
        var (version, digest, state, serial) = (line.Version, line.Digest, line.State, line.StateSerial);
        if (line.Source != "benchmark" && (version is null || state is null || (serial is null && state != "prototype")))
        {
            // What the line leaves open, the promotion log's intervals know.
            if (Place(skill, momentMs, version, digest, state) is { } interval)
            {
                (version, digest, state, serial) = (interval.Version, interval.Digest, interval.State, interval.Serial);
            }
            else if (version is null || state is null)
            {
                return null;
            }
        }

        return RevisionKey((skill, version ?? "", digest ?? "", state ?? "", serial ?? 0, line.Source == "benchmark"));
    }

    private StateInterval? Place(long skill, long momentMs, string? version, string? digest, string? state)
    {
        if (!_intervals.TryGetValue(skill, out var intervals))
        {
            _intervals[skill] = intervals = StateInterval.Read(_connection, skill);
        }

        return StateInterval.At(intervals, momentMs, version, digest, state);
    }

    private long RevisionKey((long Skill, string Version, string Digest, string State, long Serial, bool Benchmark) revision)
    {
        if (_revisions.TryGetValue(revision, out var key))
        {
            return key;
        }

        _connection.Execute(
            "INSERT OR IGNORE INTO revisions (skill_key, version, digest, state, state_serial, benchmark) VALUES ($1, $2, $3, $4, $5, $6)",
            revision.Skill, revision.Version, revision.Digest, revision.State, revision.Serial, revision.Benchmark);
        using var command = _connection.Prepare(
            "SELECT revision_key FROM revisions WHERE skill_key = $1 AND version = $2 AND digest = $3 AND state = $4 AND state_serial = $5 AND benchmark = $6",
            revision.Skill, revision.Version, revision.Digest, revision.State, revision.Serial, revision.Benchmark);
        return _revisions[revision] = (long)command.ExecuteScalar()!;
    }

    private long SkillKey(string skill)
    {
        if (_skills.TryGetValue(skill, out var key))
        {
            return key;
        }

        _connection.Execute("INSERT OR IGNORE INTO skill_keys (skill_id) VALUES ($1)", skill);
        using var command = _connection.Prepare("SELECT skill_key FROM skill_keys WHERE skill_id = $1", skill);
        return _skills[skill] = (long)command.ExecuteScalar()!;
    }

    private void Set(string name, object? value) => _values[name].Value = value ?? DBNull.Value;
}

/// <summary>From when on a version was in a state.</summary>
internal sealed record StateInterval(string Version, string Digest, string State, long Serial, long FromMs)
{
    public static List<StateInterval> Read(SqliteConnection connection, long skill)
    {
        using var command = connection.Prepare("SELECT version, digest, state, state_serial, from_ms FROM state_intervals WHERE skill_key = $1 ORDER BY state_serial, from_ms", skill);
        using var reader = command.ExecuteReader();
        var intervals = new List<StateInterval>();
        var from = 0L;
        while (reader.Read())
        {
            // The registry's serial says what came first; a time that was stated by hand may lie before what it ended.
            from = Math.Max(from, reader.GetInt64(4));
            intervals.Add(new StateInterval(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), from));
        }

        return intervals;
    }

    /// <summary>The state that a version had at a moment; without a version, the furthest live one's. Another content is never its version.</summary>
    public static StateInterval? At(List<StateInterval> intervals, long momentMs, string? version, string? digest, string? state)
    {
        var current = new Dictionary<string, StateInterval>();
        foreach (var interval in intervals.TakeWhile(interval => interval.FromMs <= momentMs))
        {
            current[interval.Version] = interval;
        }

        return current.Values
            .Where(interval => (version is null || interval.Version == version) && (digest is null || interval.Digest.Length == 0 || interval.Digest == digest) && (state is null ? interval.State is "production" or "staged" : interval.State == state))
            .OrderByDescending(interval => interval.State == "production")
            .ThenByDescending(interval => interval.Serial)
            .FirstOrDefault();
    }
}
