using WreSkills.Metrics;
using WreSkills.Policy;

namespace WreSkills.Monitoring;

/// <summary>The literal triggers whose condition holds.</summary>
[Flags]
public enum TriggerSet
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>critical_false_negative</c>.</summary>
    CriticalFalseNegative = 1,

    /// <summary><c>pattern_fidelity</c>.</summary>
    PatternFidelity = 2,

    /// <summary><c>outcome_quality</c>.</summary>
    OutcomeQuality = 4,

    /// <summary><c>false_positive_rate</c>.</summary>
    FalsePositiveRate = 8,

    /// <summary><c>execution_time</c>.</summary>
    ExecutionTime = 16,

    /// <summary><c>exception_rate</c>.</summary>
    ExceptionRate = 32,
}

/// <summary>
/// Everything that the monitor remembers of a version's stay in a state: the windows of the literal triggers, the guard's
/// evidence, and what displays need. A small value (about 2 kB) that takes one observation at a time in O(1), and can be stored and resumed
/// at the position it was computed to.
/// </summary>
public sealed class WatchState
{
    private const byte Format = 1;
    private readonly PromotionPolicy _policy;
    private readonly double? _baselineTimeMs;

    /// <summary>A state without observations.</summary>
    /// <param name="policy">Windows and limits.</param>
    /// <param name="baselineTimeMs">Mean time frozen at promotion, milliseconds; null when unknown.</param>
    public WatchState(PromotionPolicy policy, double? baselineTimeMs)
    {
        var triggers = policy.Triggers;
        (_policy, _baselineTimeMs) = (policy, baselineTimeMs);
        FidelityWindow = new SlidingWindow(triggers.PatternFidelityWindow);
        OutcomeWindow = new SlidingWindow(triggers.OutcomeQualityWindow);
        NegativeWindow = new SlidingWindow(triggers.FalsePositiveWindow);
        TimeWindow = new SlidingWindow(triggers.ExecutionTimeWindow);
        ExceptionWindow = new SlidingWindow(triggers.ExceptionWindow);
        RunWindow = new SlidingWindow(policy.Demotion.FidelityWindow);
    }

    /// <summary>Arrival number up to which everything was taken in.</summary>
    public long Position { get; set; }

    /// <summary>The guard's evidence.</summary>
    public RollbackEvidence Guard { get; } = new();

    /// <summary>Fidelity of the whole stay, with bounds.</summary>
    public ConfidenceBound Fidelity { get; } = new();

    /// <summary>Outcome quality of the whole stay, with bounds.</summary>
    public ConfidenceBound Outcome { get; } = new();

    /// <summary>Critical false negatives of the whole stay.</summary>
    public int CriticalFalseNegatives { get; private set; }

    /// <summary>Exceptions of the whole stay.</summary>
    public int Exceptions { get; private set; }

    /// <summary>The best mean fidelity of a run of executions (policy 3.1, "never achieves"); null before the first full run.</summary>
    public double? BestRun { get; private set; }

    /// <summary>The literal triggers whose condition holds now.</summary>
    public TriggerSet Firing { get; private set; }

    /// <summary>Those that people were told of since they began to hold.</summary>
    public TriggerSet Told { get; set; }

    internal SlidingWindow FidelityWindow { get; }

    internal SlidingWindow OutcomeWindow { get; }

    internal SlidingWindow NegativeWindow { get; }

    internal SlidingWindow TimeWindow { get; }

    internal SlidingWindow ExceptionWindow { get; }

    internal SlidingWindow RunWindow { get; }

    internal double? BaselineTimeMs => _baselineTimeMs;

