using System.Globalization;
using System.Text;

using WreSkills.Metrics;
using WreSkills.Scoring;

namespace WreSkills.Review;

/// <summary>The sections of a failure analysis that come from figures alone; pure.</summary>
internal static class FailureSections
{
    private const int LeastInGroup = 3;
    private const int MostGroups = 8;
    private const int Small = 20;

    /// <summary>The change that the report speaks of: the clearest over all metrics; null when none is clear.</summary>
    /// <param name="executions">Oldest first.</param>
    public static (int Index, ExecutionFigures First)? Change(IReadOnlyList<ExecutionFigures> executions) => Series(executions)
        .Select(series => (series.Rows, Point: ChangePoint.Find(series.Values)))
        .Where(found => found.Point is not null)
        .OrderBy(found => found.Point!.Probability).ThenByDescending(found => found.Rows.Count)
        .Select(found => ((int, ExecutionFigures)?)(found.Rows[found.Point!.Index], executions[found.Rows[found.Point.Index]]))
        .FirstOrDefault();

    /// <summary>When each metric changed, if it did.</summary>
    public static void WriteChange(StringBuilder text, IReadOnlyList<ExecutionFigures> executions)
    {
        text.Append("## When it began\n\n");
        var found = false;
        foreach (var (name, rows, values) in Series(executions))
        {
            if (ChangePoint.Find(values) is { } change)
            {
                var first = executions[rows[change.Index]];
                text.Append($"- {name}: {Number(change.Before)} until then, {Number(change.After)} from execution {rows[change.Index] + 1} of {executions.Count} on ({ReportText.Code(first.ExecutionId)}, {Storage.Timestamp.ToIso(first.Timestamp)}; p {ReportText.Prose(ReportText.Probability(change.Probability))})\n");
                found = true;
            }
        }

        if (!found)
        {
            text.Append(executions.Count < Small
                ? $"{executions.Count} executions are too few to see a change among them; take it that it was so from the beginning.\n"
                : "No clear change within its time in this state: it was so from the beginning.\n");
        }

        text.Append('\n');
    }

    /// <summary>Which patterns were missed, before and after the change.</summary>
    public static void WritePatterns(StringBuilder text, IReadOnlyList<ExecutionFigures> executions, int? change)
    {
        text.Append("## Patterns missed\n\n");
        var scored = executions.Select((execution, index) => (execution, index)).Where(item => item.execution.PatternFidelity is not null).ToList();
        var (before, after) = (scored.Where(item => item.index < (change ?? 0)).Select(item => item.execution).ToList(), scored.Where(item => item.index >= (change ?? 0)).Select(item => item.execution).ToList());
        var missed = after.SelectMany(item => item.PatternsMissed).GroupBy(name => name)
            .Select(group => (Name: group.Key, After: group.Count(), Before: before.Count(item => item.PatternsMissed.Contains(group.Key))))
            .OrderByDescending(item => Share(item.After, after.Count) - Share(item.Before, before.Count)).ThenBy(item => item.Name, StringComparer.Ordinal).ToList();
        if (missed.Count == 0)
        {
            text.Append("None by name.\n\n");
            return;
        }

        foreach (var (name, now, then) in missed)
        {
            text.Append($"- {ReportText.Code(name)}: missed in {now} of {after.Count} executions{(before.Count > 0 ? $" since the change, in {then} of {before.Count} before" : "")}\n");
        }

        text.Append('\n');
    }

    /// <summary>Which kind of executions fails: groups whose share of bad executions differs from that of the rest.</summary>
    public static void WriteGroups(StringBuilder text, IReadOnlyList<ExecutionFigures> executions, int? change)
    {
        var latest = executions.Skip(change ?? 0).ToList();
        var groups = Dimensions(latest)
            .Where(group => group.Members.Count >= LeastInGroup && group.Members.Count < latest.Count)
            .Select(group => (group.Name, Bad: group.Members.Count(item => item.IsBad), Of: group.Members.Count))
            .Select(group => (group.Name, group.Bad, group.Of, RestBad: latest.Count(item => item.IsBad) - group.Bad, Others: latest.Count - group.Of))
            .Where(group => Share(group.Bad, group.Of) > Share(group.RestBad, group.Others))
            .OrderByDescending(group => Share(group.Bad, group.Of) - Share(group.RestBad, group.Others)).Take(MostGroups).ToList();
        if (groups.Count == 0)
        {
            return;
        }

        text.Append("## Which executions\n\nShares of executions that were wrong, broke off or missed a pattern, with 95 % intervals (Wilson).\n\n");
        foreach (var (name, bad, of, restBad, rest) in groups)
        {
            var (own, other) = (new MeasuredShare(bad, of), new MeasuredShare(restBad, rest));
            var apart = own.Low > other.High;
            text.Append($"- {ReportText.Prose(name)}: {bad} of {of} ({Number(own.Low)} to {Number(own.High)}), the others {restBad} of {rest} ({Number(other.Low)} to {Number(other.High)}){(apart ? "" : of + rest < Small ? "; few executions, may be chance" : "; may be chance")}\n");
        }

        text.Append('\n');
    }

    private static IEnumerable<(string Name, List<ExecutionFigures> Members)> Dimensions(List<ExecutionFigures> executions)
    {
        (string Name, Func<ExecutionFigures, string?> Value)[] dimensions =
        [
            ("class", item => item.IsNegative switch { true => "negative", false => "positive", null => null }), ("agent", item => item.Agent), ("model", item => item.Model), ("source", item => item.Source),
            ("tokens", item => item.Tokens is { } tokens ? tokens > Median(executions) ? "above the median" : "up to the median" : null),
        ];
        return dimensions.SelectMany(dimension => executions.GroupBy(dimension.Value).Where(group => group.Key is not null).Select(group => ($"{dimension.Name} {group.Key}", group.ToList())));
    }

    private static double Median(List<ExecutionFigures> executions)
    {
        var tokens = executions.Select(item => item.Tokens).OfType<long>().Order().ToList();
        return tokens.Count == 0 ? 0 : tokens[(tokens.Count - 1) / 2];
    }

    private static IEnumerable<(string Name, List<int> Rows, List<double> Values)> Series(IReadOnlyList<ExecutionFigures> executions)
    {
        (string Name, Func<ExecutionFigures, double?> Value)[] metrics =
        [
            ("pattern fidelity", item => item.PatternFidelity), ("outcome quality", item => item.OutcomeQuality),
            ("exceptions", item => item.Exception is { } flag ? flag ? 1 : 0 : null), ("execution time, ms", item => item.ExecutionTimeMs), ("tokens", item => item.Tokens),
        ];
        foreach (var (name, value) in metrics)
        {
            var rows = Enumerable.Range(0, executions.Count).Where(index => value(executions[index]) is not null).ToList();
            yield return (name, rows, [.. rows.Select(row => value(executions[row])!.Value)]);
        }
    }

    private static double Share(int hits, int of) => of == 0 ? 0 : (double)hits / of;

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
