using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Review;

/// <summary>A gate of the next promotion, in a sentence.</summary>
/// <param name="Name">The gate's name.</param>
/// <param name="Verdict"><c>Pass</c>, <c>Fail</c>, <c>Inconclusive</c>, <c>NoData</c> or <c>Error</c>.</param>
/// <param name="Sentence">Figure, requirement and what is missing.</param>
/// <param name="Missing">Executions that are missing: until the gate can be judged, or, where it fails on a mean, perfect ones until it would pass. Null when none are, or when executions do not help.</param>
public sealed record ReadinessGate(string Name, string Verdict, string Sentence, int? Missing);

/// <summary>Whether a version is ready for its next promotion (policy 5.3).</summary>
public sealed record ReadinessAssessment
{
    /// <summary>Where the promotion goes to.</summary>
    public required string To { get; init; }

    /// <summary>True when it is legal and every gate passes; a signed ticket is needed besides.</summary>
    public bool Ready { get; init; }

    /// <summary>Why the promotion is not legal whatever the evidence; null when it is.</summary>
    public string? Refusal { get; init; }

    /// <summary>The gates, those that do not pass first.</summary>
    public IReadOnlyList<ReadinessGate> Gates { get; init => field = value ?? []; } = [];

    /// <summary>The most executions that any gate misses; 0 when none does.</summary>
    public int MissingExecutions => Gates.Max(gate => gate.Missing) ?? 0;

    /// <summary>Puts what the gates say into sentences.</summary>
    internal static ReadinessAssessment Of(PromotionReadiness readiness, StagedGates staged) => new()
    {
        To = readiness.To.Text(),
        Ready = readiness.Ready,
        Refusal = readiness.Refusal,
        Gates = [.. readiness.Gates.OrderBy(gate => gate.Verdict == Policy.Verdict.Pass).Select(gate => Gate(gate, readiness, staged))],
    };

    private static ReadinessGate Gate(GateResult gate, PromotionReadiness readiness, StagedGates staged)
    {
        var missing = readiness.To == PromotionState.Production && gate.Verdict != Policy.Verdict.Pass ? Missing(gate, readiness.Evidence, staged) : null;
        var help = missing is not { } count ? ""
            : gate.Verdict == Policy.Verdict.Fail ? $" At least {count} more {Noun(count, "perfect ")} would pass it."
            : $" {count} {Noun(count, gate.Name == "false_positive_rate" ? "negative " : "")} {(count == 1 ? "is" : "are")} missing.";
        return new ReadinessGate(gate.Name, gate.Verdict.ToString(), $"{gate.Title}: {gate.FigureText} (required: {gate.Requirement}). {gate.Evidence}{help}", missing);
    }

    private static string Noun(int count, string kind) => $"{kind}execution{(count == 1 ? "" : "s")}";

    private static int? Missing(GateResult gate, PromotionEvidence evidence, StagedGates gates)
    {
        var window = evidence.Window;
        int? Until(int needed, int known) => needed > known ? needed - known : null;
        return gate.Name switch
        {
            "sample_size" or "no_critical_failures" => Until(gates.Executions, window.Executions),
            "sustained_pattern_fidelity" => Until(gates.Executions, window.Fidelity.Count) ?? Perfect(window.Fidelity, gates.Executions, gates.PatternFidelity),
            "sustained_outcome_quality" => Until(gates.Executions, window.Outcomes.Count) ?? Perfect(window.Outcomes, gates.Executions, gates.OutcomeQuality),
            "no_regression" => Until(gates.Executions, Math.Min(window.Fidelity.Count, window.Outcomes.Count)),
            "average_execution_time" => evidence.Folder?.Settings.MaxExecutionTimeMs is null ? null : Until(gates.Executions, window.TimesMs.Count),
            "consistent_adherence" => Until(gates.Executions, window.Fidelity.Count),
            "false_positive_rate" => Until(gates.NegativesMinimum, window.Negatives.Count),
            "false_negative_count" => Until(gates.Executions, window.Outcomes.Count),
            _ => null,
        };
    }

    /// <summary>The least number of further values of 1 after which the mean of the last ones reaches a limit.</summary>
    internal static int? Perfect(IReadOnlyList<double> values, int window, double limit)
    {
        var last = values.TakeLast(window).ToList();
        var sum = last.Sum();
        for (var more = 1; more <= last.Count; more++)
        {
            sum += 1 - last[more - 1];
            if (!Threshold.MeanIsBelow(sum, last.Count, limit))
            {
                return more;
            }
        }

        return null;
    }
}
