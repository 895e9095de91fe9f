using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>The questions behind an <see cref="EvidenceWindow"/>, prepared once; each is answered from an index alone.</summary>
internal sealed class EvidenceQueries(SqliteConnection connection) : IDisposable
{
    // A stay may have executions with and without digest (ours and another tool's), so it can be several revisions; executions
    // of another content are not of this stay, whatever else they claim.
    private readonly SqliteStatement _revisions = OfStay(connection, "revision_key, executions, corrections, arrived");
    private readonly SqliteStatement _revisionsWithLatest = OfStay(connection, "revision_key, executions, corrections, arrived, latest");

    private readonly SqliteStatement _fidelity = Latest(connection, "facts_by_fidelity", "fidelity_seq, fidelity, 0", "fidelity_seq IS NOT NULL", "fidelity_seq");
    private readonly SqliteStatement _negatives = Latest(connection, "facts_by_negative", "outcome_seq, outcome, false_positive + 2 * coalesce(false_negative, 0)", "label = 0 AND false_positive IS NOT NULL AND outcome_seq IS NOT NULL", "outcome_seq");
    private readonly SqliteStatement _outcomes = Latest(
        connection, "facts_by_outcome", "outcome_seq, outcome, 2 * coalesce(false_negative, 0)", "outcome_seq IS NOT NULL AND (label IS NOT 0 OR false_positive IS NULL)", "outcome_seq");

    private readonly SqliteStatement _performance = Latest(connection, "facts_by_performance", "time_seq, time_ms, exception", "time_seq = exception_seq", "time_seq");
    private readonly SqliteStatement _times = Latest(connection, "facts_by_time", "time_seq, time_ms, 0", "time_seq IS NOT NULL AND time_seq IS NOT exception_seq", "time_seq");
    private readonly SqliteStatement _exceptions = Latest(connection, "facts_by_exception", "exception_seq, 0, exception", "exception_seq IS NOT NULL AND exception_seq IS NOT time_seq", "exception_seq");
    private readonly SqliteStatement _critical = Latest(connection, "facts_by_critical", "outcome_seq, execution, 0", "critical_false_negative = 1 AND outcome_seq IS NOT NULL", "outcome_seq");
    private readonly SqliteStatement _failures = new(connection, "SELECT count(*) FROM execution_facts INDEXED BY facts_by_failure WHERE revision_key = ?1 AND critical_failure = 1 AND ordinal > ?2");
    private readonly SqliteStatement _failed = new(connection, "SELECT ordinal FROM execution_facts INDEXED BY facts_by_failure WHERE revision_key = ?1 AND critical_failure = 1 ORDER BY ordinal DESC LIMIT ?2");
    private readonly SqliteStatement _sources = new(connection, "SELECT source || ' by ' || agent, executions FROM revision_sources WHERE revision_key = ?1 AND executions > 0 ORDER BY 2 DESC");

    private readonly SqliteStatement _runners = new(
        connection, "SELECT agent, model, ordinal, fidelity_seq, outcome_seq, performance_seq, timestamp_ms FROM revision_runners WHERE revision_key = ?1 ORDER BY ordinal");

