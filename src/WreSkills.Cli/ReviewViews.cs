using System.Globalization;

using WreSkills.Review;
using WreSkills.Scoring;

namespace WreSkills.Cli;

/// <summary>A review as text of 80 columns.</summary>
internal static class ReviewViews
{
    private const int Columns = 80;
    private const int MostPatterns = 12;
    private const int MostIds = 3;

    public static void Write(Terminal terminal, SkillReview review)
    {
        terminal.Heading($"Review of {review.Skill} {review.Version ?? "(draft)"} ({review.State}), {review.Timeframe.Replace('_', ' ')}");
        Text(terminal, 2, review.Headline);
        Text(terminal, 2, review.Model.Sentence);
        if (review.HoldoutLeftOut > 0)
        {
            Text(terminal, 2, $"{review.HoldoutLeftOut} executions are left out, because they may belong to holdout cases.");
        }

        if (review.FundamentalIssue is { } issue)
        {
            Section(terminal, "Fundamental problem of the instructions", issue.Source);
            Text(terminal, 2, issue.Reason);
        }

        Opportunities(terminal, review);
        Patterns(terminal, review);
        Clusters(terminal, review);
        Readings(terminal, review.Model, "What the model reads in it");
        Drift(terminal, review);
        Cost(terminal, review);
        Rest(terminal, review);
    }

    /// <summary>A model's readings.</summary>
    public static void Readings(Terminal terminal, AdvisorAnswer answer, string title)
    {
        if (answer.Readings.Count == 0)
        {
            return;
        }

        Section(terminal, title, answer.Source);
        foreach (var reading in answer.Readings)
        {
            Text(terminal, 2, $"{reading.About}, SKILL.md line {reading.Line}: {reading.Text}", 4);
            if (reading.Suggestion is { } suggestion)
            {
                Text(terminal, 4, $"Suggestion: {suggestion}");
            }

            if (reading.Breadcrumbs.Count > 0)
            {
                Text(terminal, 4, $"Rests on {string.Join(", ", reading.Breadcrumbs.Select(citation => $"step {citation.Step} of {citation.ExecutionId}"))}.");
            }
        }
    }

    private static void Opportunities(Terminal terminal, SkillReview review)
    {
        Section(terminal, "What to improve", "data");
        if (review.ImprovementOpportunities.Count == 0)
        {
            Text(terminal, 2, "Nothing was found.");
        }

        foreach (var (index, opportunity) in review.ImprovementOpportunities.Index())
        {
            var place = opportunity is { File: { } file, Line: { } line } ? $", {file}:{line}" : "";
            Text(terminal, 2, $"{index + 1}. {opportunity.Sentence} ({opportunity.About}{place})", 5);
        }
    }

    private static void Patterns(Terminal terminal, SkillReview review)
    {
        if (review.Patterns.Count == 0)
        {
            return;
        }

        Section(terminal, "Weak patterns", "data");
        var weak = review.WeakPatterns;
        if (weak.Count == 0)
        {
            Text(terminal, 2, $"None of {review.Patterns.Count} patterns is missed more often than the gate leaves room for.");
        }

        foreach (var pattern in weak.Take(MostPatterns))
        {
            Text(
                terminal, 2,
                $"{pattern.Id} {pattern.Name}{(pattern.IsCritical ? " (critical)" : "")}: missed {Of(pattern.Misses)} ({Number(pattern.Misses.Low)} to {Number(pattern.Misses.High)})"
                + $"{(pattern.Before is { } before ? $", before {Of(before)}" : "")}{(pattern.IsCertain ? "" : "; may be chance")}", 5);
            Text(terminal, 5, string.Join(", ", pattern.Executions.Take(MostIds)) + (pattern.Executions.Count > MostIds ? ", …" : ""));
        }

        if (weak.Count > MostPatterns)
        {
            Text(terminal, 2, $"and {weak.Count - MostPatterns} more");
        }
    }

    private static void Clusters(Terminal terminal, SkillReview review)
    {
        if (review.Clusters.Count == 0)
        {
            return;
        }

        Section(terminal, "Failing executions that look alike", "data");
        foreach (var cluster in review.Clusters)
        {
            Text(terminal, 2, $"{cluster.Id} {Of(cluster.Share)}: {cluster.Title}", 5);
            foreach (var feature in cluster.Features.Take(MostIds))
            {
                Text(terminal, 5, $"{feature.Name} {feature.Value}: {Of(feature.Inside)} here, {Of(feature.Outside)} elsewhere{(feature.IsClear ? "" : " (may be chance)")}", 7);
            }

            Text(terminal, 5, "such as " + string.Join(", ", cluster.Executions.Take(MostIds)), 7);
        }
    }

