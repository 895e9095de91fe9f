using System.Net;

using WreSkills.Hosting;

namespace WreSkills.Server;

/// <summary>The command line of <c>wre-server</c>.</summary>
/// <param name="Workspace">Root folder of the workspace.</param>
/// <param name="Addresses">Where to listen.</param>
/// <param name="Hosts">Further names by which it may be addressed.</param>
public sealed record ServerCommand(string Workspace, IReadOnlyList<Uri> Addresses, IReadOnlyList<string> Hosts)
{
    /// <summary>Name of the environment variable that holds the bearer token; not an argument, because other users can read those.</summary>
    public const string TokenVariable = "WRE_SERVER_TOKEN";

    /// <summary>Where it listens unless told otherwise.</summary>
    public const string DefaultAddress = "http://127.0.0.1:5190";

    /// <summary>What <c>--help</c> says.</summary>
    public const string Usage =
        $"""
        wre-server: serves the skills of a workspace to MCP clients over HTTP, at /mcp.

          --workspace DIR   Folder of the workspace; default: the nearest one around the current folder.
          --urls URLS       Where to listen, separated by semicolons. Default: {DefaultAddress}
          --allow-host NAME A further name by which it is addressed, such as behind a proxy; may be given again.

        It listens on the loopback interface. Other addresses take a bearer token of at least 16 characters in the
        environment variable {TokenVariable}, which every request must then bring.
        """;

    /// <summary>Reads the arguments.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="token">The bearer token, or null.</param>
    /// <returns>The command; null when help is asked for.</returns>
    /// <exception cref="WreException">Something is wrong with them.</exception>
    public static ServerCommand? Parse(IReadOnlyList<string> arguments, string? token)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        string? workspace = null;
        var urls = DefaultAddress;
        var hosts = new List<string>();
        for (var index = 0; index < arguments.Count; index++)
        {
            var argument = arguments[index];
            if (argument is "--help" or "-h" or "-?")
            {
                return null;
            }

            string Value() => ++index < arguments.Count ? arguments[index] : throw new WreException($"{argument} needs a value.", "wre-server --help");
            switch (argument)
            {
                case "--workspace": workspace = Value(); break;
                case "--urls": urls = Value(); break;
                case "--allow-host": hosts.Add(Value()); break;
                default: throw new WreException($"wre-server knows no argument '{argument}'.", "wre-server --help");
            }
        }

        if (workspace is not null && !Directory.Exists(workspace))
        {
            throw new WreException($"There is no folder {workspace}.", "--workspace takes the root folder of a workspace");
        }

        return new ServerCommand(workspace is null ? WorkspaceConfiguration.FindRoot(Directory.GetCurrentDirectory()) : Path.GetFullPath(workspace), Checked(urls, token), hosts);
    }

    private static List<Uri> Checked(string urls, string? token)
    {
        if (token is { Length: < 16 })
        {
            throw new WreException($"The token in {TokenVariable} has {token.Length} characters.", "it must have at least 16; `openssl rand -hex 32` makes a good one");
        }

        var addresses = new List<Uri>();
        foreach (var text in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            {
                throw new WreException($"'{text}' is no address to listen at.", $"write it like {DefaultAddress}");
            }

            var isLoopback = address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var number) && IPAddress.IsLoopback(number));
            if (!isLoopback && token is null)
            {
                throw new WreException($"{text} can be reached from other machines, and no token is set.", $"listen on 127.0.0.1, or set {TokenVariable}");
            }

            addresses.Add(address);
        }

        return addresses.Count > 0 ? addresses : throw new WreException("--urls names no address.", $"write it like {DefaultAddress}");
    }
}
