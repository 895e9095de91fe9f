using System.Runtime.InteropServices;

using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>
/// Sums over executions, in whole numbers, so that what was added can be taken away again without a trace: fidelity and
/// outcome in units of 10⁻¹², time in microseconds.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal record struct RollUp
{
    public const double Unit = 1e12;
    public const double MicrosPerMs = 1000;

    public long Executions;
    public long FidelityCount;
    public long FidelitySum;
    public long OutcomeCount;
    public long OutcomeSum;
    public long Negatives;
    public long FalsePositives;
    public long FalseNegatives;
    public long CriticalFalseNegatives;
    public long ExceptionCount;
    public long Exceptions;
    public long TimeCount;
    public long TimeSum;
    public long Tokens;

    /// <summary>Adds an execution, or takes it away.</summary>
    /// <param name="facts">The execution.</param>
    /// <param name="sign">1 or -1.</param>
    public void Add(ExecutionFacts facts, int sign)
    {
        static long One(bool? flag) => flag == true ? 1 : 0;
        Executions += sign;
        FidelityCount += facts.Fidelity is null ? 0 : sign;
        FidelitySum += sign * (long)Math.Round((facts.Fidelity ?? 0) * Unit);
        OutcomeCount += facts.Outcome is null ? 0 : sign;
        OutcomeSum += sign * (long)Math.Round((facts.Outcome ?? 0) * Unit);
        Negatives += facts.Label == 0 && facts.FalsePositive is not null ? sign : 0;
        FalsePositives += sign * One(facts.FalsePositive);
        FalseNegatives += sign * One(facts.FalseNegative);
        CriticalFalseNegatives += sign * One(facts.CriticalFalseNegative);
        ExceptionCount += facts.Exception is null ? 0 : sign;
        Exceptions += sign * One(facts.Exception);
        TimeCount += facts.TimeMs is null ? 0 : sign;
        TimeSum += sign * (long)Math.Round((facts.TimeMs ?? 0) * MicrosPerMs);
        Tokens += sign * (facts.Tokens ?? 0);
    }

    /// <summary>Adds other sums.</summary>
    public void Add(RollUp other)
    {
        Executions += other.Executions;
        FidelityCount += other.FidelityCount;
        FidelitySum += other.FidelitySum;
        OutcomeCount += other.OutcomeCount;
        OutcomeSum += other.OutcomeSum;
        Negatives += other.Negatives;
        FalsePositives += other.FalsePositives;
        FalseNegatives += other.FalseNegatives;
        CriticalFalseNegatives += other.CriticalFalseNegatives;
        ExceptionCount += other.ExceptionCount;
        Exceptions += other.Exceptions;
        TimeCount += other.TimeCount;
        TimeSum += other.TimeSum;
        Tokens += other.Tokens;
    }

    /// <summary>The sums in the order of the table's columns.</summary>
    public readonly long[] ToColumns() =>
        [Executions, FidelityCount, FidelitySum, OutcomeCount, OutcomeSum, Negatives, FalsePositives, FalseNegatives, CriticalFalseNegatives, ExceptionCount, Exceptions, TimeCount, TimeSum, Tokens];

    /// <summary>Reads the sums from a row, beginning at a column.</summary>
    public static RollUp FromColumns(Func<int, long> column, int first) => new()
    {
        Executions = column(first),
        FidelityCount = column(first + 1),
        FidelitySum = column(first + 2),
        OutcomeCount = column(first + 3),
        OutcomeSum = column(first + 4),
        Negatives = column(first + 5),
        FalsePositives = column(first + 6),
        FalseNegatives = column(first + 7),
        CriticalFalseNegatives = column(first + 8),
        ExceptionCount = column(first + 9),
        Exceptions = column(first + 10),
        TimeCount = column(first + 11),
        TimeSum = column(first + 12),
        Tokens = column(first + 13),
    };

    /// <summary>Names of the table's columns.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "executions", "fidelity_count", "fidelity_sum", "outcome_count", "outcome_sum", "negatives", "false_positives", "false_negatives",
        "critical_false_negatives", "exception_count", "exceptions", "time_count", "time_sum", "tokens",
    ];

    /// <summary>Definitions of the table's columns.</summary>
    public static string ColumnsSql { get; } = string.Join(", ", Columns.Select(column => column + " INTEGER NOT NULL"));
}

/// <summary>What one batch changes in the hourly sums and in the counts by source; written once at its end.</summary>
internal sealed class RollUpChanges
{
    public const long MsPerHour = 3_600_000;
    public const long HoursPerDay = 24;

    private readonly Dictionary<(long Revision, long Period), RollUp> _hours = [];
    private readonly Dictionary<(long Revision, long Period), RollUp> _days = [];
    private readonly Dictionary<(long Revision, string Source, string Agent), long> _sources = [];

    /// <summary>Adds an execution, or takes it away.</summary>
    /// <param name="skill">Key of the skill; its negative stands for the executions that no revision has.</param>
    /// <param name="facts">The execution.</param>
    /// <param name="sign">1 or -1.</param>
    public void Add(long skill, ExecutionFacts facts, int sign)
    {
        var revision = facts.Revision == 0 ? -skill : facts.Revision;
        CollectionsMarshal.GetValueRefOrAddDefault(_hours, (revision, facts.TimestampMs / MsPerHour), out _).Add(facts, sign);
        CollectionsMarshal.GetValueRefOrAddDefault(_sources, (revision, facts.Source ?? "unknown", facts.Agent ?? "unknown"), out _) += sign;
    }

    /// <summary>Writes all changes inside the caller's transaction and forgets them.</summary>
    public void Save(SqliteConnection connection)
    {
        foreach (var ((revision, hour), change) in _hours)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_days, (revision, hour / HoursPerDay), out _).Add(change);
        }

        Save(connection, s_hourSql, _hours);
        Save(connection, s_daySql, _days);
        using (var sources = new SqliteStatement(connection, "INSERT INTO revision_sources (revision_key, source, agent, executions) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET executions = executions + excluded.executions"))
        {
            foreach (var ((revision, source, agent), change) in _sources)
            {
                sources.Bind(1, revision);
                sources.Bind(2, source);
                sources.Bind(3, agent);
                sources.Bind(4, change);
                sources.Run();
            }
        }

        _hours.Clear();
        _days.Clear();
        _sources.Clear();
    }

    private static void Save(SqliteConnection connection, string sql, Dictionary<(long Revision, long Period), RollUp> changes)
    {
        using var statement = new SqliteStatement(connection, sql);
        foreach (var ((revision, period), change) in changes)
        {
            statement.Bind(1, revision);
            statement.Bind(2, period);
            var column = 3;
            foreach (var value in change.ToColumns())
            {
                statement.Bind(column++, value);
            }

            statement.Run();
        }
    }

    private static readonly string s_hourSql = Sql("metric_hours");
    private static readonly string s_daySql = Sql("metric_days");

    private static string Sql(string table) =>
        $"INSERT INTO {table} (revision_key, period, {string.Join(", ", RollUp.Columns)}) VALUES ({string.Join(", ", Enumerable.Range(1, RollUp.Columns.Count + 2).Select(index => $"?{index}"))}) "
        + $"ON CONFLICT DO UPDATE SET {string.Join(", ", RollUp.Columns.Select(column => $"{column} = {column} + excluded.{column}"))}";
}
