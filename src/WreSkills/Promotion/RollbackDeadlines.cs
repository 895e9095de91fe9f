using WreSkills.Metrics;
using WreSkills.Policy;
using WreSkills.Storage;

namespace WreSkills.Promotion;

/// <summary>Something that a rollback, or a promotion that broke the glass, demands by a certain time (policy 3.2).</summary>
/// <param name="Operation">The rollback or promotion.</param>
/// <param name="Skill">The skill.</param>
/// <param name="Action"><c>alert</c>, <c>archive</c>, <c>reindex</c>, <c>failure_analysis</c> or <c>human_review</c>; or <see cref="RollbackDeadlines.Countersignature"/>.</param>
/// <param name="DueAt">ISO 8601.</param>
/// <param name="DoneAt">ISO 8601, or null while it is open.</param>
public sealed record RollbackDeadline(string Operation, string Skill, string Action, string DueAt, string? DoneAt);

/// <summary>The deadlines of policy 3.2 as rows; rebuildable from the audit log and what the actions left behind.</summary>
public sealed class RollbackDeadlines(MetricsDatabase database)
{
    /// <summary>The second signature that a promotion which broke the glass needs.</summary>
    public const string Countersignature = "countersignature";

    /// <summary>Adds the row of a promotion that broke the glass; a row that is there stays as it is.</summary>
    public void AddCountersignature(string operation, string skill, DateTimeOffset at, TicketPolicy rules) => Insert(operation, skill, [(Countersignature, rules.CountersignMinutes)], at);

    /// <summary>Adds the five rows of a rollback; rows that are there stay as they are.</summary>
    public void Add(string operation, string skill, DateTimeOffset at, RollbackRules rules) => Insert(
        operation, skill,
        [("alert", rules.AlertMinutes), ("archive", rules.ArchiveMinutes), ("reindex", rules.ReindexMinutes), ("failure_analysis", rules.FailureAnalysisMinutes), ("human_review", rules.HumanReviewMinutes)], at);

    private void Insert(string operation, string skill, ReadOnlySpan<(string Action, int Minutes)> rows, DateTimeOffset at)
    {
        using var turn = database.Take(out var connection);
        foreach (var (action, minutes) in rows)
        {
            connection.Execute(
                "INSERT OR IGNORE INTO rollback_deadlines (operation, skill_id, action, due_at) VALUES ($1, $2, $3, $4)",
                operation, skill, action, Timestamp.ToIso(at.AddMinutes(minutes)));
        }
    }

    /// <summary>Marks an action done; the first time counts.</summary>
    public void Done(string operation, string action, DateTimeOffset at)
    {
        using var turn = database.Take(out var connection);
        connection.Execute("UPDATE rollback_deadlines SET done_at = coalesce(done_at, $3) WHERE operation = $1 AND action = $2", operation, action, Timestamp.ToIso(at));
    }

    /// <summary>All rows, the most urgent first.</summary>
    /// <param name="openOnly">Only those that are not done.</param>
    public IReadOnlyList<RollbackDeadline> List(bool openOnly = true)
    {
        using var turn = database.Take(out var connection);
        using var command = connection.Prepare($"SELECT operation, skill_id, action, due_at, done_at FROM rollback_deadlines {(openOnly ? "WHERE done_at IS NULL" : "")} ORDER BY due_at, action");
        using var reader = command.ExecuteReader();
        var rows = new List<RollbackDeadline>();
        while (reader.Read())
        {
            rows.Add(new RollbackDeadline(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetString(4)));
        }

        return rows;
    }
}
