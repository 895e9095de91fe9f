using WreSkills.Hosting;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Skills;

namespace WreSkills.Tests.Hosting;

public sealed class SkillExportTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task Exactly_the_versions_that_should_be_live_are_there()
    {
        await _test.ProduceAsync();
        _test.WriteSkill("1.1", "Look twice.");
        await _test.StageAsync();
        var result = Export();
        Assert.Equal([("spam_check", "1.0", "written")], result.Skills.Select(skill => (skill.Skill, skill.Version, skill.Action)));
        Assert.Equal(result.Skills[0].Digest, SkillDigest.Compute(SkillFolder.Read(_test.At(".github/skills/spam_check"), _test.Workspace.Policy.SkillLimits, "spam_check")));
        Assert.Contains(result.Skills[0].Digest, _test.Read(".github/skills/wre-skills.lock"), StringComparison.Ordinal);
        Assert.Equal(["spam_check", "wre-skills.lock"], Names());
        Assert.Empty(Check());
    }

    [Fact]
    public async Task Exporting_again_changes_nothing_and_a_rollback_changes_what_is_there()
    {
        await TwoVersionsAsync();
        Export();
        var stamp = File.GetLastWriteTimeUtc(_test.At(".github/skills/wre-skills.lock"));
        Assert.Equal("unchanged", Export().Skills[0].Action);
        Assert.Equal(stamp, File.GetLastWriteTimeUtc(_test.At(".github/skills/wre-skills.lock")));
        _test.RollBack(PromotionState.Production);
        Assert.Equal("spam_check is 1.1; it should be 1.0", Assert.Single(Check()));
        Assert.Equal(("1.0", "written"), Export().Skills[0] is var skill ? (skill.Version, skill.Action) : default);
        Assert.DoesNotContain("twice", _test.Read(".github/skills/spam_check/SKILL.md"), StringComparison.Ordinal);
        Assert.Empty(Check());
    }

    [Fact]
    public async Task What_no_export_put_there_is_neither_overwritten_nor_removed()
    {
        await _test.ProduceAsync();
        _test.Write(".github/skills/spam_check/SKILL.md", TestSkill.Text(body: "Mine.\n", name: "spam_check"));
        _test.Write(".github/skills/other/SKILL.md", TestSkill.Text(name: "other"));
        var refused = Export();
        Assert.Contains("was not put there", Assert.Single(refused.Problems), StringComparison.Ordinal);
        Assert.Contains("Mine.", _test.Read(".github/skills/spam_check/SKILL.md"), StringComparison.Ordinal);
        Assert.Equal(["other", "spam_check"], Names());
        Assert.Equal("written", Export(force: true).Skills[0].Action);
        Retire();
        Assert.Equal(["spam_check"], Export().Removed);
        Assert.Equal(["other", "wre-skills.lock"], Names());
    }

    [Fact]
    public async Task A_hand_edit_is_found_and_overwritten_only_by_force()
    {
        await _test.ProduceAsync();
        Export();
        _test.Write(".github/skills/spam_check/SKILL.md", TestSkill.Text(body: "Edited.\n", name: "spam_check"));
        Assert.Contains("was changed", Assert.Single(Check()), StringComparison.Ordinal);
        Assert.Contains("edited by hand", Assert.Single(Export().Problems), StringComparison.Ordinal);
        Retire();
        Assert.Contains("edited by hand", Assert.Single(Export().Problems), StringComparison.Ordinal);
        Assert.Equal(["spam_check"], Export(force: true).Removed);
    }

    [Fact]
    public async Task A_folder_that_is_the_layouts_own_place_is_left_to_the_workspace()
    {
        await _test.ProduceAsync();
        var own = _test.At($"modules/{TestWorkspace.Module}/skills");
        var export = new SkillExport(_test.Workspace, SkillClient.Claude, own);
        Assert.True(export.Run(force: true).Skills.Single().InPlace);
        Assert.True(File.Exists(Path.Combine(own, "spam_check", "versions", "v1.0_baseline.md")));
        Assert.Empty(export.Check().Problems);
    }

    [Fact]
    public async Task Links_are_never_written_through()
    {
        await _test.ProduceAsync();
        Directory.CreateDirectory(_test.At("elsewhere"));
        Directory.CreateDirectory(_test.At(".github/skills"));
        Directory.CreateSymbolicLink(_test.At(".github/skills/spam_check"), _test.At("elsewhere"));
        Assert.Contains("a link", Assert.Single(Export(force: true).Problems), StringComparison.Ordinal);
        Directory.CreateSymbolicLink(_test.At("linked"), _test.At("elsewhere"));
        Assert.Throws<WreException>(() => new SkillExport(_test.Workspace, SkillClient.Copilot, _test.At("linked")).Run(force: true));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_test.At("elsewhere")));
    }

    [Fact]
    public async Task A_damaged_lock_file_stops_everything()
    {
        await _test.ProduceAsync();
        Export();
        _test.Write(".github/skills/wre-skills.lock", "{\"skills\": {\"../../x\": {}}}");
        Assert.Throws<WreException>(() => Export());
    }

    [Fact]
    public void A_skill_of_the_python_tools_gets_the_name_that_clients_read()
    {
        using var folder = new TemporaryFolder();
        folder.Write(".claude/skills/a/SKILLz.md", TestSkill.Text(name: "a"));
        WorkspaceInitializer.Run(folder.Path, "claude");
        using var workspace = Workspace.Open(folder.Path);
        ExistingSkills.Adopt(workspace, ExistingSkills.Plan(workspace.Layout, AdoptionChoice.Production, null, TimeProvider.System), "tester");
        var export = new SkillExport(workspace, SkillClient.Codex);
        Assert.Equal("written", export.Run(force: false).Skills.Single().Action);
        Assert.Equal(File.ReadAllText(folder.At(".claude/skills/a/SKILLz.md")), File.ReadAllText(folder.At(".agents/skills/a/SKILL.md")));
        Assert.False(File.Exists(folder.At(".agents/skills/a/SKILLz.md")));
        Assert.Empty(export.Check().Problems);
        Assert.Equal("unchanged", export.Run(force: false).Skills.Single().Action);
    }

    [Fact]
    public async Task What_a_killed_export_set_aside_returns()
    {
        await _test.ProduceAsync();
        Export();
        Directory.CreateDirectory(_test.At(".github/skills/.wre-export"));
        Directory.Move(_test.At(".github/skills/spam_check"), _test.At(".github/skills/.wre-export/spam_check.new.aside"));
        Assert.Equal("unchanged", Export().Skills[0].Action);
        Assert.Equal(["spam_check", "wre-skills.lock"], Names());
    }

    private async Task TwoVersionsAsync()
    {
        await _test.ProduceAsync();
        _test.WriteSkill("1.1", "Look twice.");
        await _test.StageAsync();
        _test.Record(Enumerable.Range(0, 100).Select(index =>
        {
            var line = _test.Good(index % 2 == 0 ? "allow" : "remove");
            line["state"] = "staged";
            return line;
        }));
        TestWorkspace.Committed(_test.Promote(PromotionState.Production, _test.Ticket(PromotionState.Production)));
    }

    private void Retire() => Assert.NotNull(_test.Workspace.Lifecycle.Retire(TestWorkspace.Skill, TestWorkspace.Approver, "over", "tester").Transition);

    private ExportResult Export(bool force = false) => new SkillExport(_test.Workspace, SkillClient.Copilot).Run(force);

    private IReadOnlyList<string> Check() => new SkillExport(_test.Workspace, SkillClient.Copilot).Check().Problems;

    private IEnumerable<string> Names() => Directory.EnumerateFileSystemEntries(_test.At(".github/skills")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
}
