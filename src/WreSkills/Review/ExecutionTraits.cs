using System.Text.Json.Nodes;

using WreSkills.Executions;
using WreSkills.Scoring;
using WreSkills.Skills;

namespace WreSkills.Review;

/// <summary>What an execution is compared by when failures are grouped: pairs of name and value.</summary>
internal static class ExecutionTraits
{
    private const int MostSteps = 12;
    private const int MostValue = 120;
    private const int MostLabels = 8;

    /// <summary>How much a trait counts when two executions are compared: what went wrong counts more than where.</summary>
    public static double Weight(string name) => name switch { "exception" or "decision" => 3, "missed" => 2, "shape" => 1, _ => 0.5 };

    /// <summary>The traits of an execution.</summary>
    public static IReadOnlySet<(string Name, string Value)> Of(ReviewedExecution execution)
    {
        var traits = new HashSet<(string, string)>();
        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                traits.Add((name, ReportText.Clean(value, MostValue)));
            }
        }

        foreach (var missed in execution.Shares.Where(pattern => pattern.Value < 1))
        {
            Add("missed", missed.Key);
        }

        var record = execution.Record;
        if (record is { Decision: { } decision, ExpectedDecision: { } expected } && decision != expected)
        {
            Add("decision", $"{ReportText.Clean(decision, MostValue / 3)} instead of {ReportText.Clean(expected, MostValue / 3)}");
        }
        else if (execution.Figures.OutcomeQuality is < 0.5)
        {
            Add("decision", execution.Figures switch { { FalsePositive: true } => "a false positive", { FalseNegative: true } => "a false negative", _ => "wrong" });
        }

        if (execution.Figures.Exception == true || record?.Exception == true)
        {
            Add("exception", record?.ExceptionType ?? "of unknown type");
        }

        Add("shape", Shape(record));
        Add("class", execution.Figures.IsNegative switch { true => "negative", false => "positive", null => null });
        Add("model", execution.Figures.Model);
        Add("agent", execution.Figures.Agent);
        foreach (var label in Labels(record))
        {
            Add("label", label);
        }

        return traits;
    }

    /// <summary>The calls of a run in order, repetitions drawn together: <c>fetch → classify ×3 → ban</c>. Null when there is no log.</summary>
    public static string? Shape(ExecutionRecord? record)
    {
        if (record?.Breadcrumbs is not { } breadcrumbs)
        {
            return null;
        }

        var names = ExecutionStep.Read(breadcrumbs).Where(step => step.IsCall)
            .Select(step => (step.Kind == StepKind.Command ? step.Name.Split(' ', 2)[0] : step.Name) + (step.Failed ? " (failed)" : "")).ToList();
        var parts = new List<string>();
        for (var index = 0; index < names.Count;)
        {
            var count = names.Skip(index).TakeWhile(name => name == names[index]).Count();
            parts.Add(count > 1 ? $"{names[index]} ×{count}" : names[index]);
            index += count;
        }

        return parts.Count == 0 ? null : string.Join(" → ", parts.Take(MostSteps)) + (parts.Count > MostSteps ? " → …" : "");
    }

    // What the loader was told about the request's key, such as low-risk.
    private static IEnumerable<string> Labels(ExecutionRecord? record) => record?.Json["labels"] is JsonArray labels
        ? labels.OfType<JsonValue>().Select(value => value.TryGetValue<string>(out var text) ? text : null).OfType<string>().Take(MostLabels)
        : record?.Json["key_label"] is JsonValue one && one.TryGetValue<string>(out var label) ? [label] : [];
}
