namespace WreSkills.Scoring;

/// <summary>How expected steps were laid onto the steps of a run.</summary>
/// <param name="Weight">Weight of the expected steps that found a partner.</param>
/// <param name="Partners">Per expected step the index of its partner, or -1.</param>
internal sealed record AlignedSteps(double Weight, int[] Partners)
{
    /// <summary>How many found a partner.</summary>
    public int Count => Partners.Count(partner => partner >= 0);
}

/// <summary>The two ways of laying expected steps onto a run; pure.</summary>
internal static class Alignment
{
    /// <summary>
    /// The weighted longest common subsequence: the heaviest choice of partners in order; among equally heavy ones, the one
    /// with most partners. Time and memory are the product of the lengths.
    /// </summary>
    /// <param name="weights">Weight of each expected step, above 0.</param>
    /// <param name="steps">Steps in the run.</param>
    /// <param name="fits">Whether expected step i may be partner of step j.</param>
    public static AlignedSteps InOrder(ReadOnlySpan<double> weights, int steps, Func<int, int, bool> fits)
    {
        var width = steps + 1;
        var best = new (double Weight, int Count)[(weights.Length + 1) * width];
        for (var i = weights.Length - 1; i >= 0; i--)
        {
            for (var j = steps - 1; j >= 0; j--)
            {
                var (down, right, both) = (best[((i + 1) * width) + j], best[(i * width) + j + 1], best[((i + 1) * width) + j + 1]);
                var value = Better(down, right) ? down : right;
                if (fits(i, j))
                {
                    var taken = (both.Weight + weights[i], both.Count + 1);
                    value = Better(taken, value) ? taken : value;
                }

                best[(i * width) + j] = value;
            }
        }

        var partners = new int[weights.Length];
        Array.Fill(partners, -1);
        for (var (i, j) = (0, 0); i < weights.Length && j < steps;)
        {
            var both = best[((i + 1) * width) + j + 1];
            if (fits(i, j) && best[(i * width) + j] == (both.Weight + weights[i], both.Count + 1))
            {
                partners[i++] = j++;
            }
            else if (best[(i * width) + j] == best[(i * width) + j + 1])
            {
                j++;
            }
            else
            {
                i++;
            }
        }

        return new AlignedSteps(best[0].Weight, partners);
    }

    /// <summary>
    /// The heaviest one-to-one matching in any order. Weights belong to the expected steps alone, so taking them heaviest
    /// first and augmenting (Kuhn 1955) is optimal: the sets that can be matched form a transversal matroid.
    /// </summary>
    /// <param name="weights">Weight of each expected step, above 0.</param>
    /// <param name="steps">Steps in the run.</param>
    /// <param name="fits">Whether expected step i may be partner of step j.</param>
    public static AlignedSteps AnyOrder(ReadOnlySpan<double> weights, int steps, Func<int, int, bool> fits)
    {
        var partnerOf = new int[steps];
        var partners = new int[weights.Length];
        Array.Fill(partnerOf, -1);
        Array.Fill(partners, -1);
        var order = new int[weights.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        var heaviest = weights.ToArray();
        Array.Sort(order, (left, right) => heaviest[right].CompareTo(heaviest[left]) is var byWeight and not 0 ? byWeight : left.CompareTo(right));
        var seen = new int[steps];
        var round = 0;

        bool Augment(int expected)
        {
            for (var step = 0; step < steps; step++)
            {
                if (seen[step] == round || !fits(expected, step))
                {
                    continue;
                }

                seen[step] = round;
                if (partnerOf[step] < 0 || Augment(partnerOf[step]))
                {
                    partnerOf[step] = expected;
                    partners[expected] = step;
                    return true;
                }
            }

            return false;
        }

        var weight = 0.0;
        foreach (var expected in order)
        {
            round++;
            weight += Augment(expected) ? heaviest[expected] : 0;
        }

        return new AlignedSteps(weight, partners);
    }

    private static bool Better((double Weight, int Count) left, (double Weight, int Count) right) =>
        left.Weight > right.Weight || (left.Weight == right.Weight && left.Count > right.Count);
}
