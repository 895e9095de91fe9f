using System.Globalization;
using System.Text.RegularExpressions;

namespace WreSkills.Skills;

/// <summary>How a fact is compared.</summary>
public enum PatternOperator
{
    /// <summary>The fact is there, whatever its value.</summary>
    Present,

    /// <summary><c>name=value</c>; true/false in any case, numbers by value, else the exact text.</summary>
    Equal,

    /// <summary><c>name!=value</c>; the fact is there and has another value.</summary>
    NotEqual,

    /// <summary><c>name~=regex</c>; non-backtracking.</summary>
    Matches,

    /// <summary><c>name&gt;=number</c>.</summary>
    AtLeast,

    /// <summary><c>name&lt;=number</c>.</summary>
    AtMost,

    /// <summary><c>name&gt;number</c>.</summary>
    Above,

    /// <summary><c>name&lt;number</c>.</summary>
    Below,
}

/// <summary>One comparison of a fact, such as <c>caps_check_executed=true</c>.</summary>
/// <param name="Fact">The fact's name.</param>
/// <param name="Operator">The comparison.</param>
/// <param name="Value">What it is compared with; empty for presence.</param>
public sealed record PatternCondition(string Fact, PatternOperator Operator, string Value)
{
    /// <summary>Longest regular expression in characters.</summary>
    public const int MaxRegexLength = 512;

    private static readonly (string Sign, PatternOperator Operator)[] s_signs =
    [
        ("~=", PatternOperator.Matches), ("!=", PatternOperator.NotEqual), (">=", PatternOperator.AtLeast), ("<=", PatternOperator.AtMost),
        ("=", PatternOperator.Equal), (">", PatternOperator.Above), ("<", PatternOperator.Below),
    ];

    private Regex? _regex;

    /// <summary>The compiled expression of a <see cref="PatternOperator.Matches"/>; linear time whatever the input.</summary>
    public Regex Regex => _regex ??= PatternRegex.Create(Value);

    /// <summary>Compares what is written; the compiled expression is no part of it.</summary>
    public bool Equals(PatternCondition? other) => other is not null && Fact == other.Fact && Operator == other.Operator && Value == other.Value;

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Fact, Operator, Value);

    /// <summary>Reads a condition.</summary>
    /// <param name="text">Such as <c>name</c>, <c>name=value</c>, <c>name&gt;=0.5</c>, <c>name~=^a</c>.</param>
    /// <param name="condition">The condition.</param>
    /// <param name="problem">Why the text is none.</param>
    public static bool TryParse(string text, out PatternCondition? condition, out string? problem)
    {
        condition = null;
        text = text.Trim();
        var at = text.AsSpan().IndexOfAny("=~!<>");
        var fact = (at < 0 ? text : text[..at]).Trim();
        if (fact.Length == 0 || fact.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            problem = $"'{Shorten(text)}' is no pattern: write name=value, name, name>=number or name~=regex";
            return false;
        }

        if (at < 0)
        {
            condition = new PatternCondition(fact, PatternOperator.Present, "");
            problem = null;
            return true;
        }

        var (sign, comparison) = s_signs.FirstOrDefault(candidate => text.AsSpan(at).StartsWith(candidate.Sign, StringComparison.Ordinal));
        if (sign is null)
        {
            problem = $"'{Shorten(text)}' is no pattern: the comparisons are =, !=, ~=, >=, <=, > and <";
            return false;
        }

        var value = text[(at + sign.Length)..].Trim();
        problem = Check(comparison, value, text);
        condition = problem is null ? new PatternCondition(fact, comparison, value) : null;
        return problem is null;
    }

    /// <summary>The text that parses to this condition.</summary>
    public override string ToString() =>
        Operator == PatternOperator.Present ? Fact : Fact + Array.Find(s_signs, candidate => candidate.Operator == Operator).Sign + Value;

    private static string? Check(PatternOperator comparison, string value, string text)
    {
        if (comparison is PatternOperator.AtLeast or PatternOperator.AtMost or PatternOperator.Above or PatternOperator.Below)
        {
            return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? null : $"'{Shorten(text)}': '{value}' is not a number";
        }

        if (comparison != PatternOperator.Matches)
        {
            return null;
        }

        return PatternRegex.Problem(value) is { } problem ? $"'{Shorten(text)}': {problem}" : null;
    }

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..79] + "…";
}