    private readonly List<(long Revision, long Executions)> _found = [];
    private EvidenceStart _start = EvidenceStart.Beginning;
    private long _corrections;
    private long _arrived;
    private readonly LatestValues _latest = new();
    private readonly ArrivalRows _rows = new();

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<SqliteStatement>)[_revisions, _revisionsWithLatest, _fidelity, _outcomes, _negatives, _performance, _times, _exceptions, _critical, _failures, _failed, _sources, _runners])
        {
            statement.Dispose();
        }
    }

    /// <summary>Keys of the revisions of a stay, those left out to which nothing came after an arrival.</summary>
    public IReadOnlyList<long> Revisions(StateStay stay, long after = -1)
    {
        Find(stay, after: after);
        return [.. _found.Select(revision => revision.Revision)];
    }

    /// <summary>Reads a window.</summary>
    public EvidenceWindow Window(StateStay stay, WindowSizes sizes)
    {
        Find(stay, withLatest: true);
        return _found.Count switch
        {
            0 => new EvidenceWindow(),
            1 when Suffices(LatestKind.Fidelity, sizes.Fidelity) && Suffices(LatestKind.Outcomes, sizes.Outcomes) && Suffices(LatestKind.Negatives, sizes.Negatives)
                && Suffices(LatestKind.Times, sizes.Times) && Suffices(LatestKind.Exceptions, sizes.Exceptions) => FromLatest(sizes),
            _ => FromIndexes(sizes),
        };
    }

    /// <summary>Reads the latest values of a revision from the indexes.</summary>
    public void Rebuild(long revision, long executions, LatestValues latest)
    {
        _start = EvidenceStart.Beginning;
        latest.Clear();
        _found.Clear();
        _found.Add((revision, executions));
        Fill(latest, LatestKind.Fidelity, _fidelity);
        Fill(latest, LatestKind.Outcomes, _outcomes, _negatives);
        Fill(latest, LatestKind.Negatives, _negatives);
        Fill(latest, LatestKind.Times, _performance, _times);
        Fill(latest, LatestKind.Exceptions, _performance, _exceptions);
        _failed.Bind(1, revision);
        _failed.Bind(2, (long)LatestValues.Kept);
        var failures = new Stack<long>();
        while (_failed.Read())
        {
            failures.Push(_failed.Int64(0));
        }

        foreach (var ordinal in failures)
        {
            latest.Add(LatestKind.Failures, new Arrival(ordinal, 0, 0));
        }

        latest.Critical = Critical(int.MaxValue).Count;
    }

    private void Fill(LatestValues latest, LatestKind kind, SqliteStatement first, SqliteStatement? second = null)
    {
        _rows.Read(LatestValues.Kept, _found, first, second);
        foreach (var arrival in _rows.OldestFirst())
        {
            latest.Add(kind, arrival);
        }
    }

    private EvidenceWindow FromLatest(WindowSizes sizes)
    {
        var (revision, executions) = _found[0];
        var falseNegatives = 0;
        for (var position = 0; position < Counted(LatestKind.Outcomes, sizes.Outcomes); position++)
        {
            falseNegatives += (_latest[LatestKind.Outcomes, position].Flags & 2) >> 1;
        }

        var failures = 0;
        while (failures < _latest.Count(LatestKind.Failures) && _latest[LatestKind.Failures, failures].Sequence > Math.Max(executions - sizes.Critical, _start.Ordinal - 1))
        {
            failures++;
        }

        var (critical, ids) = _latest.Critical == 0 ? (0, []) : Critical(sizes.Critical);
        return new EvidenceWindow
        {
            Executions = (int)(executions - _start.Ordinal + 1),
            Fidelity = LatestOf(LatestKind.Fidelity, sizes.Fidelity),
            Outcomes = LatestOf(LatestKind.Outcomes, sizes.Outcomes),
            Negatives = FlagsOf(LatestKind.Negatives, sizes.Negatives),
            TimesMs = LatestOf(LatestKind.Times, sizes.Times),
            Exceptions = FlagsOf(LatestKind.Exceptions, sizes.Exceptions),
            FalseNegatives = falseNegatives,
            CriticalFalseNegatives = critical,
            CriticalFalseNegativeIds = ids,
            CriticalFailures = failures < LatestValues.Kept ? failures : Failures(sizes.Critical),
            Sources = sizes.Sources ? Sources() : [],
        };
    }

    // What is not full holds everything there is.
    private bool Suffices(LatestKind kind, int size) => size <= LatestValues.Kept || _latest.Count(kind) < LatestValues.Kept;

    // Of the latest values, those that count.
    private int Counted(LatestKind kind, int count)
    {
        var known = Math.Min(count, _latest.Count(kind));
        var first = First(kind);
        while (known > 0 && _latest[kind, known - 1].Sequence < first)
        {
            known--;
        }

        return known;
    }

    private long First(LatestKind kind) => kind switch
    {
        LatestKind.Fidelity => _start.Fidelity,
        LatestKind.Outcomes or LatestKind.Negatives => _start.Outcome,
        _ => _start.Performance,
    };

    private double[] LatestOf(LatestKind kind, int count)
    {
        var values = new double[Counted(kind, count)];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = _latest[kind, values.Length - 1 - index].Value;
        }

        return values;
    }

    private bool[] FlagsOf(LatestKind kind, int count)
    {
        var flags = new bool[Counted(kind, count)];
        for (var index = 0; index < flags.Length; index++)
        {
            flags[index] = (_latest[kind, flags.Length - 1 - index].Flags & 1) != 0;
        }

        return flags;
    }

    private EvidenceWindow FromIndexes(WindowSizes sizes)
    {
        var fidelity = Rows(LatestKind.Fidelity, sizes.Fidelity, _fidelity).Values();
        var negatives = Rows(LatestKind.Negatives, sizes.Negatives, _negatives).Flags();
        var times = Rows(LatestKind.Times, sizes.Times, _performance, _times).Values();
        var exceptions = Rows(LatestKind.Exceptions, sizes.Exceptions, _performance, _exceptions).Flags();
        var rows = Rows(LatestKind.Outcomes, sizes.Outcomes, _outcomes, _negatives);
        var (outcomes, falseNegatives) = (rows.Values(), rows.FalseNegatives());
        var (critical, ids) = Critical(sizes.Critical);
        return new EvidenceWindow
        {
            Executions = (int)(_found.Sum(revision => revision.Executions) - _start.Ordinal + 1),
            Fidelity = fidelity,
            Outcomes = outcomes,
            FalseNegatives = falseNegatives,
            Negatives = negatives,
            TimesMs = times,
            Exceptions = exceptions,
            CriticalFalseNegatives = critical,
            CriticalFalseNegativeIds = ids,
            CriticalFailures = Failures(sizes.Critical),
            Sources = sizes.Sources ? Sources() : [],
        };
    }

    // The same rows hold each answer in turn.
    private ArrivalRows Rows(LatestKind kind, int count, SqliteStatement first, SqliteStatement? second = null)
    {
        _rows.Read(count, _found, first, second);
        _rows.DropBefore(First(kind));
        return _rows;
    }

    private static SqliteStatement OfStay(SqliteConnection connection, string columns) => new(
        connection,
        $"""
        SELECT {columns} FROM revisions
        WHERE skill_key = (SELECT skill_key FROM skill_keys WHERE skill_id = ?1) AND version = ?2 AND state = ?3 AND state_serial = ?4 AND benchmark = 0 AND (?5 IS NULL OR digest = '' OR digest = ?5)
        """);

    private static SqliteStatement Latest(SqliteConnection connection, string index, string columns, string where, string sequence) =>
        new(connection, $"SELECT {columns} FROM execution_facts INDEXED BY {index} WHERE revision_key = ?1 AND {where} ORDER BY {sequence} DESC LIMIT ?2");

    /// <summary>How often a stay was executed and corrected, and who has run it.</summary>
    public StayCircumstances Circumstances(StateStay stay)
    {
        Find(stay);
        List<StayRunner>? runners = null;
        foreach (var (revision, _) in _found)
        {
            _runners.Bind(1, revision);
            while (_runners.Read())
            {
                (runners ??= []).Add(new StayRunner(
                    _runners.Text(0)!, _runners.Text(1)!, new EvidenceStart(_runners.Int64(2), _runners.Int64(3), _runners.Int64(4), _runners.Int64(5)), _runners.Int64(6)));
            }
        }

        return new StayCircumstances(_found.Sum(static revision => revision.Executions), _corrections, runners is null ? [] : runners, _arrived);
    }

    private void Find(StateStay stay, bool withLatest = false, long after = -1)
    {
        _start = stay.Start;
        (_corrections, _arrived) = (0, 0);
        _found.Clear();
        var statement = withLatest ? _revisionsWithLatest : _revisions;
        statement.Bind(1, stay.Skill);
        statement.Bind(2, stay.Version);
        statement.Bind(3, stay.State);
        statement.Bind(4, stay.StateSerial);
        statement.Bind(5, stay.Digest);
        while (statement.Read())
        {
            _arrived = Math.Max(_arrived, statement.Int64(3));
            if (statement.Int64(3) <= after)
            {
                continue;
            }

            _found.Add((statement.Int64(0), statement.Int64(1)));
            _corrections += statement.Int64(2);
            if (withLatest)
            {
                _latest.Clear();
                if (!statement.IsNull(4))
                {
                    _latest.Read(statement.Blob(4));
                }
            }
        }
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

        found.RemoveAll(one => one.Sequence < _start.Outcome);

        // Only those among the latest outcomes; their number may be unlimited.
        if (span < int.MaxValue)
        {
            _rows.Read(span, _found, _outcomes, _negatives);
            var first = _rows.OldestSequence ?? long.MaxValue;
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
            _failures.Bind(2, Math.Max(_found.Count == 1 ? _start.Ordinal - 1 : 0, executions - span));
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
}
