using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Notifications;
using WreSkills.Storage;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre alerts</c>: messages to people and who delivers them.</summary>
internal static class AlertsCommand
{
    public static Command Create() => new("alerts", "Show, deliver and test the messages to people.") { List(), Deliver(), Test(), Enable() };

    private static Command List() => Invocation.With(new Command("list", "List the messages that wait, and how far their delivery is."), invocation =>
    {
        var workspace = invocation.Workspace;
        var notifiers = workspace.Configuration.Notifiers;
        var pending = workspace.Outbox.Pending();
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["notifiers"] = JsonOutput.List(notifiers, notifier => new JsonObject { ["name"] = notifier.Name, ["disabled"] = workspace.Ledger.Disabled(notifier.Name) }),
                ["messages"] = JsonOutput.List(pending, message => new JsonObject
                {
                    ["id"] = message.Id,
                    ["kind"] = message.Kind,
                    ["skill"] = message.Skill,
                    ["created_at"] = message.CreatedAt,
                    ["text"] = MessageText.Title(message),
                    ["deliveries"] = JsonOutput.List(notifiers.Where(notifier => notifier.Wants(message.Kind)), notifier => View(notifier.Name, workspace.Ledger.Find(notifier.Name, message.Id))),
                }),
            });
            return 0;
        }

        if (notifiers.Count == 0)
        {
            invocation.Error.WriteLine("note: wre.yaml names nobody under `notifications:`, so nothing is delivered; see docs/reference/alerts.md");
        }

        foreach (var notifier in notifiers.Where(notifier => workspace.Ledger.Disabled(notifier.Name) is not null))
        {
            invocation.Error.WriteLine($"warning: {notifier.Name} is switched off ({workspace.Ledger.Disabled(notifier.Name)}); `wre alerts enable {notifier.Name}`");
        }

        if (pending.Count == 0)
        {
            invocation.Terminal.Line("No message waits.");
            return 0;
        }

        invocation.Terminal.Rows(["when", "kind", "delivery", "message"], pending.Select(message => (IReadOnlyList<string>)
        [
            message.CreatedAt, message.Kind,
            string.Join(", ", notifiers.Where(notifier => notifier.Wants(message.Kind)).Select(notifier => $"{notifier.Name}: {Word(workspace.Ledger.Find(notifier.Name, message.Id))}").DefaultIfEmpty("nobody")),
            MessageText.Title(message),
        ]));
        return 0;
    });

    private static Command Deliver() => Invocation.With(new Command("deliver", "Try everything that is due once; the monitor does it by itself. Exit 0 nothing failed, 1 something did."), async (invocation, cancellationToken) =>
    {
        var rounds = await invocation.Workspace.DeliverAsync(invocation.Error, cancellationToken);
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["notifiers"] = JsonOutput.List(rounds, round => new JsonObject
                {
                    ["name"] = round.Key,
                    ["delivered"] = round.Value.Delivered,
                    ["failed"] = round.Value.Failed,
                    ["given_up"] = round.Value.GivenUp,
                    ["next_due"] = round.Value.NextDue is { } due ? Timestamp.ToIso(due) : null,
                    ["problems"] = JsonOutput.Texts(round.Value.Problems),
                }),
            });
        }
        else if (rounds.Count == 0)
        {
            invocation.Terminal.Line("wre.yaml names nobody under `notifications:`.");
        }
        else
        {
            invocation.Terminal.Rows(["notifier", "delivered", "failed", "given up", "next attempt", "problem"], rounds.Select(round => (IReadOnlyList<string>)
            [
                round.Key, $"{round.Value.Delivered}", $"{round.Value.Failed}", $"{round.Value.GivenUp}", round.Value.NextDue is { } due ? Timestamp.ToIso(due) : "–", string.Join("; ", round.Value.Problems),
            ]));
        }

        return rounds.Values.Any(round => round.Failed + round.GivenUp > 0) ? 1 : 0;
    });

    private static Command Test()
    {
        var name = Name();
        return Invocation.With(new Command("test", "Send a test message to one notifier. Exit 0 delivered, 1 not.") { name }, async (invocation, cancellationToken) =>
        {
            var courier = Courier(invocation, invocation.Parsed.GetValue(name)!);
            var message = new OutboxMessage($"test-{Guid.NewGuid():N}", "test", "", invocation.Now, new JsonObject { ["text"] = "A test message of wre: whoever reads this gets the alerts of this workspace.", ["next"] = "wre alerts list" });
            var attempt = await courier.DeliverAsync(message, cancellationToken);
            (courier as IDisposable)?.Dispose();
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, new JsonObject { ["notifier"] = courier.Settings.Name, ["id"] = message.Id, ["delivered"] = attempt.Status == DeliveryStatus.Delivered, ["problem"] = attempt.Problem });
            }
            else
            {
                invocation.Terminal.Line(attempt.Status == DeliveryStatus.Delivered ? $"Delivered to {courier.Settings.Name}." : $"Not delivered to {courier.Settings.Name}: {attempt.Problem}");
            }

            return attempt.Status == DeliveryStatus.Delivered ? 0 : 1;
        });
    }

    private static Command Enable()
    {
        var name = Name();
        return Invocation.With(new Command("enable", "Switch a notifier on again that answered 410 Gone. Exit 0 done, 1 it was not off.") { name }, invocation =>
        {
            var notifier = Courier(invocation, invocation.Parsed.GetValue(name)!).Settings.Name;
            var enabled = invocation.Workspace.Ledger.Enable(notifier);
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, new JsonObject { ["notifier"] = notifier, ["enabled"] = enabled });
            }
            else
            {
                invocation.Terminal.Line(enabled ? $"{notifier} gets messages again." : $"{notifier} was not switched off.");
            }

            return enabled ? 0 : 1;
        });
    }

    private static Argument<string> Name() => new("name") { Description = "Name of the notifier in wre.yaml.", HelpName = "NAME" };

    private static INotifier Courier(Invocation invocation, string name) =>
        invocation.Workspace.Couriers(invocation.Error).FirstOrDefault(courier => courier.Notifier.Settings.Name == name)?.Notifier
        ?? throw new WreException($"There is no notifier '{name}' in wre.yaml.", invocation.Workspace.Configuration.Notifiers.Count == 0
            ? "add it under `notifications:`; docs/reference/alerts.md has an example of every kind"
            : $"it names {string.Join(", ", invocation.Workspace.Configuration.Notifiers.Select(notifier => notifier.Name))}");

    private static JsonObject View(string notifier, DeliveryState state) => new()
    {
        ["notifier"] = notifier,
        ["attempts"] = state.Attempts,
        ["next_at"] = state.NextAt,
        ["delivered_at"] = state.DeliveredAt,
        ["given_up_at"] = state.GivenUpAt,
        ["problem"] = state.Problem,
    };

    private static string Word(DeliveryState state) => state switch
    {
        { DeliveredAt: not null } => "delivered",
        { GivenUpAt: not null } => $"given up ({state.Problem})",
        { Attempts: > 0 } => $"tried {state.Attempts} ×, next {state.NextAt ?? "never"} ({state.Problem})",
        _ => "waits",
    };
}
