using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;

using Microsoft.Extensions.AI;

namespace WreSkills.Search;

/// <summary>The model that turns texts into vectors, as <c>embeddings:</c> of wre.yaml names it.</summary>
public sealed record EmbeddingSettings
{
    /// <summary>The endpoint up to and with its version, such as <c>http://localhost:11434/v1</c>.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The model's name as the endpoint knows it.</summary>
    public required string Model { get; init; }

    /// <summary>Environment variable that holds the key; null when the endpoint wants none. The key itself is never stored.</summary>
    public string? ApiKeyVariable { get; init; }

    /// <summary>How long a query may wait for its vector. Default 2 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a batch of skills may take. Default 60 seconds.</summary>
    public TimeSpan BatchTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Texts sent at once. Default 32.</summary>
    public int BatchSize { get; init; } = 32;
}

/// <summary>
/// Asks for vectors. Whatever goes wrong on the other side is a problem to be told, never a failure: search has an answer without it.
/// </summary>
public sealed class EmbeddingModel : IDisposable
{
    private readonly EmbeddingSettings _settings;
    private readonly TimeProvider _time;
    private readonly Lazy<IEmbeddingGenerator<string, Embedding<float>>> _generator;

    /// <summary>Makes a model; nothing is asked yet.</summary>
    /// <param name="settings">Endpoint and model.</param>
    /// <param name="time">The clock.</param>
    /// <param name="generator">Who answers instead of the endpoint; null for the endpoint.</param>
    public EmbeddingModel(EmbeddingSettings settings, TimeProvider time, IEmbeddingGenerator<string, Embedding<float>>? generator = null)
    {
        (_settings, _time) = (settings, time);
        _generator = generator is null ? new(Connect) : new(generator);
    }

    /// <summary>The settings.</summary>
    public EmbeddingSettings Settings => _settings;

    /// <inheritdoc />
    public void Dispose()
    {
        if (_generator.IsValueCreated)
        {
            _generator.Value.Dispose();
        }
    }

    /// <summary>The vectors of texts, in their order, or what went wrong.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="OperationCanceledException">The caller stopped it.</exception>
    public async Task<(IReadOnlyList<ReadOnlyMemory<float>> Vectors, string? Problem)> AskAsync(IReadOnlyList<string> texts, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var answer = await _generator.Value.GenerateAsync(texts, cancellationToken: stop.Token).ConfigureAwait(false);
            return answer.Count == texts.Count && answer.All(embedding => embedding.Vector.Length > 0)
                ? ([.. answer.Select(embedding => embedding.Vector)], null)
                : ([], Problem($"it answered {answer.Count} vectors to {texts.Count} texts"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ([], Problem($"no answer within {timeout.TotalSeconds:0.###} s"));
        }
        catch (WreException error)
        {
            return ([], error.Message);
        }
        catch (Exception error) when (error is ClientResultException or HttpRequestException or IOException or AggregateException or JsonException or InvalidOperationException or ArgumentException
            or FormatException or NotSupportedException or KeyNotFoundException)
        {
            return ([], Problem(Words(error is AggregateException { InnerExceptions: [.., var last] } ? last : error)));
        }
    }

    private string Problem(string text) => $"the embedding model {_settings.Model} at {_settings.Endpoint} does not serve: {text}";

    private IEmbeddingGenerator<string, Embedding<float>> Connect()
    {
        var key = "none";
        if (_settings.ApiKeyVariable is { } variable)
        {
            key = Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
                ? value
                : throw new WreException($"the embedding model takes its key from the environment variable {variable}, which is not set", $"export {variable}=… before calling wre; keys never stand in wre.yaml");
        }

        var options = new OpenAI.OpenAIClientOptions { Endpoint = _settings.Endpoint, NetworkTimeout = _settings.BatchTimeout + TimeSpan.FromSeconds(5), RetryPolicy = new ClientRetryPolicy(0) };
        return new OpenAI.Embeddings.EmbeddingClient(_settings.Model, new ApiKeyCredential(key), options).AsIEmbeddingGenerator();
    }

    // An error page is long, and a key must not come back in a message.
    private string Words(Exception error)
    {
        const int longest = 200;
        var text = string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (_settings.ApiKeyVariable is { } variable && Environment.GetEnvironmentVariable(variable) is { Length: > 3 } key)
        {
            text = text.Replace(key, Scanning.Redaction.Marker, StringComparison.Ordinal);
        }

        return text.Length <= longest ? text : text[..(longest - 1)] + "…";
    }
}
