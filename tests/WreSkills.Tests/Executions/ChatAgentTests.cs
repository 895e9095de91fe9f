using System.Text.Json;

using WreSkills.Executions;
using WreSkills.Loading;
using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Tests.Hosting;

using static WreSkills.Tests.Executions.FakeEndpoint;

namespace WreSkills.Tests.Executions;

public sealed class ChatAgentTests : IDisposable
{
    private const string Final = """{"decision":"allow","confidence":0.9,"breadcrumbs":[{"name":"caps_checked","value":"true"}]}""";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_skill_is_the_system_prompt_and_the_answer_the_record()
    {
        using var endpoint = new FakeEndpoint((_, _) => Answer("```json\n" + Final + "\n```"));
        var result = await RunAsync(endpoint, []);
        Assert.Null(result.FailureType);
        var record = result.Record!.Value;
        Assert.Equal(("allow", 0.9, 18, "fake:1"), (record.GetProperty("decision").GetString(), record.GetProperty("confidence").GetDouble(), record.GetProperty("tokens").GetInt32(), record.GetProperty("model").GetString()));
        Assert.Equal("caps_checked", record.GetProperty("breadcrumbs")[0].GetProperty("name").GetString());
        Assert.Equal("small", record.GetProperty("settings").GetProperty("model").GetString());
        var messages = endpoint.Requests[0].GetProperty("messages");
        Assert.Equal("system", messages[0].GetProperty("role").GetString());
        Assert.Contains("Count the capitals.", messages[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("buy now", messages[1].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tools_are_offered_answered_by_the_case_and_left_as_breadcrumbs()
    {
        using var endpoint = new FakeEndpoint((number, _) => number switch { 1 => Call("look", """{"q":"a"}"""), 2 => Call("look", """{"q":"b"}"""), 3 => Call("shred", "{}"), 4 => Call("look", "{broken"), _ => Answer(Final) });
        var result = await RunAsync(endpoint, Tools("""[{"name":"look","description":"Looks.","parameters":{"type":"object","properties":{"q":{"type":"string"}}},"results":[{"when":{"q":"a"},"result":{"found":3}},{"when":{"q":"b"},"error":"busy"}]}]"""));
        Assert.Null(result.FailureType);
        Assert.Equal("look", endpoint.Requests[0].GetProperty("tools")[0].GetProperty("function").GetProperty("name").GetString());
        Assert.Contains("found", endpoint.Requests[1].GetProperty("messages")[3].ToString(), StringComparison.Ordinal);
        var crumbs = result.Record!.Value.GetProperty("breadcrumbs").EnumerateArray().Select(crumb => crumb.GetRawText()).ToList();
        Assert.Equal(
            [
                """{"type":"tool","name":"look","arguments":{"q":"a"},"result":{"found":3}}""",
                """{"type":"tool","name":"look","arguments":{"q":"b"},"error":"busy"}""",
                """{"type":"tool","name":"shred","arguments":{},"error":"there is no tool \u0027shred\u0027"}""",
            ],
            crumbs[..3]);
        Assert.Contains("\"error\"", crumbs[3], StringComparison.Ordinal);
        Assert.Contains("caps_checked", crumbs[^1], StringComparison.Ordinal);
        Assert.Equal(90, result.Record.Value.GetProperty("tokens").GetInt32());
    }

    [Fact]
    public async Task Who_never_stops_calling_is_stopped()
    {
        using var endpoint = new FakeEndpoint((_, _) => Call("look", "{}"));
        var result = await RunAsync(endpoint, Tools("""[{"name":"look","result":1}]"""));
        Assert.Equal(("too_many_rounds", 16), (result.FailureType, endpoint.Requests.Count));
        Assert.Equal(16, result.Record!.Value.GetProperty("breadcrumbs").GetArrayLength());
    }

    [Theory]
    [InlineData("I allow it.", "invalid_output")]
    [InlineData("""{"verdict":"allow"}""", "invalid_output")]
    public async Task An_answer_without_decision_is_a_failure_that_keeps_what_was_said(string text, string type)
    {
        using var endpoint = new FakeEndpoint((_, _) => Answer(text));
        var result = await RunAsync(endpoint, []);
        Assert.Equal(type, result.FailureType);
        Assert.Equal(text, result.Record!.Value.GetProperty("breadcrumbs")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_failure_of_the_model_is_one_of_the_execution()
    {
        using var endpoint = new FakeEndpoint((_, _) => Json("{}", 400));
        var result = await RunAsync(endpoint, []);
        Assert.Equal("http_status", result.FailureType);
    }

    [Theory]
    [InlineData("""[{"name":"a"}]""", "needs a result, an error, or results")]
    [InlineData("""[{"result":1}]""", "a name of its own")]
    [InlineData("""[{"name":"a","result":1,"parameters":[]}]""", "parameters must be a JSON Schema object")]
    [InlineData("""[{"name":"a","results":[{"when":1,"result":2}]}]""", "each of results needs")]
    [InlineData("{}", "tools must be a list")]
    public void Tools_that_cannot_be_are_refused(string tools, string message)
    {
        var problems = new List<string>();
        using var document = JsonDocument.Parse($$"""{"tools":{{tools}}}""");
        CaseToolReader.Read(document.RootElement, problems.Add);
        Assert.Contains(message, Assert.Single(problems), StringComparison.Ordinal);
    }

    private static IReadOnlyList<CaseTool> Tools(string json) => CaseToolReader.Read(TestAgent.Json($$"""{"tools":{{json}}}"""), problem => Assert.Fail(problem));

    private async Task<AgentResult> RunAsync(FakeEndpoint endpoint, IReadOnlyList<CaseTool> tools)
    {
        var skill = TestSkill.Read(_folder, ("SKILL.md", TestSkill.Text("", "Count the capitals.")));
        using var model = new ChatModel(
            new ChatAgentSettings { Name = "fake", Endpoint = endpoint.Address, Model = "small", Retries = 0, Timeout = TimeSpan.FromSeconds(20) }, null, TimeProvider.System);
        return await new ChatAgent(model, TimeProvider.System).ExecuteAsync(
            new AgentRequest
            {
                ExecutionId = "e-1",
                Skill = new LoadedSkill("spam", "1.0", "digest", PromotionState.Staged, 4, "pinned", skill),
                Prompt = "Judge this:",
                Input = TestAgent.Json("""{"text":"buy now"}"""),
                Tools = tools,
            },
            TestContext.Current.CancellationToken);
    }
}
