using System.Globalization;
using System.Text.Json.Nodes;

using WreSkills.Executions;
using WreSkills.Registry;
using WreSkills.Review;

namespace WreSkills.Tests.Review;

/// <summary>What would make executions faster or cheaper: each rule on executions of which it is true, and on some of which it is not.</summary>
public sealed class PerformanceReviewTests : IDisposable
{
    private readonly TestDraft _draft = new();

    public void Dispose() => _draft.Dispose();

    // Twenty executions; of some numbers it is told what they called.
    private static List<ReviewedExecution> Runs(Func<int, double> timeMs, Func<int, (string Tool, string Argument, bool Fails)[]> calls) =>
    [
        .. Enumerable.Range(0, 20).Select(number =>
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"e-{number:00}");
            var crumbs = new JsonArray([.. calls(number).Select(call =>
            {
                var crumb = new JsonObject { ["tool"] = call.Tool, ["arguments"] = new JsonObject { ["query"] = call.Argument } };
                if (call.Fails)
                {
                    crumb["error"] = true;
                }

                return (JsonNode)crumb;
            })]);
            var json = new JsonObject { ["skill"] = "spam", ["execution_id"] = id, ["breadcrumbs"] = crumbs }.ToJsonString();
            return Executions.Of(id, timeMs: timeMs(number)) with { Record = ExecutionRecordReader.Read(json, "test", "spam", () => id) };
        }),
    ];

    private IReadOnlyList<PerformanceSuggestion> Of(List<ReviewedExecution> runs, BaselineEntry? baseline = null, double? limit = null) =>
        PerformanceReview.Of(runs, CostReview.Of(runs, baseline, limit), _draft.Folder);

    [Fact]
    public void Even_runs_without_waste_get_no_suggestion() =>
        Assert.Empty(Of(Runs(_ => 100, _ => [("search", "a", false), ("search", "b", false)]), new BaselineEntry { ExecutionTimeMs = 100 }, limit: 200));

    [Fact]
    public void The_same_call_again_is_named_with_its_executions()
    {
        var suggestion = Assert.Single(Of(Runs(_ => 100, number => number % 5 == 0 ? [("search", "a", false), ("search", "a", false)] : [("search", "a", false)])));
        Assert.Equal(("S1", "repeated_calls", "execution_time_ms"), (suggestion.Id, suggestion.Rule, suggestion.Metric));
        Assert.StartsWith("4 of 20 executions make the very same call again although it had succeeded, most often search", suggestion.Sentence, StringComparison.Ordinal);
        Assert.Equal(["e-15", "e-10", "e-05", "e-00"], suggestion.Executions);

        // Whoever tries again what failed wastes nothing, and two executions are no habit.
        Assert.DoesNotContain(Of(Runs(_ => 100, _ => [("search", "a", true), ("search", "a", false)])), one => one.Rule == "repeated_calls");
        Assert.Empty(Of(Runs(_ => 100, number => number < 2 ? [("search", "a", false), ("search", "a", false)] : [])));
    }

    [Fact]
    public void Calls_that_fail_are_named()
    {
        var suggestion = Assert.Single(Of(Runs(_ => 100, number => number < 3 ? [("lookup", "a", true)] : [("lookup", "a", false)])));
        Assert.Equal("failed_calls", suggestion.Rule);
        Assert.StartsWith("In 3 of 20 executions a call fails, most often lookup", suggestion.Sentence, StringComparison.Ordinal);
        Assert.Equal(["e-02", "e-01", "e-00"], suggestion.Executions);
    }

    [Fact]
    public void A_tool_that_the_slow_executions_call_is_named_with_both_times()
    {
        var suggestion = Assert.Single(Of(Runs(number => (number % 2 == 0 ? 300 : 100) + (number % 3), number => number % 2 == 0 ? [("render", "a", false)] : [("search", "a", false)])));
        Assert.Equal("slow_tool", suggestion.Rule);
        Assert.StartsWith("Executions that call render take 301 ms in the middle, those that do not 101 ms", suggestion.Sentence, StringComparison.Ordinal);
        Assert.Equal(["e-02", "e-08", "e-14", "e-04", "e-10"], suggestion.Executions);
    }

    [Fact]
    public void Times_beyond_the_limit_and_the_baseline_are_told_with_their_figures()
    {
        var found = Of(Runs(number => number < 5 ? 400 : 100, _ => []), new BaselineEntry { ExecutionTimeMs = 100 }, limit: 250);
        Assert.Equal(["S1", "S2"], found.Select(suggestion => suggestion.Id));
        Assert.Equal(["over_time_limit", "slower_than_baseline"], found.Select(suggestion => suggestion.Rule));
        Assert.StartsWith("5 of 20 executions took longer than max_execution_time_ms (250 ms; 95 % of all stay below 400 ms)", found[0].Sentence, StringComparison.Ordinal);
        Assert.StartsWith("Executions take 1.75 × the 100 ms frozen at promotion", found[1].Sentence, StringComparison.Ordinal);
    }
}
