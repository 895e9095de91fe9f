using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Hosting;
using WreSkills.Storage;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre monitor</c>: the daemon.</summary>
internal static class MonitorCommand
{
    private static readonly Option<bool> s_once = new("--once") { Description = "Do everything once and end; for cron. Exit 1 when another process is the monitor." };
    private static readonly Option<double> s_interval = new("--interval") { Description = "Seconds between looks at what depends on time. New metric lines are noticed at once. Default 60.", DefaultValueFactory = _ => 60, HelpName = "SECONDS" };

    public static Command Create() => Invocation.With(
        new Command("monitor", "Watch the workspace until it is stopped: ingest, roll back, move rollouts, work off deadlines, deliver messages. One line per event; a second one waits as a standby.") { s_once, s_interval },
        RunAsync);

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var seconds = invocation.Parsed.GetValue(s_interval);
        if (!(seconds is >= 0.1 and <= 3600))
        {
            throw new WreException($"--interval is {seconds}.", "it must lie between 0.1 and 3600 seconds");
        }

        var daemon = new MonitorDaemon(GlobalOptions.Root(invocation.Parsed), TimeProvider.System, one => Write(invocation, one)) { SweepInterval = TimeSpan.FromSeconds(seconds), DeliveryInterval = TimeSpan.FromSeconds(Math.Min(1, seconds)), Console = invocation.Error };
        if (!invocation.Parsed.GetValue(s_once))
        {
            await daemon.RunAsync(cancellationToken);
            return 0;
        }

        if (await daemon.RunOnceAsync(cancellationToken))
        {
            return 0;
        }

        Write(invocation, new MonitorEvent(TimeProvider.System.GetUtcNow(), "standby", null, "another process is the monitor and does all of this"));
        return 1;
    }

    private static void Write(Invocation invocation, MonitorEvent one)
    {
        invocation.Output.WriteLine(invocation.Json
            ? new JsonObject { ["at"] = Timestamp.ToIso(one.At), ["event"] = one.Kind, ["skill"] = one.Skill, ["text"] = one.Text }.ToJsonString(JsonOutput.Line)
            : $"{Timestamp.ToIso(one.At)}  {one.Kind,-10}  {Terminal.Safe(one.Text)}");
        invocation.Output.Flush();
    }
}
