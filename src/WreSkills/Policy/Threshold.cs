namespace WreSkills.Policy;

/// <summary>
/// Comparisons of means and rates with a limit that do not stumble over binary fractions: the mean of ten values that
/// is exactly 0.85 is not below 0.85, although the naive double average of such values often is.
/// </summary>
public static class Threshold
{
    /// <summary>Slack of the comparison, in units of the sum.</summary>
    public const double Slack = 1e-9;

    /// <summary>True when the mean of <paramref name="count"/> values is below the limit.</summary>
    public static bool MeanIsBelow(double sum, int count, double limit) => sum < (limit * count) - Slack;

    /// <summary>True when the mean (or the rate, the sum being a count) is above the limit.</summary>
    public static bool MeanIsAbove(double sum, int count, double limit) => sum > (limit * count) + Slack;

    /// <summary>True when the rate is below the limit; a rate of exactly the limit is not.</summary>
    public static bool RateIsBelow(double hits, int count, double limit) => hits < (limit * count) - Slack;
}
