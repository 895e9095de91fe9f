using WreSkills.Scanning;
using WreSkills.Storage;

namespace WreSkills.Promotion;

/// <summary>
/// A reviewer's decision to let one blocking finding of the security scan pass. It stands in the approval ticket, so it is a
/// part of the bytes that approvers sign.
/// </summary>
/// <param name="Rule">The rule's id.</param>
/// <param name="File">The file in the skill, or null for all of them.</param>
/// <param name="Reason">Why the finding is harmless here; at least <see cref="LeastReason"/> characters.</param>
/// <param name="Expires">Until when it is good.</param>
public sealed record ScanWaiver(string Rule, string? File, string Reason, DateTimeOffset Expires)
{
    /// <summary>Shortest reason that counts.</summary>
    public const int LeastReason = 10;

    /// <summary>Most waivers of one ticket; who needs more should mend the skill.</summary>
    public const int Most = 50;

    /// <summary>Reads <c>RULE[:FILE]=REASON</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="expires">Until when it is good.</param>
    /// <exception cref="WreException">It is not of that form, or the rule is unknown or waives nothing.</exception>
    public static ScanWaiver Parse(string text, DateTimeOffset expires)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        var place = at < 0 ? "" : text[..at].Trim();
        var colon = place.IndexOf(':', StringComparison.Ordinal);
        var waiver = new ScanWaiver(colon < 0 ? place : place[..colon], colon < 0 ? null : place[(colon + 1)..], at < 0 ? "" : text[(at + 1)..].Trim(), expires);
        return waiver.Problem(expires.AddTicks(-1)) is { } problem
            ? throw new WreException($"--waive '{text}' is no waiver: {problem}.", "write RULE[:FILE]=REASON, such as --waive \"WRE-COMMAND-001:SKILL.md=shows what reviewers have to refuse\"")
            : waiver;
    }

    /// <summary>Why it does not count; null when it does.</summary>
    public string? Problem(DateTimeOffset now) =>
        ScanRules.Find(Rule) is null ? $"there is no rule '{Rule}'; `wre scan --rules` lists them"
        : Reason.Length < LeastReason ? $"the reason has {Reason.Length} characters; at least {LeastReason} are needed"
        : Reason.Any(char.IsControl) || File?.Any(char.IsControl) == true ? "it must be one line"
        : now >= Expires ? $"it expired at {Timestamp.ToIso(Expires)}"
        : null;

    /// <summary>Whether it is about a finding.</summary>
    public bool Covers(ScanFinding finding) => finding.Rule.Id.Equals(Rule, StringComparison.OrdinalIgnoreCase) && (File is null || File == finding.File);

    /// <summary>Reads the waivers of a ticket.</summary>
    /// <param name="ticket">The ticket's root.</param>
    internal static IReadOnlyList<ScanWaiver> ReadAll(YamlSection ticket)
    {
        var sections = ticket.Sections("waivers");
        if (sections.Count > Most)
        {
            ticket.Report("waivers", $"has {sections.Count} waivers; at most {Most} are allowed");
            return [];
        }

        return [.. sections.Select(Read)];
    }

    private static ScanWaiver Read(YamlSection section)
    {
        if (!Timestamp.TryParse(section.Text("expires"), out var expires))
        {
            section.Report("expires", "must be a time such as 2025-11-03T14:23:15Z");
        }

        return new ScanWaiver(section.Text("rule") ?? "", section.Text("file"), section.Text("reason")?.Trim() ?? "", expires);
    }

    /// <summary>The lines of a ticket that hold waivers; none when there are none.</summary>
    internal static IEnumerable<string> Lines(IReadOnlyList<ScanWaiver> waivers)
    {
        if (waivers.Count == 0)
        {
            yield break;
        }

        yield return "# Findings of the security scan that may pass, each with the reason.";
        yield return "waivers:";
        foreach (var waiver in waivers)
        {
            yield return $"  - rule: {waiver.Rule}";
            if (waiver.File is { } file)
            {
                yield return $"    file: {Quote(file)}";
            }

            yield return $"    reason: {Quote(waiver.Reason)}";
            yield return $"    expires: {Timestamp.ToIso(waiver.Expires)}";
        }

        yield return "";
    }

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
