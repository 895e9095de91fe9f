using System.Diagnostics;
using System.Text.RegularExpressions;

using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

using WreSkills.EndToEnd.Cli;

namespace WreSkills.EndToEnd.Mcp;

/// <summary><c>wre-server</c> as a process: it refuses to be reached from elsewhere without a token, serves a client, and ends in order.</summary>
public sealed partial class ServerProcessTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_serves_a_client_and_ends_in_order()
    {
        using var workspace = SpamWorkspace.Produced();
        using var process = Start(workspace.Folder, "--urls", "http://127.0.0.1:0");
        var address = "";
        while (address.Length == 0 && await process.StandardError.ReadLineAsync(Stop) is { } line)
        {
            address = Listening().Match(line) is { Success: true } match ? match.Groups["address"].Value : "";
        }

        Assert.NotEmpty(address);
        var rest = process.StandardError.ReadToEndAsync(Stop);
        await using (var client = await McpClient.CreateAsync(new HttpClientTransport(new HttpClientTransportOptions { Endpoint = new Uri(address + "/mcp"), TransportMode = HttpTransportMode.StreamableHttp }, null), cancellationToken: Stop))
        {
            var result = await client.CallToolAsync(new CallToolRequestParams { Name = "list_skills" }, Stop);
            Assert.Equal(SpamWorkspace.Skill, result.StructuredContent!.Value.GetProperty("skills")[0].GetProperty("skill").GetString());
        }

        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString()]))
        {
            await kill.WaitForExitAsync(Stop);
        }

        await process.WaitForExitAsync(Stop);
        Assert.True(process.ExitCode == 0, await rest);
    }

    [Fact]
    public async Task Without_a_token_it_does_not_listen_elsewhere()
    {
        using var workspace = new SpamWorkspace();
        using var process = Start(workspace.Folder, "--urls", "http://0.0.0.0:0");
        var error = await process.StandardError.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        Assert.Equal(2, process.ExitCode);
        Assert.Contains("hint: listen on 127.0.0.1, or set WRE_SERVER_TOKEN", error, StringComparison.Ordinal);
    }

    private static Process Start(string workspace, params string[] arguments)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var assembly = Path.Combine(WreCommand.RepositoryRoot, "src", "WreSkills.Server", "bin", configuration, "net10.0", "wre-server.dll");
        var info = new ProcessStartInfo("dotnet", [assembly, "--workspace", workspace, .. arguments]) { RedirectStandardError = true, UseShellExecute = false };
        info.Environment.Remove("WRE_SERVER_TOKEN");
        return Process.Start(info)!;
    }

    [GeneratedRegex(@"Now listening on: (?<address>\S+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Listening();
}
