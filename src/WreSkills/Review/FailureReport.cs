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

/// <summary>
/// Writes the failure analysis of a rollback (policy 3.2): <c>reports/&lt;operation&gt;.md</c>, with the same as HTML and JSON beside it. It is
/// written from the data alone and at once; what a model makes of it is added when the model has answered.
/// </summary>
/// <param name="layout">Where things are.</param>
/// <param name="database">The figures.</param>
/// <param name="executions">The records.</param>
/// <param name="store">The contents.</param>
/// <param name="registry">The registry.</param>
/// <param name="advisor">The model that will be asked; null when none is configured.</param>
/// <param name="time">The clock.</param>
public sealed class FailureReport(WorkspaceLayout layout, MetricsDatabase database, ExecutionLog executions, VersionStore store, SkillRegistry registry, string? advisor, TimeProvider time)
{
    private const int Span = 30;
    private const int MostExecutions = 1000;
    private const int Examples = 3;
    private const int MostHoldouts = 10;
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
        var change = FailureSections.Change(all)?.Index;
        var body = new StringBuilder();
        Figures(body, [.. all.TakeLast(Span).Reverse()]);
        FailureSections.WriteChange(body, all);
        FailureSections.WritePatterns(body, all, change);
        FailureSections.WriteGroups(body, all, change);
        var shown = Failures(body, skill, all, change, HoldoutCases(skill, Text(rollback, "digest")!));
        Difference(body, skill, Text(rollback, "digest")!, Text(rollback, "serves"), version);
        var at = Timestamp.ToIso(time.GetUtcNow());
        Save(new FailureAnalysis
        {
            Operation = operation,
            Skill = skill,
            Version = version,
            Digest = Text(rollback, "digest")!,
            At = at,
            Head = Redaction.Text(Head(rollback, skill, version, from)),
            Body = Redaction.Text(body.ToString()),
            Tail = $"## Next\n\nRead this, mend the draft, and record the review: `wre report review --skill {skill} --approver ID --note \"…\"`. Until then {version} cannot be promoted again.\n\n_Written {at}._\n",
            Executions = shown,
            Model = advisor is null ? new AdvisorAnswer() : new AdvisorAnswer { Status = AdvisorAnswer.Waiting, Model = advisor },
        });
    }

    /// <summary>The analysis of an operation as it is stored; null when there is none, or it was written before models could be asked.</summary>
    public FailureAnalysis? Find(string operation)
    {
        try
        {
            return File.Exists(JsonFileOf(operation)) ? JsonSerializer.Deserialize(File.ReadAllBytes(JsonFileOf(operation)), ReviewJson.Default.FailureAnalysis) : null;
        }
        catch (JsonException)
        {
            // Edited by hand; the report itself stands beside it.
            return null;
        }
    }

    /// <summary>All analyses that are stored, newest first.</summary>
    public IReadOnlyList<FailureAnalysis> All() => Directory.Exists(layout.ReportsFolder)
        ?
        [
            .. Directory.EnumerateFiles(layout.ReportsFolder, "*.json").Select(file => Find(Path.GetFileNameWithoutExtension(file)))
                .OfType<FailureAnalysis>().OrderByDescending(analysis => analysis.At, StringComparer.Ordinal).ThenBy(analysis => analysis.Operation, StringComparer.Ordinal),
        ]
        : [];

    /// <summary>The analyses that wait for the model, newest first.</summary>
    public IReadOnlyList<FailureAnalysis> Waiting() => [.. All().Where(analysis => analysis.Model.Status == AdvisorAnswer.Waiting)];

    /// <summary>Asks a model for hypotheses and adds what passes every check; whatever else comes back, the report stays as the data wrote it.</summary>
    /// <returns>The analysis with the model's part.</returns>
    public async Task<FailureAnalysis> AskAsync(FailureAnalysis analysis, AdvisorModel model, CancellationToken cancellationToken)
    {
        var answer = new AdvisorAnswer { Status = AdvisorAnswer.Failed, Model = model.Name, At = Timestamp.ToIso(time.GetUtcNow()), Failure = "the content that was rolled back is not in the version store any more" };
        if (store.Contains(analysis.Digest))
        {
            var folder = store.Open(analysis.Skill, analysis.Digest);
            var traces = AdvisorTraces.Of(analysis.Skill, analysis.Executions, executions, HoldoutCases(analysis.Skill, analysis.Digest));
            answer = await model.ExplainAsync(analysis, folder.SkillBytes is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "", traces, cancellationToken).ConfigureAwait(false);
        }

        var explained = analysis with { Model = answer };
        Save(explained);
        return explained;
    }

    private void Save(FailureAnalysis analysis)
    {
        var markdown = analysis.Markdown();
        DurableFile.Replace(JsonFileOf(analysis.Operation), JsonSerializer.Serialize(analysis, ReviewJson.Default.FailureAnalysis) + "\n");
        DurableFile.Replace(Path.ChangeExtension(FileOf(analysis.Operation), ".html"), ReportHtml.Write($"Failure analysis: {analysis.Skill} {analysis.Version}", markdown));

        // The Markdown says that all of it is there.
        DurableFile.Replace(FileOf(analysis.Operation), markdown);
    }

    private string JsonFileOf(string operation) => Path.Combine(layout.ReportsFolder, operation + ".json");

    private HashSet<string> HoldoutCases(string skill, string digest) =>
        store.Contains(digest) ? [.. store.Open(skill, digest).Cases.Where(item => item.IsHoldout).Select(item => item.Id)] : [];

    private static string Head(JsonElement rollback, string skill, string version, string from)
    {
        var text = new StringBuilder();
        text.Append($"# Failure analysis: {skill} {version}\n\n");
        text.Append($"Rolled back from {from} to {Text(rollback, "to_state")} at {Text(rollback, "timestamp")}.\n\n");
        text.Append($"- Reason: {ReportText.Code(Text(rollback, "reason") ?? "")}{(Text(rollback, "trigger_metric") is { } metric ? $" ({ReportText.Code(metric)})" : "")}\n");
        text.Append($"- Serves now: {ReportText.Prose(Text(rollback, "serves") ?? "no version")}\n");
        text.Append($"- Decided by: {ReportText.Prose(Text(rollback, "approver") ?? Text(rollback, "requested_by") ?? "nobody")}\n");
        text.Append($"- Operation: {ReportText.Code(Text(rollback, "operation")!)}\n\n");
        return text.ToString();
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

    // Ids of the examples. What is set aside to test mended instructions with is not shown to whoever mends them.
    private IReadOnlyList<string> Failures(StringBuilder text, string skill, List<ExecutionFigures> all, int? change, HashSet<string> holdoutCases)
    {
        var bad = all.Skip(change ?? 0).Where(item => item.IsBad)
            .OrderBy(item => item.OutcomeQuality ?? 1).ThenBy(item => item.PatternFidelity ?? 1).Take(Examples * MostHoldouts).ToList();
        var fine = all.Take(change ?? all.Count).Reverse().Where(item => !item.IsBad && item.PatternFidelity is 1).Take(MostHoldouts).ToList();
        var records = executions.Find(skill, [.. bad.Concat(fine).Select(item => item.ExecutionId)]);
        bool IsShown(ExecutionFigures item) => !records.TryGetValue(item.ExecutionId, out var record) || !AdvisorTraces.IsHoldout(record, holdoutCases);
        var (worst, good) = (bad.Where(IsShown).Take(Examples).ToList(), fine.Find(IsShown));
        if (worst.Count == 0)
        {
            return [];
        }

        text.Append("## Examples\n\n");
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
        return [.. worst.Append(good).OfType<ExecutionFigures>().Select(item => item.ExecutionId)];
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
            text.Append($"    {++number}. `{Shorten(ReportText.Of(step) ?? "null")}`\n");
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
        item.TryGetProperty(name, out var value) ? ReportText.Of(value) : null;

    private static string Number(double? value) => value?.ToString("0.##", CultureInfo.InvariantCulture) ?? "unknown";

    // Breadcrumbs are what strangers wrote: no back-ticks that would end the code span, no characters that steer or hide, and not endless.
    private static string Shorten(string text) => ReportText.Clean(text, MostText - 1).Replace('`', '\'');
}