    private static void Drift(Terminal terminal, SkillReview review)
    {
        if (review.Drift.Count == 0)
        {
            return;
        }

        Section(terminal, "Drift", "data");
        foreach (var metric in review.Drift)
        {
            var interval = metric.Low is null ? "" : $" ({Number(metric.Low)} to {Number(metric.High)})";
            var before = metric.MeanBefore is null ? "; nothing before" : $"; before {Number(metric.MeanBefore)} of {metric.CountBefore}{(metric.Probability is { } p ? $", p {(p < 0.001 ? "< 0.001" : $"= {Number(p)}")}{(metric.Drifts ? ": it drifts" : "")}" : "")}";
            Text(terminal, 2, $"{Name(metric.Metric)} {Number(metric.Mean)}{interval} of {metric.Count}{before}{(metric.Baseline is { } baseline ? $"; at promotion {Number(baseline)}" : "")}", 4);
            if (metric.Change is { } change)
            {
                Text(terminal, 4, $"changed at {change.ExecutionId} ({change.At}): {Number(change.Before)} until then, {Number(change.After)} from then on");
            }
        }
    }

    private static void Cost(Terminal terminal, SkillReview review)
    {
        if (review.Cost.Count == 0)
        {
            return;
        }

        Section(terminal, "Cost and time", "data");
        foreach (var figure in review.Cost)
        {
            Text(
                terminal, 2,
                $"{Name(figure.Metric)} mean {Number(figure.Mean)}, half below {Number(figure.P50)}, 95 % below {Number(figure.P95)}"
                + $"{(figure.Trend is { } trend ? $", {trend.Direction}" : "")}{(figure is { Baseline: { } baseline, TimesBaseline: { } times } ? $"; {Number(times)} × the {Number(baseline)} at promotion" : "")}"
                + $"{(figure is { Limit: { } limit, AboveLimit: { } above } ? $"; {Of(above)} above the limit of {Number(limit)}" : "")}", 4);
        }
    }

    private static void Rest(Terminal terminal, SkillReview review)
    {
        if (review.Comparison is { } comparison)
        {
            Section(terminal, "Against the prototype baseline", "data");
            Text(terminal, 2, comparison.Sentence);
            foreach (var metric in comparison.Metrics)
            {
                Text(terminal, 2, $"{metric.Metric.Replace('_', ' ')}: {Number(metric.Mean)} ({Number(metric.Low)} to {Number(metric.High)}) of {metric.Count}; prototype {Number(metric.Baseline)} of {comparison.BaselineExecutions}", 4);
            }
        }

        if (review.Readiness is { } readiness)
        {
            Section(terminal, $"Ready for {readiness.To}?", "data");
            Text(terminal, 2, ReviewSentences.Readiness(readiness));
            foreach (var gate in readiness.Gates.Where(gate => gate.Verdict != nameof(Policy.Verdict.Pass)))
            {
                Text(terminal, 2, gate.Sentence, 4);
            }
        }

        if (review.Anomalies.Count > 0)
        {
            Section(terminal, "Anomalies", "data");
            foreach (var anomaly in review.Anomalies)
            {
                Text(terminal, 2, $"{anomaly.ExecutionId}: {anomaly.Sentence}", 4);
            }
        }
    }

    private static void Section(Terminal terminal, string title, string source)
    {
        terminal.Line();
        terminal.Heading($"{title} (source: {source})");
    }

    private static string Name(string metric) => metric == "execution_time_ms" ? "execution time, ms," : metric.Replace('_', ' ');

    private static string Of(MeasuredShare share) => $"{share.Hits} of {share.Of}";

    private static string Number(double? value) => value is not { } number ? "–"
        : number >= 10 ? Math.Round(number, number < 100 ? 1 : 0).ToString("#,0.#", CultureInfo.InvariantCulture)
        : Math.Round(number, 3).ToString("0.###", CultureInfo.InvariantCulture);

    // Words that are longer than a line are left whole: an id that is cut cannot be looked up.
    private static void Text(Terminal terminal, int indent, string text, int? hanging = null)
    {
        var line = new string(' ', indent);
        var empty = true;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!empty && line.Length + 1 + word.Length > Columns)
            {
                terminal.Line(line);
                (line, empty) = (new string(' ', hanging ?? indent), true);
            }

            line += empty ? word : " " + word;
            empty = false;
        }

        if (!empty)
        {
            terminal.Line(line);
        }
    }
}
