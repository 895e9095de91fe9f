using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre new</c>: the first draft of a skill.</summary>
internal static class NewCommand
{
    private static readonly Argument<string> s_skill = new("SKILL") { Description = "The new skill's name." };
    private static readonly Option<string?> s_agent = new("--agent") { Description = "The agent that runs it first. Default: the only one in wre.yaml, else claude.", HelpName = "NAME" };
    private static readonly Option<string?> s_description = new("--description") { Description = "What it does and when to use it, in one line.", HelpName = "TEXT" };

    public static Command Create() => Invocation.With(
        new Command("new", "Write the first draft of a skill: instructions, dependencies, expected patterns and benchmark cases. Refuses names that are taken.") { s_skill, s_agent, s_description },
        Run);

    private static int Run(Invocation invocation)
    {
        var (workspace, skill) = (invocation.Workspace, invocation.Parsed.GetValue(s_skill)!);
        SkillName.Require(skill);
        var folder = workspace.Layout.PrototypeFolder(skill);
        if (workspace.SkillNames().Contains(skill) || Directory.Exists(folder) || Directory.Exists(workspace.Layout.StagedFolder(skill)))
        {
            throw new WreException($"There is a skill '{skill}' already.", $"choose another name; `wre show --skill {skill}` shows that one");
        }

        if (new SkillDiscovery(workspace.Layout).Run().Skills.FirstOrDefault(found => found.Name == skill) is { } other)
        {
            throw new WreException($"There is a skill '{skill}' already, in {other.Path}/.", "choose another name, or take that one over with `wre init`");
        }

        var agent = invocation.Parsed.GetValue(s_agent) ?? (workspace.Configuration.Agents.Count == 1 ? workspace.Configuration.Agents.Keys.First() : "claude");
        var files = SkillScaffold.Files(skill, agent, invocation.Parsed.GetValue(s_description), standard: workspace.Layout.Preset != "policy");
        foreach (var (path, text) in files)
        {
            DurableFile.Replace(Path.Combine(folder, path), text);
        }

        var relative = workspace.Layout.Relative(folder);
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject { ["skill"] = skill, ["folder"] = relative, ["files"] = JsonOutput.Texts(files.Select(file => file.Path)) });
            return 0;
        }

        foreach (var (path, _) in files)
        {
            invocation.Terminal.Line($"wrote {relative}/{path}");
        }

        invocation.Terminal.Line($"Next: write the instructions, then `wre lint --skill {skill}` and `wre bench --skill {skill}`.");
        return 0;
    }
}
