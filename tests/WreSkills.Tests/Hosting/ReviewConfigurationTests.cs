using WreSkills.Hosting;

namespace WreSkills.Tests.Hosting;

public sealed class ReviewConfigurationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("  preset: claude\n  prototype: .claude/skills/{skill}\n")]
    [InlineData("  staged: .claude/skills/{skill}_prototype\n")]
    [InlineData("  staged: .claude/skills/{skill}_prototype/staged\n")]
    [InlineData("  production: modules/infrastructure/wre_core/skills/store/{skill}\n")]
    [InlineData("  core: .claude/skills/x_staged\n")]
    public void Folders_that_would_delete_one_another_are_refused(string layout)
    {
        File.WriteAllText(Path.Combine(_folder.Path, "wre.yaml"), "version: 1\nlayout:\n" + layout);
        Assert.NotEmpty(Assert.Throws<WreException>(() => WorkspaceConfiguration.Load(_folder.Path)).Problems);
    }

    [Theory]
    [InlineData("policy")]
    [InlineData("claude")]
    [InlineData("agents")]
    public void Presets_are_sound(string preset)
    {
        File.WriteAllText(Path.Combine(_folder.Path, "wre.yaml"), $"version: 1\nlayout:\n  preset: {preset}\n");
        Assert.Equal(preset, WorkspaceConfiguration.Load(_folder.Path).Layout.Preset);
    }
}
