using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>Figures over spans of time: whole days and hours from their sums, the hour in which the span begins from the executions themselves.</summary>
internal sealed class SummaryQueries(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement _revisions = new(
        connection,
        """
        SELECT revision_key, version, state, digest, benchmark, state_serial FROM revisions JOIN skill_keys USING (skill_key) WHERE skill_id = ?1
        UNION ALL SELECT -skill_key, '', '', '', 0, -1 FROM skill_keys WHERE skill_id = ?1
        """);

    private readonly SqliteStatement _revision = new(connection, "SELECT revision_key, version, state, digest, benchmark, state_serial FROM revisions WHERE revision_key = ?1");

    private readonly SqliteStatement _periods = new(
        connection,
        $"""
        SELECT {string.Join(", ", RollUp.Columns.Select(column => $"sum({column})"))} FROM (
            SELECT * FROM metric_days WHERE revision_key = ?1 AND period >= ?3
            UNION ALL SELECT * FROM metric_hours WHERE revision_key = ?1 AND period >= ?2 AND period < ?3 * 24)
        """);

    private readonly SqliteStatement _edge = new(
        connection,
        """
        SELECT fidelity, outcome, label, false_positive, false_negative, critical_false_negative, exception, time_ms, tokens
        FROM execution_facts INDEXED BY facts_by_moment WHERE revision_key IS ?1 AND timestamp_ms >= ?2 AND timestamp_ms < ?3 AND (?4 IS NULL OR skill_key = ?4)
        """);

    private readonly SqliteStatement _first = new(
        connection, "SELECT timestamp_ms FROM execution_facts INDEXED BY facts_by_moment WHERE revision_key IS ?1 AND timestamp_ms >= ?2 AND (?3 IS NULL OR skill_key = ?3) ORDER BY timestamp_ms LIMIT 1");

    private readonly SqliteStatement _last = new(
        connection, "SELECT timestamp_ms FROM execution_facts INDEXED BY facts_by_moment WHERE revision_key IS ?1 AND (?2 IS NULL OR skill_key = ?2) ORDER BY timestamp_ms DESC LIMIT 1");

    private readonly ExecutionFacts _row = new();

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<SqliteStatement>)[_revisions, _revision, _periods, _edge, _first, _last])
        {
            statement.Dispose();
        }
    }

    /// <summary>Figures of a skill by version, state, digest and kind, latest stay first.</summary>
    /// <param name="skill">The skill.</param>
    /// <param name="sinceMs">Only executions since then, in milliseconds since 1970; null for all.</param>
    public IReadOnlyList<MetricsSummary> Of(string skill, long? sinceMs)
    {
        _revisions.Bind(1, skill);
        return
        [
            .. Read(_revisions)
                .GroupBy(revision => (revision.Version, revision.State, revision.Digest, revision.Benchmark))
                .Select(group => (Serial: group.Max(revision => revision.Serial), Summary: Sum([.. group], sinceMs)))
                .Where(item => item.Summary.Executions > 0)
                .OrderByDescending(item => item.Serial).ThenBy(item => item.Summary.Benchmark)
                .Select(item => item.Summary),
        ];
    }

    /// <summary>All figures of one revision.</summary>
    public MetricsSummary OfRevision(long revision)
    {
        _revision.Bind(1, revision);
        return Sum(Read(_revision), null);
    }

    private static List<Revision> Read(SqliteStatement statement)
    {
        var revisions = new List<Revision>();
        while (statement.Read())
        {
            revisions.Add(new Revision(statement.Int64(0), statement.Text(1)!, statement.Text(2)!, statement.Text(3)!, statement.Int64(4) != 0, statement.Int64(5)));
        }

        return revisions;
    }

    private MetricsSummary Sum(IReadOnlyList<Revision> revisions, long? sinceMs)
    {
        var sums = default(RollUp);
        var (from, to) = (long.MaxValue, long.MinValue);
        var since = sinceMs ?? 0;
        var firstWhole = (since + RollUpChanges.MsPerHour - 1) / RollUpChanges.MsPerHour;
        foreach (var revision in revisions)
        {
            _periods.Bind(1, revision.Key);
            _periods.Bind(2, firstWhole);
            _periods.Bind(3, (firstWhole + RollUpChanges.HoursPerDay - 1) / RollUpChanges.HoursPerDay);
            if (_periods.Read() && !_periods.IsNull(0))
            {
                sums.Add(RollUp.FromColumns(_periods.Int64, 0));
            }

            _periods.Reset();
            Edge(revision.Key, since, firstWhole * RollUpChanges.MsPerHour, ref sums);
            from = Math.Min(from, Moment(_first, revision.Key, since) ?? long.MaxValue);
            to = Math.Max(to, Moment(_last, revision.Key, null) ?? long.MinValue);
        }

        return Summary(revisions[0], sums, from, to);
    }

    private void Edge(long revision, long since, long until, ref RollUp sums)
    {
        if (since >= until)
        {
            return;
        }

        _edge.Bind(1, revision < 0 ? null : revision);
        _edge.Bind(2, since);
        _edge.Bind(3, until);
        _edge.Bind(4, revision < 0 ? -revision : null);
        while (_edge.Read())
        {
            (_row.Fidelity, _row.Outcome, _row.Label) = (_edge.NullableDouble(0), _edge.NullableDouble(1), (int?)_edge.NullableInt64(2));
            (_row.FalsePositive, _row.FalseNegative, _row.CriticalFalseNegative) = (_edge.NullableBool(3), _edge.NullableBool(4), _edge.NullableBool(5));
            (_row.Exception, _row.TimeMs, _row.Tokens) = (_edge.NullableBool(6), _edge.NullableDouble(7), _edge.NullableInt64(8));
            sums.Add(_row, 1);
        }
    }

    private static long? Moment(SqliteStatement statement, long revision, long? since)
    {
        var parameter = 1;
        statement.Bind(parameter++, revision < 0 ? null : revision);
        if (since is { } earliest)
        {
            statement.Bind(parameter++, earliest);
        }

        statement.Bind(parameter, revision < 0 ? -revision : null);
        long? moment = statement.Read() ? statement.Int64(0) : null;
        statement.Reset();
        return moment;
    }

    private static MetricsSummary Summary(Revision revision, RollUp sums, long from, long to)
    {
        static double? Mean(long sum, double unit, long count) => count == 0 ? null : sum / unit / count;
        return new MetricsSummary
        {
            Version = revision.Version,
            State = revision.State,
            Digest = revision.Digest,
            Benchmark = revision.Benchmark,
            Executions = (int)sums.Executions,
            FidelityCount = (int)sums.FidelityCount,
            PatternFidelity = Mean(sums.FidelitySum, RollUp.Unit, sums.FidelityCount),
            OutcomeCount = (int)sums.OutcomeCount,
            OutcomeQuality = Mean(sums.OutcomeSum, RollUp.Unit, sums.OutcomeCount),
            Negatives = (int)sums.Negatives,
            FalsePositives = (int)sums.FalsePositives,
            FalsePositiveRate = sums.Negatives == 0 ? null : (double)sums.FalsePositives / sums.Negatives,
            FalseNegatives = (int)sums.FalseNegatives,
            CriticalFalseNegatives = (int)sums.CriticalFalseNegatives,
            Exceptions = (int)sums.Exceptions,
            ExceptionRate = sums.ExceptionCount == 0 ? null : (double)sums.Exceptions / sums.ExceptionCount,
            ExecutionTimeMs = Mean(sums.TimeSum, RollUp.MicrosPerMs, sums.TimeCount),
            Tokens = sums.Tokens,
            From = from == long.MaxValue ? null : Timestamp.ToIso(DateTimeOffset.FromUnixTimeMilliseconds(from)),
            To = to == long.MinValue ? null : Timestamp.ToIso(DateTimeOffset.FromUnixTimeMilliseconds(to)),
        };
    }

    private sealed record Revision(long Key, string Version, string State, string Digest, bool Benchmark, long Serial);
}
