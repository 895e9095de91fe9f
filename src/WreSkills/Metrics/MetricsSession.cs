using Microsoft.Data.Sqlite;

namespace WreSkills.Metrics;

/// <summary>
/// An open database with its prepared questions. It belongs to whoever holds the gate.
/// </summary>
internal sealed class MetricsSession(SqliteConnection connection, object gate)
{
    private EvidenceQueries? _evidence;
    private SummaryQueries? _summaries;

    public SqliteConnection Connection => connection;

    public EvidenceQueries Evidence => _evidence ??= new EvidenceQueries(connection);

    public SummaryQueries Summaries => _summaries ??= new SummaryQueries(connection);

    public void Close()
    {
        _evidence?.Dispose();
        _summaries?.Dispose();
        connection.Dispose();
    }

    /// <summary>One turn with the session.</summary>
    public readonly ref struct Turn(MetricsSession session)
    {
        public EvidenceQueries Evidence => session.Evidence;

        public SummaryQueries Summaries => session.Summaries;

        public void Dispose() => Monitor.Exit(session.Gate);
    }

    private object Gate => gate;
}
