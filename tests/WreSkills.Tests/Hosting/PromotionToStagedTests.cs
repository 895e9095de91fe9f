using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Metrics;
using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Tests.Hosting;

/// <summary>Prototype → staged through the whole library, and every action of policy 2.1 behind it.</summary>
public sealed class PromotionToStagedTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_benchmarked_and_approved_draft_is_staged()
    {
        var transition = await _test.StageAsync();
        Assert.Equal(("promotion", "1.0", PromotionState.Prototype, PromotionState.Staged), (transition.Kind, transition.Version, transition.From, transition.To));
        Assert.Equal(PromotionState.Staged, _test.Entry.PromotionState);
        Assert.Equal(10, _test.Entry.Rollout!.Percent);
        Assert.Empty(_test.Workspace.Journal.Open());
    }

    [Fact]
    public async Task Staging_copies_the_skill_byte_for_byte()
    {
        var transition = await _test.StageAsync();
        var staged = _test.Workspace.Layout.StagedFolder(TestWorkspace.Skill);
        Assert.Equal(File.ReadAllBytes(_test.At($".claude/skills/{TestWorkspace.Skill}_prototype/SKILL.md")), File.ReadAllBytes(Path.Combine(staged, "SKILL.md")));
        Assert.True(File.Exists(Path.Combine(staged, "evals", "evals.json")));
        Assert.Equal(transition.Digest, MaterializedFolders.DigestOf(staged, TestWorkspace.Skill, new SkillLimits()));
    }

    [Fact]
    public async Task Staging_updates_the_promotion_state_in_the_graph()
    {
        await _test.StageAsync();
        Assert.Equal("staged", _test.Workspace.Graph.StateOf(TestWorkspace.Skill));
    }

    [Fact]
    public async Task Staging_enables_automatic_scoring()
    {
        await _test.BenchAsync();
        Assert.Equal("on_demand", _test.Entry.Scoring);
        TestWorkspace.Committed(_test.Promote(PromotionState.Staged, _test.Ticket(PromotionState.Staged)));
        Assert.Equal("automatic", _test.Entry.Scoring);
    }

    [Fact]
    public async Task Staging_makes_the_metrics_tracking_entry()
    {
        var transition = await _test.StageAsync();
        Assert.Equal(("staged", "1.0"), _test.Workspace.Database.FindSkill(TestWorkspace.Skill));
        using var connection = SqliteFile.Open(_test.Workspace.Layout.MetricsDatabase, "");
        using var command = connection.Prepare("SELECT event_id, skill_id, from_state, to_state, approver, approval_ticket, timestamp FROM promotion_events");
        using var reader = command.ExecuteReader();
        Assert.True(reader.Read());
        string[] expected = [transition.Operation, TestWorkspace.Skill, "prototype", "staged", TestWorkspace.Approver, "APPROVAL_20251020_001", "2025-10-20T12:00:00Z"];
        Assert.Equal(expected, Enumerable.Range(0, 7).Select(reader.GetString));
        Assert.False(reader.Read());
    }

    [Fact]
    public async Task Staging_reindexes_the_skill()
    {
        var transition = await _test.StageAsync();
        Assert.Equal(("staged", "1.0", transition.Digest), _test.Workspace.Index.Find(TestWorkspace.Skill));
        Assert.Equal(TestWorkspace.Skill, Assert.Single(_test.Workspace.Index.Search("spam", PromotionState.Staged, 5)).Skill);
    }

    [Fact]
    public async Task Staging_tells_the_advisor_its_review_schedule()
    {
        var transition = await _test.StageAsync();
        var message = Assert.Single(_test.Workspace.Outbox.Pending(), message => message.Kind == "review_schedule");
        Assert.Equal((transition.Operation + "-review_schedule", "daily", "advisor"), (message.Id, (string?)message.Body["schedule"], (string?)message.Body["to"]));
        Assert.Equal(("daily", "scheduled"), (_test.Entry.ReviewSchedule, _test.Entry.Monitoring));
        Assert.Contains(_test.Workspace.Outbox.Pending(), pending => pending.Kind == "reindex_requested");
    }

    [Fact]
    public async Task Staging_writes_one_promotion_log_line_and_one_audit_line()
    {
        var transition = await _test.StageAsync();
        var line = TestAgent.Json(Assert.Single(File.ReadAllLines(_test.Workspace.Metrics.FileOf(TestWorkspace.Skill, MetricKind.PromotionLog))));
        Assert.Equal(transition.Operation, line.GetProperty("event_id").GetString());
        Assert.Equal("APPROVAL_20251020_001", line.GetProperty("approval_ticket").GetString());
        Assert.Equal("""[{"version":"1.0","digest":"D","state":"staged","state_serial":2}]""".Replace("D", transition.Digest, StringComparison.Ordinal), line.GetProperty("changes").GetRawText());
        Assert.Equal(transition.Operation, Assert.Single(_test.Workspace.Audit.Lines()).GetProperty("operation").GetString());
    }

    [Fact]
    public async Task Settling_a_transition_twice_changes_nothing()
    {
        var transition = await _test.StageAsync();
        var files = Files();
        _test.Workspace.Settlement.Settle(transition);
        Assert.Equal(files, Files());
        Assert.Single(_test.Workspace.Audit.Lines());
        Assert.Single(_test.Workspace.Database.EventIds(TestWorkspace.Skill));

        List<string> Files() => [.. Directory.EnumerateFiles(_test.Root, "*", SearchOption.AllDirectories)
            .Where(path => !path.Contains(".db", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(path => $"{path} {Convert.ToHexString(File.ReadAllBytes(path))}")];
    }

    [Fact]
    public void A_draft_without_benchmark_has_no_data()
    {
        var readiness = _test.Workspace.Checker.Check(TestWorkspace.Skill, PromotionState.Prototype, PromotionState.Staged);
        Assert.False(readiness.Ready);
        string[] expected = ["pattern_fidelity", "outcome_quality", "critical_false_negatives", "false_positive_rate", "benchmark_executed", "test_pass_rate", "false_negative_count"];
        Assert.Equal(expected, readiness.Gates.Where(gate => gate.Verdict == Verdict.NoData).Select(gate => gate.Name));
        Assert.All(readiness.Gates, gate => Assert.NotEqual(Verdict.Fail, gate.Verdict));
    }

    [Fact]
    public async Task An_edit_after_the_benchmark_makes_the_benchmark_another_content()
    {
        await _test.BenchAsync();
        Assert.True(Check().Ready);
        _test.WriteSkill(body: "Look at nothing.");
        Assert.False(Check().Ready);
        Assert.Equal(Verdict.NoData, Check().Gates.Single(gate => gate.Name == "pattern_fidelity").Verdict);

        PromotionReadiness Check() => _test.Workspace.Checker.Check(TestWorkspace.Skill, PromotionState.Prototype, PromotionState.Staged);
    }

    [Fact]
    public async Task A_missed_critical_case_fails_its_gate()
    {
        // All eleven positives are missed, one of them is critical; the eleven negatives are right.
        await _test.BenchAsync(TestAgent.Deciding(_ => "allow"));
        var gates = _test.Workspace.Checker.Check(TestWorkspace.Skill, PromotionState.Prototype, PromotionState.Staged).Gates.ToDictionary(gate => gate.Name);
        Assert.Equal((Verdict.Fail, 1.0), (gates["critical_false_negatives"].Verdict, gates["critical_false_negatives"].Figure));
        Assert.Equal((Verdict.Fail, 0.5), (gates["outcome_quality"].Verdict, gates["outcome_quality"].Figure));
        Assert.Equal((Verdict.Pass, 1.0), (gates["pattern_fidelity"].Verdict, gates["pattern_fidelity"].Figure));
        Assert.Equal((Verdict.Pass, 0.0), (gates["false_positive_rate"].Verdict, gates["false_positive_rate"].Figure));
    }

    [Fact]
    public async Task A_metrics_destination_that_cannot_be_written_is_an_error_and_refuses()
    {
        await _test.BenchAsync();
        var ticket = _test.Ticket(PromotionState.Staged);
        var metrics = _test.Workspace.Layout.MetricsFolder;
        Directory.Move(metrics, metrics + "-away");
        File.WriteAllText(metrics, "a file where the folder should be");
        var outcome = _test.Promote(PromotionState.Staged, ticket);
        Assert.StartsWith("gate metrics_destinations", Assert.Single(outcome.Refusals), StringComparison.Ordinal);
        Assert.Equal(Verdict.Error, outcome.Readiness.Gates.Single(gate => gate.Name == "metrics_destinations").Verdict);
        Assert.Null(_test.Entry.Live(PromotionState.Staged));
    }

    [Fact]
    public async Task The_probe_of_the_metrics_destination_leaves_nothing_behind()
    {
        await _test.BenchAsync();
        var before = Directory.GetFileSystemEntries(_test.Workspace.Layout.MetricsFolder).Order(StringComparer.Ordinal).ToList();
        _test.Workspace.Checker.Check(TestWorkspace.Skill, PromotionState.Prototype, PromotionState.Staged);
        Assert.Equal(before, Directory.GetFileSystemEntries(_test.Workspace.Layout.MetricsFolder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_transition_that_was_interrupted_after_its_commit_is_finished_at_the_next_start()
    {
        var transition = await _test.StageAsync();
        Directory.Delete(_test.Workspace.Layout.StagedFolder(TestWorkspace.Skill), recursive: true);
        File.Delete(_test.Workspace.Layout.AuditFile);
        _test.Workspace.Journal.Begin(transition);
        _test.Reopen();
        Assert.True(File.Exists(Path.Combine(_test.Workspace.Layout.StagedFolder(TestWorkspace.Skill), "SKILL.md")));
        Assert.Single(_test.Workspace.Audit.Lines());
        Assert.Empty(_test.Workspace.Journal.Open());
    }

    [Fact]
    public async Task An_intent_that_never_committed_is_forgotten()
    {
        await _test.BenchAsync();
        var serial = _test.Workspace.Registry.Load().Serial;
        _test.Workspace.Journal.Begin(new Transition
        {
            Operation = "0199-never",
            Kind = "promotion",
            Skill = TestWorkspace.Skill,
            Version = "1.0",
            Digest = new string('a', 64),
            From = PromotionState.Prototype,
            To = PromotionState.Staged,
            At = "2025-10-20T12:00:00Z",
            ExpectedSerial = serial,
        });
        _test.Reopen();
        Assert.Empty(_test.Workspace.Journal.Open());
        Assert.Empty(_test.Workspace.Audit.Lines());
        Assert.Equal(serial, _test.Workspace.Registry.Load().Serial);
    }

    [Fact]
    public async Task Fields_of_other_tools_survive_a_promotion()
    {
        await _test.BenchAsync();
        var registry = JsonNode.Parse(File.ReadAllText(_test.Workspace.Registry.Path))!;
        registry["skills"]![TestWorkspace.Skill]!["owner"] = "chat team";
        File.WriteAllText(_test.Workspace.Registry.Path, registry.ToJsonString());
        TestWorkspace.Committed(_test.Promote(PromotionState.Staged, _test.Ticket(PromotionState.Staged)));
        using var document = JsonDocument.Parse(File.ReadAllText(_test.Workspace.Registry.Path));
        Assert.Equal("chat team", document.RootElement.GetProperty("skills").GetProperty(TestWorkspace.Skill).GetProperty("owner").GetString());
    }
}
