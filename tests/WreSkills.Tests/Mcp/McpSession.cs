using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Nodes;

using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

using WreSkills.Hosting;
using WreSkills.Mcp;
using WreSkills.Tests.Hosting;

namespace WreSkills.Tests.Mcp;

/// <summary>The SDK's client and the server on two pipes, over the workspace of a test.</summary>
internal sealed class McpSession : IAsyncDisposable
{
    public const string Key = "session-7";

    private readonly Pipe _toServer = new();
    private readonly Pipe _toClient = new();
    private readonly SkillMcpServer _server;
    private readonly Task _serving;

    private McpSession(TestWorkspace test, string? key)
    {
        _server = new SkillMcpServer(new SkillMcpOptions { Open = () => Workspace.Open(test.Root, test.Time), SessionKey = key });
        _serving = _server.ServeAsync(_toServer.Reader.AsStream(), _toClient.Writer.AsStream(), null, CancellationToken.None);
    }

    public McpClient Client { get; private set; } = null!;

    public SkillMcpServer Server => _server;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<McpSession> StartAsync(TestWorkspace test, string? key = Key)
    {
        var session = new McpSession(test, key);
        session.Client = await McpClient.CreateAsync(
            new StreamClientTransport(session._toServer.Writer.AsStream(), session._toClient.Reader.AsStream(), null),
            new McpClientOptions { ClientInfo = new Implementation { Name = "tester", Version = "1.2" } }, cancellationToken: Stop);
        return session;
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _toServer.Writer.CompleteAsync();
        await _serving;
        _server.Dispose();
    }

    public Task<CallToolResult> CallAsync(string tool, JsonObject arguments) => Client.CallToolAsync(
        new CallToolRequestParams { Name = tool, Arguments = arguments.ToDictionary(argument => argument.Key, argument => TestAgent.Json(argument.Value?.ToJsonString() ?? "null")) }, Stop).AsTask();

    /// <summary>The structured answer of a call that must succeed; the text beside it says the same.</summary>
    public async Task<JsonElement> AnswerAsync(string tool, JsonObject arguments)
    {
        var result = await CallAsync(tool, arguments);
        Assert.True(result.IsError is not true, Text(result));
        var answer = Assert.NotNull(result.StructuredContent);
        Assert.True(JsonElement.DeepEquals(answer, TestAgent.Json(Text(result))));
        return answer;
    }

    /// <summary>What is wrong with a call that must fail.</summary>
    public async Task<string> ErrorAsync(string tool, JsonObject arguments)
    {
        var result = await CallAsync(tool, arguments);
        Assert.True(result.IsError, Text(result));
        var text = Text(result);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        return text;
    }

    public Task<JsonElement> LoadAsync(string? key = null) => AnswerAsync("load_skill", key is null ? new JsonObject { ["skill"] = TestWorkspace.Skill } : new JsonObject { ["skill"] = TestWorkspace.Skill, ["key"] = key });

    /// <summary>A report of a run of what was loaded, right or wrong in everything.</summary>
    public static JsonObject Report(JsonElement loaded, string id, bool good) => new()
    {
        ["skill"] = TestWorkspace.Skill,
        ["execution_id"] = id,
        ["version"] = loaded.GetProperty("version").GetString(),
        ["digest"] = loaded.GetProperty("digest").GetString(),
        ["state"] = loaded.GetProperty("state").GetString(),
        ["state_serial"] = loaded.GetProperty("state_serial").GetInt64(),
        ["key"] = loaded.GetProperty("key").GetString(),
        ["agent"] = "tester",
        ["decision"] = good ? "remove" : "allow",
        ["expected_decision"] = "remove",
        ["execution_time_ms"] = 50,
        ["exception"] = false,
        ["breadcrumbs"] = good ? TestAgent.AllPatterns() : TestAgent.Array("caps_checked=true"),
    };

    private static string Text(CallToolResult result) => Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;
}
