using System.Globalization;

using WreSkills.Policy;

namespace WreSkills.Monitoring;

/// <summary>What the guard says about a version, in one sentence for people.</summary>
/// <param name="Mode">How it takes part.</param>
/// <param name="Evidence">Its evidence.</param>
/// <param name="Limit">From which on the evidence is strong.</param>
/// <param name="Metric">The metric that contributes most.</param>
/// <param name="Limits">The means that are still good.</param>
public sealed record GuardReport(GuardMode Mode, double Evidence, double Limit, GuardedMetric Metric, GuardLimits Limits)
{
    /// <summary>For people; made when somebody reads it.</summary>
    public string Sentence => $"Evidence {Number(Evidence)} (limit {Number(Limit)}) that {Claim(Metric, Limits)}; "
        + $"a skill still meeting its gate trips this at most once per {Number(Limit)} executions on average.";

    /// <summary>True when the evidence is strong.</summary>
    public bool IsStrong => Evidence >= Limit;

    /// <summary>The report on a state.</summary>
    public static GuardReport Of(WatchState state, GuardRules rules)
    {
        var metric = GuardedMetric.Fidelity;
        foreach (var other in (ReadOnlySpan<GuardedMetric>)[GuardedMetric.Outcome, GuardedMetric.FalsePositive, GuardedMetric.Exception, GuardedMetric.Time])
        {
            metric = state.Guard.Of(other) > state.Guard.Of(metric) ? other : metric;
        }

        return new GuardReport(rules.Mode, state.Guard.Evidence, rules.Limit, metric, rules.Limits);
    }

    private static string Claim(GuardedMetric metric, GuardLimits limits) => metric switch
    {
        GuardedMetric.Fidelity => $"pattern fidelity is below the {Text(1 - limits.Fidelity)} it was promoted at",
        GuardedMetric.Outcome => $"outcome quality is below the {Text(1 - limits.Outcome)} it was promoted at",
        GuardedMetric.FalsePositive => $"the false positive rate is above {Text(limits.FalsePositive)}",
        GuardedMetric.Exception => $"more than {Text(limits.Exception)} of executions end in an exception",
        _ => $"executions take more than {Text(limits.Time)} × the time it was promoted at",
    };

    private static string Number(double value) => value switch
    {
        >= 1e15 => value.ToString("0.0e+0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("#,0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.0", CultureInfo.InvariantCulture),
    };

    private static string Text(double value) => Math.Round(value, 6).ToString("0.######", CultureInfo.InvariantCulture);
}
