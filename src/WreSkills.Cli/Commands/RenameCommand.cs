using System.CommandLine;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre rename</c>: another name, the same history.</summary>
internal static class RenameCommand
{
    private static readonly Option<string> s_skill = GlobalOptions.Skill();
    private static readonly Option<string> s_to = new("--to") { Description = "The new name.", Required = true, HelpName = "NAME" };

    public static Command Create() => Invocation.With(
        new Command("rename", "Give a skill another name; its draft, registry entry, metric files and figures go along. Refused while a version of it is in traffic. Exit 1 when refused.") { s_skill, s_to },
        invocation =>
        {
            var (skill, to) = (invocation.Parsed.GetValue(s_skill)!, invocation.Parsed.GetValue(s_to)!);
            var outcome = invocation.Workspace.Lifecycle.Rename(skill, to, GlobalOptions.User);
            return RetireCommand.Write(invocation, to, outcome, $"{skill} is called {to} now. Change `name` in its front matter, too.");
        });
}
