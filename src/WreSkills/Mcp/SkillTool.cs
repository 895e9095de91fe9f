using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace WreSkills.Mcp;

/// <summary>A tool of the skill server: described by hand, so that nothing is looked up by reflection, and never answering with a stack trace.</summary>
internal abstract class SkillTool : McpServerTool
{
    private static readonly JsonSerializerOptions s_line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    protected SkillTool(WorkspaceAccess access, string name, string title, string description, string inputSchema, string outputSchema, bool readOnly = true)
    {
        Access = access;
        ProtocolTool = new Tool
        {
            Name = name,
            Title = title,
            Description = description,
            InputSchema = Schema(inputSchema),
            OutputSchema = Schema(outputSchema),
            Annotations = new ToolAnnotations { Title = title, ReadOnlyHint = readOnly, DestructiveHint = false, IdempotentHint = readOnly, OpenWorldHint = false },
        };
    }

    /// <inheritdoc />
    public override Tool ProtocolTool { get; }

    /// <inheritdoc />
    public override IReadOnlyList<object> Metadata => [];

    protected WorkspaceAccess Access { get; }

    /// <inheritdoc />
    public override async ValueTask<CallToolResult> InvokeAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            var answer = (await AnswerAsync(request, cancellationToken).ConfigureAwait(false)).ToJsonString(s_line);
            return new CallToolResult { Content = [new TextContentBlock { Text = answer }], StructuredContent = Schema(answer) };
        }
        catch (WreException error)
        {
            return Refusal(error);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            if (Access.Options.Log is { } log)
            {
                McpLog.Unexpected(log, error, ProtocolTool.Name);
            }

            return Refusal(new WreException($"{ProtocolTool.Name} failed unexpectedly ({error.GetType().Name}).", "this is a mistake in wre; the server's log has the details"));
        }
    }

    /// <summary>Answers a call.</summary>
    /// <exception cref="WreException">It is not valid, or cannot be answered.</exception>
    protected abstract Task<JsonObject> AnswerAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken);

    protected ToolArguments Arguments(RequestContext<CallToolRequestParams> request) => new(ProtocolTool.Name, request.Params?.Arguments);

    protected static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonNode?> write) => new([.. items.Select(write)]);

    protected static JsonArray Texts(IEnumerable<string> items) => List(items, item => item);

    /// <summary>What went wrong in words that a model can act on: message, every problem, hint.</summary>
    internal static string Words(WreException error)
    {
        var text = new StringBuilder(error.Message);
        foreach (var problem in error.Problems)
        {
            text.Append("\n- ").Append(problem);
        }

        return error.Hint is { } hint ? text.Append("\nhint: ").Append(hint).ToString() : text.ToString();
    }

    private static CallToolResult Refusal(WreException error) => new() { IsError = true, Content = [new TextContentBlock { Text = Words(error) }] };

    private static JsonElement Schema(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
