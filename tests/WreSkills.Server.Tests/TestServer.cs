using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

using ModelContextProtocol.Client;

using WreSkills.Hosting;
using WreSkills.Tests.Hosting;

namespace WreSkills.Server.Tests;

/// <summary>The skill server mounted in an application of its own, on a free port of the loopback interface.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private TestServer(WebApplication application) => _application = application;

    public Uri Address => new(Assert.Single(_application.Urls) + "/mcp");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<TestServer> StartAsync(TestWorkspace test, Action<WreSkillsMcpOptions>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddWreSkillsMcp(options =>
        {
            (options.Workspace, options.Open) = (test.Root, () => Workspace.Open(test.Root, test.Time));
            configure?.Invoke(options);
        });
        var application = builder.Build();
        application.MapWreSkillsMcp("/mcp");
        await application.StartAsync(Stop);
        return new TestServer(application);
    }

    public Task<McpClient> ConnectAsync(string? protocol = null, string? token = null) => McpClient.CreateAsync(
        new HttpClientTransport(
            new HttpClientTransportOptions
            {
                Endpoint = Address,
                TransportMode = HttpTransportMode.StreamableHttp,
                AdditionalHeaders = token is null ? null : new Dictionary<string, string> { ["Authorization"] = $"Bearer {token}" },
            },
            null),
        new McpClientOptions { ProtocolVersion = protocol }, cancellationToken: Stop);

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();
}
