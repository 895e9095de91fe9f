using System.Text.Json.Nodes;

using WreSkills.Scanning;

namespace WreSkills.Cli;

/// <summary>Scans as text and as JSON.</summary>
internal static class ScanViews
{
    public static string Word(ScanSeverity severity) => severity == ScanSeverity.Block ? "block" : "warn";

    public static JsonNode Rule(ScanRule rule) => new JsonObject
    {
        ["rule"] = rule.Id,
        ["severity"] = Word(rule.Severity),
        ["title"] = rule.Title,
        ["explanation"] = rule.Explanation,
        ["hint"] = rule.Hint,
        ["risk"] = rule.Risk.Code(),
        ["risk_title"] = rule.Risk.Title(),
    };

    public static JsonNode Finding(ScanFinding finding) => new JsonObject
    {
        ["rule"] = finding.Rule.Id,
        ["severity"] = Word(finding.Severity),
        ["file"] = finding.File,
        ["line"] = finding.Line,
        ["column"] = finding.Column,
        ["found"] = finding.Found,
        ["note"] = finding.Note,
        ["fingerprint"] = finding.Fingerprint,
    };

    /// <summary>The answer: counts of everything, findings as far as they are listed, and the rules that they name.</summary>
    public static JsonObject Json(IReadOnlyList<ScanReport> all, IReadOnlyList<ScanReport> listed) => new()
    {
        ["rule_set"] = ScanRules.Version,
        ["rule_set_digest"] = ScanRules.Digest,
        ["blocks"] = all.Sum(report => report.Blocks),
        ["warnings"] = all.Sum(report => report.Warnings),
        ["scans"] = JsonOutput.List(listed, report => new JsonObject
        {
            ["path"] = report.Root,
            ["files"] = report.Files,
            ["bytes"] = report.Bytes,
            ["findings"] = JsonOutput.List(report.Findings, Finding),
            ["not_listed"] = report.NotListed,
        }),
        ["rules"] = JsonOutput.List(Named(listed), Rule),
    };

    /// <summary>By file, the worst first, each rule explained once.</summary>
    public static void Text(Terminal terminal, IReadOnlyList<ScanReport> all, IReadOnlyList<ScanReport> listed)
    {
        foreach (var report in listed)
        {
            if (all.Count > 1 || report.Findings.Count == 0)
            {
                terminal.Line($"{report.Root}: {Count(report.Files, "file")}, {(report.Findings.Count == 0 ? "no findings" : Count(report.Findings.Count, "finding"))}");
            }

            foreach (var file in report.Findings.GroupBy(finding => finding.File))
            {
                terminal.Heading(file.Key);
                foreach (var finding in file)
                {
                    var place = finding.Line > 0 ? $"{finding.Line}:{finding.Column}" : "–";
                    terminal.Line($"  {place,-8} {Word(finding.Severity),-5}  {finding.Rule.Title}: {finding.Found}{(finding.Note is { } note ? $" ({note})" : "")}  [{finding.Rule.Id}]");
                }
            }

            if (report.NotListed > 0)
            {
                terminal.Line($"  and {report.NotListed:N0} more of the same kinds");
            }
        }

        foreach (var rule in Named(listed))
        {
            terminal.Line();
            terminal.Heading($"{rule.Id}  {rule.Title} (OWASP {rule.Risk.Code()} {rule.Risk.Title()})");
            terminal.Line($"  {rule.Explanation}");
            terminal.Line($"  {rule.Hint}");
        }

        terminal.Line($"{(listed.Any(report => report.Findings.Count > 0) ? "\n" : "")}{Count(all.Sum(report => report.Files), "file")}, {Count(all.Sum(report => report.Blocks), "block")}, {Count(all.Sum(report => report.Warnings), "warning")}; rules edition {ScanRules.Version} ({ScanRules.Digest[..12]}).");
    }

    private static IReadOnlyList<ScanRule> Named(IReadOnlyList<ScanReport> reports) =>
        [.. reports.SelectMany(report => report.Findings).GroupBy(finding => finding.Rule).OrderByDescending(group => group.Max(finding => finding.Severity)).ThenBy(group => group.Key.Id, StringComparer.Ordinal).Select(group => group.Key)];

    private static string Count(int count, string what) => $"{count:N0} {what}{(count == 1 ? "" : "s")}";
}
