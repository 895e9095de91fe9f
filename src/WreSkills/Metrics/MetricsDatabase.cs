using Microsoft.Data.Sqlite;

using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>The questions that gates, triggers and people ask of <c>skills_metrics.db</c>.</summary>
public sealed class MetricsDatabase(string path, TimeProvider time)
{
    /// <summary>The named spans of time that <c>wre metrics</c> knows (policy 5.4).</summary>
    public static IReadOnlyDictionary<string, TimeSpan?> Timeframes { get; } = new Dictionary<string, TimeSpan?>
    {
        ["last_24_hours"] = TimeSpan.FromHours(24),
        ["last_7_days"] = TimeSpan.FromDays(7),
        ["last_30_days"] = TimeSpan.FromDays(30),
        ["all_time"] = null,
    };

    /// <summary>The file.</summary>
    public string File => path;

    /// <summary>Reads the latest values of a version in a state.</summary>
    public EvidenceWindow Window(StateStay stay, WindowSizes sizes)
    {
        using var connection = Open();
        var revisions = Revisions(connection, stay);
        if (revisions.Length == 0)
        {
            return new EvidenceWindow();
        }

        var critical = CriticalIds(connection, revisions, sizes.Critical);
        return new EvidenceWindow
        {
            Executions = (int)Scalar(connection, $"SELECT count(*) FROM execution_facts WHERE revision_key IN ({revisions})"),
            Fidelity = Latest(connection, revisions, "fidelity", "fidelity_seq", "", sizes.Fidelity),
            Outcomes = Latest(connection, revisions, "outcome", "outcome_seq", "", sizes.Outcomes),
            Negatives = Flags(Latest(connection, revisions, "false_positive", "outcome_seq", "AND label = 0 AND false_positive IS NOT NULL", sizes.Negatives)),
            TimesMs = Latest(connection, revisions, "time_ms", "time_seq", "", sizes.Times),
            Exceptions = Flags(Latest(connection, revisions, "exception", "exception_seq", "", sizes.Exceptions)),
            FalseNegatives = (int)Latest(connection, revisions, "coalesce(false_negative, 0)", "outcome_seq", "", sizes.Outcomes).Sum(),
            CriticalFalseNegatives = critical.Count,
            CriticalFalseNegativeIds = [.. critical.Take(10)],
            CriticalFailures = CriticalFailures(connection, revisions, sizes.Critical),
            Sources = Sources(connection, revisions),
        };
    }

    /// <summary>Aggregates a skill's executions of a span of time by version and state, latest stay first.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="timeframe">One of <see cref="Timeframes"/>.</param>
    /// <exception cref="WreException">There is no such timeframe.</exception>
    public IReadOnlyList<MetricsSummary> Summarize(string skill, string timeframe)
    {
        if (!Timeframes.TryGetValue(timeframe, out var span))
        {
            throw new WreException($"There is no timeframe '{timeframe}'.", $"choose one of {string.Join(", ", Timeframes.Keys)}");
        }

        var since = span is { } back ? (time.GetUtcNow() - back).ToUnixTimeMilliseconds() : 0;
        using var connection = Open();
        using var command = connection.Prepare(
            SummarySql + " WHERE k.skill_id = $1 AND f.timestamp_ms >= $2 GROUP BY r.version, r.state, r.digest, r.benchmark ORDER BY max(r.state_serial) DESC, r.benchmark",
            skill, since);
        return ReadSummaries(command);
    }

    /// <summary>Figures of the latest stay of a version in a state, or of the latest benchmark of a digest.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="version">Only this label; null for any.</param>
    /// <param name="state">Only this state; null for any.</param>
    /// <param name="digest">Only this content; null for any.</param>
    /// <returns>The figures, or null when there are no executions.</returns>
    public MetricsSummary? Latest(string skill, string? version, string? state, string? digest)
    {
        using var connection = Open();
        using var command = connection.Prepare(
            SummarySql + """
             WHERE r.revision_key IN (
                SELECT revision_key FROM revisions JOIN skill_keys USING (skill_key)
                WHERE skill_id = $1 AND ($2 IS NULL OR version = $2) AND ($3 IS NULL OR state = $3) AND ($4 IS NULL OR digest = $4) AND (benchmark = 0 OR state = 'prototype')
                ORDER BY state_serial DESC, revision_key DESC LIMIT 1)
            GROUP BY r.revision_key
            """,
            skill, version, state, digest);
        return ReadSummaries(command).FirstOrDefault();
    }

