using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Metrics;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>Merges rows of the policy's Python tools into the metric files, as lines with the source <c>imported</c>; an execution that a file has is not written again.</summary>
internal sealed class PolicyToolsMetrics(Workspace workspace)
{
    private static readonly JsonSerializerOptions s_line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Dictionary<(string Skill, MetricKind Kind), HashSet<string>> _known = [];
    private readonly Dictionary<(string Skill, MetricKind Kind), StringBuilder> _lines = [];

    /// <summary>Lines that <see cref="Write"/> will append, by kind.</summary>
    public Dictionary<MetricKind, int> Count { get; } = [];

    /// <summary>Takes a row of a table of executions, or a line of one of their metric files.</summary>
    /// <param name="skill">The skill.</param>
    /// <param name="row">Its fields.</param>
    /// <param name="only">The file that it stands in; null for a row with everything.</param>
    /// <returns>Why it is not taken, or null.</returns>
    public string? Take(string skill, JsonObject row, MetricKind? only)
    {
        if (row["execution_id"] is not JsonValue id || id.ToString() is not { Length: > 0 } execution)
        {
            return "a row has no execution_id";
        }

        if (!Timestamp.TryParse(row["timestamp"]?.ToString(), out var moment))
        {
            return $"execution {execution}: '{row["timestamp"]}' is no time";
        }

        var place = new JsonObject { ["execution_id"] = execution, ["timestamp"] = Timestamp.ToIso(moment), ["skill_name"] = skill, ["source"] = "imported" };
        if (row["agent"] is JsonValue agent)
        {
            place["agent"] = agent.ToString();
        }

        string? problem = null;
        foreach (var kind in only is { } one ? [one] : (MetricKind[])[MetricKind.Fidelity, MetricKind.Outcomes, MetricKind.Performance])
        {
            problem ??= Add(skill, kind, execution, place, row);
        }

        return problem;
    }

    /// <summary>Takes a promotion or rollback.</summary>
    /// <returns>Why it is not taken, or null; <paramref name="added"/> is false when it was there.</returns>
    public string? TakeEvent(string skill, JsonObject row, bool rollback, bool dryRun, out bool added)
    {
        added = false;
        string? Text(string name) => row[name] is JsonValue value ? value.ToString() : null;
        if (Text("event_id") is not { Length: > 0 } id || Text("from_state") is not { } from || Text("to_state") is not { } to || !Timestamp.TryParse(Text("timestamp"), out var moment))
        {
            return $"event {Text("event_id") ?? "without id"}: it needs event_id, from_state, to_state and timestamp";
        }

        var line = new JsonObject { ["event_id"] = id, ["timestamp"] = Timestamp.ToIso(moment), ["event"] = rollback ? "rollback" : "promotion", ["skill_name"] = skill, ["from_state"] = from, ["to_state"] = to, ["source"] = "imported" };
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)
            [("approver", Text("approver")), ("approval_ticket", Text("approval_ticket")), ("reason", Text("trigger_reason") ?? Text("reason")), ("trigger_metric", Text("trigger_metric"))])
        {
            if (value is not null)
            {
                line[name] = value;
            }
        }

        added = dryRun
            ? !IdempotentLog.Contains(workspace.Metrics.FileOf(skill, MetricKind.PromotionLog), "event_id", id)
            : workspace.Metrics.AppendEvent(skill, id, line);
        return null;
    }

    /// <summary>Appends what was taken.</summary>
    public void Write()
    {
        foreach (var ((skill, kind), lines) in _lines.OrderBy(file => file.Key.Skill, StringComparer.Ordinal).ThenBy(file => file.Key.Kind))
        {
            DurableFile.Append(workspace.Metrics.FileOf(skill, kind), Encoding.UTF8.GetBytes(lines.ToString()));
        }

        _lines.Clear();
    }

    private string? Add(string skill, MetricKind kind, string execution, JsonObject place, JsonObject row)
    {
        var fields = Fields(kind, row);
        if (fields.Count == 0)
        {
            return null;
        }

        var known = _known.TryGetValue((skill, kind), out var ids) ? ids : _known[(skill, kind)] = Ids(skill, kind);
        if (known.Contains(execution))
        {
            return null;
        }

        var line = (JsonObject)place.DeepClone();
        foreach (var (name, value) in fields)
        {
            line[name] = value;
        }

        var text = line.ToJsonString(s_line);
        if (MetricLine.Read(Encoding.UTF8.GetBytes(text), kind, out var reason) is null)
        {
            return $"execution {execution}: {reason}";
        }

        known.Add(execution);
        (_lines.TryGetValue((skill, kind), out var lines) ? lines : _lines[(skill, kind)] = new StringBuilder()).Append(text).Append('\n');
        Count[kind] = Count.GetValueOrDefault(kind) + 1;
        return null;
    }

    private static List<(string Name, JsonNode? Value)> Fields(MetricKind kind, JsonObject row)
    {
        var fields = new List<(string, JsonNode?)>();
        void Copy(string name, string? from = null)
        {
            if (row[from ?? name] is { } value)
            {
                fields.Add((name, value.DeepClone()));
            }
        }

        switch (kind)
        {
            case MetricKind.Fidelity when row["pattern_fidelity"] is not null:
                Copy("pattern_fidelity");
                Copy("patterns_followed");
                Copy("patterns_missed");
                break;
            case MetricKind.Outcomes when row["outcome_quality"] is not null || row["correct"] is not null || row["decision"] is not null:
                foreach (var name in (ReadOnlySpan<string>)["decision", "expected_decision", "outcome_quality", "label", "false_positive", "false_negative", "confidence"])
                {
                    Copy(name);
                }

                Flag("correct");
                break;
            case MetricKind.Performance when row["execution_time_ms"] is not null || row["exception"] is not null || row["exception_occurred"] is not null:
                Copy("execution_time_ms");
                Copy("memory_usage_mb");
                Flag("exception", row["exception"] is null ? "exception_occurred" : "exception");
                Copy("exception_type");
                break;
        }

        return fields;

        // SQLite has no booleans; 0 and 1 stand for them.
        void Flag(string name, string? from = null)
        {
            if (row[from ?? name] is JsonValue value)
            {
                fields.Add((name, value.GetValueKind() == JsonValueKind.Number ? JsonValue.Create(value.ToJsonString() is not ("0" or "0.0")) : value.DeepClone()));
            }
        }
    }

    private HashSet<string> Ids(string skill, MetricKind kind) =>
        [.. IdempotentLog.Lines(workspace.Metrics.FileOf(skill, kind)).Select(line => line.TryGetProperty("execution_id", out var id) ? id.ToString() : "")];
}
