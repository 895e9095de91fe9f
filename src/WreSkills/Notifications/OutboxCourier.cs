using System.Text;
using System.Text.Json.Nodes;

using WreSkills.Storage;

namespace WreSkills.Notifications;

/// <summary>What one round of a courier did.</summary>
/// <param name="Delivered">Messages delivered.</param>
/// <param name="Failed">Attempts that failed and are tried again.</param>
/// <param name="GivenUp">Messages given up after the last attempt.</param>
/// <param name="NextDue">When the next attempt is due; null when none waits.</param>
public sealed record DeliveryRound(int Delivered, int Failed, int GivenUp, DateTimeOffset? NextDue)
{
    /// <summary>Problems, each once.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}

/// <summary>
/// Carries messages of the outbox to one notifier: at least once, with a stable id. The state of every delivery is on disk before the next
/// step, so that a killed process loses nothing and repeats at most what was under way. Couriers know nothing of one another.
/// </summary>
public sealed class OutboxCourier(Outbox outbox, DeliveryLedger ledger, INotifier notifier, TimeProvider time)
{
    private const int MostAtOnce = 4;
    private const double Jitter = 0.1;

    /// <summary>Waits before each attempt (Standard Webhooks): at once, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.</summary>
    public static IReadOnlyList<TimeSpan> Schedule { get; } =
    [
        TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2),
        TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>The notifier.</summary>
    public INotifier Notifier => notifier;

    /// <summary>Tries everything that is due, a few at a time.</summary>
    public async Task<DeliveryRound> RunOnceAsync(CancellationToken cancellationToken)
    {
        var name = notifier.Settings.Name;
        var (delivered, failed, givenUp) = (0, 0, 0);
        var gate = new Lock();
        var next = DateTimeOffset.MaxValue;
        var problems = new SortedSet<string>(StringComparer.Ordinal);
        void Note(DeliveryState state)
        {
            lock (gate)
            {
                (delivered, failed, givenUp) = state switch
                {
                    { DeliveredAt: not null } => (delivered + 1, failed, givenUp),
                    { GivenUpAt: not null } => (delivered, failed, givenUp + 1),
                    _ => (delivered, failed + 1, givenUp),
                };
                if (state.Problem is { } problem)
                {
                    problems.Add(problem);
                }

                next = state.NextAt is { } at && Timestamp.TryParse(at, out var due) && due < next ? due : next;
            }
        }

        IEnumerable<(OutboxMessage Message, DeliveryState State)> Due()
        {
            foreach (var message in outbox.Each())
            {
                if (!notifier.Settings.Wants(message.Kind) || ledger.Find(name, message.Id) is not { IsFinal: false } state)
                {
                    continue;
                }

                if (state.NextAt is not null && Timestamp.TryParse(state.NextAt, out var at) && at > time.GetUtcNow())
                {
                    lock (gate)
                    {
                        next = at < next ? at : next;
                    }

                    continue;
                }

                yield return (message, state);
            }
        }

        if (ledger.Disabled(name) is null)
        {
            await Parallel.ForEachAsync(Due(), new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellationToken }, async (item, token) =>
            {
                if (ledger.Disabled(name) is null)
                {
                    Note(await TryAsync(item.Message, item.State, token).ConfigureAwait(false));
                }
            }).ConfigureAwait(false);
        }

        return new DeliveryRound(delivered, failed, givenUp, next == DateTimeOffset.MaxValue ? null : next) { Problems = [.. problems] };
    }

    private async Task<DeliveryState> TryAsync(OutboxMessage message, DeliveryState state, CancellationToken cancellationToken)
    {
        var attempt = await notifier.DeliverAsync(message, cancellationToken).ConfigureAwait(false);
        FaultInjection.Reach("delivery-sent");
        var (name, now, count) = (notifier.Settings.Name, time.GetUtcNow(), state.Attempts + 1);
        var after = state with { Attempts = count, NextAt = null, Problem = attempt.Problem };
        if (attempt.Status == DeliveryStatus.Gone)
        {
            ledger.Disable(name, $"{attempt.Problem} at {Timestamp.ToIso(now)}");
            FaultInjection.Reach("notifier-disabled");
            outbox.Put(new OutboxMessage($"notifier-disabled-{name}-{message.Id}", "notifier_disabled", "", Timestamp.ToIso(now), new JsonObject
            {
                ["text"] = $"The notifier {name} answered that it wants nothing any more ({attempt.Problem}) and is switched off.",
                ["next"] = $"wre alerts enable {name}",
            }));
        }

        after = attempt.Status switch
        {
            DeliveryStatus.Delivered => after with { DeliveredAt = Timestamp.ToIso(now) },
            DeliveryStatus.Refused => after with { GivenUpAt = Timestamp.ToIso(now) },
            DeliveryStatus.Failed when count >= Schedule.Count => after with { GivenUpAt = Timestamp.ToIso(now) },
            DeliveryStatus.Failed => after with { NextAt = Timestamp.ToIso(now + Wait(message.Id, count, attempt.RetryAfter)) },
            _ => after,
        };
        ledger.Save(name, message.Id, after);
        FaultInjection.Reach("delivery-noted");
        return after;
    }

    // Spread by the id, so that many messages do not come back at the same moment, and the same way in every run.
    private static TimeSpan Wait(string id, int attempts, TimeSpan? asked)
    {
        var hash = 2166136261u;
        foreach (var part in Encoding.UTF8.GetBytes(id))
        {
            hash = (hash ^ part) * 16777619;
        }

        var wait = Schedule[attempts] * (1 + (Jitter * hash / uint.MaxValue));
        return asked is { } least && least > wait ? least : wait;
    }
}
