using System.Data.Common;

using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>Reads the latest executions of revisions, for reports and reviews.</summary>
internal static class LatestExecutionRows
{
    /// <summary>Revisions of a draft's content: its benchmarks, and what agents ran of it.</summary>
    public static IReadOnlyList<long> RevisionsOfDraft(SqliteConnection connection, string skill, string digest)
    {
        using var command = connection.Prepare(
            "SELECT revision_key FROM revisions JOIN skill_keys USING (skill_key) WHERE skill_id = $1 AND digest = $2 AND state = 'prototype'", skill, digest);
        using var reader = command.ExecuteReader();
        var revisions = new List<long>();
        while (reader.Read())
        {
            revisions.Add(reader.GetInt64(0));
        }

        return revisions;
    }

    /// <summary>The latest executions of some revisions, newest first.</summary>
    public static IReadOnlyList<ExecutionFigures> Read(SqliteConnection connection, IReadOnlyList<long> revisions, int count)
    {
        if (revisions.Count == 0)
        {
            return [];
        }

        using var command = connection.Prepare(
            $"""
            SELECT execution, fidelity, outcome, time_ms, exception, false_positive, false_negative, missed_names, timestamp_ms, agent, model, source, label, tokens, followed, missed FROM execution_facts
            WHERE revision_key IN ({string.Join(',', revisions)}) ORDER BY coalesce(fidelity_seq, outcome_seq, time_seq, exception_seq) DESC LIMIT $1
            """,
            count);
        using var reader = command.ExecuteReader();
        var executions = new List<ExecutionFigures>();
        while (reader.Read())
        {
            executions.Add(new ExecutionFigures(
                ExecutionKey.FromColumn(reader.GetValue(0)), Number(reader, 1), Number(reader, 2), Number(reader, 3), Flag(reader, 4), Flag(reader, 5), Flag(reader, 6),
                reader.IsDBNull(7) ? [] : reader.GetString(7).Split('\n'))
            {
                Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(8)),
                Agent = Text(reader, 9),
                Model = Text(reader, 10),
                Source = Text(reader, 11),
                IsNegative = reader.IsDBNull(12) ? null : reader.GetInt64(12) == 0,
                Tokens = reader.IsDBNull(13) ? null : reader.GetInt64(13),
                FollowedCount = reader.IsDBNull(14) ? null : reader.GetInt32(14),
                MissedCount = reader.IsDBNull(15) ? null : reader.GetInt32(15),
            });
        }

        return executions;
    }

    private static double? Number(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);

    private static bool? Flag(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column) != 0;

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
