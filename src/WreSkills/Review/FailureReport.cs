using System.Globalization;
using System.Text;
using System.Text.Json;

using WreSkills.Executions;
using WreSkills.Metrics;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Review;

/// <summary>The failure analysis of a rollback from the data alone (policy 3.2): <c>reports/&lt;operation&gt;.md</c>.</summary>
public sealed class FailureReport(WorkspaceLayout layout, MetricsDatabase database, ExecutionLog executions, VersionStore store, SkillRegistry registry, TimeProvider time)
{
    private const int Span = 30;
    private const int Examples = 5;
    private const int MostText = 400;

    /// <summary>Path of the report of an operation.</summary>
    public string FileOf(string operation) => Path.Combine(layout.ReportsFolder, operation + ".md");

    /// <summary>Writes the report of a rollback unless it is there.</summary>
    /// <param name="rollback">The audit line of the rollback: operation, skill, version, digest, reason and so on.</param>
    /// <param name="stateSerial">Registry serial with which the version had entered the state it was rolled back from.</param>
    public void Write(JsonElement rollback, long stateSerial)
    {
        var operation = Text(rollback, "operation")!;
        if (File.Exists(FileOf(operation)))
        {
            return;
        }

        var (skill, version, from) = (Text(rollback, "skill")!, Text(rollback, "version")!, Text(rollback, "from_state")!);
        var latest = database.LatestExecutions(new StateStay(skill, version, from, stateSerial), Span);
        var text = new StringBuilder();
        text.Append($"# Failure analysis: {skill} {version}\n\n");
        text.Append($"Rolled back from {from} to {Text(rollback, "to_state")} at {Text(rollback, "timestamp")}.\n\n");
        text.Append($"- Reason: `{Text(rollback, "reason")}`{(Text(rollback, "trigger_metric") is { } metric ? $" (`{metric}`)" : "")}\n");
        text.Append($"- Serves now: {Text(rollback, "serves") ?? "no version"}\n");
        text.Append($"- Decided by: {Text(rollback, "approver") ?? Text(rollback, "requested_by")}\n");
        text.Append($"- Operation: `{operation}`\n\n");
        text.Append("From the data alone; no model was asked.\n\n");
        Figures(text, latest);
        Patterns(text, latest);
        Failures(text, skill, latest);
        Difference(text, skill, Text(rollback, "digest")!, Text(rollback, "serves"), version);
        text.Append($"## Next\n\nRead this, mend the draft, and record the review: `wre report review --skill {skill} --approver ID --note \"…\"`. Until then {version} cannot be promoted again.\n\n_Written {Timestamp.ToIso(time.GetUtcNow())}._\n");
        DurableFile.Replace(FileOf(operation), text.ToString());
    }

    private static void Figures(StringBuilder text, IReadOnlyList<ExecutionFigures> latest)
    {
        text.Append($"## Last {latest.Count} executions\n\n");
        if (latest.Count == 0)
        {
            text.Append("None were recorded for this version in this state.\n\n");
            return;
        }

        text.Append("| figure | mean | of |\n|---|---|---|\n");
        Row(text, "pattern fidelity", latest.Select(item => item.PatternFidelity));
        Row(text, "outcome quality", latest.Select(item => item.OutcomeQuality));
        Row(text, "execution time, ms", latest.Select(item => item.ExecutionTimeMs));
        Row(text, "exceptions", latest.Select(item => item.Exception is { } flag ? (flag ? 1.0 : 0.0) : (double?)null));
        Row(text, "false positives", latest.Select(item => item.FalsePositive is { } flag ? (flag ? 1.0 : 0.0) : (double?)null));
        Row(text, "false negatives", latest.Select(item => item.FalseNegative is { } flag ? (flag ? 1.0 : 0.0) : (double?)null));
        text.Append('\n');
    }

