using System.Globalization;

using WreSkills.Policy;
using WreSkills.Scanning;
using WreSkills.Skills;

namespace WreSkills.Review;

/// <summary>An edit with what its text alone shows.</summary>
/// <param name="Text">The text of <c>SKILL.md</c> with the edit; null when it does not apply.</param>
/// <param name="Diff">The edit in its one form; null when it does not apply or changes nothing.</param>
/// <param name="Checks">The checks, those that follow from a failed one left out.</param>
public sealed record CheckedEdit(string? Text, UnifiedDiff? Diff, IReadOnlyList<ProposalCheck> Checks)
{
    /// <summary>Whether all of them passed.</summary>
    public bool Passed => Diff is not null && Checks.All(check => check.Passed);
}

/// <summary>The checks that an edit passes before anything is run: each refuses with its own reason; pure.</summary>
public static class VariationChecks
{
    // Comments of HTML and of Markdown, and what hides a piece of a page.
    private static readonly string[] s_hidden = ["<!--", "-->", "[//]:", "[comment]:", "<details", "display:none", "display: none", " hidden>"];

    /// <summary>Checks edits as a model gives them.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="edits">The edits.</param>
    /// <param name="earlier">All proposals of this skill so far.</param>
    /// <param name="rules">The policy's bounds.</param>
    public static CheckedEdit OfEdits(DraftText draft, IReadOnlyList<InstructionEdit> edits, IReadOnlyList<Proposal> earlier, VariationRules rules)
    {
        var stranger = edits.FirstOrDefault(edit => edit.File != draft.Folder.SkillFile);
        if (stranger is not null)
        {
            return Refused("instructions_only", $"It edits {Name(stranger.File)}; a variation changes nothing but the instructions in {draft.Folder.SkillFile}: no cases, no settings, no other file.");
        }

        var touching = edits.Where(edit => edit.Old != edit.New).ToList();
        if (touching.All(edit => Words(edit.Old) == Words(edit.New)))
        {
            return Refused("not_empty", edits.Count == 0 ? "It has no edit." : "It changes nothing but white space.");
        }

        return InstructionEdit.Apply(draft.Text, touching, out var problem) is { } text
            ? OfText(draft, text, earlier, rules)
            : Refused("applies", $"It does not apply: {problem}.");
    }

    /// <summary>Checks a diff, such as that of a stored proposal against the draft as it is now.</summary>
    public static CheckedEdit OfDiff(DraftText draft, UnifiedDiff diff, IReadOnlyList<Proposal> earlier, VariationRules rules) =>
        diff.File != draft.Folder.SkillFile ? Refused("instructions_only", $"It edits {Name(diff.File)}; a variation changes nothing but the instructions in {draft.Folder.SkillFile}.")
        : diff.Apply(draft.Text, out var problem) is { } text ? OfText(draft, text, earlier, rules)
        : Refused("applies", $"It does not apply exactly: {problem}.");

    /// <summary>Checks what only the whole folder shows: patterns, cases, the security scan and the lint.</summary>
    /// <param name="before">The draft, and the scan of it.</param>
    /// <param name="after">The folder with the edit, and the scan of it.</param>
    public static IReadOnlyList<ProposalCheck> OfFolder((SkillFolder Folder, ScanReport Scan) before, (SkillFolder Folder, ScanReport Scan) after)
    {
        var checks = new List<ProposalCheck>();
        var changed = Patterns(before.Folder).Except(Patterns(after.Folder)).Concat(Patterns(after.Folder).Except(Patterns(before.Folder))).FirstOrDefault();
        var sameBody = before.Folder.Document?.BodyLine == after.Folder.Document?.BodyLine && (before.Folder.Document?.FrontMatter is null) == (after.Folder.Document?.FrontMatter is null);
        checks.Add(changed is not null || !sameBody
            ? new("patterns_kept", false, changed is null ? "It changes the front matter." : $"It changes what is expected of an execution: {changed}.")
            : new("patterns_kept", true, "The expected patterns are the same."));

        var known = before.Scan.Findings.CountBy(finding => finding.Fingerprint).ToDictionary();
        var found = after.Scan.Findings.GroupBy(finding => finding.Fingerprint).Where(group => group.Count() > known.GetValueOrDefault(group.Key)).Select(group => group.First()).ToList();
        checks.Add(found is [var worst, ..]
            ? new("security_scan", false, $"It brings what the security scan finds: {worst}{(found.Count > 1 ? $", and {found.Count - 1} more" : "")}.")
            : new("security_scan", true, "The security scan finds nothing new."));

        var lint = Lint(before.Folder).CountBy(finding => finding).ToDictionary();
        var complaint = Lint(after.Folder).GroupBy(finding => finding).FirstOrDefault(group => group.Count() > lint.GetValueOrDefault(group.Key))?.Key;
        checks.Add(new("lint", complaint is null, complaint is null ? "The lint finds nothing new." : $"It brings what the lint finds: {complaint}."));
        return checks;
    }

