namespace WreSkills.Review;

/// <summary>Whether two samples differ in their means, by shuffling them: no assumption about how the values are spread.</summary>
internal static class TwoSamples
{
    private const int Shuffles = 999;
    private const int Least = 5;
    private const int Seed = 20251020;

    /// <summary>
    /// Share of shuffles whose means are at least as far apart (a permutation test; R. A. Fisher, The Design of Experiments, 1935). The
    /// shuffles have a fixed seed. Null when a sample has fewer than 5 values.
    /// </summary>
    public static double? Probability(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        if (first.Count < Least || second.Count < Least)
        {
            return null;
        }

        double[] all = [.. first, .. second];
        var total = all.Sum();
        var random = new Random(Seed);
        var observed = Distance(first.Sum(), total, first.Count, second.Count);
        var alike = 1;
        for (var round = 0; round < Shuffles; round++)
        {
            // The first places of a shuffle are a sample without replacement; the rest need not be shuffled.
            var sum = 0.0;
            for (var index = 0; index < first.Count; index++)
            {
                var other = random.Next(index, all.Length);
                (all[index], all[other]) = (all[other], all[index]);
                sum += all[index];
            }

            alike += Distance(sum, total, first.Count, second.Count) >= observed - 1e-9 ? 1 : 0;
        }

        return alike / (Shuffles + 1.0);
    }

    private static double Distance(double sum, double total, int count, int others) => Math.Abs((sum / count) - ((total - sum) / others));
}
