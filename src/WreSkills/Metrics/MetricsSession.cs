using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>
/// An open database with its prepared questions. It belongs to whoever holds the gate.
/// </summary>
internal sealed class MetricsSession(SqliteConnection connection, object gate)
{
    private EvidenceQueries? _evidence;
    private SummaryQueries? _summaries;
    private ArrivalQueries? _arrivals;
    private SqliteStatement? _begin;
    private SqliteStatement? _end;

    public SqliteConnection Connection => connection;

    public EvidenceQueries Evidence => _evidence ??= new EvidenceQueries(connection);

    public SummaryQueries Summaries => _summaries ??= new SummaryQueries(connection);

    public ArrivalQueries Arrivals => _arrivals ??= new ArrivalQueries(connection);

    public void Close()
    {
        _begin?.Dispose();
        _end?.Dispose();
        _arrivals?.Dispose();
        _evidence?.Dispose();
        _summaries?.Dispose();
        connection.Dispose();
    }

    /// <summary>One turn with the session.</summary>
    public readonly ref struct Turn(MetricsSession session)
    {
        public EvidenceQueries Evidence => session.Evidence;

        public SummaryQueries Summaries => session.Summaries;

        public ArrivalQueries Arrivals => session.Arrivals;

        /// <summary>Until it is disposed of, all questions see the same moment.</summary>
        public Snapshot Moment() => new(session);

        public void Dispose() => Monitor.Exit(session.Gate);
    }

    /// <summary>A read transaction.</summary>
    public readonly ref struct Snapshot
    {
        private readonly MetricsSession _session;

        public Snapshot(MetricsSession session)
        {
            _session = session;
            (_session._begin ??= new SqliteStatement(session.Connection, "BEGIN")).Run();
        }

        public void Dispose() => (_session._end ??= new SqliteStatement(_session.Connection, "COMMIT")).Run();
    }

    private object Gate => gate;
}