    private static CheckedEdit OfText(DraftText draft, string text, IReadOnlyList<Proposal> earlier, VariationRules rules)
    {
        if (Words(draft.Text) == Words(text))
        {
            return Refused("not_empty", "It changes nothing but white space.");
        }

        if (DraftText.HasLoneReturns(draft.Text) || DraftText.HasLoneReturns(text))
        {
            return Refused("applies", $"A carriage return stands alone in {draft.Folder.SkillFile}, so that tools do not agree on its lines.");
        }

        if (UnifiedDiff.Between(draft.Folder.SkillFile, draft.Text, text) is not { } diff)
        {
            return new CheckedEdit(text, null, [new("size", false, "It is another text, not an edit.")]);
        }

        // The form in which it is kept must give the very same text again.
        if (UnifiedDiff.Parse(diff.ToString(), out _)?.Apply(draft.Text, out _) != text)
        {
            return Refused("applies", "Its diff does not give the same text again.");
        }

        var checks = new List<ProposalCheck>
        {
            new("applies", true, "It applies exactly."),
            new("not_empty", true, "It changes words."),
            Instructions(draft, text, diff),
            Size(diff, rules),
        };
        var weakened = new CriticalRules(draft.Folder, draft.Text).Weakened(diff, text);
        checks.Add(new("critical_rules", weakened is null, weakened is null ? "No critical rule is touched." : $"It {weakened}."));
        checks.Add(Quotation(draft, diff));
        checks.AddRange(Known(diff, earlier));
        return new CheckedEdit(text, diff, checks);
    }

    private static ProposalCheck Instructions(DraftText draft, string text, UnifiedDiff diff)
    {
        var bodyLine = draft.Folder.Document?.BodyLine ?? 1;
        if (draft.Head != DraftText.Beginning(text, bodyLine) || (bodyLine == 1 && text.TrimStart('\uFEFF').StartsWith("---", StringComparison.Ordinal)))
        {
            return new("instructions_only", false, "It edits the front matter; a variation changes nothing but the instructions below it.");
        }

        var hidden = diff.Added.FirstOrDefault(line => s_hidden.Any(mark => line.Contains(mark, StringComparison.OrdinalIgnoreCase)));
        if (hidden is not null)
        {
            return new("instructions_only", false, $"It adds text that the rendered page does not show (\"{Shown(hidden)}\"): what an agent is told, a person must see.");
        }

        var line = diff.Added.Concat(diff.Removed).FirstOrDefault(line => line.Contains("expected pattern", StringComparison.OrdinalIgnoreCase));
        return line is null
            ? new("instructions_only", true, "It changes nothing but instructions.")
            : new("instructions_only", false, $"It edits an expected pattern (\"{Shown(line)}\"): what is asked for is not a variation's to change.");
    }

    private static ProposalCheck Size(UnifiedDiff diff, VariationRules rules)
    {
        var added = diff.Added.Sum(line => line.Length);
        return diff.Changed > rules.MostChangedLines ? new("size", false, $"It changes {diff.Changed} lines; at most {rules.MostChangedLines} are allowed (policy reviews.variations.most_changed_lines). A rewrite is a person's work.")
            : added > rules.MostAddedCharacters ? new("size", false, $"It adds {added} characters; at most {rules.MostAddedCharacters} are allowed (policy reviews.variations.most_added_characters).")
            : new("size", true, string.Create(CultureInfo.InvariantCulture, $"It changes {diff.Changed} lines."));
    }

    // Which case of the holdout is quoted would tell the next model something about it.
    private static ProposalCheck Quotation(DraftText draft, UnifiedDiff diff) => QuotedCases.Find(draft.Folder.Cases, draft.Text, diff.Added) is { } quoted
        ? new("no_quotation", false, $"It quotes {(quoted.IsHoldout ? "a benchmark case" : $"the benchmark case {quoted.Id}")}: a text that knows the test says nothing about the task.")
        : new("no_quotation", true, "It quotes no benchmark case.");

    private static IEnumerable<ProposalCheck> Known(UnifiedDiff diff, IReadOnlyList<Proposal> earlier)
    {
        var identity = EditIdentity.Of(diff);
        var diffs = earlier.Select(proposal => (Proposal: proposal, Diff: UnifiedDiff.Parse(proposal.Diff, out _)!)).ToList();
        var same = diffs.Find(item => EditIdentity.Of(item.Diff) == identity).Proposal;
        yield return same is null
            ? new("not_known", true, "It was not proposed before.")
            : new("not_known", false, $"The same edit is {same.Status} already: {same.Id}{(same.Rejection is { } reason ? $", because {reason.TrimEnd('.')}" : "")}.");

        var undone = diffs.FindLast(item => item.Proposal.Status == Proposal.Accepted && EditIdentity.Reverts(diff, item.Diff)).Proposal;
        yield return undone is null
            ? new("no_ping_pong", true, "It takes no accepted edit back.")
            : new("no_ping_pong", false, $"It takes back the edit {undone.Id}, which was accepted at {undone.History.LastOrDefault(item => item.Event == Proposal.Accepted)?.At}.");
    }

    private static CheckedEdit Refused(string check, string sentence) => new(null, null, [new(check, false, sentence)]);

    private static IEnumerable<string> Patterns(SkillFolder folder) => folder.Patterns.Select(pattern => string.Create(
        CultureInfo.InvariantCulture, $"{pattern.Name} ({pattern.Rule.Describe()}, weight {pattern.Weight}{(pattern.Critical ? ", critical" : "")}{(pattern.When is { } when ? $", when {when.Describe()}" : "")})"));

    private static IEnumerable<string> Lint(SkillFolder folder) => SkillLint.Run(folder, LintProfile.Lenient).Select(finding => $"{finding.File}: {finding.Message} [{finding.Code}]");

    private static string Words(string text) => string.Concat(text.Where(character => !char.IsWhiteSpace(character)));

    private static string Name(string file) => file.Length is 0 or > 120 || file.Any(char.IsControl) ? "another file" : file;

    private static string Shown(string line) => line.Trim() is { Length: > 80 } text ? text[..79] + "…" : line.Trim();
}
