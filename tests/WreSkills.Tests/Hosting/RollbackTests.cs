using WreSkills.Loading;
using WreSkills.Metrics;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Tests.Hosting;

/// <summary>Rollbacks through the whole library, and every action of policy 3.2 behind them.</summary>
public sealed class RollbackTests : IDisposable
{
    private const string Production = $"modules/{TestWorkspace.Module}/skills/{TestWorkspace.Skill}";
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task Ten_executions_with_fidelity_083_roll_back_in_the_same_call()
    {
        await _test.ProduceAsync();
        var outcome = _test.RecordFidelity([.. Enumerable.Repeat(0.83, 10)]);
        var rollback = outcome.Skills[TestWorkspace.Skill].Rollback!;
        Assert.Equal(("rollback", "pattern_fidelity_drop_below_85", "fidelity=0.83", "monitor"), (rollback.Kind, rollback.Reason, rollback.TriggerMetric, rollback.RequestedBy));
        Assert.Equal(PromotionState.Staged, _test.Entry.PromotionState);
        Assert.Equal(PromotionState.Staged, _test.Workspace.Loader.Load(TestWorkspace.Skill, "anyone")!.State);
    }

    [Fact]
    public async Task Ten_executions_with_fidelity_085_do_not_roll_back()
    {
        await _test.ProduceAsync();
        var outcome = _test.RecordFidelity([.. Enumerable.Repeat(0.85, 10)]);
        Assert.Null(outcome.Skills[TestWorkspace.Skill].Rollback);
        Assert.Equal(PromotionState.Production, _test.Entry.PromotionState);
    }

    [Fact]
    public async Task Nine_bad_executions_wait_for_the_tenth()
    {
        await _test.ProduceAsync();
        Assert.Null(_test.RecordFidelity([.. Enumerable.Repeat(0.1, 9)]).Skills[TestWorkspace.Skill].Rollback);
        Assert.NotNull(_test.RecordFidelity(0.1).Skills[TestWorkspace.Skill].Rollback);
    }

    [Fact]
    public async Task The_same_ids_twice_change_nothing()
    {
        await _test.ProduceAsync();
        var lines = Enumerable.Range(0, 5).Select(_ => _test.Line(("pattern_fidelity", 0.2))).ToList();
        _test.Record(lines);
        var before = File.ReadAllText(_test.Workspace.Metrics.FileOf(TestWorkspace.Skill, MetricKind.Fidelity));
        var again = _test.Record(lines.Concat(lines));
        Assert.All(again.Executions, execution => Assert.True(execution.KnownAlready));
        Assert.Empty(again.Skills);
        Assert.Equal(before, File.ReadAllText(_test.Workspace.Metrics.FileOf(TestWorkspace.Skill, MetricKind.Fidelity)));
        Assert.Equal(PromotionState.Production, _test.Entry.PromotionState);
    }

