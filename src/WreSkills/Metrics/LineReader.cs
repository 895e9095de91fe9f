using System.Buffers;

namespace WreSkills.Metrics;

/// <summary>Reads whole lines of a file from an offset in constant memory; an unfinished last line is left for later.</summary>
internal sealed class LineReader(FileStream stream, long offset, int maxLine) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
    private int _start;
    private int _end;
    private long _read = offset;
    private bool _skipping;

    /// <summary>Offset after the last line that was read.</summary>
    public long Offset { get; private set; } = offset;

    /// <summary>Offset of the last line that was read.</summary>
    public long LineOffset { get; private set; }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    /// <summary>Reads the next whole line without its line feed. A line beyond the limit comes as its first part, flagged.</summary>
    public bool TryRead(out ReadOnlyMemory<byte> line, out bool tooLong)
    {
        var searched = 0;
        ReadOnlyMemory<byte> beginning = default;
        while (true)
        {
            var found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                var length = searched + found;
                line = _skipping ? beginning : _buffer.AsMemory(_start, length);
                tooLong = _skipping;
                _skipping = false;
                _start += length + 1;
                LineOffset = Offset;
                Offset = _read - (_end - _start);
                return true;
            }

            searched = _end - _start;
            if (searched >= maxLine)
            {
                // Keep the beginning for the report and drop the rest as it comes.
                beginning = _skipping ? beginning : _buffer.AsSpan(_start, Math.Min(searched, 4096)).ToArray();
                _skipping = true;
                _start = _end = searched = 0;
            }

            if (!Fill())
            {
                _skipping = false;
                (line, tooLong) = (default, false);
                return false;
            }
        }
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(_buffer.Length * 2, maxLine + 1));
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var count = RandomAccess.Read(stream.SafeFileHandle, _buffer.AsSpan(_end), _read);
        _end += count;
        _read += count;
        return count > 0;
    }
}
