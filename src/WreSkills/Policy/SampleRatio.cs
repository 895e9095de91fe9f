namespace WreSkills.Policy;

/// <summary>
/// Whether two arms got the shares of traffic that they should have (chi-square with one degree of freedom): a mismatch means
/// that executions of one arm are lost or misrouted, and no comparison of the arms can be trusted (Fabijan et al. 2019).
/// </summary>
public static class SampleRatio
{
    /// <summary>A probability below this is a mismatch.</summary>
    public const double Alpha = 0.001;

    /// <summary>Probability of shares at least as uneven by chance.</summary>
    /// <param name="candidate">Units of the candidate.</param>
    /// <param name="baseline">Units of the baseline.</param>
    /// <param name="share">Share that the candidate should have, 0–1.</param>
    /// <returns>0–1; null without units, or with a share of 0 or 1, which cannot be tested.</returns>
    public static double? Probability(long candidate, long baseline, double share)
    {
        var all = candidate + baseline;
        if (all == 0 || share is <= 0 or >= 1)
        {
            return null;
        }

        var (expected, rest) = (all * share, all * (1 - share));
        var chiSquare = (Square(candidate - expected) / expected) + (Square(baseline - rest) / rest);
        return ComplementaryError(Math.Sqrt(chiSquare / 2));
    }

    private static double Square(double value) => value * value;

    // erfc for values from 0, by the Chebyshev fit of Press et al., Numerical Recipes, section 6.2; relative error below 1.2e-7.
    private static double ComplementaryError(double value)
    {
        var t = 1 / (1 + (0.5 * value));
        ReadOnlySpan<double> terms = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277];
        var sum = 0.0;
        for (var index = terms.Length - 1; index >= 0; index--)
        {
            sum = (sum * t) + terms[index];
        }

        return t * Math.Exp((-value * value) + sum);
    }
}
