using System.Globalization;

namespace WreSkills.Storage;

/// <summary>
/// A mapping of a configuration document that is read key by key: wrong types, values out of range and keys that
/// nobody asked for become findings instead of silence.
/// </summary>
public sealed class YamlSection
{
    private readonly YamlMapping? _mapping;
    private readonly string _path;
    private readonly ICollection<YamlProblem> _problems;
    private readonly HashSet<string> _known = [];
    private readonly Dictionary<string, YamlSection> _sections = [];
    private readonly List<YamlSection> _items = [];

    /// <summary>Wraps the root of a document.</summary>
    /// <param name="root">The root node; anything but a mapping is a finding, null is an empty document.</param>
    /// <param name="problems">Gains the findings.</param>
    public YamlSection(YamlNode? root, ICollection<YamlProblem> problems)
        : this(root, "", problems)
    {
    }

    private YamlSection(YamlNode? node, string path, ICollection<YamlProblem> problems)
    {
        _path = path;
        _problems = problems;
        _mapping = node as YamlMapping;
        Line = node?.Line ?? 1;
        if (node is not (null or YamlMapping or YamlScalar { IsNull: true }))
        {
            _problems.Add(new YamlProblem(node.Line, $"{Name("")} must be a mapping (key: value)"));
        }
    }

    /// <summary>The line the section starts on.</summary>
    public int Line { get; }

    /// <summary>True when the document has this section.</summary>
    public bool Exists => _mapping is not null;

    /// <summary>The keys in document order.</summary>
    public IEnumerable<string> Keys => _mapping?.Entries.Select(entry => entry.Key) ?? [];

    /// <summary>The section under a key; the same one every time.</summary>
    public YamlSection Section(string key)
    {
        _known.Add(key);
        if (!_sections.TryGetValue(key, out var section))
        {
            _sections[key] = section = new YamlSection(_mapping?[key], _path + key + ".", _problems);
        }

        return section;
    }

    /// <summary>The sections of a list of mappings under a key; empty when absent.</summary>
    public IReadOnlyList<YamlSection> Sections(string key)
    {
        _known.Add(key);
        if (_mapping?[key] is not { } node || node is YamlScalar { IsNull: true })
        {
            return [];
        }

        if (node is not YamlSequence list)
        {
            Report(node.Line, key, "must be a list");
            return [];
        }

        var sections = list.Items.Select((item, index) => new YamlSection(item, $"{_path}{key}[{index}].", _problems)).ToList();
        _items.AddRange(sections);
        return sections;
    }

    /// <summary>A text, or the default.</summary>
    public string? Text(string key, string? fallback = null)
    {
        _known.Add(key);
        switch (_mapping?[key])
        {
            case null or YamlScalar { IsNull: true }:
                return fallback;
            case YamlScalar scalar:
                return scalar.Text;
            case { } other:
                Report(other.Line, key, "must be a text");
                return fallback;
        }
    }

    /// <summary>One of a few words, or the default.</summary>
    public string Choice(string key, string fallback, params ReadOnlySpan<string> choices)
    {
        var text = Text(key, fallback)!;
        if (choices.Contains(text))
        {
            return text;
        }

        Report(_mapping![key]!.Line, key, $"is '{text}'; it must be one of {string.Join(", ", choices!)}");
        return fallback;
    }

    /// <summary>A list of texts (a single text counts as one), or the default.</summary>
    public IReadOnlyList<string> Texts(string key, IReadOnlyList<string>? fallback = null)
    {
        _known.Add(key);
        if (_mapping?[key] is not { } node)
        {
            return fallback ?? [];
        }

        if (node is YamlMapping || (node is YamlSequence list && list.Items.Any(item => item is not YamlScalar)))
        {
            Report(node.Line, key, "must be a list of texts");
        }

        return _mapping.Texts(key);
    }

    /// <summary>A number within bounds, or the default.</summary>
    public double Number(string key, double fallback, double minimum, double maximum)
    {
        var text = Text(key);
        if (text is null)
        {
            return fallback;
        }

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
        {
            Report(_mapping![key]!.Line, key, $"is '{text}', which is not a number");
            return fallback;
        }

        if (value < minimum || value > maximum)
        {
            Report(_mapping![key]!.Line, key, FormattableString.Invariant($"is {text}; it must lie between {minimum} and {maximum}"));
            return fallback;
        }

        return value;
    }

    /// <summary>A whole number within bounds, or the default.</summary>
    public int Whole(string key, int fallback, int minimum, int maximum)
    {
        var value = Number(key, fallback, minimum, maximum);
        if (value == Math.Floor(value))
        {
            return (int)value;
        }

        Report(_mapping![key]!.Line, key, FormattableString.Invariant($"is {value}; it must be a whole number"));
        return fallback;
    }

    /// <summary>True or false, or the default.</summary>
    public bool Flag(string key, bool fallback)
    {
        var text = Text(key);
        switch (text)
        {
            case null: return fallback;
            case "true": return true;
            case "false": return false;
            default:
                Report(_mapping![key]!.Line, key, $"is '{text}'; it must be true or false");
                return fallback;
        }
    }

    /// <summary>True when the value under a key is a mapping.</summary>
    public bool IsMapping(string key) => _mapping?[key] is YamlMapping;

    /// <summary>True when the value under a key is a list of mappings.</summary>
    public bool IsListOfMappings(string key) => _mapping?[key] is YamlSequence { Items: [YamlMapping, ..] };

    /// <summary>Adds a finding about a key of this section.</summary>
    public void Report(string key, string message) => Report(_mapping?[key]?.Line ?? Line, key, message);

    /// <summary>Reports every key of this section and those below that nobody asked for.</summary>
    public void ReportUnknownKeys()
    {
        foreach (var (key, value) in _mapping?.Entries ?? [])
        {
            if (!_known.Contains(key))
            {
                var near = _known.MinBy(known => Distance(known, key));
                var hint = near is not null && Distance(near, key) <= Math.Max(2, key.Length / 3) ? $"; did you mean '{near}'?" : "";
                Report(value.Line, key, "is not a known key" + hint);
            }
        }

        foreach (var child in _sections.Values.Concat(_items))
        {
            child.ReportUnknownKeys();
        }
    }

    private void Report(int line, string key, string message) => _problems.Add(new YamlProblem(line, $"{Name(key)} {message}"));

    private string Name(string key) => (_path + key).TrimEnd('.') is { Length: > 0 } name ? name : "the document";

    /// <summary>How many letters have to be put in, taken out or replaced to get from one text to another.</summary>
    internal static int Distance(string left, string right)
    {
        var previous = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var current = new int[right.Length + 1];
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1));
            }

            previous = current;
        }

        return previous[right.Length];
    }
}
