using WreSkills.Registry;

namespace WreSkills.Tests.Hosting;

/// <summary>Executions that no window sees are named, and those of another content are not counted for a version.</summary>
public sealed class ReviewPlacementTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task Label_spelt_otherwise_is_named()
    {
        await _test.ProduceAsync();
        var recorded = _test.Record([_test.Line(("version", "v1.0"), ("state", "production"), ("correct", true)), _test.Line(("version", "v1.0"), ("correct", true))]).Executions;
        Assert.Contains("not counted: no version v1.0", recorded[0].Note, StringComparison.Ordinal);
        Assert.Contains("counted as prototype: the registry knows no version v1.0", recorded[1].Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task State_that_the_version_has_left_is_named_but_a_late_report_is_placed()
    {
        await _test.StageAsync();
        var before = _test.Time.GetUtcNow().AddSeconds(30);
        _test.Time.Advance(TimeSpan.FromMinutes(5));
        _test.RecordGood(100);
        TestWorkspace.Committed(_test.Promote(PromotionState.Production, _test.Ticket(PromotionState.Production)));
        _test.Time.Advance(TimeSpan.FromMinutes(5));
        var recorded = _test.Record(
        [
            _test.Line(("state", "staged"), ("correct", true)),
            _test.Line(("version", "1.0"), ("state", "staged"), ("correct", true), ("timestamp", WreSkills.Storage.Timestamp.ToIso(before))),
            _test.Good("allow"),
        ]).Executions;
        Assert.Contains("not counted: no version was staged", recorded[0].Note, StringComparison.Ordinal);
        Assert.Null(recorded[1].Note);
        Assert.Null(recorded[2].Note);
    }

    [Fact]
    public async Task Execution_of_another_content_does_not_count_for_the_version_it_claims()
    {
        var produced = await _test.ProduceAsync();
        var other = new string('f', 64);
        var outcome = _test.Record(Enumerable.Range(0, 12).Select(_ => _test.Line(("version", "1.0"), ("state", "production"), ("digest", other), ("pattern_fidelity", 0.1))));
        Assert.Null(outcome.Skills[TestWorkspace.Skill].Rollback);
        Assert.All(outcome.Executions, execution => Assert.Contains("not counted", execution.Note, StringComparison.Ordinal));
        Assert.Null(Assert.Single(_test.Record([_test.Line(("version", "1.0"), ("digest", produced.Digest), ("correct", true))]).Executions).Note);
    }

    [Fact]
    public async Task Unknown_skill_in_a_batch_is_refused_before_anything_is_recorded()
    {
        await _test.ProduceAsync();
        var stranger = _test.Line(("correct", true));
        stranger["skill"] = "nobody";
        var good = _test.Good("allow");
        Assert.Contains("nobody", Assert.Throws<WreException>(() => _test.Record([good, stranger])).Message, StringComparison.Ordinal);
        Assert.False(Assert.Single(_test.Record([good]).Executions).KnownAlready);
    }
}
