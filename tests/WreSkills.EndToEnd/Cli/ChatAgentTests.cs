using System.Text.Json;

using WreSkills.Tests.Executions;

namespace WreSkills.EndToEnd.Cli;

/// <summary>The executable with a model as its agent and another as its judge, behind a real endpoint.</summary>
public sealed class ChatAgentTests : IDisposable
{
    private const string Key = "sk-secret-of-the-test";
    private readonly SpamWorkspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    [Trait("suite", "smoke")]
    public void A_benchmark_runs_on_a_model_and_its_answers_are_used_again()
    {
        using var endpoint = new FakeEndpoint((_, body) => FakeEndpoint.Answer(
            $$"""{"decision":"{{(Text(body).Contains("buy", StringComparison.Ordinal) ? "spam" : "allow")}}","confidence":0.9,"breadcrumbs":[{"name":"words_checked","value":"true"},{"name":"links_checked","value":"true"}]}"""));
        Configure(endpoint, "");
        var first = _workspace.Wre("bench", "--skill", SpamWorkspace.Skill, "--agent", "model", "--output", "json").Json;
        var asked = endpoint.Requests.Count;
        Assert.Equal(first.GetProperty("runs").GetInt32(), asked);
        Assert.Equal(18 * asked, first.GetProperty("tokens").GetInt32());
        Assert.Equal(1, first.GetProperty("outcome_quality").GetDouble());

        _workspace.Wre("bench", "--skill", SpamWorkspace.Skill, "--agent", "model");
        Assert.Equal(asked, endpoint.Requests.Count);
        _workspace.Wre("bench", "--skill", SpamWorkspace.Skill, "--agent", "model", "--no-cache");
        Assert.Equal(2 * asked, endpoint.Requests.Count);
    }

    [Fact]
    public void Agents_say_which_of_them_answer_and_the_key_appears_nowhere()
    {
        using var endpoint = new FakeEndpoint((_, _) => FakeEndpoint.Answer("ready"));
        Configure(endpoint, "    api_key_env: WRE_E2E_KEY\n", "  gone:\n    kind: chat\n    model: m\n    endpoint: http://127.0.0.1:9/v1\n");
        Environment.SetEnvironmentVariable("WRE_E2E_KEY", Key);
        var check = _workspace.Wre("agents", "check");
        Assert.Equal(1, check.ExitCode);
        Assert.Contains("connection", check.Output, StringComparison.Ordinal);
        var one = _workspace.Wre("agents", "check", "model", "--output", "json");
        Assert.Equal((0, true), (one.ExitCode, one.Json.GetProperty("agents")[0].GetProperty("answers").GetBoolean()));
        Assert.Contains(endpoint.Heads, head => head.Contains(Key, StringComparison.Ordinal));
        _workspace.Wre("run", "--skill", SpamWorkspace.Skill, "--agent", "model");
        foreach (var text in Directory.EnumerateFiles(_workspace.Folder, "*", SearchOption.AllDirectories).Select(File.ReadAllText).Append(check.Output).Append(check.Error).Append(one.Output))
        {
            Assert.DoesNotContain(Key, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_judge_is_measured_before_it_may_decide()
    {
        using var endpoint = new FakeEndpoint((_, body) => FakeEndpoint.Answer(Text(body).Contains("thirty", StringComparison.Ordinal)
            ? """{"answer":"yes","breadcrumbs":[1],"reason":"it says thirty"}""" : """{"answer":"no","breadcrumbs":[],"reason":"it does not"}"""));
        Configure(endpoint, "");
        _workspace.Write("wre.yaml", _workspace.Read("wre.yaml") + "judge:\n  model: model\n");
        _workspace.Write("labels.jsonl", string.Concat(Enumerable.Range(0, 12).Select(index =>
            $$"""{"question":"Was a span named?","label":"{{(index % 2 == 0 ? "yes" : "no")}}","breadcrumbs":["it said {{(index % 2 == 0 ? "thirty days" : "soon")}} {{index}}"]}""" + "\n")));
        Assert.Equal(2, _workspace.Wre("judge", "show", "--skill", SpamWorkspace.Skill).ExitCode);
        var measured = _workspace.Wre("judge", "calibrate", "--skill", SpamWorkspace.Skill, "--labels", "labels.jsonl");
        Assert.Equal(0, measured.ExitCode);
        Assert.Contains("may decide gates", measured.Output, StringComparison.Ordinal);
        Assert.Equal(24, endpoint.Requests.Count);
        var shown = _workspace.Wre("judge", "show", "--skill", SpamWorkspace.Skill, "--output", "json").Json;
        Assert.Equal((1, true, 12), (shown.GetProperty("kappa").GetDouble(), shown.GetProperty("valid").GetBoolean(), shown.GetProperty("labelled").GetInt32()));
    }

    private void Configure(FakeEndpoint endpoint, string more, string others = "") => _workspace.Write(
        "wre.yaml", $"version: 1\nagents:\n  model:\n    kind: chat\n    model: small\n    endpoint: {endpoint.Address}\n    retries: 0\n    timeout_seconds: 20\n{more}{others}");

    private static string Text(JsonElement body) => body.GetProperty("messages")[1].GetRawText();
}
