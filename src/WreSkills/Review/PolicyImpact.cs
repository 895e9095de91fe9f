using System.Text.Json.Nodes;

namespace WreSkills.Review;

/// <summary>What a policy would have made of a promotion that happened.</summary>
/// <param name="Operation">The promotion.</param>
/// <param name="At">When.</param>
/// <param name="Version">Label.</param>
/// <param name="To">Where it went.</param>
/// <param name="Verdict"><c>stands</c>, <c>would_not_have_happened</c> or <c>not_judged</c>.</param>
/// <param name="Reasons">Why; empty when it stands.</param>
public sealed record PromotionImpact(string Operation, string At, string Version, string To, string Verdict, IReadOnlyList<string> Reasons);

/// <summary>A rollback, real or replayed.</summary>
/// <param name="At">When; null when the moment is not known.</param>
/// <param name="Execution">Execution of the stay, from 1; null for a real one.</param>
/// <param name="Reason">Why.</param>
/// <param name="Metric">The figure, or null.</param>
public sealed record RollbackImpact(string? At, long? Execution, string Reason, string? Metric);

/// <summary>What a policy would have made of a stay in production.</summary>
/// <param name="Version">Label.</param>
/// <param name="StateSerial">Registry serial with which the stay began.</param>
/// <param name="Executions">Executions recorded of it.</param>
/// <param name="Real">The rollback that ended it, or null.</param>
/// <param name="InForce">What the policy in force would do to it, or null for nothing.</param>
/// <param name="Proposed">What the proposed policy would do to it, or null for nothing.</param>
/// <param name="Verdict"><c>same</c>, <c>would_roll_back</c>, <c>would_not_roll_back</c>, <c>earlier</c>, <c>later</c> or <c>not_judged</c>.</param>
/// <param name="Note">What to know about it, or null.</param>
public sealed record StayImpact(string Version, long StateSerial, long Executions, RollbackImpact? Real, RollbackImpact? InForce, RollbackImpact? Proposed, string Verdict, string? Note);

/// <summary>The impact on one skill.</summary>
/// <param name="Skill">Its name.</param>
/// <param name="Promotions">Its promotions, oldest first.</param>
/// <param name="Stays">Its stays in production, oldest first.</param>
public sealed record SkillImpact(string Skill, IReadOnlyList<PromotionImpact> Promotions, IReadOnlyList<StayImpact> Stays);

/// <summary>The impact of a policy on every existing skill, from recorded history.</summary>
public sealed record PolicyImpact
{
    /// <summary>The proposal.</summary>
    public required string Proposal { get; init; }

    /// <summary>Digest of the policy in force.</summary>
    public required string BaseDigest { get; init; }

    /// <summary>Digest of the proposed policy.</summary>
    public required string Digest { get; init; }

    /// <summary>When it was made, ISO 8601.</summary>
    public required string AnalyzedAt { get; init; }

    /// <summary>The skills in the order of their names.</summary>
    public required IReadOnlyList<SkillImpact> Skills { get; init; }

    /// <summary>What changes in the policy and cannot be judged from what is recorded, each with the reason.</summary>
    public required IReadOnlyList<string> NotJudged { get; init; }

    /// <summary>Promotions that would not have happened.</summary>
    public int PromotionsLost => Skills.Sum(skill => skill.Promotions.Count(promotion => promotion.Verdict == "would_not_have_happened"));

    /// <summary>Rollbacks that would have happened and did not.</summary>
    public int RollbacksGained => Skills.Sum(skill => skill.Stays.Count(stay => stay.Verdict == "would_roll_back"));

    /// <summary>Rollbacks that happened and would not have.</summary>
    public int RollbacksLost => Skills.Sum(skill => skill.Stays.Count(stay => stay.Verdict == "would_not_roll_back"));

    /// <summary>The analysis as it is kept and shown.</summary>
    public JsonObject ToJson() => new()
    {
        ["proposal"] = Proposal,
        ["base_digest"] = BaseDigest,
        ["digest"] = Digest,
        ["analyzed_at"] = AnalyzedAt,
        ["promotions_lost"] = PromotionsLost,
        ["rollbacks_gained"] = RollbacksGained,
        ["rollbacks_lost"] = RollbacksLost,
        ["skills"] = new JsonArray([.. Skills.Select(Json)]),
        ["not_judged"] = Texts(NotJudged),
        ["reading"] = null,
    };

    private static JsonObject Json(SkillImpact skill) => new()
    {
        ["skill"] = skill.Skill,
        ["promotions"] = new JsonArray([.. skill.Promotions.Select(promotion => new JsonObject
        {
            ["operation"] = promotion.Operation,
            ["timestamp"] = promotion.At,
            ["version"] = promotion.Version,
            ["to_state"] = promotion.To,
            ["verdict"] = promotion.Verdict,
            ["reasons"] = Texts(promotion.Reasons),
        })]),
        ["stays"] = new JsonArray([.. skill.Stays.Select(stay => new JsonObject
        {
            ["version"] = stay.Version,
            ["state_serial"] = stay.StateSerial,
            ["executions"] = stay.Executions,
            ["real"] = Json(stay.Real),
            ["in_force"] = Json(stay.InForce),
            ["proposed"] = Json(stay.Proposed),
            ["verdict"] = stay.Verdict,
            ["note"] = stay.Note,
        })]),
    };

    private static JsonObject? Json(RollbackImpact? rollback) => rollback is null ? null : new JsonObject
    {
        ["timestamp"] = rollback.At,
        ["execution"] = rollback.Execution,
        ["reason"] = rollback.Reason,
        ["trigger_metric"] = rollback.Metric,
    };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
