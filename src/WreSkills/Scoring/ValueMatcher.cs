using System.Text.Json;

using WreSkills.Executions;
using WreSkills.Scanning;
using WreSkills.Skills;

namespace WreSkills.Scoring;

/// <summary>Whether a JSON value is what a pattern asks for; pure.</summary>
internal static class ValueMatcher
{
    /// <summary>Compares.</summary>
    /// <param name="pattern">What the value must be.</param>
    /// <param name="value">The value.</param>
    /// <param name="ignore">Members of the value itself that do not matter.</param>
    public static Match Fit(ValuePattern pattern, JsonElement value, IReadOnlyList<string>? ignore = null)
    {
        if (value.ValueKind == JsonValueKind.String && pattern is not AnyValue && Redaction.IsMarker(value.GetString()))
        {
            return Match.Unknown;
        }

        var fit = pattern switch
        {
            EqualValue equal => Same(equal.Value, value) ? Match.Yes : Match.No,
            ObjectValue members => Object(members, value, ignore ?? []),
            ListValue items => List(items, value),
            TextValue text => value.ValueKind == JsonValueKind.String && text.Pattern.Fits(value.GetString()!) ? Match.Yes : Match.No,
            RangeValue range => value.ValueKind == JsonValueKind.Number && InRange(range, value.GetDouble()) ? Match.Yes : Match.No,
            OneOfValue choices => choices.Values.Max(choice => Fit(choice, value)),
            SchemaValue schema => schema.Schema.Accepts(value) ? Match.Yes : HoldsMarker(value) ? Match.Unknown : Match.No,
            _ => Match.Yes,
        };

        // With a part taken out, what does not fit might have fitted before.
        return fit == Match.No && value.ValueKind == JsonValueKind.String && Redaction.HasMarker(value.GetString()) ? Match.Unknown : fit;
    }

    // A decimal tolerance such as 0.1 ± 0.02 must hold at its very ends.
    private static bool InRange(RangeValue range, double value)
    {
        var slack = 1e-12 * Math.Max(1, Math.Abs(value));
        return (range.Min is not { } min || value >= min - slack) && (range.Max is not { } max || value <= max + slack);
    }

    private static bool Same(JsonElement expected, JsonElement value) => expected.ValueKind == value.ValueKind && expected.ValueKind switch
    {
        JsonValueKind.String => value.ValueEquals(expected.GetString()),
        _ => JsonElement.DeepEquals(expected, value),
    };

    private static Match Object(ObjectValue pattern, JsonElement value, IReadOnlyList<string> ignore)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return Match.No;
        }

        var result = Match.Yes;
        foreach (var (name, expected) in pattern.Members)
        {
            if (!ignore.Contains(name))
            {
                var fit = value.TryGetProperty(name, out var member) ? Fit(expected, member) : Match.No;
                result = fit < result ? fit : result;
            }
        }

        if (pattern.Exact && result != Match.No)
        {
            foreach (var member in value.EnumerateObject())
            {
                if (!ignore.Contains(member.Name) && !pattern.Members.Any(known => known.Key == member.Name))
                {
                    return Match.No;
                }
            }
        }

        return result;
    }

    private static Match List(ListValue pattern, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != pattern.Items.Count)
        {
            return Match.No;
        }

        var result = Match.Yes;
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var fit = Fit(pattern.Items[index++], item);
            result = fit < result ? fit : result;
        }

        return result;
    }

    private static bool HoldsMarker(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Redaction.HasMarker(value.GetString()),
        JsonValueKind.Object => value.EnumerateObject().Any(member => HoldsMarker(member.Value)),
        JsonValueKind.Array => value.EnumerateArray().Any(HoldsMarker),
        _ => false,
    };
}
