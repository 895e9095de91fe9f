using System.Text.Json.Nodes;

using WreSkills.Loading;
using WreSkills.Notifications;
using WreSkills.Policy;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>
/// Tells people that content was changed behind the registry's back. The id of a message is made of what ought to be there and what is, so that one
/// alteration is told once, however often it is met, by whatever process.
/// </summary>
internal sealed class DriftAlerts(Outbox outbox, PromotionPolicy policy, TimeProvider time)
{
    public const string Kind = "content_drift";

    /// <summary>Tells of a version in the store that is not what its digest says. Never throws: what refuses the version must not be hidden by a full disk.</summary>
    /// <returns>True when nobody had been told yet.</returns>
    public bool TellStore(AlteredVersion altered) => Tell($"drift-store-{Short(altered.Digest)}-{Short(altered.Drift)}", altered.Skill, new JsonObject
    {
        ["version"] = altered.Version,
        ["digest"] = altered.Digest,
        ["text"] = $"{altered.Skill} {altered.Version}: {altered.Reason} It is not handed out to anybody until it is restored.",
        ["next"] = "wre doctor --repair",
    });

    /// <summary>Tells of a folder that is no longer the copy of what serves.</summary>
    /// <returns>True when nobody had been told yet.</returns>
    public bool TellFolder(FolderDrift drift) => Tell($"drift-folder-{Short(drift.Id)}-{Short(drift.Expected ?? "none")}-{Short(drift.Actual ?? "missing")}", drift.Skill, new JsonObject
    {
        ["folder"] = drift.Folder,
        ["digest"] = drift.Expected,
        ["found"] = drift.Actual,
        ["text"] = $"{drift.Skill}: {drift.Words}. Who reads the folder itself gets other instructions than those that were approved.",
        ["next"] = "wre doctor --repair",
    });

    private bool Tell(string id, string skill, JsonObject body)
    {
        try
        {
            if (outbox.Contains(id))
            {
                return false;
            }

            body["to"] = new JsonArray([.. policy.Approvers.Select(approver => (JsonNode)approver.Id)]);
            outbox.Put(new OutboxMessage(id, Kind, skill, Timestamp.ToIso(time.GetUtcNow()), body));
            return true;
        }
        catch (Exception error) when (error is WreException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string Short(string digest) => digest.Length > 16 ? digest[..16] : digest;
}
