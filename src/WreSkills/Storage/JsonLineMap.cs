using System.Globalization;
using System.Text.Json;

namespace WreSkills.Storage;

/// <summary>The line on which each value of a JSON text stands, so that a finding can be pointed at.</summary>
public sealed class JsonLineMap
{
    private readonly Dictionary<string, int> _lines = [];
    private readonly List<(string Path, int Line)> _duplicates = [];

    /// <summary>Keys that stand more than once in their object: path and line of each repetition.</summary>
    public IReadOnlyList<(string Path, int Line)> Duplicates => _duplicates;

    /// <summary>Maps a text.</summary>
    /// <param name="json">UTF-8 JSON.</param>
    /// <exception cref="JsonException">The text is not JSON; carries line and position.</exception>
    public static JsonLineMap Read(ReadOnlySpan<byte> json)
    {
        var map = new JsonLineMap();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
        var position = 0;
        var line = 1;
        var path = new Stack<(string Path, int Next)>();
        string? property = null;
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            line += json[position..start].Count((byte)'\n');
            position = start;
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                property = reader.GetString()!;
                continue;
            }

            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                path.Pop();
                continue;
            }

            var here = Here(path, property);
            property = null;
            if (!map._lines.TryAdd(here, line))
            {
                map._duplicates.Add((here, line));
            }

            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                path.Push((here, 0));
            }
        }

        return map;
    }

    /// <summary>The line of a value, from 1; the nearest known ancestor's when the value itself is missing.</summary>
    /// <param name="path">Property names and indices joined by <c>/</c>, the root being empty.</param>
    public int Line(string path)
    {
        while (true)
        {
            if (_lines.TryGetValue(path, out var line))
            {
                return line;
            }

            var slash = path.LastIndexOf('/');
            if (slash < 0)
            {
                return 1;
            }

            path = path[..slash];
        }
    }

    private static string Here(Stack<(string Path, int Next)> path, string? property)
    {
        if (path.Count == 0)
        {
            return "";
        }

        var (parent, next) = path.Pop();
        path.Push((parent, next + 1));
        return property is null ? $"{parent}/{next.ToString(CultureInfo.InvariantCulture)}" : $"{parent}/{property}";
    }
}
