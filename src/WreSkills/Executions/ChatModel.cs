using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

using Microsoft.Extensions.AI;

using WreSkills.Scanning;

namespace WreSkills.Executions;

/// <summary>
/// A model behind an OpenAI-compatible endpoint (Ollama, llama.cpp, vLLM, LM Studio, OpenAI): time-outs, retries with growing
/// pauses, a limit on what runs at once, token counts and a cache of answers. Safe to share between threads.
/// </summary>
public sealed class ChatModel : IDisposable
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);
    private readonly ChatAgentSettings _settings;
    private readonly TimeProvider _time;
    private readonly ChatCache? _cache;
    private readonly SemaphoreSlim _turns;
    private readonly Lazy<IChatClient> _client;

    /// <summary>Makes a model; nothing is asked yet.</summary>
    /// <param name="settings">Endpoint, model and limits.</param>
    /// <param name="cache">Where answers are kept; null for nowhere.</param>
    /// <param name="time">The clock.</param>
    public ChatModel(ChatAgentSettings settings, ChatCache? cache, TimeProvider time)
    {
        (_settings, _cache, _time) = (settings, cache, time);
        _turns = new SemaphoreSlim(settings.MaxParallel);
        _client = new Lazy<IChatClient>(Connect);
    }

    /// <summary>The settings.</summary>
    public ChatAgentSettings Settings => _settings;

    /// <inheritdoc />
    public void Dispose()
    {
        if (_client.IsValueCreated)
        {
            _client.Value.Dispose();
        }

        _turns.Dispose();
    }

    /// <summary>Asks. Whatever goes wrong on the other side is in the answer.</summary>
    /// <exception cref="OperationCanceledException">The caller stopped it.</exception>
    /// <exception cref="WreException">The environment variable with the key is not set.</exception>
    public async Task<ChatAnswer> AskAsync(ChatQuestion question, CancellationToken cancellationToken)
    {
        var fingerprint = _cache is not null && question.CacheKey is not null ? question.Fingerprint(_settings) : null;
        if (fingerprint is not null && _cache!.Find(fingerprint) is { } known)
        {
            return known with { Cached = true };
        }

        await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var answer = await RetryAsync(question, cancellationToken).ConfigureAwait(false);
            if (fingerprint is not null && answer.FailureType is null)
            {
                _cache!.Keep(fingerprint, answer);
            }

            return answer;
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>The arguments of a call as JSON; null when they could not be read.</summary>
    internal static JsonElement? Arguments(FunctionCallContent call)
    {
        if (call.Exception is not null)
        {
            return null;
        }

        var arguments = new JsonObject();
        foreach (var (name, value) in call.Arguments ?? new Dictionary<string, object?>())
        {
            arguments[name] = value switch
            {
                null => null,
                JsonElement element => JsonNode.Parse(element.GetRawText()),
                JsonNode node => node.DeepClone(),
                var other => Convert.ToString(other, CultureInfo.InvariantCulture),
            };
        }

        using var document = JsonDocument.Parse(arguments.ToJsonString());
        return document.RootElement.Clone();
    }

    private async Task<ChatAnswer> RetryAsync(ChatQuestion question, CancellationToken cancellationToken)
    {
        // The pauses of many that failed together should not end together; nothing else depends on chance here.
        var random = new Random(question.Messages.Count + Environment.CurrentManagedThreadId);
        var pause = _settings.RetryDelay;
        for (var attempt = 1; ; attempt++)
        {
            var (answer, mayPass, retryAfter) = await TryAsync(question, cancellationToken).ConfigureAwait(false);
            if (answer.FailureType is null || !mayPass || attempt > _settings.Retries)
            {
                return answer with { Attempts = attempt };
            }

            var wait = retryAfter ?? pause * (1 + (random.NextDouble() / 4));
            await Task.Delay(wait < s_longestPause ? wait : s_longestPause, _time, cancellationToken).ConfigureAwait(false);
            pause *= 2;
        }
    }

    private async Task<(ChatAnswer Answer, bool MayPass, TimeSpan? RetryAfter)> TryAsync(ChatQuestion question, CancellationToken cancellationToken)
    {
        static (ChatAnswer, bool, TimeSpan?) Failed(string type, string message, bool mayPass, TimeSpan? retryAfter = null) =>
            (new ChatAnswer { FailureType = type, Failure = message }, mayPass, retryAfter);

        using var deadline = new CancellationTokenSource(_settings.Timeout, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var response = _settings.Stream
                ? await _client.Value.GetStreamingResponseAsync(question.Messages, Options(question), stop.Token).ToChatResponseAsync(stop.Token).ConfigureAwait(false)
                : await _client.Value.GetResponseAsync(question.Messages, Options(question), stop.Token).ConfigureAwait(false);
            var answer = Read(response, question);

            // A cut answer of a limit that we set will be cut again; a cut connection may hold the next time.
            return (answer, answer.FailureType == "truncated" && response.FinishReason is null, null);
        }
        catch (ClientResultException error)
        {
            var status = error.Status;
            return status == 0
                ? Failed("connection", Words(error), true)
                : Failed(status == 429 ? "rate_limited" : "http_status", $"HTTP {status}: {Words(error)}", status is 408 or 409 or 429 or >= 500, RetryAfter(error));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed("timeout", $"no answer within {_settings.Timeout.TotalSeconds:0.###} s", true);
        }
        catch (AggregateException error) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed("connection", Words(error.InnerExceptions[^1]), true);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return error is HttpIOException ? Failed("truncated", "the answer was cut off: " + Words(error), true) : Failed("connection", Words(error), true);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException or FormatException or NotSupportedException or KeyNotFoundException)
        {
            return Failed("invalid_output", $"the endpoint's answer cannot be read: {Words(error)}", true);
        }
    }

    private static ChatAnswer Read(ChatResponse response, ChatQuestion question)
    {
        var calls = response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Select(call => new ChatToolCall(call.CallId, call.Name, Arguments(call))).ToList();
        var answer = new ChatAnswer
        {
            Text = response.Text,
            ToolCalls = calls,
            Model = string.IsNullOrEmpty(response.ModelId) ? null : response.ModelId,
            InputTokens = response.Usage?.InputTokenCount,
            OutputTokens = response.Usage?.OutputTokenCount,
            Tokens = question.Probabilities && response.RawRepresentation is OpenAI.Chat.ChatCompletion completion
                ? [.. completion.ContentTokenLogProbabilities.Select(token => new TokenProbability(token.Token, token.LogProbability))]
                : [],
        };
        return response switch
        {
            { FinishReason: null } => answer with { FailureType = "truncated", Failure = "the answer ended without saying that it was complete" },
            { FinishReason: { } reason } when reason == ChatFinishReason.Length => answer with { FailureType = "truncated", Failure = "the answer reached the limit of tokens (max_tokens)" },
            { FinishReason: { } reason } when reason == ChatFinishReason.ContentFilter => answer with { FailureType = "refused", Failure = "the endpoint's filter withheld the answer" },
            _ when response.Text.Length == 0 && calls.Count == 0 => answer with { FailureType = "invalid_output", Failure = "the answer is empty" },
            _ => answer,
        };
    }

    private ChatOptions Options(ChatQuestion question)
    {
        var options = new ChatOptions
        {
            Temperature = (float?)_settings.Temperature,
            TopP = (float?)_settings.TopP,
            MaxOutputTokens = _settings.MaxTokens,
            Seed = _settings.Seed,
            ResponseFormat = _settings.Structured && question.Schema is { } schema ? ChatResponseFormat.ForJsonSchema(schema, "answer") : null,
            Tools = question.Tools.Count == 0 ? null : [.. question.Tools.Select(tool => (AITool)AIFunctionFactory.CreateDeclaration(tool.Name, tool.Description, tool.Parameters))],
        };
        if (question.Probabilities)
        {
            options.RawRepresentationFactory = _ => new OpenAI.Chat.ChatCompletionOptions { IncludeLogProbabilities = true };
        }

        return options;
    }

    private IChatClient Connect()
    {
        var key = "none";
        if (_settings.ApiKeyVariable is { } variable)
        {
            key = Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
                ? value
                : throw new WreException($"Agent '{_settings.Name}' takes its key from the environment variable {variable}, which is not set.", $"export {variable}=… before calling wre; keys never stand in wre.yaml");
        }

        var options = new OpenAI.OpenAIClientOptions { Endpoint = _settings.Endpoint, NetworkTimeout = _settings.Timeout + TimeSpan.FromSeconds(5), RetryPolicy = new ClientRetryPolicy(0) };
        return new OpenAI.Chat.ChatClient(_settings.Model, new ApiKeyCredential(key), options).AsIChatClient();
    }

    // An error page is long, and a key must not come back in a message.
    private string Words(Exception error)
    {
        var text = string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (_settings.ApiKeyVariable is { } variable && Environment.GetEnvironmentVariable(variable) is { Length: > 3 } key)
        {
            text = text.Replace(key, Redaction.Marker, StringComparison.Ordinal);
        }

        return text.Length <= 300 ? text : text[..299] + "…";
    }

    private static TimeSpan? RetryAfter(ClientResultException error) =>
        error.GetRawResponse()?.Headers.TryGetValue("Retry-After", out var value) == true
        && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= 3600
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
