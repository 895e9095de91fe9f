namespace WreSkills.Storage;

/// <summary>Reads a stream line by line as bytes, in the memory of its longest line. Only line feeds end lines; everything else belongs to them.</summary>
/// <param name="stream">Read to its end; stays open.</param>
internal sealed class LineScanner(Stream stream)
{
    /// <summary>Longest line in bytes.</summary>
    public const int MaxLine = 16 * 1024 * 1024;

    private byte[] _buffer = new byte[1 << 17];
    private int _start;
    private int _end;

    /// <summary>True when the line that was read last has no line feed: its writer died, or it is still writing.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>True when the line that was read last is longer than <see cref="MaxLine"/>; then only its beginning was returned, and reading ends.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Reads the next line, without its line feed; it is good until the next call.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        var searched = 0;
        while (!IsTorn && !IsTooLong)
        {
            var found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                line = _buffer.AsSpan(_start, searched + found);
                IsTooLong = line.Length > MaxLine;
                _start += line.Length + 1;
                return true;
            }

            searched = _end - _start;
            IsTooLong = searched > MaxLine;
            IsTorn = !IsTooLong && !Fill() && searched > 0;
            if (IsTorn || IsTooLong)
            {
                line = _buffer.AsSpan(_start, searched);
                return true;
            }

            if (_end - _start == searched)
            {
                break;
            }
        }

        line = default;
        return false;
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
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var count = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += count;
        return count > 0;
    }
}
