using Microsoft.Extensions.Logging;

using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace WreSkills.Mcp;

/// <summary>
/// Skills over the Model Context Protocol: list, search, load, read files, report executions, ask for the status. Nothing here approves,
/// promotes, rolls back or changes a policy; a report can only make the monitor do what it does anyway.
/// </summary>
public sealed class SkillMcpServer : IDisposable
{
    private const string Instructions =
        "Skills that are delivered progressively: which version you get depends on a key, and may change at any time. Load a skill with load_skill when a task needs it, "
        + "read its further files with read_skill_file and the digest of that answer, and report the run with report_execution when it ended.";

    private readonly WorkspaceAccess _access;
    private readonly SkillResources _resources;

    /// <summary>Makes the server; the workspace is opened for every request by itself.</summary>
    /// <param name="options">How it serves.</param>
    public SkillMcpServer(SkillMcpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _access = new WorkspaceAccess(options);
        _resources = new SkillResources(_access);
        Tools =
        [
            new ListSkillsTool(_access), new SearchSkillsTool(_access), new LoadSkillTool(_access), new ReadSkillFileTool(_access), new ReportExecutionTool(_access), new SkillStatusTool(_access),
        ];
    }

    /// <summary>All tools there are, always the same.</summary>
    public IReadOnlyList<McpServerTool> Tools { get; }

    /// <summary>Adds name, tools and resources to the options of a server of the SDK, whatever its transport.</summary>
    /// <param name="server">The options of one server or session.</param>
    public void Configure(McpServerOptions server)
    {
        ArgumentNullException.ThrowIfNull(server);
        server.ServerInfo = new Implementation { Name = "wre", Title = "WRE Skills", Version = typeof(SkillMcpServer).Assembly.GetName().Version?.ToString(3) ?? "0" };
        server.ServerInstructions = Instructions;
        server.Capabilities = new ServerCapabilities { Tools = new ToolsCapability { ListChanged = false }, Resources = new ResourcesCapability { ListChanged = false, Subscribe = false } };
        server.Handlers.ListToolsHandler = (_, _) => ValueTask.FromResult(new ListToolsResult { Tools = [.. Tools.Select(tool => tool.ProtocolTool)] });
        server.Handlers.CallToolHandler = CallAsync;
        server.Handlers.ListResourcesHandler = _resources.ListAsync;
        server.Handlers.ListResourceTemplatesHandler = SkillResources.ListTemplatesAsync;
        server.Handlers.ReadResourceHandler = _resources.ReadAsync;
    }

    /// <summary>Serves one client over a pair of streams until it closes them: newline-delimited messages, as over stdin and stdout.</summary>
    /// <param name="input">What the client sends.</param>
    /// <param name="output">What the client reads; nothing else may be written there.</param>
    /// <param name="logs">Where the SDK's own messages go; null for nowhere.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task ServeAsync(Stream input, Stream output, ILoggerFactory? logs, CancellationToken cancellationToken)
    {
        var options = new McpServerOptions();
        Configure(options);
        var transport = new StreamServerTransport(input, output, "wre", logs);
        await using (transport.ConfigureAwait(false))
        {
            var server = McpServer.Create(transport, options, logs);
            await using (server.ConfigureAwait(false))
            {
                await server.RunAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Frees what requests wait on.</summary>
    public void Dispose() => _access.Dispose();

    private async ValueTask<CallToolResult> CallAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var name = request.Params?.Name;
        return Tools.FirstOrDefault(tool => tool.ProtocolTool.Name == name) is { } tool
            ? await tool.InvokeAsync(request, cancellationToken).ConfigureAwait(false)
            : throw new ModelContextProtocol.McpProtocolException($"There is no tool of this name. The tools are {string.Join(", ", Tools.Select(known => known.ProtocolTool.Name))}.", ModelContextProtocol.McpErrorCode.InvalidParams);
    }
}
