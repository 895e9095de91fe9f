using System.Net;
using System.Text;
using System.Text.Json;

using Microsoft.Extensions.Options;

using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

using WreSkills.Registry;
using WreSkills.Tests.Hosting;

namespace WreSkills.Server.Tests;

/// <summary>Skills over HTTP: the same tools, and who may ask.</summary>
public sealed class WreSkillsMcpTests : IDisposable
{
    private const string Token = "0123456789abcdef0123456789abcdef";
    private const string Initialize = """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"hand","version":"1"}}}""";
    private readonly TestWorkspace _test = new();

    public WreSkillsMcpTests()
    {
        _test.Write("wre.yaml", "version: 1\ndependencies:\n  author_history: {kind: directory, path: .}\n");
        _test.Reopen();
    }

    public void Dispose() => _test.Dispose();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("2025-06-18")]
    [InlineData("2025-11-25")]
    public async Task A_client_lists_loads_and_reports(string? protocol)
    {
        await _test.ProduceAsync();
        await using var server = await TestServer.StartAsync(_test);
        await using var client = await server.ConnectAsync(protocol);
        Assert.Equal(
            ["list_skills", "search_skills", "load_skill", "read_skill_file", "report_execution", "skill_status"],
            (await client.ListToolsAsync(new ListToolsRequestParams(), Stop)).Tools.Select(tool => tool.Name));
        var loaded = await AnswerAsync(client, "load_skill", $$"""{"skill":"{{TestWorkspace.Skill}}","key":"anyone"}""");
        Assert.Equal("1.0", loaded.GetProperty("version").GetString());
        var reported = await AnswerAsync(client, "report_execution", $$"""{"skill":"{{TestWorkspace.Skill}}","execution_id":"run-1","version":"1.0","correct":true,"breadcrumbs":["caps_checked=true"]}""");
        Assert.Equal((true, 0.25), (reported.GetProperty("recorded").GetBoolean(), reported.GetProperty("pattern_fidelity").GetDouble()));
        Assert.Equal("mcp", _test.Workspace.Executions.Find(TestWorkspace.Skill, ["run-1"])["run-1"].GetProperty("source").GetString());
    }

    [Fact]
    public async Task A_rollback_elsewhere_is_seen_by_the_next_request()
    {
        await _test.ProduceAsync();
        await using var server = await TestServer.StartAsync(_test);
        await using var client = await server.ConnectAsync();
        async Task<string?> StateAsync() => (await AnswerAsync(client, "load_skill", $$"""{"skill":"{{TestWorkspace.Skill}}","key":"anyone"}""")).GetProperty("state").GetString();
        Assert.Equal("production", await StateAsync());
        Assert.NotNull(_test.RollBack(PromotionState.Production).Transition);
        Assert.Equal("staged", await StateAsync());
    }

    [Theory]
    [InlineData("evil.example", null, HttpStatusCode.Forbidden)]
    [InlineData("localhost.evil.example", null, HttpStatusCode.Forbidden)]
    [InlineData("localhost", "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("localhost", "null", HttpStatusCode.Forbidden)]
    [InlineData("localhost", "http://localhost:3000", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", "https://127.0.0.1", HttpStatusCode.OK)]
    [InlineData("skills.example", "https://skills.example", HttpStatusCode.OK)]
    public async Task Only_requests_to_known_names_from_known_pages_are_answered(string host, string? origin, HttpStatusCode expected)
    {
        await using var server = await TestServer.StartAsync(_test, options => options.AllowedHosts.Add("skills.example"));
        Assert.Equal(expected, await PostAsync(server, Initialize, request =>
        {
            request.Headers.Host = host;
            if (origin is not null)
            {
                request.Headers.Add("Origin", origin);
            }
        }));
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("Bearer wrong", HttpStatusCode.Unauthorized)]
    [InlineData("Basic " + Token, HttpStatusCode.Unauthorized)]
    [InlineData("Bearer " + Token + "0", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer " + Token, HttpStatusCode.OK)]
    public async Task A_token_is_demanded_of_every_request(string? authorization, HttpStatusCode expected)
    {
        await using var server = await TestServer.StartAsync(_test, options => options.Token = Token);
        Assert.Equal(expected, await PostAsync(server, Initialize, request =>
        {
            if (authorization is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            }
        }));
    }

    [Fact]
    public async Task A_client_with_the_token_works()
    {
        await _test.ProduceAsync();
        await using var server = await TestServer.StartAsync(_test, options => options.Token = Token);
        await using var client = await server.ConnectAsync(token: Token);
        Assert.Equal(1, (await AnswerAsync(client, "list_skills", "{}")).GetProperty("skills").GetArrayLength());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_that_is_too_large_is_refused(bool chunked)
    {
        await using var server = await TestServer.StartAsync(_test, options => options.MaxRequestBytes = 10_000);
        var status = await PostAsync(server, Initialize[..^1] + new string(' ', 20_000) + "}", request => request.Headers.TransferEncodingChunked = chunked);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"promote","arguments":{}}}""")]
    public async Task Nonsense_gets_no_stack_trace(string body)
    {
        await using var server = await TestServer.StartAsync(_test);
        using var http = new HttpClient();
        using var response = await http.SendAsync(Request(server, body), Stop);
        Assert.DoesNotContain("   at ", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.True((int)response.StatusCode < 500, $"{response.StatusCode}");
    }

    [Theory]
    [InlineData("/nowhere", null, "WreSkillsMcpOptions.Workspace")]
    [InlineData("", "short", "WreSkillsMcpOptions.Token")]
    public async Task Wrong_options_stop_the_start(string workspace, string? token, string expected)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => TestServer.StartAsync(_test, options =>
        {
            (options.Workspace, options.Token) = (workspace.Length > 0 ? workspace : _test.Root, token);
            options.Open = null;
        }));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> AnswerAsync(McpClient client, string tool, string arguments)
    {
        var given = TestAgent.Json(arguments).EnumerateObject().ToDictionary(property => property.Name, property => property.Value);
        var result = await client.CallToolAsync(new CallToolRequestParams { Name = tool, Arguments = given }, Stop);
        Assert.True(result.IsError is not true, result.Content.OfType<TextContentBlock>().FirstOrDefault()?.Text);
        return result.StructuredContent!.Value;
    }

    private static HttpRequestMessage Request(TestServer server, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, server.Address) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.Accept.ParseAdd("text/event-stream");
        return request;
    }

    private static async Task<HttpStatusCode> PostAsync(TestServer server, string body, Action<HttpRequestMessage> prepare)
    {
        using var http = new HttpClient();
        using var request = Request(server, body);
        prepare(request);
        using var response = await http.SendAsync(request, Stop);
        return response.StatusCode;
    }
}
