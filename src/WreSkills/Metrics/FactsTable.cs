using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>Reads and writes whole rows of <c>execution_facts</c> by prepared statements.</summary>
internal sealed class FactsTable(SqliteConnection connection) : IDisposable
{
    // skill_key and execution are parameters 1 and 2; these follow in order.
    private static readonly string[] s_columns =
    [
        "revision_key", "ordinal", "timestamp_ms", "source", "agent", "model",
        "fidelity", "fidelity_seq", "followed", "missed", "missed_names", "critical_missed",
        "outcome", "outcome_seq", "label", "false_positive", "false_negative", "critical", "critical_false_negative",
        "time_ms", "time_seq", "exception", "exception_seq", "memory_mb", "tokens", "critical_failure",
    ];

    private readonly SqliteStatement _insert = new(
        connection,
        $"INSERT INTO execution_facts (skill_key, execution, {string.Join(", ", s_columns)}) VALUES ({string.Join(", ", Enumerable.Range(1, s_columns.Length + 2).Select(index => $"?{index}"))}) ON CONFLICT DO NOTHING");

    private readonly SqliteStatement _update = new(
        connection, $"UPDATE execution_facts SET {string.Join(", ", s_columns.Select((column, index) => $"{column} = ?{index + 3}"))} WHERE skill_key = ?1 AND execution = ?2");

    private readonly SqliteStatement _select = new(connection, $"SELECT {string.Join(", ", s_columns)} FROM execution_facts WHERE skill_key = ?1 AND execution = ?2");

    public void Dispose()
    {
        _insert.Dispose();
        _update.Dispose();
        _select.Dispose();
    }

    /// <summary>Inserts a row unless there is one for this execution.</summary>
    /// <returns>False when there is one.</returns>
    public bool TryInsert(long skill, ExecutionFacts row)
    {
        Bind(_insert, skill, row);
        return _insert.Run() > 0;
    }

    /// <summary>Replaces a row.</summary>
    public void Update(long skill, ExecutionFacts row)
    {
        Bind(_update, skill, row);
        _update.Run();
    }

    /// <summary>Reads a row that is there.</summary>
    public void Load(long skill, ExecutionKey key, ExecutionFacts into)
    {
        _select.Bind(1, skill);
        BindKey(_select, key);
        _select.Read();
        into.Key = key;
        (into.Revision, into.Ordinal, into.TimestampMs) = (_select.NullableInt64(0) ?? 0, _select.Int64(1), _select.Int64(2));
        (into.Source, into.Agent, into.Model) = (_select.Text(3), _select.Text(4), _select.Text(5));
        (into.Fidelity, into.FidelitySeq) = (_select.NullableDouble(6), _select.NullableInt64(7));
        (into.Followed, into.Missed, into.MissedNames, into.CriticalMissed) = ((int?)_select.NullableInt64(8), (int?)_select.NullableInt64(9), _select.Text(10), _select.NullableBool(11));
        (into.Outcome, into.OutcomeSeq, into.Label) = (_select.NullableDouble(12), _select.NullableInt64(13), (int?)_select.NullableInt64(14));
        (into.FalsePositive, into.FalseNegative) = (_select.NullableBool(15), _select.NullableBool(16));
        (into.Critical, into.CriticalFalseNegative) = (_select.NullableBool(17), _select.NullableBool(18));
        (into.TimeMs, into.TimeSeq) = (_select.NullableDouble(19), _select.NullableInt64(20));
        (into.Exception, into.ExceptionSeq) = (_select.NullableBool(21), _select.NullableInt64(22));
        (into.MemoryMb, into.Tokens) = (_select.NullableDouble(23), _select.NullableInt64(24));
        _select.Reset();
    }

    private static void Bind(SqliteStatement statement, long skill, ExecutionFacts row)
    {
        statement.Bind(1, skill);
        BindKey(statement, row.Key);
        statement.Bind(3, row.Revision == 0 ? null : row.Revision);
        statement.Bind(4, row.Ordinal);
        statement.Bind(5, row.TimestampMs);
        statement.Bind(6, row.Source);
        statement.Bind(7, row.Agent);
        statement.Bind(8, row.Model);
        statement.Bind(9, row.Fidelity);
        statement.Bind(10, row.FidelitySeq);
        statement.Bind(11, (long?)row.Followed);
        statement.Bind(12, (long?)row.Missed);
        statement.Bind(13, row.MissedNames);
        statement.Bind(14, row.CriticalMissed);
        statement.Bind(15, row.Outcome);
        statement.Bind(16, row.OutcomeSeq);
        statement.Bind(17, (long?)row.Label);
        statement.Bind(18, row.FalsePositive);
        statement.Bind(19, row.FalseNegative);
        statement.Bind(20, row.Critical);
        statement.Bind(21, row.CriticalFalseNegative);
        statement.Bind(22, row.TimeMs);
        statement.Bind(23, row.TimeSeq);
        statement.Bind(24, row.Exception);
        statement.Bind(25, row.ExceptionSeq);
        statement.Bind(26, row.MemoryMb);
        statement.Bind(27, row.Tokens);
        statement.Bind(28, row.CriticalFailure ? 1L : null);
    }

    private static void BindKey(SqliteStatement statement, ExecutionKey key)
    {
        if (key.Text is null)
        {
            statement.Bind(2, key.Uuid);
        }
        else
        {
            statement.Bind(2, key.Text);
        }
    }
}
