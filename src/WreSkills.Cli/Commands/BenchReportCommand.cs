using System.CommandLine;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre bench report</c>: the report of a stored run, without running anything.</summary>
internal static class BenchReportCommand
{
    private static readonly Option<string> s_skill = GlobalOptions.Skill();
    private static readonly Option<string?> s_run = new("--run") { Description = "Which run: its run_id, or the label of a version; default: the latest.", HelpName = "RUN" };
    private static readonly ReportWriter s_report = new("--format", required: true);

    public static Command Create()
    {
        var command = new Command("report", "Write the report of a stored benchmark; nothing is run.") { s_skill, s_run };
        foreach (var option in s_report.Options)
        {
            command.Options.Add(option);
        }

        return Invocation.With(command, invocation =>
        {
            s_report.Write(invocation, invocation.Workspace.Benchmarks.Find(invocation.Parsed.GetValue(s_skill)!, invocation.Parsed.GetValue(s_run)));
            return 0;
        });
    }
}
