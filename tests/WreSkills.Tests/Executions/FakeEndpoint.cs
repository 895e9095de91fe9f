using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace WreSkills.Tests.Executions;

/// <summary>An endpoint that speaks HTTP over a real socket and answers as a script says, down to the broken byte.</summary>
internal sealed class FakeEndpoint : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<int, JsonElement, Reply> _script;
    private int _count;

    /// <summary>Starts it.</summary>
    /// <param name="script">Number of the request, from 1, and its body → the reply.</param>
    public FakeEndpoint(Func<int, JsonElement, Reply> script)
    {
        _script = script;
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1");

    /// <summary>Bodies of all requests.</summary>
    public List<JsonElement> Requests { get; } = [];

    /// <summary>Heads of all requests.</summary>
    public List<string> Heads { get; } = [];

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        _stop.Dispose();
    }

    /// <summary>A complete answer.</summary>
    public static Reply Answer(string text, string finish = "stop", string more = "") => Json(
        $$$"""{"id":"1","object":"chat.completion","created":1,"model":"fake:1","choices":[{"index":0,"message":{"role":"assistant","content":{{{JsonSerializer.Serialize(text, Plain.Default.String)}}}},"finish_reason":"{{{finish}}}"{{{more}}} }],"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}}""");

    /// <summary>A call of a tool.</summary>
    public static Reply Call(string name, string arguments) => Json(
        $$$"""{"id":"1","object":"chat.completion","created":1,"model":"fake:1","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"call-1","type":"function","function":{"name":"{{{name}}}","arguments":{{{JsonSerializer.Serialize(arguments, Plain.Default.String)}}}}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}}""");

    public static Reply Json(string body, int status = 200) => Text(body, "application/json", status);

    public static Reply Text(string body, string type, int status = 200, string headers = "") =>
        new($"HTTP/1.1 {status} Status\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}Connection: close\r\n\r\n{body}");

    /// <summary>Pieces of a stream; without a last <c>[DONE]</c> unless it is among them.</summary>
    public static Reply Stream(params string[] pieces) =>
        new("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + string.Concat(pieces.Select(piece => $"data: {piece}\n\n")));

    /// <summary>A piece of a stream.</summary>
    public static string Piece(string delta, string? finish = null) =>
        $$$"""{"id":"1","object":"chat.completion.chunk","created":1,"model":"fake:1","choices":[{"index":0,"delta":{{{delta}}},"finish_reason":{{{(finish is null ? "null" : $"\"{finish}\"")}}}}]}""";

    private async Task AcceptAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
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
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var received = new List<byte>();
                var buffer = new byte[8192];
                var (head, length) = (-1, 0);
                while (head < 0 || received.Count < head + length)
                {
                    var count = await stream.ReadAsync(buffer, _stop.Token);
                    if (count == 0)
                    {
                        return;
                    }

                    received.AddRange(buffer[..count]);
                    if (head < 0 && Encoding.ASCII.GetString([.. received]).IndexOf("\r\n\r\n", StringComparison.Ordinal) is var end and >= 0)
                    {
                        head = end + 4;
                        var text = Encoding.ASCII.GetString([.. received[..end]]);
                        lock (Heads)
                        {
                            Heads.Add(text);
                        }

                        var field = text.Split("\r\n").First(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
                        length = int.Parse(field.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
                    }
                }

                using var document = JsonDocument.Parse(received.ToArray().AsMemory(head));
                var body = document.RootElement.Clone();
                lock (Requests)
                {
                    Requests.Add(body);
                }

                var reply = _script(Interlocked.Increment(ref _count), body);
                if (reply.Wait is { } wait)
                {
                    await Task.Delay(wait, TimeProvider.System, _stop.Token);
                }

                await stream.WriteAsync(Encoding.UTF8.GetBytes(reply.Raw), _stop.Token);
                if (reply.Reset)
                {
                    client.LingerState = new LingerOption(true, 0);
                }
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or ObjectDisposedException or SocketException)
            {
                // The client went away.
            }
        }
    }
}

/// <summary>What the endpoint sends.</summary>
/// <param name="Raw">All of it, head and body.</param>
/// <param name="Wait">How long it thinks first.</param>
/// <param name="Reset">Whether it then breaks the connection instead of closing it.</param>
internal sealed record Reply(string Raw, TimeSpan? Wait = null, bool Reset = false);

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class Plain : System.Text.Json.Serialization.JsonSerializerContext;
