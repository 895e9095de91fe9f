using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace WreSkills.Notifications;

/// <summary>Runs a program with the message as JSON on its standard input; exit code 0 is delivered.</summary>
public sealed class CommandNotifier(CommandNotifierSettings settings, TimeProvider time) : INotifier
{
    /// <inheritdoc />
    public NotifierSettings Settings => settings;

    /// <inheritdoc />
    public async Task<DeliveryAttempt> DeliverAsync(OutboxMessage message, CancellationToken cancellationToken)
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
        using var over = new CancellationTokenSource(settings.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            process.Start();

            // What it says is thrown away as it comes, or a full pipe would hold it up.
            process.OutputDataReceived += static (_, _) => { };
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            var body = message.Body.DeepClone().AsObject();
            body["summary"] = MessageText.Plain(message);
            await process.StandardInput.WriteAsync(body.ToJsonString().AsMemory(), either.Token).ConfigureAwait(false);
            process.StandardInput.Close();
            await process.WaitForExitAsync(either.Token).ConfigureAwait(false);
            return process.ExitCode == 0 ? DeliveryAttempt.Delivered : new DeliveryAttempt(DeliveryStatus.Failed, $"{settings.Command[0]} ended with exit code {process.ExitCode}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new DeliveryAttempt(DeliveryStatus.Failed, $"{settings.Command[0]} did not end within {settings.Timeout.TotalSeconds:0.###} s; it was killed");
        }
        catch (Exception error) when (error is Win32Exception or IOException)
        {
            return new DeliveryAttempt(DeliveryStatus.Failed, $"{settings.Command[0]}: {error.Message}");
        }
        finally
        {
            Kill(process);
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
            // It never began, or ended in between.
        }
    }
}

/// <summary>Writes messages to the process that delivers, such as the monitor's log.</summary>
public sealed class ConsoleNotifier(ConsoleSettings settings, TextWriter output) : INotifier
{
    /// <inheritdoc />
    public NotifierSettings Settings => settings;

    /// <inheritdoc />
    public async Task<DeliveryAttempt> DeliverAsync(OutboxMessage message, CancellationToken cancellationToken)
    {
        // Names and reasons come from records that anybody may write; they must not steer a terminal.
        var text = string.Concat(MessageText.Plain(message).Select(character => char.IsControl(character) && character != '\n' ? '\uFFFD' : character));
        await output.WriteLineAsync($"{message.CreatedAt}  {text.Replace("\n", "\n    ", StringComparison.Ordinal)}".AsMemory(), cancellationToken).ConfigureAwait(false);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        return DeliveryAttempt.Delivered;
    }
}
