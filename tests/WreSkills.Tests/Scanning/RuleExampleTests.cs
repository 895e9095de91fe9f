using WreSkills.Scanning;

namespace WreSkills.Tests.Scanning;

public sealed class RuleExampleTests
{
    private static readonly SkillScanner s_scanner = new();

    public static TheoryData<string> Rules => [.. RuleExamples.All.Select(example => example.Rule)];

    public static TheoryData<string> StructureRules => [.. StructureExamples.All.Select(example => example.Rule)];

    [Fact]
    public void Every_rule_has_an_example_of_what_it_finds_and_of_what_it_does_not()
    {
        var secrets = SecretRules.All.Select(rule => rule.Rule.Id);
        var examples = RuleExamples.All.Select(example => example.Rule).Concat(StructureExamples.All.Select(example => example.Rule)).Concat(secrets).ToList();
        Assert.Equal(ScanRules.All.Select(rule => rule.Id).Order(StringComparer.Ordinal), examples.Order(StringComparer.Ordinal));
        Assert.Equal(examples.Count, examples.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_text_rule_finds_its_bad_example_and_passes_its_good_one(string rule)
    {
        var example = RuleExamples.All.Single(example => example.Rule == rule);
        var bad = s_scanner.ScanText(example.File, example.Bad);
        Assert.Contains(bad, finding => finding.Rule.Id == rule && finding.Severity == finding.Rule.Severity);
        var good = s_scanner.ScanText(example.File, example.Good);
        Assert.DoesNotContain(good, finding => finding.Rule.Id == rule || finding.Severity == ScanSeverity.Block);
    }

    [Theory]
    [MemberData(nameof(StructureRules))]
    public void A_structure_rule_finds_its_bad_example_and_passes_its_good_one(string rule)
    {
        var example = StructureExamples.All.Single(example => example.Rule == rule);
        Assert.Contains(Scan(example.Bad), finding => finding.Rule.Id == rule);
        Assert.DoesNotContain(Scan(example.Good), finding => finding.Rule.Id == rule);
    }

    [Fact]
    public void Explanations_are_sentences_and_risks_are_named_as_owasp_names_them()
    {
        Assert.All(ScanRules.All, rule =>
        {
            Assert.EndsWith(".", rule.Explanation, StringComparison.Ordinal);
            Assert.EndsWith(".", rule.Hint, StringComparison.Ordinal);
            Assert.False(rule.Title.EndsWith('.'));
        });
        Assert.Equal("AST05 Untrusted External Instructions", $"{SkillRisk.UntrustedExternalInstructions.Code()} {SkillRisk.UntrustedExternalInstructions.Title()}");
        Assert.Equal("AST10 Cross-Platform Reuse", $"{SkillRisk.CrossPlatformReuse.Code()} {SkillRisk.CrossPlatformReuse.Title()}");
    }

    private static IReadOnlyList<ScanFinding> Scan(Action<SkillFiles> write)
    {
        using var folder = new TemporaryFolder();
        folder.Write("sample/SKILL.md", "---\nname: sample\ndescription: A sample.\n---\n# Sample\n");
        write(new SkillFiles(folder.At("sample")));
        return s_scanner.Scan(folder.At("sample")).Findings;
    }
}
