using System.CommandLine;
using System.Text.Json.Nodes;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre reindex</c>: rebuild graph and search index.</summary>
internal static class ReindexCommand
{
    // The policy's command names the mode in a flag; re-indexing skills is all that this verb does, so it is accepted and changes nothing.
    private static readonly Option<bool> s_skills = new("--reindex-skills") { Description = "Accepted as the policy writes it; re-indexing skills is what this command does." };
    private static readonly Option<string?> s_path = new("--skills-path") { Description = "Folder of the registry; default and only choice: this workspace's.", HelpName = "DIR" };

    public static Command Create() => Invocation.With(
        new Command("reindex", "Read registry, graph, descriptions, bodies and dependencies into the search index.") { s_skills, s_path },
        Run);

    private static int Run(Invocation invocation)
    {
        var (workspace, layout) = (invocation.Workspace, invocation.Workspace.Layout);
        if (invocation.Parsed.GetValue(s_path) is { } path)
        {
            var meant = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.Exists(path) ? path : Path.Combine(layout.Root, path)));
            if (meant != layout.CoreFolder)
            {
                throw new WreException($"--skills-path {path} is not the registry's folder of this workspace.", $"it is {layout.Relative(layout.CoreFolder)}/; for another workspace pass --workspace");
            }
        }

        var result = workspace.Reindex();
        var (nodes, edges) = workspace.Graph.Count();
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["skills"] = result.Skills,
                ["descriptions"] = result.Descriptions,
                ["dependencies"] = result.Dependencies,
                ["graph_nodes"] = nodes,
                ["graph_edges"] = edges,
                ["elapsed_ms"] = Math.Round(result.ElapsedMs, 1),
            });
        }
        else
        {
            invocation.Terminal.Line($"Skills graph parsed and indexed: {nodes} nodes, {edges} edges.");
            invocation.Terminal.Line($"Skill descriptions added to the search: {result.Descriptions} of {result.Skills} skills.");
            invocation.Terminal.Line($"Dependencies mapped: {result.Dependencies}.");
            invocation.Terminal.Line($"Re-index time: {result.ElapsedMs:0} ms.");
        }

        return 0;
    }
}
