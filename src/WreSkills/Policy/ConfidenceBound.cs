namespace WreSkills.Policy;

/// <summary>
/// Bounds of a mean of values in [0, 1] that hold at every look at once (DESIGN section 6): a mean outside of them is
/// wrong with a probability of at most 1/20, however often one looks.
/// </summary>
public sealed class ConfidenceBound
{
    private const int Halvings = 200;
    private static readonly double s_limit = Math.Log(20);
    private double _wealth;

    /// <summary>Values so far.</summary>
    public int Count { get; private set; }

    /// <summary>Their sum.</summary>
    public double Sum { get; private set; }

    /// <summary>Their mean; null without values.</summary>
    public double? Mean => Count == 0 ? null : Sum / Count;

    /// <summary>Takes a value in, 0 to 1.</summary>
    public void Observe(double value)
    {
        var guess = (Sum + 1) / (Count + 2);
        _wealth += (value * Math.Log(guess)) + ((1 - value) * Math.Log(1 - guess));
        Sum += value;
        Count++;
    }

    /// <summary>The lower bound, 0–1; 0 without values.</summary>
    public double Lower => Sum <= 0 ? 0 : Solve(0, Sum / Count);

    /// <summary>The upper bound, 0–1; 1 without values.</summary>
    public double Upper => Count == 0 || Sum >= Count ? 1 : Solve(1, Sum / Count);

    /// <summary>Writes the state.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(_wealth);
        writer.Write(Sum);
        writer.Write(Count);
    }

    /// <summary>Resumes a state.</summary>
    public void Read(BinaryReader reader) => (_wealth, Sum, Count) = (reader.ReadDouble(), reader.ReadDouble(), reader.ReadInt32());

    // The evidence against g falls from the end towards the mean; halving finds where it is the limit.
    private double Solve(double end, double mean)
    {
        var (outside, inside) = (end, mean);
        for (var step = 0; step < Halvings && outside != inside; step++)
        {
            var middle = (outside + inside) / 2;
            if (Against(middle) > s_limit)
            {
                outside = middle;
            }
            else
            {
                inside = middle;
            }
        }

        return inside;
    }

    private double Against(double g) => _wealth - Log(Sum, g) - Log(Count - Sum, 1 - g);

    private static double Log(double weight, double value) => weight == 0 ? 0 : weight * Math.Log(value);
}
