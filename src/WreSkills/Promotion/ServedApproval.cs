using System.Globalization;
using System.Text.Json;

using WreSkills.Loading;
using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Promotion;

/// <summary>
/// Whether what the registry wants served was approved: where a trust root is pinned outside of the workspace, a version serves
/// only with a signed ticket for exactly its content and state, whatever anybody wrote into the workspace's files.
/// </summary>
public sealed class ServedApproval(WorkspaceLayout layout, TicketStore tickets, OverrideStatements statements, TicketChecker checker, AuditLog audit, TrustRootStore trust)
{
    private readonly Lock _turn = new();
    private readonly Dictionary<string, string> _approved = [];
    private (string Stamp, IReadOnlyList<JsonElement> Lines) _audit = ("", []);

    /// <summary>Why a version must not serve; null when it may, or when no trust root is pinned.</summary>
    /// <param name="skill">The skill.</param>
    /// <param name="entry">Its entry in the registry.</param>
    /// <param name="arm">What the registry wants served.</param>
    public string? Refuse(string skill, SkillEntry entry, ServingArm arm)
    {
        if (trust.Pinned is null)
        {
            return null;
        }

        // What was found good stays good until one of the files that it rests on changes.
        var key = $"{skill}|{arm.State.Text()}|{arm.Version}";
        var stamp = string.Join('|', arm.Digest, entry.Live(PromotionState.Production)?.Version.Digest, Stamp(layout.AuditFile), Stamp(trust.Pinned), Stamp(layout.TrustFolder), Stamp(layout.TicketsFolder));
        lock (_turn)
        {
            if (_approved.GetValueOrDefault(key) == stamp)
            {
                return null;
            }

            var refusal = Check(skill, entry, arm);
            if (refusal is null)
            {
                _approved[key] = stamp;
            }

            return refusal;
        }
    }

    /// <summary>Checks every live version of a skill, whether or not a root is pinned.</summary>
    /// <returns>What is wrong; empty for nothing.</returns>
    public IReadOnlyList<string> Problems(string skill, SkillEntry entry)
    {
        lock (_turn)
        {
            var plan = ServingPlan.For(entry);
            return [.. ((ServingArm?[])[plan.Baseline, plan.Candidate]).OfType<ServingArm>().Select(arm => Check(skill, entry, arm)).OfType<string>()];
        }
    }

    private string? Check(string skill, SkillEntry entry, ServingArm arm)
    {
        var audited = AuditedServing.Of(Lines(), skill);
        var production = entry.Live(PromotionState.Production);
        if (audited.Production?.Version != production?.Label || audited.Production?.Digest != production?.Version.Digest)
        {
            return $"the registry has {Words(production?.Label, "in production")}, the audit log {Words(audited.Production?.Version, "in production")}; one of them was edited";
        }

        if (arm.State == PromotionState.Prototype)
        {
            return null;
        }

        var known = arm.State == PromotionState.Production ? audited.Production : audited.Staged;
        return known is null || known.Version != arm.Version || known.Digest != arm.Digest
            ? $"the audit log has {Words(known?.Version, arm.State.Text())}, not {arm.Version} ({arm.Digest[..12]})"
            : Ticket(known, entry, arm) ?? (known.Restoration is { } restoration ? statements.Refuse(restoration) : null);
    }

    private string? Ticket(AuditedVersion known, SkillEntry entry, ServingArm arm)
    {
        if (Text(known.Promotion, "event") == Transition.AdoptionKind)
        {
            return $"{arm.Version} was adopted as it was found, and nobody has signed for it; stage its content and promote it";
        }

        if (Text(known.Promotion, "approval_ticket") is not { } name || !Timestamp.TryParse(Text(known.Promotion, "timestamp"), out var at))
        {
            return "the audit log names no ticket for its promotion";
        }

        try
        {
            var (ticket, sha256) = tickets.Open(name);
            if (sha256 != Text(known.Promotion, "ticket_sha256"))
            {
                return $"ticket {name} was changed after the promotion";
            }

            if (ticket.SkillDigest != arm.Digest || ticket.To != arm.State || ticket.Skill != Text(known.Promotion, "skill") || ticket.Decision != ApprovalTicket.Decisions[0])
            {
                return $"ticket {name} does not approve this content for {arm.State.Text()}";
            }

            var approval = checker.Signatures(ticket, entry, at);
            return approval.Refusals.Count == 0 ? null : $"ticket {name}: {string.Join("; ", approval.Refusals)}";
        }
        catch (WreException error)
        {
            return error.Message;
        }
    }

    private IReadOnlyList<JsonElement> Lines()
    {
        var stamp = Stamp(layout.AuditFile);
        if (_audit.Stamp != stamp)
        {
            _audit = (stamp, audit.Lines());
        }

        return _audit.Lines;
    }

    private static string Words(string? version, string state) => version is null ? $"nothing {state}" : $"{version} {state}";

    private static string Stamp(string path) => Directory.Exists(path)
        ? new DirectoryInfo(path).LastWriteTimeUtc.Ticks.ToString(CultureInfo.InvariantCulture)
        : new FileInfo(path) is { Exists: true } file ? string.Create(CultureInfo.InvariantCulture, $"{file.LastWriteTimeUtc.Ticks}/{file.Length}") : "";

    private static string? Text(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
