using System.Buffers;

namespace WreSkills.Executions;

/// <summary>What came through a pipe so far, bounded; readable at any time, because a pipe may stay open longer than its program.</summary>
/// <param name="limit">Most bytes kept.</param>
/// <param name="keepTail">Whether the end is kept when there is more, as for a log; else the beginning.</param>
internal sealed class PipeBuffer(int limit, bool keepTail)
{
    private readonly Lock _turn = new();
    private readonly ArrayBufferWriter<byte> _kept = new();
    private bool _overflow;

    /// <summary>The bytes kept, and whether there were more.</summary>
    public (byte[] Bytes, bool Overflow) Content()
    {
        lock (_turn)
        {
            return (_kept.WrittenSpan.ToArray(), _overflow);
        }
    }

    /// <summary>Reads to the end of the pipe; a pipe that is torn away has ended.</summary>
    public async Task ReadAsync(Stream pipe)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int count;
            while ((count = await pipe.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            {
                Keep(buffer.AsSpan(0, count));
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The process and its pipes are gone; what was kept is what there is.
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        lock (_turn)
        {
            if (_kept.WrittenCount + bytes.Length <= limit)
            {
                _kept.Write(bytes);
                return;
            }

            _overflow = true;
            if (keepTail)
            {
                var all = (byte[])[.. _kept.WrittenSpan, .. bytes];
                _kept.Clear();
                _kept.Write(all.AsSpan(Math.Max(0, all.Length - limit)));
            }
        }
    }
}
