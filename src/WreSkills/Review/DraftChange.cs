using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

using WreSkills.Registry;
using WreSkills.Skills;

namespace WreSkills.Review;

/// <summary>What accepting a proposal makes of the files of a draft; pure, and the same whenever it is asked with the same moment and label.</summary>
public static partial class DraftChange
{
    /// <summary>The changelog inside the skill folder: part of its content, so that a version carries its history.</summary>
    public const string ChangelogFile = "CHANGELOG.md";

    private const string Title = "# Changes\n\n";

    /// <summary>The label after one: its last number is raised until no version has it; anything else than numbers and points stays.</summary>
    /// <param name="stated">The label that the draft states, or null.</param>
    /// <param name="entry">The skill in the registry, or null.</param>
    public static string? NextLabel(string? stated, SkillEntry? entry)
    {
        if (stated is null || !Label().IsMatch(stated))
        {
            return stated;
        }

        var parts = stated.Split('.');
        var number = int.Parse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture);
        string next;
        do
        {
            parts[^1] = (++number).ToString(CultureInfo.InvariantCulture);
            next = string.Join('.', parts);
        }
        while (entry?.Versions.ContainsKey(next) == true);

        return next;
    }

    /// <summary>A text of <c>SKILL.md</c> or of the sidecar with another label; the text itself when the label does not stand in one plain line.</summary>
    /// <param name="text">The text.</param>
    /// <param name="lines">Lines at its beginning in which the key may stand.</param>
    /// <param name="from">The label that it states.</param>
    /// <param name="to">The label that it is to state.</param>
    public static string WithLabel(string text, int lines, string from, string to)
    {
        var all = UnifiedDiff.Lines(text);
        var found = Enumerable.Range(0, Math.Min(lines, all.Length)).Where(index => VersionLine().Match(all[index]) is { Success: true } match && match.Groups["label"].Value == from).ToList();
        if (found.Count != 1)
        {
            return text;
        }

        var group = VersionLine().Match(all[found[0]]).Groups["label"];
        var quote = VersionLine().Match(all[found[0]]).Groups["quote"].Value;

        // Without quotes 1.10 would be read as the number 1.1.
        all[found[0]] = all[found[0]][..group.Index] + (quote.Length == 0 ? $"\"{to}\"" : to) + all[found[0]][(group.Index + group.Length)..];
        return string.Concat(all);
    }

    /// <summary>A changelog with one more entry in front; an entry of the same proposal is not written twice.</summary>
    /// <param name="text">The changelog as it is; null when there is none.</param>
    /// <param name="proposal">The proposal.</param>
    /// <param name="label">The label of the draft, or null.</param>
    /// <param name="at">When it was accepted, ISO 8601.</param>
    /// <param name="approver">Who accepted it.</param>
    public static string WithEntry(string? text, Proposal proposal, string? label, string at, string approver)
    {
        if (text?.Contains(proposal.Id, StringComparison.Ordinal) == true)
        {
            return text;
        }

        // Facts only, in our own words: what a model wrote stays out of the folder that agents read.
        var patterns = proposal.Patterns.Count == 0 ? "" : $" for {string.Join(", ", proposal.Patterns.Select(pattern => $"`{pattern.Replace('`', '\'')}`"))}";
        var entry = $"## {label ?? at[..10]}\n\n- {at[..10]}: instructions edited{patterns} (proposal {proposal.Id}, accepted by {approver}).\n\n";
        var start = text is not null && text.StartsWith("# ", StringComparison.Ordinal) && text.IndexOf("\n\n", StringComparison.Ordinal) is >= 0 and var end ? end + 2 : 0;
        return text is null ? Title + entry.TrimEnd('\n') + "\n" : string.Concat(text.AsSpan(0, start), entry, text.AsSpan(start));
    }

    /// <summary>SHA-256 of a text as a file holds it.</summary>
    internal static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex(@"^[0-9]{1,9}(\.[0-9]{1,9}){0,4}$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    [GeneratedRegex("^version:[ \t]+(?<quote>[\"']?)(?<label>[0-9.]{1,60})[\"']?[ \t]*(#.*)?\r?\n?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex VersionLine();
}
