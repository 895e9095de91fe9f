namespace WreSkills.Monitoring;

/// <summary>The latest values of a metric with their sum, in O(1) per value.</summary>
internal sealed class SlidingWindow(int size)
{
    private readonly double[] _values = new double[size];
    private int _end;

    /// <summary>Values in the window.</summary>
    public int Count { get; private set; }

    /// <summary>True when it holds as many as it can.</summary>
    public bool IsFull => Count == _values.Length;

    /// <summary>Sum of the values in the window.</summary>
    public double Sum { get; private set; }

    /// <summary>Their mean; null when there is none.</summary>
    public double? Mean => Count == 0 ? null : Sum / Count;

    public void Add(double value)
    {
        Sum += value - (IsFull ? _values[_end] : 0);
        _values[_end] = value;
        Count = Math.Min(Count + 1, _values.Length);
        if (++_end == _values.Length)
        {
            // Rounding errors of the running sum do not add up beyond one turn.
            _end = 0;
            Sum = _values.Sum();
        }
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(Count);
        for (var index = Count; index > 0; index--)
        {
            writer.Write(_values[(_end - index + _values.Length) % _values.Length]);
        }

        writer.Write(_end);
        writer.Write(Sum);
    }

    public void Read(BinaryReader reader)
    {
        Count = reader.ReadInt32();
        Span<double> values = Count <= 128 ? stackalloc double[Count] : new double[Count];
        for (var index = 0; index < Count; index++)
        {
            values[index] = reader.ReadDouble();
        }

        _end = reader.ReadInt32();
        for (var index = Count; index > 0; index--)
        {
            _values[(_end - index + _values.Length) % _values.Length] = values[Count - index];
        }

        Sum = reader.ReadDouble();
    }
}
