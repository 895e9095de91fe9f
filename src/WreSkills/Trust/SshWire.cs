using System.Buffers;
using System.Buffers.Binary;

namespace WreSkills.Trust;

/// <summary>
/// Reads SSH's binary encoding (RFC 4251, section 5) as OpenSSH does. Every read checks the length that the data claims;
/// after the first one that does not fit, everything reads as failed.
/// </summary>
internal ref struct SshReader(ReadOnlySpan<byte> data)
{
    // OpenSSH's bound of a number: 16,384 bits.
    private const int MaxNumberBytes = 2048;

    private ReadOnlySpan<byte> _rest = data;

    public readonly bool AtEnd => _rest.IsEmpty;

    public bool TryBytes(int count, out ReadOnlySpan<byte> bytes)
    {
        if (_rest.Length < count)
        {
            bytes = default;
            return false;
        }

        bytes = _rest[..count];
        _rest = _rest[count..];
        return true;
    }

    public bool TryUInt32(out uint value)
    {
        var read = TryBytes(4, out var bytes);
        value = read ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : 0;
        return read;
    }

    public bool TryString(out ReadOnlySpan<byte> value)
    {
        value = default;
        return TryUInt32(out var length) && length <= (uint)_rest.Length && TryBytes((int)length, out value);
    }

    /// <summary>A string that is a name: it may end with one zero byte, which does not count, and has none elsewhere.</summary>
    public bool TryName(out ReadOnlySpan<byte> value)
    {
        if (!TryString(out value))
        {
            return false;
        }

        if (!value.IsEmpty && value[^1] == 0)
        {
            value = value[..^1];
        }

        return !value.Contains((byte)0);
    }

    /// <summary>A number that is not negative, without its leading zeros.</summary>
    public bool TryNumber(out ReadOnlySpan<byte> value)
    {
        if (!TryString(out value) || (!value.IsEmpty && (value[0] & 0x80) != 0) || value.Length > MaxNumberBytes + 1
            || (value.Length == MaxNumberBytes + 1 && value[0] != 0))
        {
            return false;
        }

        value = value.TrimStart((byte)0);
        return true;
    }
}

/// <summary>Writes SSH's binary encoding.</summary>
internal sealed class SshWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public SshWriter Raw(ReadOnlySpan<byte> value)
    {
        _bytes.Write(value);
        return this;
    }

    public SshWriter UInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return Raw(bytes);
    }

    public SshWriter String(ReadOnlySpan<byte> value) => UInt32((uint)value.Length).Raw(value);

    /// <summary>A number without leading zeros, in its shortest form: a zero byte before it when its first bit is set.</summary>
    public SshWriter Number(ReadOnlySpan<byte> value) =>
        !value.IsEmpty && (value[0] & 0x80) != 0 ? UInt32((uint)value.Length + 1).Raw([0]).Raw(value) : String(value);

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();
}
