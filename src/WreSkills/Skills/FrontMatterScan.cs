using System.Text;
using System.Text.Unicode;

namespace WreSkills.Skills;

/// <summary>
/// Reads the plain front matter that nearly every skill has without a YAML parser, which takes most of the time when ten thousand are
/// listed. It accepts a small part of YAML in which nothing can mean two things (plain and simply quoted scalars, lists of them,
/// one level of mappings, block scalars without surprises) and gives up at anything else; then the YAML reader decides.
/// A property test holds both against each other.
/// </summary>
internal ref struct FrontMatterScan
{
    private const int MostKeys = 48;
    private readonly ReadOnlySpan<byte> _text;
    private readonly HeaderValues _values;
    private readonly Span<Range> _keys;
    private int _keyCount;
    private int _position;

    private FrontMatterScan(ReadOnlySpan<byte> text, HeaderValues values, Span<Range> keys)
    {
        _text = text;
        _values = values;
        _keys = keys;
    }

    /// <summary>Reads the lines between the fences.</summary>
    /// <param name="text">UTF-8, lines ended by LF or CRLF.</param>
    /// <param name="values">Takes what was found; to be thrown away when the scan gives up.</param>
    /// <returns>False when the YAML reader has to read it.</returns>
    public static bool TryRead(ReadOnlySpan<byte> text, HeaderValues values)
    {
        if (!IsPlainText(text))
        {
            return false;
        }

        Span<Range> keys = stackalloc Range[MostKeys];
        return new FrontMatterScan(text, values, keys).Mapping();
    }

    // Line breaks that only some readers know, tabs and control characters are the YAML reader's business.
    private static bool IsPlainText(ReadOnlySpan<byte> text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            var (c, next) = (text[index], index + 1 < text.Length ? text[index + 1] : (byte)0);

            // 0xC2 begins U+0080 to U+009F, of which none is printable.
            if (c switch { (byte)'\r' => next != '\n', 0xC2 => next < 0xA0, _ => c is < 0x20 and not (byte)'\n' or 0x7F })
            {
                return false;
            }
        }

        return text.IndexOf("\u2028"u8) < 0 && text.IndexOf("\u2029"u8) < 0 && text.IndexOf("\uFEFF"u8) < 0 && Utf8.IsValid(text);
    }

    private bool Mapping()
    {
        while (_position < _text.Length)
        {
            var start = _position;
            var line = LineAt(start, out _position);
            if (IsBlank(line) || line[0] == '#')
            {
                continue;
            }

            if (!TryKey(line, out var length) || !Remember(start, length))
            {
                return false;
            }

            var key = line[..length];
            if (!Value(key, Trim(line[(length + 1)..])))
            {
                return false;
            }
        }

        return true;
    }

    private bool Value(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            return Block(key);
        }

        if (value[0] is (byte)'|' or (byte)'>')
        {
            return BlockScalar(key, value);
        }

        if (value[0] == '[')
        {
            return FlowList(value, out var items) && Take(key, items);
        }

        return Scalar(value, flow: false, out var text) && Take(key, text);
    }

    // What stands below a key without a value: nothing, a list, or one level of keys.
    private bool Block(ReadOnlySpan<byte> key)
    {
        if (!PeekContent(out var first))
        {
            return true;
        }

        var indent = Indent(first);
        if (first[indent..].StartsWith("- "u8))
        {
            return List(key, indent);
        }

        return indent == 0 || Nested(indent);
    }

    private bool List(ReadOnlySpan<byte> key, int indent)
    {
        var items = new List<string>();
        while (PeekContent(out var line))
        {
            var here = Indent(line);
            if (here == 0 && line[0] != '-')
            {
                break;
            }

            if (here != indent || !line[here..].StartsWith("- "u8) || !Scalar(Trim(line[(here + 2)..]), flow: false, out var text))
            {
                return false;
            }

            if (text is not null)
            {
                items.Add(text);
            }

            SkipContent();
        }

        return Take(key, items);
    }

    private bool Nested(int indent)
    {
        Span<Range> known = stackalloc Range[MostKeys];
        var count = 0;
        while (PeekContent(out var line))
        {
            var here = Indent(line);
            if (here == 0)
            {
                return true;
            }

            var start = ContentStart() + here;
            if (here != indent || !TryKey(line[here..], out var length) || count == known.Length)
            {
                return false;
            }

            for (var index = 0; index < count; index++)
            {
                if (_text[known[index]].SequenceEqual(line.Slice(here, length)))
                {
                    return false;
                }
            }

            known[count++] = start..(start + length);
            var value = Trim(line[(here + length + 1)..]);
            SkipContent();
            if (!value.IsEmpty && !(value[0] == '[' ? FlowList(value, out _) : Scalar(value, flow: false, out _)))
            {
                return false;
            }

            if (value.IsEmpty && PeekContent(out var below) && (Indent(below) > indent || below[Indent(below)] == '-'))
            {
                return false;
            }
        }

        return true;
    }

    private bool BlockScalar(ReadOnlySpan<byte> key, ReadOnlySpan<byte> style)
    {
        if (style.Length > 2 || (style.Length == 2 && style[1] != '-'))
        {
            return false;
        }

        var folded = style[0] == '>';
        var text = new StringBuilder();
        var (indent, ended) = (0, false);
        while (_position < _text.Length)
        {
            var line = LineAt(_position, out var next);
            if (line.IsEmpty)
            {
                ended = true;
                _position = next;
                continue;
            }

            var here = Indent(line);
            if (here == 0)
            {
                break;
            }

            // A blank line inside and a line that is indented further mean more than a line break.
            indent = indent == 0 ? here : indent;
            if (ended || here == line.Length || here < indent || (here > indent && folded) || line[^1] == ' ')
            {
                return false;
            }

            text.Append(text.Length == 0 ? "" : folded ? " " : "\n").Append(Encoding.UTF8.GetString(line[indent..]));
            _position = next;
        }

        // Whether a last line without a line feed gets one is a question for the YAML reader.
        if (text.Length == 0 || (style.Length == 1 && _text[_position - 1] != '\n'))
        {
            return false;
        }

        return Take(key, style.Length == 1 ? text.Append('\n').ToString() : text.ToString());
    }

    private static bool FlowList(ReadOnlySpan<byte> value, out List<string> items)
    {
        items = [];
        if (value[^1] != ']')
        {
            return false;
        }

        var inner = Trim(value[1..^1]);
        if (inner.IsEmpty)
        {
            return true;
        }

        foreach (var range in inner.Split((byte)','))
        {
            if (!Scalar(Trim(inner[range]), flow: true, out var text))
            {
                return false;
            }

            if (text is not null)
            {
                items.Add(text);
            }
        }

        return true;
    }

    private static bool Scalar(ReadOnlySpan<byte> value, bool flow, out string? text)
    {
        text = null;
        if (value.IsEmpty)
        {
            return false;
        }

        if (value[0] is (byte)'"' or (byte)'\'')
        {
            var inner = value.Length < 2 ? default : value[1..^1];
            if (value.Length < 2 || value[^1] != value[0] || inner.IndexOf(value[0]) >= 0 || (value[0] == '"' && inner.IndexOf((byte)'\\') >= 0))
            {
                return false;
            }

            text = Encoding.UTF8.GetString(inner);
            return true;
        }

        if (!(IsWordByte(value[0]) || value[0] is (byte)'(' or (byte)'/' or (byte)'$' or (byte)'+' or >= 0xC3)
            || (flow ? value.IndexOfAny(",[]{}:#&*!|>'\"%@`\\?"u8) >= 0 : value.IndexOf(": "u8) >= 0 || value.IndexOf(" #"u8) >= 0 || value[^1] == ':'))
        {
            return false;
        }

        text = value.SequenceEqual("null"u8) ? null : Encoding.UTF8.GetString(value);
        return true;
    }

    private static bool TryKey(ReadOnlySpan<byte> line, out int length)
    {
        length = 0;
        while (length < line.Length && (IsWordByte(line[length]) || (length > 0 && line[length] == '-')))
        {
            length++;
        }

        return length > 0 && length < line.Length && line[length] == ':' && (length + 1 == line.Length || line[length + 1] == ' ')
            && !line[..length].SequenceEqual("null"u8);
    }

    private bool Remember(int start, int length)
    {
        var key = _text.Slice(start, length);
        for (var index = 0; index < _keyCount; index++)
        {
            if (_text[_keys[index]].SequenceEqual(key))
            {
                return false;
            }
        }

        if (_keyCount == _keys.Length)
        {
            return false;
        }

        _keys[_keyCount++] = start..(start + length);
        return true;
    }

    private readonly bool Take(ReadOnlySpan<byte> key, string? text)
    {
        _values.Set(key, text);
        return true;
    }

    private readonly bool Take(ReadOnlySpan<byte> key, List<string> items)
    {
        _values.Set(key, items);
        return true;
    }

    private readonly ReadOnlySpan<byte> LineAt(int position, out int next)
    {
        var rest = _text[position..];
        var end = rest.IndexOf((byte)'\n');
        next = end < 0 ? _text.Length : position + end + 1;
        var line = end < 0 ? rest : rest[..end];
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private readonly bool PeekContent(out ReadOnlySpan<byte> line)
    {
        var position = ContentStart();
        line = position < _text.Length ? LineAt(position, out _) : default;
        return position < _text.Length;
    }

    private readonly int ContentStart()
    {
        var position = _position;
        while (position < _text.Length)
        {
            var line = LineAt(position, out var next);
            if (!IsBlank(line) && line[0] != '#')
            {
                return position;
            }

            position = next;
        }

        return position;
    }

    private void SkipContent()
    {
        LineAt(ContentStart(), out var next);
        _position = next;
    }

    private static int Indent(ReadOnlySpan<byte> line)
    {
        var indent = line.IndexOfAnyExcept((byte)' ');
        return indent < 0 ? line.Length : indent;
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept((byte)' ') < 0;

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> value) => value.Trim((byte)' ');

    private static bool IsWordByte(byte c) => char.IsAsciiLetterOrDigit((char)c) || c == '_';
}
