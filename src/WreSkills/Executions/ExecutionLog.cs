using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

using WreSkills.Scanning;
using WreSkills.Storage;

namespace WreSkills.Executions;

/// <summary>
/// The whole records with breadcrumbs: <c>executions/&lt;skill&gt;/&lt;date&gt;.jsonl</c>, append-only, one JSON object a line.
/// A record is durable when <see cref="Append"/> returns, and has no secrets any more (policy 2.1).
/// </summary>
public sealed class ExecutionLog(WorkspaceLayout layout)
{
    private static readonly JsonSerializerOptions s_line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Appends records of one skill.</summary>
    public void Append(string skill, IEnumerable<ExecutionRecord> records, DateTimeOffset now)
    {
        foreach (var day in records.GroupBy(record => (record.Timestamp ?? now).UtcDateTime.Date))
        {
            var lines = string.Concat(day.Select(record => Redaction.JsonText(record.Json.ToJsonString(s_line), s_line) + "\n"));
            DurableFile.Append(FileOf(skill, day.Key), Encoding.UTF8.GetBytes(lines));
        }
    }

    /// <summary>Finds the latest records with these ids, newest file first.</summary>
    /// <param name="skill">The skill.</param>
    /// <param name="ids">The ids to look for.</param>
    /// <returns>Id → record, for those that are still kept.</returns>
    public IReadOnlyDictionary<string, JsonElement> Find(string skill, IReadOnlyCollection<string> ids)
    {
        var wanted = ids.ToHashSet();
        var found = new Dictionary<string, JsonElement>();
        var folder = Path.Combine(layout.ExecutionsFolder, skill);
        if (!Directory.Exists(folder))
        {
            return found;
        }

        foreach (var file in Directory.EnumerateFiles(folder, "*.jsonl").OrderDescending(StringComparer.Ordinal))
        {
            foreach (var (id, record) in FindIn(file, wanted))
            {
                if (!found.TryGetValue(id, out var newer) || !newer.TryGetProperty("breadcrumbs", out _))
                {
                    found[id] = record;
                }
            }

            if (found.Count == wanted.Count)
            {
                break;
            }
        }

        return found;
    }

    // What is learnt later about an execution is kept with all that was known before, so the last line says most; a line
    // without breadcrumbs is a partial record whose beginning was not known.
    private static Dictionary<string, JsonElement> FindIn(string file, HashSet<string> wanted)
    {
        var found = new Dictionary<string, JsonElement>();
        foreach (var line in File.ReadLines(file))
        {
            if (TryParse(line) is { } record && record.TryGetProperty("execution_id", out var value) && value.ValueKind == JsonValueKind.String
                && value.GetString() is { } id && wanted.Contains(id)
                && (record.TryGetProperty("breadcrumbs", out _) || !found.TryGetValue(id, out var known) || !known.TryGetProperty("breadcrumbs", out _)))
            {
                found[id] = record;
            }
        }

        return found;
    }

    private string FileOf(string skill, DateTime day) =>
        Path.Combine(layout.ExecutionsFolder, skill, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + ".jsonl");

    private static JsonElement? TryParse(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
