using WreSkills.Skills;

namespace WreSkills.Tests.Skills;

public class SkillNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("youtube_spam_detection")]
    [InlineData("pdf-forms")]
    [InlineData("9lives")]
    [InlineData("prototype")]
    [InlineData("staged")]
    public void Problem_of_a_name_is_none(string name) => Assert.Null(SkillName.Problem(name));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("-a")]
    [InlineData("_a")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("a\0")]
    [InlineData("naïve")]
    [InlineData("a.b")]
    [InlineData("x_prototype")]
    [InlineData("x_staged")]
    [InlineData("x_Staged")]
    [InlineData("_staged")]
    public void Problem_of_anything_else_says_why(string name)
    {
        Assert.NotNull(SkillName.Problem(name));
        Assert.Throws<WreException>(() => SkillName.Require(name));
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Length_is_allowed_to_the_bound(int length, bool allowed) => Assert.Equal(allowed, SkillName.Problem(new string('a', length)) is null);

    [Theory]
    [InlineData("x_prototype", "x")]
    [InlineData("x_staged", "x")]
    [InlineData("x", "x")]
    [InlineData("x_prototype_staged", "x_prototype")]
    public void WithoutState_takes_one_suffix_off(string folder, string name) => Assert.Equal(name, SkillName.WithoutState(folder));
}
