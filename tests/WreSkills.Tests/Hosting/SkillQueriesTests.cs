using WreSkills.Registry;

namespace WreSkills.Tests.Hosting;

/// <summary>The questions of policy 5.4 that programs ask.</summary>
public sealed class SkillQueriesTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_comparison_has_the_figures_of_both_versions_and_their_differences()
    {
        await _test.StageAsync();
        var baseline = _test.Workspace.Benchmarks.Latest(TestWorkspace.Skill, _test.Entry.Live(PromotionState.Staged)!.Value.Version.Digest)!.Value.Result;
        _test.Record(Enumerable.Range(0, 10).Select(number => _test.Line(
            ("decision", number < 2 ? "remove" : "allow"), ("expected_decision", "allow"), ("pattern_fidelity", 0.75), ("execution_time_ms", 70), ("exception", number == 0))));

        var comparison = _test.Workspace.Queries.CompareSkillVersions(TestWorkspace.Skill, "prototype", "staged");
        Assert.Equal((baseline.PatternFidelity, baseline.OutcomeQuality), (comparison.A!.PatternFidelity, comparison.A.OutcomeQuality));
        Assert.Equal((10, 0.75, 0.8, 70), (comparison.B!.Executions, comparison.B.PatternFidelity, comparison.B.OutcomeQuality, comparison.B.ExecutionTimeMs));
        Assert.Equal(0.75 - baseline.PatternFidelity, comparison.PatternFidelity);
        Assert.Equal(0.8 - baseline.OutcomeQuality, comparison.OutcomeQuality);
        Assert.Equal(0.2, comparison.FalsePositiveRate!.Value, 9);
        Assert.Equal(0.1, comparison.ExceptionRate!.Value, 9);

        // The other way round each difference has the other sign, and a label means the same as its state.
        var reversed = _test.Workspace.Queries.CompareSkillVersions(TestWorkspace.Skill, "1.0", "prototype");
        Assert.Equal((-comparison.PatternFidelity, -comparison.FalsePositiveRate), (reversed.PatternFidelity, reversed.FalsePositiveRate));
    }

    [Fact]
    public async Task A_version_without_executions_has_no_figures_and_no_difference()
    {
        await _test.StageAsync();
        var comparison = _test.Workspace.Queries.CompareSkillVersions(TestWorkspace.Skill, "prototype", "production");
        Assert.NotNull(comparison.A);
        Assert.Null(comparison.B);
        Assert.Equal((null, null, null), (comparison.PatternFidelity, comparison.OutcomeQuality, comparison.ExecutionTimeMs));
    }

    [Fact]
    public async Task Metrics_are_those_of_the_time_that_was_asked_for()
    {
        await _test.StageAsync();
        _test.RecordGood(4);
        _test.Time.Advance(TimeSpan.FromDays(10));
        Assert.DoesNotContain(_test.Workspace.Queries.GetSkillMetrics(TestWorkspace.Skill), row => row.State == "staged");
        Assert.Equal(4, Assert.Single(_test.Workspace.Queries.GetSkillMetrics(TestWorkspace.Skill, "last_30_days"), row => row.State == "staged").Executions);
        Assert.Contains("last_7_days", Assert.Throws<WreException>(() => _test.Workspace.Queries.GetSkillMetrics(TestWorkspace.Skill, "last_week")).Hint, StringComparison.Ordinal);
        Assert.Throws<WreException>(() => _test.Workspace.Queries.CompareSkillVersions("nobody", "prototype", "staged"));
    }
}
