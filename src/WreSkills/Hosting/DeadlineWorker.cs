using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Metrics;
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

        foreach (var row in rows.Where(row => row.Action == RollbackDeadlines.Countersignature && IsCountersigned(audit, row.Operation)))
        {
            workspace.Deadlines.Done(row.Operation, row.Action, workspace.Time.GetUtcNow());
        }

        var written = new List<string>();
        foreach (var row in rows.Where(row => row.Action == "failure_analysis"))
        {
            if (Rollback(audit, row) is not var (lines, line))
            {
                // Nobody knows enough to write it, so it stays open and becomes overdue instead of passing for done.
                continue;
            }

            workspace.Reports.Write(line, SerialBefore(lines, line));
            workspace.Deadlines.Done(row.Operation, row.Action, workspace.Time.GetUtcNow());
            written.Add(row.Operation);
        }

        return written;
    }

    private bool IsCountersigned(IReadOnlyList<JsonElement> audit, string operation)
    {
        var promotion = audit.FirstOrDefault(line => Text(line, "operation") == operation);
        if (promotion.ValueKind != JsonValueKind.Object || Text(promotion, "approval_ticket") is not { } name)
        {
            return false;
        }

        try
        {
            var ticket = workspace.Tickets.Open(name).Ticket;
            return workspace.TicketChecker.Signatures(ticket, workspace.Registry.Load().Find(ticket.Skill), workspace.Time.GetUtcNow()).People.Count >= 2;
        }
        catch (WreException)
        {
            // A ticket that cannot be read has no second signature; the deadline stays open.
            return false;
        }
    }

    // The audit log may be lost; the skill's promotion log tells the same story in other words.
    private (IReadOnlyList<JsonElement> Lines, JsonElement Line)? Rollback(IReadOnlyList<JsonElement> audit, RollbackDeadline row)
    {
        bool IsThis(JsonElement line) => Text(line, "operation") == row.Operation;
        if (audit.FirstOrDefault(IsThis) is { ValueKind: JsonValueKind.Object } line)
        {
            return (audit, line);
        }

        var events = IdempotentLog.Lines(workspace.Metrics.FileOf(row.Skill, MetricKind.PromotionLog)).Select(AsAuditLine).ToList();
        return events.FirstOrDefault(IsThis) is { ValueKind: JsonValueKind.Object } known ? (events, known) : null;
    }

    private static JsonElement AsAuditLine(JsonElement line)
    {
        var json = JsonObject.Create(line)!;
        json["operation"] = json["event_id"]?.DeepClone();
        json["skill"] = json["skill_name"]?.DeepClone();
        json["serial"] = (json["changes"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault()?["state_serial"]?.DeepClone();
        using var document = JsonDocument.Parse(json.ToJsonString());
        return document.RootElement.Clone();
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
