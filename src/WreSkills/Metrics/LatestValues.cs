using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace WreSkills.Metrics;

/// <summary>One value with the number of its arrival.</summary>
/// <param name="Sequence">Arrival number; an ordinal for failures.</param>
/// <param name="Value">The value; 0 where only the flags matter.</param>
/// <param name="Flags">Bit 0: false positive or exception; bit 1: false negative.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Arrival(long Sequence, double Value, int Flags);

/// <summary>Of which metric the latest values are.</summary>
internal enum LatestKind
{
    Fidelity,
    Outcomes,
    Negatives,
    Times,
    Exceptions,
    Failures,
}

/// <summary>
/// The latest values of each metric of one revision, kept as one blob beside it, so that a check of all triggers is one look-up.
/// They are derived: the indexes over the facts say the same, and are asked when something was corrected.
/// </summary>
internal sealed class LatestValues
{
    /// <summary>Values kept per metric; longer windows are read from the indexes.</summary>
    public const int Kept = 128;

    private const int Kinds = (int)LatestKind.Failures + 1;
    private const int EntryBytes = 16;
    private readonly Arrival[][] _entries;
    private readonly int[] _counts = new int[Kinds];
    private readonly int[] _ends = new int[Kinds];

    public LatestValues()
    {
        _entries = new Arrival[Kinds][];
        for (var kind = 0; kind < Kinds; kind++)
        {
            _entries[kind] = new Arrival[Kept];
        }
    }

    /// <summary>Critical false negatives of the whole revision.</summary>
    public long Critical { get; set; }

    /// <summary>True when what was added did not come in order, so that the values must be read anew.</summary>
    public bool Disordered { get; private set; }

    /// <summary>How many values of a metric are here.</summary>
    public int Count(LatestKind kind) => _counts[(int)kind];

    /// <summary>The value at a position, 0 being the newest.</summary>
    public Arrival this[LatestKind kind, int position] => _entries[(int)kind][(_ends[(int)kind] - 1 - position + (2 * Kept)) % Kept];

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        Array.Clear(_ends);
        (Critical, Disordered) = (0, false);
    }

    /// <summary>Adds a new execution.</summary>
    public void Add(ExecutionFacts facts)
    {
        if (facts is { FidelitySeq: { } fidelity })
        {
            Add(LatestKind.Fidelity, new Arrival(fidelity, facts.Fidelity ?? 0, 0));
        }

        if (facts is { OutcomeSeq: { } outcome })
        {
            Add(LatestKind.Outcomes, new Arrival(outcome, facts.Outcome ?? 0, facts.FalseNegative == true ? 2 : 0));
            if (facts is { Label: 0, FalsePositive: { } falsePositive })
            {
                Add(LatestKind.Negatives, new Arrival(outcome, 0, falsePositive ? 1 : 0));
            }
        }

        if (facts is { TimeSeq: { } time })
        {
            Add(LatestKind.Times, new Arrival(time, facts.TimeMs ?? 0, 0));
        }

        if (facts is { ExceptionSeq: { } exception })
        {
            Add(LatestKind.Exceptions, new Arrival(exception, 0, facts.Exception == true ? 1 : 0));
        }

        if (facts.CriticalFailure)
        {
            Add(LatestKind.Failures, new Arrival(facts.Ordinal, 0, 0));
        }

        Critical += facts is { CriticalFalseNegative: true, OutcomeSeq: not null } ? 1 : 0;
    }

    /// <summary>Adds a value that must be newer than all before it.</summary>
    public void Add(LatestKind kind, Arrival arrival)
    {
        ref var count = ref _counts[(int)kind];
        ref var end = ref _ends[(int)kind];
        Disordered |= count > 0 && this[kind, 0].Sequence >= arrival.Sequence;
        _entries[(int)kind][end] = arrival;
        end = (end + 1) % Kept;
        count = Math.Min(count + 1, Kept);
    }

    /// <summary>Everything as bytes, newest first.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[sizeof(long) + (Kinds * sizeof(int)) + (_counts.Sum() * EntryBytes)];
        var rest = bytes.AsSpan();
        BinaryPrimitives.WriteInt64LittleEndian(rest, Critical);
        rest = rest[sizeof(long)..];
        for (var kind = 0; kind < Kinds; kind++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, _counts[kind]);
            rest = rest[sizeof(int)..];
        }

        for (var kind = 0; kind < Kinds; kind++)
        {
            for (var position = 0; position < _counts[kind]; position++)
            {
                var entry = this[(LatestKind)kind, position];
                BinaryPrimitives.WriteInt64LittleEndian(rest, (entry.Sequence << 2) | (uint)entry.Flags);
                BinaryPrimitives.WriteDoubleLittleEndian(rest[sizeof(long)..], entry.Value);
                rest = rest[EntryBytes..];
            }
        }

        return bytes;
    }

    /// <summary>Takes over what <see cref="ToBytes"/> made.</summary>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        Clear();
        Critical = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var counts = bytes[sizeof(long)..];
        var rest = counts[(Kinds * sizeof(int))..];
        for (var kind = 0; kind < Kinds; kind++)
        {
            var count = BinaryPrimitives.ReadInt32LittleEndian(counts[(kind * sizeof(int))..]);
            (_counts[kind], _ends[kind]) = (count, count % Kept);
            for (var position = 0; position < count; position++)
            {
                var packed = BinaryPrimitives.ReadInt64LittleEndian(rest);
                _entries[kind][count - 1 - position] = new Arrival(packed >> 2, BinaryPrimitives.ReadDoubleLittleEndian(rest[sizeof(long)..]), (int)(packed & 3));
                rest = rest[EntryBytes..];
            }
        }
    }
}
