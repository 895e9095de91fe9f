using System.Collections.Concurrent;
using System.Text;

namespace WreSkills.Metrics;

/// <summary>Reads what is new in the metric files into batches; knows nothing of the database but the marks it is given.</summary>
internal sealed class IngestReader(IReadOnlyDictionary<string, Watermark> marks, int batchSize, IngestResult result)
{
    private const int MaxKeptText = 64 * 1024;
    private readonly MetricTexts _texts = new();
    private readonly ConcurrentBag<IngestBatch> _returned = [];

    /// <summary>Bytes that lie behind the marks, roughly.</summary>
    public long Pending(IReadOnlyList<(string Path, string Skill, MetricKind Kind)> files) =>
        files.Sum(file => new FileInfo(file.Path) is { Exists: true } info ? Math.Max(0, info.Length - (marks.GetValueOrDefault(file.Path)?.Offset ?? 0)) : 0);

    /// <summary>Takes a batch back that is done with.</summary>
    public void Return(IngestBatch batch) => _returned.Add(batch);

    /// <summary>Reads all files, skill by skill; a batch has up to so many lines of each of a skill's three kinds.</summary>
    public IEnumerable<IngestBatch> Read(IReadOnlyList<(string Path, string Skill, MetricKind Kind)> files)
    {
        foreach (var skill in files.GroupBy(file => file.Skill))
        {
            // Rotated files of one kind follow each other; the kinds go side by side, so that an execution meets itself in a batch.
            var kinds = skill.GroupBy(file => file.Kind).Select(kind => new KindReader(this, kind.Key, [.. kind.Select(file => file.Path)])).ToList();
            try
            {
                while (true)
                {
                    var batch = _returned.TryTake(out var used) ? used : new IngestBatch();
                    batch.Clear();
                    batch.Skill = skill.Key;
                    foreach (var kind in kinds)
                    {
                        kind.Fill(batch);
                    }

                    if (batch.Marks.Count == 0)
                    {
                        Return(batch);
                        break;
                    }

                    yield return batch;
                }
            }
            finally
            {
                foreach (var kind in kinds)
                {
                    kind.Dispose();
                }
            }
        }
    }

    /// <summary>Opens a file at its mark; null when it was rotated away meanwhile or has nothing new.</summary>
    public static (FileStream Stream, Watermark Mark)? Open(string path, Watermark? known, IngestResult result)
    {
        result.Files++;
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        }
        catch (FileNotFoundException)
        {
            // Its new name is read in the next run at the latest.
            return null;
        }

        var mark = known ?? new Watermark(path, 0, 0, "");
        if (!mark.Matches(stream))
        {
            result.Restarted++;
            mark = new Watermark(path, 0, 0, "");
        }

        if (mark.Offset < stream.Length)
        {
            return (stream, mark);
        }

        stream.Dispose();
        return null;
    }

    /// <summary>What is kept of a line that cannot be taken over.</summary>
    public static MalformedLine Malformed(string file, long number, long offset, string reason, ReadOnlySpan<byte> line) =>
        new(file, number, offset, reason, Encoding.UTF8.GetString(line[..Math.Min(line.Length, MaxKeptText)]));

    // The files of one kind of one skill, oldest first.
    private sealed class KindReader(IngestReader owner, MetricKind kind, IReadOnlyList<string> paths) : IDisposable
    {
        private int _next;
        private FileStream? _stream;
        private LineReader? _lines;
        private string _path = "";
        private long _number;

        public void Dispose()
        {
            _lines?.Dispose();
            _stream?.Dispose();
            (_lines, _stream) = (null, null);
        }

        public void Fill(IngestBatch batch)
        {
            var taken = 0;
            while (taken < owner.BatchSize && (_lines is not null || OpenNext()))
            {
                var before = taken;
                while (taken < owner.BatchSize && _lines!.TryRead(out var line, out var tooLong))
                {
                    taken++;
                    Take(batch, line.Span, tooLong);
                }

                if (taken > before)
                {
                    batch.Marks.Add(Watermark.At(_stream!, _path, _lines!.Offset, _number));
                }

                if (taken < owner.BatchSize)
                {
                    Dispose();
                }
            }
        }

        private bool OpenNext()
        {
            while (_next < paths.Count)
            {
                _path = paths[_next++];
                if (Open(_path, owner.Mark(_path), owner.Result) is var (stream, mark))
                {
                    (_stream, _number) = (stream, mark.Line);
                    _lines = new LineReader(stream, mark.Offset, MetricsIngestor.MaxLineBytes);
                    return true;
                }
            }

            return false;
        }

        private void Take(IngestBatch batch, ReadOnlySpan<byte> line, bool tooLong)
        {
            _number++;
            if (_number == 1 && line.StartsWith("\uFEFF"u8))
            {
                line = line[3..];
            }

            if (line.Trim(" \t\r"u8).IsEmpty && !tooLong)
            {
                return;
            }

            var reason = tooLong ? $"longer than {MetricsIngestor.MaxLineBytes:N0} bytes" : batch.Next(kind).Parse(line, kind, owner._texts);
            if (reason is null)
            {
                batch.Keep(kind);
            }
            else
            {
                batch.Malformed.Add(Malformed(_path, _number, _lines!.LineOffset, reason, line));
            }
        }
    }

    private int BatchSize => batchSize;

    private IngestResult Result => result;

    private Watermark? Mark(string path) => marks.GetValueOrDefault(path);
}
