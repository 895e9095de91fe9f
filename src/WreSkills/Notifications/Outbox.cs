using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Storage;

namespace WreSkills.Notifications;

/// <summary>A message that waits in the outbox.</summary>
/// <param name="Id">Stable id; receivers drop repetitions by it.</param>
/// <param name="Kind">Such as <c>rollback_alert</c>, <c>review_schedule</c>, <c>reindex_requested</c>.</param>
/// <param name="Skill">The skill it is about.</param>
/// <param name="CreatedAt">ISO 8601.</param>
/// <param name="Body">The rest.</param>
public sealed record OutboxMessage(string Id, string Kind, string Skill, string CreatedAt, JsonObject Body);

/// <summary>
/// Messages to people and advisors: one durable file each, <c>outbox/&lt;id&gt;.json</c>. Writing the same id again is
/// harmless, so that a repeated transition tells nobody twice.
/// </summary>
public sealed class Outbox(WorkspaceLayout layout)
{
    private static readonly JsonSerializerOptions s_format = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Puts a message into the outbox unless one with its id is or was there.</summary>
    public void Put(OutboxMessage message)
    {
        if (Contains(message.Id))
        {
            return;
        }

        var json = new JsonObject { ["id"] = message.Id, ["kind"] = message.Kind, ["skill"] = message.Skill, ["created_at"] = message.CreatedAt };
        foreach (var (name, value) in message.Body)
        {
            json[name] = value?.DeepClone();
        }

        DurableFile.Replace(FileOf(message.Id), json.ToJsonString(s_format) + "\n");
    }

    /// <summary>True when a message with this id is there.</summary>
    public bool Contains(string id) => File.Exists(FileOf(id));

    /// <summary>Messages in order of creation; files that are no messages are passed over.</summary>
    public IReadOnlyList<OutboxMessage> Pending()
    {
        if (!Directory.Exists(layout.OutboxFolder))
        {
            return [];
        }

        var messages = new List<OutboxMessage>();
        foreach (var path in Directory.EnumerateFiles(layout.OutboxFolder, "*.json").Order(StringComparer.Ordinal))
        {
            try
            {
                if (JsonNode.Parse(File.ReadAllText(path)) is JsonObject json && Text(json, "id") is { } id && Text(json, "kind") is { } kind)
                {
                    messages.Add(new OutboxMessage(id, kind, Text(json, "skill") ?? "", Text(json, "created_at") ?? "", json));
                }
            }
            catch (Exception error) when (error is JsonException or ArgumentException)
            {
                // Written by hand or torn by another tool; ours are replaced atomically.
            }
        }

        return [.. messages.OrderBy(message => message.CreatedAt, StringComparer.Ordinal)];
    }

    private string FileOf(string id) => Path.Combine(layout.OutboxFolder, id + ".json");

    private static string? Text(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
