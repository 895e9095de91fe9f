using System.Globalization;

using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Review;

/// <summary>What a recorded check says under another policy.</summary>
/// <param name="Gate">Its name.</param>
/// <param name="Fails">True: it would not have passed; false: it would have; null: that cannot be told.</param>
/// <param name="Sentence">Why, for people.</param>
public sealed record ReplayedGate(string Gate, bool? Fails, string Sentence);

/// <summary>Asks the checks of a promotion that happened again, from the figures that its ticket recorded; pure.</summary>
public static class GateReplay
{
    private enum Side
    {
        AtLeast,
        Below,
        AtMost,
        LossWithin,
    }

    private sealed record Rule(string Gate, string Key, Side Side, params string[] Windows);

    private const string Draft = "gates.prototype_to_staged.", Staged = "gates.staged_to_production.";

    private static readonly Rule[] s_draft =
    [
        new("pattern_fidelity", Draft + "pattern_fidelity", Side.AtLeast),
        new("outcome_quality", Draft + "outcome_quality", Side.AtLeast),
        new("critical_false_negatives", Draft + "critical_false_negatives", Side.AtMost),
        new("false_positive_rate", Draft + "false_positive_rate", Side.Below),
        new("test_pass_rate", Draft + "test_pass_rate", Side.AtLeast),
    ];

    private static readonly Rule[] s_staged =
    [
        new("sample_size", Staged + "executions", Side.AtLeast),
        new("sustained_pattern_fidelity", Staged + "pattern_fidelity", Side.AtLeast, Staged + "executions"),
        new("sustained_outcome_quality", Staged + "outcome_quality", Side.AtLeast, Staged + "executions"),
        new("no_regression", Staged + "regression_tolerance", Side.LossWithin, Staged + "executions"),
        new("no_critical_failures", "", Side.AtMost, Staged + "executions"),
        new("consistent_adherence", Staged + "consistency_floor", Side.AtLeast, Staged + "executions", Staged + "consistency_window"),
        new("false_positive_rate", Staged + "false_positive_rate", Side.Below, Staged + "negatives_window", Staged + "negatives_minimum"),
        new("test_pass_rate", Staged + "test_pass_rate", Side.AtLeast),
    ];

    /// <summary>Asks every check that depends on the policy.</summary>
    /// <param name="to">Where the promotion went.</param>
    /// <param name="recorded">The checks as the ticket recorded them.</param>
    /// <param name="then">The policy of that time; null when it is kept nowhere.</param>
    /// <param name="policy">The policy to ask them under.</param>
    public static IReadOnlyList<ReplayedGate> Ask(PromotionState to, IReadOnlyList<GateResult> recorded, PromotionPolicy? then, PromotionPolicy policy)
    {
        var replayed = new List<ReplayedGate>();
        foreach (var rule in to == PromotionState.Production ? s_staged : s_draft)
        {
            replayed.Add(recorded.FirstOrDefault(gate => gate.Name == rule.Gate) is not { } gate
                ? new ReplayedGate(rule.Gate, null, $"{rule.Gate}: the ticket recorded no such check")
                : Ask(rule, gate, then, policy));
        }

        if (policy.ModelChange == ModelChange.Benchmark && to == PromotionState.Production && then?.ModelChange != ModelChange.Benchmark && !recorded.Any(gate => gate.Name == "requalified"))
        {
            replayed.Add(new ReplayedGate("requalified", null, "requalified: whether the model had changed since the benchmark was not recorded"));
        }

        return replayed;
    }

    private static ReplayedGate Ask(Rule rule, GateResult gate, PromotionPolicy? then, PromotionPolicy policy)
    {
        ReplayedGate Open(string why) => new(rule.Gate, null, $"{rule.Gate}: {why}");
        if (gate.Figure is not { } figure || gate.Verdict is Verdict.Inconclusive or Verdict.NoData or Verdict.Error)
        {
            return Open($"the ticket was made before the check had its figure ({gate.Evidence})");
        }

        foreach (var name in rule.Windows)
        {
            var window = PolicyKeys.Find(name)!;
            if (then is null)
            {
                return Open($"the policy of that time is kept nowhere, so nobody knows its {name}");
            }

            if (window.Text(then) != window.Text(policy))
            {
                return Open($"{name} was {window.Text(then)} and would be {window.Text(policy)}; the ticket has the figure of the former only");
            }
        }

        // A check without a threshold in the policy said then what it would say now.
        var limit = rule.Key.Length == 0 ? 0 : double.Parse(PolicyKeys.Find(rule.Key)!.Text(policy), CultureInfo.InvariantCulture);
        var fails = rule.Side switch
        {
            Side.AtLeast => Threshold.MeanIsBelow(figure, 1, limit),
            Side.AtMost => figure > limit,
            Side.LossWithin => Threshold.MeanIsBelow(figure, 1, -limit),
            _ => !Threshold.RateIsBelow(figure, 1, limit),
        };
        var sign = rule.Side switch { Side.AtLeast => "≥ ", Side.AtMost => "≤ ", Side.LossWithin => "≥ −", _ => "< " };

        // Patterns that were open may lie on either side of a higher limit.
        return !fails && rule.Gate == "pattern_fidelity" && gate.Evidence.Contains(" is open ", StringComparison.Ordinal) && then?.PrototypeToStaged.PatternFidelity < limit
            ? Open("some patterns were open, and the ticket does not say which side of the higher limit they lie on")
            : new ReplayedGate(rule.Gate, fails, $"{rule.Gate}: {gate.FigureText}, required {sign}{PolicyKey.Number(limit)}");
    }
}
