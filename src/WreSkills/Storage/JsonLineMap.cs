using System.Globalization;
using System.Text.Json;

namespace WreSkills.Storage;

/// <summary>The line on which each value of a JSON text stands, so that a finding can be pointed at.</summary>
public sealed class JsonLineMap
{
    /// <summary>Most values in a text; a hostile file of a few megabytes could hold millions.</summary>
    public const int MaxValues = 500_000;

    // Values form a tree of (parent, name): whole paths as texts would grow with depth times length of the keys.
    private readonly Dictionary<(int Parent, string Name), int> _children = [];
    private readonly List<(int Parent, string Name, int Line)> _values = [];
    private readonly List<(string Path, int Line)> _duplicates = [];

    /// <summary>Keys that stand more than once in their object: path and line of each repetition, at most 100 of them.</summary>
    public IReadOnlyList<(string Path, int Line)> Duplicates => _duplicates;

    /// <summary>Maps a text.</summary>
    /// <param name="json">UTF-8 JSON.</param>
    /// <exception cref="JsonException">The text is not JSON, holds half a character in an escape, or has too many values; carries line and position.</exception>
    public static JsonLineMap Read(ReadOnlySpan<byte> json)
    {
        var map = new JsonLineMap();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
        var position = 0;
        var line = 1;
        var open = new Stack<(int Value, int Next)>();
        string? property = null;
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            line += json[position..start].Count((byte)'\n');
            position = start;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    property = Text(ref reader, line);
                    continue;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open.Pop();
                    continue;
                case JsonTokenType.String when reader.ValueIsEscaped:
                    Text(ref reader, line);
                    break;
            }

            var value = map.Add(open, property, line);
            property = null;
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                open.Push((value, 0));
            }
        }

        return map;
    }

    /// <summary>The line of a value, from 1; the nearest known ancestor's when the value itself is missing.</summary>
    /// <param name="path">Property names and indices joined by <c>/</c>, the root being empty.</param>
    public int Line(string path)
    {
        if (_values.Count == 0 || (path.Length > 0 && path[0] != '/'))
        {
            return 1;
        }

        var value = 0;
        foreach (var name in path.Split('/').Skip(1))
        {
            if (!_children.TryGetValue((value, name), out var child))
            {
                break;
            }

            value = child;
        }

        return _values[value].Line;
    }

    private int Add(Stack<(int Value, int Next)> open, string? property, int line)
    {
        if (_values.Count == MaxValues)
        {
            throw new JsonException($"more than {MaxValues:N0} values", null, line - 1, null);
        }

        var parent = -1;
        var name = "";
        if (open.TryPop(out var top))
        {
            open.Push((top.Value, top.Next + 1));
            parent = top.Value;
            name = property ?? top.Next.ToString(CultureInfo.InvariantCulture);
        }

        var value = _values.Count;
        _values.Add((parent, name, line));
        if (!_children.TryAdd((parent, name), value) && _duplicates.Count < 100)
        {
            _duplicates.Add((PathOf(value), line));
        }

        return value;
    }

    private string PathOf(int value) => _values[value].Parent < 0 ? "" : $"{PathOf(_values[value].Parent)}/{_values[value].Name}";

    // The reader checks escapes only when a text is taken out, and then with another exception than for all other bad JSON.
    private static string Text(ref Utf8JsonReader reader, int line)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("an escape holds half a character", null, line - 1, null, error);
        }
    }
}
