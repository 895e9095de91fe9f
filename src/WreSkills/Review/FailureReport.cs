using System.Globalization;
using System.Text;
using System.Text.Json;

using WreSkills.Executions;
using WreSkills.Metrics;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Scanning;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Review;

/// <summary>The failure analysis of a rollback from the data alone (policy 3.2): <c>reports/&lt;operation&gt;.md</c>.</summary>
public sealed class FailureReport(WorkspaceLayout layout, MetricsDatabase database, ExecutionLog executions, VersionStore store, SkillRegistry registry, TimeProvider time)
{
    private const int Span = 30;
    private const int MostExecutions = 1000;
    private const int Examples = 3;
    private const int MostText = 400;
    private const int MostSteps = 30;
    private const int MostDiffLines = 200;
    private const int MostDiffFiles = 20;
    private const int MostDiffBytes = 256 * 1024;

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
        var all = database.LatestExecutions(new StateStay(skill, version, from, stateSerial), MostExecutions).Reverse().ToList();
        var latest = all.TakeLast(Span).Reverse().ToList();
        var change = FailureSections.Change(all)?.Index;
        var text = new StringBuilder();
        text.Append($"# Failure analysis: {skill} {version}\n\n");
        text.Append($"Rolled back from {from} to {Text(rollback, "to_state")} at {Text(rollback, "timestamp")}.\n\n");
        text.Append($"- Reason: `{Text(rollback, "reason")}`{(Text(rollback, "trigger_metric") is { } metric ? $" (`{metric}`)" : "")}\n");
        text.Append($"- Serves now: {Text(rollback, "serves") ?? "no version"}\n");
        text.Append($"- Decided by: {Text(rollback, "approver") ?? Text(rollback, "requested_by")}\n");
        text.Append($"- Operation: `{operation}`\n\n");
        text.Append("From the data alone; no model was asked.\n\n");
        Figures(text, latest);
        FailureSections.WriteChange(text, all);
        FailureSections.WritePatterns(text, all, change);
        FailureSections.WriteGroups(text, all, change);
        Failures(text, skill, all, change);
        Difference(text, skill, Text(rollback, "digest")!, Text(rollback, "serves"), version);
        text.Append($"## Next\n\nRead this, mend the draft, and record the review: `wre report review --skill {skill} --approver ID --note \"…\"`. Until then {version} cannot be promoted again.\n\n_Written {Timestamp.ToIso(time.GetUtcNow())}._\n");
        DurableFile.Replace(FileOf(operation), Redaction.Text(text.ToString()));
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

    private void Failures(StringBuilder text, string skill, List<ExecutionFigures> all, int? change)
    {
        var worst = all.Skip(change ?? 0).Where(item => item.IsBad)
            .OrderBy(item => item.OutcomeQuality ?? 1).ThenBy(item => item.PatternFidelity ?? 1).Take(Examples).ToList();
        if (worst.Count == 0)
        {
            return;
        }

        text.Append("## Examples\n\n");
        var good = all.Take(change ?? all.Count).LastOrDefault(item => !item.IsBad && item.PatternFidelity is 1);
        var records = executions.Find(skill, [.. worst.Append(good).OfType<ExecutionFigures>().Select(item => item.ExecutionId)]);
        foreach (var item in worst)
        {
            Example(text, item, records);
        }

        if (good is not null)
        {
            text.Append($"\nFor contrast, one that went well{(change is null ? "" : " before")}:\n\n");
            Example(text, good, records);
        }

        text.Append('\n');
    }

