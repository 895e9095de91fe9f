using System.CommandLine;
using System.Text.Json.Nodes;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre reindex</c>: rebuild graph and search index.</summary>
internal static class ReindexCommand
{
    // The policy's command names the mode in a flag; re-indexing skills is all that this verb does, so it is accepted and changes nothing.
    private static readonly Option<bool> s_skills = new("--reindex-skills") { Description = "Accepted as the policy writes it; re-indexing skills is what this command does." };
    private static readonly Option<string[]> s_paths = new("--skills-path") { Description = "Also find the skills below this folder, now and at later calls; the registry's own folder adds nothing. Repeatable.", HelpName = "DIR", DefaultValueFactory = _ => [] };
    private static readonly Option<bool> s_full = new("--full") { Description = "Read every skill anew, also those that did not change, and forget the folders of earlier calls." };

    public static Command Create() => Invocation.With(
        new Command("reindex", "Read registry, graph, descriptions, bodies and dependencies into the search index; what did not change is left alone.") { s_skills, s_paths, s_full },
        RunAsync);

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var workspace = invocation.Workspace;
        var paths = invocation.Parsed.GetValue(s_paths)!.Select(path => Folder(path, workspace.Layout.Root)).ToList();
        var result = workspace.IndexRefresh.Run(invocation.Parsed.GetValue(s_full), paths);
        var (vectors, problem) = await workspace.SkillSearch.EmbedAsync(cancellationToken);
        foreach (var note in problem is null ? result.Notes : [.. result.Notes, $"{problem}; skills without a vector are ranked by words alone"])
        {
            invocation.Error.WriteLine($"warning: {note}");
        }

        var (nodes, edges) = workspace.Graph.Count();
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["skills"] = result.Skills,
                ["indexed"] = result.Indexed,
                ["unchanged"] = result.Unchanged,
                ["removed"] = result.Removed,
                ["descriptions"] = result.Descriptions,
                ["dependencies"] = result.Dependencies,
                ["graph_nodes"] = nodes,
                ["graph_edges"] = edges,
                ["vectors"] = vectors,
                ["warnings"] = JsonOutput.Texts(result.Notes),
                ["elapsed_ms"] = Math.Round(result.ElapsedMs, 1),
            });
        }
        else
        {
            invocation.Terminal.Line($"Skills graph parsed and indexed: {nodes} nodes, {edges} edges.");
            invocation.Terminal.Line($"Skill descriptions added to the search: {result.Descriptions} of {result.Skills} skills.");
            invocation.Terminal.Line($"Dependencies mapped: {result.Dependencies}.");
            invocation.Terminal.Line($"Skills indexed: {result.Indexed}, unchanged: {result.Unchanged}, removed: {result.Removed}.");
            if (workspace.Configuration.Embeddings is { } settings)
            {
                invocation.Terminal.Line($"Vectors made by {settings.Model}: {vectors}.");
            }

            invocation.Terminal.Line($"Re-index time: {result.ElapsedMs:0} ms.");
        }

        return 0;
    }

    private static string Folder(string path, string root)
    {
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.Exists(path) ? path : Path.Combine(root, path)));
        return Directory.Exists(folder) ? folder : throw new WreException($"--skills-path {path} is no folder.", "name a folder with skills below it, relative to here or to the workspace");
    }
}
