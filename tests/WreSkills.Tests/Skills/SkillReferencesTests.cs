using WreSkills.Skills;

namespace WreSkills.Tests.Skills;

public sealed class SkillReferencesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string[] Of(string body, string matter = "") =>
        [.. SkillReferences.Of(TestSkill.Read(_folder, ("SKILL.md", TestSkill.Text(matter, body)))).Select(reference => $"{reference.Skill} {reference.FoundIn} {reference.Line}")];

    [Theory]
    [InlineData("See [rating](../toxicity_rater/SKILL.md).\n", "toxicity_rater link 5")]
    [InlineData("\nSee [rating](../toxicity_rater/).\n", "toxicity_rater link 6")]
    [InlineData("Read `.claude/skills/toxicity_rater_staged/SKILL.md`.\n", "toxicity_rater link 5")]
    [InlineData("Hand over to skill:toxicity-rater.\n", "toxicity-rater link 5")]
    [InlineData("Then use the toxicity_rater skill.\n", "toxicity_rater text 5")]
    [InlineData("The `toxicity_rater` skill knows more.\n", "toxicity_rater text 5")]
    [InlineData("Ask skill `toxicity_rater`.\n", "toxicity_rater text 5")]
    public void Mentions_are_found_with_their_line(string body, string expected) => Assert.Equal([expected], Of(body));

    [Theory]
    [InlineData("Skilled people have skills. No skill:  here.\n")]
    [InlineData("See [data](../data.csv) and https://example.com/upskill:now\n")]
    [InlineData("Use the spam_filter skill, which is this one.\n")]
    public void Other_words_are_none(string body) => Assert.Empty(Of(body));

    [Fact]
    public void Dependencies_and_patterns_name_skills()
    {
        const string matter = """
            dependencies:
              skills: [one]
              required_context: [skill:two, chat]
            expected_patterns:
              - step: {skill: three}
              - forbid: {skill: never}
              - sequence: [{skill: four}, {tool: search}]

            """;
        Assert.Equal(["one dependencies 0", "two dependencies 0", "three patterns 0", "four patterns 0"], Of("Nothing.\n", matter).OrderBy(text => Array.IndexOf(["one", "two", "three", "four"], text.Split(' ')[0])));
    }

    [Fact]
    public void A_skill_counts_once_by_its_most_certain_mention() =>
        Assert.Equal(["other link 6"], Of("Use the other skill.\nSee skill:other and skill:other.\n"));
}
