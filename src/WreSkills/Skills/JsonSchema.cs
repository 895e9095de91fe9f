using System.Text.Json;
using System.Text.RegularExpressions;

namespace WreSkills.Skills;

/// <summary>
/// The part of JSON Schema (draft 2020-12) that describes arguments and answers. A keyword outside of it is refused when the
/// schema is read, so that no schema seems to check what it does not. Annotations such as <c>title</c> are allowed.
/// </summary>
public sealed class JsonSchema
{
    private const int MaxDepth = 32;
    private const int MaxChecks = 100_000;

    private static readonly HashSet<string> s_annotations =
        ["$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "format", "$defs", "definitions"];

    private static readonly HashSet<string> s_keywords =
    [
        "type", "enum", "const", "properties", "required", "additionalProperties", "minProperties", "maxProperties",
        "items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "pattern",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "anyOf", "oneOf", "allOf", "not", "$ref",
    ];

    private static readonly HashSet<string> s_types = ["object", "array", "string", "number", "integer", "boolean", "null"];

    private readonly JsonElement _root;
    private readonly Dictionary<string, Regex> _patterns = [];

    private JsonSchema(JsonElement root) => _root = root;

    /// <summary>Reads a schema.</summary>
    /// <param name="root">An object, true or false.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="problem">The first thing that is wrong with it, with its place.</param>
    public static bool TryCreate(JsonElement root, out JsonSchema? schema, out string? problem)
    {
        schema = new JsonSchema(root.Clone());
        problem = schema.Check(schema._root, "#", 0);
        schema = problem is null ? schema : null;
        return problem is null;
    }

    /// <summary>Whether a value is valid.</summary>
    public bool Accepts(JsonElement value) => new Validation(this).Accepts(_root, value, 0);

    private string? Check(JsonElement schema, string at, int depth)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return null;
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            return $"{at}: a schema is an object, true or false";
        }

        if (depth > MaxDepth)
        {
            return $"{at}: nested deeper than {MaxDepth} levels";
        }

        foreach (var property in schema.EnumerateObject())
        {
            if (CheckKeyword(property.Name, property.Value, $"{at}/{property.Name}", depth) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private string? CheckKeyword(string keyword, JsonElement value, string at, int depth) => keyword switch
    {
        "$defs" or "definitions" or "properties" => value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject().Select(inner => Check(inner.Value, $"{at}/{inner.Name}", depth + 1)).FirstOrDefault(problem => problem is not null)
            : $"{at}: must be an object of schemas",
        "anyOf" or "oneOf" or "allOf" or "prefixItems" => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0
            ? value.EnumerateArray().Select((inner, index) => Check(inner, $"{at}/{index}", depth + 1)).FirstOrDefault(problem => problem is not null)
            : $"{at}: must be a list of schemas",
        "items" or "contains" or "not" or "additionalProperties" => Check(value, at, depth + 1),
        "type" => Texts(value).All(s_types.Contains) && Texts(value).Any() ? null : $"{at}: must be one of {string.Join(", ", s_types)}, or a list of them",
        "required" => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) ? null : $"{at}: must be a list of names",
        "enum" => value.ValueKind == JsonValueKind.Array ? null : $"{at}: must be a list",
        "const" => null,
        "uniqueItems" => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : $"{at}: must be true or false",
        "pattern" => CheckPattern(value, at),
        "$ref" => value.ValueKind == JsonValueKind.String && Resolve(value.GetString()!) is not null ? null : $"{at}: only references inside the schema, such as #/$defs/item, are followed",
        "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" => value.ValueKind == JsonValueKind.Number ? null : $"{at}: must be a number",
        "multipleOf" => value.ValueKind == JsonValueKind.Number && value.GetDouble() > 0 ? null : $"{at}: must be a number above 0",
        _ when s_keywords.Contains(keyword) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0 ? null : $"{at}: must be a whole number from 0",
        _ when s_annotations.Contains(keyword) => null,
        _ => $"{at}: the keyword is not supported ({string.Join(", ", s_keywords)} are)",
    };

    private string? CheckPattern(JsonElement value, string at)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return $"{at}: must be a text";
        }

        var text = value.GetString()!;
        if (PatternRegex.Problem(text) is { } problem)
        {
            return $"{at}: {problem}";
        }