    /// <summary>Skills with lines that were ingested, but not judged by the monitor, and how many of the most frequent kind.</summary>
    public IReadOnlyDictionary<string, int> Unjudged()
    {
        using var connection = Open();
        using var command = connection.Prepare("SELECT skill_id, max(lines) FROM unjudged_lines WHERE lines > 0 GROUP BY skill_id ORDER BY skill_id");
        using var reader = command.ExecuteReader();
        var skills = new Dictionary<string, int>();
        while (reader.Read())
        {
            skills[reader.GetString(0)] = (int)Math.Min(reader.GetInt64(1), int.MaxValue);
        }

        return skills;
    }

    /// <summary>Notes that the monitor has judged so many lines of each kind of a skill; what arrived meanwhile stays open.</summary>
    public void Judged(string skill, int lines)
    {
        if (lines > 0)
        {
            using var connection = Open();
            connection.Execute("UPDATE unjudged_lines SET lines = max(0, lines - $2) WHERE skill_id = $1", skill, lines);
        }
    }

    /// <summary>The latest executions of a stay, newest first.</summary>
    public IReadOnlyList<ExecutionFigures> LatestExecutions(StateStay stay, int count)
    {
        using var connection = Open();
        var revisions = Revisions(connection, stay);
        if (revisions.Length == 0)
        {
            return [];
        }

        using var command = connection.Prepare(
            $"""
            SELECT execution, fidelity, outcome, time_ms, exception, false_positive, false_negative, missed_names FROM execution_facts
            WHERE revision_key IN ({revisions}) ORDER BY coalesce(fidelity_seq, outcome_seq, time_seq, exception_seq) DESC LIMIT $1
            """,
            count);
        using var reader = command.ExecuteReader();
        var executions = new List<ExecutionFigures>();
        while (reader.Read())
        {
            executions.Add(new ExecutionFigures(
                reader.GetString(0), Number(reader, 1), Number(reader, 2), Number(reader, 3), Flag(reader, 4), Flag(reader, 5), Flag(reader, 6),
                reader.IsDBNull(7) ? [] : reader.GetString(7).Split('\n')));
        }

        return executions;
    }

    /// <summary>True when everything that a record says about an execution is known already; another outcome than the known one is a correction, and news.</summary>
    /// <param name="skill">The skill.</param>
    /// <param name="executionId">The execution.</param>
    /// <param name="fidelity">Whether the record brings a fidelity.</param>
    /// <param name="outcome">The outcome that the record brings, or null.</param>
    /// <param name="label">Whether the record brings the true class.</param>
    /// <param name="time">Whether the record brings a time or says whether there was an exception.</param>
    public bool Knows(string skill, string executionId, bool fidelity, double? outcome, bool label, bool time)
    {
        using var connection = Open();
        using var command = connection.Prepare(
            """
            SELECT fidelity IS NOT NULL, $3 IS NULL OR (outcome IS NOT NULL AND outcome = $3), label IS NOT NULL, time_ms IS NOT NULL OR exception IS NOT NULL
            FROM execution_facts JOIN skill_keys USING (skill_key) WHERE skill_id = $1 AND execution = $2
            """,
            skill, executionId, outcome);
        using var reader = command.ExecuteReader();
        return reader.Read() && (!fidelity || reader.GetBoolean(0)) && reader.GetBoolean(1) && (!label || reader.GetBoolean(2)) && (!time || reader.GetBoolean(3));
    }

