using System.Text.Json;
using System.Text.Json.Serialization;

using WreSkills.Storage;

namespace WreSkills.Notifications;

/// <summary>How far the delivery of one message to one notifier is.</summary>
public sealed record DeliveryState
{
    /// <summary>Attempts so far.</summary>
    public int Attempts { get; init; }

    /// <summary>When the next attempt is due, ISO 8601; null when there is none.</summary>
    public string? NextAt { get; init; }

    /// <summary>When it was delivered, ISO 8601; null until then.</summary>
    public string? DeliveredAt { get; init; }

    /// <summary>When it was given up, ISO 8601; null until then.</summary>
    public string? GivenUpAt { get; init; }

    /// <summary>Why the latest attempt failed, or null.</summary>
    public string? Problem { get; init; }

    /// <summary>True when there is nothing more to do.</summary>
    [JsonIgnore]
    public bool IsFinal => DeliveredAt is not null || GivenUpAt is not null;
}

/// <summary>
/// What is known of deliveries, in one small file per notifier and message (<c>outbox/deliveries/&lt;notifier&gt;/&lt;id&gt;.json</c>), so that
/// notifiers never wait for one another; and which notifiers are switched off.
/// </summary>
public sealed class DeliveryLedger(WorkspaceLayout layout)
{
    private const string DisabledFile = ".disabled";

    /// <summary>The state of a delivery; one without attempts when nothing is known.</summary>
    public DeliveryState Find(string notifier, string message)
    {
        try
        {
            return File.Exists(FileOf(notifier, message)) ? JsonSerializer.Deserialize(File.ReadAllBytes(FileOf(notifier, message)), DeliveryJson.Default.DeliveryState) ?? new DeliveryState() : new DeliveryState();
        }
        catch (JsonException)
        {
            // Telling people twice is better than not at all.
            return new DeliveryState();
        }
    }

    /// <summary>Notes a state durably.</summary>
    public void Save(string notifier, string message, DeliveryState state) =>
        DurableFile.Replace(FileOf(notifier, message), JsonSerializer.SerializeToUtf8Bytes(state, DeliveryJson.Default.DeliveryState));

    /// <summary>Forgets a state.</summary>
    public void Forget(string notifier, string message)
    {
        if (File.Exists(FileOf(notifier, message)))
        {
            DurableFile.Delete(FileOf(notifier, message));
        }
    }

    /// <summary>Why a notifier is switched off; null when it is not.</summary>
    public string? Disabled(string notifier)
    {
        var file = Path.Combine(FolderOf(notifier), DisabledFile);
        return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }

    /// <summary>Switches a notifier off until somebody switches it on again.</summary>
    public void Disable(string notifier, string reason) => DurableFile.Replace(Path.Combine(FolderOf(notifier), DisabledFile), reason + "\n");

    /// <summary>Switches a notifier on again.</summary>
    /// <returns>False when it was not off.</returns>
    public bool Enable(string notifier)
    {
        if (Disabled(notifier) is null)
        {
            return false;
        }

        DurableFile.Delete(Path.Combine(FolderOf(notifier), DisabledFile));
        return true;
    }

    private string FileOf(string notifier, string message) => Path.Combine(FolderOf(notifier), message + ".json");

    private string FolderOf(string notifier) => Path.Combine(layout.OutboxFolder, "deliveries", notifier);
}

/// <summary>Source-generated JSON of deliveries.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DeliveryState))]
internal sealed partial class DeliveryJson : JsonSerializerContext;
