using WreSkills.Scanning;

namespace WreSkills.Tests.Scanning;

public sealed class BenignSkillTests
{
    [Fact]
    public void At_most_two_of_a_hundred_harmless_skills_are_blocked()
    {
        using var folder = new TemporaryFolder();
        for (var number = 0; number < BenignSkills.Count; number++)
        {
            foreach (var (path, text) in BenignSkills.Files(number))
            {
                folder.Write($"skills/skill-{number}/{path}", text);
            }
        }

        var report = new SkillScanner().Scan(folder.At("skills"));
        var blocked = report.Findings.Where(finding => finding.Severity == ScanSeverity.Block).GroupBy(finding => finding.File.Split('/')[0]).ToList();
        Assert.True(blocked.Count * 50 <= BenignSkills.Count, string.Join('\n', blocked.Select(skill => skill.First())));
        Assert.True(report.Files > 300);
    }

    [Fact]
    public void The_example_workspace_has_no_blocking_finding()
    {
        var report = new SkillScanner().Scan(Path.Combine(RepositoryRoot.Find(), "examples", "livechat"));
        Assert.DoesNotContain(report.Findings, finding => finding.Severity == ScanSeverity.Block);
        Assert.True(report.Files > 10);
    }
}