    private static void Example(StringBuilder text, ExecutionFigures item, IReadOnlyDictionary<string, JsonElement> records)
    {
        text.Append($"- `{Shorten(item.ExecutionId)}`: fidelity {Number(item.PatternFidelity)}, outcome {Number(item.OutcomeQuality)}{(item.PatternsMissed.Count > 0 ? $", missed {string.Join(", ", item.PatternsMissed.Select(name => $"`{Shorten(name)}`"))}" : "")}\n");
        if (!records.TryGetValue(item.ExecutionId, out var record))
        {
            return;
        }

        text.Append($"  - decided `{Shorten(Text(record, "decision") ?? "nothing")}`, expected `{Shorten(Text(record, "expected_decision") ?? "unknown")}`{(Text(record, "exception_type") is { } exception ? $", exception `{Shorten(exception)}`" : "")}\n");
        if (!record.TryGetProperty("breadcrumbs", out var breadcrumbs))
        {
            return;
        }

        if (breadcrumbs.ValueKind != JsonValueKind.Array)
        {
            text.Append($"  - breadcrumbs: `{Shorten(breadcrumbs.GetRawText())}`\n");
            return;
        }

        var number = 0;
        foreach (var step in breadcrumbs.EnumerateArray().Take(MostSteps))
        {
            text.Append($"    {++number}. `{Shorten(step.ValueKind == JsonValueKind.String ? step.GetString()! : step.GetRawText())}`\n");
        }

        if (breadcrumbs.GetArrayLength() > MostSteps)
        {
            text.Append($"    … and {breadcrumbs.GetArrayLength() - MostSteps} more\n");
        }
    }

    private void Difference(StringBuilder text, string skill, string digest, string? serves, string version)
    {
        var other = serves is null || serves == version ? null : DigestOf(skill, serves);
        if (other is null || !store.Contains(digest) || !store.Contains(other))
        {
            return;
        }

        text.Append($"## What {version} changed against {serves}\n\n");
        var (before, after) = (store.Open(skill, other), store.Open(skill, digest));
        var changed = 0;
        foreach (var path in before.Files.Concat(after.Files).Select(file => file.Path).Distinct().Order(StringComparer.Ordinal))
        {
            var (old, now) = (Content(before, path), Content(after, path));
            if (old is not null && now is not null && old.AsSpan().SequenceEqual(now))
            {
                continue;
            }

            text.Append($"- `{Shorten(path)}` {(old is null ? "added" : now is null ? "removed" : "changed")}\n");
            if (++changed <= MostDiffFiles)
            {
                Lines(text, old ?? [], now ?? []);
            }
        }

        text.Append(changed == 0 ? "Nothing: the contents are the same, so look at what surrounds the skill.\n\n" : "\n");
    }

    private static void Lines(StringBuilder text, byte[] old, byte[] now)
    {
        if (old.Length > MostDiffBytes || now.Length > MostDiffBytes || old.Contains((byte)0) || now.Contains((byte)0))
        {
            return;
        }

        var lines = TextDiff.Unified(Encoding.UTF8.GetString(old), Encoding.UTF8.GetString(now));
        text.Append("\n  ~~~~diff\n");
        foreach (var line in lines.Take(MostDiffLines))
        {
            text.Append("  ").Append(Shorten(line).Replace("~~~~", "~~~", StringComparison.Ordinal)).Append('\n');
        }

        text.Append(lines.Count > MostDiffLines ? $"  … and {lines.Count - MostDiffLines} more lines\n  ~~~~\n\n" : "  ~~~~\n\n");
    }

    private static byte[]? Content(SkillFolder folder, string path) => folder.Files.Any(file => file.Path == path) ? File.ReadAllBytes(Path.Combine(folder.Path, path)) : null;

    private string? DigestOf(string skill, string version) => registry.Load().Find(skill)?.Versions.GetValueOrDefault(version)?.Digest;

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) ? value.ValueKind switch { JsonValueKind.String => value.GetString(), JsonValueKind.Null => null, _ => value.GetRawText() } : null;

    private static string Number(double? value) => value?.ToString("0.##", CultureInfo.InvariantCulture) ?? "unknown";

    // Breadcrumbs are what strangers wrote: no back-ticks that would end the code span, no control characters, and not endless.
    private static string Shorten(string text)
    {
        text = new string([.. text.Take(MostText + 1).Select(character => character == '`' ? '\'' : char.IsControl(character) ? ' ' : character)]);
        return text.Length <= MostText ? text : text[..(MostText - 1)] + "…";
    }
}
