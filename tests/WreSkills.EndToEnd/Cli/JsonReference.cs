using System.Text.Json;
using System.Text.RegularExpressions;

namespace WreSkills.EndToEnd.Cli;

/// <summary>docs/reference/json.md, taken apart: the examples with their commands, and the formats that users write.</summary>
internal static partial class JsonReference
{
    private static readonly string s_text = File.ReadAllText(Path.Combine(WreCommand.RepositoryRoot, "docs", "reference", "json.md")).ReplaceLineEndings("\n");

    /// <summary>Command → its example answer.</summary>
    public static IReadOnlyDictionary<string, string> Examples { get; } =
        Example().Matches(s_text).ToDictionary(match => match.Groups["command"].Value, match => match.Groups["answer"].Value);

    /// <summary>Name of a format → its example.</summary>
    public static IReadOnlyDictionary<string, string> Formats { get; } =
        Format().Matches(s_text).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["text"].Value);

    /// <summary>How many blocks of JSON there are; each must be one of the above.</summary>
    public static int JsonBlocks { get; } = s_text.Split("\n```json\n").Length - 1;

    /// <summary>Every property name with the path to it; items of a list count together.</summary>
    public static IReadOnlyList<string> Names(string json)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        using var document = JsonDocument.Parse(json);
        Collect(document.RootElement, "", names);
        return [.. names];
    }

    private static void Collect(JsonElement element, string path, SortedSet<string> names)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                Collect(item, path + "[]", names);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                names.Add($"{path}.{property.Name}");
                Collect(property.Value, $"{path}.{property.Name}", names);
            }
        }
    }

    [GeneratedRegex(@"```bash\n(?<command>[^`]+?)\n```\n\n```json\n(?<answer>.+?)\n```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Example();

    [GeneratedRegex(@"<!-- format: (?<name>[^>]+) -->\n```(json|yaml)\n(?<text>.+?)\n```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Format();
}
