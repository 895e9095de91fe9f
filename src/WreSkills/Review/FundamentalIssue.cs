using WreSkills.Policy;

namespace WreSkills.Review;

/// <summary>A fundamental problem of a version's instructions (policy 3.1): for a staged version it is a reason to demote it.</summary>
/// <param name="Pattern">The pattern's name.</param>
/// <param name="Reason">In one sentence, with the figures.</param>
/// <param name="Source"><c>data</c>, or <c>data and model NAME</c> where the model's word was needed as well.</param>
public sealed record FundamentalIssue(string Pattern, string Reason, string Source)
{
    /// <summary>What the data alone says: a critical pattern that is missed more often than the policy tolerates, by the bound that holds at every look.</summary>
    /// <param name="patterns">The patterns over the whole stay.</param>
    /// <param name="rules">The policy's thresholds.</param>
    internal static FundamentalIssue? OfData(IEnumerable<WeakPattern> patterns, ReviewFlagRules rules) => patterns
        .Where(pattern => pattern.IsCritical && pattern.Misses.Of >= rules.Minimum && pattern.AnytimeLow > rules.CriticalMisses)
        .OrderByDescending(pattern => pattern.AnytimeLow).ThenBy(pattern => pattern.Name, StringComparer.Ordinal)
        .Select(pattern => Of(pattern, rules.CriticalMisses, "data")).FirstOrDefault();

    /// <summary>
    /// What the data says together with a model: a pattern that the model calls a fundamental problem and that is missed more often than the
    /// lower threshold. A model that is alone with its opinion demotes nothing.
    /// </summary>
    internal static FundamentalIssue? WithModel(IEnumerable<WeakPattern> patterns, ReviewFlagRules rules, IReadOnlyCollection<string> named, string model) => patterns
        .Where(pattern => named.Contains(pattern.Name) && pattern.Misses.Of >= rules.Minimum && pattern.AnytimeLow > rules.WithModel)
        .OrderByDescending(pattern => pattern.AnytimeLow).ThenBy(pattern => pattern.Name, StringComparer.Ordinal)
        .Select(pattern => Of(pattern, rules.WithModel, $"data and model {model}")).FirstOrDefault();

    private static FundamentalIssue Of(WeakPattern pattern, double limit, string source) => new(
        pattern.Name,
        $"{(pattern.IsCritical ? "The critical pattern" : "The pattern")} {ReportText.Clean(pattern.Name, 80)} was missed in {pattern.Misses.Hits} of {pattern.Misses.Of} executions since it came to this state; "
        + $"at whatever time one looks, its share of misses is at least {ReportText.Number(Math.Round(pattern.AnytimeLow, 3))}, above the policy's {ReportText.Number(limit)}.",
        source);
}
