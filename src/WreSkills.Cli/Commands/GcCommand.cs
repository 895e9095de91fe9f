using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Hosting;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre gc</c>: remove what is beyond its retention.</summary>
internal static class GcCommand
{
    private static readonly Option<bool> s_dryRun = new("--dry-run") { Description = "Only say what would be removed." };

    public static Command Create() => Invocation.With(
        new Command("gc", "Remove records, archives, reports, benchmark results, cached answers and versions that are older than the policy keeps them; never what is live, approved, in a ticket or a predecessor. The monitor does it daily.") { s_dryRun },
        Run);

    private static int Run(Invocation invocation)
    {
        var dryRun = invocation.Parsed.GetValue(s_dryRun);
        var sweep = new RetentionSweep(invocation.Workspace);
        var result = dryRun ? sweep.Plan() : sweep.Run();
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["dry_run"] = dryRun,
                ["removed"] = JsonOutput.List(result.Removed, item => new JsonObject { ["kind"] = item.Kind, ["path"] = item.Path, ["bytes"] = item.Bytes, ["days"] = item.Days }),
                ["bytes"] = result.Bytes,
                ["problems"] = JsonOutput.Texts(result.Problems),
            });
        }
        else
        {
            foreach (var item in result.Removed)
            {
                invocation.Terminal.Line($"{(dryRun ? "would remove" : "removed")} {item.Kind.Replace('_', ' ')} {item.Path}: {item.Bytes:N0} bytes, {item.Days} days old");
            }

            foreach (var problem in result.Problems)
            {
                invocation.Terminal.Line($"not removed: {problem}");
            }

            invocation.Terminal.Line($"{result.Removed.Count} item{(result.Removed.Count == 1 ? "" : "s")}, {result.Bytes:N0} bytes{(dryRun ? "; nothing was changed" : "")}.");
        }

        return result.Problems.Count == 0 ? 0 : 1;
    }
}
