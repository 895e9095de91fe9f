using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>The questions behind an <see cref="EvidenceWindow"/>, prepared once; each is answered from an index alone.</summary>
internal sealed class EvidenceQueries(SqliteConnection connection) : IDisposable
{
    // A stay may have executions with and without digest (ours and another tool's), so it can be several revisions; executions
    // of another content are not of this stay, whatever else they claim.
    private readonly SqliteStatement _revisions = new(
        connection,
        """
        SELECT revision_key, executions FROM revisions JOIN skill_keys USING (skill_key)
        WHERE skill_id = ?1 AND version = ?2 AND state = ?3 AND state_serial = ?4 AND benchmark = 0 AND (?5 IS NULL OR digest = '' OR digest = ?5)
        """);

    private readonly SqliteStatement _fidelity = Latest(connection, "facts_by_fidelity", "fidelity_seq, fidelity", "fidelity_seq IS NOT NULL", "fidelity_seq");
    private readonly SqliteStatement _outcomes = Latest(connection, "facts_by_outcome", "outcome_seq, outcome, false_negative", "outcome_seq IS NOT NULL", "outcome_seq");
    private readonly SqliteStatement _negatives = Latest(connection, "facts_by_negative", "outcome_seq, false_positive", "outcome_seq IS NOT NULL AND label = 0 AND false_positive IS NOT NULL", "outcome_seq");
    private readonly SqliteStatement _times = Latest(connection, "facts_by_time", "time_seq, time_ms", "time_seq IS NOT NULL", "time_seq");
    private readonly SqliteStatement _exceptions = Latest(connection, "facts_by_exception", "exception_seq, exception", "exception_seq IS NOT NULL", "exception_seq");
    private readonly SqliteStatement _critical = Latest(connection, "facts_by_critical", "outcome_seq, execution", "outcome_seq IS NOT NULL AND critical_false_negative = 1", "outcome_seq");
    private readonly SqliteStatement _failures = new(connection, "SELECT count(*) FROM execution_facts INDEXED BY facts_by_failure WHERE revision_key = ?1 AND critical_failure = 1 AND ordinal > ?2");
    private readonly SqliteStatement _sources = new(connection, "SELECT source || ' by ' || agent, executions FROM revision_sources WHERE revision_key = ?1 AND executions > 0 ORDER BY 2 DESC");

    private readonly List<(long Revision, long Executions)> _found = [];
    private readonly List<(long Sequence, double Value, double Also)> _values = [];

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<SqliteStatement>)[_revisions, _fidelity, _outcomes, _negatives, _times, _exceptions, _critical, _failures, _sources])
        {
            statement.Dispose();
        }
    }

    /// <summary>Keys of the revisions of a stay.</summary>
    public IReadOnlyList<long> Revisions(StateStay stay)
    {
        Find(stay);
        return [.. _found.Select(revision => revision.Revision)];
    }

    /// <summary>Reads a window.</summary>
    public EvidenceWindow Window(StateStay stay, WindowSizes sizes)
    {
        Find(stay);
        if (_found.Count == 0)
        {
            return new EvidenceWindow();
        }

        var fidelity = Values(_fidelity, sizes.Fidelity);
        var outcomes = Values(_outcomes, sizes.Outcomes);
        var falseNegatives = (int)_values.Sum(value => value.Also);
        var (critical, ids) = Critical(sizes.Critical);
        return new EvidenceWindow
        {
            Executions = (int)_found.Sum(revision => revision.Executions),
            Fidelity = fidelity,
            Outcomes = outcomes,
            FalseNegatives = falseNegatives,
            Negatives = Flags(Values(_negatives, sizes.Negatives)),
            TimesMs = Values(_times, sizes.Times),
            Exceptions = Flags(Values(_exceptions, sizes.Exceptions)),
            CriticalFalseNegatives = critical,
            CriticalFalseNegativeIds = ids,
            CriticalFailures = Failures(sizes.Critical),
            Sources = Sources(),
        };
    }

    private static SqliteStatement Latest(SqliteConnection connection, string index, string columns, string where, string sequence) =>
        new(connection, $"SELECT {columns} FROM execution_facts INDEXED BY {index} WHERE revision_key = ?1 AND {where} ORDER BY {sequence} DESC LIMIT ?2");

    private void Find(StateStay stay)
    {
        _found.Clear();
        _revisions.Bind(1, stay.Skill);
        _revisions.Bind(2, stay.Version);
        _revisions.Bind(3, stay.State);
        _revisions.Bind(4, stay.StateSerial);
        _revisions.Bind(5, stay.Digest);
        while (_revisions.Read())
        {
            _found.Add((_revisions.Int64(0), _revisions.Int64(1)));
        }
    }

    // The latest values over all revisions, oldest first.
    private double[] Values(SqliteStatement statement, int count)
    {
        _values.Clear();
        var three = statement == _outcomes;
        foreach (var (revision, _) in _found)
        {
            statement.Bind(1, revision);
            statement.Bind(2, (long)count);
            while (statement.Read())
            {
                _values.Add((statement.Int64(0), statement.Double(1), three ? statement.Double(2) : 0));
            }
        }

        if (_found.Count > 1)
        {
            _values.Sort((left, right) => right.Sequence.CompareTo(left.Sequence));
            if (_values.Count > count)
            {
                _values.RemoveRange(count, _values.Count - count);
            }
        }

        var values = new double[_values.Count];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = _values[values.Length - 1 - index].Value;
        }

        return values;
    }

    private (int Count, IReadOnlyList<string> Ids) Critical(int span)
    {
        const int most = 10;
        List<(long Sequence, string Id)>? found = null;
        foreach (var (revision, _) in _found)
        {
            _critical.Bind(1, revision);
            _critical.Bind(2, (long)int.MaxValue);
            while (_critical.Read())
            {
                (found ??= []).Add((_critical.Int64(0), _critical.IsBlob(1) ? new Guid(_critical.Blob(1), bigEndian: true).ToString() : _critical.Text(1)!));
            }
        }

        if (found is null)
        {
            return (0, []);
        }

        // Only those among the latest outcomes; their number may be unlimited.
        if (span < int.MaxValue)
        {
            Values(_outcomes, span);
            var first = _values.Count == 0 ? long.MaxValue : _values.Min(value => value.Sequence);
            found.RemoveAll(one => one.Sequence < first);
        }

        return (found.Count, [.. found.OrderByDescending(one => one.Sequence).Take(most).Select(one => one.Id)]);
    }

    private int Failures(int span)
    {
        var count = 0L;
        foreach (var (revision, executions) in _found)
        {
            // With several revisions the span is counted in each: none that might matter is left out.
            _failures.Bind(1, revision);
            _failures.Bind(2, Math.Max(0, executions - span));
            count += _failures.Read() ? _failures.Int64(0) : 0;
            _failures.Reset();
        }

        return (int)count;
    }

    private Dictionary<string, int> Sources()
    {
        var sources = new Dictionary<string, int>();
        foreach (var (revision, _) in _found)
        {
            _sources.Bind(1, revision);
            while (_sources.Read())
            {
                var name = _sources.Text(0)!;
                sources[name] = sources.GetValueOrDefault(name) + (int)_sources.Int64(1);
            }
        }

        return sources;
    }

    private static bool[] Flags(double[] values) => Array.ConvertAll(values, value => value != 0);
}
