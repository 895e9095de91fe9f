using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Storage;

namespace WreSkills.Skills;

/// <summary>Reads steps, facts and values of the pattern language.</summary>
/// <param name="report">Told the line and what is wrong there.</param>
internal sealed class StepPatternReader(Action<int, string> report)
{
    /// <summary>The keys of which a step has exactly one.</summary>
    public static readonly string[] Kinds = ["call", "tool", "command", "skill", "message", "fact"];

    private const int MaxMembers = 200;
    private static readonly string[] s_factOptions = ["name", "equals", "in", "range", "regex", "glob", "schema", "about", "tolerance", "relative"];

    /// <summary>Reads a step: a text (a call's name, or a fact when it has a comparison) or a mapping.</summary>
    /// <param name="node">The step.</param>
    /// <param name="option">A key that may stand beside the step's own; empty for none.</param>
    public StepPattern? Read(YamlNode node, string option)
    {
        if (node is YamlScalar { IsNull: false } text)
        {
            return text.Text.AsSpan().IndexOfAny("=<>~") >= 0
                ? Fact(text) is { } fact ? new StepPattern { Kind = StepKind.Fact, Fact = fact } : null
                : Name(text) is { } name ? new StepPattern { Kind = StepKind.Call, Name = name } : null;
        }

        if (node is not YamlMapping mapping || mapping.Entries.Where(entry => Kinds.Contains(entry.Key)).ToList() is not [var (key, value)])
        {
            report(node.Line, $"a step is a name, or a mapping with one of {string.Join(", ", Kinds)}");
            return null;
        }

        if (key == "fact")
        {
            return Known(mapping, key, option) && Fact(value) is { } fact ? new StepPattern { Kind = StepKind.Fact, Fact = fact } : null;
        }

        var message = key == "message";
        if (!Known(mapping, message ? ["message", "role", option] : [key, "arguments", "match", "ignore", "result", "ok", option]))
        {
            return null;
        }

        var match = mapping.Text("match") ?? "partial";
        if (match is not ("partial" or "exact"))
        {
            report(mapping.Line, $"match is '{match}'; it must be partial or exact");
            return null;
        }

        var ok = mapping.Text("ok");
        if (ok is not null && !bool.TryParse(ok, out _))
        {
            report(mapping.Line, $"ok is '{ok}'; it must be true or false");
            return null;
        }

        var any = value is YamlScalar { Text: "*" };
        var named = any ? null : Name(value);
        var arguments = mapping["arguments"] is { } wanted ? Value(wanted, match == "exact") : null;
        var result = mapping["result"] is { } back ? Value(back, exact: false) : null;
        if ((named is null && !any) || (arguments is null && mapping["arguments"] is not null) || (result is null && mapping["result"] is not null))
        {
            return null;
        }

        return new StepPattern
        {
            Kind = Enum.Parse<StepKind>(key, ignoreCase: true),
            Name = named,
            Arguments = arguments,
            Result = result,
            Ignore = mapping.Texts("ignore"),
            Ok = ok is null ? null : bool.Parse(ok),
            Role = mapping.Text("role"),
        };
    }

    /// <summary>Reads a fact: a text such as <c>name=value</c>, or a mapping with <c>name</c> and what its value must be.</summary>
    public PatternRule? Fact(YamlNode node)
    {
        if (node is YamlScalar { IsNull: false } text)
        {
            if (PatternCondition.TryParse(text.Text, out var condition, out var problem))
            {
                return new ConditionRule(condition!);
            }

            report(text.Line, problem!);
            return null;
        }

        if (node is not YamlMapping mapping || mapping.Text("name") is not { Length: > 0 } name)
        {
            report(node.Line, "a fact is a text such as name=value, or a mapping with name and one of " + string.Join(", ", s_factOptions.Skip(1)));
            return null;
        }

        if (!Known(mapping, s_factOptions))
        {
            return null;
        }

        var options = mapping.Entries.Where(entry => entry.Key != "name").Select(entry => new KeyValuePair<string, YamlNode>(entry.Key == "equals" ? "" : "$" + entry.Key, entry.Value)).ToList();
        var value = options is [{ Key: "" } equals] ? Value(equals.Value, exact: true)
            : options.Count == 0 ? new AnyValue()
            : Operator(new YamlMapping(options, mapping.Line));
        return value is null ? null : new FactRule(name, value);
    }

    /// <summary>Reads what a value must be: a mapping whose keys begin with <c>$</c> compares, everything else is the value itself.</summary>
    /// <param name="node">The value.</param>
    /// <param name="exact">True when objects may have no other members.</param>
    public ValuePattern? Value(YamlNode node, bool exact)
    {
        switch (node)
        {
            case YamlMapping { Entries: [{ Key: ['$', ..] }, ..] } mapping:
                return Operator(mapping);
            case YamlMapping mapping:
                var members = mapping.Entries.Select(entry => KeyValuePair.Create(entry.Key, Value(entry.Value, exact))).ToList();
                return members.TrueForAll(member => member.Value is not null) ? new ObjectValue([.. members.Select(member => KeyValuePair.Create(member.Key, member.Value!))], exact) : null;
            case YamlSequence list:
                var items = list.Items.Select(item => Value(item, exact)).ToList();
                return items.TrueForAll(item => item is not null) ? new ListValue([.. items.OfType<ValuePattern>()]) : null;
            default:
                return new EqualValue(Json(node));
        }
    }

    /// <summary>A YAML node as JSON: numbers, true, false and null without quotes are such, all else is text.</summary>
    public static JsonElement Json(YamlNode node)
    {
        using var document = JsonDocument.Parse(Node(node)?.ToJsonString() ?? "null");
        return document.RootElement.Clone();
    }

