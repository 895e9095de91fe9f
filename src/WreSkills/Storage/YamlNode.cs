using System.Text.Json;

namespace WreSkills.Storage;

/// <summary>A node of a YAML document, with the line it starts on (from 1).</summary>
public abstract record YamlNode(int Line)
{
    /// <summary>A JSON value as YAML, which it is; texts count as quoted. The last of members with the same name wins.</summary>
    /// <param name="value">The value.</param>
    /// <param name="line">The line that all of it is said to stand on.</param>
    public static YamlNode FromJson(JsonElement value, int line) => value.ValueKind switch
    {
        JsonValueKind.Object => new YamlMapping(
            [.. value.EnumerateObject().GroupBy(member => member.Name).Select(group => KeyValuePair.Create(group.Key, FromJson(group.Last().Value, line)))], line),
        JsonValueKind.Array => new YamlSequence([.. value.EnumerateArray().Select(item => FromJson(item, line))], line),
        JsonValueKind.String => new YamlScalar(value.GetString()!, true, line),
        _ => new YamlScalar(value.GetRawText(), false, line),
    };
}

/// <summary>A scalar. Its text is never converted: <c>0102</c> and <c>YES</c> stay what they are.</summary>
/// <param name="Text">The text without quotes.</param>
/// <param name="Quoted">True when it was quoted or a block scalar, so that <c>""</c> and nothing can be told apart.</param>
/// <param name="Line">The line, from 1.</param>
public sealed record YamlScalar(string Text, bool Quoted, int Line) : YamlNode(Line)
{
    /// <summary>True for an absent value: nothing, <c>~</c> or <c>null</c> without quotes.</summary>
    public bool IsNull => !Quoted && Text is "" or "~" or "null";
}

/// <summary>A list.</summary>
public sealed record YamlSequence(IReadOnlyList<YamlNode> Items, int Line) : YamlNode(Line);

/// <summary>A mapping in document order with unique text keys.</summary>
public sealed record YamlMapping(IReadOnlyList<KeyValuePair<string, YamlNode>> Entries, int Line) : YamlNode(Line)
{
    /// <summary>The value of a key, or null.</summary>
    public YamlNode? this[string key]
    {
        get
        {
            foreach (var (name, value) in Entries)
            {
                if (name == key)
                {
                    return value;
                }
            }

            return null;
        }
    }

    /// <summary>The text of a key's scalar; null when the key is absent, not a scalar, or null.</summary>
    public string? Text(string key) => this[key] is YamlScalar { IsNull: false } scalar ? scalar.Text : null;

    /// <summary>The mapping under a key, or null.</summary>
    public YamlMapping? Mapping(string key) => this[key] as YamlMapping;

    /// <summary>The scalars of a list under a key (a single scalar counts as a list of one); empty when absent.</summary>
    public IReadOnlyList<string> Texts(string key) => this[key] switch
    {
        YamlScalar { IsNull: false } one => [one.Text],
        YamlSequence list => [.. list.Items.OfType<YamlScalar>().Where(item => !item.IsNull).Select(item => item.Text)],
        _ => [],
    };
}
