using System.Buffers;
using System.Text;
using System.Text.Json;

namespace WreSkills.Trust;

/// <summary>
/// What the chain must know of one line. The links stand first, in the form <c>{"prev":"…"</c> and then, where torn lines stand before it,
/// <c>,"torn":"…"</c>, so that a shell finds them by position; the rest is any JSON object.
/// </summary>
internal readonly ref struct AuditLine
{
    /// <summary>Characters of a hash in hexadecimal.</summary>
    public const int HexLength = 2 * MerkleTree.HashLength;

    private static readonly SearchValues<byte> s_hex = SearchValues.Create("0123456789abcdef"u8);

    private AuditLine(ReadOnlySpan<byte> prev, ReadOnlySpan<byte> torn, ReadOnlySpan<byte> operation, string? log)
    {
        IsWhole = true;
        Prev = prev;
        Torn = torn;
        Operation = operation;
        Log = log;
    }

    /// <summary>False for what is no JSON object: the rest of a line whose writer died, or damage.</summary>
    public bool IsWhole { get; }

    /// <summary>Hash of the line before it, in hexadecimal; empty when it states none.</summary>
    public ReadOnlySpan<byte> Prev { get; }

    /// <summary>Hash over the torn lines directly before it, in hexadecimal; empty when it states none.</summary>
    public ReadOnlySpan<byte> Torn { get; }

    /// <summary>The operation as UTF-8; empty when it has none.</summary>
    public ReadOnlySpan<byte> Operation { get; }

    /// <summary>Id of the log, which only the first whole line states; else null.</summary>
    public string? Log { get; }

    /// <summary>Reads a line without its line feed.</summary>
    public static AuditLine Read(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = 64 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return default;
            }

            ReadOnlySpan<byte> operation = default;
            string? log = null;
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                {
                    continue;
                }

                if (reader.ValueTextEquals("operation"u8))
                {
                    reader.Read();
                    operation = Text(ref reader);
                }
                else if (reader.ValueTextEquals("log"u8))
                {
                    reader.Read();
                    log = Encoding.UTF8.GetString(Text(ref reader));
                }
            }

            var prev = Link(line, "{\"prev\":\""u8);
            return new AuditLine(prev, prev.IsEmpty ? default : Link(line["{\"prev\":\"".Length..][(HexLength + 1)..], ",\"torn\":\""u8), operation, log);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static ReadOnlySpan<byte> Link(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        if (text.Length <= name.Length + HexLength || !text.StartsWith(name) || text[name.Length + HexLength] != (byte)'"')
        {
            return default;
        }

        var hex = text.Slice(name.Length, HexLength);
        return hex.ContainsAnyExcept(s_hex) ? default : hex;
    }

    private static ReadOnlySpan<byte> Text(scoped ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return default;
        }

        try
        {
            return reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
        }
        catch (InvalidOperationException)
        {
            // Half a character in an escape: no operation of ours.
            return default;
        }
    }
}
