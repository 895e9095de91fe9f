using System.Globalization;

using WreSkills.Skills;

namespace WreSkills.Scoring;

/// <summary>Whether a condition holds for what a fact states; pure.</summary>
public static class PatternMatcher
{
    /// <summary>Whether a condition holds for a stated value.</summary>
    public static bool Holds(PatternCondition condition, string value) => condition.Operator switch
    {
        PatternOperator.Present => true,
        PatternOperator.Equal => Same(value, condition.Value),
        PatternOperator.NotEqual => !Same(value, condition.Value),
        PatternOperator.Matches => condition.Regex.IsMatch(value),
        var comparison => Number(value) is { } left && Number(condition.Value) is { } right && comparison switch
        {
            PatternOperator.AtLeast => left >= right,
            PatternOperator.AtMost => left <= right,
            PatternOperator.Above => left > right,
            _ => left < right,
        },
    };

    // Python prints True, JSON true; 1 and 1.0 are one number; everything else is the exact text.
    private static bool Same(string left, string right)
    {
        if (bool.TryParse(left, out var leftFlag) && bool.TryParse(right, out var rightFlag))
        {
            return leftFlag == rightFlag;
        }

        return Number(left) is { } leftNumber && Number(right) is { } rightNumber ? leftNumber == rightNumber : left == right;
    }

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
}
