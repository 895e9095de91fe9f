using System.Runtime.InteropServices;
using System.Text.Json;

using WreSkills.Hosting;
using WreSkills.Search;
using WreSkills.Tests.Executions;
using WreSkills.Tests.Hosting;

namespace WreSkills.Tests.Search;

/// <summary>Ranking by meaning, with an endpoint that answers over a real socket: texts about animals point one way, all others another.</summary>
public sealed class EmbeddingModelTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    private static Reply Vectors(JsonElement request, bool plain)
    {
        var texts = request.GetProperty("input").EnumerateArray().Select(text => text.GetString()!).ToList();
        var items = texts.Select((text, index) => $$$"""{"object":"embedding","index":{{{index}}},"embedding":{{{Vector(text, plain)}}}}""");
        return FakeEndpoint.Json($$$"""{"object":"list","model":"fake","data":[{{{string.Join(',', items)}}}],"usage":{"prompt_tokens":1,"total_tokens":1}}""");
    }

    private static string Vector(string text, bool plain)
    {
        float[] vector = text.Contains("goat", StringComparison.OrdinalIgnoreCase) || text.Contains("zoology", StringComparison.OrdinalIgnoreCase) ? [0, 1] : [1, 0];
        return plain ? $"[{vector[0]},{vector[1]}]" : $"\"{Convert.ToBase64String(MemoryMarshal.AsBytes(vector.AsSpan()))}\"";
    }

    private void Configure(Uri address, string more = "")
    {
        _test.Write("wre.yaml", $"version: 1\nembeddings:\n  endpoint: {address}\n  model: fake\n  timeout_seconds: 20\n{more}");
        _test.Write(".claude/skills/herd_prototype/SKILL.md", "---\nname: herd\ndescription: Counts goats.\n---\nOn the hill.\n");
        _test.Reopen();
    }

    private Task<(SearchAnswer Answer, IReadOnlyList<string> Warnings)> SearchAsync(string text) =>
        _test.Workspace.SkillSearch.RunAsync(new SearchQuery(text), TestContext.Current.CancellationToken);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_query_without_a_common_word_finds_by_meaning(bool plain)
    {
        using var endpoint = new FakeEndpoint((_, request) => Vectors(request, plain));
        Configure(endpoint.Address);
        _test.Workspace.Reindex();
        var (made, problem) = await _test.Workspace.SkillSearch.EmbedAsync(TestContext.Current.CancellationToken);
        Assert.Equal((2, null), (made, problem));
        var (answer, warnings) = await SearchAsync("zoology");
        Assert.Empty(warnings);
        Assert.Equal("herd", Assert.Single(answer.Hits).Skill);
        Assert.Equal(["meaning"], answer.Hits[0].Contributions.Select(contribution => contribution.Ranking));

        // Nothing changed, so only the query was asked for; the same holds after a full re-index.
        Assert.Equal(2, endpoint.Requests.Count);
        _test.Workspace.Reindex();
        Assert.Equal(0, (await _test.Workspace.SkillSearch.EmbedAsync(TestContext.Current.CancellationToken)).Made);
        Assert.Equal(2, endpoint.Requests.Count);
    }

    [Fact]
    public async Task A_few_missing_vectors_are_made_by_the_search_itself()
    {
        using var endpoint = new FakeEndpoint((_, request) => Vectors(request, plain: false));
        Configure(endpoint.Address);
        _test.Workspace.Reindex();
        Assert.Equal("herd", Assert.Single((await SearchAsync("zoology")).Answer.Hits).Skill);
    }

    [Fact]
    public async Task An_endpoint_that_is_gone_is_a_warning_and_words_still_find()
    {
        Uri address;
        using (var endpoint = new FakeEndpoint((_, request) => Vectors(request, plain: false)))
        {
            address = endpoint.Address;
        }

        Configure(address);
        _test.Workspace.Reindex();
        var (answer, warnings) = await SearchAsync("goats");
        Assert.Equal("herd", Assert.Single(answer.Hits).Skill);
        Assert.Contains("ranked by words alone", Assert.Single(warnings), StringComparison.Ordinal);
        var (made, problem) = await _test.Workspace.SkillSearch.EmbedAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, made);
        Assert.NotNull(problem);
    }

    [Theory]
    [InlineData("""{"object":"list","data":[]}""", 200)]
    [InlineData("""{"error":{"message":"no such model"}}""", 404)]
    [InlineData("nonsense", 200)]
    [InlineData("""{"object":"list","data":[{"object":"embedding","index":0,"embedding":[]}]}""", 200)]
    public async Task A_wrong_answer_is_a_warning(string body, int status)
    {
        using var endpoint = new FakeEndpoint((_, _) => FakeEndpoint.Json(body, status));
        Configure(endpoint.Address);
        _test.Workspace.Reindex();
        var (answer, warnings) = await SearchAsync("goats");
        Assert.Single(answer.Hits);
        Assert.Contains("does not serve", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_not_set_is_a_warning()
    {
        Configure(new Uri("http://127.0.0.1:9/v1"), "  api_key_env: WRE_TEST_NO_SUCH_KEY\n");
        _test.Workspace.Reindex();
        Assert.Contains("WRE_TEST_NO_SUCH_KEY", Assert.Single((await SearchAsync("goats")).Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("embeddings: {endpoint: ftp://x, model: m}", "endpoint")]
    [InlineData("embeddings: {}", "model")]
    [InlineData("embeddings: {model: m, api_key: secret}", "api_key_env")]
    [InlineData("embeddings: {model: m, batch_size: 0}", "batch_size")]
    [InlineData("embeddings: {model: m, modle: n}", "modle")]
    public void Configuration_that_is_wrong_is_refused(string yaml, string named)
    {
        _test.Write("wre.yaml", $"version: 1\n{yaml}\n");
        var error = Assert.Throws<WreException>(() => WorkspaceConfiguration.Load(_test.Root));
        Assert.Contains(error.Problems, problem => problem.Contains(named, StringComparison.Ordinal));
    }
}
