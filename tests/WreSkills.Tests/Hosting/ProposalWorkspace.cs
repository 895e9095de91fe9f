using System.Text.Json.Nodes;

using WreSkills.Executions;
using WreSkills.Hosting;
using WreSkills.Review;
using WreSkills.Scoring;
using WreSkills.Tests.Executions;

namespace WreSkills.Tests.Hosting;

/// <summary>A workspace with a weak draft: its agent checks links only if the text says so. A model behind a real socket proposes edits.</summary>
internal sealed class ProposalWorkspace : IDisposable
{
    public const string Weak = "- Applies to: long messages";
    public const string Mended = "- Applies to: every message";
    public const string Draft = $".claude/skills/{TestWorkspace.Skill}_prototype";

    private readonly FakeEndpoint _endpoint;
    private readonly ChatModel _model;

    public ProposalWorkspace(Func<int, string>? answer = null)
    {
        Inner = new TestWorkspace();
        Inner.WriteSkill(body: $"# Spam\n\nLook at capital letters, rate and repetition.\n\n## Links\n\n{Weak}\n- Limit: links > 0\n\n## Decide\n\nRemove what sells.");
        Inner.Reopen();
        _endpoint = new FakeEndpoint((count, _) => FakeEndpoint.Answer((answer ?? (_ => Answer((Weak, Mended))))(count)));
        _model = new ChatModel(new ChatAgentSettings { Name = "advisor", Endpoint = _endpoint.Address, Model = "qwen", Retries = 0, Timeout = TimeSpan.FromSeconds(20) }, null, TimeProvider.System);
    }

    public TestWorkspace Inner { get; }

    public Workspace Workspace => Inner.Workspace;

    public string DraftText => Inner.Read($"{Draft}/SKILL.md");

    /// <summary>What the model was asked the last time.</summary>
    public string Asked => _endpoint.Requests[^1].GetProperty("messages")[1].GetProperty("content").ToString();

    public static TestAgent Agent { get; } = new(request => TestAgent.Answer(new JsonObject
    {
        ["decision"] = TestAgent.Text(request).Contains("buy", StringComparison.Ordinal) && !request.Skill.Text.Contains("Remove nothing", StringComparison.Ordinal) ? "remove" : "allow",
        ["breadcrumbs"] = request.Skill.Text.Contains(Mended, StringComparison.Ordinal) ? TestAgent.AllPatterns() : TestAgent.Array("caps_checked=true", "rate_checked=true", "repetition_checked=true"),
        ["execution_time_ms"] = 40,
    }));

    public void Dispose()
    {
        _model.Dispose();
        _endpoint.Dispose();
        Inner.Dispose();
    }

    /// <summary>An answer with one variation for each edit.</summary>
    public static string Answer(params (string Old, string New)[] edits) => new JsonObject
    {
        ["variations"] = new JsonArray([.. edits.Select(edit => (JsonNode)new JsonObject
        {
            ["summary"] = "Check links in every message.",
            ["patterns"] = new JsonArray("links_checked=true"),
            ["edits"] = new JsonArray(new JsonObject { ["file"] = "SKILL.md", ["old"] = edit.Old, ["new"] = edit.New }),
        })]),
    }.ToJsonString();

    public Task<VariationOutcome> ReviewAsync(bool model = true, int count = 3, IReadOnlyList<string>? executions = null) => new VariationReview(Workspace).RunAsync(
        new VariationRequest
        {
            Skill = TestWorkspace.Skill,
            Weak = [new WeakPattern { Id = "P1", Name = "links_checked=true", Misses = new MeasuredShare(7, 10), Executions = executions ?? ["e-1"] }],
            Count = count,
            Priority = "high",
            RequestedBy = "author",
        },
        model ? _model : null, () => Agent, null, null, TestContext.Current.CancellationToken);

    /// <summary>The id of a proposal that waits.</summary>
    public async Task<string> QueueAsync() => Assert.Single((await ReviewAsync()).Queued).Proposal!;
}
