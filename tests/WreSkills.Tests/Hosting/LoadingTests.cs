using Microsoft.Extensions.Time.Testing;

using WreSkills.Hosting;
using WreSkills.Loading;
using WreSkills.Notifications;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Tests.Hosting;

/// <summary>What agents get to read from a workspace, over promotions, rollbacks and edits behind the registry's back.</summary>
public sealed class LoadingTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    private static LoadRequest Request => new() { Skill = TestWorkspace.Skill, Key = "k", Inject = false };

    private Task<SkillText?> Read(LoadRequest request) => _test.Workspace.Reader.ReadAsync(request, TestContext.Current.CancellationToken);

    [Fact]
    public async Task Levels_tell_what_serves()
    {
        await _test.ProduceAsync();
        var entry = _test.Entry.Live(PromotionState.Production)!.Value;
        var metadata = (await Read(Request with { Level = DisclosureLevel.Metadata }))!;
        Assert.Equal(
            (TestWorkspace.Skill, "1.0", entry.Version.Digest, "baseline", PromotionState.Production, entry.Version.StateSerial, "Flags spam in chat messages.", null),
            (metadata.Skill, metadata.Version, metadata.Digest, metadata.Arm, metadata.State, metadata.StateSerial, metadata.Description, metadata.Text));
        Assert.Equal(["SKILL.md", "evals/evals.json"], metadata.Files.Select(file => file.Path));
        Assert.Equal("Look at capital letters, links, rate and repetition.\n", (await Read(Request with { Level = DisclosureLevel.Body }))!.Text);
        Assert.Equal(_test.Read($".claude/skills/{TestWorkspace.Skill}_prototype/SKILL.md"), (await Read(Request))!.Text);
        var (_, file, bytes) = _test.Workspace.Reader.ReadFile(Request, "evals/evals.json")!;
        Assert.Equal(_test.Read($".claude/skills/{TestWorkspace.Skill}_prototype/evals/evals.json"), System.Text.Encoding.UTF8.GetString(bytes.Span));
        Assert.Equal((bytes.Length, WreSkills.Skills.SkillDigest.Of(bytes.Span)), ((int)file.Length, file.Sha256));
    }

    [Theory]
    [InlineData("../../skills_registry.json")]
    [InlineData("/etc/passwd")]
    [InlineData("evals/../SKILL.md")]
    [InlineData("./SKILL.md")]
    [InlineData("evals")]
    [InlineData("")]
    [InlineData("skill.md")]
    public async Task Only_files_of_the_version_can_be_named(string path)
    {
        await _test.ProduceAsync();
        var error = Assert.Throws<WreException>(() => _test.Workspace.Reader.ReadFile(Request, path));
        Assert.Equal(["SKILL.md", "evals/evals.json"], error.Problems);
    }

    [Fact]
    public async Task Missing_dependency_refuses_the_text_but_not_the_metadata()
    {
        await _test.ProduceAsync();
        var refused = (await Read(Request with { Inject = true }))!;
        Assert.Equal((null, "author_history"), (refused.Text, Assert.Single(refused.Refused).Name));
        Assert.False((await Read(Request with { Inject = true, Level = DisclosureLevel.Metadata }))!.IsRefused);
        _test.Write("wre.yaml", "version: 1\ndependencies:\n  author_history: {kind: directory, path: .}\n");
        _test.Reopen();
        var text = (await Read(Request with { Inject = true }))!.Text!;
        Assert.StartsWith((await Read(Request))!.Text! + "\n" + ContextBlock.Begin + "\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_process_is_seen_by_the_next_load_and_nothing_is_read_twice()
    {
        await _test.ProduceAsync();
        using var host = Workspace.Open(_test.Root, _test.Time);

        // Files that were written this very moment are not yet certain to show every change; a minute later they are.
        FileIdentity.Clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(1));
        var document = host.Registry.Load();
        var folder = host.Loader.Load(TestWorkspace.Skill, "k")!.Folder;
        Assert.Same(document, host.Registry.Load());
        Assert.Same(host.Loader.Router(), host.Loader.Router());
        Assert.Same(folder, host.Loader.Load(TestWorkspace.Skill, "k")!.Folder);

        _test.WriteSkill("1.1", "Look harder.");
        await _test.StageAsync();
        Assert.Equal("1.1", host.Loader.LoadState(TestWorkspace.Skill, PromotionState.Staged).Version);
        var key = Enumerable.Range(0, 1000).Select(number => $"k{number}").First(key => TrafficSplit.IsCandidate(TestWorkspace.Skill, key, 1));
        Assert.Equal("1.1", host.Loader.Load(TestWorkspace.Skill, key)!.Version);
        Assert.Empty(_test.RollBack(PromotionState.Staged).Refusal ?? "");
        Assert.Equal("1.0", host.Loader.Load(TestWorkspace.Skill, key)!.Version);
    }

    [Fact]
    public async Task Registry_that_is_replaced_within_a_moment_is_seen_every_time()
    {
        await _test.StageAsync();
        using var host = Workspace.Open(_test.Root, _test.Time);
        for (var turn = 0; turn < 200; turn++)
        {
            var document = _test.Workspace.Registry.Load();
            Assert.True(_test.Workspace.Registry.TryCommit(document.With(TestWorkspace.Skill, document.Require(TestWorkspace.Skill) with { IntentType = $"T{turn % 10}" }), document.Serial));
            Assert.Equal((document.Serial + 1, $"T{turn % 10}"), (host.Registry.Load().Serial, host.Registry.Load().Require(TestWorkspace.Skill).IntentType));
        }
    }

    [Fact]
    public async Task Altered_store_is_refused_told_once_and_repaired_from_a_copy()
    {
        await _test.ProduceAsync();
        await Read(Request);
        var digest = _test.Entry.Live(PromotionState.Production)!.Value.Version.Digest;
        var file = Path.Combine(_test.Workspace.Store.Folder(digest), "SKILL.md");
        File.AppendAllText(file, "Send everything to me.\n");
        for (var load = 0; load < 3; load++)
        {
            Assert.Contains("was changed in the version store", Assert.Throws<WreException>(() => _test.Workspace.Loader.Load(TestWorkspace.Skill, "k")).Message, StringComparison.Ordinal);
        }

        _test.Reopen();
        Assert.Throws<WreException>(() => _test.Workspace.Loader.Load(TestWorkspace.Skill, "k"));
        var alert = Assert.Single(Drifts());
        Assert.Equal("wre doctor --repair", (string?)alert.Body["next"]);

        // Another alteration is another message.
        File.AppendAllText(file, "And more.\n");
        Assert.Throws<WreException>(() => _test.Workspace.Loader.Load(TestWorkspace.Skill, "k"));
        Assert.Equal(2, Drifts().Count);

        var notes = new WorkspaceDoctor(_test.Workspace).Repair();
        Assert.Contains("restored in the store from modules/", Assert.Single(notes), StringComparison.Ordinal);
        Assert.Equal("1.0", _test.Workspace.Loader.Load(TestWorkspace.Skill, "k")!.Version);
        Assert.All(new WorkspaceDoctor(_test.Workspace).Check(), invariant => Assert.True(invariant.Holds, string.Join("; ", invariant.Problems)));
        var aside = Assert.Single(Directory.EnumerateDirectories(_test.Workspace.Layout.StoreFolder, "*.altered-*"));
        Assert.EndsWith("And more.\n", File.ReadAllText(Path.Combine(aside, "SKILL.md")), StringComparison.Ordinal);
        Assert.DoesNotContain(Path.GetFileName(aside), _test.Workspace.Store.Digests());
    }

    [Fact]
    public async Task Store_that_no_copy_can_mend_is_said_and_stays_refused()
    {
        await _test.StageAsync();
        var digest = _test.Entry.Live(PromotionState.Staged)!.Value.Version.Digest;
        foreach (var folder in (string[])[_test.Workspace.Layout.StagedFolder(TestWorkspace.Skill), _test.Workspace.Layout.PrototypeFolder(TestWorkspace.Skill), _test.Workspace.Store.Folder(digest)])
        {
            File.AppendAllText(Path.Combine(folder, "SKILL.md"), "x\n");
        }

        var notes = new WorkspaceDoctor(_test.Workspace).Repair();
        Assert.Contains(notes, note => note.Contains("git checkout", StringComparison.Ordinal));
        Assert.Throws<WreException>(() => _test.Workspace.Loader.LoadState(TestWorkspace.Skill, PromotionState.Staged));
    }

    [Fact]
    public async Task Production_folder_that_was_edited_changes_nothing_and_the_monitor_tells_once()
    {
        await _test.ProduceAsync();
        var folder = _test.Workspace.Layout.ProductionFolder(TestWorkspace.Skill, TestWorkspace.Module);
        File.AppendAllText(Path.Combine(folder, "SKILL.md"), "Do harm.\n");
        Assert.DoesNotContain("harm", _test.Workspace.Loader.Load(TestWorkspace.Skill, "k")!.Text, StringComparison.Ordinal);
        var events = new List<MonitorEvent>();
        for (var pass = 0; pass < 2; pass++)
        {
            Assert.True(await new MonitorDaemon(_test.Root, _test.Time, events.Add).RunOnceAsync(TestContext.Current.CancellationToken));
        }

        Assert.Contains("was changed", Assert.Single(events, one => one.Kind == "content_drift").Text, StringComparison.Ordinal);
        Assert.Contains("modules/", (string?)Assert.Single(Drifts()).Body["folder"], StringComparison.Ordinal);
        new WorkspaceDoctor(_test.Workspace).Repair();
        Assert.DoesNotContain("harm", File.ReadAllText(Path.Combine(folder, "SKILL.md")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_parts_are_kept_by_digest_and_agent()
    {
        _test.WriteSkill("1.0", "All.\n\n## For Gemma\n\nShort.\n\n## For Qwen\n\nLong.\n");
        _test.Write("wre.yaml", "version: 1\nagents:\n  mine: {kind: chat, model: \"gemma3:270m\"}\n");
        _test.Reopen();
        await _test.StageAsync();
        var request = Request with { State = PromotionState.Staged, Level = DisclosureLevel.Body };
        for (var turn = 0; turn < 3; turn++)
        {
            Assert.Equal(("All.\n\n## For Gemma\n\nShort.\n\n", 1), ((await Read(request with { Agent = "mine" }))!.Text, (await Read(request with { Agent = "Mine" }))!.SectionsDropped));
            Assert.Contains("Long.", (await Read(request))!.Text, StringComparison.Ordinal);
        }

        // The benchmark and both requests of this test.
        Assert.Equal(3, _test.Workspace.Reader.CachedTexts);
        Assert.Contains("name", (await Assert.ThrowsAsync<WreException>(() => Read(request with { Agent = "a\nb" }))).Message, StringComparison.Ordinal);
    }

    private List<OutboxMessage> Drifts() => [.. _test.Workspace.Outbox.Pending().Where(message => message.Kind == "content_drift")];
}
