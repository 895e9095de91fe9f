using System.CommandLine;
using System.Text.Json.Nodes;

using WreSkills.Scanning;
using WreSkills.Skills;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre scan</c>: what is dangerous in skill folders or any tree of files.</summary>
internal static class ScanCommand
{
    private static readonly Argument<string[]> s_paths = new("PATH") { Description = "Skill folders, folders with skills, or files; default: every draft of the workspace.", Arity = ArgumentArity.ZeroOrMore, DefaultValueFactory = _ => [] };
    private static readonly Option<string?> s_skill = new("--skill") { Description = "Scan this skill's draft.", HelpName = "NAME" };
    private static readonly Option<string> s_format = Choice("--format", "Form of the report: sarif for code hosts and editors, markdown only with --rules. json is the same as --output json.", "text", "text", "json", "sarif", "markdown");
    private static readonly Option<string> s_severity = Choice("--severity", "List findings from this severity on; the exit code is the same.", "warn", "block", "warn");
    private static readonly Option<bool> s_rules = new("--rules") { Description = "List all rules instead of scanning." };

    public static Command Create() => Invocation.With(
        new Command("scan", "Look for hidden text, secrets, dangerous commands and attacks on the agent. Exit 1 when a finding blocks.") { s_paths, s_skill, s_format, s_severity, s_rules },
        Run);

    private static int Run(Invocation invocation)
    {
        var format = invocation.Json ? "json" : invocation.Parsed.GetValue(s_format)!;
        if (invocation.Parsed.GetValue(s_rules))
        {
            return Rules(invocation, format);
        }

        if (format == "markdown")
        {
            throw new WreException("--format markdown is for --rules.", "text, json or sarif");
        }

        var scanner = new SkillScanner();
        var reports = Paths(invocation).Select(scanner.Scan).ToList();
        var listed = reports.Select(report => report with { Findings = [.. report.Findings.Where(finding => finding.Severity >= Least(invocation))] }).ToList();
        switch (format)
        {
            case "json":
                JsonOutput.Write(invocation.Output, ScanViews.Json(reports, listed));
                break;
            case "sarif":
                JsonOutput.Write(invocation.Output, SarifReport.Write(listed, Version));
                break;
            default:
                ScanViews.Text(invocation.Terminal, reports, listed);
                break;
        }

        return reports.Exists(report => report.Blocks > 0) ? 1 : 0;
    }

    private static string Version => typeof(SkillScanner).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    private static ScanSeverity Least(Invocation invocation) => invocation.Parsed.GetValue(s_severity) == "block" ? ScanSeverity.Block : ScanSeverity.Warn;

    private static IReadOnlyList<string> Paths(Invocation invocation)
    {
        var paths = invocation.Parsed.GetValue(s_paths)!.ToList();
        if (invocation.Parsed.GetValue(s_skill) is { } skill)
        {
            SkillName.Require(skill);
            paths.Add(invocation.Workspace.Layout.PrototypeFolder(skill));
        }

        return paths.Count > 0 ? paths : [.. invocation.Workspace.SkillNames().Select(invocation.Workspace.Layout.PrototypeFolder).Where(Directory.Exists)];
    }

    private static int Rules(Invocation invocation, string format)
    {
        switch (format)
        {
            case "json":
                JsonOutput.Write(invocation.Output, new JsonObject { ["version"] = ScanRules.Version, ["digest"] = ScanRules.Digest, ["rules"] = JsonOutput.List(ScanRules.All, ScanViews.Rule) });
                break;
            case "markdown":
                invocation.Output.Write(ScanReference.Markdown());
                break;
            case "sarif":
                throw new WreException("--rules has no SARIF form.", "text, json or markdown");
            default:
                invocation.Terminal.Rows(["rule", "", "risk", "what it finds"], ScanRules.All.Select(rule => (IReadOnlyList<string>)[rule.Id, ScanViews.Word(rule.Severity), rule.Risk.Code(), rule.Title]));
                invocation.Terminal.Line($"{ScanRules.All.Count} rules, edition {ScanRules.Version} ({ScanRules.Digest[..12]}).");
                break;
        }

        return 0;
    }

    private static Option<string> Choice(string name, string description, string value, params string[] choices)
    {
        var option = new Option<string>(name) { Description = description, HelpName = string.Join('|', choices), DefaultValueFactory = _ => value };
        option.AcceptOnlyFromAmong(choices);
        return option;
    }
}
