using System.Globalization;
using System.Text.Json;

namespace WreSkills.Scoring;

/// <summary>One fact that a breadcrumb states.</summary>
/// <param name="Value">Its value as text; <c>true</c> for a bare name.</param>
/// <param name="Breadcrumb">Index of the breadcrumb, from 0.</param>
public readonly record struct Fact(string Value, int Breadcrumb);

/// <summary>
/// The facts in an execution's breadcrumbs. A breadcrumb may be a text (<c>name=value</c>, <c>name: value</c> or a bare
/// name) or an object, whose scalar properties are facts (nested ones by dotted names); <c>{"pattern"|"name"|"fact": n, "value": v}</c>
/// states the fact n, and <c>{"step": s}</c> also states a fact called s.
/// </summary>
public sealed class BreadcrumbFacts
{
    private const int MaxDepth = 8;
    private readonly Dictionary<string, List<Fact>> _facts = [];

    /// <summary>Reads breadcrumbs in order.</summary>
    public BreadcrumbFacts(IReadOnlyList<JsonElement> breadcrumbs)
    {
        for (var index = 0; index < breadcrumbs.Count; index++)
        {
            Read(breadcrumbs[index], index);
        }
    }

    /// <summary>All statements of a fact in order; empty when nothing states it.</summary>
    public IReadOnlyList<Fact> this[string name] => _facts.TryGetValue(name, out var facts) ? facts : [];

    private void Read(JsonElement breadcrumb, int index)
    {
        switch (breadcrumb.ValueKind)
        {
            case JsonValueKind.String:
                ReadText(breadcrumb.GetString()!, index);
                break;
            case JsonValueKind.Object:
                ReadObject(breadcrumb, "", index, 0);
                ReadNamed(breadcrumb, index);
                break;
            default:
                break;
        }
    }

    private void ReadText(string text, int index)
    {
        var at = text.AsSpan().IndexOfAny('=', ':');
        Add((at < 0 ? text : text[..at]).Trim(), at < 0 ? "true" : text[(at + 1)..].Trim(), index);
    }

    private void ReadObject(JsonElement item, string prefix, int index, int depth)
    {
        foreach (var property in item.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Object && depth < MaxDepth)
            {
                ReadObject(property.Value, prefix + property.Name + ".", index, depth + 1);
            }
            else if (Scalar(property.Value) is { } value)
            {
                Add(prefix + property.Name, value, index);
            }
        }
    }

    private void ReadNamed(JsonElement item, int index)
    {
        foreach (var key in (ReadOnlySpan<string>)["pattern", "name", "fact", "step"])
        {
            if (item.TryGetProperty(key, out var name) && name.ValueKind == JsonValueKind.String)
            {
                var value = key != "step" && item.TryGetProperty("value", out var stated) ? Scalar(stated) : null;
                Add(name.GetString()!, value ?? "true", index);
            }
        }
    }

    private void Add(string name, string value, int index)
    {
        if (name.Length == 0)
        {
            return;
        }

        if (!_facts.TryGetValue(name, out var facts))
        {
            _facts[name] = facts = [];
        }

        facts.Add(new Fact(value, index));
    }

    private static string? Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetDouble(out var number) ? number.ToString("R", CultureInfo.InvariantCulture) : value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };
}
