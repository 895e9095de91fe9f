using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Hosting;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre init</c>: the first files of a workspace.</summary>
internal static class InitCommand
{
    private static readonly Option<string> s_preset = Preset();

    public static Command Create() => Invocation.With(
        new Command("init", "Make a workspace here: wre.yaml, the policy document and a .gitignore. Overwrites nothing.") { s_preset, InitEnrolment.Approver, InitEnrolment.None },
        invocation =>
        {
            var root = invocation.Parsed.GetValue(GlobalOptions.Workspace) ?? Directory.GetCurrentDirectory();
            var (written, kept) = WorkspaceInitializer.Run(root, invocation.Parsed.GetValue(s_preset)!);
            var (enrolled, words) = InitEnrolment.Run(invocation.Parsed, root);
            if (invocation.Json)
            {
                JsonOutput.Write(invocation.Output, new JsonObject { ["workspace"] = Path.GetFullPath(root), ["written"] = JsonOutput.Texts(written), ["kept"] = JsonOutput.Texts(kept), ["enrolled"] = enrolled });
                return 0;
            }

            foreach (var file in written)
            {
                invocation.Terminal.Line($"wrote {file}");
            }

            foreach (var file in kept)
            {
                invocation.Terminal.Line($"kept  {file}");
            }

            if (words is not null)
            {
                invocation.Terminal.Line(words);
            }

            var layout = WorkspaceConfiguration.Load(root).Layout;
            invocation.Terminal.Line($"Next: put a skill into {layout.Relative(layout.PrototypeFolder("NAME"))}/SKILL.md, name an agent in wre.yaml, then `wre lint` and `wre bench --skill NAME`.");
            return 0;
        });

    private static Option<string> Preset()
    {
        var option = new Option<string>("--preset") { Description = "Layout of the folders.", DefaultValueFactory = _ => "policy", HelpName = "policy|claude|agents" };
        option.AcceptOnlyFromAmong("policy", "claude", "agents");
        return option;
    }
}
