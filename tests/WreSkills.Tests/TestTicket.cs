using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Tests;

/// <summary>A ticket of <c>spam</c> 1.0 that lets its promotion through.</summary>
internal static class TestTicket
{
    public static readonly DateTimeOffset Expiry = new(2025, 11, 3, 14, 23, 15, TimeSpan.Zero);

    public static ApprovalTicket Good(PromotionState to = PromotionState.Staged) => new()
    {
        Id = "APPROVAL_20251020_001",
        Skill = "spam",
        From = to == PromotionState.Production ? PromotionState.Staged : PromotionState.Prototype,
        To = to,
        Approver = "0102",
        ExpiresAt = Expiry,
        Version = "1.0",
        SkillDigest = TestRegistry.Digest('a'),
        PolicyDigest = "policy",
        EvidenceDigest = "evidence",
        Answers = ApprovalTicket.RequiredAnswers(to).ToDictionary(answer => answer.Key, _ => (string?)"YES"),
        Decision = "APPROVED",
        Signature = "0102",
        Timestamp = "2025-10-20T14:23:15Z",
    };

    public static string Text(PromotionState to = PromotionState.Staged) => TicketText.Write(
        Good(to) with { Approver = null, Decision = null, Signature = null }, "2025-10-20", [("pattern_fidelity", "0.94", "≥ 0.90 required"), ("execution_count", null, "≥ 100 required for production")]);
}
