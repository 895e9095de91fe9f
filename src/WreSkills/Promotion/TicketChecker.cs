using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Trust;

namespace WreSkills.Promotion;

/// <summary>A ticket with everything that speaks against using it.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="Sha256">SHA-256 of its file.</param>
/// <param name="Refusals">Reasons against it; empty when it lets the promotion through.</param>
/// <param name="Approval">Its signatures.</param>
public sealed record CheckedTicket(ApprovalTicket Ticket, string Sha256, IReadOnlyList<string> Refusals, ApprovalCheck Approval);

/// <summary>Reads a ticket with its evidence, its signatures and its earlier use, and asks the rules.</summary>
public sealed class TicketChecker(TicketStore tickets, AuditLog audit, TrustRootStore trust, PromotionPolicy policy, IReadOnlySet<string> agents, TimeProvider time)
{
    /// <summary>Checks a ticket for a promotion.</summary>
    /// <exception cref="WreException">The ticket or the trust root cannot be read.</exception>
    public CheckedTicket Check(string name, PlannedPromotion planned, RegistryDocument registry)
    {
        var (ticket, sha256) = tickets.Open(name);
        var approval = Signatures(ticket, registry.Find(ticket.Skill), time.GetUtcNow());
        IReadOnlyList<string> reasons =
        [
            .. TicketRules.Refusals(ticket, tickets.EvidenceDigest(ticket.Id), planned, policy, TicketStore.UsedBy(ticket.Id, registry, audit), time.GetUtcNow()),
            .. approval.Refusals,
        ];
        return new CheckedTicket(ticket, sha256, [.. reasons.Select(reason => $"ticket {ticket.Id}: {reason}")], approval);
    }

    /// <summary>Checks the signatures of a ticket.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="entry">The skill in the registry, whose agents never approve; null when it is not there.</param>
    /// <param name="at">The time at which keys have to be valid.</param>
    public ApprovalCheck Signatures(ApprovalTicket ticket, SkillEntry? entry, DateTimeOffset at)
    {
        var names = agents.ToHashSet(StringComparer.OrdinalIgnoreCase);
        names.UnionWith(((string?[])[entry?.PrimaryAgent, entry?.FallbackAgent]).OfType<string>());
        return ApprovalRules.Check(new ApprovalQuestion(ticket, File.ReadAllBytes(tickets.FileOf(ticket.Id)), tickets.Signatures(ticket.Id), trust.Load().Root, names, at), policy);
    }
}
