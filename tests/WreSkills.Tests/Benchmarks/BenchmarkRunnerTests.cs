using System.Text.Json.Nodes;

using WreSkills.Benchmarks;
using WreSkills.Executions;
using WreSkills.Metrics;
using WreSkills.Registry;
using WreSkills.Tests.Hosting;

namespace WreSkills.Tests.Benchmarks;

public sealed class BenchmarkRunnerTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task Every_case_is_run_recorded_and_stored()
    {
        var result = await _test.BenchAsync();
        Assert.Equal((22, 22, 22, 1.0, 1.0, 0.0, 11, 11), (result.Runs, result.Executed, result.Passed, result.PatternFidelity, result.OutcomeQuality, result.FalsePositiveRate, result.Positives, result.Negatives));
        Assert.Equal(22, File.ReadAllLines(_test.Workspace.Metrics.FileOf(TestWorkspace.Skill, MetricKind.Fidelity)).Length);
        Assert.Equal(22, _test.Workspace.Executions.Find(TestWorkspace.Skill, [.. result.Cases.Select(item => item.ExecutionId)]).Count);
        Assert.Equal(result.RunId, _test.Workspace.Benchmarks.Latest(TestWorkspace.Skill, result.Digest)!.Value.Result.RunId);
        Assert.Equal(result.Digest, _test.Entry.Prototype!.Digest);
    }

    [Fact]
    public async Task An_agent_that_fails_on_one_case_fails_that_case_alone()
    {
        var agent = new TestAgent(request => request.Key == "benchmark:spam-1" ? TestAgent.Failed("timeout", "stuck") : TestAgent.Answer(new JsonObject
        {
            ["decision"] = TestAgent.Text(request) == "buy now" ? "remove" : "allow",
            ["breadcrumbs"] = TestAgent.AllPatterns(),
        }));
        var result = await _test.BenchAsync(agent);
        Assert.Equal((22, 21, 21, 1, 1), (result.Runs, result.Executed, result.Passed, result.FalseNegatives, result.CriticalFalseNegatives));
        var failed = Assert.Single(result.Cases, item => !item.Passed);
        Assert.Equal(("spam-1", "timeout", "stuck"), (failed.Case, failed.ExceptionType, failed.Log));
    }

    [Fact]
    public async Task An_agent_cannot_grade_itself()
    {
        // The cases without an expected decision have nothing to compare, whatever the agent says about itself.
        _test.Write($".claude/skills/{TestWorkspace.Skill}_prototype/evals/evals.json", """{"evals":[{"id":"open","prompt":"say something"}]}""");
        var agent = new TestAgent(_ => TestAgent.Answer(new JsonObject
        {
            ["decision"] = "allow",
            ["expected_decision"] = "allow",
            ["correct"] = true,
            ["outcome_quality"] = 1,
            ["label"] = "negative",
            ["breadcrumbs"] = TestAgent.AllPatterns(),
        }));
        var result = await _test.BenchAsync(agent);
        Assert.Equal((0, null, 0, null), (result.OutcomeCount, result.OutcomeQuality, result.Negatives, result.FalsePositiveRate));
    }

    [Fact]
    public async Task Trials_run_a_case_as_often_as_it_says()
    {
        _test.Write($".claude/skills/{TestWorkspace.Skill}_prototype/evals/evals.json", """{"evals":[{"id":"a","prompt":"x","wre":{"trials":3,"expected_decision":"allow"}}]}""");
        var calls = 0;
        // Wrong on the second trial only.
        var result = await _test.BenchAsync(TestAgent.Deciding(_ => ++calls == 2 ? "remove" : "allow"));
        Assert.Equal((3, 2), (result.Runs, result.Passed));
        Assert.Equal([1, 2, 3], result.Cases.Select(item => item.Trial));
        Assert.Equal(3, result.Cases.Select(item => item.ExecutionId).Distinct().Count());
    }

    [Fact]
    public async Task A_skill_without_cases_is_refused()
    {
        File.Delete(_test.At($".claude/skills/{TestWorkspace.Skill}_prototype/evals/evals.json"));
        var error = await Assert.ThrowsAsync<WreException>(() => _test.BenchAsync());
        Assert.Equal("spam_check has no benchmark cases.", error.Message);
    }

    [Fact]
    public async Task The_latest_result_is_that_of_the_exact_content()
    {
        var first = await _test.BenchAsync();
        _test.Time.Advance(TimeSpan.FromSeconds(1));
        var second = await _test.BenchAsync(TestAgent.Deciding(_ => "allow"));
        _test.WriteSkill(body: "Another content.");
        var other = await _test.BenchAsync();
        Assert.Equal(first.Digest, second.Digest);
        Assert.Equal(second.RunId, _test.Workspace.Benchmarks.Latest(TestWorkspace.Skill, first.Digest)!.Value.Result.RunId);
        Assert.Equal(other.RunId, _test.Workspace.Benchmarks.Latest(TestWorkspace.Skill, other.Digest)!.Value.Result.RunId);
        Assert.Null(_test.Workspace.Benchmarks.Latest(TestWorkspace.Skill, new string('0', 64)));
        Assert.Null(_test.Workspace.Benchmarks.Latest("another_skill", first.Digest));
    }

    [Fact]
    public async Task A_stored_result_reads_back_as_it_was()
    {
        var result = await _test.BenchAsync(TestAgent.Deciding(_ => "allow"));
        var read = _test.Workspace.Benchmarks.Latest(TestWorkspace.Skill, result.Digest)!.Value.Result;
        Assert.Equal(result.ToJson().ToJsonString(), read.ToJson().ToJsonString());
    }

    [Fact]
    public async Task A_damaged_result_is_an_error_that_names_its_file()
    {
        var result = await _test.BenchAsync();
        var file = Assert.Single(Directory.GetFiles(Path.Combine(_test.Workspace.Layout.BenchmarksFolder, TestWorkspace.Skill)));
        File.WriteAllText(file, File.ReadAllText(file)[..100]);
        var error = Assert.Throws<WreException>(() => _test.Workspace.Benchmarks.Latest(TestWorkspace.Skill, result.Digest));
        Assert.StartsWith($"The benchmark result {file} is damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_counts_every_run()
    {
        var seen = new List<(int, int)>();
        await _test.Workspace.BenchAsync(TestWorkspace.Skill, PromotionState.Prototype, TestAgent.Good(), 1, (done, all) => seen.Add((done, all)), TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(1, 22).Select(done => (done, 22)), seen);
    }
}
