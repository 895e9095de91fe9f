using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Hosting;
using WreSkills.Skills;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre discover</c>: the skills that clients find here, and where their names collide.</summary>
internal static class DiscoverCommand
{
    private static readonly Option<bool> s_user = new("--user") { Description = "Also the user's own folders, such as ~/.claude/skills." };

    public static Command Create() => Invocation.With(
        new Command("discover", "Find the skills that clients find in this repository, whatever client they were written for, and the names that collide. Changes nothing.") { s_user },
        Run);

    /// <summary>Finds the skills of a folder.</summary>
    public static DiscoveryResult Discover(string root, bool user) =>
        new SkillDiscovery(WorkspaceConfiguration.Load(root).Layout) { Home = user ? Home : null }.Run();

    /// <summary>The user's home.</summary>
    public static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    public static JsonObject View(DiscoveredSkill skill) => new()
    {
        ["skill"] = skill.Name,
        ["path"] = skill.Path,
        ["file"] = skill.File,
        ["place"] = skill.Place,
        ["project"] = skill.Project,
        ["module"] = skill.Module,
        ["state"] = skill.State,
        ["state_stated"] = skill.StateStated,
        ["name"] = skill.Header.Name,
        ["version"] = skill.Header.Version,
        ["description"] = skill.Header.Description,
        ["problem"] = skill.Header.Problem,
    };

    public static JsonObject View(SkillCollision collision) => new()
    {
        ["client"] = collision.Client,
        ["name"] = collision.Name,
        ["session"] = collision.Session,
        ["paths"] = JsonOutput.Texts(collision.Paths),
        ["winner"] = collision.Winner,
        ["resolution"] = collision.Resolution,
    };

    public static void WriteCollisions(Terminal terminal, IReadOnlyList<SkillCollision> collisions)
    {
        foreach (var group in collisions.GroupBy(collision => (collision.Name, Paths: string.Join(", ", collision.Paths.Order(StringComparer.Ordinal)))))
        {
            terminal.Line($"collision: {group.Key.Name} ({group.Key.Paths})");
            foreach (var collision in group)
            {
                terminal.Line($"  {collision.Resolution}");
            }
        }
    }

    private static int Run(Invocation invocation)
    {
        var found = Discover(GlobalOptions.Root(invocation.Parsed), invocation.Parsed.GetValue(s_user));
        var collisions = ClientView.Collisions(found.Skills);
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["complete"] = found.Complete,
                ["folders"] = found.Folders,
                ["skills"] = JsonOutput.List(found.Skills, View),
                ["collisions"] = JsonOutput.List(collisions, View),
            });
            return 0;
        }

        foreach (var skill in found.Skills)
        {
            invocation.Terminal.Line($"{skill.Name}  {skill.State}{(skill.StateStated ? " (stated)" : "")}  {skill.Path}/{skill.File}{(skill.Header.Problem is { } problem ? $"  ({problem})" : "")}");
        }

        WriteCollisions(invocation.Terminal, collisions);
        invocation.Terminal.Line($"{found.Skills.Count} skill{(found.Skills.Count == 1 ? "" : "s")} in {found.Folders} folders{(found.Complete ? "" : "; a bound ended the search early")}.");
        return 0;
    }
}
