using System.Globalization;
using System.Text.Json;

namespace WreSkills.Skills;

/// <summary>What a JSON value (an argument, a result, a fact) must be.</summary>
public abstract record ValuePattern
{
    /// <summary>In a few words.</summary>
    public abstract string Describe();
}

/// <summary>Any value, as long as there is one: <c>$any</c>.</summary>
public sealed record AnyValue : ValuePattern
{
    /// <inheritdoc />
    public override string Describe() => "any";
}

/// <summary>A scalar that equals: numbers by value, texts exactly.</summary>
/// <param name="Value">A JSON text, number, true, false or null.</param>
public sealed record EqualValue(JsonElement Value) : ValuePattern
{
    /// <inheritdoc />
    public override string Describe() => Value.GetRawText();
}

/// <summary>An object whose named members match.</summary>
/// <param name="Members">Name and what its value must be.</param>
/// <param name="Exact">True when there may be no other member.</param>
public sealed record ObjectValue(IReadOnlyList<KeyValuePair<string, ValuePattern>> Members, bool Exact) : ValuePattern
{
    /// <inheritdoc />
    public override string Describe() => string.Join(", ", Members.Select(member => $"{member.Key}: {member.Value.Describe()}"));
}

/// <summary>A list whose items match one by one.</summary>
/// <param name="Items">The items in order.</param>
public sealed record ListValue(IReadOnlyList<ValuePattern> Items) : ValuePattern
{
    /// <inheritdoc />
    public override string Describe() => "[" + string.Join(", ", Items.Select(item => item.Describe())) + "]";
}

/// <summary>A text that fits a glob or a regular expression: <c>$glob</c>, <c>$regex</c>.</summary>
/// <param name="Pattern">What it must fit.</param>
public sealed record TextValue(NamePattern Pattern) : ValuePattern
{
    /// <inheritdoc />
    public override string Describe() => Pattern.ToString();
}

/// <summary>One of several values: <c>$in</c>.</summary>
/// <param name="Values">The values.</param>
public sealed record OneOfValue(IReadOnlyList<ValuePattern> Values) : ValuePattern
{
    /// <inheritdoc />
    public override string Describe() => "one of " + string.Join(", ", Values.Select(value => value.Describe()));
}

/// <summary>A number between limits, both included: <c>$range</c>, or <c>$about</c> with a tolerance.</summary>
/// <param name="Min">At least; null for no limit.</param>
/// <param name="Max">At most; null for no limit.</param>
public sealed record RangeValue(double? Min, double? Max) : ValuePattern
{
    /// <inheritdoc />
    public override string Describe() => string.Create(CultureInfo.InvariantCulture, $"{Min?.ToString("0.######", CultureInfo.InvariantCulture) ?? ""}…{Max?.ToString("0.######", CultureInfo.InvariantCulture) ?? ""}");
}

/// <summary>A value that a JSON Schema accepts: <c>$schema</c>.</summary>
/// <param name="Schema">The schema.</param>
public sealed record SchemaValue(JsonSchema Schema) : ValuePattern
{
    /// <inheritdoc />
    public override string Describe() => "fits its schema";
}
