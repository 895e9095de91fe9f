using WreSkills.Policy;
using WreSkills.Registry;

namespace WreSkills.Promotion;

/// <summary>What a promotion is about to do, for the check of its ticket.</summary>
/// <param name="Skill">The skill.</param>
/// <param name="From">Where it comes from.</param>
/// <param name="To">Where it goes to.</param>
/// <param name="Version">Label.</param>
/// <param name="SkillDigest">Digest of the content.</param>
/// <param name="Approver">The approver named on the command line; null to take the ticket's.</param>
public sealed record PlannedPromotion(string Skill, PromotionState From, PromotionState To, string Version, string SkillDigest, string? Approver);

/// <summary>Whether a ticket lets a promotion through; pure, and lists every reason against it.</summary>
public static class TicketRules
{
    /// <summary>Checks a ticket.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="evidenceDigest">SHA-256 of the evidence file as it is now; null when it is missing.</param>
    /// <param name="planned">What it is to allow.</param>
    /// <param name="policy">The policy in force.</param>
    /// <param name="usedBy">Operations that used it, with words.</param>
    /// <param name="now">The time.</param>
    /// <returns>Reasons against it; empty when it is good.</returns>
    public static IReadOnlyList<string> Refusals(
        ApprovalTicket ticket, string? evidenceDigest, PlannedPromotion planned, PromotionPolicy policy, string? usedBy, DateTimeOffset now)
    {
        var reasons = new List<string>();
        Binding(ticket, evidenceDigest, planned, policy, reasons);
        if (usedBy is not null)
        {
            reasons.Add($"it was used already: {usedBy}; a ticket is good for one promotion");
        }

        if (now > ticket.ExpiresAt)
        {
            reasons.Add($"it expired at {Storage.Timestamp.ToIso(ticket.ExpiresAt)}; `wre ticket new` makes a fresh one");
        }

        Answers(ticket, reasons);
        Approver(ticket, planned.Approver, policy, reasons);
        return reasons;
    }

    private static void Binding(ApprovalTicket ticket, string? evidenceDigest, PlannedPromotion planned, PromotionPolicy policy, List<string> reasons)
    {
        if (ticket.Skill != planned.Skill)
        {
            reasons.Add($"it is for the skill {ticket.Skill}, not {planned.Skill}");
        }

        if (ticket.From != planned.From || ticket.To != planned.To)
        {
            reasons.Add($"it is for {ticket.From.Text()} → {ticket.To.Text()}, not {planned.From.Text()} → {planned.To.Text()}");
        }

        if (ticket.SkillDigest != planned.SkillDigest)
        {
            reasons.Add($"it approves the content {Short(ticket.SkillDigest)}, but the content now is {Short(planned.SkillDigest)}; the skill was edited after the ticket was made");
        }
        else if (ticket.Version != planned.Version)
        {
            reasons.Add($"it approves the label {ticket.Version}, but the version would be called {planned.Version}");
        }

        if (ticket.PolicyDigest != policy.Digest)
        {
            reasons.Add("it was made under another policy; the thresholds have changed since");
        }

        if (evidenceDigest is null)
        {
            reasons.Add($"its evidence file {ticket.Id}.evidence.json is missing");
        }
        else if (ticket.EvidenceDigest != evidenceDigest)
        {
            reasons.Add($"its evidence file {ticket.Id}.evidence.json is not the one it was made with");
        }
    }

    private static void Answers(ApprovalTicket ticket, List<string> reasons)
    {
        if (ticket.Decision != ApprovalTicket.Decisions[0])
        {
            reasons.Add(ticket.Decision is null
                ? "approval_decision is open; only APPROVED promotes"
                : $"approval_decision is {ticket.Decision}; only APPROVED promotes");
        }

        foreach (var (key, _) in ApprovalTicket.RequiredAnswers(ticket.To))
        {
            var answer = ticket.Answers.GetValueOrDefault(key);
            switch (ApprovalTicket.IsYes(answer))
            {
                case true:
                    break;
                case false:
                    reasons.Add($"{key} is answered NO");
                    break;
                default:
                    reasons.Add(answer is null ? $"{key} is not answered" : $"{key} is answered '{answer}', which is neither YES nor NO");
                    break;
            }
        }
    }

    private static void Approver(ApprovalTicket ticket, string? claimed, PromotionPolicy policy, List<string> reasons)
    {
        if (ticket.Approver is not { } approver)
        {
            reasons.Add("approver is open");
            return;
        }

        if (claimed is not null && claimed != approver)
        {
            reasons.Add($"its approver is {approver}, but the command says {claimed}");
        }

        if (policy.FindApprover(approver, Policy.Approver.Promote) is null)
        {
            reasons.Add($"{approver} is not listed under `approvers` in the policy with the right to promote");
        }

        if (ticket.Signature is null)
        {
            reasons.Add("signature is open; the approver puts their name there");
        }
        else if (ticket.Signature != approver)
        {
            reasons.Add($"it is signed by {ticket.Signature}, not by its approver {approver}");
        }
    }

    private static string Short(string digest) => digest.Length > 12 ? digest[..12] : digest;
}