        _patterns[text] = PatternRegex.Create(text);
        return null;
    }

    private JsonElement? Resolve(string reference)
    {
        if (reference == "#")
        {
            return _root;
        }

        if (!reference.StartsWith("#/", StringComparison.Ordinal))
        {
            return null;
        }

        var at = _root;
        foreach (var part in reference[2..].Split('/'))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal), out at))
            {
                return null;
            }
        }

        return at;
    }

    private static bool AcceptsNumber(string keyword, JsonElement rule, double value) => keyword switch
    {
        "minimum" => value >= rule.GetDouble(),
        "maximum" => value <= rule.GetDouble(),
        "exclusiveMinimum" => value > rule.GetDouble(),
        "exclusiveMaximum" => value < rule.GetDouble(),
        // The quotient of decimal fractions is whole only up to rounding.
        "multipleOf" => Math.Abs((value / rule.GetDouble()) - Math.Round(value / rule.GetDouble())) < 1e-9,
        _ => true,
    };

    private static bool IsType(string type, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        JsonValueKind.String => type == "string",
        JsonValueKind.Number => type == "number" || (type == "integer" && value.GetDouble() is var number && Math.Floor(number) == number),
        JsonValueKind.True or JsonValueKind.False => type == "boolean",
        _ => type == "null",
    };

    private static IEnumerable<string> Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : ""),
        _ => [],
    };

    private sealed class Validation(JsonSchema owner)
    {
        private int _checks;

        public bool Accepts(JsonElement schema, JsonElement value, int depth)
        {
            if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
            {
                return schema.ValueKind == JsonValueKind.True;
            }

            // References that lead back to themselves ask for nothing that ends, and several of them for exponentially much.
            if (depth > MaxDepth * 2 || ++_checks > MaxChecks)
            {
                return false;
            }

            foreach (var property in schema.EnumerateObject())
            {
                if (!Accepts(schema, property.Name, property.Value, value, depth))
                {
                    return false;
                }
            }

            return true;
        }

        private bool Accepts(JsonElement schema, string keyword, JsonElement rule, JsonElement value, int depth) => keyword switch
        {
            "type" => Texts(rule).Any(type => IsType(type, value)),
            "enum" => rule.EnumerateArray().Any(item => JsonElement.DeepEquals(item, value)),
            "const" => JsonElement.DeepEquals(rule, value),
            "anyOf" => rule.EnumerateArray().Any(inner => Accepts(inner, value, depth + 1)),
            "oneOf" => rule.EnumerateArray().Count(inner => Accepts(inner, value, depth + 1)) == 1,
            "allOf" => rule.EnumerateArray().All(inner => Accepts(inner, value, depth + 1)),
            "not" => !Accepts(rule, value, depth + 1),
            "$ref" => owner.Resolve(rule.GetString()!) is { } target && Accepts(target, value, depth + 1),
            _ => value.ValueKind switch
            {
                JsonValueKind.Object => AcceptsObject(schema, keyword, rule, value, depth),
                JsonValueKind.Array => AcceptsArray(schema, keyword, rule, value, depth),
                JsonValueKind.String => AcceptsText(keyword, rule, value.GetString()!),
                JsonValueKind.Number => AcceptsNumber(keyword, rule, value.GetDouble()),
                _ => true,
            },
        };

        private bool AcceptsObject(JsonElement schema, string keyword, JsonElement rule, JsonElement value, int depth) => keyword switch
        {
            "properties" => rule.EnumerateObject().All(member => !value.TryGetProperty(member.Name, out var inner) || Accepts(member.Value, inner, depth + 1)),
            "required" => rule.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
            "additionalProperties" => value.EnumerateObject().All(member => (schema.TryGetProperty("properties", out var known) && known.TryGetProperty(member.Name, out _)) || Accepts(rule, member.Value, depth + 1)),
            "minProperties" => value.GetPropertyCount() >= rule.GetInt32(),
            "maxProperties" => value.GetPropertyCount() <= rule.GetInt32(),
            _ => true,
        };

        private bool AcceptsArray(JsonElement schema, string keyword, JsonElement rule, JsonElement value, int depth) => keyword switch
        {
            "items" => value.EnumerateArray().Skip(schema.TryGetProperty("prefixItems", out var prefix) ? prefix.GetArrayLength() : 0).All(item => Accepts(rule, item, depth + 1)),
            "prefixItems" => value.EnumerateArray().Zip(rule.EnumerateArray()).All(pair => Accepts(pair.Second, pair.First, depth + 1)),
            "contains" => value.EnumerateArray().Any(item => Accepts(rule, item, depth + 1)),
            "minItems" => value.GetArrayLength() >= rule.GetInt32(),
            "maxItems" => value.GetArrayLength() <= rule.GetInt32(),
            "uniqueItems" => rule.ValueKind == JsonValueKind.False || !value.EnumerateArray().Index().Any(one => value.EnumerateArray().Take(one.Index).Any(other => JsonElement.DeepEquals(one.Item, other))),
            _ => true,
        };

        private bool AcceptsText(string keyword, JsonElement rule, string value) => keyword switch
        {
            "minLength" => value.EnumerateRunes().Count() >= rule.GetInt32(),
            "maxLength" => value.EnumerateRunes().Count() <= rule.GetInt32(),
            "pattern" => owner._patterns[rule.GetString()!].IsMatch(value),
            _ => true,
        };
    }
}
