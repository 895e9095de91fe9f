using System.Globalization;
using System.Text.Json.Nodes;

using Microsoft.Extensions.Time.Testing;

using WreSkills.Benchmarks;
using WreSkills.Executions;
using WreSkills.Hosting;
using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Tests.Hosting;

/// <summary>A workspace in a temporary folder with one small skill, a clock that stands still and helpers for the steps of the loop.</summary>
internal sealed class TestWorkspace : IDisposable
{
    public const string Skill = "spam_check";
    public const string Approver = "0102";
    public const string Module = "communication/livechat";

    /// <summary>The moment at which every workspace begins.</summary>
    public static readonly DateTimeOffset Start = new(2025, 10, 20, 12, 0, 0, TimeSpan.Zero);

    private int _next;

    public TestWorkspace(string? policy = null, bool inMemory = false)
    {
        Root = inMemory && Directory.Exists("/dev/shm")
            ? Directory.CreateDirectory($"/dev/shm/wre-scenario-{Guid.NewGuid():n}").FullName
            : Directory.CreateTempSubdirectory("wre-scenario-").FullName;
        WriteSkill();
        if (policy is not null)
        {
            Write("modules/infrastructure/wre_core/skills/policy.yaml", policy);
        }

        Workspace = Workspace.Open(Root, Time);
    }

    public string Root { get; }

    public FakeTimeProvider Time { get; } = new(Start);

    public Workspace Workspace { get; private set; }

    public SkillEntry Entry => Workspace.Registry.Load().Require(Skill);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    public string At(string relative) => Path.Combine(Root, relative);

    public string Read(string relative) => File.ReadAllText(At(relative));

    public void Write(string relative, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(relative))!);
        File.WriteAllText(At(relative), text);
    }

    public void Reopen() => Reopen(null);

    /// <summary>Opens the workspace anew, trusting only a list of allowed signers outside of it where one is given.</summary>
    public void Reopen(string? trustRoot) => Workspace = Workspace.Open(Root, Time, trustRoot);

    /// <summary>Writes the draft: four patterns of equal weight, eleven positives (one critical) and eleven negatives.</summary>
    public void WriteSkill(string version = "1.0", string body = "Look at capital letters, links, rate and repetition.")
    {
        const string folder = $".claude/skills/{Skill}_prototype";
        Write($"{folder}/SKILL.md", $"""
            ---
            name: {Skill}
            description: Flags spam in chat messages.
            version: "{version}"
            primary_agent: gemma
            intent_type: CLASSIFICATION
            module: {Module}
            max_execution_time_ms: 100
            negative_decisions: [allow]
            dependencies:
              data_stores: [author_history]
              mcp_endpoints: []
              throttles: []
              required_context: []
            expected_patterns:
              - caps_checked=true
              - links_checked=true
              - rate_checked=true
              - repetition_checked=true
            ---
            {body}

            """);
        var cases = new JsonArray();
        for (var number = 1; number <= 11; number++)
        {
            cases.Add((JsonNode)Case($"spam-{number}", "buy now", "remove", critical: number == 1));
            cases.Add((JsonNode)Case($"fine-{number}", "good stream", "allow", critical: false));
        }

        Write($"{folder}/evals/evals.json", new JsonObject { ["skill_name"] = Skill, ["evals"] = cases }.ToJsonString());
    }

    public Task<BenchmarkResult> BenchAsync(IAgent? agent = null, PromotionState state = PromotionState.Prototype) =>
        Workspace.BenchAsync(Skill, state, agent ?? TestAgent.Good(), 1, null, TestContext.Current.CancellationToken);

    /// <summary>Makes a ticket and answers every question with YES, unless told otherwise.</summary>
    public string Ticket(PromotionState to, params (string Key, string Value)[] otherwise)
    {
        var from = to == PromotionState.Staged ? PromotionState.Prototype : PromotionState.Staged;
        var (ticket, _) = Workspace.Issuer.Issue(Skill, from, to, null, "author", null);
        var answers = ApprovalTicket.RequiredAnswers(to).ToDictionary(answer => answer.Key, _ => "YES");
        answers["approver"] = Approver;
        answers["approval_decision"] = "APPROVED";
        answers["signature"] = Approver;
        answers["timestamp"] = "2025-10-20T12:00:00Z";
        foreach (var (key, value) in otherwise)
        {
            answers[key] = value;
        }

        Workspace.Tickets.Answer(ticket.Id, answers);
        return ticket.Id;
    }

    public PromotionOutcome Promote(PromotionState to, string ticket, string approver = Approver) => Workspace.Promoter.Promote(new PromotionRequest
    {
        Skill = Skill,
        From = to == PromotionState.Staged ? PromotionState.Prototype : PromotionState.Staged,
        To = to,
        Approver = approver,
        Ticket = ticket,
        RequestedBy = "author",
    });

    public RollbackOutcome RollBack(PromotionState from, string reason = "test", string? approver = null) => Workspace.Promoter.RollBack(new RollbackRequest
    {
        Skill = Skill,
        From = from,
        To = from == PromotionState.Production ? PromotionState.Staged : PromotionState.Prototype,
        Reason = reason,
        Approver = approver,
    });

    public async Task<Transition> StageAsync()
    {
        await BenchAsync();
        return Committed(Promote(PromotionState.Staged, Ticket(PromotionState.Staged)));
    }

    /// <summary>Brings the draft to production by benchmark, two tickets and a hundred good executions.</summary>
    public async Task<Transition> ProduceAsync()
    {
        await StageAsync();
        RecordGood(100);
        return Committed(Promote(PromotionState.Production, Ticket(PromotionState.Production)));
    }

    /// <summary>Records perfect executions of 50 ms, positives and negatives in turn.</summary>
    public RecordingOutcome RecordGood(int count) => Record(Enumerable.Range(0, count).Select(index => Good(index % 2 == 0 ? "allow" : "remove")));

    /// <summary>Records executions of which nothing but the fidelity is known.</summary>
    public RecordingOutcome RecordFidelity(params double[] values) => Record(values.Select(value => Line(("pattern_fidelity", value))));

    public RecordingOutcome Record(IEnumerable<JsonObject> lines) => Workspace.Recorder.Record(
        [.. lines.Select(line => ExecutionRecordReader.Read(line.ToJsonString(), "test", Skill, () => throw new InvalidOperationException("every line has an id")))]);

    public JsonObject Line(params (string Name, JsonNode? Value)[] fields)
    {
        var line = new JsonObject { ["skill"] = Skill, ["execution_id"] = string.Create(CultureInfo.InvariantCulture, $"e-{++_next:00000}") };
        foreach (var (name, value) in fields)
        {
            line[name] = value;
        }

        return line;
    }

    public JsonObject Good(string decision) => Line(
        ("decision", decision), ("expected_decision", decision), ("execution_time_ms", 50), ("exception", false), ("breadcrumbs", TestAgent.AllPatterns()));

    public static Transition Committed(PromotionOutcome outcome)
    {
        Assert.Empty(outcome.Refusals);
        return Assert.IsType<Transition>(outcome.Transition);
    }

    private static JsonObject Case(string id, string text, string expected, bool critical) => new()
    {
        ["id"] = id,
        ["prompt"] = "Classify the message.",
        ["expected_output"] = expected,
        ["wre"] = new JsonObject { ["input"] = new JsonObject { ["text"] = text }, ["expected_decision"] = expected, ["critical"] = critical },
    };
}
