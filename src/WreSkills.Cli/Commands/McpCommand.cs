using System.CommandLine;

using WreSkills.Mcp;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre mcp</c>: skills for an MCP client, over stdin and stdout.</summary>
internal static class McpCommand
{
    private static readonly Option<string?> s_key = new("--key") { Description = "Key of this session: what the traffic split hashes for requests that bring none. Default: a fresh one for each start.", HelpName = "KEY" };

    public static Command Create() => Invocation.With(
        new Command("mcp", "Serve the workspace's skills to an MCP client over stdin and stdout until it closes them: list, search, load, read files, report executions, status. Nothing can be approved, promoted, rolled back or changed that way. See docs/reference/mcp.md.") { s_key },
        RunAsync);

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var parsed = invocation.Parsed;
        var key = parsed.GetValue(s_key) ?? Guid.NewGuid().ToString();
        if (key.Length is 0 or > 512)
        {
            throw new WreException($"--key has {key.Length} characters.", "it must have 1 to 512");
        }

        // What cannot be opened is said before the client waits for an answer.
        var root = invocation.Workspace.Layout.Root;
        var (input, output) = (Console.OpenStandardInput(), Console.OpenStandardOutput());

        // Stdout belongs to the protocol; whatever else would be written there must not break it.
        Console.SetOut(Console.Error);
        using var logs = new ErrorLog(invocation.Error);
        using var server = new SkillMcpServer(new SkillMcpOptions { Open = () => GlobalOptions.Open(parsed), SessionKey = key, Log = logs.CreateLogger("wre") });
        await invocation.Error.WriteLineAsync($"wre mcp: serving {root} to key {key}");
        try
        {
            await server.ServeAsync(input, output, null, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how a person ends it.
        }

        return 0;
    }
}
