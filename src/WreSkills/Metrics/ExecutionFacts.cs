using WreSkills.Skills;

namespace WreSkills.Metrics;

/// <summary>
/// A row of <c>execution_facts</c>: everything that lines have said about one execution. Nothing overwrites what is known with
/// null, a value keeps the arrival number it first came with, who ran it and which version is what was said first, and it
/// happened at the earliest time that any line states (a verdict carries the time of the verdict).
/// </summary>
internal sealed class ExecutionFacts
{
    public ExecutionKey Key;

    /// <summary>0 while no line could be placed.</summary>
    public long Revision;

    /// <summary>Position among the executions of its revision, from 1.</summary>
    public long Ordinal;

    public long TimestampMs;
    public string? Source;
    public string? Agent;
    public string? Model;
    public double? Fidelity;
    public long? FidelitySeq;
    public int? Followed;
    public int? Missed;
    public string? MissedNames;
    public bool? CriticalMissed;
    public double? Outcome;
    public long? OutcomeSeq;
    public int? Label;
    public bool? FalsePositive;
    public bool? FalseNegative;
    public bool? Critical;
    public bool? CriticalFalseNegative;
    public double? TimeMs;
    public long? TimeSeq;
    public bool? Exception;
    public long? ExceptionSeq;
    public double? MemoryMb;
    public long? Tokens;

    /// <summary>A critical false negative, a missed critical pattern, or an exception where a miss would be critical.</summary>
    public bool CriticalFailure => CriticalFalseNegative == true || CriticalMissed == true || (Critical == true && Exception == true);

    /// <summary>Takes a line as the first about its execution.</summary>
    public void Begin(MetricLine line, long revision, long timestampMs, long sequence)
    {
        Key = line.Key;
        (Revision, Ordinal, TimestampMs) = (revision, 0, timestampMs);
        (Source, Agent, Model) = (line.Source, line.Agent, line.Model);
        (Fidelity, FidelitySeq) = (line.Fidelity, line.Fidelity is null ? null : sequence);
        (Followed, Missed, MissedNames, CriticalMissed) = (line.Followed, line.Missed, line.MissedNames, line.CriticalMissed);
        (Outcome, OutcomeSeq) = (line.Outcome, line.Outcome is null ? null : sequence);
        Label = line.Label switch { CaseLabel.Positive => 1, CaseLabel.Negative => 0, _ => null };
        (FalsePositive, FalseNegative, Critical, CriticalFalseNegative) = (line.FalsePositive, line.FalseNegative, line.Critical, line.CriticalFalseNegative);
        (TimeMs, TimeSeq) = (line.TimeMs, line.TimeMs is null ? null : sequence);
        (Exception, ExceptionSeq) = (line.Exception, line.Exception is null ? null : sequence);
        (MemoryMb, Tokens) = (line.MemoryMb, line.Tokens);
    }

    /// <summary>Adds what arrived later.</summary>
    /// <returns>True when that changes a value that had arrived before, and not only adds to what is known.</returns>
    public bool Add(ExecutionFacts later)
    {
        var corrected = (Fidelity is { } fidelity && later.Fidelity is { } otherFidelity && fidelity != otherFidelity)
            || (TimeMs is { } time && later.TimeMs is { } otherTime && time != otherTime)
            || (Exception is { } exception && later.Exception is { } otherException && exception != otherException)
            || (OutcomeSeq is not null && (Differs(Outcome, later.Outcome) || Differs(Label, later.Label) || Differs(FalsePositive, later.FalsePositive) || Differs(CriticalFalseNegative, later.CriticalFalseNegative)));
        Revision = Revision != 0 ? Revision : later.Revision;
        TimestampMs = Math.Min(TimestampMs, later.TimestampMs);
        (Source, Agent, Model) = (Source ?? later.Source, Agent ?? later.Agent, Model ?? later.Model);
        (Fidelity, FidelitySeq) = (later.Fidelity ?? Fidelity, FidelitySeq ?? later.FidelitySeq);
        (Followed, Missed) = (later.Followed ?? Followed, later.Missed ?? Missed);
        (MissedNames, CriticalMissed) = (later.MissedNames ?? MissedNames, later.CriticalMissed ?? CriticalMissed);
        (Outcome, OutcomeSeq) = (later.Outcome ?? Outcome, OutcomeSeq ?? later.OutcomeSeq);
        (Label, FalsePositive, FalseNegative) = (later.Label ?? Label, later.FalsePositive ?? FalsePositive, later.FalseNegative ?? FalseNegative);
        (Critical, CriticalFalseNegative) = (later.Critical ?? Critical, later.CriticalFalseNegative ?? CriticalFalseNegative);
        (TimeMs, TimeSeq) = (later.TimeMs ?? TimeMs, TimeSeq ?? later.TimeSeq);
        (Exception, ExceptionSeq) = (later.Exception ?? Exception, ExceptionSeq ?? later.ExceptionSeq);
        (MemoryMb, Tokens) = (later.MemoryMb ?? MemoryMb, later.Tokens ?? Tokens);
        return corrected;
    }

    // What is learnt later about an outcome that has arrived changes what it was taken for.
    private static bool Differs<T>(T? known, T? later)
        where T : struct => later is not null && !EqualityComparer<T?>.Default.Equals(known, later);
}
