using WreSkills.Policy;
using WreSkills.Skills;

namespace WreSkills.Tests.Skills;

public sealed class SkillLintTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private IReadOnlyList<SkillFinding> Lint(string text, LintProfile profile, string folder = "spam-filter")
    {
        _folder.Write($"{folder}/SKILL.md", text);
        return SkillLint.Run(SkillFolder.Read(_folder.At(folder), new SkillLimits()), profile);
    }

    private string[] Errors(string text, string folder = "spam-filter") =>
        [.. Lint(text, LintProfile.Standard, folder).Where(finding => finding.Severity == FindingSeverity.Error).Select(finding => $"{finding.Code}:{finding.Line}")];

    [Theory]
    [InlineData(LintProfile.Standard)]
    [InlineData(LintProfile.Lenient)]
    public void Skill_by_the_letter_has_no_finding(LintProfile profile) => Assert.Empty(Lint(
        "---\nname: spam-filter\ndescription: Finds spam. Use it on chats.\nlicense: MIT\ncompatibility: any\nmetadata:\n  author: us\nallowed-tools: Read Bash\n---\nSee [rules](resources/rules.md).\n", profile));

    [Theory]
    [InlineData("name: Spam\ndescription: d\n", "skill.name:2", "skill.name-folder:2")]
    [InlineData("description: d\n", "skill.name:1")]
    [InlineData("name: spam-filter\n", "skill.description:1")]
    [InlineData("name: spam-filter\ndescription: \" \"\n", "skill.description:3")]
    [InlineData("name: spam-filter\ndescription: d\nprimary_agent: gemma\n", "skill.key:4")]
    [InlineData("name: spam-filter\ndescription: d\nunheard: of\n", "skill.key:4")]
    [InlineData("name: spam-filter\ndescription: d\nmetadata: [a]\n", "skill.metadata:4")]
    [InlineData("name: spam-filter\ndescription: d\nmetadata: {a: {b: c}}\n", "skill.metadata:4")]
    [InlineData("name: spam-filter\ndescription: d\nallowed-tools: [Read]\n", "skill.allowed-tools:4")]
    public void Every_deviation_is_an_error_of_the_standard_and_none_of_the_lenient_profile(string matter, params string[] errors)
    {
        var text = $"---\n{matter}---\nBody\n";
        Assert.Equal(errors, Errors(text));
        Assert.DoesNotContain(Lint(text, LintProfile.Lenient), finding => finding.Severity == FindingSeverity.Error);
    }

    [Theory]
    [InlineData(1024, 0)]
    [InlineData(1025, 1)]
    public void Description_is_allowed_to_the_bound(int length, int errors) =>
        Assert.Equal(errors, Errors($"---\nname: spam-filter\ndescription: {new string('x', length)}\n---\n").Length);

    [Theory]
    [InlineData(500, 0)]
    [InlineData(501, 1)]
    public void Compatibility_is_allowed_to_the_bound(int length, int errors) =>
        Assert.Equal(errors, Errors($"---\nname: spam-filter\ndescription: d\ncompatibility: {new string('x', length)}\n---\n").Length);

    [Theory]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a--b")]
    [InlineData("a_b")]
    [InlineData("A")]
    [InlineData("é")]
    public void Name_must_be_lower_case_with_single_hyphens(string name) => Assert.Contains("skill.name:2", Errors($"---\nname: {name}\ndescription: d\n---\n"));

    [Fact]
    public void State_suffix_of_the_folder_is_forgiven_by_both_profiles()
    {
        const string text = "---\nname: spam-filter\ndescription: d\n---\n";
        Assert.Empty(Errors(text, "spam-filter_prototype"));
        Assert.Empty(Lint(text, LintProfile.Lenient, "spam-filter_prototype"));
        Assert.Equal(["skill.name-folder:2"], Errors(text, "ham-filter_prototype"));
    }

    [Fact]
    public void Wre_keys_in_the_front_matter_are_silent_in_the_lenient_profile() =>
        Assert.Empty(Lint("---\nname: spam-filter\ndescription: d\nversion: 1.0\nprimary_agent: gemma\n---\n", LintProfile.Lenient));

    [Fact]
    public void File_without_front_matter_is_a_warning_or_an_error()
    {
        Assert.Equal(["skill.front-matter:1"], Errors("Just text\n"));
        Assert.Equal(FindingSeverity.Warning, Assert.Single(Lint("Just text\n", LintProfile.Lenient)).Severity);
    }

    [Theory]
    [InlineData("[x](../other/SKILL.md)")]
    [InlineData("[x](/etc/passwd)")]
    [InlineData("see resources/../../x")]
    public void Reference_to_the_outside_is_a_warning_with_its_line(string line)
    {
        var finding = Assert.Single(Lint($"---\nname: spam-filter\ndescription: d\n---\nBody\n{line}\n", LintProfile.Lenient));
        Assert.Equal(("skill.escape", 6, FindingSeverity.Warning), (finding.Code, finding.Line, finding.Severity));
    }

    [Fact]
    public void Findings_of_the_folder_come_along_errors_first()
    {
        var findings = Lint("---\nname: other\ndescription: d\nversion: a b\n---\n", LintProfile.Lenient);
        Assert.Equal(["skill.version", "skill.name-folder"], findings.Select(finding => finding.Code));
    }
}
