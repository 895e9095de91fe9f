using WreSkills.Hosting;
using WreSkills.Registry;
using WreSkills.Search;
using WreSkills.Storage;

namespace WreSkills.Tests.Hosting;

public sealed class IndexRefreshTests : IDisposable
{
    private const string Core = "modules/infrastructure/wre_core/skills";

    private readonly TestWorkspace _test = new();

    private IndexRefresh Refresh => _test.Workspace.IndexRefresh;

    private SkillIndex Index => _test.Workspace.Index;

    public void Dispose() => _test.Dispose();

    private void Draft(string skill, string body, string matter = "", string folder = ".claude/skills/{0}_prototype") =>
        _test.Write($"{string.Format(null, folder, skill)}/SKILL.md", $"---\nname: {skill}\ndescription: About {skill}.\n{matter}---\n{body}\n");

    private async Task<string[]> FoundAsync(string query)
    {
        var (answer, warnings) = await _test.Workspace.SkillSearch.RunAsync(new SearchQuery(query), TestContext.Current.CancellationToken);
        Assert.Empty(warnings);
        return [.. answer.Hits.Select(hit => hit.Skill)];
    }

    [Fact]
    public async Task Drafts_that_come_change_and_go_are_found_without_a_command()
    {
        Assert.NotNull(Refresh.Run());
        Assert.Null(Refresh.Run());
        Draft("invoices", "Read supplier bills.");
        Assert.Equal(["invoices"], await FoundAsync("supplier"));
        Assert.Null(Refresh.Run());

        Draft("invoices", "Read receipts, the longer the better.");
        Assert.Equal(1, Refresh.Run()!.Indexed);
        Assert.Empty(await FoundAsync("supplier"));
        Assert.Equal(["invoices"], await FoundAsync("receipts"));

        Directory.Delete(_test.At(".claude/skills/invoices_prototype"), recursive: true);
        Assert.Equal(1, Refresh.Run()!.Removed);
        Assert.Empty(await FoundAsync("receipts"));
        Assert.Null(_test.Workspace.Graph.StateOf("invoices"));
        Assert.Null(Refresh.Run());
    }

    [Fact]
    public async Task A_sidecar_that_changes_is_seen()
    {
        Draft("invoices", "Bills.");
        Refresh.Run();
        _test.Write(".claude/skills/invoices_prototype/wre-skill.yaml", "trigger_keywords: [ledger]\n");
        Assert.Equal(["invoices"], await FoundAsync("ledger"));
    }

    [Fact]
    public async Task An_unsound_draft_is_not_found_and_not_read_again_until_it_is_mended()
    {
        _test.Write(".claude/skills/broken_prototype/SKILL.md", "---\nname: [\n---\nSupplier.\n");
        Refresh.Run();
        Assert.Null(Refresh.Run());
        Assert.Empty(await FoundAsync("supplier"));
        Draft("broken", "Supplier, mended.");
        Assert.Equal(["broken"], await FoundAsync("supplier"));
    }

    [Fact]
    public async Task A_live_version_hides_its_draft_and_a_registry_that_somebody_else_changed_is_seen()
    {
        await _test.StageAsync();
        Refresh.Run();
        Assert.Equal("staged", Index.Find(TestWorkspace.Skill)!.Value.State);
        _test.WriteSkill("1.1", "Quite another text about umbrellas.");
        Assert.Null(Refresh.Run());
        Assert.Empty(await FoundAsync("umbrellas"));

        // Another process rolled back, and died before it came to the index.
        Index.Update(TestWorkspace.Skill, null);
        File.SetLastWriteTimeUtc(_test.Workspace.Layout.RegistryFile, DateTime.UnixEpoch);
        Assert.Equal(1, Refresh.Run()!.Indexed);
        Assert.Equal("staged", Index.Find(TestWorkspace.Skill)!.Value.State);
    }

    [Fact]
    public void A_reindex_leaves_alone_what_did_not_change_and_reads_what_only_the_digest_shows()
    {
        Draft("one", "First.");
        Draft("two", "Second.");
        var first = Refresh.Run(full: true, []);
        Assert.Equal((3, 3, 0, 0), (first.Skills, first.Indexed, first.Unchanged, first.Removed));
        _test.Write(".claude/skills/two_prototype/data.txt", "resource");
        Assert.Null(Refresh.Run());
        var second = Refresh.Run(full: false, []);
        Assert.Equal((3, 1, 2, 0), (second.Skills, second.Indexed, second.Unchanged, second.Removed));
        var third = Refresh.Run(full: true, []);
        Assert.Equal((3, 3, 0), (third.Skills, third.Indexed, third.Unchanged));
    }

    [Fact]
    public async Task Skills_below_a_named_folder_are_found_remembered_and_followed()
    {
        Draft("vendor_tool", "Umbrella repair.", folder: "vendor/pack/{0}");
        Draft("inner", "Never found: inside of a skill.", folder: "vendor/pack/vendor_tool/{0}");
        var result = Refresh.Run(full: false, [_test.At("vendor")]);
        Assert.Equal(2, result.Skills);
        var hit = Assert.Single((await _test.Workspace.SkillSearch.RunAsync(new SearchQuery("umbrella"), TestContext.Current.CancellationToken)).Answer.Hits);
        Assert.Equal(("vendor_tool", "vendor/pack/vendor_tool", "prototype"), (hit.Skill, hit.Path, hit.State));
        Assert.Null(Refresh.Run());

        Draft("vendor_tool", "Parasol repair at length.", folder: "vendor/pack/{0}");
        Assert.Equal(["vendor_tool"], await FoundAsync("parasol"));
        Draft("second_tool", "Awning repair.", folder: "vendor/pack/{0}");
        Assert.Equal(1, Refresh.Run(full: false, []).Indexed);
        Assert.Equal(["second_tool"], await FoundAsync("awning"));
        Assert.Equal(1, Refresh.Run(full: true, []).Skills);
        Assert.Empty(await FoundAsync("parasol"));
    }

