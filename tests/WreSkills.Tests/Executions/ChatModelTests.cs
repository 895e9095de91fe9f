using Microsoft.Extensions.AI;

using WreSkills.Executions;

using static WreSkills.Tests.Executions.FakeEndpoint;

namespace WreSkills.Tests.Executions;

/// <summary>A model behind a real HTTP server, with the faults that such servers have.</summary>
public sealed class ChatModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_answer_comes_with_model_and_tokens()
    {
        using var endpoint = new FakeEndpoint((_, _) => Answer("fine"));
        var answer = await AskAsync(endpoint);
        Assert.Equal(("fine", "fake:1", 11L, 7L, 1, false, null), (answer.Text, answer.Model, answer.InputTokens, answer.OutputTokens, answer.Attempts, answer.Cached, answer.FailureType));
        var request = endpoint.Requests[0];
        Assert.Equal("small", request.GetProperty("model").GetString());
        Assert.Equal((0.25, 64, 7), (request.GetProperty("temperature").GetDouble(), request.GetProperty("max_completion_tokens").GetInt32(), request.GetProperty("seed").GetInt32()));
        Assert.Equal("json_schema", request.GetProperty("response_format").GetProperty("type").GetString());
    }

    [Fact]
    public async Task An_answer_in_pieces_is_put_together()
    {
        using var endpoint = new FakeEndpoint((_, _) => Stream(Piece("""{"role":"assistant","content":"fi"}"""), Piece("""{"content":"ne"}"""), Piece("{}", "stop"), "[DONE]"));
        Assert.Equal(("fine", null), Outcome(await AskAsync(endpoint, settings => settings with { Stream = true })));
    }

    [Fact]
    public async Task Calls_in_pieces_are_put_together()
    {
        using var endpoint = new FakeEndpoint((_, _) => Stream(
            Piece("""{"role":"assistant","tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"look","arguments":"{\"q\":"}}]}"""),
            Piece("""{"tool_calls":[{"index":0,"function":{"arguments":"\"a\"}"}}]}"""), Piece("{}", "tool_calls"), "[DONE]"));
        var call = Assert.Single((await AskAsync(endpoint, settings => settings with { Stream = true })).ToolCalls);
        Assert.Equal(("look", """{"q":"a"}"""), (call.Name, call.Arguments!.Value.GetRawText()));
    }

    [Fact]
    public async Task Probabilities_are_read_where_they_are_offered()
    {
        using var endpoint = new FakeEndpoint((_, _) => Answer("yes", more: ""","logprobs":{"content":[{"token":"yes","logprob":-0.25,"bytes":null,"top_logprobs":[]}],"refusal":null}"""));
        var answer = await AskAsync(endpoint, question: new ChatQuestion { Messages = [new ChatMessage(ChatRole.User, "?")], Probabilities = true });
        Assert.True(endpoint.Requests[0].GetProperty("logprobs").GetBoolean());
        var token = Assert.Single(answer.Tokens);
        Assert.Equal(("yes", -0.25), (token.Token, Math.Round(token.LogProbability, 6)));
    }

    [Theory]
    [InlineData(429, "rate_limited")]
    [InlineData(500, "http_status")]
    [InlineData(503, "http_status")]
    public async Task What_may_pass_is_tried_again(int status, string type)
    {
        using var endpoint = new FakeEndpoint((number, _) => number < 3 ? Json("""{"error":{"message":"busy"}}""", status) : Answer("fine"));
        var answer = await AskAsync(endpoint);
        Assert.Equal(("fine", 3), (answer.Text, answer.Attempts));
        using var never = new FakeEndpoint((_, _) => Json("""{"error":{"message":"busy"}}""", status));
        var failed = await AskAsync(never);
        Assert.Equal((type, 4, 4), (failed.FailureType, failed.Attempts, never.Requests.Count));
        Assert.Contains($"{status}", failed.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_says_how_long_to_wait()
    {
        using var endpoint = new FakeEndpoint((number, _) => number == 1 ? Text("{}", "application/json", 429, "Retry-After: 0.3\r\n") : Answer("fine"));
        var start = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal("fine", (await AskAsync(endpoint)).Text);
        Assert.True(start.ElapsedMilliseconds >= 290, $"waited {start.ElapsedMilliseconds} ms");
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    public async Task What_cannot_pass_is_not_tried_again(int status)
    {
        using var endpoint = new FakeEndpoint((_, _) => Json("""{"error":{"message":"model \"small\" not found, try pulling it first"}}""", status));
        var answer = await AskAsync(endpoint);
        Assert.Equal(("http_status", 1), (answer.FailureType, endpoint.Requests.Count));
        Assert.Contains("try pulling it first", answer.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_there_is_a_failure_of_the_connection()
    {
        var address = new Uri("http://127.0.0.1:9/v1");
        using var model = new ChatModel(Settings(address) with { Retries = 1 }, null, TimeProvider.System);
        Assert.Equal("connection", (await model.AskAsync(Question(), TestContext.Current.CancellationToken)).FailureType);
    }

    [Fact]
    public async Task Too_slow_is_a_time_out()
    {
        using var endpoint = new FakeEndpoint((_, _) => Answer("late") with { Wait = TimeSpan.FromSeconds(30) });
        var answer = await AskAsync(endpoint, settings => settings with { Timeout = TimeSpan.FromMilliseconds(200), Retries = 1 });
        Assert.Equal(("timeout", 2), (answer.FailureType, answer.Attempts));
    }

    [Fact]
    public async Task A_caller_who_stops_gets_an_exception_and_no_answer()
    {
        using var endpoint = new FakeEndpoint((_, _) => Answer("late") with { Wait = TimeSpan.FromSeconds(30) });
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        using var model = new ChatModel(Settings(endpoint.Address), null, TimeProvider.System);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => model.AskAsync(Question(), stop.Token));
    }

    public static TheoryData<string, string, string> Broken() => new()
    {
        { "cut in the middle", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"id\":\"1\",\"choices\":[{", "truncated connection invalid_output" },
        { "half a JSON document", Json("""{"id":"1","choices":[{"index":0,"message":{"role":"assi""").Raw, "invalid_output" },
        { "not JSON", Json("fine").Raw, "invalid_output" },
        { "an HTML page", Text("<html><body>Sign in</body></html>", "text/html").Raw, "invalid_output" },
        { "no choices", Json("""{"id":"1","object":"chat.completion","created":1,"model":"m","choices":[]}""").Raw, "invalid_output truncated" },
        { "an empty answer", Answer("").Raw, "invalid_output" },
        { "too many tokens", Answer("half of it", "length").Raw, "truncated" },
        { "withheld", Answer("", "content_filter").Raw, "refused" },
        { "nothing at all", "", "connection truncated" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task What_is_broken_is_a_failure_and_never_an_answer(string what, string raw, string types)
    {
        foreach (var reset in (bool[])[false, true])
        {
            using var endpoint = new FakeEndpoint((_, _) => new Reply(raw, Reset: reset));
            var answer = await AskAsync(endpoint, settings => settings with { Retries = 0 });
            Assert.True(answer.FailureType is not null && (reset || types.Split(' ').Contains(answer.FailureType)), $"{what}: {answer.FailureType} {answer.Failure}");
        }
    }

    [Fact]
    public async Task A_stream_that_ends_early_is_truncated()
    {
        using var endpoint = new FakeEndpoint((_, _) => Stream(Piece("""{"role":"assistant","content":"fi"}""")));
        Assert.Equal("truncated", (await AskAsync(endpoint, settings => settings with { Stream = true, Retries = 0 })).FailureType);
    }

    [Fact]
    public async Task The_same_question_is_asked_once_and_another_anew()
    {
        using var endpoint = new FakeEndpoint((number, _) => Answer($"answer {number}"));
        var cache = new ChatCache(_folder.At("cache"));
        using var model = new ChatModel(Settings(endpoint.Address), cache, TimeProvider.System);
        async Task<(string, bool)> Ask(string? key, string text = "?")
        {
            var answer = await model.AskAsync(new ChatQuestion { Messages = [new ChatMessage(ChatRole.User, text)], CacheKey = key }, TestContext.Current.CancellationToken);
            return (answer.Text, answer.Cached);
        }

        Assert.Equal(("answer 1", false), await Ask("digest/case/1"));
        Assert.Equal(("answer 1", true), await Ask("digest/case/1"));
        Assert.Equal(("answer 2", false), await Ask("digest/case/2"));
        Assert.Equal(("answer 3", false), await Ask("digest/case/1", "??"));
        Assert.Equal(("answer 4", false), await Ask(null));
        Assert.Equal(("answer 5", false), await Ask(null));
        using var other = new ChatModel(Settings(endpoint.Address) with { Temperature = 1 }, cache, TimeProvider.System);
        Assert.Equal("answer 6", (await other.AskAsync(new ChatQuestion { Messages = [new ChatMessage(ChatRole.User, "?")], CacheKey = "digest/case/1" }, TestContext.Current.CancellationToken)).Text);
        foreach (var file in Directory.GetFiles(_folder.At("cache")))
        {
            await File.WriteAllTextAsync(file, "{\"torn", TestContext.Current.CancellationToken);
        }

        Assert.Equal(("answer 7", false), await Ask("digest/case/1"));
    }

    [Fact]
    public async Task A_failure_is_not_kept()
    {
        using var endpoint = new FakeEndpoint((number, _) => number == 1 ? Json("{}", 400) : Answer("fine"));
        using var model = new ChatModel(Settings(endpoint.Address), new ChatCache(_folder.At("cache")), TimeProvider.System);
        var question = Question() with { CacheKey = "k" };
        Assert.Equal("http_status", (await model.AskAsync(question, TestContext.Current.CancellationToken)).FailureType);
        Assert.Equal("fine", (await model.AskAsync(question, TestContext.Current.CancellationToken)).Text);
    }

    [Fact]
    public async Task The_key_comes_from_the_environment_and_appears_nowhere_else()
    {
        const string variable = "WRE_TEST_CHAT_KEY", key = "sk-very-secret-123";
        using var missing = new ChatModel(Settings(new Uri("http://127.0.0.1:9/v1")) with { ApiKeyVariable = "WRE_TEST_NO_SUCH_KEY" }, null, TimeProvider.System);
        var error = await Assert.ThrowsAsync<WreException>(() => missing.AskAsync(Question(), TestContext.Current.CancellationToken));
        Assert.Contains("WRE_TEST_NO_SUCH_KEY", error.Message, StringComparison.Ordinal);
        Environment.SetEnvironmentVariable(variable, key);
        using var endpoint = new FakeEndpoint((_, _) => Json($$$"""{"error":{"message":"the key {{{key}}} is not valid"}}""", 401));
        var answer = await AskAsync(endpoint, settings => settings with { ApiKeyVariable = variable });
        Assert.Contains($"Bearer {key}", endpoint.Heads[0], StringComparison.Ordinal);
        Assert.DoesNotContain(key, answer.Failure, StringComparison.Ordinal);
    }

    private static (string Text, string? FailureType) Outcome(ChatAnswer answer) => (answer.Text, answer.FailureType);

    private static ChatQuestion Question() => new() { Messages = [new ChatMessage(ChatRole.User, "How are you?")], Schema = Hosting.TestAgent.Json("""{"type":"object"}""") };

    private static async Task<ChatAnswer> AskAsync(FakeEndpoint endpoint, Func<ChatAgentSettings, ChatAgentSettings>? change = null, ChatQuestion? question = null)
    {
        var settings = Settings(endpoint.Address);
        using var model = new ChatModel(change is null ? settings : change(settings), null, TimeProvider.System);
        return await model.AskAsync(question ?? Question(), TestContext.Current.CancellationToken);
    }

    private static ChatAgentSettings Settings(Uri address) => new()
    {
        Name = "fake",
        Endpoint = address,
        Model = "small",
        Temperature = 0.25,
        MaxTokens = 64,
        Seed = 7,
        Timeout = TimeSpan.FromSeconds(20),
        RetryDelay = TimeSpan.FromMilliseconds(1),
    };
}
