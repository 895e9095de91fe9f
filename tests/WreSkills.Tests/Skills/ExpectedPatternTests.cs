using CsCheck;

using WreSkills.Skills;

namespace WreSkills.Tests.Skills;

public class ExpectedPatternTests
{
    [Theory]
    [InlineData("caps_check_executed=true", "caps_check_executed", PatternOperator.Equal, "true")]
    [InlineData("caps_check_executed", "caps_check_executed", PatternOperator.Present, "")]
    [InlineData(" a = b c ", "a", PatternOperator.Equal, "b c")]
    [InlineData("a=", "a", PatternOperator.Equal, "")]
    [InlineData("a!=b", "a", PatternOperator.NotEqual, "b")]
    [InlineData("a~=^x.*=y$", "a", PatternOperator.Matches, "^x.*=y$")]
    [InlineData("a>=0.5", "a", PatternOperator.AtLeast, "0.5")]
    [InlineData("a<=-1e3", "a", PatternOperator.AtMost, "-1e3")]
    [InlineData("a>1", "a", PatternOperator.Above, "1")]
    [InlineData("a<1", "a", PatternOperator.Below, "1")]
    [InlineData("a==b", "a", PatternOperator.Equal, "=b")]
    [InlineData("url=https://x.y/?a=b", "url", PatternOperator.Equal, "https://x.y/?a=b")]
    public void TryParse_of_a_pattern_reads_fact_comparison_and_value(string text, string fact, PatternOperator comparison, string value)
    {
        Assert.True(PatternCondition.TryParse(text, out var condition, out var problem), problem);
        Assert.Equal((fact, comparison, value), (condition!.Fact, condition.Operator, condition.Value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("=true")]
    [InlineData("two words")]
    [InlineData("two words=1")]
    [InlineData("a\u0007=1")]
    [InlineData("a!b")]
    [InlineData("a~b")]
    [InlineData("a>=many")]
    [InlineData("a>")]
    [InlineData("a>=NaN")]
    [InlineData("a<Infinity")]
    [InlineData("a~=")]
    [InlineData("a~=[")]
    [InlineData("a~=(?=x)")]
    [InlineData("a~=(x)\\1")]
    public void TryParse_of_anything_else_says_why(string text)
    {
        Assert.False(PatternCondition.TryParse(text, out var condition, out var problem));
        Assert.Null(condition);
        Assert.NotNull(problem);
    }

    [Fact]
    public void Regex_is_allowed_to_the_bound()
    {
        Assert.True(PatternCondition.TryParse("a~=" + new string('x', PatternCondition.MaxRegexLength), out _, out _));
        Assert.False(PatternCondition.TryParse("a~=" + new string('x', PatternCondition.MaxRegexLength + 1), out _, out _));
    }

    [Fact]
    public void ToString_parses_to_the_same_condition() =>
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 8], Gen.Int[0, 7], Gen.Int[-999, 999]).Sample((fact, comparison, number) =>
        {
            var condition = new PatternCondition(fact, (PatternOperator)comparison, comparison == 0 ? "" : $"{number}");
            return PatternCondition.TryParse(condition.ToString(), out var back, out _) && back == condition;
        });

    [Fact]
    public void TryParse_of_any_text_never_throws() =>
        Gen.String.Sample(text => PatternCondition.TryParse(text, out var condition, out var problem) == (problem is null) && (condition is null) == (problem is not null));

    [Fact]
    public void Equal_conditions_stay_equal_once_one_was_used()
    {
        var (left, right) = (new PatternCondition("a", PatternOperator.Matches, "x"), new PatternCondition("a", PatternOperator.Matches, "x"));
        Assert.Matches(left.Regex, "x");
        Assert.Equal(left, right);
    }
}
