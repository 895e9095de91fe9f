using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

using WreSkills.Executions;
using WreSkills.Scanning;

namespace WreSkills.Scoring;

/// <summary>One fact that a breadcrumb states.</summary>
/// <param name="Value">Its value as text; <c>true</c> for a bare name; an object or list as JSON.</param>
/// <param name="Breadcrumb">Index of the breadcrumb, from 0.</param>
public readonly record struct Fact(string Value, int Breadcrumb)
{
    /// <summary>The value as JSON; null when it was stated as text.</summary>
    public JsonElement? Json { get; init; }
}

/// <summary>
/// The facts in an execution's breadcrumbs. A breadcrumb may be a text (<c>name=value</c>, <c>name: value</c> or a bare
/// name) or an object, whose properties are facts (nested ones by dotted names too); <c>{"pattern"|"name"|"fact": n, "value": v}</c>
/// states the fact n, and <c>{"step": s}</c> also states a fact called s.
/// </summary>
public sealed class BreadcrumbFacts
{
    private const int MaxDepth = 8;
    private const int LongestOnStack = 128;
    private readonly Dictionary<string, List<Fact>?> _facts = [];
    private readonly Dictionary<string, List<Fact>?>.AlternateLookup<ReadOnlySpan<char>> _byName;
    private readonly bool _all;
    private readonly bool _nested;

    /// <summary>Reads breadcrumbs in order.</summary>
    /// <param name="breadcrumbs">The breadcrumbs.</param>
    /// <param name="wanted">Names that will be asked for; null for all.</param>
    public BreadcrumbFacts(IReadOnlyList<JsonElement> breadcrumbs, IEnumerable<string>? wanted = null)
    {
        _all = wanted is null;
        _nested = _all;
        foreach (var name in wanted ?? [])
        {
            _facts.TryAdd(name, null);
            _nested |= name.Contains('.', StringComparison.Ordinal);
        }

        _byName = _facts.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var index = 0; index < breadcrumbs.Count; index++)
        {
            Read(breadcrumbs[index], index);
        }
    }

    /// <summary>The first breadcrumb that was redacted as a whole, so that it might have stated anything; null when none was.</summary>
    public int? Redacted { get; private set; }

    /// <summary>All statements of a fact in order; empty when nothing states it.</summary>
    public IReadOnlyList<Fact> this[string name] => _facts.TryGetValue(name, out var facts) && facts is not null ? facts : [];

    private void Read(JsonElement breadcrumb, int index)
    {
        switch (breadcrumb.ValueKind)
        {
            case JsonValueKind.String:
                ReadText(breadcrumb.GetString()!, index);
                break;
            case JsonValueKind.Object:
                ReadObject(breadcrumb, "", index, 0);
                break;
            default:
                break;
        }
    }

    private void ReadText(string text, int index)
    {
        if (Redaction.IsMarker(text))
        {
            Redacted ??= index;
            return;
        }

        var at = text.AsSpan().IndexOfAny('=', ':');
        if (IsWanted((at < 0 ? text : text.AsSpan(0, at)).Trim(), out var name))
        {
            Add(name, new Fact(at < 0 ? "true" : text[(at + 1)..].Trim(), index));
        }
    }

    private void ReadObject(JsonElement item, string prefix, int index, int depth)
    {
        var (pattern, named, fact, step, value) = (default(JsonElement), default(JsonElement), default(JsonElement), default(JsonElement), default(JsonElement));
        foreach (var property in item.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(property);
            if (depth == 0)
            {
                switch (name.Length)
                {
                    case 4 when name.SequenceEqual("name"u8): named = property.Value; break;
                    case 4 when name.SequenceEqual("fact"u8): fact = property.Value; break;
                    case 4 when name.SequenceEqual("step"u8): step = property.Value; break;
                    case 5 when name.SequenceEqual("value"u8): value = property.Value; break;
                    case 7 when name.SequenceEqual("pattern"u8): pattern = property.Value; break;
                    case 8 when name.SequenceEqual("redacted"u8) && property.Value.ValueKind == JsonValueKind.True: Redacted ??= index; break;
                    default: break;
                }
            }

            ReadProperty(property, name, prefix, index, depth);
        }

        State(pattern, value, index);
        State(named, value, index);
        State(fact, value, index);
        State(step, default, index);
    }

    private void ReadProperty(JsonProperty property, ReadOnlySpan<byte> utf8, string prefix, int index, int depth)
    {
        if (_nested && property.Value.ValueKind == JsonValueKind.Object && depth < MaxDepth)
        {
            ReadObject(property.Value, prefix + property.Name + ".", index, depth + 1);
        }

        if (prefix.Length > 0 || utf8.Length > LongestOnStack || utf8.Contains((byte)'\\'))
        {
            Add(prefix + property.Name, property.Value, index);
            return;
        }

        Span<char> name = stackalloc char[LongestOnStack];
        Add(name[..Encoding.UTF8.GetChars(utf8, name)], property.Value, index);
    }

    private void State(JsonElement named, JsonElement value, int index)
    {
        if (named.ValueKind != JsonValueKind.String || !IsWanted(named.GetString(), out var name))
        {
            return;
        }

        Add(name, value.ValueKind == JsonValueKind.Undefined || Text(value) is not { } text ? new Fact("true", index) : new Fact(text, index) { Json = value });
    }

    private void Add(ReadOnlySpan<char> name, JsonElement value, int index)
    {
        if (IsWanted(name, out var key) && Text(value) is { } text)
        {
            Add(key, new Fact(text, index) { Json = value });
        }
    }

    private bool IsWanted(ReadOnlySpan<char> name, out string key)
    {
        if (_byName.TryGetValue(name, out var known, out _))
        {
            key = known;
            return true;
        }

        key = _all && name.Length > 0 ? name.ToString() : "";
        return key.Length > 0;
    }

    private void Add(string name, Fact fact)
    {
        ref var facts = ref CollectionsMarshal.GetValueRefOrAddDefault(_facts, name, out _);
        facts ??= new List<Fact>(1);

        facts.Add(fact);
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetDouble(out var number) ? number.ToString("R", CultureInfo.InvariantCulture) : value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Object or JsonValueKind.Array => value.GetRawText(),
        _ => null,
    };
}
