namespace WreSkills.Review;

/// <summary>A moment at which the mean of a series changed.</summary>
/// <param name="Index">Position of the first value after the change, from 0.</param>
/// <param name="Before">Mean before it.</param>
/// <param name="After">Mean from it on.</param>
/// <param name="Probability">Share of shuffled series that look at least as changed.</param>
public sealed record ChangePoint(int Index, double Before, double After, double Probability)
{
    /// <summary>A change is reported when fewer than this share of shuffled series look like it.</summary>
    public const double Alpha = 0.05;

    private const int Least = 8;
    private const int Shuffles = 999;
    private const int Seed = 20251020;

    /// <summary>
    /// Estimates where the mean of a series changed: the largest cumulated deviation from the mean, judged by shuffling the series
    /// (W. A. Taylor, Change-Point Analysis, 2000; Page's CUSUM of 1954). The shuffles have a fixed seed.
    /// </summary>
    /// <param name="values">In order of arrival; 8 at least.</param>
    /// <returns>The change, or null when there is none to be seen.</returns>
    public static ChangePoint? Find(IReadOnlyList<double> values)
    {
        if (values.Count < Least)
        {
            return null;
        }

        var mean = values.Average();
        var series = values.Select(value => value - mean).ToArray();
        var (range, last) = Range(series);
        if (range < 1e-12)
        {
            return null;
        }

        var random = new Random(Seed);
        var shuffled = series.ToArray();
        var alike = 1;
        for (var round = 0; round < Shuffles; round++)
        {
            random.Shuffle(shuffled);
            alike += Range(shuffled).Range >= range - 1e-12 ? 1 : 0;
        }

        var probability = alike / (Shuffles + 1.0);
        var index = last + 1;
        return probability >= Alpha || index <= 0 || index >= values.Count
            ? null
            : new ChangePoint(index, values.Take(index).Average(), values.Skip(index).Average(), probability);
    }

    // How far the cumulated deviations range, and where they are furthest from 0.
    private static (double Range, int Last) Range(double[] deviations)
    {
        var (sum, lowest, highest, furthest, last) = (0.0, 0.0, 0.0, 0.0, -1);
        for (var index = 0; index < deviations.Length; index++)
        {
            sum += deviations[index];
            lowest = Math.Min(lowest, sum);
            highest = Math.Max(highest, sum);
            if (Math.Abs(sum) > furthest && index < deviations.Length - 1)
            {
                (furthest, last) = (Math.Abs(sum), index);
            }
        }

        return (highest - lowest, last);
    }
}
