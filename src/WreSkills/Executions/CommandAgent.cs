using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace WreSkills.Executions;

/// <summary>Settings of an agent of kind <c>command</c>.</summary>
public sealed record CommandAgentSettings : AgentSettings
{
    /// <summary>Argument vector; the first item is the program, looked up in the workspace if it is a relative path with a slash. No shell is involved.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Working directory: the workspace.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Most bytes that are read from stdout. Default 16 MiB.</summary>
    public int MaxOutputBytes { get; init; } = 16 * 1024 * 1024;
}

/// <summary>
/// An agent that is a program: one process per execution, the request as one JSON object on stdin, the execution record
/// as one JSON object on stdout, stderr kept as its log. A process that overstays its time is killed with its children.
/// </summary>
public sealed class CommandAgent(CommandAgentSettings settings, TimeProvider time) : IAgent
{
    private const int MaxLogBytes = 64 * 1024;
    private static readonly TimeSpan s_pipeGrace = TimeSpan.FromSeconds(1);
    private static readonly JsonWriterOptions s_request = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc />
    public string Name => settings.Name;

    /// <inheritdoc />
    public async Task<AgentResult> ExecuteAsync(AgentRequest request, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        AgentResult Failed(string type, string message, string log = "") => new()
        {
            FailureType = type,
            Failure = message,
            Log = log,
            ElapsedMs = time.GetElapsedTime(start).TotalMilliseconds,
        };

        using var process = new Process { StartInfo = StartInfo() };
        try
        {
            process.Start();
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return Failed("not_started", $"cannot start '{settings.Command[0]}': {error.Message}");
        }

        using var deadline = new CancellationTokenSource(settings.Timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var output = new PipeBuffer(settings.MaxOutputBytes, keepTail: false);
        var log = new PipeBuffer(MaxLogBytes, keepTail: true);
        var read = Task.WhenAll(output.ReadAsync(process.StandardOutput.BaseStream), log.ReadAsync(process.StandardError.BaseStream));
        try
        {
            await SendAsync(process, request, stop.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(stop.Token).ConfigureAwait(false);
            var elapsed = time.GetElapsedTime(start).TotalMilliseconds;

            // A child that the program left behind may hold the pipes open; its answer is what was written by now.
            await Task.WhenAny(read, Task.Delay(s_pipeGrace, time, stop.Token)).ConfigureAwait(false);
            var (bytes, overflow) = output.Content();
            var logText = Encoding.UTF8.GetString(log.Content().Bytes);
            if (process.ExitCode != 0)
            {
                return Failed("exit_code", $"exit code {process.ExitCode}{LastLine(logText)}", logText);
            }

            return overflow
                ? Failed("invalid_output", $"more than {settings.MaxOutputBytes:N0} bytes on stdout", logText)
                : Parse(bytes, elapsed, logText) ?? Failed("invalid_output", $"stdout is not one JSON object: {Shorten(Encoding.UTF8.GetString(bytes))}", logText);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Kill(process);
            return Failed(
                "timeout", $"no answer within {settings.Timeout.TotalSeconds:0.###} s; the process was killed", Encoding.UTF8.GetString(log.Content().Bytes));
        }
        finally
        {
            Kill(process);
        }
    }

    private ProcessStartInfo StartInfo()
    {
        var program = settings.Command[0];
        if (!Path.IsPathRooted(program) && program.AsSpan().IndexOfAny('/', '\\') >= 0)
        {
            program = Path.Combine(settings.WorkingDirectory, program);
        }

        var info = new ProcessStartInfo(program)
        {
            WorkingDirectory = settings.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            StandardInputEncoding = new UTF8Encoding(false),
        };
        foreach (var argument in settings.Command.Skip(1))
        {
            info.ArgumentList.Add(argument);
        }

        return info;
    }

    private async Task SendAsync(Process process, AgentRequest request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, s_request))
        {
            json.WriteStartObject();
            json.WriteString("protocol", "wre-agent/1");
            json.WriteString("execution_id", request.ExecutionId);
            json.WriteString("skill", request.Skill.Skill);
            json.WriteString("version", request.Skill.Version);
            json.WriteString("digest", request.Skill.Digest);
            json.WriteString("state", Registry.PromotionStates.Text(request.Skill.State));
            json.WriteString("skill_folder", request.Skill.Folder.Path);
            json.WriteString("agent", Name);
            json.WriteString("key", request.Key);
            json.WriteString("prompt", request.Prompt);
            if (request.Input is { } input)
            {
                json.WritePropertyName("input");
                input.WriteTo(json);
            }

            json.WriteEndObject();
        }

        try
        {
            var stream = process.StandardInput.BaseStream;
            await stream.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program did not want its input; its exit code and output tell the rest.
        }
    }


    private static AgentResult? Parse(byte[] output, double elapsedMs, string log)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new AgentResult { Record = document.RootElement.Clone(), ElapsedMs = elapsedMs, Log = log }
                : null;
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
            // It ended by itself in between.
        }
    }

    private static string LastLine(string log)
    {
        var line = log.TrimEnd().Split('\n')[^1].Trim();
        return line.Length == 0 ? "" : ": " + Shorten(line);
    }

    private static string Shorten(string text) => text.Length <= 160 ? text : text[..159] + "…";
}
