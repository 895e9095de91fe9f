using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

using Microsoft.Data.Sqlite;

namespace WreSkills.Loading;

/// <summary>Probes dependencies; every probe ends within its time-out, whatever hangs, and reads a bounded answer.</summary>
public sealed class DependencyProber(TimeProvider time) : IDisposable
{
    private const int MostAnswer = 1024 * 1024;
    private const string Initialize =
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"wre","version":"1.0"}}}""";

    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1) }) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    /// <summary>Probes one dependency.</summary>
    public async Task<DependencyProbe> ProbeAsync(DependencySettings settings, CancellationToken cancellationToken)
    {
        var (at, start) = (time.GetUtcNow(), time.GetTimestamp());
        using var over = new CancellationTokenSource(settings.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        string? problem;
        try
        {
            // A file system that hangs cannot be cancelled, so nobody waits for it longer than that.
            problem = await Task.Run(() => ProblemAsync(settings, either.Token), either.Token).WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            problem = $"no answer within {settings.Timeout.TotalSeconds:0.###} s";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or HttpRequestException or SocketException or SqliteException or Win32Exception or JsonException)
        {
            problem = error.Message;
        }

        return new DependencyProbe(settings.Name, problem, at, time.GetElapsedTime(start).TotalMilliseconds);
    }

    private async Task<string?> ProblemAsync(DependencySettings settings, CancellationToken cancellationToken)
    {
        switch (settings.Kind)
        {
            case DependencyKind.File:
                using (System.IO.File.OpenHandle(settings.Path!))
                {
                    return null;
                }

            case DependencyKind.Directory:
                _ = System.IO.Directory.EnumerateFileSystemEntries(settings.Path!).Any();
                return null;
            case DependencyKind.Sqlite:
                return Query(settings);
            case DependencyKind.Tcp:
                using (var client = new TcpClient())
                {
                    await client.ConnectAsync(settings.Host!, settings.Port, cancellationToken).ConfigureAwait(false);
                    return null;
                }

            case DependencyKind.Http:
                using (var response = await _client.GetAsync(settings.Url, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false))
                {
                    var status = (int)response.StatusCode;
                    return settings.ExpectStatus is { } expected ? status == expected ? null : $"status {status} instead of {expected}" : response.IsSuccessStatusCode ? null : $"status {status}";
                }

            case DependencyKind.Command:
                return await RunAsync(settings, null, cancellationToken).ConfigureAwait(false);
            default:
                return settings.Url is null ? await RunAsync(settings, Initialize, cancellationToken).ConfigureAwait(false) : await PostAsync(settings.Url, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string? Query(DependencySettings settings)
    {
        if (!System.IO.File.Exists(settings.Path))
        {
            return $"there is no {settings.Path}";
        }

        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = settings.Path, Mode = SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = (int)Math.Ceiling(settings.Timeout.TotalSeconds) }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The workspace's owner wrote the query; the connection is read-only.
        command.CommandText = settings.Query;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        return reader.Read() ? null : "the query gave no row";
    }

    private async Task<string?> PostAsync(Uri url, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(Initialize, Encoding.UTF8, "application/json") };
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            return $"status {(int)response.StatusCode} to initialize";
        }

        using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return await AnswerAsync(new StreamReader(stream), cancellationToken).ConfigureAwait(false);
    }

    // Exit code 0 for a command; for an MCP server the answer to a request, after which it is ended.
    private static async Task<string?> RunAsync(DependencySettings settings, string? request, CancellationToken cancellationToken)
    {
        var info = new ProcessStartInfo(settings.Command[0], settings.Command.Skip(1))
        {
            WorkingDirectory = settings.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            StandardInputEncoding = new UTF8Encoding(false),
        };
        using var process = new Process { StartInfo = info };
        process.Start();
        try
        {
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            if (request is null)
            {
                process.OutputDataReceived += static (_, _) => { };
                process.BeginOutputReadLine();
                process.StandardInput.Close();
                await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
                return process.ExitCode == 0 ? null : $"{settings.Command[0]} ended with exit code {process.ExitCode}";
            }

            try
            {
                await process.StandardInput.WriteLineAsync(request.AsMemory(), cancellationToken).ConfigureAwait(false);
                await process.StandardInput.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // It ended before it was asked; what it said tells the rest.
            }

            return await AnswerAsync(process.StandardOutput, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Kill(process);
        }
    }

    // Lines of JSON, the data lines of an event stream, or one JSON text over several lines.
    private static async Task<string?> AnswerAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var whole = new StringBuilder();
        while (whole.Length < MostAnswer && await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            whole.Append(line).Append('\n');
            var text = line.StartsWith("data:", StringComparison.Ordinal) ? line[5..] : line;
            if ((Answer(text) ?? Answer(whole.ToString())) is { } answer)
            {
                return answer.Length == 0 ? null : answer;
            }
        }

        return "it did not answer initialize";
    }

    // Empty for a good answer, a problem for a bad one, null for something else, such as a log line or a notification.
    private static string? Answer(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("id", out var id) || id.ToString() != "1")
            {
                return null;
            }

            return root.TryGetProperty("result", out var result) && result.ValueKind == JsonValueKind.Object && result.TryGetProperty("protocolVersion", out _) ? "" : "it answered initialize with an error";
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (InvalidOperationException)
        {
            // It ended in between.
        }
    }
}
