using System.Runtime.InteropServices;

namespace WreSkills.Metrics;

/// <summary>What a value says something about.</summary>
public enum ObservedMetric
{
    /// <summary>Pattern fidelity, 0–1.</summary>
    Fidelity,

    /// <summary>Outcome quality, 0–1.</summary>
    Outcome,

    /// <summary>A negative: 1 is a false positive.</summary>
    Negative,

    /// <summary>A critical false negative.</summary>
    CriticalFalseNegative,

    /// <summary>Execution time, milliseconds.</summary>
    Time,

    /// <summary>1 is an exception.</summary>
    Exception,
}

/// <summary>One value of one metric, as it arrived.</summary>
/// <param name="Sequence">Number of its arrival; grows.</param>
/// <param name="Metric">The metric.</param>
/// <param name="Value">The value.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Observation(long Sequence, ObservedMetric Metric, double Value);
