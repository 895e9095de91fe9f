using System.Globalization;
using System.Text;

using WreSkills.Scoring;

namespace WreSkills.Review;

/// <summary>A review as Markdown.</summary>
internal static class ReviewMarkdown
{
    private const int MostPatterns = 50;

    /// <summary>Writes it.</summary>
    public static string Write(SkillReview review)
    {
        var text = new StringBuilder();
        text.Append($"# Review: {ReportText.Prose(review.Skill)} {ReportText.Prose(review.Version ?? "draft")} ({review.State})\n\n");
        text.Append($"{ReportText.Prose(review.Headline)}\n\n");
        text.Append($"- Made {review.At} over {ReportText.Prose(review.Timeframe)}; {review.ExecutionsBefore} earlier executions to compare with{(review.HoldoutLeftOut > 0 ? $"; {review.HoldoutLeftOut} left out because they may belong to holdout cases" : "")}\n");
        text.Append($"- Digest {ReportText.Code(review.Digest)}\n- {ReportText.Prose(review.Model.Sentence)}\n\n");
        if (review.FundamentalIssue is { } issue)
        {
            text.Append($"## Fundamental problem ({ReportText.Prose("source: " + issue.Source)})\n\n{ReportText.Prose(issue.Reason)}\n\n");
        }

        Opportunities(text, review);
        Patterns(text, review);
        Clusters(text, review);
        AdvisorSections.Write(text, review.Model, "Readings");
        Drift(text, review);
        Cost(text, review);
        Comparison(text, review);
        Readiness(text, review);
        Anomalies(text, review);
        return text.ToString();
    }

    private static void Opportunities(StringBuilder text, SkillReview review)
    {
        text.Append("## What to improve (source: data)\n\n");
        text.Append(review.ImprovementOpportunities.Count == 0 ? "Nothing was found.\n" : "");
        foreach (var (index, opportunity) in review.ImprovementOpportunities.Index())
        {
            text.Append($"{index + 1}. {ReportText.Prose(opportunity.Sentence)} ({opportunity.About}{(opportunity is { File: { } file, Line: { } line } ? $", {ReportText.Prose(file)} line {line}" : "")})\n");
        }

        text.Append('\n');
    }

