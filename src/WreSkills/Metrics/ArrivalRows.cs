using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>The latest arrivals over some revisions and over the indexes that share them; read again and again into the same list.</summary>
internal sealed class ArrivalRows
{
    // Newest first. Bit 0 of the flags is a false positive or an exception, bit 1 a false negative.
    private readonly List<Arrival> _rows = [];

    /// <summary>Arrival number of the oldest; null when there is none.</summary>
    public long? OldestSequence => _rows.Count == 0 ? null : _rows[^1].Sequence;

    /// <summary>Reads the latest.</summary>
    /// <param name="count">How many at most.</param>
    /// <param name="revisions">The revisions.</param>
    /// <param name="first">Gives arrival number, value and flags of a revision, newest first.</param>
    /// <param name="second">Another index of the same; null when one has all.</param>
    public void Read(int count, List<(long Revision, long Executions)> revisions, SqliteStatement first, SqliteStatement? second)
    {
        _rows.Clear();
        foreach (var (revision, _) in revisions)
        {
            Read(count, first, revision);
            if (second is not null)
            {
                Read(count, second, revision);
            }
        }

        if (revisions.Count > 1 || second is not null)
        {
            _rows.Sort(static (left, right) => right.Sequence.CompareTo(left.Sequence));
        }

        if (_rows.Count > count)
        {
            _rows.RemoveRange(count, _rows.Count - count);
        }
    }

    private void Read(int count, SqliteStatement statement, long revision)
    {
        statement.Bind(1, revision);
        statement.Bind(2, (long)count);
        while (statement.Read())
        {
            _rows.Add(new Arrival(statement.Int64(0), statement.Double(1), (int)statement.Int64(2)));
        }
    }

    /// <summary>Forgets what arrived before.</summary>
    public void DropBefore(long sequence)
    {
        while (_rows.Count > 0 && _rows[^1].Sequence < sequence)
        {
            _rows.RemoveAt(_rows.Count - 1);
        }
    }

    /// <summary>All of them, oldest first.</summary>
    public IEnumerable<Arrival> OldestFirst()
    {
        for (var index = _rows.Count - 1; index >= 0; index--)
        {
            yield return _rows[index];
        }
    }

    /// <summary>Their values, oldest first.</summary>
    public double[] Values()
    {
        var values = new double[_rows.Count];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = _rows[values.Length - 1 - index].Value;
        }

        return values;
    }

    /// <summary>Bit 0 of their flags, oldest first.</summary>
    public bool[] Flags()
    {
        var flags = new bool[_rows.Count];
        for (var index = 0; index < flags.Length; index++)
        {
            flags[index] = (_rows[flags.Length - 1 - index].Flags & 1) != 0;
        }

        return flags;
    }

    /// <summary>How many are false negatives.</summary>
    public int FalseNegatives()
    {
        var count = 0;
        foreach (var row in _rows)
        {
            count += (row.Flags & 2) >> 1;
        }

        return count;
    }
}
