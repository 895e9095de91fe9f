using System.Text.Json;

using WreSkills.Executions;

namespace WreSkills.Review;

/// <summary>Makes what a model sees of executions out of their records.</summary>
internal static class AdvisorTraces
{
    private const int MaxFact = 200;
    private static readonly string[] s_facts = ["decision", "expected_decision", "exception_type", "execution_time_ms", "model"];

    /// <summary>The traces of some executions, in the order of their ids; those without a kept record, and those of holdout cases, are left out.</summary>
    public static IReadOnlyList<AdvisorTrace> Of(string skill, IEnumerable<string> ids, ExecutionLog log, IReadOnlySet<string> holdoutCases)
    {
        var wanted = ids.Distinct().ToList();
        var records = log.Find(skill, wanted);
        return
        [
            .. wanted.Where(records.ContainsKey).Select(id => (Id: id, Record: records[id])).Where(item => !IsHoldout(item.Record, holdoutCases))
                .Select(item => new AdvisorTrace(item.Id, Facts(item.Record), Steps(item.Record))),
        ];
    }

    /// <summary>True when a record belongs to a case that is kept from whoever writes instructions.</summary>
    public static bool IsHoldout(JsonElement record, IReadOnlySet<string> holdoutCases) =>
        Text(record, "split") == "holdout" || (Text(record, "case") is { } name && holdoutCases.Contains(name));

    private static string Facts(JsonElement record) => string.Join("; ", s_facts
        .Select(name => Text(record, name) is { } value ? $"{name.Replace('_', ' ')} {ReportText.Clean(value, MaxFact)}" : null).OfType<string>());

    private static IReadOnlyList<string> Steps(JsonElement record) => record.TryGetProperty("breadcrumbs", out var breadcrumbs) && breadcrumbs.ValueKind == JsonValueKind.Array
        ? [.. breadcrumbs.EnumerateArray().Select(step => ReportText.Of(step) ?? "null")]
        : [];

    private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? ReportText.Of(value) : null;
}
