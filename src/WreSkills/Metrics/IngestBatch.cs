namespace WreSkills.Metrics;

/// <summary>A line that could not be taken over.</summary>
/// <param name="File">Absolute path.</param>
/// <param name="Line">Number of the line, from 1.</param>
/// <param name="Offset">Byte where it begins.</param>
/// <param name="Reason">What is wrong with it.</param>
/// <param name="Text">The line, at most its first 64 KiB.</param>
internal sealed record MalformedLine(string File, long Line, long Offset, string Reason, string Text);

/// <summary>Lines of one skill's files that go into the database in one transaction, with how far that brings each file. Used again.</summary>
internal sealed class IngestBatch
{
    private readonly MetricLine?[][] _lines = [[], [], []];
    private readonly int[] _counts = new int[3];

    public string Skill { get; set; } = "";

    /// <summary>The lines of each kind, in the order of <see cref="MetricKind"/>.</summary>
    public IReadOnlyList<ArraySegment<MetricLine>> Lines => [Segment(0), Segment(1), Segment(2)];

    public List<MalformedLine> Malformed { get; } = [];

    public List<Watermark> Marks { get; } = [];

    public int Count(MetricKind kind) => _counts[(int)kind];

    /// <summary>An instance to parse the next line into; it belongs to the batch once it was kept.</summary>
    public MetricLine Next(MetricKind kind)
    {
        ref var lines = ref _lines[(int)kind];
        var count = _counts[(int)kind];
        if (count == lines.Length)
        {
            Array.Resize(ref lines, Math.Max(16, count * 2));
        }

        return lines[count] ??= new MetricLine();
    }

    /// <summary>Keeps the line that was parsed last.</summary>
    public void Keep(MetricKind kind) => _counts[(int)kind]++;

    public void Clear()
    {
        Array.Clear(_counts);
        Malformed.Clear();
        Marks.Clear();
    }

    private ArraySegment<MetricLine> Segment(int kind) => new(_lines[kind]!, 0, _counts[kind]);
}
