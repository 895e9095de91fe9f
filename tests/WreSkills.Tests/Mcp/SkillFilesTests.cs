using System.Text.Json;
using System.Text.Json.Nodes;

using ModelContextProtocol;
using ModelContextProtocol.Protocol;

using WreSkills.Registry;
using WreSkills.Tests.Hosting;

namespace WreSkills.Tests.Mcp;

/// <summary>Files and resources: always of the version that was loaded.</summary>
public sealed class SkillFilesTests : IDisposable
{
    private const string Skill = TestWorkspace.Skill;
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_of_the_version_that_was_loaded_whatever_happened_since()
    {
        await TwoVersions.ProduceSecondAsync(_test);
        await using var session = await McpSession.StartAsync(_test);
        var digest = (await session.LoadAsync()).GetProperty("digest").GetString();
        Assert.NotNull(_test.RollBack(PromotionState.Production).Transition);

        foreach (var how in (JsonObject[])[[], new JsonObject { ["key"] = McpSession.Key }, new JsonObject { ["digest"] = digest }])
        {
            (how["skill"], how["path"]) = (Skill, TwoVersions.Words);
            var file = await session.AnswerAsync("read_skill_file", how);
            Assert.Equal(("words of 1.1\n", "1.1", digest), (file.GetProperty("text").GetString(), file.GetProperty("version").GetString(), file.GetProperty("digest").GetString()));
            Assert.Contains("taken out of traffic", file.GetProperty("note").GetString(), StringComparison.Ordinal);
        }

        await session.LoadAsync();
        var next = await session.AnswerAsync("read_skill_file", File(TwoVersions.Words));
        Assert.Equal(("words of 1.0\n", JsonValueKind.Null), (next.GetProperty("text").GetString(), next.GetProperty("note").ValueKind));
    }

    [Fact]
    public async Task What_is_no_text_comes_as_base64()
    {
        await TwoVersions.StageSecondAsync(_test);
        await using var session = await McpSession.StartAsync(_test);
        var file = await session.AnswerAsync("read_skill_file", File(TwoVersions.Icon));
        Assert.Equal((JsonValueKind.Null, TwoVersions.IconBytes.Length), (file.GetProperty("text").ValueKind, file.GetProperty("bytes").GetInt32()));
        Assert.Equal(TwoVersions.IconBytes, file.GetProperty("base64").GetBytesFromBase64());
    }

    [Theory]
    [InlineData("../SKILL.md")]
    [InlineData("references/../SKILL.md")]
    [InlineData("/etc/passwd")]
    [InlineData("..\\..\\wre.yaml")]
    [InlineData("nothing.txt")]
    public async Task Nothing_but_the_versions_files_can_be_read(string path)
    {
        await TwoVersions.StageSecondAsync(_test);
        await using var session = await McpSession.StartAsync(_test);
        var digest = (await session.LoadAsync()).GetProperty("digest").GetString();
        Assert.Contains("has no file", await session.ErrorAsync("read_skill_file", File(path)), StringComparison.Ordinal);
        Assert.Contains("- references/words.txt", await session.ErrorAsync("read_skill_file", new JsonObject { ["skill"] = Skill, ["path"] = path, ["digest"] = digest }), StringComparison.Ordinal);
        await Assert.ThrowsAsync<McpProtocolException>(() => session.Client.ReadResourceAsync(new ReadResourceRequestParams { Uri = $"skill://{Skill}/{path}" }, Stop).AsTask());
    }

