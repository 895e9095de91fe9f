namespace WreSkills.Review;

/// <summary>Whether a series rises or falls, and how fast.</summary>
/// <param name="Direction"><c>rising</c>, <c>falling</c> or <c>steady</c>.</param>
/// <param name="Per100">Change per 100 executions: the median of the slopes between all pairs (Theil 1950, Sen 1968).</param>
/// <param name="Probability">Two-sided probability of such an order by chance (Mann 1945, Kendall 1975; ties corrected).</param>
public sealed record Trend(string Direction, double Per100, double Probability)
{
    private const double Alpha = 0.05;
    private const int Least = 8;
    private const int Most = 500;

    /// <summary>Judges a series.</summary>
    /// <param name="values">In order of arrival; the latest 500 count.</param>
    /// <returns>The trend, or null for fewer than 8 values.</returns>
    public static Trend? Of(IReadOnlyList<double> values)
    {
        if (values.Count < Least)
        {
            return null;
        }

        var series = values.Skip(values.Count - Most).ToArray();
        var slopes = new List<double>(series.Length * (series.Length - 1) / 2);
        var order = 0;
        for (var later = 1; later < series.Length; later++)
        {
            for (var earlier = 0; earlier < later; earlier++)
            {
                order += Math.Sign(series[later] - series[earlier]);
                slopes.Add((series[later] - series[earlier]) / (later - earlier));
            }
        }

        slopes.Sort();
        var middle = slopes.Count / 2;
        var slope = slopes.Count % 2 == 1 ? slopes[middle] : (slopes[middle - 1] + slopes[middle]) / 2;
        var probability = Chance(order, series);
        return new Trend(probability >= Alpha ? "steady" : order > 0 ? "rising" : "falling", slope * 100, probability);
    }

    private static double Chance(int order, double[] series)
    {
        double n = series.Length;
        var ties = series.GroupBy(value => value).Select(group => (double)group.Count()).Sum(count => count * (count - 1) * ((2 * count) + 5));
        var variance = ((n * (n - 1) * ((2 * n) + 5)) - ties) / 18;
        return variance <= 0 || order == 0 ? 1 : Math.Min(1, Complement((Math.Abs(order) - 1) / Math.Sqrt(2 * variance)));
    }

    // The complementary error function to 1.2e-7 (Numerical Recipes, 1992, section 6.2), which is far more than a verdict needs.
    private static double Complement(double x)
    {
        ReadOnlySpan<double> terms = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277];
        var t = 1 / (1 + (0.5 * x));
        var sum = 0.0;
        for (var index = terms.Length - 1; index >= 0; index--)
        {
            sum = (sum * t) + terms[index];
        }

        return t * Math.Exp((-x * x) + sum);
    }
}
