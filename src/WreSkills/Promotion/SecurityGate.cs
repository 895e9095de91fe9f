using WreSkills.Policy;
using WreSkills.Scanning;

namespace WreSkills.Promotion;

/// <summary>The gate "Security review" (policy 2.1) as a pure function of the scan and of the ticket's waivers.</summary>
public static class SecurityGate
{
    /// <summary>The gate's name.</summary>
    public const string Name = "security_scan";

    private const string Title = "Security review";
    private const string Requirement = "no blocking finding without waiver";
    private const int MostNamed = 3;

    /// <summary>Judges the scan of the exact content.</summary>
    public static GateResult Judge(PromotionEvidence evidence)
    {
        if (evidence.Scan is not { } scan)
        {
            return new GateResult(Name, Title, Verdict.NoData, null, Requirement, "The content cannot be read.");
        }

        var blocks = scan.Findings.Where(finding => finding.Severity == ScanSeverity.Block).ToList();
        var good = evidence.Waivers.Where(waiver => waiver.Problem(evidence.At) is null).ToList();
        var open = blocks.Where(finding => !good.Exists(waiver => waiver.Covers(finding))).ToList();
        var useless = evidence.Waivers.Select(waiver => waiver.Problem(evidence.At) is { } problem ? $" The waiver of {waiver.Rule} does not count: {problem}." : "");
        var words = $"{Count(blocks.Count, "block")} ({blocks.Count - open.Count} waived), {Count(scan.Warnings, "warning")}, {Count(good.Count, "waiver")} in {Count(scan.Files, "file")}; rules edition {ScanRules.Version} ({ScanRules.Digest[..12]}), content {Short(evidence.Digest)}.";
        return open.Count == 0
            ? new GateResult(Name, Title, Verdict.Pass, 0, Requirement, words + string.Concat(useless))
            : new GateResult(Name, Title, Verdict.Fail, open.Count, Requirement, $"{words} {Named(open)}; mend them, or waive each with its reason in the ticket.{string.Concat(useless)}");
    }

    /// <summary>The gates again with the waivers of a ticket.</summary>
    public static PromotionReadiness With(PromotionReadiness readiness, IReadOnlyList<ScanWaiver> waivers, DateTimeOffset now)
    {
        if (waivers.Count == 0)
        {
            return readiness;
        }

        var evidence = readiness.Evidence with { Waivers = waivers, At = now };
        return readiness with { Evidence = evidence, Gates = [.. readiness.Gates.Select(gate => gate.Name == Name ? Judge(evidence) : gate)] };
    }

    private static string Named(IReadOnlyList<ScanFinding> open)
    {
        var named = open.Take(MostNamed).Select(finding => $"{finding.Rule.Id} in {finding.File}{(finding.Line > 0 ? $":{finding.Line}" : "")} ({finding.Rule.Title})");
        return $"{string.Join("; ", named)}{(open.Count > MostNamed ? $" and {open.Count - MostNamed} more" : "")}";
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private static string Short(string digest) => digest.Length > 12 ? digest[..12] : digest;
}