    [Fact]
    public async Task A_version_of_another_skill_is_not_handed_out()
    {
        await TwoVersions.StageSecondAsync(_test);
        var document = _test.Workspace.Registry.Load();
        Assert.True(_test.Workspace.Registry.TryCommit(document.With("other", new SkillEntry()), document.Serial));
        await using var session = await McpSession.StartAsync(_test);
        var digest = _test.Entry.Versions["1.0"].Digest;
        Assert.Contains("other has no version", await session.ErrorAsync("read_skill_file", new JsonObject { ["skill"] = "other", ["path"] = "SKILL.md", ["digest"] = digest }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_altered_version_is_not_handed_out()
    {
        await TwoVersions.StageSecondAsync(_test);
        await using var session = await McpSession.StartAsync(_test);
        var digest = (await session.LoadAsync()).GetProperty("digest").GetString()!;
        System.IO.File.AppendAllText(Path.Combine(_test.Workspace.Store.Folder(digest), TwoVersions.Words), "and more");
        Assert.Contains("was changed in the version store", await session.ErrorAsync("read_skill_file", File(TwoVersions.Words)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_sessions_a_file_needs_a_digest_or_key()
    {
        await TwoVersions.StageSecondAsync(_test);
        await using var session = await McpSession.StartAsync(_test, key: null);
        Assert.Contains("A file of which version?", await session.ErrorAsync("read_skill_file", File(TwoVersions.Words)), StringComparison.Ordinal);
        var byKey = File(TwoVersions.Words);
        byKey["key"] = "anyone";
        var expected = _test.Workspace.Loader.Load(Skill, "anyone")!.Version;
        Assert.Equal($"words of {expected}\n", (await session.AnswerAsync("read_skill_file", byKey)).GetProperty("text").GetString());
    }

    [Fact]
    public async Task Skills_are_resources_and_their_files_follow_a_template()
    {
        await TwoVersions.StageSecondAsync(_test);
        await using var session = await McpSession.StartAsync(_test);
        var resource = Assert.Single((await session.Client.ListResourcesAsync(new ListResourcesRequestParams(), Stop)).Resources);
        Assert.Equal(($"skill://{Skill}/SKILL.md", Skill, "text/markdown"), (resource.Uri, resource.Name, resource.MimeType));
        Assert.Equal("skill://{skill}/{+path}", Assert.Single((await session.Client.ListResourceTemplatesAsync(new ListResourceTemplatesRequestParams(), Stop)).ResourceTemplates).UriTemplate);

        var expected = _test.Workspace.Loader.Load(Skill, McpSession.Key)!;
        var document = Assert.IsType<TextResourceContents>(await ReadAsync(session, "SKILL.md"));
        Assert.Equal(expected.Digest, (string?)document.Meta!["wre/digest"]);

        // What the skill depends on follows its text.
        Assert.StartsWith(expected.Text, document.Text, StringComparison.Ordinal);
        Assert.Equal($"words of {expected.Version}\n", Assert.IsType<TextResourceContents>(await ReadAsync(session, TwoVersions.Words)).Text);
        var icon = Assert.IsType<BlobResourceContents>(await ReadAsync(session, TwoVersions.Icon));
        Assert.Equal(TwoVersions.IconBytes, icon.DecodedData.ToArray());
        Assert.Equal("image/png", icon.MimeType);
    }

    [Fact]
    public async Task A_resources_file_is_of_the_version_whose_text_was_read()
    {
        await TwoVersions.ProduceSecondAsync(_test);
        await using var session = await McpSession.StartAsync(_test);
        await ReadAsync(session, "SKILL.md");
        Assert.NotNull(_test.RollBack(PromotionState.Production).Transition);
        Assert.Equal("words of 1.1\n", Assert.IsType<TextResourceContents>(await ReadAsync(session, TwoVersions.Words)).Text);
        await ReadAsync(session, "SKILL.md");
        Assert.Equal("words of 1.0\n", Assert.IsType<TextResourceContents>(await ReadAsync(session, TwoVersions.Words)).Text);
    }

    [Fact]
    public async Task Without_sessions_resources_are_what_serves_every_key()
    {
        await TwoVersions.WriteAndStageFirstAsync(_test);
        await using var session = await McpSession.StartAsync(_test, key: null);
        Assert.Empty((await session.Client.ListResourcesAsync(new ListResourcesRequestParams(), Stop)).Resources);
        var error = await Assert.ThrowsAsync<McpProtocolException>(() => ReadAsync(session, "SKILL.md"));
        Assert.Contains("call load_skill with a key", error.Message, StringComparison.Ordinal);

        _test.RecordGood(100);
        TestWorkspace.Committed(_test.Promote(PromotionState.Production, _test.Ticket(PromotionState.Production)));
        Assert.Equal("1.0", (string?)(await ReadAsync(session, "SKILL.md")).Meta!["wre/version"]);
        Assert.Single((await session.Client.ListResourcesAsync(new ListResourcesRequestParams(), Stop)).Resources);
    }

    private static JsonObject File(string path) => new() { ["skill"] = Skill, ["path"] = path };

    private static async Task<ResourceContents> ReadAsync(McpSession session, string path) =>
        Assert.Single((await session.Client.ReadResourceAsync(new ReadResourceRequestParams { Uri = $"skill://{Skill}/{path}" }, Stop)).Contents);
}
