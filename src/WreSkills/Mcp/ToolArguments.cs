using System.Text.Json;

namespace WreSkills.Mcp;

/// <summary>The arguments of a tool call, read within bounds; everything wrong with them is listed at once.</summary>
internal sealed class ToolArguments(string tool, IDictionary<string, JsonElement>? arguments)
{
    /// <summary>Longest text of an argument in characters, unless it says otherwise.</summary>
    public const int MostCharacters = 512;

    private readonly List<string> _problems = [];
    private readonly HashSet<string> _known = [];

    /// <summary>A text, or null when it is absent.</summary>
    public string? Text(string name, int most = MostCharacters) => Value(name, "a text", JsonValueKind.String)?.GetString() is not { } text ? null
        : text.Length is 0 || text.Length > most ? Problem<string>($"{name}: must have 1 to {most:N0} characters, it has {text.Length:N0}")
        : text;

    /// <summary>A text that must be there.</summary>
    public string Required(string name, int most = MostCharacters) => Text(name, most) ?? (_problems.Exists(problem => problem.StartsWith(name + ":", StringComparison.Ordinal)) ? "" : Problem<string>($"{name}: is missing") ?? "");

    /// <summary>One of several words, or null when it is absent.</summary>
    public string? Choice(string name, params ReadOnlySpan<string> choices)
    {
        var text = Text(name);
        return text is null || choices.Contains(text) ? text : Problem<string>($"{name}: must be one of {string.Join(", ", choices!)}");
    }

    /// <summary>A whole number within bounds.</summary>
    public int Whole(string name, int minimum, int maximum, int otherwise)
    {
        if (Value(name, "a number", JsonValueKind.Number) is not { } value)
        {
            return otherwise;
        }

        if (value.TryGetInt32(out var number) && number >= minimum && number <= maximum)
        {
            return number;
        }

        _problems.Add($"{name}: must be a whole number from {minimum} to {maximum}");
        return otherwise;
    }

    /// <summary>A list of texts; empty when it is absent.</summary>
    public IReadOnlyList<string> Texts(string name, int most)
    {
        if (Value(name, "a list of texts", JsonValueKind.Array) is not { } list)
        {
            return [];
        }

        if (list.GetArrayLength() > most || list.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String || item.GetString() is not { Length: > 0 and <= MostCharacters }))
        {
            _problems.Add($"{name}: must be a list of at most {most} texts of 1 to {MostCharacters} characters");
            return [];
        }

        return [.. list.EnumerateArray().Select(item => item.GetString()!)];
    }

    /// <summary>Texts by name; empty when it is absent.</summary>
    public IReadOnlyDictionary<string, string> Map(string name, int most, int mostCharacters)
    {
        var map = new Dictionary<string, string>();
        if (Value(name, "an object of texts", JsonValueKind.Object) is not { } value)
        {
            return map;
        }

        foreach (var property in value.EnumerateObject())
        {
            if (map.Count == most || property.Name.Length > MostCharacters || property.Value.ValueKind != JsonValueKind.String || property.Value.GetString() is not { } text || text.Length > mostCharacters)
            {
                _problems.Add($"{name}: must be an object of at most {most} texts of up to {mostCharacters:N0} characters each");
                break;
            }

            map[property.Name] = text;
        }

        return map;
    }

    /// <summary>Refuses the call when anything is wrong.</summary>
    /// <exception cref="WreException">Something is; all of it is listed.</exception>
    public void Check()
    {
        var problems = _problems.Concat((arguments?.Keys ?? []).Where(name => !_known.Contains(name)).Take(8).Select(name => $"{Short(name)}: {tool} knows no such argument")).ToList();
        if (problems.Count > 0)
        {
            throw new WreException($"The arguments of {tool} are not valid.", $"it takes {string.Join(", ", _known)}", problems);
        }
    }

    private static string Short(string name) => name.Length <= 40 ? name : name[..40] + "…";

    private JsonElement? Value(string name, string what, JsonValueKind kind)
    {
        _known.Add(name);
        if (arguments is null || !arguments.TryGetValue(name, out var value) || value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return null;
        }

        if (value.ValueKind == kind)
        {
            return value;
        }

        _problems.Add($"{name}: must be {what}");
        return null;
    }

    private T? Problem<T>(string problem)
        where T : class
    {
        _problems.Add(problem);
        return null;
    }
}
