using WreSkills.Metrics;
using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Scoring;

namespace WreSkills.Monitoring;

/// <summary>
/// A staged version against what serves beside it, and against the benchmark it was staged with: evidence, at any time, of being
/// worse by more than a margin. Concurrent arms, not history (DESIGN section 8).
/// </summary>
public sealed class ArmComparison
{
    private const double LeastGate = 0.001;
    private readonly VersionComparison _fidelity;
    private readonly VersionComparison _outcome;
    private readonly AnytimeGate? _fidelityBelow;
    private readonly AnytimeGate? _outcomeBelow;
    private bool _begun;

    /// <summary>A comparison without observations.</summary>
    /// <param name="margin">How much worse is still no worse, 0–1.</param>
    /// <param name="benchmark">The prototype baseline, or null.</param>
    public ArmComparison(double margin, BaselineEntry? benchmark)
    {
        Margin = margin;
        (_fidelity, _outcome) = (new VersionComparison(margin), new VersionComparison(margin));
        _fidelityBelow = Below(benchmark?.PatternFidelity, benchmark?.Executions ?? 0, margin);
        _outcomeBelow = Below(benchmark?.OutcomeQuality, benchmark?.Executions ?? 0, margin);
    }

    /// <summary>How much worse is still no worse.</summary>
    public double Margin { get; }

    /// <summary>Fidelity of the other arm, since the candidate runs beside it.</summary>
    public ConfidenceBound BaselineFidelity { get; } = new();

    /// <summary>Outcome quality of the other arm.</summary>
    public ConfidenceBound BaselineOutcome { get; } = new();

    /// <summary>The strongest evidence that the candidate is worse than the other arm; 1 at the beginning.</summary>
    public double AgainstArm => Math.Max(_fidelity.Evidence, _outcome.Evidence);

    /// <summary>The strongest evidence that the candidate is worse than its benchmark; 1 at the beginning.</summary>
    public double AgainstBenchmark => Math.Max(_fidelityBelow?.Evidence ?? 1, _outcomeBelow?.Evidence ?? 1);

    /// <summary>True once there is enough evidence that the candidate is worse than the other arm.</summary>
    public bool WorseThanArm => _fidelity.Decided || _outcome.Decided;

    /// <summary>True once there is enough evidence that the candidate is worse than the lower end of its benchmark's interval.</summary>
    public bool WorseThanBenchmark => _fidelityBelow?.Passed == true || _outcomeBelow?.Passed == true;

    /// <summary>Takes an execution of the candidate in.</summary>
    public void ObserveCandidate(Observation observation)
    {
        _begun = true;
        var value = Math.Clamp(observation.Value, 0, 1);
        switch (observation.Metric)
        {
            case ObservedMetric.Fidelity:
                _fidelity.ObserveB(value);
                _fidelityBelow?.Observe(1 - value);
                break;
            case ObservedMetric.Outcome:
                _outcome.ObserveB(value);
                _outcomeBelow?.Observe(1 - value);
                break;
        }
    }

    /// <summary>Takes an execution of the other arm in; what came before the candidate's first does not count.</summary>
    public void ObserveBaseline(Observation observation)
    {
        if (!_begun)
        {
            return;
        }

        var value = Math.Clamp(observation.Value, 0, 1);
        switch (observation.Metric)
        {
            case ObservedMetric.Fidelity:
                _fidelity.ObserveA(value);
                BaselineFidelity.Observe(value);
                break;
            case ObservedMetric.Outcome:
                _outcome.ObserveA(value);
                BaselineOutcome.Observe(value);
                break;
        }
    }

    /// <summary>Writes the state.</summary>
    public void Write(BinaryWriter writer)
    {
        _fidelity.Write(writer);
        _outcome.Write(writer);
        BaselineFidelity.Write(writer);
        BaselineOutcome.Write(writer);
        _fidelityBelow?.Write(writer);
        _outcomeBelow?.Write(writer);
        writer.Write(_begun);
    }

    /// <summary>Resumes a state that was made with the same benchmark.</summary>
    public void Read(BinaryReader reader)
    {
        _fidelity.Read(reader);
        _outcome.Read(reader);
        BaselineFidelity.Read(reader);
        BaselineOutcome.Read(reader);
        _fidelityBelow?.Read(reader);
        _outcomeBelow?.Read(reader);
        _begun = reader.ReadBoolean();
    }

    // Evidence that the mean lies below a figure is evidence that what is missing lies above. A benchmark is a sample itself: what
    // counts is the lower end of its interval, or one miss after twenty perfect cases would be a regression.
    private static AnytimeGate? Below(double? baseline, int cases, double margin)
    {
        if (baseline is not { } figure || cases == 0)
        {
            return null;
        }

        var least = new MeasuredShare((int)Math.Floor((figure * cases) + Threshold.Slack), cases).Low - margin;
        return least > 0 ? new AnytimeGate(Math.Max(LeastGate, 1 - least)) : null;
    }
}
