namespace WreSkills.Notifications;

/// <summary>How an attempt ended.</summary>
public enum DeliveryStatus
{
    /// <summary>The receiver has it.</summary>
    Delivered,

    /// <summary>To be tried again.</summary>
    Failed,

    /// <summary>The receiver wants nothing any more (410).</summary>
    Gone,

    /// <summary>It must not be tried: the address is private, the settings cannot be used.</summary>
    Refused,
}

/// <summary>How an attempt ended.</summary>
/// <param name="Status">How.</param>
/// <param name="Problem">Why not; null when delivered.</param>
/// <param name="RetryAfter">How long the receiver asks to wait; null when it does not say.</param>
public sealed record DeliveryAttempt(DeliveryStatus Status, string? Problem = null, TimeSpan? RetryAfter = null)
{
    /// <summary>It was delivered.</summary>
    public static DeliveryAttempt Delivered { get; } = new(DeliveryStatus.Delivered);
}

/// <summary>Somebody who is told.</summary>
public interface INotifier
{
    /// <summary>Its settings.</summary>
    NotifierSettings Settings { get; }

    /// <summary>Delivers a message once. The same message may come again, with the same id.</summary>
    Task<DeliveryAttempt> DeliverAsync(OutboxMessage message, CancellationToken cancellationToken);
}
