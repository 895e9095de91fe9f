namespace WreSkills.Scanning;

/// <summary>
/// Finds many keywords in one pass: the last five bits of three characters in a row choose a bit, and only where it is set the
/// keywords with such a beginning are compared. Five bits of a letter are the same in both cases.
/// </summary>
internal sealed class KeywordIndex
{
    private const int Mask = 0x7FFF;

    private readonly ulong[] _bits = new ulong[(Mask + 1) / 64];
    private readonly int[]?[] _entries = new int[]?[Mask + 1];
    private readonly string[] _keywords;
    private readonly StringComparison _comparison;

    /// <summary>Makes an index.</summary>
    /// <param name="keywords">The keywords; a keyword's number is its place here.</param>
    /// <param name="comparison">How they are compared.</param>
    public KeywordIndex(IReadOnlyList<string> keywords, StringComparison comparison)
    {
        _keywords = [.. keywords];
        _comparison = comparison;
        var entries = new Dictionary<int, List<int>>();
        for (var number = 0; number < _keywords.Length; number++)
        {
            foreach (var code in Codes(_keywords[number]))
            {
                if (!entries.TryGetValue(code, out var list))
                {
                    entries[code] = list = [];
                }

                list.Add(number);
            }
        }

        foreach (var (code, list) in entries)
        {
            _bits[code >> 6] |= 1UL << (code & 63);
            _entries[code] = [.. list];
        }
    }

    /// <summary>How many keywords there are.</summary>
    public int Count => _keywords.Length;

    /// <summary>The next place at which a keyword begins, or -1.</summary>
    public int Next(ReadOnlySpan<char> text, int from)
    {
        if (from >= text.Length)
        {
            return -1;
        }

        var bits = _bits;
        var code = ((text[from] & 31) << 5) | (from + 1 < text.Length ? text[from + 1] & 31 : 0);
        var at = from;
        for (; at + 2 < text.Length; at++)
        {
            code = ((code << 5) | (text[at + 2] & 31)) & Mask;
            if ((bits[code >> 6] >> code & 1) != 0 && Matches(text[at..], code))
            {
                return at;
            }
        }

        for (; at < text.Length; at++)
        {
            code = (code << 5) & Mask;
            if ((bits[code >> 6] >> code & 1) != 0 && Matches(text[at..], code))
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>The numbers of the keywords that begin at a place.</summary>
    public Enumerator At(ReadOnlySpan<char> text, int at)
    {
        var rest = text[at..];
        var code = ((rest[0] & 31) << 10) | (rest.Length > 1 ? (rest[1] & 31) << 5 : 0) | (rest.Length > 2 ? rest[2] & 31 : 0);
        return new Enumerator(this, rest, _entries[code] ?? []);
    }

    private bool Matches(ReadOnlySpan<char> rest, int code)
    {
        foreach (var number in _entries[code]!)
        {
            if (rest.StartsWith(_keywords[number], _comparison))
            {
                return true;
            }
        }

        return false;
    }

    // Keywords of less than three characters go with whatever follows.
    private static IEnumerable<int> Codes(string keyword) => keyword.Length switch
    {
        1 => Enumerable.Range(0, 1024).Select(rest => ((keyword[0] & 31) << 10) | rest),
        2 => Enumerable.Range(0, 32).Select(rest => ((keyword[0] & 31) << 10) | ((keyword[1] & 31) << 5) | rest),
        _ => [((keyword[0] & 31) << 10) | ((keyword[1] & 31) << 5) | (keyword[2] & 31)],
    };

    /// <summary>Goes through the keywords at one place.</summary>
    internal ref struct Enumerator(KeywordIndex index, ReadOnlySpan<char> rest, int[] entries)
    {
        private readonly ReadOnlySpan<char> _rest = rest;
        private int _next = -1;

        public readonly int Current => entries[_next];

        public readonly Enumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            while (++_next < entries.Length)
            {
                if (_rest.StartsWith(index._keywords[entries[_next]], index._comparison))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
