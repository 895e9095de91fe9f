using System.Text.Json;

using WreSkills.Promotion;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>Does what rollbacks demand and no person is needed for, and says what is overdue (policy 3.2).</summary>
public sealed class DeadlineWorker(Workspace workspace)
{
    /// <summary>Writes the failure analyses that are still open, and closes the reviews that people have done. Every writing command calls it.</summary>
    /// <returns>Operations whose report was written.</returns>
    public IReadOnlyList<string> Run()
    {
        if (!File.Exists(workspace.Layout.MetricsDatabase))
        {
            return [];
        }

        var rows = workspace.Deadlines.List();
        if (rows.Count == 0)
        {
            return [];
        }

        var audit = workspace.Audit.Lines();
        foreach (var row in rows.Where(row => row.Action == "human_review" && audit.Any(line => Text(line, "operation") == row.Operation + "-review")))
        {
            workspace.Deadlines.Done(row.Operation, row.Action, workspace.Time.GetUtcNow());
        }

        var open = rows.Where(row => row.Action == "failure_analysis").ToList();
        foreach (var row in open)
        {
            var line = audit.FirstOrDefault(line => Text(line, "operation") == row.Operation);
            if (line.ValueKind == JsonValueKind.Object)
            {
                workspace.Reports.Write(line, SerialBefore(audit, line));
            }

            workspace.Deadlines.Done(row.Operation, row.Action, workspace.Time.GetUtcNow());
        }

        return [.. open.Select(row => row.Operation)];
    }

    /// <summary>Deadlines that have passed without being met.</summary>
    public IReadOnlyList<RollbackDeadline> Overdue()
    {
        if (!File.Exists(workspace.Layout.MetricsDatabase))
        {
            return [];
        }

        var now = workspace.Time.GetUtcNow();
        return [.. workspace.Deadlines.List().Where(row => Timestamp.TryParse(row.DueAt, out var due) && due < now)];
    }

    // The stay that a rollback ended began with the latest earlier operation by which this version came to that state,
    // or, when it was restored as another's predecessor, with that operation.
    internal static long SerialBefore(IReadOnlyList<JsonElement> audit, JsonElement rollback)
    {
        var (skill, version, from) = (Text(rollback, "skill"), Text(rollback, "version"), Text(rollback, "from_state"));
        var serial = 0L;
        foreach (var line in audit)
        {
            if (Text(line, "operation") == Text(rollback, "operation"))
            {
                break;
            }

            var arrived = Text(line, "skill") == skill
                && ((Text(line, "version") == version && Text(line, "to_state") == from) || (from == "production" && Text(line, "serves") == version));
            if (arrived && line.TryGetProperty("serial", out var value) && value.TryGetInt64(out var number))
            {
                serial = number;
            }
        }

        return serial;
    }

    private static string? Text(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
