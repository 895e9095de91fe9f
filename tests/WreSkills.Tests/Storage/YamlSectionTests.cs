using WreSkills.Storage;

namespace WreSkills.Tests.Storage;

public class YamlSectionTests
{
    private static (YamlSection Section, List<YamlProblem> Problems) Open(string text)
    {
        var problems = new List<YamlProblem>();
        return (new YamlSection(YamlReader.Read(text, 1, problems), problems), problems);
    }

    private static string[] Findings(List<YamlProblem> problems) => [.. problems.Select(problem => problem.ToString())];

    [Fact]
    public void Absent_keys_take_their_defaults_without_findings()
    {
        var (section, problems) = Open("");
        Assert.Equal("x", section.Text("a", "x"));
        Assert.Equal(0.5, section.Number("b", 0.5, 0, 1));
        Assert.Equal(7, section.Whole("c", 7, 0, 10));
        Assert.True(section.Flag("d", true));
        Assert.Equal(["x"], section.Texts("e", ["x"]));
        Assert.Empty(section.Sections("f"));
        Assert.False(section.Section("g").Exists);
        section.ReportUnknownKeys();
        Assert.Empty(problems);
    }

    [Fact]
    public void Values_at_their_bounds_are_taken()
    {
        var (section, problems) = Open("low: 0\nhigh: 1\nwhole: 10\nflag: false\nword: daily\n");
        Assert.Equal(0, section.Number("low", 0.5, 0, 1));
        Assert.Equal(1, section.Number("high", 0.5, 0, 1));
        Assert.Equal(10, section.Whole("whole", 7, 0, 10));
        Assert.False(section.Flag("flag", true));
        Assert.Equal("daily", section.Choice("word", "weekly", "daily", "weekly"));
        Assert.Empty(problems);
    }

    [Fact]
    public void Wrong_values_are_all_found_and_take_their_defaults()
    {
        var (section, problems) = Open("number: many\nnan: NaN\nhigh: 1.01\nwhole: 1.5\nflag: yes\nword: hourly\ntext: [a]\nlist: {a: 1}\nsection: 3\n");
        Assert.Equal(0.5, section.Number("number", 0.5, 0, 1));
        Assert.Equal(0.5, section.Number("nan", 0.5, 0, 1));
        Assert.Equal(0.5, section.Number("high", 0.5, 0, 1));
        Assert.Equal(7, section.Whole("whole", 7, 0, 10));
        Assert.True(section.Flag("flag", true));
        Assert.Equal("weekly", section.Choice("word", "weekly", "daily", "weekly"));
        Assert.Equal("x", section.Text("text", "x"));
        Assert.Empty(section.Sections("list"));
        Assert.False(section.Section("section").Exists);
        Assert.Equal(
            [
                "line 1: number is 'many', which is not a number",
                "line 2: nan is 'NaN', which is not a number",
                "line 3: high is 1.01; it must lie between 0 and 1",
                "line 4: whole is 1.5; it must be a whole number",
                "line 5: flag is 'yes'; it must be true or false",
                "line 6: word is 'hourly'; it must be one of daily, weekly",
                "line 7: text must be a text",
                "line 8: list must be a list",
                "line 9: section must be a mapping (key: value)",
            ],
            Findings(problems));
    }

    [Fact]
    public void Unknown_keys_are_found_at_every_level_with_the_nearest_known_one()
    {
        var (section, problems) = Open("gates:\n  fidelty: 1\nzzzzzzzz: 1\nlist:\n  - idd: x\n");
        section.Section("gates").Number("fidelity", 0, 0, 1);
        section.Sections("list")[0].Text("id");
        section.ReportUnknownKeys();
        Assert.Equal(
            ["line 3: zzzzzzzz is not a known key", "line 2: gates.fidelty is not a known key; did you mean 'fidelity'?", "line 5: list[0].idd is not a known key; did you mean 'id'?"],
            Findings(problems));
    }

    [Theory]
    [InlineData("list: [a, [b]]", "line 1: list must be a list of texts")]
    [InlineData("list: {a: 1}", "line 1: list must be a list of texts")]
    public void Texts_with_anything_but_texts_is_a_finding(string text, string finding)
    {
        var (section, problems) = Open(text);
        section.Texts("list");
        Assert.Equal([finding], Findings(problems));
    }

    [Fact]
    public void Root_that_is_no_mapping_is_a_finding() => Assert.Equal(["line 1: the document must be a mapping (key: value)"], Findings(Open("- a\n").Problems));
}