    /// <summary>Version, digest, state and state serial under which an execution is known, or null.</summary>
    public (string Version, string Digest, string State, long Serial)? PlaceOf(string skill, string executionId)
    {
        using var connection = Open();
        using var command = connection.Prepare(
            "SELECT version, digest, state, state_serial FROM execution_facts f JOIN skill_keys k USING (skill_key) JOIN revisions r ON r.revision_key = f.revision_key WHERE skill_id = $1 AND execution = $2",
            skill, executionId);
        using var reader = command.ExecuteReader();
        return reader.Read() ? (reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3)) : null;
    }

    /// <summary>Brings the policy's <c>skills</c> table in line with the registry.</summary>
    public void SaveSkill(string skill, SkillEntry entry)
    {
        using var connection = Open();
        connection.Execute(
            """
            INSERT INTO skills (skill_id, skill_name, promotion_state, primary_agent, intent_type, created_at, last_promoted_at, version) VALUES ($1, $1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (skill_id) DO UPDATE SET promotion_state = excluded.promotion_state, primary_agent = excluded.primary_agent,
                intent_type = excluded.intent_type, created_at = excluded.created_at, last_promoted_at = excluded.last_promoted_at, version = excluded.version
            """,
            skill, entry.PromotionState.Text(), entry.PrimaryAgent, entry.IntentType, entry.CreatedAt, entry.LastPromotion, entry.Live(entry.PromotionState)?.Label);
    }

    /// <summary>State and version of a skill in the policy's table, or null.</summary>
    public (string State, string? Version)? FindSkill(string skill)
    {
        using var connection = Open();
        using var command = connection.Prepare("SELECT promotion_state, version FROM skills WHERE skill_id = $1", skill);
        using var reader = command.ExecuteReader();
        return reader.Read() ? (reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1)) : null;
    }

    /// <summary>Ids of all promotion and rollback events of a skill.</summary>
    public IReadOnlySet<string> EventIds(string skill)
    {
        using var connection = Open();
        using var command = connection.Prepare("SELECT event_id FROM promotion_events WHERE skill_id = $1 UNION ALL SELECT event_id FROM rollback_events WHERE skill_id = $1", skill);
        using var reader = command.ExecuteReader();
        var ids = new HashSet<string>();
        while (reader.Read())
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }

    /// <summary>Number of malformed lines kept, and the time of the last ingestion (ISO 8601, or null).</summary>
    public (long Malformed, string? LastIngestion) Health()
    {
        using var connection = Open();
        using var command = connection.Prepare("SELECT value FROM ingest_state WHERE name = 'last_run'");
        return (Scalar(connection, "SELECT count(*) FROM malformed_lines"), command.ExecuteScalar() as string);
    }

    /// <summary>Runs <c>PRAGMA integrity_check</c>.</summary>
    /// <returns>The complaint, or null when the file is sound.</returns>
    public string? IntegrityProblem()
    {
        using var connection = Open();
        using var command = connection.Prepare("PRAGMA integrity_check(1)");
        return command.ExecuteScalar() is string text && text != "ok" ? text : null;
    }

    internal SqliteConnection Open() => SqliteFile.Open(path, MetricsSchema.Sql);

    private const string SummarySql = """
        SELECT coalesce(r.version, ''), coalesce(r.state, ''), coalesce(r.digest, ''), coalesce(r.benchmark, 0), count(*),
               count(f.fidelity), avg(f.fidelity), count(f.outcome), avg(f.outcome),
               coalesce(sum(f.label = 0 AND f.false_positive IS NOT NULL), 0), coalesce(sum(f.false_positive), 0), coalesce(sum(f.false_negative), 0),
               coalesce(sum(f.critical_false_negative), 0), count(f.exception), coalesce(sum(f.exception), 0), avg(f.time_ms), coalesce(sum(f.tokens), 0),
               min(f.timestamp_ms), max(f.timestamp_ms)
        FROM execution_facts f JOIN skill_keys k USING (skill_key) LEFT JOIN revisions r ON r.revision_key = f.revision_key
        """;

    private static List<MetricsSummary> ReadSummaries(SqliteCommand command)
    {
        using var reader = command.ExecuteReader();
        var summaries = new List<MetricsSummary>();
        while (reader.Read())
        {
            var (negatives, positives, said, exceptions) = (reader.GetInt32(9), reader.GetInt32(10), reader.GetInt32(13), reader.GetInt32(14));
            summaries.Add(new MetricsSummary
            {
                Version = reader.GetString(0),
                State = reader.GetString(1),
                Digest = reader.GetString(2),
                Benchmark = reader.GetBoolean(3),
                Executions = reader.GetInt32(4),
                FidelityCount = reader.GetInt32(5),
                PatternFidelity = Number(reader, 6),
                OutcomeCount = reader.GetInt32(7),
                OutcomeQuality = Number(reader, 8),
                Negatives = negatives,
                FalsePositives = positives,
                FalsePositiveRate = negatives == 0 ? null : (double)positives / negatives,
                FalseNegatives = reader.GetInt32(11),
                CriticalFalseNegatives = reader.GetInt32(12),
                Exceptions = exceptions,
                ExceptionRate = said == 0 ? null : (double)exceptions / said,
                ExecutionTimeMs = Number(reader, 15),
                Tokens = reader.GetInt64(16),
                From = Moment(reader, 17),
                To = Moment(reader, 18),
            });
        }

        return summaries;
    }

    // A stay may have executions with and without digest (ours and another tool's), so it can be several revisions.
    private static string Revisions(SqliteConnection connection, StateStay stay)
    {
        using var command = connection.Prepare(
            "SELECT revision_key FROM revisions JOIN skill_keys USING (skill_key) WHERE skill_id = $1 AND version = $2 AND state = $3 AND state_serial = $4 AND benchmark = 0",
            stay.Skill, stay.Version, stay.State, stay.StateSerial);
        using var reader = command.ExecuteReader();
        var keys = new List<long>();
        while (reader.Read())
        {
            keys.Add(reader.GetInt64(0));
        }

        return string.Join(',', keys);
    }

    private static IReadOnlyList<double> Latest(SqliteConnection connection, string revisions, string value, string sequence, string also, int count)
    {
        using var command = connection.Prepare($"SELECT {value} FROM execution_facts WHERE revision_key IN ({revisions}) AND {sequence} IS NOT NULL {also} ORDER BY {sequence} DESC LIMIT $1", count);
        using var reader = command.ExecuteReader();
        var values = new List<double>();
        while (reader.Read())
        {
            values.Add(reader.GetDouble(0));
        }

        values.Reverse();
        return values;
    }

    private static List<string> CriticalIds(SqliteConnection connection, string revisions, int count)
    {
        using var command = connection.Prepare(
            $"""
            SELECT execution FROM (SELECT execution, critical_false_negative, outcome_seq FROM execution_facts
                WHERE revision_key IN ({revisions}) AND outcome_seq IS NOT NULL ORDER BY outcome_seq DESC LIMIT $1)
            WHERE critical_false_negative = 1 ORDER BY outcome_seq DESC
            """,
            count);
        using var reader = command.ExecuteReader();
        var ids = new List<string>();
        while (reader.Read())
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }

    private static int CriticalFailures(SqliteConnection connection, string revisions, int count)
    {
        using var command = connection.Prepare(
            $"""
            SELECT coalesce(sum(failed), 0) FROM (
                SELECT coalesce(critical_false_negative, 0) OR coalesce(critical_missed, 0) OR (coalesce(critical, 0) AND coalesce(exception, 0)) AS failed
                FROM execution_facts WHERE revision_key IN ({revisions})
                ORDER BY coalesce(outcome_seq, fidelity_seq, exception_seq) DESC LIMIT $1)
            """,
            count);
        return (int)(long)command.ExecuteScalar()!;
    }

    private static Dictionary<string, int> Sources(SqliteConnection connection, string revisions)
    {
        using var command = connection.Prepare($"SELECT coalesce(source, 'unknown') || ' by ' || coalesce(agent, 'unknown'), count(*) FROM execution_facts WHERE revision_key IN ({revisions}) GROUP BY 1 ORDER BY 2 DESC");
        using var reader = command.ExecuteReader();
        var sources = new Dictionary<string, int>();
        while (reader.Read())
        {
            sources[reader.GetString(0)] = reader.GetInt32(1);
        }

        return sources;
    }

    private static IReadOnlyList<bool> Flags(IReadOnlyList<double> values) => [.. values.Select(value => value != 0)];

    private static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.Prepare(sql);
        return (long)command.ExecuteScalar()!;
    }

    private static double? Number(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);

    private static bool? Flag(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetBoolean(column);

    private static string? Moment(SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : Timestamp.ToIso(DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column)));
}
