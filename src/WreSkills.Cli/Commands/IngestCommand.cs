using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Metrics;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre ingest</c>: new metric lines into the database.</summary>
internal static class IngestCommand
{
    private static readonly Option<string?> s_json = new("--json-path") { Description = "Folder of the metric files; default: the workspace's.", HelpName = "DIR" };
    private static readonly Option<string?> s_database = new("--sqlite-db") { Description = "The database; default: the workspace's.", HelpName = "FILE" };
    private static readonly Option<int> s_batch = new("--batch-size") { Description = "Lines per transaction.", DefaultValueFactory = _ => MetricsIngestor.DefaultBatchSize, HelpName = "N" };

    public static Command Create() => Invocation.With(
        new Command("ingest", "Take new metric lines over into SQLite. Running it again changes nothing; malformed lines are kept and reported. What arrives is judged, and rolls a skill back when a trigger fires.") { s_json, s_database, s_batch },
        Run);

    private static int Run(Invocation invocation)
    {
        var (workspace, parsed) = (invocation.Workspace, invocation.Parsed);
        var folder = Path(invocation, parsed.GetValue(s_json)) ?? workspace.Layout.MetricsFolder;
        var database = Path(invocation, parsed.GetValue(s_database)) ?? workspace.Layout.MetricsDatabase;
        var batch = parsed.GetValue(s_batch);
        if (batch < 1)
        {
            throw new WreException($"--batch-size is {batch}.", "it must be at least 1");
        }

        // Nobody has recorded anything yet: that is nothing new, not a mistake.
        if (!Directory.Exists(folder) && folder != workspace.Layout.MetricsFolder)
        {
            throw new WreException($"There is no folder {folder}.", "--json-path takes the folder of the metric files");
        }

        var result = new MetricsIngestor(folder, database, workspace.Time).Run(batchSize: batch);

        // What arrives this way is judged like what arrives by `wre record`, if it is this workspace's data.
        var own = folder == workspace.Layout.MetricsFolder && database == workspace.Layout.MetricsDatabase;
        var watched = own ? result.Skills.Union(workspace.Database.Unjudged().Keys).ToDictionary(skill => skill, workspace.Watch.Run) : [];
        workspace.Worker.Run();
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["json_path"] = folder,
                ["sqlite_db"] = database,
                ["files"] = result.Files,
                ["lines"] = result.Lines,
                ["malformed"] = result.Malformed,
                ["restarted_files"] = result.Restarted,
                ["skills"] = JsonOutput.List(watched, skill => JsonViews.Watched(skill.Key, skill.Value)),
                ["malformed_examples"] = JsonOutput.Texts(result.MalformedExamples),
                ["elapsed_ms"] = Math.Round(result.ElapsedMs, 1),
            });
            return 0;
        }

        invocation.Terminal.Line($"{result.Lines} new {(result.Lines == 1 ? "line" : "lines")} of {result.Files} {(result.Files == 1 ? "file" : "files")} in {result.ElapsedMs:0} ms{(result.Restarted > 0 ? $"; {result.Restarted} files were rotated or replaced and read anew" : "")}.");
        if (result.Malformed > 0)
        {
            invocation.Error.WriteLine($"warning: {result.Malformed} malformed lines, kept in the table malformed_lines:");
            foreach (var example in result.MalformedExamples)
            {
                invocation.Error.WriteLine($"  - {example}");
            }
        }

        foreach (var (skill, seen) in watched)
        {
            TextViews.Watched(invocation.Terminal, skill, seen);
        }

        return 0;
    }

    // As the policy writes them, the paths are relative to the workspace; a path that exists from here wins.
    private static string? Path(Invocation invocation, string? given) => given is null
        ? null
        : System.IO.Path.GetFullPath(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.Exists(given) ? given : System.IO.Path.Combine(invocation.Workspace.Layout.Root, given)));
}