    /// <summary>Takes one observation in.</summary>
    public void Observe(Observation observation)
    {
        var limits = _policy.Guard.Limits;
        var value = observation.Value;
        switch (observation.Metric)
        {
            case ObservedMetric.Fidelity:
                FidelityWindow.Add(value);
                ObserveRun(value);
                Fidelity.Observe(Math.Clamp(value, 0, 1));
                Guard.Observe(GuardedMetric.Fidelity, 1 - value, limits);
                Note(TriggerSet.PatternFidelity, RollbackTrigger.FidelityFires(this, _policy.Triggers));
                break;
            case ObservedMetric.Outcome:
                OutcomeWindow.Add(value);
                Outcome.Observe(Math.Clamp(value, 0, 1));
                Guard.Observe(GuardedMetric.Outcome, 1 - value, limits);
                Note(TriggerSet.OutcomeQuality, RollbackTrigger.OutcomeFires(this, _policy.Triggers));
                break;
            case ObservedMetric.Negative:
                NegativeWindow.Add(value);
                Guard.Observe(GuardedMetric.FalsePositive, value, limits);
                Note(TriggerSet.FalsePositiveRate, RollbackTrigger.FalsePositivesFire(this, _policy.Triggers));
                break;
            case ObservedMetric.CriticalFalseNegative:
                CriticalFalseNegatives++;
                Note(TriggerSet.CriticalFalseNegative, _policy.Triggers.CriticalFalseNegative);
                break;
            case ObservedMetric.Time:
                TimeWindow.Add(value);
                if (_baselineTimeMs is > 0)
                {
                    Guard.Observe(GuardedMetric.Time, value / _baselineTimeMs.Value, limits);
                }

                Note(TriggerSet.ExecutionTime, RollbackTrigger.TimeFires(this, _policy.Triggers));
                break;
            case ObservedMetric.Exception:
                ExceptionWindow.Add(value);
                Exceptions += value > 0 ? 1 : 0;
                Guard.Observe(GuardedMetric.Exception, value, limits);
                Note(TriggerSet.ExceptionRate, RollbackTrigger.ExceptionsFire(this, _policy.Triggers));
                break;
        }

        Told &= Firing;
        Position = observation.Sequence;
    }

    /// <summary>Those that roll back now: the literal trigger holds, its action is a rollback, and the guard agrees where it is asked.</summary>
    public TriggerSet Acting()
    {
        if (Firing == TriggerSet.None)
        {
            return TriggerSet.None;
        }

        var confirmed = _policy.Guard.Mode == GuardMode.Off || Guard.Evidence >= _policy.Guard.Limit;
        var candidates = confirmed ? Firing : Firing & TriggerSet.CriticalFalseNegative;
        return RollbackTrigger.With(candidates, _policy.Triggers, TriggerAction.Rollback);
    }

    /// <summary>Everything as bytes.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Format);
        foreach (var window in Windows)
        {
            window.Write(writer);
        }

        Guard.Write(writer);
        Fidelity.Write(writer);
        Outcome.Write(writer);
        writer.Write(CriticalFalseNegatives);
        writer.Write(Exceptions);
        writer.Write(BestRun ?? double.NaN);
        writer.Write((int)Firing);
        writer.Write((int)Told);
        writer.Write(Position);
        return stream.ToArray();
    }

    /// <summary>Resumes what <see cref="ToBytes"/> made under the same policy.</summary>
    /// <returns>False when the bytes are of another format; the state is then without observations.</returns>
    public bool TryRead(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        if (bytes.Length == 0 || reader.ReadByte() != Format)
        {
            return false;
        }

        foreach (var window in Windows)
        {
            window.Read(reader);
        }

        Guard.Read(reader);
        Fidelity.Read(reader);
        Outcome.Read(reader);
        (CriticalFalseNegatives, Exceptions) = (reader.ReadInt32(), reader.ReadInt32());
        BestRun = reader.ReadDouble() is var best && double.IsNaN(best) ? null : best;
        (Firing, Told) = ((TriggerSet)reader.ReadInt32(), (TriggerSet)reader.ReadInt32());
        Position = reader.ReadInt64();
        return true;
    }

    private SlidingWindow[] Windows => [FidelityWindow, OutcomeWindow, NegativeWindow, TimeWindow, ExceptionWindow, RunWindow];

    private void ObserveRun(double value)
    {
        RunWindow.Add(value);
        if (RunWindow is { IsFull: true, Mean: { } mean } && !(BestRun >= mean))
        {
            BestRun = mean;
        }
    }

    private void Note(TriggerSet trigger, bool fires) => Firing = fires ? Firing | trigger : Firing & ~trigger;
}
