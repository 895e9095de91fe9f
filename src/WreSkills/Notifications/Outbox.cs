using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Scanning;
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

        DurableFile.Replace(FileOf(message.Id), Redaction.JsonText(json.ToJsonString(s_format), s_format) + "\n");
    }

    /// <summary>How long delivered messages are kept, so that their repetition is recognised.</summary>
    public static TimeSpan KeepSent { get; } = TimeSpan.FromDays(30);

    /// <summary>True when a message with this id is there, or was and is delivered.</summary>
    public bool Contains(string id) => File.Exists(FileOf(id)) || File.Exists(SentFileOf(id));

    /// <summary>True when a message whose id begins like this was made within a span of time.</summary>
    public bool ContainsRecent(string prefix, DateTimeOffset since) =>
        new[] { layout.OutboxFolder, SentFolder }.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, prefix + "*.json"))
            .Any(path => Read(path) is { } message && Timestamp.TryParse(message.CreatedAt, out var at) && at >= since);

    /// <summary>Messages that wait, one after the other, in no particular order; files that are no messages are passed over.</summary>
    public IEnumerable<OutboxMessage> Each() => !Directory.Exists(layout.OutboxFolder)
        ? []
        : Directory.EnumerateFiles(layout.OutboxFolder, "*.json").Select(Read).OfType<OutboxMessage>();

    /// <summary>Puts messages aside that every notifier has got or does not want, and removes what was put aside long ago.</summary>
    /// <param name="notifiers">Those who are told.</param>
    /// <param name="ledger">What they have got.</param>
    /// <param name="now">The time.</param>
    /// <returns>Messages put aside.</returns>
    public int Retire(IReadOnlyCollection<NotifierSettings> notifiers, DeliveryLedger ledger, DateTimeOffset now)
    {
        var retired = 0;
        foreach (var message in Each())
        {
            var old = Timestamp.TryParse(message.CreatedAt, out var created) && now - created > KeepSent;
            var open = notifiers.Where(notifier => notifier.Wants(message.Kind) && !ledger.Find(notifier.Name, message.Id).IsFinal).ToList();

            // Where nobody is told yet, the messages wait for whoever is configured first.
            if (!old && (notifiers.Count == 0 || open.Count > 0))
            {
                continue;
            }

            Directory.CreateDirectory(SentFolder);
            File.Move(FileOf(message.Id), SentFileOf(message.Id), overwrite: true);
            FaultInjection.Reach("message-retired");
            foreach (var notifier in notifiers)
            {
                ledger.Forget(notifier.Name, message.Id);
            }

            retired++;
        }

        foreach (var sent in Directory.Exists(SentFolder) ? new DirectoryInfo(SentFolder).EnumerateFiles("*.json") : [])
        {
            if (now.UtcDateTime - sent.LastWriteTimeUtc > KeepSent)
            {
                DurableFile.Delete(sent.FullName);
            }
        }

        return retired;
    }

    /// <summary>Messages in order of creation; files that are no messages are passed over.</summary>
    public IReadOnlyList<OutboxMessage> Pending() => [.. Each().OrderBy(message => message.CreatedAt, StringComparer.Ordinal).ThenBy(message => message.Id, StringComparer.Ordinal)];

    // Ids stand in headers, so a file by another name than ours is no message.
    private static OutboxMessage? Read(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) is JsonObject json && Text(json, "id") is { } id && Text(json, "kind") is { } kind && id + ".json" == Path.GetFileName(path) && id.All(character => character is > ' ' and < '\x7f')
                ? new OutboxMessage(id, kind, Text(json, "skill") ?? "", Text(json, "created_at") ?? "", json)
                : null;
        }
        catch (Exception error) when (error is JsonException or ArgumentException or FileNotFoundException)
        {
            // Written by hand, torn by another tool, or put aside in between; ours are replaced atomically.
            return null;
        }
    }

    private string SentFolder => Path.Combine(layout.OutboxFolder, "sent");

    private string SentFileOf(string id) => Path.Combine(SentFolder, id + ".json");

    private string FileOf(string id) => Path.Combine(layout.OutboxFolder, id + ".json");

    private static string? Text(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
