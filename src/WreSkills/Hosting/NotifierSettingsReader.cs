using WreSkills.Notifications;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>Reads <c>notifications:</c> of wre.yaml: name → kind and settings.</summary>
internal static class NotifierSettingsReader
{
    public static IReadOnlyList<NotifierSettings> Read(YamlSection section, string root)
    {
        var notifiers = new List<NotifierSettings>();
        foreach (var name in section.Keys)
        {
            var notifier = section.Section(name);
            if (name.Length == 0 || !name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_'))
            {
                section.Report(name, "must be a name of letters, digits, - and _");
                continue;
            }

            var kind = notifier.Choice("kind", "webhook", "webhook", "slack", "command", "console");
            var kinds = notifier.Texts("kinds", NotifierSettings.KindsForPeople);
            var timeout = TimeSpan.FromSeconds(notifier.Number("timeout_seconds", 10, 0.1, 600));
            NotifierSettings? settings = kind switch
            {
                "console" => new ConsoleSettings { Name = name },
                "command" => Command(notifier, name, root),
                _ => Webhook(notifier, name, kind == "slack"),
            };
            if (settings is not null)
            {
                notifiers.Add(settings with { Kinds = kinds, Timeout = timeout });
            }
        }

        return notifiers;
    }

    private static CommandNotifierSettings? Command(YamlSection notifier, string name, string root)
    {
        var command = notifier.Texts("command");
        if (command.Count == 0)
        {
            notifier.Report("command", "is missing: a list such as [notify-send, Skills]");
            return null;
        }

        // As for agents: a program with a folder is meant from the workspace, another one is looked up.
        var program = !Path.IsPathRooted(command[0]) && command[0].AsSpan().IndexOfAny('/', '\\') >= 0 ? Path.Combine(root, command[0]) : command[0];
        return new CommandNotifierSettings { Name = name, Command = [program, .. command.Skip(1)], WorkingDirectory = root };
    }

    private static WebhookSettings? Webhook(YamlSection notifier, string name, bool slack)
    {
        var url = notifier.Text("url");
        var address = Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;
        if (address is null)
        {
            notifier.Report("url", url is null ? "is missing: where to post" : "must be an http or https address");
        }
        else if (address.UserInfo.Length > 0)
        {
            notifier.Report("url", "must not hold a password");
        }

        if (notifier.Text("secret") is not null)
        {
            notifier.Report("secret", "must not stand in a file: name an environment variable with secret_env");
        }

        var secret = notifier.Text("secret_env");
        if (secret is null && !slack)
        {
            notifier.Report("secret_env", "is missing: the environment variable with the secret that signs (whsec_ and base64)");
        }

        var allowPrivate = notifier.Flag("allow_private", false);
        return address is null || (secret is null && !slack) ? null : new WebhookSettings { Name = name, Url = address, SecretVariable = secret, IsSlack = slack, AllowPrivate = allowPrivate };
    }
}
