using System.Text.Json.Nodes;

using WreSkills.Hosting;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Review;
using WreSkills.Storage;

namespace WreSkills.Tests.Hosting;

/// <summary>The impact of a change on a history that is made by hand, with dates that are computed by hand.</summary>
public sealed class PolicyAnalysisTests : IDisposable
{
    // A tolerance that lets a mean of .92 through although the benchmark was perfect.
    private const string Base = "version: \"1.0\"\ngates: {staged_to_production: {regression_tolerance: 0.2}}\n";

    private readonly TestWorkspace _test = new(Base);

    public void Dispose() => _test.Dispose();

    private JsonObject Line(double fidelity, int index) => _test.Line(
        ("decision", index % 2 == 0 ? "allow" : "remove"), ("expected_decision", index % 2 == 0 ? "allow" : "remove"), ("execution_time_ms", 50), ("exception", false), ("pattern_fidelity", fidelity));

    // Staged at 12:00, a hundred executions of .92, in production at 13:00; then one execution a minute.
    private async Task<Transition> ProduceAsync()
    {
        await _test.StageAsync();
        _test.Record(Enumerable.Range(0, 100).Select(index => Line(0.92, index)));
        _test.Time.Advance(TimeSpan.FromHours(1));
        return TestWorkspace.Committed(_test.Promote(PromotionState.Production, _test.Ticket(PromotionState.Production)));
    }

    private void RecordByMinute(double fidelity, int count)
    {
        for (var index = 0; index < count; index++)
        {
            _test.Time.Advance(TimeSpan.FromMinutes(1));
            _test.Record([Line(fidelity, index)]);
        }
    }

    private SkillImpact Impact(string changes)
    {
        var outcome = _test.Workspace.PolicyChanges.Propose(Base + changes, "to see what it would do", "author", null);
        Assert.Empty(outcome.Refusals);
        return Assert.Single(_test.Workspace.PolicyChanges.Analyze(outcome.Proposal!.Id).Skills);
    }

    private static string Gates(string more) => $"gates: {{prototype_to_staged: {{pattern_fidelity: 0.95}}, staged_to_production: {{regression_tolerance: 0.2, {more}}}}}\n";

    [Fact]
    public async Task A_promotion_whose_figures_miss_the_new_gate_would_not_have_happened()
    {
        var produced = await ProduceAsync();
        var outcome = _test.Workspace.PolicyChanges.Propose("version: \"1.0\"\n" + Gates("pattern_fidelity: 0.95"), "stricter gates", "author", null);
        var impact = _test.Workspace.PolicyChanges.Analyze(outcome.Proposal!.Id);
        var (staged, production) = (impact.Skills[0].Promotions[0], impact.Skills[0].Promotions[1]);
        Assert.Equal(("stands", "2025-10-20T12:00:00Z", "staged"), (staged.Verdict, staged.At, staged.To));
        Assert.Equal(("would_not_have_happened", "2025-10-20T13:00:00Z", "production", produced.Operation), (production.Verdict, production.At, production.To, production.Operation));
        Assert.Equal(["sustained_pattern_fidelity: 0.92, required ≥ 0.95"], production.Reasons);
        Assert.Equal((1, 0, 0), (impact.PromotionsLost, impact.RollbacksGained, impact.RollbacksLost));
    }

    [Fact]
    public async Task A_rollback_that_would_have_happened_has_the_minute_at_which_the_mean_fell()
    {
        await ProduceAsync();
        RecordByMinute(0.92, 10);
        RecordByMinute(0.88, 10);

        // k executions of .88 among the last ten make a mean of .92 − .004 k: exactly .90 at five, below it at the sixth, the sixteenth of the stay.
        var stay = Assert.Single(Impact("triggers: {pattern_fidelity: {below: 0.90}}\n").Stays);
        Assert.Equal(("would_roll_back", 20L, (string?)null), (stay.Verdict, stay.Executions, stay.Note));
        Assert.Equal(new RollbackImpact("2025-10-20T13:16:00Z", 16, "pattern_fidelity_drop_below_90", "fidelity=0.896"), stay.Proposed);
        Assert.Null(stay.InForce);
        Assert.Null(stay.Real);
        Assert.Equal("same", Assert.Single(Impact("triggers: {pattern_fidelity: {below: 0.86}}\n").Stays).Verdict);
    }

