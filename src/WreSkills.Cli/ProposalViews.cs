using System.Globalization;
using System.Text.Json.Nodes;

using WreSkills.Review;

namespace WreSkills.Cli;

/// <summary>Variations and proposals as text.</summary>
internal static class ProposalViews
{
    /// <summary>What became of the variations of a review.</summary>
    public static void Variations(Terminal terminal, VariationOutcome outcome)
    {
        terminal.Line();
        terminal.Heading($"Variations of {outcome.Skill}: {outcome.Queued.Count} of {outcome.Variations.Count} wait for a person");
        if (outcome.Note is { } note)
        {
            terminal.Line(note);
        }

        foreach (var (variation, index) in outcome.Variations.Select((variation, index) => (variation, index)))
        {
            terminal.Line();
            terminal.Line($"{index + 1}. {(variation.Summary.Length > 0 ? variation.Summary : "(no reason given)")}");
            if (variation.Diff is { } diff)
            {
                terminal.Diff(diff);
            }

            if (variation.Evidence is { } evidence)
            {
                Evidence(terminal, evidence);
            }

            terminal.Line(variation.Proposal is { } id ? $"   queued: wre proposals show {id}" : $"   refused: {variation.Refusal}");
        }
    }

    /// <summary>A proposal with everything that a person decides on.</summary>
    public static void Show(Terminal terminal, Proposal proposal, bool? stale, IReadOnlyList<(string Id, string? What)> traces)
    {
        terminal.Heading($"{proposal.Id} [{proposal.Status}, {proposal.Priority} priority]");
        terminal.Line(proposal.Summary);
        terminal.Line($"for {string.Join(", ", proposal.Patterns)}, by {proposal.Advisor}{(proposal.Model is null ? "" : $" ({proposal.Model})")} at {proposal.CreatedAt}, asked by {proposal.CreatedBy}");
        terminal.Line($"base {TextViews.Short(proposal.BaseDigest)}{(proposal.BaseVersion is null ? "" : $" ({proposal.BaseVersion})")}{(stale == true ? ": STALE, the draft was changed since" : "")}");
        terminal.Line();
        terminal.Diff(proposal.Diff);
        terminal.Line();
        if (proposal.Evidence is { } evidence)
        {
            Evidence(terminal, evidence);
        }

        terminal.Line();
        terminal.Rows(["", "check", "found"], proposal.Checks.Select(check => (IReadOnlyList<string>)[check.Passed ? "PASS" : "FAIL", check.Name, check.Sentence]));
        terminal.Line();
        terminal.Line($"Executions that motivated it ({traces.Count}):");
        foreach (var (id, what) in traces)
        {
            terminal.Line($"  {id}{(what is null ? "" : $": {what}")}");
        }

        terminal.Line();
        foreach (var happened in proposal.History)
        {
            terminal.Line($"{happened.At} {happened.Event} by {happened.By}{(happened.Version is null ? "" : $" as {happened.Version}")}{(happened.Reason is null ? "" : $": {happened.Reason}")}");
        }
    }

    /// <summary>A proposal in a list, as JSON.</summary>
    public static JsonObject Item(Proposal proposal) => new()
    {
        ["id"] = proposal.Id,
        ["skill"] = proposal.Skill,
        ["status"] = proposal.Status,
        ["priority"] = proposal.Priority,
        ["created_at"] = proposal.CreatedAt,
        ["summary"] = proposal.Summary,
        ["patterns"] = JsonOutput.Texts(proposal.Patterns),
        ["gain"] = proposal.Evidence?.Gain,
        ["p_value"] = proposal.Evidence?.PValue,
        ["reason"] = proposal.Rejection,
    };

    private static void Evidence(Terminal terminal, VariationEvidence evidence)
    {
        var (before, after) = (evidence.Baseline, evidence.Candidate);
        terminal.Rows(["figure", "now", "with the edit"],
        [
            ["runs passed", Share(before), Share(after)],
            ["pattern fidelity", Mean(before), Mean(after)],
            ["outcome quality", TextViews.Number(before.OutcomeQuality), TextViews.Number(after.OutcomeQuality)],
            ["false positive rate", TextViews.Number(before.FalsePositiveRate), TextViews.Number(after.FalsePositiveRate)],
            ["critical false negatives", TextViews.Number(before.CriticalFalseNegatives), TextViews.Number(after.CriticalFalseNegatives)],
            ["mean time (ms)", TextViews.Number(before.ExecutionTimeMs is { } old ? Math.Round(old, 1) : null), TextViews.Number(after.ExecutionTimeMs is { } now ? Math.Round(now, 1) : null)],
        ]);
        terminal.Line($"  {(evidence.Kept ? "kept" : "not kept")}: {evidence.Reason}");
        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"  gain {evidence.Gain:+0.###;-0.###;0} over {evidence.Cases} cases{(evidence.HoldoutGain is { } held ? $", {held:+0.###;-0.###;0} over {evidence.HoldoutCases} of the holdout" : "")}; {evidence.Test}; agent {evidence.Agent}"));
    }

    private static string Share(ArmFigures figures) => string.Create(CultureInfo.InvariantCulture, $"{figures.Passed} of {figures.Runs} (95 % {figures.PassRateLow:0.00}–{figures.PassRateHigh:0.00})");

    private static string Mean(ArmFigures figures) =>
        TextViews.Number(figures.PatternFidelity) + (figures.PatternFidelityLow is { } low ? string.Create(CultureInfo.InvariantCulture, $" (95 % {low:0.00}–{figures.PatternFidelityHigh:0.00})") : "");
}
