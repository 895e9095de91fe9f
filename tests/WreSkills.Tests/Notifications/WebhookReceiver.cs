using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace WreSkills.Tests.Notifications;

/// <summary>One request as it came.</summary>
internal sealed record ReceivedWebhook(string Id, string Timestamp, string Signature, string Body)
{
    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

    public bool IsSignedWith(string secret)
    {
        // As the specification says it, without the code under test.
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        using var hmac = new System.Security.Cryptography.HMACSHA256(key);
        var expected = Convert.ToBase64String(hmac.ComputeHash(Encoding.UTF8.GetBytes(Id + "." + Timestamp + "." + Body)));
        return Signature.Split(' ').Contains("v1," + expected);
    }
}

/// <summary>An HTTP server on loopback that answers as a test says.</summary>
internal sealed class WebhookReceiver : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();

    public WebhookReceiver()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public ConcurrentQueue<ReceivedWebhook> Received { get; } = new();

    /// <summary>Status line and headers for a request; null closes the connection without an answer.</summary>
    public Func<ReceivedWebhook, string?> Answer { get; set; } = _ => "200 OK";

    /// <summary>Answers wait for this.</summary>
    public Func<ReceivedWebhook, Task> Delay { get; set; } = _ => Task.CompletedTask;

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/hook");

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var connection = client;
        try
        {
            var stream = connection.GetStream();
            while (await ReadAsync(stream) is { } request)
            {
                Received.Enqueue(request);
                await Delay(request);
                if (Answer(request) is not { } answer)
                {
                    return;
                }

                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n"));
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The client went away.
        }
    }

    private static async Task<ReceivedWebhook?> ReadAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 4 || !head[^4..].SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(one) == 0)
            {
                return null;
            }

            head.Add(one[0]);
        }

        var headers = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => line.Split(": ", 2)).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[int.Parse(headers["Content-Length"])];
        await stream.ReadExactlyAsync(body);
        return new ReceivedWebhook(headers.GetValueOrDefault("webhook-id", ""), headers.GetValueOrDefault("webhook-timestamp", ""), headers.GetValueOrDefault("webhook-signature", ""), Encoding.UTF8.GetString(body));
    }
}
