using System.Text.Json.Nodes;

namespace WreSkills.Scanning;

/// <summary>Scans as SARIF 2.1.0, which code hosts and editors show beside the lines.</summary>
public static class SarifReport
{
    /// <summary>Writes reports as one run each.</summary>
    /// <param name="reports">The reports.</param>
    /// <param name="toolVersion">Version of this product.</param>
    public static JsonObject Write(IEnumerable<ScanReport> reports, string toolVersion) => new()
    {
        ["$schema"] = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        ["version"] = "2.1.0",
        ["runs"] = new JsonArray([.. reports.Select(report => Run(report, toolVersion))]),
    };

    private static JsonObject Run(ScanReport report, string toolVersion)
    {
        var rules = report.Findings.Select(finding => finding.Rule).Distinct().OrderBy(rule => rule.Id, StringComparer.Ordinal).ToList();
        var indices = rules.Select((rule, index) => (rule.Id, index)).ToDictionary(pair => pair.Id, pair => pair.index);
        var root = File.Exists(report.Root) ? Path.GetDirectoryName(report.Root)! : report.Root;
        return new JsonObject
        {
            ["tool"] = new JsonObject
            {
                ["driver"] = new JsonObject
                {
                    ["name"] = "wre scan",
                    ["version"] = toolVersion,
                    ["rules"] = new JsonArray([.. rules.Select(Rule)]),
                    ["properties"] = new JsonObject { ["ruleSetVersion"] = ScanRules.Version, ["ruleSetDigest"] = ScanRules.Digest },
                },
            },
            ["originalUriBaseIds"] = new JsonObject { ["ROOT"] = new JsonObject { ["uri"] = new Uri(root + "/").AbsoluteUri } },
            ["columnKind"] = "utf16CodeUnits",
            ["results"] = new JsonArray([.. report.Findings.Select(finding => Result(finding, indices[finding.Rule.Id]))]),
        };
    }

    private static JsonNode Rule(ScanRule rule) => new JsonObject
    {
        ["id"] = rule.Id,
        ["shortDescription"] = new JsonObject { ["text"] = rule.Title },
        ["fullDescription"] = new JsonObject { ["text"] = rule.Explanation },
        ["help"] = new JsonObject { ["text"] = $"{rule.Explanation} {rule.Hint}", ["markdown"] = $"{rule.Explanation}\n\n**Mend it:** {rule.Hint}\n\nOWASP {rule.Risk.Code()} {rule.Risk.Title()}" },
        ["defaultConfiguration"] = new JsonObject { ["level"] = Level(rule.Severity) },
        ["properties"] = new JsonObject { ["tags"] = new JsonArray("security", rule.Family, rule.Risk.Code()), ["security-severity"] = rule.Severity == ScanSeverity.Block ? "8.0" : "4.0" },
    };

    private static JsonNode Result(ScanFinding finding, int rule)
    {
        var place = new JsonObject { ["artifactLocation"] = new JsonObject { ["uri"] = string.Join('/', finding.File.Split('/').Select(Uri.EscapeDataString)), ["uriBaseId"] = "ROOT" } };
        if (finding.Line > 0)
        {
            place["region"] = new JsonObject { ["startLine"] = finding.Line, ["startColumn"] = finding.Column };
        }

        return new JsonObject
        {
            ["ruleId"] = finding.Rule.Id,
            ["ruleIndex"] = rule,
            ["level"] = Level(finding.Severity),
            ["message"] = new JsonObject { ["text"] = $"{finding.Rule.Title}: {finding.Found}{(finding.Note is { } note ? $" ({note})" : "")}" },
            ["locations"] = new JsonArray(new JsonObject { ["physicalLocation"] = place }),
            ["partialFingerprints"] = new JsonObject { ["wreFinding/v1"] = finding.Fingerprint },
        };
    }

    private static string Level(ScanSeverity severity) => severity == ScanSeverity.Block ? "error" : "warning";
}