    [Fact]
    public async Task A_real_rollback_is_earlier_kept_or_gone_under_the_proposal()
    {
        await ProduceAsync();
        RecordByMinute(0.92, 10);
        RecordByMinute(0.88, 10);
        RecordByMinute(0.5, 1);
        Assert.Equal(PromotionState.Staged, _test.Entry.PromotionState);

        var earlier = Assert.Single(Impact("triggers: {pattern_fidelity: {below: 0.90}}\n").Stays);
        Assert.Equal(("earlier", "2025-10-20T13:21:00Z", "2025-10-20T13:16:00Z", "2025-10-20T13:21:00Z"), (earlier.Verdict, earlier.Real!.At, earlier.Proposed!.At, earlier.InForce!.At));

        // (9 × .88 + .5) / 10 = .842.
        var gone = Assert.Single(Impact("triggers: {pattern_fidelity: {below: 0.84}}\n").Stays);
        Assert.Equal(("would_not_roll_back", (RollbackImpact?)null), (gone.Verdict, gone.Proposed));
        Assert.Contains("nothing was recorded after the rollback", gone.Note!, StringComparison.Ordinal);
        Assert.Equal("same", Assert.Single(Impact("triggers: {pattern_fidelity: {below: 0.845}}\n").Stays).Verdict);
    }

    [Fact]
    public async Task A_persons_rollback_and_what_is_not_recorded_are_not_judged()
    {
        await ProduceAsync();
        RecordByMinute(0.92, 2);
        _test.RollBack(PromotionState.Production, "manual_override", TestWorkspace.Approver);
        var outcome = _test.Workspace.PolicyChanges.Propose(Base + "demotion: {milestone: {days: 5}}\ntriggers: {dependency_failure: {probes: 2}}\n", "sooner, please", "author", null);
        var impact = _test.Workspace.PolicyChanges.Analyze(outcome.Proposal!.Id);
        var stay = Assert.Single(impact.Skills[0].Stays);
        Assert.Equal(("not_judged", "it was rolled back for manual_override, which recorded executions do not show"), (stay.Verdict, stay.Note));
        Assert.Equal(["triggers.dependency_failure.probes: probes of dependencies are not kept", "demotion.milestone.days: demotions depend on traffic and on the clock, which is not replayed"], impact.NotJudged);
    }

    [Fact]
    public async Task A_second_stay_of_a_version_does_not_get_the_rollback_of_the_first()
    {
        await ProduceAsync();
        RecordByMinute(0.5, 10);
        _test.Workspace.RollbackReviews.Record(TestWorkspace.Skill, TestWorkspace.Approver, "seen");
        Assert.NotNull(_test.Workspace.Promoter.Undo(TestWorkspace.Skill, TestWorkspace.Approver, "false alarm", "author").Transition);
        RecordByMinute(0.92, 10);
        var stays = Impact("triggers: {pattern_fidelity: {below: 0.86}}\n").Stays;
        Assert.Equal(["same", "same"], stays.Select(stay => stay.Verdict));
        Assert.Equal([true, false], stays.Select(stay => stay.Real is not null));
    }

    [Fact]
    public async Task An_edited_evidence_file_judges_nothing()
    {
        await ProduceAsync();
        var file = Directory.EnumerateFiles(_test.Workspace.Layout.TicketsFolder, "*_002.evidence.json").Single();
        File.WriteAllText(file, File.ReadAllText(file).Replace("0.92", "0.99", StringComparison.Ordinal));
        var promotion = Impact("triggers: {pattern_fidelity: {below: 0.86}}\n").Promotions[1];
        Assert.Equal("not_judged", promotion.Verdict);
        Assert.EndsWith("is not the one that was used", Assert.Single(promotion.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_shows_both_sides_and_changes_nothing()
    {
        await ProduceAsync();
        RecordByMinute(0.92, 10);
        RecordByMinute(0.88, 10);
        var outcome = _test.Workspace.PolicyChanges.Propose(Base + "triggers: {pattern_fidelity: {below: 0.90}, execution_time: {action: alert}}\n", "to see what it would do", "author", null);
        string[] files = [_test.Workspace.Layout.RegistryFile, _test.Workspace.Layout.AuditFile, _test.Workspace.Layout.PolicyFile];
        var before = files.Select(File.ReadAllText).ToList();
        var run = _test.Workspace.PolicyChanges.DryRun(outcome.Proposal!.Id, TestWorkspace.Skill);
        Assert.Equal(before, files.Select(File.ReadAllText));
        var fidelity = run["triggers"]!.AsArray().Single(row => (string?)row!["trigger"] == "pattern_fidelity")!;
        Assert.Equal(("pass", 0.85, "fail", 0.9, true), ((string?)fidelity["in_force"]!["verdict"], (double)fidelity["in_force"]!["threshold"]!, (string?)fidelity["proposed"]!["verdict"], (double)fidelity["proposed"]!["threshold"]!, (bool)fidelity["differs"]!));
        var time = run["triggers"]!.AsArray().Single(row => (string?)row!["trigger"] == "execution_time")!;
        Assert.Equal(("rollback", "alert"), ((string?)time["in_force"]!["action"], (string?)time["proposed"]!["action"]));

        // The monitor goes on under its own rules, and rolls back by them.
        Assert.Null(_test.Record([Line(0.92, 1)]).Skills[TestWorkspace.Skill].Rollback);
        Assert.Equal(PromotionState.Production, _test.Entry.PromotionState);
    }
}
