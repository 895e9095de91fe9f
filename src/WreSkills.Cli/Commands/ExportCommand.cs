using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Hosting;
using WreSkills.Registry;
using WreSkills.Skills;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre export</c>: the versions that should be live, where a client reads them.</summary>
internal static class ExportCommand
{
    private static readonly Option<string> s_client = Client();
    private static readonly Option<string?> s_to = new("--to") { Description = "The folder of skills. Default: the client's own in this workspace.", HelpName = "DIR" };
    private static readonly Option<bool> s_force = new("--force") { Description = "Overwrite also skills that no export has put there, or that were edited by hand." };
    private static readonly Option<bool> s_check = new("--check") { Description = "Change nothing; exit 1 when the folder is not what it should be." };

    public static Command Create() => Invocation.With(
        new Command("export", "Put exactly the versions that should be live into a client's folder, with a lock file that names each one's digest. Touches nothing that it has not put there. Exit 1 when something is in the way.")
        {
            s_client, s_to, s_force, s_check,
        },
        Run);

    private static int Run(Invocation invocation)
    {
        var parsed = invocation.Parsed;
        var (client, check) = (SkillClient.Of(parsed.GetValue(s_client)!), parsed.GetValue(s_check));
        var export = new SkillExport(invocation.Workspace, client, parsed.GetValue(s_to));
        var result = check ? export.Check() : export.Run(parsed.GetValue(s_force));
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["client"] = client.Name,
                ["folder"] = result.Folder,
                ["ok"] = result.Problems.Count == 0,
                ["skills"] = JsonOutput.List(result.Skills, skill => new JsonObject
                {
                    ["skill"] = skill.Skill,
                    ["version"] = skill.Version,
                    ["state"] = skill.State.Text(),
                    ["digest"] = skill.Digest,
                    ["in_place"] = skill.InPlace,
                    ["action"] = skill.Action.Length == 0 ? null : skill.Action,
                }),
                ["removed"] = JsonOutput.Texts(result.Removed),
                ["problems"] = JsonOutput.Texts(result.Problems),
            });
            return result.Problems.Count == 0 ? 0 : 1;
        }

        foreach (var problem in result.Problems)
        {
            invocation.Terminal.Line(problem);
        }

        foreach (var skill in result.Problems.Count > 0 && !check ? [] : result.Skills.Where(skill => skill.Action == "written"))
        {
            invocation.Terminal.Line($"wrote {skill.Skill} {skill.Version} ({skill.State.Text()}, {TextViews.Short(skill.Digest)})");
        }

        foreach (var skill in result.Removed)
        {
            invocation.Terminal.Line($"removed {skill}");
        }

        invocation.Terminal.Line((result.Problems.Count, check) switch
        {
            (0, true) => $"{result.Folder} is what it should be: {result.Skills.Count} skill{(result.Skills.Count == 1 ? "" : "s")}.",
            (0, false) => $"{result.Folder}: {result.Skills.Count} skill{(result.Skills.Count == 1 ? "" : "s")}, {SkillExport.LockFileName} beside them.",
            (_, true) => $"{result.Folder} is not what it should be; `wre export --client {client.Name}` brings it in line.",
            _ => "Nothing was changed.",
        });
        return result.Problems.Count == 0 ? 0 : 1;
    }

    private static Option<string> Client()
    {
        var option = new Option<string>("--client") { Description = "Whose folder.", Required = true, HelpName = string.Join('|', SkillClient.Exportable.Select(client => client.Name)) };
        option.AcceptOnlyFromAmong([.. SkillClient.Exportable.Select(client => client.Name)]);
        return option;
    }
}
