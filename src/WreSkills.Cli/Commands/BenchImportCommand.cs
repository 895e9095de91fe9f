using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Benchmarks;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre bench import</c>: take cases over from other tools' files.</summary>
internal static class BenchImportCommand
{
    private static readonly Argument<string> s_file = new("FILE") { Description = "A promptfoo configuration (YAML or JSON) or an ADK EvalSet." };
    private static readonly Option<string> s_skill = GlobalOptions.Skill();
    private static readonly Option<string> s_from = From();
    private static readonly Option<bool> s_dryRun = new("--dry-run") { Description = "Only say what would be added." };

    public static Command Create() => Invocation.With(
        new Command("import", "Add the cases of another tool's file to the draft's evals/evals.json, and name what has no counterpart. Exit 1 when a case is there already with another content.") { s_file, s_skill, s_from, s_dryRun },
        Run);

    private static int Run(Invocation invocation)
    {
        var parsed = invocation.Parsed;
        var skill = parsed.GetValue(s_skill)!;
        var folder = invocation.Workspace.Loader.DraftFolder(skill);
        if (!Directory.Exists(folder))
        {
            throw new WreException($"There is no draft of '{skill}' here.", $"its cases belong to {invocation.Workspace.Layout.Relative(folder)}/; `wre list` shows what there is");
        }

        var imported = CaseImport.Read(parsed.GetValue(s_file)!, parsed.GetValue(s_from)!);
        var target = Path.Combine(folder, "evals", "evals.json");
        var file = target;
        if (parsed.GetValue(s_dryRun))
        {
            file = Path.Combine(Directory.CreateTempSubdirectory("wre-import-").FullName, "evals.json");
            if (File.Exists(target))
            {
                File.Copy(target, file);
            }
        }

        MergedCases merged;
        try
        {
            merged = CaseImport.Merge(file, skill, imported.Cases);
        }
        finally
        {
            if (file != target)
            {
                Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
            }
        }

        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["skill"] = skill,
                ["file"] = invocation.Workspace.Layout.Relative(target),
                ["dry_run"] = file != target,
                ["added"] = JsonOutput.Texts(merged.Added),
                ["unchanged"] = JsonOutput.Texts(merged.Unchanged),
                ["differing"] = JsonOutput.Texts(merged.Differing),
                ["not_mapped"] = JsonOutput.Texts(imported.NotMapped),
            });
        }
        else
        {
            invocation.Terminal.Line($"{(file == target ? "" : "would be ")}added {merged.Added.Count}, there already {merged.Unchanged.Count} in {invocation.Workspace.Layout.Relative(target)}");
            Lines(invocation, "there already with another content, and left as they are:", merged.Differing);
            Lines(invocation, "without a counterpart here:", imported.NotMapped);
        }

        return merged.Differing.Count == 0 ? 0 : 1;
    }

    private static void Lines(Invocation invocation, string title, IReadOnlyList<string> lines)
    {
        if (lines.Count > 0)
        {
            invocation.Terminal.Line(title);
            foreach (var line in lines)
            {
                invocation.Terminal.Line("  " + line);
            }
        }
    }

    private static Option<string> From()
    {
        var option = new Option<string>("--from") { Description = "What the file is.", DefaultValueFactory = _ => "auto" };
        option.AcceptOnlyFromAmong("auto", "promptfoo", "adk");
        return option;
    }
}
