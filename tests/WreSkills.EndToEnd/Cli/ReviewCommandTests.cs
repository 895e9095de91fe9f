using WreSkills.Tests.Executions;

namespace WreSkills.EndToEnd.Cli;

/// <summary><c>wre review</c> and the model's part of <c>wre report</c> on workspaces with history.</summary>
public sealed class ReviewCommandTests
{
    private const string Answer = """
        {"readings": [
          {"about": "P1", "line": 17, "text": "Links stand last in SKILL.md \u0026 are skipped <b>in short messages</b>.", "suggestion": "Name them first.", "breadcrumbs": [{"execution_id": "staged-29", "step": 1}]},
          {"about": "P1", "line": 17, "text": "\u001b]0;owned\u0007"}, {"about": "P9", "line": 17, "text": "invented"}],
         "fundamental": []}
        """;

    [Fact]
    [Trait("suite", "smoke")]
    public void A_review_reads_well_in_80_columns_and_is_stored()
    {
        using var workspace = SpamWorkspace.Staged();
        History(workspace);
        var review = workspace.Ok("review", "--skill", SpamWorkspace.Skill);
        Assert.Contains("Review of youtube_spam_detection 1.0 (staged), last 24 hours\n", review.Output, StringComparison.Ordinal);
        Assert.Contains("30 executions, 8 failing, 1 weak pattern", review.Output, StringComparison.Ordinal);
        Assert.Contains("No model was asked; everything here comes from the data alone.", review.Output, StringComparison.Ordinal);
        Assert.Contains("Weak patterns (source: data)\n  P1 links_checked=true: missed 8 of 30", review.Output, StringComparison.Ordinal);
        Assert.Contains("C1 5 of 8: missed links_checked=true", review.Output, StringComparison.Ordinal);
        Assert.Contains("Ready for production? (source: data)", review.Output, StringComparison.Ordinal);
        Assert.All(review.Output.Split('\n').Where(line => !line.StartsWith("Stored:", StringComparison.Ordinal)), line => Assert.True(line.Length <= 80, line));

        var folder = workspace.PathOf($"{SpamWorkspace.Core}/reports/reviews/{SpamWorkspace.Skill}");
        Assert.Equal([".html", ".json", ".md"], Directory.EnumerateFiles(folder).Select(Path.GetExtension).Order(StringComparer.Ordinal));
        Assert.Equal(File.ReadAllText(Directory.GetFiles(folder, "*.json").Single()), workspace.Ok("review", "--skill", SpamWorkspace.Skill, "--latest", "--output", "json").Output);
        Assert.Contains("1 weak pattern", workspace.Ok("review", "--list").Output, StringComparison.Ordinal);
        Assert.Contains("review", workspace.Ok("report", "list", "--skill", SpamWorkspace.Skill).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Python_finds_what_the_policy_looks_for()
    {
        using var workspace = SpamWorkspace.Staged();
        History(workspace);
        var review = workspace.Ok("review", "--skill", SpamWorkspace.Skill, "--timeframe", "last_24_hours", "--output", "json").Json;
        Assert.Equal("links_checked=true", review.GetProperty("weak_patterns")[0].GetProperty("name").GetString());
        Assert.Equal(13, review.GetProperty("weak_patterns")[0].GetProperty("line").GetInt32());
        Assert.True(review.GetProperty("improvement_opportunities").GetArrayLength() > 0);
        Assert.Equal("data", review.GetProperty("sources").GetProperty("weak_patterns").GetString());
    }

    [Fact]
    public void A_models_reading_is_checked_marked_and_cannot_steer_the_terminal()
    {
        using var workspace = SpamWorkspace.Staged();
        History(workspace);
        using var endpoint = new FakeEndpoint((_, _) => FakeEndpoint.Answer(Answer));
        Configure(workspace, endpoint.Address.ToString());
        var review = workspace.Ok("review", "--skill", SpamWorkspace.Skill);
        Assert.Contains("What the model reads in it (source: model qwen3:1.7b)", review.Output, StringComparison.Ordinal);
        Assert.Contains("  P1, SKILL.md line 17: Links stand last in SKILL.md & are skipped <b>in short\n    messages</b>.\n    Suggestion: Name them first.\n    Rests on step 1 of staged-29.\n", review.Output, StringComparison.Ordinal);
        Assert.Contains("1 reading, 2 dropped", review.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", review.Output + review.Error, StringComparison.Ordinal);
        Assert.Contains("note: asking qwen3:1.7b", review.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("asking", workspace.Ok("review", "--skill", SpamWorkspace.Skill, "--no-model").Error, StringComparison.Ordinal);
        Assert.Single(endpoint.Requests);
    }

    [Fact]
    public void A_model_that_is_not_there_fails_no_review_and_no_report()
    {
        using var workspace = SpamWorkspace.Produced();
        Configure(workspace, "http://127.0.0.1:9/v1");
        var review = workspace.Ok("review", "--skill", SpamWorkspace.Skill);
        Assert.Contains("qwen3:1.7b was asked and gave no usable answer: connection", review.Output, StringComparison.Ordinal);
        workspace.Record(Enumerable.Range(0, 10).Select(_ => workspace.Line("production", "allow", "spam")));
        Assert.Equal("staged", workspace.State);
        Assert.Contains("was not heard yet", workspace.Ok("report", "show", "--skill", SpamWorkspace.Skill).Output, StringComparison.Ordinal);
        var explained = workspace.Wre("report", "explain", "--skill", SpamWorkspace.Skill);
        Assert.Equal(1, explained.ExitCode);
        var report = workspace.Ok("report", "show", "--skill", SpamWorkspace.Skill, "--output", "json").Json;
        Assert.Contains("gave no usable answer", report.GetProperty("markdown").GetString(), StringComparison.Ordinal);
        Assert.Equal("failed", report.GetProperty("model").GetProperty("status").GetString());
        Assert.True(File.Exists(report.GetProperty("html").GetString()));
    }

    [Fact]
    public void Wrong_requests_say_what_to_do()
    {
        using var workspace = SpamWorkspace.Staged();
        foreach (var (arguments, hint) in new (string[], string)[]
        {
            (["review"], "pass --skill NAME"), (["review", "--skill", "nobody"], "wre list"), (["review", "--skill", SpamWorkspace.Skill, "--state", "production"], "wre show"),
            (["review", "--skill", SpamWorkspace.Skill, "--latest"], "makes one"), (["report", "explain", "--skill", SpamWorkspace.Skill], "was never rolled back"),
        })
        {
            var result = workspace.Wre(arguments);
            Assert.True(result.ExitCode == 2, result.Output);
            Assert.Contains(hint, result.Error, StringComparison.Ordinal);
        }
    }

    /// <summary>Twenty-two good executions, then eight that skip the links, three of them wrong and all with a call made twice.</summary>
    internal static void History(SpamWorkspace workspace)
    {
        const string repeated = "\"tokens\":900,\"breadcrumbs\":[{\"words_checked\":true},{\"tool\":\"history\",\"args\":{\"author\":\"a\"}},{\"tool\":\"history\",\"args\":{\"author\":\"a\"}}]";
        workspace.Record(workspace.Good(22, "staged").Concat(Enumerable.Range(0, 8).Select(index => workspace.Line("staged", index < 3 ? "spam" : "allow", "allow", repeated, timeMs: 150 + index))));
    }

    internal static void Configure(SpamWorkspace workspace, string endpoint) => File.AppendAllText(
        workspace.PathOf("wre.yaml"), $"  qwen: {{kind: chat, model: \"qwen3:1.7b\", retries: 0, endpoint: \"{endpoint}\"}}\nadvisor:\n  model: qwen\n  time_limit_seconds: 30\n");
}
