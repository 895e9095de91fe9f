using WreSkills.Policy;
using WreSkills.Skills;

namespace WreSkills.Tests.Skills;

public sealed class SkillScaffoldTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("spam_check", false, LintProfile.Lenient)]
    [InlineData("spam-check", true, LintProfile.Standard)]
    public void A_new_skill_lints_without_a_finding_and_has_what_the_gates_ask_for(string name, bool standard, LintProfile profile)
    {
        var folder = Write(name, standard, "Says \"yes\": or no # really, \\ always. Ümlaut.");
        Assert.Empty(SkillLint.Run(folder, profile));
        Assert.Equal("Says \"yes\": or no # really, \\ always. Ümlaut.", folder.Settings.Description);
        Assert.Empty(folder.Settings.Dependencies.MissingKeys);
        Assert.Equal(["input_checked=true", "decision_explained=true"], folder.Patterns.Select(pattern => pattern.Name));
        Assert.Equal([CaseLabel.Positive, CaseLabel.Negative], folder.Cases.Select(one => one.Label!.Value));
        Assert.Equal(("gemma", "1.0"), (folder.Settings.PrimaryAgent, folder.Settings.Version));
        Assert.NotNull(folder.Settings.MaxExecutionTimeMs);
        Assert.Equal(standard, folder.Files.Any(file => file.Path == SkillSettings.SidecarFile));
    }

    [Fact]
    public void Without_a_description_it_lints_too() => Assert.Empty(SkillLint.Run(Write("a", true, null), LintProfile.Standard));

    [Theory]
    [InlineData("spam_check", "gemma", null, true)]
    [InlineData("a", "two words", null, false)]
    [InlineData("a", "gemma", "two\nlines", false)]
    [InlineData("a", "gemma", " ", false)]
    [InlineData("a_prototype", "gemma", null, false)]
    public void What_cannot_stand_there_is_refused(string name, string agent, string? description, bool standard) =>
        Assert.Throws<WreException>(() => SkillScaffold.Files(name, agent, description, standard));

    private SkillFolder Write(string name, bool standard, string? description)
    {
        foreach (var (path, text) in SkillScaffold.Files(name, "gemma", description, standard))
        {
            _folder.Write($"{name}/{path}", text);
        }

        return SkillFolder.Read(_folder.At(name), new SkillLimits());
    }
}