    private ValuePattern? Operator(YamlMapping mapping)
    {
        var keys = mapping.Entries.Select(entry => entry.Key).ToList();
        var (key, value) = mapping.Entries[0];
        if (keys.Contains("$about"))
        {
            return About(mapping);
        }

        if (keys.Count != 1)
        {
            report(mapping.Line, $"one comparison at a time, here are {string.Join(" and ", keys).Replace("$", "", StringComparison.Ordinal)}");
            return null;
        }

        switch (key)
        {
            case "$any":
                return new AnyValue();
            case "$in" when value is YamlSequence { Items.Count: > 0 and <= MaxMembers } list:
                var values = list.Items.Select(item => Value(item, exact: true)).OfType<ValuePattern>().ToList();
                return values.Count == list.Items.Count ? new OneOfValue(values) : null;
            case "$range" when value is YamlSequence { Items: [var low, var high] } && Bound(low, out var min) && Bound(high, out var max) && (min ?? double.NegativeInfinity) <= (max ?? double.PositiveInfinity):
                return new RangeValue(min, max);
            case "$regex" when value is YamlScalar { IsNull: false } text:
                return Regex(text.Text, text.Line) is { } regex ? new TextValue(regex) : null;
            case "$glob" when value is YamlScalar { IsNull: false } text:
                return new TextValue(new NamePattern(text.Text, NameComparison.Glob));
            case "$schema":
                if (JsonSchema.TryCreate(Json(value), out var schema, out var problem))
                {
                    return new SchemaValue(schema!);
                }

                report(value.Line, "schema: " + problem);
                return null;
            default:
                report(mapping.Line, $"'{key.TrimStart('$')}' is not understood here: in: [a, b], range: [low, high] (null for none), about: number with tolerance or relative, regex, glob, schema, any");
                return null;
        }
    }

    private RangeValue? About(YamlMapping mapping)
    {
        var numbers = new Dictionary<string, double>();
        foreach (var (key, value) in mapping.Entries)
        {
            if (key is not ("$about" or "$tolerance" or "$relative") || !Bound(value, out var number) || number is null || (key != "$about" && number < 0))
            {
                report(value.Line, "about needs a number, and tolerance (absolute) or relative (a share of the number), both from 0");
                return null;
            }

            numbers[key] = number.Value;
        }

        var centre = numbers["$about"];
        var reach = Math.Max(numbers.GetValueOrDefault("$tolerance"), Math.Abs(centre) * numbers.GetValueOrDefault("$relative"));
        return new RangeValue(centre - reach, centre + reach);
    }

    private NamePattern? Name(YamlNode node)
    {
        switch (node)
        {
            case YamlScalar { IsNull: false, Text: ['/', .., '/'] and { Length: > 2 } text }:
                return Regex(text[1..^1], node.Line);
            case YamlScalar { IsNull: false, Text: { Length: > 0 and <= PatternCondition.MaxRegexLength } text }:
                return new NamePattern(text, text.AsSpan().IndexOfAny('*', '?') >= 0 ? NameComparison.Glob : NameComparison.Literal);
            case YamlMapping { Entries: [{ Key: "regex", Value: YamlScalar { IsNull: false } regex }] }:
                return Regex(regex.Text, node.Line);
            case YamlMapping { Entries: [{ Key: "literal", Value: YamlScalar { IsNull: false } literal }] }:
                return new NamePattern(literal.Text, NameComparison.Literal);
            default:
                report(node.Line, $"a name is a text of at most {PatternCondition.MaxRegexLength} characters (with * and ? as placeholders), /a regular expression/, {{regex: …}} or {{literal: …}}");
                return null;
        }
    }

    private NamePattern? Regex(string text, int line)
    {
        if (PatternRegex.Problem(text) is not { } problem)
        {
            return new NamePattern(text, NameComparison.Regex);
        }

        report(line, $"'{text}': {problem}");
        return null;
    }

    private static bool Bound(YamlNode node, out double? number)
    {
        number = null;
        if (node is YamlScalar { IsNull: true })
        {
            return true;
        }

        var known = double.TryParse((node as YamlScalar)?.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value);
        number = known ? value : null;
        return known;
    }

    /// <summary>Reports the first key that is none of those known; an empty one stands for no key.</summary>
    public bool Known(YamlMapping mapping, params ReadOnlySpan<string> keys)
    {
        foreach (var (key, value) in mapping.Entries)
        {
            if (!keys.Contains(key))
            {
                report(value.Line, $"'{key}' does not belong here ({string.Join(", ", keys.ToArray().Where(known => known.Length > 0))})");
                return false;
            }
        }

        return true;
    }

    private static JsonNode? Node(YamlNode node) => node switch
    {
        YamlMapping mapping => new JsonObject(mapping.Entries.Select(entry => KeyValuePair.Create(entry.Key, Node(entry.Value)))),
        YamlSequence list => new JsonArray([.. list.Items.Select(Node)]),
        YamlScalar { Quoted: false } scalar => Plain(scalar),
        YamlScalar scalar => JsonValue.Create(scalar.Text),
        _ => null,
    };

    private static JsonNode? Plain(YamlScalar scalar)
    {
        if (scalar.IsNull)
        {
            return null;
        }

        if (scalar.Text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE")
        {
            return JsonValue.Create(bool.Parse(scalar.Text));
        }

        // A number as JSON spells it keeps its digits; 0102 and 1_000 are texts.
        try
        {
            return scalar.Text[0] is '-' or (>= '0' and <= '9') ? JsonNode.Parse(scalar.Text) : JsonValue.Create(scalar.Text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(scalar.Text);
        }
    }
}
