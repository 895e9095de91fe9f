using System.Runtime.InteropServices;
using System.Text.Json;

using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>
/// Puts batches of lines into the database: merges what the lines of a batch say about one execution, then inserts it or merges
/// it with what is known, and keeps the hourly sums in step, all in the batch's own transaction.
/// </summary>
internal sealed class MetricsWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly TimeProvider _time;
    private readonly FactsTable _facts;
    private readonly EvidenceQueries _evidence;
    private readonly RollUpChanges _rollUps = new();
    private readonly Dictionary<string, long> _skills = [];
    private readonly Dictionary<(long Skill, string Version, string Digest, string State, long Serial, bool Benchmark), long> _revisions = [];
    private readonly Dictionary<long, (long Executions, LatestValues Latest)> _revisionStates = [];
    private readonly HashSet<long> _touched = [];
    private readonly HashSet<long> _corrected = [];
    private readonly HashSet<(long Revision, string Agent, string Model)> _runners = [];
    private readonly Dictionary<long, long> _corrections = [];
    private readonly Dictionary<long, List<StateInterval>> _intervals = [];
    private readonly Dictionary<ExecutionKey, ExecutionFacts> _batch = [];
    private readonly List<ExecutionFacts> _rows = [];
    private readonly ExecutionFacts _line = new();
    private readonly ExecutionFacts _known = new();
    private (string? Version, string? Digest, string? State, long? Serial, string? Source, long Skill, long Key) _latestRevision;
    private long _skill;
    private long _sequence;

    public MetricsWriter(SqliteConnection connection, TimeProvider time)
    {
        _connection = connection;
        _time = time;
        _facts = new FactsTable(connection);
        _evidence = new EvidenceQueries(connection);
        using var command = connection.Prepare("SELECT value FROM ingest_state WHERE name = 'sequence'");
        _sequence = command.ExecuteScalar() is long known ? known : 0;
    }

    public void Dispose()
    {
        _facts.Dispose();
        _evidence.Dispose();
    }

    /// <summary>Merges lines of fidelity, outcomes and performance files of one skill, in the order of their arrival.</summary>
    public void Merge(string skill, IEnumerable<ArraySegment<MetricLine>> lines)
    {
        var key = SkillKey(skill);
        _batch.Clear();
        if (key != _skill)
        {
            // Skills come one after another, and there may be thousands.
            _revisionStates.Clear();
            _skill = key;
        }

        var used = 0;
        foreach (var kind in lines)
        {
            foreach (var line in kind)
            {
                var moment = (line.Moment ?? _time.GetUtcNow()).ToUnixTimeMilliseconds();
                var revision = Revision(key, line, moment) ?? 0;
                ref var row = ref CollectionsMarshal.GetValueRefOrAddDefault(_batch, line.Key, out var again);
                if (again)
                {
                    _line.Begin(line, revision, moment, ++_sequence);
                    row!.Add(_line);
                    continue;
                }

                if (used == _rows.Count)
                {
                    _rows.Add(new ExecutionFacts());
                }

                row = _rows[used++];
                row.Begin(line, revision, moment, ++_sequence);
            }
        }

        foreach (var row in CollectionsMarshal.AsSpan(_rows)[..used])
        {
            Save(key, row);
        }
    }

    /// <summary>Stores what goes with the batch; called before the transaction commits.</summary>
    /// <returns>The latest arrival.</returns>
    public long Finish()
    {
        _rollUps.Save(_connection);
        foreach (var revision in _touched)
        {
            var (executions, latest) = _revisionStates[revision];
            if (latest.Disordered || _corrected.Contains(revision))
            {
                _evidence.Rebuild(revision, executions, latest);
            }

            _connection.Execute(
                "UPDATE revisions SET executions = $2, latest = $3, corrections = corrections + $4, arrived = $5 WHERE revision_key = $1",
                revision, executions, latest.ToBytes(), _corrections.GetValueOrDefault(revision), _sequence);
        }

        _touched.Clear();
        _corrected.Clear();
        _corrections.Clear();
        _connection.Execute("INSERT INTO ingest_state (name, value) VALUES ('sequence', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value", _sequence);
        return _sequence;
    }

    private void Save(long skill, ExecutionFacts row)
    {
        row.Ordinal = row.Revision == 0 ? 0 : State(row.Revision).Executions + 1;
        if (_facts.TryInsert(skill, row))
        {
            Grow(row);
            _rollUps.Add(skill, row, 1);
            return;
        }

        _facts.Load(skill, row.Key, _known);
        _rollUps.Add(skill, _known, -1);
        var unplaced = _known.Revision == 0;
        if (_known.Add(row) && !unplaced)
        {
            _corrections[_known.Revision] = _corrections.GetValueOrDefault(_known.Revision) + 1;
        }

        if (unplaced && _known.Revision != 0)
        {
            _known.Ordinal = row.Ordinal;
            Grow(_known);
        }

        if (_known.Revision != 0)
        {
            _ = State(_known.Revision);
            _touched.Add(_known.Revision);
            _corrected.Add(_known.Revision);
        }

        _rollUps.Add(skill, _known, 1);
        _facts.Update(skill, _known);
    }

    private void Grow(ExecutionFacts row)
    {
        if (row.Revision != 0)
        {
            var (executions, latest) = State(row.Revision);
            latest.Add(row);
            if (_runners.Add((row.Revision, row.Agent ?? "", row.Model ?? "")))
            {
                NoteRunner(row);
            }

            _revisionStates[row.Revision] = (executions + 1, latest);
            _touched.Add(row.Revision);
        }
    }

    private void NoteRunner(ExecutionFacts row)
    {
        var first = new[] { row.FidelitySeq, row.OutcomeSeq, row.TimeSeq, row.ExceptionSeq }.Min() ?? _sequence;
        _connection.Execute(
            "INSERT OR IGNORE INTO revision_runners (revision_key, agent, model, ordinal, fidelity_seq, outcome_seq, performance_seq, timestamp_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            row.Revision, row.Agent ?? "", row.Model ?? "", row.Ordinal, row.FidelitySeq ?? first, row.OutcomeSeq ?? first, row.TimeSeq ?? row.ExceptionSeq ?? first, row.TimestampMs);
    }

    private (long Executions, LatestValues Latest) State(long revision)
    {
        if (!_revisionStates.TryGetValue(revision, out var state))
        {
            using var command = _connection.Prepare("SELECT executions, latest FROM revisions WHERE revision_key = $1", revision);
            using var reader = command.ExecuteReader();
            reader.Read();
            state = (reader.GetInt64(0), new LatestValues());
            if (!reader.IsDBNull(1))
            {
                state.Latest.Read((byte[])reader.GetValue(1));
            }

            _revisionStates[revision] = state;
        }

        return state;
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
        // Line after line says the same, in the very same texts; only what the intervals of the promotion log place depends on the time.
        var complete = line.Source == "benchmark" || (line.Version is not null && line.State is not null && (line.StateSerial is not null || line.State == "prototype"));
        if (!complete)
        {
            return FindRevision(skill, line, momentMs);
        }

        var latest = _latestRevision;
        if (latest.Skill == skill && ReferenceEquals(latest.Version, line.Version) && ReferenceEquals(latest.Digest, line.Digest) && ReferenceEquals(latest.State, line.State)
            && latest.Serial == line.StateSerial && ReferenceEquals(latest.Source, line.Source))
        {
            return latest.Key;
        }

        var key = FindRevision(skill, line, momentMs);
        _latestRevision = (line.Version, line.Digest, line.State, line.StateSerial, line.Source, skill, key ?? 0);
        return key;
    }

    private long? FindRevision(long skill, MetricLine line, long momentMs)
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
}
