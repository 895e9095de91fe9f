using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Tests.Hosting;

/// <summary>The module becomes a path: neither the command line nor a registry edited by hand may lead out of it.</summary>
public sealed class ReviewModuleTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    [Theory]
    [InlineData("../../escaped")]
    [InlineData("/tmp/escaped")]
    [InlineData("a/../../escaped")]
    [InlineData("one")]
    [InlineData("a/b/c")]
    [InlineData("a/b|c")]
    [InlineData("a/b\nc")]
    [InlineData("")]
    public async Task Module_of_the_command_line_must_be_two_plain_names(string module)
    {
        await _test.StageAsync();
        _test.RecordGood(100);
        var outcome = _test.Workspace.Promoter.Promote(new PromotionRequest
        {
            Skill = TestWorkspace.Skill,
            From = PromotionState.Staged,
            To = PromotionState.Production,
            Approver = TestWorkspace.Approver,
            Ticket = _test.Ticket(PromotionState.Production),
            Module = module,
        });
        Assert.Null(outcome.Transition);
        Assert.Contains(outcome.Refusals, reason => reason.Contains("domain/module", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Version_that_names_another_module_does_not_carry_the_production_folder_off()
    {
        await _test.ProduceAsync();
        _test.WriteSkill("1.1", "Other words.");
        var draft = $".claude/skills/{TestWorkspace.Skill}_prototype/SKILL.md";
        _test.Write(draft, _test.Read(draft).Replace(TestWorkspace.Module, "other/place", StringComparison.Ordinal));
        await _test.BenchAsync();
        var readiness = _test.Workspace.Checker.Check(TestWorkspace.Skill, PromotionState.Prototype, PromotionState.Staged);
        Assert.Contains("cannot move to other/place", readiness.Refusal, StringComparison.Ordinal);
        Assert.Equal(TestWorkspace.Module, _test.Entry.Module);
        Assert.False(Directory.Exists(_test.At("modules/other")));
    }

    [Theory]
    [InlineData("store", "modules/infrastructure/wre_core/skills/store", true)]
    [InlineData("x", "modules/infrastructure/wre_core/skills/x", false)]
    [InlineData("x", "modules/infrastructure", true)]
    [InlineData("x", "modules/communication/livechat/skills/x", false)]
    public void Own_folders_are_no_place_for_a_skill(string skill, string folder, bool ours)
    {
        var layout = WorkspaceLayout.ForPreset("policy", _test.Root);
        Assert.Equal((skill, ours), (skill, layout.IsOurs(_test.At(folder))));
    }

    [Theory]
    [InlineData("\"module\": \"communication/livechat\"", "\"module\": \"../../escaped\"")]
    [InlineData("\"1.0\": {", "\"../../1.0\": {")]
    public async Task Registry_with_a_path_in_a_name_is_refused(string from, string to)
    {
        await _test.StageAsync();
        var file = _test.Workspace.Layout.RegistryFile;
        var text = File.ReadAllText(file);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(from, to, StringComparison.Ordinal));
        Assert.Throws<WreException>(() => _test.Workspace.Registry.Load());
    }

    [Fact]
    public void Labels_and_modules_are_judged_alike_everywhere()
    {
        Assert.Null(SkillSettings.ModuleProblem("communication/livechat"));
        Assert.Null(SkillSettings.VersionProblem("1.0-rc_1+b"));
        Assert.NotNull(SkillSettings.VersionProblem(""));
        Assert.NotNull(SkillSettings.VersionProblem(".."));
    }
}