    [Fact]
    public void Folders_of_known_skills_are_not_found_a_second_time()
    {
        Draft("one", "First.");
        Assert.Equal(2, Refresh.Run(full: true, [_test.Root]).Skills);
        Assert.Equal(2, Refresh.Run(full: true, [_test.At(Core)]).Skills);
    }

    [Fact]
    public async Task A_missing_and_a_damaged_file_are_built_anew_with_a_note()
    {
        var (answer, warnings) = await _test.Workspace.SkillSearch.RunAsync(new SearchQuery("spam"), TestContext.Current.CancellationToken);
        Assert.Single(answer.Hits);
        Assert.Equal(["the search index was missing; it was built"], warnings);

        File.WriteAllText(_test.At($"{Core}/index/skills.db"), "nonsense, and more nonsense than a header holds");
        (answer, warnings) = await _test.Workspace.SkillSearch.RunAsync(new SearchQuery("spam"), TestContext.Current.CancellationToken);
        Assert.Single(answer.Hits);
        Assert.Contains("damaged", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Single(await FoundAsync("spam"));
    }

    [Fact]
    public async Task A_full_disk_answers_from_the_old_index_and_says_so()
    {
        Assert.Single(_test.Workspace.Index.Search("spam", null, 5) is { Count: 0 } ? (await _test.Workspace.SkillSearch.RunAsync(new SearchQuery("spam"), TestContext.Current.CancellationToken)).Answer.Hits : []);
        Draft("invoices", "Spam as well.");
        FaultInjection.Fault = "full:skills.db";
        var (answer, warnings) = await _test.Workspace.SkillSearch.RunAsync(new SearchQuery("spam"), TestContext.Current.CancellationToken);
        Assert.Equal([TestWorkspace.Skill], answer.Hits.Select(hit => hit.Skill));
        Assert.Contains("could not be brought up to date", Assert.Single(warnings), StringComparison.Ordinal);
        FaultInjection.Fault = null;
        Assert.Equal(2, (await FoundAsync("spam")).Length);
    }

    [Fact]
    public void A_version_that_cannot_be_read_keeps_no_other_from_being_found()
    {
        var entry = TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Staged))) with { PromotionState = PromotionState.Staged };
        Assert.True(_test.Workspace.Registry.TryCommit(new RegistryDocument().With("lost", entry), 0));
        var result = Refresh.Run(full: true, []);
        Assert.Contains("lost is not indexed", Assert.Single(result.Notes), StringComparison.Ordinal);
        Assert.Equal(1, result.Skills);
    }

    [Fact]
    public void Skills_that_use_one_another_become_edges_when_both_are_there()
    {
        Draft("reporter", "Use the umbrellas skill, then skill:spam_check.");
        Refresh.Run();
        Assert.Equal([TestWorkspace.Skill], _test.Workspace.Graph.DependsOn("reporter").Select(link => link.Name));
        Draft("umbrellas", "Nothing.");
        Refresh.Run();
        Assert.Equal(["reporter"], _test.Workspace.Graph.Dependents("umbrellas"));
        Draft("reporter", "On its own.");
        Refresh.Run();
        Assert.Empty(_test.Workspace.Graph.Dependents("umbrellas"));
    }

    [Fact]
    public async Task A_promotion_and_a_rollback_index_at_once()
    {
        Refresh.Run();
        await _test.StageAsync();
        Assert.Equal("staged", Index.Find(TestWorkspace.Skill)!.Value.State);
        _test.RollBack(PromotionState.Staged);
        Assert.Equal("prototype", Index.Find(TestWorkspace.Skill)!.Value.State);
        Refresh.Run();
        Assert.Null(Refresh.Run());
    }

    [Fact]
    public async Task A_ticket_names_the_nearest_skills_and_their_passages()
    {
        Draft("copy", "Look at capital letters, links, rate and repetition.");
        Draft("plants", "Water the tomatoes in the evening, and never at noon.");
        Refresh.Run();
        await _test.Workspace.BenchAsync(TestWorkspace.Skill, PromotionState.Prototype, TestAgent.Good(), 1, null, TestContext.Current.CancellationToken);
        var (ticket, _) = _test.Workspace.Issuer.Issue(TestWorkspace.Skill, PromotionState.Prototype, PromotionState.Staged, null, "author", null);
        var nearest = _test.Workspace.Tickets.Evidence(ticket)!.NearestSkills!;
        Assert.Equal(["copy"], nearest.Select(skill => skill.Skill));
        Assert.InRange(nearest[0].Similarity, 0.5, 1);
        Assert.Equal("Look at capital letters, links, rate and repetition", Assert.Single(nearest[0].Passages).Text);
        Assert.Equal(5, nearest[0].Passages[0].OtherLine);
    }

    [Fact]
    public async Task A_ticket_without_an_index_says_that_nobody_looked()
    {
        await _test.Workspace.BenchAsync(TestWorkspace.Skill, PromotionState.Prototype, TestAgent.Good(), 1, null, TestContext.Current.CancellationToken);
        var (ticket, _) = _test.Workspace.Issuer.Issue(TestWorkspace.Skill, PromotionState.Prototype, PromotionState.Staged, null, "author", null);
        Assert.Null(_test.Workspace.Tickets.Evidence(ticket)!.NearestSkills);
    }
}
