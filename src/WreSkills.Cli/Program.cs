using System.Text;

using WreSkills.Cli;

Console.OutputEncoding = new UTF8Encoding(false);
using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    // The first Ctrl-C asks nicely; a second one ends the process.
    press.Cancel = !interrupted.IsCancellationRequested;
    interrupted.Cancel();
};
return await CommandTree.Build().InvokeAsync(args, Console.Out, Console.Error, interrupted.Token);
