namespace WreSkills.Notifications;

/// <summary>Somebody who is told: what <c>notifications:</c> in wre.yaml says.</summary>
public abstract record NotifierSettings
{
    /// <summary>Kinds of messages that concern people; what a notifier gets that states none.</summary>
    public static IReadOnlyList<string> KindsForPeople { get; } =
    [
        "rollback_alert", "trigger_alert", "rollout_alert", "rollout_change", "breaker_alert", "runner_change", "dependency_alert", "content_drift",
        "deadline_overdue", "ingestion_lag", "anomaly", "monitoring_enabled", "proposals_queued", "notifier_disabled", "break_glass_alert",
        "policy_change", "policy_alert", "policy_review_due", "test",
    ];

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Kinds of messages it gets; <c>all</c> stands for every kind.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = KindsForPeople;

    /// <summary>How long one attempt may take. Default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>True when it gets messages of a kind.</summary>
    public bool Wants(string kind) => kind == "test" || Kinds.Contains("all") || Kinds.Contains(kind);
}

/// <summary>An HTTP endpoint.</summary>
public sealed record WebhookSettings : NotifierSettings
{
    /// <summary>Where to post.</summary>
    public required Uri Url { get; init; }

    /// <summary>Environment variable with the secret (<c>whsec_</c> and base64); null for Slack-compatible endpoints, which sign nothing.</summary>
    public string? SecretVariable { get; init; }

    /// <summary>Whether the body is what Slack takes (text and blocks) instead of the event.</summary>
    public bool IsSlack { get; init; }

    /// <summary>Whether it may lie on this machine or in a private network. Default false.</summary>
    public bool AllowPrivate { get; init; }
}

/// <summary>A program that reads the message as JSON from its standard input.</summary>
public sealed record CommandNotifierSettings : NotifierSettings
{
    /// <summary>Program and arguments; no shell.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Where it runs.</summary>
    public required string WorkingDirectory { get; init; }
}

/// <summary>A line on the standard error of the process that delivers.</summary>
public sealed record ConsoleSettings : NotifierSettings;
