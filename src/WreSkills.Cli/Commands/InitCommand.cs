using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Hosting;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre init</c>: the first files of a workspace, and the skills that are there already.</summary>
internal static class InitCommand
{
    private static readonly Option<string?> s_preset = Choice("--preset", "Layout of the folders. Default: what fits the repository; policy where there are modules, claude or agents where only that client's folder is.", "policy|claude|agents");
    private static readonly Option<string?> s_adopt = Choice("--adopt", "As what skills that clients serve today become known. Default: production, without a ticket and marked as adopted.", "production|prototype|none");
    private static readonly Option<bool> s_dryRun = new("--dry-run") { Description = "Only say what would be written and registered." };
    private static readonly Option<string?> s_import = new("--import-policy-tools") { Description = "Take over registry, metric files and database of the policy's Python tools, from here or from PATH. Their files are only read.", HelpName = "PATH", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<bool> s_user = new("--user") { Description = "Also report the user's own skills, such as those in ~/.claude/skills, and what they hide." };

    public static Command Create() => Invocation.With(
        new Command("init", "Make a workspace here: wre.yaml, the policy document and a .gitignore, and take over the skills that are here already, without changing a byte of them. Overwrites nothing.")
        {
            s_preset, s_adopt, s_import, s_dryRun, s_user, InitEnrolment.Approver, InitEnrolment.None,
        },
        Run);

    private static int Run(Invocation invocation)
    {
        var parsed = invocation.Parsed;
        var root = Path.GetFullPath(parsed.GetValue(GlobalOptions.Workspace) ?? Directory.GetCurrentDirectory());
        var dryRun = parsed.GetValue(s_dryRun);
        var preset = parsed.GetValue(s_preset) ?? ExistingSkills.PresetFor(root);
        var (written, kept) = WorkspaceInitializer.Run(root, preset, dryRun);
        var layout = File.Exists(Path.Combine(root, WorkspaceConfiguration.FileName)) ? WorkspaceConfiguration.Load(root).Layout : WorkspaceLayout.ForPreset(preset, root);
        var choice = parsed.GetValue(s_adopt) switch { "prototype" => AdoptionChoice.Prototype, "none" => AdoptionChoice.None, _ => AdoptionChoice.Production };
        var (aside, import) = Import(invocation, root, layout, dryRun);
        var report = ExistingSkills.Plan(layout, choice, parsed.GetValue(s_user) ? DiscoverCommand.Home : null, TimeProvider.System);
        if (!dryRun && report.Outcomes.Any(outcome => outcome.Decision.As is not null))
        {
            using var workspace = Workspace.Open(root);
            report = ExistingSkills.Adopt(workspace, report, GlobalOptions.User);
        }

        var (enrolled, words) = dryRun ? (null, null) : InitEnrolment.Run(parsed, root);
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["workspace"] = root,
                ["preset"] = layout.Preset,
                ["dry_run"] = dryRun,
                ["written"] = JsonOutput.Texts(written),
                ["kept"] = JsonOutput.Texts(kept),
                ["enrolled"] = enrolled,
                ["skills"] = JsonOutput.List(report.Outcomes, View),
                ["collisions"] = JsonOutput.List(report.Collisions, DiscoverCommand.View),
                ["import"] = import is null ? null : View(import, aside),
            });
            return 0;
        }

        Write(invocation.Terminal, written, kept, report, dryRun);
        Write(invocation.Terminal, aside, import, dryRun);
        if (words is not null)
        {
            invocation.Terminal.Line(words);
        }

        invocation.Terminal.Line(report.Outcomes.Any(outcome => outcome.Adopted is not null)
            ? "Next: `wre list` shows what is known now; drafts of new versions go to " + layout.Relative(layout.PrototypeFolder("NAME")) + "/."
            : $"Next: put a skill into {layout.Relative(layout.PrototypeFolder("NAME"))}/SKILL.md, name an agent in wre.yaml, then `wre lint` and `wre bench --skill NAME`.");
        return 0;
    }

    private static (IReadOnlyList<(string From, string To)> Aside, ImportReport? Report) Import(Invocation invocation, string root, WorkspaceLayout layout, bool dryRun)
    {
        if (invocation.Parsed.GetResult(s_import) is null)
        {
            return ([], null);
        }

        IReadOnlyList<(string From, string To)> aside = dryRun ? [] : PolicyToolsImport.SetAside(layout);
        using var workspace = Workspace.Open(root);
        return (aside, PolicyToolsImport.Run(workspace, invocation.Parsed.GetValue(s_import), dryRun, GlobalOptions.User));
    }

    private static void Write(Terminal terminal, IReadOnlyList<(string From, string To)> aside, ImportReport? import, bool dryRun)
    {
        foreach (var (from, to) in aside)
        {
            terminal.Line($"kept {from} of the Python tools as {to}");
        }

        foreach (var thing in import?.Taken ?? [])
        {
            terminal.Line($"{(dryRun ? "would take" : "took")} {thing.Kind} {thing.Name}{(thing.Count == 1 ? "" : $" ({thing.Count:N0})")}: {thing.Words}");
        }

        foreach (var thing in import?.NotTaken ?? [])
        {
            terminal.Line($"not taken: {thing.Kind} {thing.Name}{(thing.Count < 2 ? "" : $" ({thing.Count:N0})")}: {thing.Words}");
        }

        if (import is { Taken.Count: 0 })
        {
            terminal.Line($"Nothing new in {string.Join(", ", import.Sources)}.");
        }
    }

    private static JsonObject View(ImportReport import, IReadOnlyList<(string From, string To)> aside)
    {
        static JsonObject Thing(ImportedThing thing) => new() { ["kind"] = thing.Kind, ["name"] = thing.Name, ["count"] = thing.Count, ["words"] = thing.Words };
        return new JsonObject
        {
            ["sources"] = JsonOutput.Texts(import.Sources),
            ["set_aside"] = JsonOutput.List(aside, moved => new JsonObject { ["from"] = moved.From, ["to"] = moved.To }),
            ["taken"] = JsonOutput.List(import.Taken, Thing),
            ["not_taken"] = JsonOutput.List(import.NotTaken, Thing),
        };
    }

    private static void Write(Terminal terminal, IReadOnlyList<string> written, IReadOnlyList<string> kept, ExistingSkillsReport report, bool dryRun)
    {
        foreach (var file in written)
        {
            terminal.Line($"{(dryRun ? "would write" : "wrote")} {file}");
        }

        foreach (var file in kept)
        {
            terminal.Line($"kept  {file}");
        }

        foreach (var outcome in report.Outcomes)
        {
            var found = outcome.Decision.Found;
            terminal.Line(outcome switch
            {
                { Adopted: { } adopted } => $"adopted {adopted.Skill}{(adopted.Version.Length == 0 ? "" : $" {adopted.Version}")} as {adopted.State.Text()}: {found.Path}/ ({outcome.Decision.Reason})",
                { Problems.Count: > 0 } => $"refused {found.Path}/: {string.Join("; ", outcome.Problems)}",
                { Decision.As: { } state } when dryRun => $"would adopt {found.Name} as {state.Text()}: {found.Path}/ ({outcome.Decision.Reason})",
                _ => $"left alone {found.Path}/: {outcome.Decision.Reason}",
            });
        }

        DiscoverCommand.WriteCollisions(terminal, report.Collisions);
    }

    private static JsonObject View(AdoptionOutcome outcome) => new()
    {
        ["skill"] = outcome.Decision.Found.Name,
        ["path"] = outcome.Decision.Found.Path,
        ["state"] = outcome.Decision.Found.State,
        ["register_as"] = outcome.Decision.As?.Text(),
        ["reason"] = outcome.Decision.Reason,
        ["registered"] = outcome.Adopted is not null,
        ["version"] = outcome.Adopted is { Version.Length: > 0 } adopted ? adopted.Version : null,
        ["digest"] = outcome.Adopted?.Digest,
        ["problems"] = JsonOutput.Texts(outcome.Problems),
    };

    private static Option<string?> Choice(string name, string description, string choices)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = choices };
        option.AcceptOnlyFromAmong(choices.Split('|'));
        return option;
    }
}
