using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Promotion;

/// <summary>People's reviews of the failure reports of rollbacks (policy 3.2): without one a version that was rolled back is not promoted again.</summary>
public sealed class RollbackReviews(WorkspaceLock locks, SkillRegistry registry, AuditLog audit, PromotionPolicy policy, TimeProvider time)
{
    /// <summary>Records that a person reviewed the failure report of the latest rollback of a skill (policy 3.2, within 24 h).</summary>
    /// <returns>Label and rollback that were reviewed.</returns>
    /// <exception cref="WreException">There is nothing to review, or the reviewer is not listed.</exception>
    public (string Version, RollbackEntry Rollback) Record(string skill, string approver, string note)
    {
        if (policy.FindApprover(approver, Approver.Promote) is null)
        {
            throw new WreException($"{approver} is not listed under `approvers` in the policy.", "a listed person reviews failure reports");
        }

        using var commit = locks.AcquireCommit();
        var document = registry.Load();
        var entry = document.Require(skill);
        var (label, version) = entry.Versions.Where(candidate => candidate.Value.RolledBack is { ReviewedBy: null })
            .OrderByDescending(candidate => candidate.Value.StateSerial).Select(candidate => (candidate.Key, candidate.Value)).FirstOrDefault();
        if (version is null)
        {
            throw new WreException($"No rollback of {skill} waits for a review.", $"`wre show --skill {skill}` lists its versions");
        }

        var now = Timestamp.ToIso(time.GetUtcNow());
        var reviewed = version.RolledBack! with { ReviewedBy = approver, ReviewedAt = now };
        foreach (var operation in OpenReviews(skill, label, reviewed.Operation))
        {
            audit.Append($"{operation}-review", new JsonObject
            {
                ["operation"] = $"{operation}-review",
                ["timestamp"] = now,
                ["event"] = "review",
                ["skill"] = skill,
                ["version"] = label,
                ["approver"] = approver,
                ["reason"] = note,
            });
        }

        registry.TryCommit(document.With(skill, entry.With(label, version with { RolledBack = reviewed })), document.Serial);
        return (label, reviewed);
    }

    // A version that was rolled back and then demoted has two reports, of which the registry knows the later; who reviews
    // it has done with both, or the deadline of the first could never be met.
    private List<string> OpenReviews(string skill, string version, string latest)
    {
        static string? Text(JsonElement line, string name) =>
            line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

        var lines = audit.Lines();
        var known = lines.Select(line => Text(line, "operation")).ToHashSet();
        return
        [
            .. lines.Where(line => Text(line, "event") == "rollback" && Text(line, "skill") == skill && Text(line, "version") == version)
                .Select(line => Text(line, "operation")!).Append(latest).Distinct().Where(operation => !known.Contains($"{operation}-review")),
        ];
    }
}