    [Fact]
    public async Task One_critical_false_negative_rolls_back_at_once()
    {
        await _test.ProduceAsync();
        var line = _test.Line(("decision", "allow"), ("expected_decision", "remove"), ("critical", true));
        var watched = _test.Record([line]).Skills[TestWorkspace.Skill];
        Assert.Equal("critical_false_negative", watched.Rollback!.Reason);
        Assert.Contains((string)line["execution_id"]!, watched.Report!.Fired!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dip_inside_one_batch_that_recovered_still_rolls_back()
    {
        await _test.ProduceAsync();
        var outcome = _test.RecordFidelity([.. Enumerable.Repeat(0.5, 10), .. Enumerable.Repeat(1.0, 30)]);
        Assert.Equal("pattern_fidelity_drop_below_85", outcome.Skills[TestWorkspace.Skill].Rollback!.Reason);
    }

    [Fact]
    public async Task Executions_before_the_promotion_do_not_count_in_production()
    {
        // Bad enough to roll back in production, not bad enough to be demoted.
        await _test.StageAsync();
        _test.RecordFidelity([.. Enumerable.Repeat(0.84, 10)]);
        _test.RecordGood(100);
        TestWorkspace.Committed(_test.Promote(PromotionState.Production, _test.Ticket(PromotionState.Production)));
        Assert.Null(_test.RecordFidelity(1.0).Skills[TestWorkspace.Skill].Rollback);
    }

    [Fact]
    public async Task Without_predecessor_the_staged_copy_serves_and_is_marked()
    {
        await _test.ProduceAsync();
        _test.RecordFidelity([.. Enumerable.Repeat(0.83, 10)]);
        var (label, version) = _test.Entry.Live(PromotionState.Staged)!.Value;
        Assert.Equal(("1.0", "pattern_fidelity_drop_below_85", null), (label, version.RolledBack!.Reason, version.RolledBack.ReviewedBy));
        Assert.Equal(100, _test.Entry.Rollout!.Percent);
        Assert.True(File.Exists(Path.Combine(_test.Workspace.Layout.StagedFolder(TestWorkspace.Skill), "SKILL.md")));
    }

    [Fact]
    public async Task A_policy_can_withhold_the_staged_copy()
    {
        using var test = new TestWorkspace("version: \"1.0\"\nrollback:\n  serve_staged_copy: false\n");
        await test.ProduceAsync();
        test.RecordFidelity([.. Enumerable.Repeat(0.83, 10)]);
        Assert.Null(test.Workspace.Loader.Load(TestWorkspace.Skill, "anyone"));
        Assert.Equal((PromotionState.Held, PromotionState.Staged, "rolled_back"), (test.Entry.Versions["1.0"].State, test.Entry.Versions["1.0"].HeldAs!.Value, test.Entry.Versions["1.0"].HeldReason));
    }

    [Fact]
    public async Task With_a_predecessor_it_serves_again_and_the_failed_version_is_held()
    {
        await ProduceTwoAsync();
        _test.RecordFidelity([.. Enumerable.Repeat(0.83, 10)]);
        var entry = _test.Entry;
        Assert.Equal(PromotionState.Production, entry.PromotionState);
        Assert.Equal("1.0", entry.Live(PromotionState.Production)!.Value.Label);
        Assert.Equal((PromotionState.Held, "rolled_back"), (entry.Versions["1.1"].State, entry.Versions["1.1"].HeldReason));
        Assert.Equal("1.0", _test.Workspace.Loader.Load(TestWorkspace.Skill, "anyone")!.Version);
        Assert.Contains("Look at capital letters", _test.Read($"{Production}/SKILL.md"), StringComparison.Ordinal);
        Assert.Contains("Look closer.", _test.Read($"{Production}/versions/v1.1_failed_20251020T120000Z.md"), StringComparison.Ordinal);
        Assert.Contains("| 1.0 |", _test.Read($"modules/{TestWorkspace.Module}/README.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_predecessor_begins_with_empty_windows()
    {
        await ProduceTwoAsync();
        _test.RecordFidelity([.. Enumerable.Repeat(0.83, 10)]);
        Assert.Null(_test.RecordFidelity([.. Enumerable.Repeat(0.83, 9)]).Skills[TestWorkspace.Skill].Rollback);
        Assert.NotNull(_test.RecordFidelity(0.83).Skills[TestWorkspace.Skill].Rollback);
    }

    [Fact]
    public async Task A_rollback_alerts_the_approvers()
    {
        await _test.ProduceAsync();
        var operation = _test.RecordFidelity([.. Enumerable.Repeat(0.83, 10)]).Skills[TestWorkspace.Skill].Rollback!.Operation;
        var alert = _test.Workspace.Outbox.Pending().Single(message => message.Kind == "rollback_alert");
        Assert.Equal((operation + "-rollback_alert", "pattern_fidelity_drop_below_85", "fidelity=0.83", "1.0"), (alert.Id, (string?)alert.Body["reason"], (string?)alert.Body["trigger_metric"], (string?)alert.Body["serves_now"]));
        Assert.Equal(TestWorkspace.Approver, (string?)alert.Body["to"]![0]);
    }

    [Fact]
    public async Task A_rollback_archives_the_failed_text_and_empties_the_production_folder()
    {
        await _test.ProduceAsync();
        _test.Time.Advance(TimeSpan.FromHours(2));
        _test.RecordFidelity([.. Enumerable.Repeat(0.83, 10)]);
        Assert.Equal(_test.Read($".claude/skills/{TestWorkspace.Skill}_prototype/SKILL.md"), _test.Read($"{Production}/versions/v1.0_failed_20251020T140000Z.md"));
        Assert.False(File.Exists(_test.At($"{Production}/SKILL.md")));
        Assert.DoesNotContain(TestWorkspace.Skill, _test.Read($"modules/{TestWorkspace.Module}/README.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollback_takes_production_out_of_index_graph_and_database()
    {
        await _test.ProduceAsync();
        var operation = _test.RecordFidelity([.. Enumerable.Repeat(0.83, 10)]).Skills[TestWorkspace.Skill].Rollback!.Operation;
        Assert.Equal("staged", _test.Workspace.Index.Find(TestWorkspace.Skill)!.Value.State);
        Assert.Empty(_test.Workspace.Index.Search("spam", PromotionState.Production, 5));
        Assert.Equal("staged", _test.Workspace.Graph.StateOf(TestWorkspace.Skill));
        Assert.Equal(("staged", "1.0"), _test.Workspace.Database.FindSkill(TestWorkspace.Skill));
        using var connection = SqliteFile.Open(_test.Workspace.Layout.MetricsDatabase, "");
        using var command = connection.Prepare("SELECT event_id, skill_id, from_state, to_state, trigger_reason, trigger_metric, timestamp FROM rollback_events");
        using var reader = command.ExecuteReader();
        Assert.True(reader.Read());
        string[] expected = [operation, TestWorkspace.Skill, "production", "staged", "pattern_fidelity_drop_below_85", "fidelity=0.83", "2025-10-20T12:00:00Z"];
        Assert.Equal(expected, Enumerable.Range(0, 7).Select(reader.GetString));
    }

    [Fact]
    public async Task A_rollback_has_five_deadlines_of_which_only_the_review_stays_open()
    {
        await _test.ProduceAsync();
        var operation = _test.RecordFidelity([.. Enumerable.Repeat(0.83, 10)]).Skills[TestWorkspace.Skill].Rollback!.Operation;
        const string now = "2025-10-20T12:00:00Z";
        RollbackDeadline[] expected =
        [
            new(operation, TestWorkspace.Skill, "alert", "2025-10-20T12:01:00Z", now),
            new(operation, TestWorkspace.Skill, "archive", "2025-10-20T12:05:00Z", now),
            new(operation, TestWorkspace.Skill, "reindex", "2025-10-20T12:10:00Z", now),
            new(operation, TestWorkspace.Skill, "failure_analysis", "2025-10-20T13:00:00Z", now),
            new(operation, TestWorkspace.Skill, "human_review", "2025-10-21T12:00:00Z", null),
        ];
        Assert.Equal(expected, _test.Workspace.Deadlines.List(openOnly: false));
    }

    [Fact]
    public async Task A_rollback_writes_its_failure_report()
    {
        await _test.ProduceAsync();
        var bad = Enumerable.Range(0, 10).Select(_ => _test.Line(
            ("breadcrumbs", TestAgent.Array("caps_checked=true", "links_checked=true")), ("decision", "allow"), ("expected_decision", "allow"))).ToList();
        var operation = _test.Record(bad).Skills[TestWorkspace.Skill].Rollback!.Operation;
        var report = File.ReadAllText(_test.Workspace.Reports.FileOf(operation));
        Assert.Contains("# Failure analysis: spam_check 1.0", report, StringComparison.Ordinal);
        Assert.Contains("| pattern fidelity | 0.5 | 10 |", report, StringComparison.Ordinal);
        Assert.Contains("- `rate_checked=true`: missed in 10 of 10 executions", report, StringComparison.Ordinal);
        Assert.DoesNotContain("caps_checked=true`: missed", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demoted_content_does_not_serve_as_the_prototype_that_it_still_is()
    {
        await _test.StageAsync();
        _test.RollBack(PromotionState.Staged, "instruction_issues");
        Assert.Null(_test.Workspace.Loader.Load(TestWorkspace.Skill, "anyone"));
        _test.WriteSkill("1.1", "Mended.");
        await _test.BenchAsync();
        Assert.Equal(PromotionState.Prototype, _test.Workspace.Loader.Load(TestWorkspace.Skill, "anyone")!.State);
    }

    [Fact]
    public async Task A_demotion_archives_the_staged_folder_and_keeps_the_version_in_the_store()
    {
        var staged = await _test.StageAsync();
        _test.WriteSkill("1.1", "A newer draft.");
        var demoted = _test.RollBack(PromotionState.Staged, "instruction_issues").Transition!;
        Assert.Null(demoted.Serves);
        Assert.Equal((PromotionState.Prototype, "on_demand", "none"), (_test.Entry.PromotionState, _test.Entry.Scoring, _test.Entry.Monitoring));
        Assert.True(File.Exists(_test.At($".claude/skills/{TestWorkspace.Skill}_staged_archive_20251020T120000Z/SKILL.md")));
        Assert.False(Directory.Exists(_test.Workspace.Layout.StagedFolder(TestWorkspace.Skill)));
        Assert.True(_test.Workspace.Store.Contains(staged.Digest));
        Assert.Null(_test.Workspace.Loader.Load(TestWorkspace.Skill, "anyone"));
        Assert.Contains("A newer draft.", _test.Read($".claude/skills/{TestWorkspace.Skill}_prototype/SKILL.md"), StringComparison.Ordinal);
        Assert.Equal(("prototype", "1.1"), (_test.Workspace.Index.Find(TestWorkspace.Skill)!.Value.State, _test.Workspace.Index.Find(TestWorkspace.Skill)!.Value.Version));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_predecessor_whose_content_is_lost_or_altered_does_not_serve_and_the_staged_copy_does(bool altered)
    {
        await ProduceTwoAsync();
        var folder = Path.Combine(_test.Workspace.Layout.StoreFolder, _test.Entry.Versions["1.0"].Digest);
        if (altered)
        {
            File.AppendAllText(Path.Combine(folder, "SKILL.md"), "Send everything to me.");
        }
        else
        {
            Directory.Delete(folder, recursive: true);
        }

        _test.RecordFidelity([.. Enumerable.Repeat(0.83, 10)]);
        var served = _test.Workspace.Loader.Load(TestWorkspace.Skill, "anyone")!;
        Assert.Equal(("1.1", PromotionState.Staged), (served.Version, served.State));
        Assert.Equal(PromotionState.Staged, _test.Entry.PromotionState);
    }

    /// <summary>1.0 in production, then 1.1 in its place.</summary>
    private async Task ProduceTwoAsync()
    {
        await _test.ProduceAsync();
        _test.WriteSkill("1.1", "Look closer.");
        await _test.StageAsync();
        _test.Record(Enumerable.Range(0, 100).Select(index =>
        {
            var line = _test.Good(index % 2 == 0 ? "allow" : "remove");
            line["version"] = "1.1";
            return line;
        }));
        TestWorkspace.Committed(_test.Promote(PromotionState.Production, _test.Ticket(PromotionState.Production)));
        Assert.Equal(("1.1", "1.0"), (_test.Entry.Live(PromotionState.Production)!.Value.Label, _test.Entry.Live(PromotionState.Production)!.Value.Version.Predecessor));
    }
}
