using System.Text.Json;

using WreSkills.Hosting;
using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Tests.Hosting;

public sealed class SkillLifecycleTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_retired_skill_serves_nobody_and_is_kept_in_the_record()
    {
        await _test.ProduceAsync();
        var digest = _test.Entry.Live(PromotionState.Production)!.Value.Version.Digest;
        Committed(_test.Workspace.Lifecycle.Retire(TestWorkspace.Skill, TestWorkspace.Approver, "nobody needs it", "tester"));
        Assert.Null(_test.Workspace.Loader.Load(TestWorkspace.Skill, "key"));
        Assert.Equal((PromotionState.Held, PromotionState.Production, "retired"), (_test.Entry.Versions["1.0"].State, _test.Entry.Versions["1.0"].HeldAs, _test.Entry.Versions["1.0"].HeldReason));
        Assert.Equal(("nobody needs it", "1.0"), (_test.Entry.Retired!.Reason, _test.Entry.Retired.Active["production"]));
        Assert.True(_test.Workspace.Store.Contains(digest));
        Assert.False(File.Exists(_test.At($"modules/{TestWorkspace.Module}/skills/{TestWorkspace.Skill}/SKILL.md")));
        Assert.Null(_test.Workspace.Index.Find(TestWorkspace.Skill));
        var line = _test.Workspace.Audit.Lines()[^1];
        Assert.Equal(("retirement", TestWorkspace.Approver), (Text(line, "event"), Text(line, "approver")));
        Healthy();
    }

    [Fact]
    public async Task Undoing_a_retirement_brings_everything_back_to_where_it_was()
    {
        await _test.ProduceAsync();
        _test.WriteSkill("1.1", "Look at everything twice.");
        await _test.StageAsync();
        var before = _test.Entry;
        Committed(_test.Workspace.Lifecycle.Retire(TestWorkspace.Skill, TestWorkspace.Approver, "a mistake", "tester"));
        Assert.NotNull(_test.Workspace.Promoter.Undo(TestWorkspace.Skill, TestWorkspace.Approver, "no", "tester").Refusal);
        Assert.Contains("was retired", Assert.Single(_test.Promote(PromotionState.Staged, "APPROVAL_20251020_001").Refusals), StringComparison.Ordinal);
        Committed(_test.Workspace.Lifecycle.Revive(TestWorkspace.Skill, TestWorkspace.Approver, "it was one", "tester"));
        Assert.Equal(before.Active, _test.Entry.Active);
        Assert.Equal((before.Rollout!.Percent, before.PromotionState, before.Monitoring, before.Scoring), (_test.Entry.Rollout!.Percent, _test.Entry.PromotionState, _test.Entry.Monitoring, _test.Entry.Scoring));
        Assert.Null(_test.Entry.Retired);
        Assert.Equal("1.0", _test.Workspace.Loader.LoadState(TestWorkspace.Skill, PromotionState.Production).Version);
        Healthy();
    }

    [Fact]
    public void A_draft_can_be_retired_and_cannot_be_promoted_then()
    {
        Committed(_test.Workspace.Lifecycle.Retire(TestWorkspace.Skill, TestWorkspace.Approver, "dropped", "tester"));
        Assert.Contains("was retired", _test.Workspace.Checker.Check(TestWorkspace.Skill, PromotionState.Prototype, PromotionState.Staged).Refusal, StringComparison.Ordinal);
        Assert.NotNull(_test.Workspace.Lifecycle.Retire(TestWorkspace.Skill, TestWorkspace.Approver, "again", "tester").Refusal);
        Committed(_test.Workspace.Lifecycle.Revive(TestWorkspace.Skill, TestWorkspace.Approver, "back", "tester"));
        Assert.Null(_test.Workspace.Checker.Check(TestWorkspace.Skill, PromotionState.Prototype, PromotionState.Staged).Refusal);
        Healthy();
    }

    [Fact]
    public void Only_a_listed_person_retires()
    {
        Assert.Contains("not listed", _test.Workspace.Lifecycle.Retire(TestWorkspace.Skill, "mallory", "because", "mallory").Refusal, StringComparison.Ordinal);
        Assert.Null(_test.Workspace.Registry.Load().Find(TestWorkspace.Skill));
        Assert.Throws<WreException>(() => _test.Workspace.Lifecycle.Retire("nobody", TestWorkspace.Approver, "because", "tester"));
    }

    [Fact]
    public async Task A_skill_in_traffic_is_not_renamed()
    {
        await _test.StageAsync();
        Assert.Contains("in traffic", _test.Workspace.Lifecycle.Rename(TestWorkspace.Skill, "better", "tester").Refusal, StringComparison.Ordinal);
        Healthy();
    }

    [Fact]
    public async Task A_renamed_skill_keeps_its_history()
    {
        await _test.StageAsync();
        _test.RecordGood(5);
        _test.RollBack(PromotionState.Staged);
        var (executions, events) = (_test.Workspace.Database.ExecutionCounts()[TestWorkspace.Skill], _test.Workspace.Database.EventIds(TestWorkspace.Skill).Count);
        Committed(_test.Workspace.Lifecycle.Rename(TestWorkspace.Skill, "better", "tester"));
        var entry = _test.Workspace.Registry.Load().Require("better");
        Assert.Equal([TestWorkspace.Skill], entry.RenamedFrom);
        Assert.Equal("1.0", Assert.Single(entry.Versions).Key);
        Assert.Null(_test.Workspace.Registry.Load().Find(TestWorkspace.Skill));
        Assert.True(File.Exists(_test.At(".claude/skills/better_prototype/SKILL.md")));
        Assert.False(Directory.Exists(_test.At($".claude/skills/{TestWorkspace.Skill}_prototype")));
        Assert.Empty(Directory.EnumerateFiles(_test.Workspace.Layout.MetricsFolder, TestWorkspace.Skill + "_*"));

        // The rename is one more event; nothing that was counted is counted again.
        Assert.Equal((executions, events + 1), (_test.Workspace.Database.ExecutionCounts()["better"], _test.Workspace.Database.EventIds("better").Count));
        _test.Workspace.Ingestor.Run();
        Assert.Equal(executions, _test.Workspace.Database.ExecutionCounts()["better"]);
        Assert.False(_test.Workspace.Database.ExecutionCounts().ContainsKey(TestWorkspace.Skill));
        Healthy();
        new WorkspaceDoctor(_test.Workspace).Rebuild();
        Assert.Equal(executions, _test.Workspace.Database.ExecutionCounts()["better"]);
        Healthy();
    }

    [Theory]
    [InlineData(".claude/skills/better_prototype/SKILL.md")]
    [InlineData("modules/infrastructure/wre_core/recursive_improvement/metrics/better_outcomes.json")]
    [InlineData("modules/infrastructure/wre_core/skills/executions/better/2025-10-20.jsonl")]
    public void A_name_under_which_something_stands_is_refused(string path)
    {
        _test.Write(path, "x\n");
        Assert.Contains("taken", _test.Workspace.Lifecycle.Rename(TestWorkspace.Skill, "better", "tester").Refusal, StringComparison.Ordinal);
        Assert.True(Directory.Exists(_test.At($".claude/skills/{TestWorkspace.Skill}_prototype")));
    }

    private void Healthy() => Assert.Empty(new WorkspaceDoctor(_test.Workspace).Check().SelectMany(invariant => invariant.Problems.Select(problem => $"{invariant.Name}: {problem}")));

    private static void Committed(RollbackOutcome outcome)
    {
        Assert.Null(outcome.Refusal);
        Assert.NotNull(outcome.Transition);
    }

    private static string? Text(JsonElement line, string name) => line.GetProperty(name).GetString();
}
