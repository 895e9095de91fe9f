using WreSkills.Review;
using WreSkills.Tests.Executions;
using WreSkills.Tests.Hosting;

namespace WreSkills.Tests.Review;

/// <summary>The failure analysis with a model's hypotheses beside it.</summary>
public sealed class FailureAnalysisTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_model_the_report_says_that_none_was_asked()
    {
        var operation = await FailAsync();
        Assert.Contains("No model was asked; everything here comes from the data alone.", Markdown(operation), StringComparison.Ordinal);
        Assert.Contains("No model was asked", File.ReadAllText(Html(operation)), StringComparison.Ordinal);
        Assert.Equal(AdvisorAnswer.NotAsked, _test.Workspace.Reports.Find(operation)!.Model.Status);
        Assert.Empty(_test.Workspace.Reports.Waiting());
    }

    [Fact]
    public async Task The_report_is_there_before_the_model_answers_and_its_hypotheses_are_added()
    {
        using var endpoint = new FakeEndpoint((_, _) => FakeEndpoint.Answer("""{"readings": [{"about": "failure", "line": 21, "text": "Rate is checked last and forgotten.", "suggestion": "Check it first.", "breadcrumbs": [{"execution_id": "e-00101", "step": 2}]}], "fundamental": []}"""));
        Configure(endpoint);
        var operation = await FailAsync();
        Assert.Contains("qwen3\\:1.7b was not heard yet", Markdown(operation), StringComparison.Ordinal);
        Assert.Empty(endpoint.Requests);
        var asked = await _test.Workspace.ReviewWorker.AskWaitingAsync(Stop);
        Assert.Contains("1 reading", asked.Single().Text, StringComparison.Ordinal);
        var markdown = Markdown(operation);
        Assert.Contains("## Hypotheses (source\\: model qwen3\\:1.7b)\n\n- failure, SKILL.md line 21: Rate is checked last and forgotten.\n  - Suggestion: Check it first.\n  - Rests on step 2 of `e-00101`\n", markdown, StringComparison.Ordinal);
        Assert.True(markdown.IndexOf("## Hypotheses", StringComparison.Ordinal) < markdown.IndexOf("## Next", StringComparison.Ordinal));
        Assert.Contains("- `rate_checked=true`: missed in 10 of 10 executions", markdown, StringComparison.Ordinal);
        Assert.Contains("Rests on step 2 of <code>e-00101</code>", File.ReadAllText(Html(operation)), StringComparison.Ordinal);
        Assert.Empty(await _test.Workspace.ReviewWorker.AskWaitingAsync(Stop));
    }

    [Fact]
    public async Task A_hostile_model_and_hostile_breadcrumbs_damage_nothing()
    {
        using var endpoint = new FakeEndpoint((_, _) => FakeEndpoint.Answer("""
            {"readings": [
              {"about": "failure", "line": 5, "text": "</code></pre><script>alert(1)</script> ## Next", "breadcrumbs": [{"execution_id": "e-00101", "step": 1}]},
              {"about": "failure", "line": 5, "text": "invented", "breadcrumbs": [{"execution_id": "e-77777", "step": 1}]},
              {"about": "failure", "line": 5, "text": "past the end", "breadcrumbs": [{"execution_id": "e-00101", "step": 4}]},
              {"about": "failure", "line": 5, "text": "rests on nothing", "breadcrumbs": []},
              {"about": "failure", "line": 5, "text": "\u001b[2J", "breadcrumbs": [{"execution_id": "e-00101", "step": 1}]}], "fundamental": []}
            """));
        Configure(endpoint);
        var operation = await FailAsync("`</code><img src=x onerror=alert(1)>`\u001b[31m\u202e", "## Next\n<script>alert(2)</script>");
        var before = _test.Workspace.Reports.Find(operation)!;
        await _test.Workspace.ReviewWorker.AskWaitingAsync(Stop);
        var after = _test.Workspace.Reports.Find(operation)!;
        Assert.Equal((before.Head, before.Body, before.Tail), (after.Head, after.Body, after.Tail));
        Assert.Equal((1, 4), (after.Model.Readings.Count, after.Model.Dropped));
        var (html, markdown) = (File.ReadAllText(Html(operation)), Markdown(operation));
        Assert.DoesNotMatch("<(script|img|svg|a)[ >/]", html);
        Assert.DoesNotContain(html + markdown, character => (char.IsControl(character) && character != '\n') || character == '\u202e');
        Assert.Single(markdown.Split('\n'), line => line == "## Next");
    }

    [Theory]
    [InlineData(500, "{}")]
    [InlineData(200, "not json")]
    public async Task A_broken_model_leaves_the_report_as_it_was(int status, string body)
    {
        using var endpoint = new FakeEndpoint((_, _) => FakeEndpoint.Json(body, status));
        Configure(endpoint);
        var operation = await FailAsync();
        await _test.Workspace.ReviewWorker.AskWaitingAsync(Stop);
        Assert.Contains("gave no usable answer", Markdown(operation), StringComparison.Ordinal);
        Assert.Contains("- `rate_checked=true`: missed in 10 of 10 executions", Markdown(operation), StringComparison.Ordinal);
        Assert.Empty(_test.Workspace.Reports.Waiting());
    }

    private async Task<string> FailAsync(params string[] more)
    {
        await _test.ProduceAsync();
        var bad = Enumerable.Range(0, 10).Select(_ => _test.Line(
            ("breadcrumbs", TestAgent.Array(["caps_checked=true", "links_checked=true", .. more.Take(1)])), ("decision", more.Length > 1 ? more[1] : "allow"), ("expected_decision", "allow"), ("outcome_quality", 1))).ToList();
        return _test.Record(bad).Skills[TestWorkspace.Skill].Rollback!.Operation;
    }

    private string Markdown(string operation) => File.ReadAllText(_test.Workspace.Reports.FileOf(operation));

    private string Html(string operation) => Path.ChangeExtension(_test.Workspace.Reports.FileOf(operation), ".html");

    private void Configure(FakeEndpoint endpoint)
    {
        _test.Write("wre.yaml", $"version: 1\nagents:\n  qwen: {{kind: chat, model: \"qwen3:1.7b\", retries: 0, endpoint: \"{endpoint.Address}\"}}\nadvisor: {{model: qwen}}\n");
        _test.Reopen();
    }
}