    private static void Patterns(StringBuilder text, SkillReview review)
    {
        if (review.Patterns.Count == 0)
        {
            return;
        }

        text.Append("## Patterns (source: data)\n\nMisses of the executions to which the pattern applied, with 95 % intervals (Wilson).\n\n| id | pattern | missed | interval | before | gain | line |\n|---|---|---|---|---|---|---|\n");
        foreach (var pattern in review.Patterns.Take(MostPatterns))
        {
            text.Append($"| {pattern.Id} | {Cell(ReportText.Code(pattern.Name, 80))}{(pattern.IsCritical ? " critical" : "")}{(pattern.IsWeak ? pattern.IsCertain ? " weak" : " weak, may be chance" : "")} | {Of(pattern.Misses)} | {Interval(pattern.Misses)} | {(pattern.Before is { } before ? Of(before) : "–")} | {ReportText.Number(pattern.ExpectedGain, "0.###")} | {(pattern.Line is { } line ? line.ToString(CultureInfo.InvariantCulture) : "–")} |\n");
        }

        text.Append(review.Patterns.Count > MostPatterns ? $"\nAnd {review.Patterns.Count - MostPatterns} more.\n\n" : "\n");
        foreach (var pattern in review.WeakPatterns)
        {
            text.Append($"- {pattern.Id}: {string.Join(", ", pattern.Executions.Select(id => ReportText.Code(id)))}\n");
        }

        text.Append('\n');
    }

    private static void Clusters(StringBuilder text, SkillReview review)
    {
        if (review.Clusters.Count == 0)
        {
            return;
        }

        text.Append("## Failing executions that look alike (source: data)\n\n");
        foreach (var cluster in review.Clusters)
        {
            text.Append($"- {cluster.Id}: {ReportText.Prose(cluster.Title)}: {Of(cluster.Share)} failing executions, such as {string.Join(", ", cluster.Executions.Take(3).Select(id => ReportText.Code(id)))}\n");
            foreach (var feature in cluster.Features)
            {
                text.Append($"  - {feature.Name} {ReportText.Code(feature.Value)}: {Of(feature.Inside)} here, {Of(feature.Outside)} elsewhere{(feature.IsClear ? "" : "; may be chance")}\n");
            }
        }

        text.Append('\n');
    }

    private static void Drift(StringBuilder text, SkillReview review)
    {
        if (review.Drift.Count == 0)
        {
            return;
        }

        text.Append("## Drift (source: data)\n\nIntervals hold at every look at once; p is the probability of such a difference from the time before by chance.\n\n| metric | now | interval | before | p | at promotion |\n|---|---|---|---|---|---|\n");
        foreach (var metric in review.Drift)
        {
            text.Append($"| {ReportText.Prose(metric.Metric)} | {Figure(metric.Mean)} ({metric.Count}) | {(metric.Low is null ? "–" : $"{Figure(metric.Low)} to {Figure(metric.High)}")} | {(metric.MeanBefore is null ? "–" : $"{Figure(metric.MeanBefore)} ({metric.CountBefore})")} | {(metric.Probability is null ? "–" : ReportText.Prose(ReportText.Probability(metric.Probability)))} | {Figure(metric.Baseline)} |\n");
        }

        text.Append('\n');
        foreach (var metric in review.Drift.Where(metric => metric.Change is not null))
        {
            var change = metric.Change!;
            text.Append($"- {ReportText.Prose(metric.Metric)}: {Figure(change.Before)} until then, {Figure(change.After)} from {ReportText.Code(change.ExecutionId)} on ({change.At}; p {ReportText.Prose(ReportText.Probability(change.Probability))})\n");
        }

        text.Append('\n');
    }

    private static void Cost(StringBuilder text, SkillReview review)
    {
        if (review.Cost.Count == 0)
        {
            return;
        }

        text.Append("## Cost and time (source: data)\n\n| figure | executions | mean | half below | 95 % below | trend | at promotion | limit |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var figure in review.Cost)
        {
            text.Append($"| {ReportText.Prose(figure.Metric)} | {figure.Count} | {CostReview.Text(figure.Mean)} | {CostReview.Text(figure.P50)} | {CostReview.Text(figure.P95)} | {figure.Trend?.Direction ?? "–"} | {(figure.Baseline is { } baseline ? $"{CostReview.Text(baseline)} (× {ReportText.Number(figure.TimesBaseline, "0.##")})" : "–")} | {(figure is { Limit: { } limit, AboveLimit: { } above } ? $"{CostReview.Text(limit)} ({above.Hits} above)" : "–")} |\n");
        }

        text.Append('\n');
    }

    private static void Comparison(StringBuilder text, SkillReview review)
    {
        if (review.Comparison is not { } comparison)
        {
            return;
        }

        text.Append($"## Against the prototype baseline (source: data)\n\n{ReportText.Prose(comparison.Sentence)}\n\n| metric | prototype ({comparison.BaselineExecutions}) | since | interval |\n|---|---|---|---|\n");
        foreach (var metric in comparison.Metrics)
        {
            text.Append($"| {ReportText.Prose(metric.Metric)} | {Figure(metric.Baseline)} | {Figure(metric.Mean)} ({metric.Count}) | {Figure(metric.Low)} to {Figure(metric.High)} |\n");
        }

        text.Append('\n');
    }

    private static void Readiness(StringBuilder text, SkillReview review)
    {
        if (review.Readiness is not { } readiness)
        {
            return;
        }

        text.Append($"## Ready for {readiness.To}? (source: data)\n\n{ReportText.Prose(ReviewSentences.Readiness(readiness))}\n\n");
        foreach (var gate in readiness.Gates)
        {
            text.Append($"- {gate.Verdict}: {ReportText.Prose(gate.Sentence)}\n");
        }

        text.Append('\n');
    }

    private static void Anomalies(StringBuilder text, SkillReview review)
    {
        if (review.Anomalies.Count == 0)
        {
            return;
        }

        text.Append("## Anomalies (source: data)\n\n");
        foreach (var anomaly in review.Anomalies)
        {
            text.Append($"- {ReportText.Code(anomaly.ExecutionId)}, {ReportText.Prose(anomaly.At)}: {ReportText.Prose(anomaly.Sentence)}\n");
        }

        text.Append('\n');
    }

    private static string Of(MeasuredShare share) => $"{share.Hits} of {share.Of}";

    private static string Interval(MeasuredShare share) => share.Of == 0 ? "–" : $"{Figure(share.Low)} to {Figure(share.High)}";

    private static string Figure(double? value) => value is { } number ? (number >= 10 ? CostReview.Text(number) : ReportText.Number(Math.Round(number, 3))) : "–";

    // Within a table even code must not hold a stroke.
    private static string Cell(string code) => code.Replace("|", "\\|", StringComparison.Ordinal);
}

/// <summary>Sentences that several writers of reviews need.</summary>
public static class ReviewSentences
{
    /// <summary>Whether a version is ready, in one sentence.</summary>
    public static string Readiness(ReadinessAssessment readiness)
    {
        var open = readiness.Gates.Count(gate => gate.Verdict != nameof(Policy.Verdict.Pass));
        return readiness.Refusal is { } refusal ? refusal
            : readiness.Ready ? $"Every gate passes; a signed ticket promotes it to {readiness.To}."
            : $"{open} of {readiness.Gates.Count} gates do not pass yet{(readiness.MissingExecutions > 0 ? $"; {readiness.MissingExecutions} more executions at least" : "")}.";
    }
}
