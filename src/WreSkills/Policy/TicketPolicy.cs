namespace WreSkills.Policy;

/// <summary>When somebody else than the author and the requester has to approve.</summary>
public enum DutySeparation
{
    /// <summary>Once two people are enrolled.</summary>
    Auto,

    /// <summary>Always.</summary>
    On,

    /// <summary>Never.</summary>
    Off,
}

/// <summary>How promotions are signed off (policy 4).</summary>
public sealed record TicketPolicy
{
    /// <summary>How long a ticket is good for, in days. Default 14.</summary>
    public int ValidDays { get; init; } = 14;

    /// <summary>Whether a ticket needs signatures even where nobody's key is enrolled, so that nothing can be promoted there. Default false.</summary>
    public bool SignaturesRequired { get; init; }

    /// <summary>People who have to approve prototype → staged. Default 1.</summary>
    public int ApprovalsToStaged { get; init; } = 1;

    /// <summary>People who have to approve staged → production. Default 1.</summary>
    public int ApprovalsToProduction { get; init; } = 1;

    /// <summary>Whether the approver must be another person than the author and the requester. Default: once two people are enrolled.</summary>
    public DutySeparation Separation { get; init; } = DutySeparation.Auto;

    /// <summary>Minutes within which a promotion that broke the glass needs a second person's signature. Default 1440.</summary>
    public int CountersignMinutes { get; init; } = 1440;
}
