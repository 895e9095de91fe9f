namespace WreSkills.Policy;

/// <summary>The metrics that the guard watches.</summary>
public enum GuardedMetric
{
    /// <summary>1 − pattern fidelity.</summary>
    Fidelity,

    /// <summary>1 − outcome quality.</summary>
    Outcome,

    /// <summary>1 for a false positive; ticks on negatives only.</summary>
    FalsePositive,

    /// <summary>1 for an exception.</summary>
    Exception,

    /// <summary>Execution time over the frozen baseline.</summary>
    Time,
}

/// <summary>
/// The guard: evidence, at any time, that a version is worse than it may be (DESIGN section 6). Per metric with bad mass y,
/// <c>R ← (R + 1)(1 + η (min(y, cap)/ν0 − 1))</c> for five bets η; the evidence is the mean over bets and metrics. As long as every
/// conditional mean of y stays at or below ν0, the mean number of executions until the evidence reaches M is at least M,
/// whatever the metrics have to do with each other (a Shiryaev–Roberts e-detector; Shin, Ramdas and Rinaldo 2023).
/// 25 doubles; a value type's worth of state that can be stored and resumed.
/// </summary>
public sealed class RollbackEvidence
{
    private const int Metrics = 5;
    private const int Bets = 5;
    private const double Ceiling = 1e300;
    private static readonly double[] s_bets = [1 / 32.0, 1 / 16.0, 1 / 8.0, 1 / 4.0, 1 / 2.0];
    private readonly double[] _r = new double[Metrics * Bets];
    private readonly double[] _values = new double[Metrics];

    /// <summary>The evidence: mean over the guarded metrics. 0 at the beginning.</summary>
    public double Evidence => (_values[0] + _values[1] + _values[2] + _values[3] + _values[4]) / Metrics;

    /// <summary>Evidence of one metric: the mean over its bets.</summary>
    public double Of(GuardedMetric metric) => _values[(int)metric];

    /// <summary>Takes one value in. O(1).</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="bad">Bad mass: 0 is perfect.</param>
    /// <param name="limits">The means that are still good.</param>
    public void Observe(GuardedMetric metric, double bad, GuardLimits limits)
    {
        var (mean, cap) = limits.Of(metric);
        var drift = (Math.Min(bad, cap) / mean) - 1;
        var bets = _r.AsSpan((int)metric * Bets, Bets);
        for (var bet = 0; bet < Bets; bet++)
        {
            bets[bet] = Math.Min((bets[bet] + 1) * (1 + (s_bets[bet] * drift)), Ceiling);
        }

        Sum((int)metric);
    }

    /// <summary>Writes the state.</summary>
    public void Write(BinaryWriter writer)
    {
        foreach (var value in _r)
        {
            writer.Write(value);
        }
    }

    /// <summary>Resumes a state.</summary>
    public void Read(BinaryReader reader)
    {
        for (var index = 0; index < _r.Length; index++)
        {
            _r[index] = reader.ReadDouble();
        }

        for (var metric = 0; metric < Metrics; metric++)
        {
            Sum(metric);
        }
    }

    private void Sum(int metric)
    {
        var bets = _r.AsSpan(metric * Bets, Bets);
        _values[metric] = (bets[0] + bets[1] + bets[2] + bets[3] + bets[4]) / Bets;
    }
}

/// <summary>The means of bad mass up to which a version is good, and caps (DESIGN section 6).</summary>
public sealed record GuardLimits
{
    /// <summary>Mean of 1 − fidelity. Default 0.10.</summary>
    public double Fidelity { get; init; } = 0.10;

    /// <summary>Share of wrong outcomes. Default 0.15.</summary>
    public double Outcome { get; init; } = 0.15;

    /// <summary>False positives among negatives. Default 0.05.</summary>
    public double FalsePositive { get; init; } = 0.05;

    /// <summary>Share of exceptions. Default 0.02.</summary>
    public double Exception { get; init; } = 0.02;

    /// <summary>Mean time over the frozen baseline. Default 1.5.</summary>
    public double Time { get; init; } = 1.5;

    /// <summary>A single time counts as at most this many baselines. Default 15.</summary>
    public double TimeCap { get; init; } = 15;

    /// <summary>Mean and cap of a metric.</summary>
    public (double Mean, double Cap) Of(GuardedMetric metric) => metric switch
    {
        GuardedMetric.Fidelity => (Fidelity, 1),
        GuardedMetric.Outcome => (Outcome, 1),
        GuardedMetric.FalsePositive => (FalsePositive, 1),
        GuardedMetric.Exception => (Exception, 1),
        _ => (Time, TimeCap),
    };
}
