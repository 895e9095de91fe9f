using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>The monitor's questions: what arrived after a position, in order, and what it remembered; each from an index alone.</summary>
internal sealed class ArrivalQueries(SqliteConnection connection) : IDisposable
{
    /// <summary>Values of one metric read at a time.</summary>
    public const int MostAtOnce = 4096;

    private readonly (SqliteStatement Statement, Func<EvidenceStart, long> First, Action<SqliteStatement, List<Observation>> Take)[] _questions =
    [
        (After(connection, "facts_by_fidelity", "fidelity_seq, fidelity", "fidelity_seq IS NOT NULL", "fidelity_seq"), start => start.Fidelity,
            (row, into) => into.Add(new Observation(row.Int64(0), ObservedMetric.Fidelity, row.Double(1)))),
        (After(connection, "facts_by_negative", "outcome_seq, outcome, false_positive", "label = 0 AND false_positive IS NOT NULL AND outcome_seq IS NOT NULL", "outcome_seq"), start => start.Outcome,
            (row, into) =>
            {
                into.Add(new Observation(row.Int64(0), ObservedMetric.Outcome, row.Double(1)));
                into.Add(new Observation(row.Int64(0), ObservedMetric.Negative, row.Int64(2)));
            }),
        (After(connection, "facts_by_outcome", "outcome_seq, outcome", "outcome_seq IS NOT NULL AND (label IS NOT 0 OR false_positive IS NULL)", "outcome_seq"), start => start.Outcome,
            (row, into) => into.Add(new Observation(row.Int64(0), ObservedMetric.Outcome, row.Double(1)))),
        (After(connection, "facts_by_critical", "outcome_seq", "critical_false_negative = 1 AND outcome_seq IS NOT NULL", "outcome_seq"), start => start.Outcome,
            (row, into) => into.Add(new Observation(row.Int64(0), ObservedMetric.CriticalFalseNegative, 1))),
        (After(connection, "facts_by_performance", "time_seq, time_ms, exception", "time_seq = exception_seq", "time_seq"), start => start.Performance,
            (row, into) =>
            {
                into.Add(new Observation(row.Int64(0), ObservedMetric.Time, row.Double(1)));
                into.Add(new Observation(row.Int64(0), ObservedMetric.Exception, row.Int64(2)));
            }),
        (After(connection, "facts_by_time", "time_seq, time_ms", "time_seq IS NOT NULL AND time_seq IS NOT exception_seq", "time_seq"), start => start.Performance,
            (row, into) => into.Add(new Observation(row.Int64(0), ObservedMetric.Time, row.Double(1)))),
        (After(connection, "facts_by_exception", "exception_seq, exception", "exception_seq IS NOT NULL AND exception_seq IS NOT time_seq", "exception_seq"), start => start.Performance,
            (row, into) => into.Add(new Observation(row.Int64(0), ObservedMetric.Exception, row.Int64(1)))),
    ];

    private readonly SqliteStatement _find = new(connection, "SELECT position, corrections, policy, content FROM monitor_states WHERE skill_id = ?1 AND version = ?2 AND state = ?3 AND state_serial = ?4");
    private readonly SqliteStatement _save = new(
        connection,
        """
        INSERT INTO monitor_states (skill_id, version, state, state_serial, position, corrections, policy, content) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT DO UPDATE SET position = excluded.position, corrections = excluded.corrections, policy = excluded.policy, content = excluded.content
        """);

    public void Dispose()
    {
        foreach (var question in _questions)
        {
            question.Statement.Dispose();
        }

        _find.Dispose();
        _save.Dispose();
    }

    /// <summary>Reads what arrived after a position; where one metric has more than fits, everything is cut there.</summary>
    /// <returns>The arrival up to which everything was read; <see cref="long.MaxValue"/> when nothing is left.</returns>
    public long Read(IReadOnlyList<long> revisions, EvidenceStart start, long after, List<Observation> into)
    {
        into.Clear();
        var until = long.MaxValue;
        foreach (var (statement, first, take) in _questions)
        {
            foreach (var revision in revisions)
            {
                statement.Bind(1, revision);
                statement.Bind(2, Math.Max(after, first(start) - 1));
                statement.Bind(3, (long)MostAtOnce);
                var (count, last) = (0, 0L);
                while (statement.Read())
                {
                    take(statement, into);
                    (count, last) = (count + 1, statement.Int64(0));
                }

                until = count == MostAtOnce ? Math.Min(until, last) : until;
            }
        }

        if (until < long.MaxValue)
        {
            into.RemoveAll(value => value.Sequence > until);
        }

        into.Sort(static (left, right) => left.Sequence != right.Sequence ? left.Sequence.CompareTo(right.Sequence) : left.Metric.CompareTo(right.Metric));
        return until;
    }

    /// <summary>What was kept of a stay.</summary>
    public (long Position, long Corrections, string Policy, byte[] Content)? Find(StateStay stay)
    {
        Bind(_find, stay);
        (long, long, string, byte[])? found = _find.Read() ? (_find.Int64(0), _find.Int64(1), _find.Text(2)!, _find.Blob(3).ToArray()) : null;
        _find.Reset();
        return found;
    }

    /// <summary>Keeps what the monitor remembers of a stay.</summary>
    public void Save(StateStay stay, long position, long corrections, string policy, ReadOnlySpan<byte> content)
    {
        Bind(_save, stay);
        _save.Bind(5, position);
        _save.Bind(6, corrections);
        _save.Bind(7, policy);
        _save.Bind(8, content);
        _save.Run();
    }

    private static void Bind(SqliteStatement statement, StateStay stay)
    {
        statement.Bind(1, stay.Skill);
        statement.Bind(2, stay.Version);
        statement.Bind(3, stay.State);
        statement.Bind(4, stay.StateSerial);
    }

    private static SqliteStatement After(SqliteConnection connection, string index, string columns, string where, string sequence) =>
        new(connection, $"SELECT {columns} FROM execution_facts INDEXED BY {index} WHERE revision_key = ?1 AND {where} AND {sequence} > ?2 ORDER BY {sequence} LIMIT ?3");
}
