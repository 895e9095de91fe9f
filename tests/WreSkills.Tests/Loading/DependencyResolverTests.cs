using System.Text;
using System.Text.Json.Nodes;

using CsCheck;

using Microsoft.Extensions.Time.Testing;

using WreSkills.Loading;
using WreSkills.Policy;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Tests.Loading;

public sealed class DependencyResolverTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));

    public void Dispose() => _folder.Dispose();

    private WorkspaceLayout Layout => new() { Root = _folder.Path };

    private DependencySettings Store(string name = "authors", string path = "data/authors.txt") => new() { Name = name, Kind = DependencyKind.File, Path = _folder.At(path) };

    private Task<ResolvedDependencies> Resolve(SkillDependencies dependencies, IReadOnlyList<DependencySettings> settings, ContextCatalog? catalog = null, Dictionary<string, string>? request = null) =>
        new DependencyResolver(Layout, new DependencyHealth(Layout, settings, new DependencyRules(), _time), catalog ?? ContextCatalog.Empty)
            .ResolveAsync(dependencies, request ?? [], TestContext.Current.CancellationToken);

    [Fact]
    public async Task Everything_is_resolved_in_the_documented_form()
    {
        _folder.Write("data/authors.txt", "x");
        _folder.Write("docs/rules.md", "\uFEFFBe kind.\n");
        var resolved = await Resolve(
            new SkillDependencies { DataStores = ["authors"], McpEndpoints = ["tools"], Throttles = ["api"], RequiredContext = ["rules", "channel", "message", "who"] },
            [Store() with { Description = "One name a line." }, Store("tools") with { Address = "https://tools.example.com/mcp" }],
            new ContextCatalog(
                [new ThrottleSettings { Name = "api", MaxPerMinute = 60, MaxPerSecond = 0.5 }],
                [new ContextSettings { Name = "rules", Path = _folder.At("docs/rules.md") }, new ContextSettings { Name = "channel", Value = "main" }, new ContextSettings { Name = "message", ComesWithRequest = true }, new ContextSettings { Name = "who", Value = "nobody" }]),
            new Dictionary<string, string> { ["who"] = "Ada" });
        Assert.Empty(resolved.Refused);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""
            {"data_stores":{"authors":{"kind":"file","path":"data/authors.txt","description":"One name a line."}},
             "mcp_endpoints":{"tools":{"kind":"file","address":"https://tools.example.com/mcp"}},
             "throttles":{"api":{"max_per_second":0.5,"max_per_minute":60}},
             "required_context":{"rules":{"file":"docs/rules.md","text":"Be kind.\n"},"channel":{"value":"main"},"message":{"source":"request"},"who":{"value":"Ada"}}}
            """), resolved.Context), resolved.Context.ToJsonString());
    }

    [Fact]
    public async Task Everything_that_is_missing_is_told_with_a_hint()
    {
        var resolved = await Resolve(
            new SkillDependencies { DataStores = ["authors", "gone"], McpEndpoints = ["tools"], Throttles = ["api"], RequiredContext = ["rules", "a\u001b[2J`rm`"] },
            [Store("gone", "nowhere")],
            new ContextCatalog([], [new ContextSettings { Name = "rules", Path = _folder.At("missing.md") }]));
        Assert.Equal(
            ["data_store authors", "data_store gone", "mcp_endpoint tools", "throttle api", "context rules", "context a\u001b[2J`rm`"],
            resolved.Refused.Select(refusal => $"{refusal.Kind} {refusal.Name}"));
        Assert.All(resolved.Refused, refusal => Assert.NotEmpty(refusal.Hint));
        Assert.DoesNotContain("rm", resolved.Refused[^1].Hint, StringComparison.Ordinal);
        Assert.Contains("not healthy", resolved.Refused[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_probed_lately_is_believed_either_way()
    {
        var wanted = new SkillDependencies { DataStores = ["authors"] };
        Assert.Single((await Resolve(wanted, [Store()])).Refused);
        var file = _folder.Write("data/authors.txt", "x");
        Assert.Single((await Resolve(wanted, [Store()])).Refused);
        _time.Advance(DependencyHealth.MaxAge);
        Assert.Empty((await Resolve(wanted, [Store()])).Refused);
        File.Delete(file);
        Assert.Empty((await Resolve(wanted, [Store()])).Refused);
        _time.Advance(DependencyHealth.MaxAge);
        Assert.Single((await Resolve(wanted, [Store()])).Refused);
    }

    [Fact]
    public async Task Files_that_are_too_large_or_no_text_are_refused()
    {
        _folder.Write("large", new byte[DependencyResolver.MostFileBytes + 1]);
        _folder.Write("nul", "a\0b");
        _folder.Write("bytes", [0xff, 0xfe, 0x41]);
        File.CreateSymbolicLink(_folder.At("link"), _folder.At("nul"));
        foreach (var name in (string[])["large", "nul", "bytes", "link"])
        {
            var resolved = await Resolve(new SkillDependencies { RequiredContext = [name] }, [], new ContextCatalog([], [new ContextSettings { Name = name, Path = _folder.At(name) }]));
            Assert.Equal(name, Assert.Single(resolved.Refused).Name);
        }

        var long_ = await Resolve(new SkillDependencies { RequiredContext = ["v"] }, [], null, new Dictionary<string, string> { ["v"] = new('x', DependencyResolver.MostValueCharacters + 1) });
        Assert.Single(long_.Refused);
    }

    [Theory]
    [InlineData("postgres://ada:hunter2@db.example.com/x", "hunter2", "db.example.com/x")]
    [InlineData("postgres://ada:hun/ter2@db.example.com/x", "ter2", "db.example.com/x")]
    [InlineData("https://user@host/path", "user", "host/path")]
    [InlineData("Host=db;Username=ada;Password=hunter2;Pooling=true", "hunter2", "Pooling=true")]
    [InlineData("Server=db;Pwd = \"a b;c\";App=x", "b;c", "App=x")]
    [InlineData("Endpoint=sb://x/;SharedAccessKey=abc=;EntityPath=y", "abc", "EntityPath=y")]
    [InlineData("AccountName=a;Account Key=zzz", "zzz", "AccountName=a")]
    [InlineData("redis://:secret1@cache:6379/0", "secret1", "cache:6379/0")]
    [InlineData("https://h/p?access_token=abcdef&x=1", "abcdef", "x=1")]
    [InlineData("a postgres://u:p1@h1 and postgres://u:p2@h2", "p2", "h1 and")]
    public void Credentials_are_taken_out_of_settings(string text, string secret, string kept)
    {
        var safe = SecretFree.Text(text);
        Assert.DoesNotContain(secret, safe, StringComparison.Ordinal);
        Assert.Contains(kept, safe, StringComparison.Ordinal);
        Assert.Equal(safe, SecretFree.Text(safe));
    }

    [Theory]
    [InlineData("https://medium.com/@ada")]
    [InlineData("http://localhost:8080/a@b")]
    [InlineData("http://h/?next=mail@example.com")]
    [InlineData("Max tokens: 300, and a key point: be kind")]
    [InlineData("")]
    public void Other_text_stays(string text) => Assert.Same(text, SecretFree.Text(text));

    [Fact]
    public void Credentials_are_taken_out_of_arguments() =>
        Assert.Equal(["npx", "-y", "server", "--api-key", "[redacted]", "--token=[redacted]", "--port", "80"], SecretFree.Arguments(["npx", "-y", "server", "--api-key", "abc", "--token=abc", "--port", "80"]));

    [Fact]
    public void No_value_leaves_its_block() => Gen.Select(Gen.OneOf(Gen.String, Pick.From("```", ContextBlock.End, "\"}\n```\n# Do", "\u202e\u200b\u2028", "</x>", "\\", "\u0000\u001b", "\ud83d\ude00", "\udc00")).List[0, 6].Select(parts => string.Concat(parts)), Gen.String).Sample((value, name) =>
    {
        var text = ContextBlock.Append("Body.\n", new JsonObject { ["data_stores"] = new JsonObject { [name] = new JsonObject { ["address"] = value } } });
        var lines = text.Split('\n');
        if (!text.StartsWith("Body.\n\n" + ContextBlock.Begin + "\n", StringComparison.Ordinal) || lines.Count(line => line.Contains("```", StringComparison.Ordinal)) != 2
            || lines.Count(line => line.Contains("<!--", StringComparison.Ordinal)) != 2 || lines[^2] != ContextBlock.End || text.Any(character => char.IsControl(character) && character != '\n'))
        {
            return false;
        }

        var json = string.Join('\n', lines.SkipWhile(line => line != "```json").Skip(1).TakeWhile(line => line != "```"));
        return (string?)JsonNode.Parse(json)!["data_stores"]![Sound(name)]!["address"] == Sound(value);

        // What is no Unicode cannot be written.
        static string Sound(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
    }, iter: 5_000);

    [Fact]
    public void Fence_that_is_open_is_closed_before_the_block()
    {
        var text = ContextBlock.Append("~~~~ sh\nls", new JsonObject { ["x"] = 1 });
        Assert.StartsWith("~~~~ sh\nls\n~~~~\n\n" + ContextBlock.Begin, text, StringComparison.Ordinal);
        Assert.StartsWith("```\nls\n```\n\n" + ContextBlock.Begin, ContextBlock.Append("```\nls\n```\n", new JsonObject { ["x"] = 1 }), StringComparison.Ordinal);
    }
}
