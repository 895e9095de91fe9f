using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WreSkills.Notifications;

/// <summary>Posts messages to an HTTP endpoint, signed as in the Standard Webhooks specification, or in Slack's form.</summary>
public sealed class WebhookNotifier : INotifier, IDisposable
{
    private const int MostAnswer = 2048;
    private static readonly TimeSpan s_longestWait = TimeSpan.FromHours(24);
    private static readonly JsonSerializerOptions s_format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly WebhookSettings _settings;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    /// <summary>Makes a notifier.</summary>
    public WebhookNotifier(WebhookSettings settings, TimeProvider time)
    {
        (_settings, _time) = (settings, time);

        // No redirects and no proxy: what was checked is what is connected to.
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectCallback = (context, cancellationToken) => AddressRules.ConnectAsync(context.DnsEndPoint, settings.AllowPrivate, cancellationToken),
        })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
    }

    /// <inheritdoc />
    public NotifierSettings Settings => _settings;

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    /// <inheritdoc />
    public async Task<DeliveryAttempt> DeliverAsync(OutboxMessage message, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes((_settings.IsSlack ? MessageText.Slack(message) : Event(message)).ToJsonString(s_format));
        using var request = new HttpRequestMessage(HttpMethod.Post, _settings.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.UserAgent.ParseAdd("wre-skills/1.0");
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        request.Headers.Add("webhook-id", message.Id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        if (_settings.SecretVariable is { } variable)
        {
            if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } secret || WebhookSignature.Key(secret) is not { } key)
            {
                return new DeliveryAttempt(DeliveryStatus.Failed, $"the environment variable {variable} holds no secret (whsec_ and base64 of at least 16 bytes)");
            }

            request.Headers.Add("webhook-signature", WebhookSignature.Sign(key, message.Id, timestamp, body));
        }

        using var over = new CancellationTokenSource(_settings.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? DeliveryAttempt.Delivered
                : new DeliveryAttempt(
                    response.StatusCode == HttpStatusCode.Gone ? DeliveryStatus.Gone : DeliveryStatus.Failed,
                    $"{(int)response.StatusCode} {response.ReasonPhrase}{await AnswerAsync(response, either.Token).ConfigureAwait(false)}", RetryAfter(response));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new DeliveryAttempt(DeliveryStatus.Failed, $"no answer within {_settings.Timeout.TotalSeconds:0.###} s");
        }
        catch (HttpRequestException error)
        {
            return error.InnerException is AddressRules.PrivateAddressException refused ? new DeliveryAttempt(DeliveryStatus.Refused, refused.Message) : new DeliveryAttempt(DeliveryStatus.Failed, error.Message);
        }
        catch (IOException error)
        {
            return new DeliveryAttempt(DeliveryStatus.Failed, error.Message);
        }
    }

    private static JsonObject Event(OutboxMessage message)
    {
        var data = message.Body.DeepClone().AsObject();
        data["id"] = message.Id;
        data["kind"] = message.Kind;
        data["skill"] = message.Skill;
        data["summary"] = MessageText.Plain(message);
        return new JsonObject { ["type"] = $"wre.{message.Kind}", ["timestamp"] = message.CreatedAt, ["data"] = data };
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return wait is not { } span || span < TimeSpan.Zero ? null : span > s_longestWait ? s_longestWait : span;
    }

    private static async Task<string> AnswerAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            var buffer = new byte[MostAnswer];
            var length = await stream.ReadAtLeastAsync(buffer, MostAnswer, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            var text = new string([.. Encoding.UTF8.GetString(buffer, 0, length).Select(character => char.IsControl(character) ? ' ' : character)]).Trim();
            return text.Length == 0 ? "" : ": " + (text.Length > 200 ? text[..200] + "…" : text);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            return "";
        }
    }
}
