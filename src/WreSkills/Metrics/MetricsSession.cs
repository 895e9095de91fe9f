using Microsoft.Data.Sqlite;

namespace WreSkills.Metrics;

/// <summary>
/// An open database with its prepared questions. It belongs to whoever holds the gate.
/// </summary>
internal sealed class MetricsSession(SqliteConnection connection, object gate)
{
    private EvidenceQueries? _evidence;
    private SummaryQueries? _summaries;
    private ArrivalQueries? _arrivals;

    public SqliteConnection Connection => connection;

    public EvidenceQueries Evidence => _evidence ??= new EvidenceQueries(connection);

    public SummaryQueries Summaries => _summaries ??= new SummaryQueries(connection);

    public ArrivalQueries Arrivals => _arrivals ??= new ArrivalQueries(connection);

    public void Close()
    {
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

        public void Dispose() => Monitor.Exit(session.Gate);
    }

    private object Gate => gate;
}
