using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>From when on a version was in a state.</summary>
internal sealed record StateInterval(string Version, string Digest, string State, long Serial, long FromMs)
{
    public static List<StateInterval> Read(SqliteConnection connection, long skill)
    {
        using var command = connection.Prepare("SELECT version, digest, state, state_serial, from_ms FROM state_intervals WHERE skill_key = $1 ORDER BY state_serial, from_ms", skill);
        using var reader = command.ExecuteReader();
        var intervals = new List<StateInterval>();
        var from = 0L;
        while (reader.Read())
        {
            // The registry's serial says what came first; a time that was stated by hand may lie before what it ended.
            from = Math.Max(from, reader.GetInt64(4));
            intervals.Add(new StateInterval(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), from));
        }

        return intervals;
    }

    /// <summary>The state that a version had at a moment; without a version, the furthest live one's. Another content is never its version.</summary>
    public static StateInterval? At(List<StateInterval> intervals, long momentMs, string? version, string? digest, string? state)
    {
        var current = new Dictionary<string, StateInterval>();
        foreach (var interval in intervals.TakeWhile(interval => interval.FromMs <= momentMs))
        {
            current[interval.Version] = interval;
        }

        return current.Values
            .Where(interval => (version is null || interval.Version == version) && (digest is null || interval.Digest.Length == 0 || interval.Digest == digest) && (state is null ? interval.State is "production" or "staged" : interval.State == state))
            .OrderByDescending(interval => interval.State == "production")
            .ThenByDescending(interval => interval.Serial)
            .FirstOrDefault();
    }
}
