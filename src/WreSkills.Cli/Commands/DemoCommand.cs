using System.CommandLine;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre demo</c>: the whole loop on a copy of the example workspace.</summary>
internal static class DemoCommand
{
    private static readonly Option<string?> s_directory = new("--directory") { Description = "Empty or new folder for the workspace; default: one in the temporary folder.", HelpName = "DIR" };

    public static Command Create() => Invocation.With(
        new Command("demo", "Play the whole loop on a copy of the example workspace: benchmark, sign-off, staged, production, a harmful edit, the automatic rollback.") { s_directory },
        async (invocation, cancellationToken) =>
        {
            var folder = invocation.Parsed.GetValue(s_directory)
                ?? Path.Combine(Path.GetTempPath(), $"wre-demo-{Storage.Timestamp.ToFileName(TimeProvider.System.GetUtcNow())}-{Environment.ProcessId}");
            return await new DemoPlay(Path.GetFullPath(folder), invocation.Output, invocation.Error).RunAsync(cancellationToken);
        });
}
