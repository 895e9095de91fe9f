using System.Globalization;
using System.Text.RegularExpressions;

using WreSkills.Skills;

using static WreSkills.Tests.Scoring.PatternLanguage;

namespace WreSkills.Tests.Scoring;

/// <summary>The page about patterns shows every kind, and each of its examples comes out as it says.</summary>
public partial class PatternDocumentTests
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "docs", "reference", "patterns.md"));

    public static TheoryData<string, string, string> Examples() =>
        [.. Example().Matches(s_page).Select(match => (match.Groups["yaml"].Value, match.Groups["json"].Value, match.Groups["fidelity"].Value))];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Its_examples_come_out_as_it_says(string yaml, string breadcrumbs, string fidelity)
    {
        var score = Score(yaml, breadcrumbs).PatternFidelity;
        Assert.Equal(fidelity, score is { } value ? Math.Round(value, 4).ToString("0.####", CultureInfo.InvariantCulture) : "none");
    }

    [Fact]
    public void It_shows_every_kind()
    {
        var shown = Examples().Select(row => row.Data.Item1).ToList();
        Assert.All(PatternRuleReader.Kinds, kind => Assert.Contains(shown, yaml => yaml.Contains($"- {kind}:", StringComparison.Ordinal)));
        Assert.All(PatternRuleReader.Kinds.Except(["pattern"]), kind => Assert.Contains($"\n## {kind}\n", s_page, StringComparison.Ordinal));
    }

    [GeneratedRegex("```yaml\\n(?<yaml>.*?)```\\n\\n```json\\n(?<json>.*?)```\\n\\nFidelity: \\*\\*(?<fidelity>.*?)\\*\\*", RegexOptions.Singleline)]
    private static partial Regex Example();
}
