using System.Text;

namespace WreSkills.Metrics;

/// <summary>
/// An execution's id as it is stored: a UUID in its usual spelling (36 characters, lower case) as 16 bytes, anything else as text.
/// Both are exact, so that ids which differ in one letter's case stay two.
/// </summary>
internal readonly record struct ExecutionKey(UInt128 Uuid, string? Text)
{
    private const int UuidLength = 36;

    /// <summary>The key of an id.</summary>
    public static ExecutionKey Of(string id)
    {
        Span<byte> utf8 = stackalloc byte[UuidLength];
        return id.Length == UuidLength && Encoding.UTF8.TryGetBytes(id, utf8, out var written) && TryUuid(utf8[..written], out var key) ? key : new ExecutionKey(0, id);
    }

    /// <summary>Reads a UUID in its usual spelling.</summary>
    public static bool TryUuid(ReadOnlySpan<byte> utf8, out ExecutionKey key)
    {
        key = default;
        if (utf8.Length != UuidLength || utf8[8] != '-' || utf8[13] != '-' || utf8[18] != '-' || utf8[23] != '-')
        {
            return false;
        }

        var (high, low, digits) = (0UL, 0UL, 0);
        for (var at = 0; at < UuidLength; at++)
        {
            if (at is 8 or 13 or 18 or 23)
            {
                continue;
            }

            var c = utf8[at];
            var digit = c is >= (byte)'0' and <= (byte)'9' ? c - '0' : c is >= (byte)'a' and <= (byte)'f' ? c - 'a' + 10 : -1;
            if (digit < 0)
            {
                return false;
            }

            (high, low) = digits++ < 16 ? ((high << 4) | (uint)digit, low) : (high, (low << 4) | (uint)digit);
        }

        key = new ExecutionKey(new UInt128(high, low), null);
        return true;
    }

    /// <summary>The value of the column: 16 bytes in network order, or the text.</summary>
    public object ToColumn()
    {
        if (Text is not null)
        {
            return Text;
        }

        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, Uuid);
        return bytes;
    }

    /// <summary>The id that a column's value stands for.</summary>
    public static string FromColumn(object value) => value is byte[] { Length: 16 } bytes ? new Guid(bytes, bigEndian: true).ToString() : (string)value;

    /// <summary>SQL that shows the column as the id.</summary>
    public static string Sql(string column) =>
        $"CASE typeof({column}) WHEN 'blob' THEN lower(substr(hex({column}), 1, 8) || '-' || substr(hex({column}), 9, 4) || '-' || substr(hex({column}), 13, 4) || '-' || substr(hex({column}), 17, 4) || '-' || substr(hex({column}), 21)) ELSE {column} END";

    /// <inheritdoc />
    public override string ToString() => Text ?? FromColumn(ToColumn());

    /// <summary>Orders as the database does: bytes after texts.</summary>
    public static int Compare(ExecutionKey left, ExecutionKey right) => (left.Text, right.Text) switch
    {
        (null, null) => left.Uuid.CompareTo(right.Uuid),
        (null, _) => 1,
        (_, null) => -1,
        _ => string.CompareOrdinal(left.Text, right.Text),
    };
}
