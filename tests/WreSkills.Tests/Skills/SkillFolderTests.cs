using System.Text;

using WreSkills.Policy;
using WreSkills.Skills;

namespace WreSkills.Tests.Skills;

public sealed class SkillFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("---\nname: spam_filter\ndescription: Finds spam.\nversion: 1.10\n---\nBody\n", "Body\n")]
    [InlineData("---\r\nname: spam_filter\r\ndescription: Finds spam.\r\nversion: 1.10\r\n---\r\nBody\r\n", "Body\n")]
    [InlineData("\uFEFF---\nname: spam_filter\ndescription: Finds spam.\nversion: 1.10\n---\nBody", "Body")]
    [InlineData("---  \nname: spam_filter\ndescription: Finds spam.\nversion: 1.10\n---", "")]
    public void Line_endings_byte_order_mark_and_last_newline_do_not_matter(string text, string body)
    {
        var skill = TestSkill.Read(_folder, ("SKILL.md", text));
        Assert.Empty(skill.Findings);
        Assert.Equal(("spam_filter", "Finds spam.", "1.10"), (skill.Settings.Name, skill.Settings.Description, skill.Settings.Version));
        Assert.Equal(body, skill.Document!.Body);
        Assert.Equal(Encoding.UTF8.GetBytes(text), skill.SkillBytes!.Value.ToArray());
    }

    [Fact]
    public void Separator_characters_inside_a_line_do_not_end_it()
    {
        var skill = TestSkill.Read(_folder, ("SKILL.md", "---\nname: spam_filter\ndescription: \"Finds\u2028spam\u0085now.\"\n---\nOne\u2028still one\n**Expected Pattern**: a=1\n"));
        Assert.Equal("One\u2028still one\n**Expected Pattern**: a=1\n", skill.Document!.Body);
        Assert.Equal("SKILL.md:6", Assert.Single(skill.Patterns).Source);
    }

    [Fact]
    public void File_without_front_matter_loads_with_its_folders_name()
    {
        var skill = TestSkill.Read(_folder, ("SKILL.md", "Just text\n"));
        Assert.True(skill.IsSound);
        Assert.Null(skill.Document!.FrontMatter);
        Assert.Equal(("spam_filter", 1), (skill.Name, skill.Document.BodyLine));
    }

    [Theory]
    [InlineData("spam_filter_prototype")]
    [InlineData("spam_filter_staged")]
    [InlineData("spam_filter/")]
    public void Name_is_the_folders_without_state_and_slash(string folder)
    {
        _folder.Write($"{folder.TrimEnd('/')}/SKILL.md", TestSkill.Text());
        var skill = SkillFolder.Read(_folder.At(folder), new SkillLimits());
        Assert.Equal("spam_filter", skill.Name);
        Assert.Empty(skill.Findings);
    }

    [Fact]
    public void Patterns_come_from_front_matter_and_body_without_repetitions()
    {
        var skill = TestSkill.Read(_folder, ("SKILL.md", TestSkill.Text(
            "expected_patterns:\n  - caps_check_executed=true\n  - {pattern: score>=0.5, name: confident, weight: 2.5, when: decision=spam, critical: true}\n",
            "# Steps\n**Expected Pattern**: caps_check_executed=true\n- **Expected Pattern**: `links_counted`, rate<5\nnot **Expected Pattern**: in the middle\n**Expected Patterns**: last=1")));
        Assert.Empty(skill.Findings);
        Assert.Equal(["caps_check_executed=true", "confident", "links_counted", "rate<5", "last=1"], skill.Patterns.Select(pattern => pattern.Name));
        Assert.Equal(["SKILL.md:5", "SKILL.md:6", "SKILL.md:10", "SKILL.md:10", "SKILL.md:12"], skill.Patterns.Select(pattern => pattern.Source));
        var confident = skill.Patterns[1];
        Assert.Equal(("score>=0.5", 2.5, "decision=spam", true), (confident.Rule.Describe(), confident.Weight, confident.When!.Describe(), confident.Critical));
        Assert.Equal((1.0, false), (skill.Patterns[0].Weight, skill.Patterns[0].Critical));
    }

    [Fact]
    public void Patterns_of_a_mapping_are_its_facts()
    {
        var skill = TestSkill.Read(_folder, ("SKILL.md", TestSkill.Text("expected_patterns:\n  caps_check_executed: true\n  logged:\n")));
        Assert.Equal(["caps_check_executed=true", "logged"], skill.Patterns.Select(pattern => pattern.Name));
    }

    [Fact]
    public void Sidecar_wins_key_by_key()
    {
        var skill = TestSkill.Read(
            _folder,
            ("SKILL.md", TestSkill.Text("version: 1.0\nprimary_agent: gemma\nexpected_patterns: [a=1]\n")),
            ("wre-skill.yaml", "version: 2.0\nexpected_patterns: [b=1]\nmax_execution_time_ms: 250\n"));
        Assert.Empty(skill.Findings);
        Assert.Equal(("2.0", "gemma", 250), (skill.Settings.Version, skill.Settings.PrimaryAgent, skill.Settings.MaxExecutionTimeMs));
        Assert.Equal("b=1", Assert.Single(skill.Patterns).Name);
        Assert.Equal("wre-skill.yaml:2", skill.Patterns[0].Source);
    }

    [Fact]
    public void Broken_patterns_are_all_found_with_their_lines()
    {
        var skill = TestSkill.Read(_folder, ("SKILL.md", TestSkill.Text(
            "expected_patterns:\n  - two words\n  - {pattern: a=1, weight: 0}\n  - {pattern: b=1, when: '='}\n  - {pattern: c=1, wieght: 3}\n  - {pattern: d=1, name: a=1}\n  - [x]\n  - {pattern: e=1, critical: sometimes}\n",
            "**Expected Pattern**: a~=[\n")));
        Assert.Equal(
            ["pattern.syntax SKILL.md:5", "pattern.weight SKILL.md:6", "pattern.syntax SKILL.md:7", "pattern.unknown-key SKILL.md:8", "pattern.duplicate SKILL.md:9", "pattern.syntax SKILL.md:10", "pattern.critical SKILL.md:11", "pattern.syntax SKILL.md:13"],
            TestSkill.Codes(skill));
    }

    [Fact]
    public void Dependencies_are_read_in_every_shape()
    {
        var skill = TestSkill.Read(_folder, ("SKILL.md", TestSkill.Text(
            "dependencies:\n  data_stores:\n    - name: telemetry\n      type: sqlite\n    - plain\n  mcp_endpoints: [{endpoint_name: mcp, methods: [a]}]\n  throttles: []\n  required_context: chat\n")));
        var dependencies = skill.Settings.Dependencies;
        Assert.Empty(dependencies.MissingKeys);
        Assert.Equal([("data_store", "telemetry"), ("data_store", "plain"), ("mcp_endpoint", "mcp"), ("context", "chat")], dependencies.All);
    }

    [Theory]
    [InlineData("", "data_stores mcp_endpoints throttles required_context")]
    [InlineData("dependencies:\n", "data_stores mcp_endpoints throttles required_context")]
    [InlineData("dependencies: none\n", "")]
    [InlineData("dependencies: {data_stores: [], throttles: []}\n", "mcp_endpoints required_context")]
    [InlineData("dependencies: {data_stores: [], mcp_endpoints: [], throttles: [], context: []}\n", "")]
    public void Dependencies_name_the_keys_that_are_missing(string matter, string missing) =>
        Assert.Equal(missing, string.Join(' ', TestSkill.Read(_folder, ("SKILL.md", TestSkill.Text(matter))).Settings.Dependencies.MissingKeys));

    [Fact]
    public void Broken_settings_are_all_found()
    {
        var skill = TestSkill.Read(
            _folder,
            ("SKILL.md", TestSkill.Text("version: a b\nmodule: ../../etc\nmax_execution_time_ms: fast\npattern_fidelity_threshold: 1.5\ncritical: sometimes\n")),
            ("wre-skill.yaml", "outcome_quality_threshold: NaN\nunheard_of: 1\n"));
        Assert.Equal(
            ["sidecar.unknown-key wre-skill.yaml:2", "skill.critical SKILL.md:8", "skill.module SKILL.md:5", "skill.number SKILL.md:6", "skill.number SKILL.md:7", "skill.number wre-skill.yaml:1", "skill.version SKILL.md:4"],
            TestSkill.Codes(skill).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("True", true)]
    [InlineData("false", false)]
    public void Critical_is_read_in_any_case(string text, bool critical)
    {
        var skill = TestSkill.Read(_folder, ("SKILL.md", TestSkill.Text($"critical: {text}\n")));
        Assert.Equal(critical, skill.Settings.Critical);
        Assert.Empty(skill.Findings);
    }

    [Fact]
    public void Front_matter_without_end_is_found() => Assert.Equal(["skill.front-matter SKILL.md:1"], TestSkill.Codes(TestSkill.Read(_folder, ("SKILL.md", "---\nname: x\n"))));

    [Fact]
    public void Front_matter_that_is_no_mapping_is_found() => Assert.Equal(["skill.front-matter SKILL.md:2"], TestSkill.Codes(TestSkill.Read(_folder, ("SKILL.md", "---\n- a\n---\n"))));

    [Fact]
    public void ReadSound_of_an_unsound_folder_lists_every_error()
    {
        TestSkill.Write(_folder, ("SKILL.md", TestSkill.Text("version: a b\nmodule: x\n")));
        var error = Assert.Throws<WreException>(() => SkillFolder.ReadSound(_folder.At(TestSkill.Name), new SkillLimits()));
        Assert.Equal(2, error.Problems.Count);
        Assert.All(error.Problems, problem => Assert.StartsWith("SKILL.md:", problem, StringComparison.Ordinal));
    }

    [Fact]
    public void ReadSound_of_a_missing_folder_says_so() =>
        Assert.StartsWith("There is no skill folder", Assert.Throws<WreException>(() => SkillFolder.ReadSound(_folder.At("missing"), new SkillLimits())).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_of_a_missing_folder_is_a_finding() => Assert.Contains("folder.missing :0", TestSkill.Codes(SkillFolder.Read(_folder.At("missing"), new SkillLimits())));
}
