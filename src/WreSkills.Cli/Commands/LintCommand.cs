using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Skills;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre lint</c>: what is wrong with skill folders.</summary>
internal static class LintCommand
{
    private static readonly Option<string?> s_skill = new("--skill") { Description = "Lint this skill's draft; without it and without a path, every draft.", HelpName = "NAME" };
    private static readonly Argument<string?> s_path = new("PATH") { Description = "A skill folder.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> s_profile = Profile();

    public static Command Create() => Invocation.With(
        new Command("lint", "Check skill folders: structure, front matter, patterns, cases. Exit 1 when one is refused.") { s_path, s_skill, s_profile },
        Run);

    private static int Run(Invocation invocation)
    {
        var layout = invocation.Workspace.Layout;
        // The policy's own names have underscores and state suffixes, so its layout lints leniently.
        var profile = (invocation.Parsed.GetValue(s_profile) ?? (layout.Preset == "policy" ? "lenient" : "standard")) == "standard" ? LintProfile.Standard : LintProfile.Lenient;
        var folders = Folders(invocation);
        var results = folders.Select(folder => (folder.Path, Findings: SkillLint.Run(SkillFolder.Read(folder.Path, invocation.Workspace.Policy.SkillLimits, folder.Name), profile))).ToList();
        var refused = results.Count(result => result.Findings.Any(finding => finding.Severity == FindingSeverity.Error));
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["profile"] = profile == LintProfile.Standard ? "standard" : "lenient",
                ["folders"] = JsonOutput.List(results, result => new JsonObject { ["path"] = result.Path, ["findings"] = JsonOutput.List(result.Findings, JsonViews.Finding) }),
            });
        }
        else
        {
            foreach (var (path, findings) in results)
            {
                invocation.Terminal.Line($"{layout.Relative(path)}: {(findings.Count == 0 ? "no findings" : $"{findings.Count} finding{(findings.Count == 1 ? "" : "s")}")}");
                foreach (var finding in findings)
                {
                    invocation.Terminal.Line($"  {finding}");
                }
            }

            invocation.Terminal.Line($"{results.Count} skill folder{(results.Count == 1 ? "" : "s")}, {refused} refused.");
        }

        return refused == 0 ? 0 : 1;
    }

    private static IReadOnlyList<(string Path, string? Name)> Folders(Invocation invocation)
    {
        var loader = invocation.Workspace.Loader;
        if (invocation.Parsed.GetValue(s_path) is { } path)
        {
            return [(Path.GetFullPath(path), null)];
        }

        if (invocation.Parsed.GetValue(s_skill) is { } skill)
        {
            SkillName.Require(skill);
            return [(loader.DraftFolder(skill), skill)];
        }

        return [.. invocation.Workspace.SkillNames().Select(name => (Path: loader.DraftFolder(name), Name: (string?)name)).Where(draft => Directory.Exists(draft.Path))];
    }

    private static Option<string?> Profile()
    {
        var option = new Option<string?>("--profile") { Description = "standard: the Agent Skills rules to the letter; lenient: what real clients load. Default: lenient in the policy layout.", HelpName = "standard|lenient" };
        option.AcceptOnlyFromAmong("standard", "lenient");
        return option;
    }
}