    private static void Row(StringBuilder text, string name, IEnumerable<double?> values)
    {
        var known = values.OfType<double>().ToList();
        if (known.Count > 0)
        {
            text.Append($"| {name} | {known.Average().ToString("0.###", CultureInfo.InvariantCulture)} | {known.Count} |\n");
        }
    }

    private static void Patterns(StringBuilder text, IReadOnlyList<ExecutionFigures> latest)
    {
        var missed = latest.SelectMany(item => item.PatternsMissed).GroupBy(name => name).OrderByDescending(group => group.Count()).ToList();
        text.Append("## Patterns missed\n\n");
        if (missed.Count == 0)
        {
            text.Append("None by name.\n\n");
            return;
        }

        foreach (var group in missed)
        {
            text.Append($"- `{group.Key}`: missed in {group.Count()} of {latest.Count} executions\n");
        }

        text.Append('\n');
    }

    private void Failures(StringBuilder text, string skill, IReadOnlyList<ExecutionFigures> latest)
    {
        var worst = latest.Where(item => item.OutcomeQuality is < 0.5 || item.PatternFidelity is < 1 || item.Exception == true)
            .OrderBy(item => item.OutcomeQuality ?? 1).ThenBy(item => item.PatternFidelity ?? 1).Take(Examples).ToList();
        if (worst.Count == 0)
        {
            return;
        }

        text.Append("## Examples\n\n");
        var records = executions.Find(skill, [.. worst.Select(item => item.ExecutionId)]);
        foreach (var item in worst)
        {
            text.Append($"- `{item.ExecutionId}`: fidelity {Number(item.PatternFidelity)}, outcome {Number(item.OutcomeQuality)}{(item.PatternsMissed.Count > 0 ? $", missed {string.Join(", ", item.PatternsMissed.Select(name => $"`{name}`"))}" : "")}\n");
            if (records.TryGetValue(item.ExecutionId, out var record))
            {
                text.Append($"  - decided `{Text(record, "decision") ?? "nothing"}`, expected `{Text(record, "expected_decision") ?? "unknown"}`\n");
                if (record.TryGetProperty("breadcrumbs", out var breadcrumbs))
                {
                    text.Append($"  - breadcrumbs: `{Shorten(breadcrumbs.GetRawText())}`\n");
                }
            }
        }

        text.Append('\n');
    }

    private void Difference(StringBuilder text, string skill, string digest, string? serves, string version)
    {
        var other = serves is null || serves == version ? null : DigestOf(skill, serves);
        if (other is null || !store.Contains(digest) || !store.Contains(other))
        {
            return;
        }

        text.Append($"## What {version} changed against {serves}\n\n");
        var (before, after) = (Hashes(skill, other), Hashes(skill, digest));
        foreach (var path in before.Keys.Union(after.Keys).Order(StringComparer.Ordinal))
        {
            var change = (before.ContainsKey(path), after.ContainsKey(path)) switch
            {
                (true, false) => "removed",
                (false, true) => "added",
                _ => before[path] == after[path] ? null : "changed",
            };
            if (change is not null)
            {
                text.Append($"- `{path}` {change}\n");
            }
        }

        text.Append('\n');
    }

    private string? DigestOf(string skill, string version) => registry.Load().Find(skill)?.Versions.GetValueOrDefault(version)?.Digest;

    private Dictionary<string, string> Hashes(string skill, string digest)
    {
        var folder = store.Open(skill, digest);
        return folder.Files.ToDictionary(file => file.Path, file => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Path.Combine(folder.Path, file.Path)))));
    }

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) ? value.ValueKind switch { JsonValueKind.String => value.GetString(), JsonValueKind.Null => null, _ => value.GetRawText() } : null;

    private static string Number(double? value) => value?.ToString("0.##", CultureInfo.InvariantCulture) ?? "unknown";

    // Breadcrumbs are what strangers wrote: no back-ticks that would end the code span, and not endless.
    private static string Shorten(string text)
    {
        text = text.Replace('`', '\'');
        return text.Length <= MostText ? text : text[..(MostText - 1)] + "…";
    }
}
