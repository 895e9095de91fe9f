namespace WreSkills.Policy;

/// <summary>How the policy itself is changed (policy 8).</summary>
public sealed record PolicyChangeRules
{
    /// <summary>People with the right <see cref="Approver.Policy"/> who have to approve. Default 1.</summary>
    public int Approvals { get; init; } = 1;

    /// <summary>Whether the approver must be another person than the one who proposed it. Default: once two people are enrolled.</summary>
    public DutySeparation Separation { get; init; } = DutySeparation.Auto;

    /// <summary>How long an approval is good for, in days. Default 14.</summary>
    public int ValidDays { get; init; } = 14;

    /// <summary>Skills promoted to production since the last change or review after which a review is due. Default 5; 0 for never.</summary>
    public int ReviewAfterPromotions { get; init; } = 5;
}
