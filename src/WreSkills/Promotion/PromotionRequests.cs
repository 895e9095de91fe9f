using WreSkills.Registry;

namespace WreSkills.Promotion;

/// <summary>What <c>wre promote</c> asks for.</summary>
public sealed record PromotionRequest
{
    /// <summary>The skill's name.</summary>
    public required string Skill { get; init; }

    /// <summary>Where it comes from.</summary>
    public required PromotionState From { get; init; }

    /// <summary>Where it goes to.</summary>
    public required PromotionState To { get; init; }

    /// <summary>Who approved; must be the ticket's approver.</summary>
    public required string Approver { get; init; }

    /// <summary>The ticket's name.</summary>
    public required string Ticket { get; init; }

    /// <summary>Whether the readiness checklist was asserted to be complete; recorded, never a substitute for the answers.</summary>
    public bool ChecklistComplete { get; init; }

    /// <summary>Go against failing checks, with a ticket that says why; needs the right <c>break_glass</c>. Default false.</summary>
    public bool BreakGlass { get; init; }

    /// <summary><c>domain/module</c> for production when neither skill nor registry says it; null otherwise.</summary>
    public string? Module { get; init; }

    /// <summary>User who runs the command.</summary>
    public string RequestedBy { get; init; } = "unknown";
}

/// <summary>How a promotion ended.</summary>
public sealed record PromotionOutcome
{
    /// <summary>The state that was checked.</summary>
    public required PromotionReadiness Readiness { get; init; }

    /// <summary>The committed transition; null when it was refused.</summary>
    public Transition? Transition { get; init; }

    /// <summary>Reasons against it, one an item; empty when it was committed.</summary>
    public IReadOnlyList<string> Refusals { get; init; } = [];
}

/// <summary>What <c>wre rollback</c> or the monitor asks for.</summary>
public sealed record RollbackRequest
{
    /// <summary>The reason that stands for a person's decision against or without the monitor (policy 9).</summary>
    public const string ManualOverride = "manual_override";

    /// <summary>Who asks when the triggers do.</summary>
    public const string Monitor = "monitor";

    /// <summary>The skill's name.</summary>
    public required string Skill { get; init; }

    /// <summary>Where it comes from.</summary>
    public required PromotionState From { get; init; }

    /// <summary>Where it goes to.</summary>
    public required PromotionState To { get; init; }

    /// <summary>Why; machine-readable reasons come from the triggers.</summary>
    public required string Reason { get; init; }

    /// <summary>The figure that tripped it, such as <c>fidelity=0.83</c>; null for none.</summary>
    public string? TriggerMetric { get; init; }

    /// <summary>When it was decided; now when null.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Who decided; required for <see cref="ManualOverride"/>.</summary>
    public string? Approver { get; init; }

    /// <summary>Only if this version with this state serial is still the one; null for whichever is live. The monitor sets it.</summary>
    public (string Version, long StateSerial)? OnlyIf { get; init; }

    /// <summary>User who runs the command, or <c>monitor</c>.</summary>
    public string RequestedBy { get; init; } = "unknown";
}

/// <summary>What <c>wre rollout</c> or the monitor asks for.</summary>
public sealed record RolloutRequest
{
    /// <summary>The next step; after the last one the completion.</summary>
    public const string Advance = "advance";

    /// <summary>Hold it at its share.</summary>
    public const string Pause = "pause";

    /// <summary>Go on after a pause, or begin again with the first step after an abortion.</summary>
    public const string Resume = "resume";

    /// <summary>Serve nobody any more.</summary>
    public const string Abort = "abort";

    /// <summary>A share by hand.</summary>
    public const string Set = "set";

    /// <summary>The skill's name.</summary>
    public required string Skill { get; init; }

    /// <summary>One of the words above.</summary>
    public required string Change { get; init; }

    /// <summary>For <see cref="Set"/>: percent of keys, 0–100.</summary>
    public int? Percent { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>Who decided; required for what takes more risk by hand.</summary>
    public string? Approver { get; init; }

    /// <summary>Only if this stay is still at this step and in this status; null for however it stands. The monitor sets it.</summary>
    public (long StateSerial, int Step, string Status)? OnlyIf { get; init; }

    /// <summary>Executions of the staged version so far, and the measured ones of both arms: the new step begins there.</summary>
    public (long Executions, long Candidate, long Baseline) Counts { get; init; }

    /// <summary>User who runs the command, or <c>monitor</c>.</summary>
    public string RequestedBy { get; init; } = "unknown";
}

/// <summary>How a rollback, or the undoing of one, ended.</summary>
public sealed record RollbackOutcome
{
    /// <summary>The committed transition; null when it was refused.</summary>
    public Transition? Transition { get; init; }

    /// <summary>Why it was refused; null when it was committed.</summary>
    public string? Refusal { get; init; }

    /// <summary>Why another version serves than the one that should; null when that one does.</summary>
    public string? Note { get; init; }
}

/// <summary>What became of transitions that an earlier command left unfinished.</summary>
public sealed record RecoveryOutcome
{
    /// <summary>Those that are finished now, oldest first.</summary>
    public IReadOnlyList<Transition> Finished { get; init; } = [];

    /// <summary>Those that stand in the registry, but whose consequences still cannot be written, with the reason.</summary>
    public IReadOnlyList<(Transition Transition, WreException Problem)> Unfinished { get; init; } = [];
}
