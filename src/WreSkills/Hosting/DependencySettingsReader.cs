using WreSkills.Loading;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>Reads <c>dependencies:</c> of wre.yaml: name → kind and what to probe.</summary>
internal static class DependencySettingsReader
{
    public static IReadOnlyList<DependencySettings> Read(YamlSection section, string root)
    {
        var dependencies = new List<DependencySettings>();
        foreach (var name in section.Keys)
        {
            var one = section.Section(name);
            var kind = one.Choice("kind", "file", "file", "directory", "sqlite", "http", "tcp", "command", "mcp");
            var settings = new DependencySettings
            {
                Name = name,
                Kind = Enum.Parse<DependencyKind>(kind, ignoreCase: true),
                Path = one.Text("path") is { } path ? Path.GetFullPath(Path.Combine(root, path)) : null,
                Url = Url(one),
                Host = one.Text("host"),
                Port = one.Whole("port", 0, 0, 65_535),
                Command = Command(one, root),
                WorkingDirectory = root,
                Query = one.Text("query", "SELECT 1")!,
                ExpectStatus = one.Keys.Contains("expect_status") ? one.Whole("expect_status", 200, 100, 599) : null,
                Address = one.Text("address"),
                Description = one.Text("description"),
                Timeout = TimeSpan.FromSeconds(one.Number("timeout_seconds", 2, 0.01, 60)),
            };
            if (Missing(settings) is var (key, what))
            {
                one.Report(key, $"is missing: {what}");
            }
            else
            {
                dependencies.Add(settings);
            }
        }

        return dependencies;
    }

    private static (string Key, string What)? Missing(DependencySettings settings) => settings switch
    {
        { Kind: DependencyKind.File or DependencyKind.Directory or DependencyKind.Sqlite, Path: null } => ("path", "a path, relative to the workspace"),
        { Kind: DependencyKind.Http, Url: null } => ("url", "an http or https address"),
        { Kind: DependencyKind.Tcp, Host: null } => ("host", "the host's name or address"),
        { Kind: DependencyKind.Tcp, Port: 0 } => ("port", "the port, 1 to 65535"),
        { Kind: DependencyKind.Command, Command.Count: 0 } => ("command", "a list such as [pg_isready, -q]"),
        { Kind: DependencyKind.Mcp, Url: null, Command.Count: 0 } => ("url", "the server's address, or a command that starts it"),
        _ => null,
    };

    private static Uri? Url(YamlSection one)
    {
        if (one.Text("url") is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            return url;
        }

        one.Report("url", "must be an http or https address");
        return new Uri("http://localhost/");
    }

    private static IReadOnlyList<string> Command(YamlSection one, string root)
    {
        var command = one.Texts("command");
        return command.Count > 0 && !Path.IsPathRooted(command[0]) && command[0].AsSpan().IndexOfAny('/', '\\') >= 0 ? [Path.Combine(root, command[0]), .. command.Skip(1)] : command;
    }
}
