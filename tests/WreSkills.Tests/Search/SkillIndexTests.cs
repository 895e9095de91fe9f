using CsCheck;

using WreSkills.Registry;
using WreSkills.Search;
using WreSkills.Storage;

namespace WreSkills.Tests.Search;

public sealed class SkillIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SkillIndex _index;

    public SkillIndexTests() => _index = new SkillIndex(new WorkspaceLayout { Root = _folder.Path }, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    private IndexedSkill Skill(string matter = "", string body = "Body\n", PromotionState state = PromotionState.Staged, string name = TestSkill.Name) =>
        new(name, state, "1.0", TestSkill.Read(_folder, ("SKILL.md", TestSkill.Text(matter, body))));

    [Fact]
    public void Search_without_an_index_finds_nothing() => Assert.Empty(_index.Search("spam", null, 5));

    [Fact]
    public void Rebuild_counts_skills_descriptions_and_dependencies()
    {
        var result = _index.Rebuild([Skill("dependencies: {data_stores: [a, a, b], throttles: [a]}\n")]);
        Assert.Equal((1, 1, 3), (result.Skills, result.Descriptions, result.Dependencies));
        Assert.Equal((1, 1, 3), (_index.Rebuild([Skill("dependencies: {data_stores: [a, a, b], throttles: [a]}\n")]) is var again ? (again.Skills, again.Descriptions, again.Dependencies) : default));
        Assert.Single(_index.Search("spam", null, 5));
    }

    [Theory]
    [InlineData("finds")]
    [InlineData("find")]
    [InlineData("SPA")]
    [InlineData("keyw")]
    [InlineData("ubermass")]
    [InlineData("zzz, spam!")]
    [InlineData("filter")]
    public void Search_by_words_their_beginnings_and_stems_finds(string query)
    {
        _index.Rebuild([Skill("trigger_keywords: [keywording]\n", "Über­mass: Übermaß at Ubermass\n")]);
        Assert.Equal(TestSkill.Name, Assert.Single(_index.Search(query, null, 5)).Skill);
    }

    [Fact]
    public void Search_ranks_the_name_above_the_body()
    {
        _index.Rebuild([Skill(body: "About invoices and spam.\n", name: "chat"), Skill(body: "Nothing.\n", name: "invoices")]);
        Assert.Equal(["invoices", "chat"], _index.Search("invoices", null, 5).Select(hit => hit.Skill));
        Assert.Single(_index.Search("invoices", null, 1));
    }

    [Fact]
    public void Search_in_a_state_finds_only_that()
    {
        _index.Rebuild([Skill(state: PromotionState.Production)]);
        Assert.Empty(_index.Search("spam", PromotionState.Staged, 5));
        Assert.Single(_index.Search("spam", PromotionState.Production, 5));
    }

    [Fact]
    public void Update_replaces_and_removes_one_skill()
    {
        _index.Rebuild([Skill(name: "other"), Skill()]);
        _index.Update(TestSkill.Name, Skill(state: PromotionState.Production));
        Assert.Equal(("production", "1.0"), _index.Find(TestSkill.Name) is { } found ? (found.State, found.Version) : default);
        _index.Update(TestSkill.Name, null);
        Assert.Null(_index.Find(TestSkill.Name));
        Assert.NotNull(_index.Find("other"));
    }

    [Theory]
    [InlineData("\"")]
    [InlineData("spam AND")]
    [InlineData("NOT spam*")]
    [InlineData("skill:x")]
    [InlineData("^spam -filter")]
    [InlineData("NEAR(spam")]
    [InlineData("'; DROP TABLE skill_text; --")]
    [InlineData("\0")]
    [InlineData("")]
    public void Search_with_punctuation_never_throws(string query)
    {
        _index.Rebuild([Skill()]);
        _index.Search(query, null, 5);
        Assert.NotNull(_index.Find(TestSkill.Name));
    }

    [Fact]
    public void Search_for_any_text_never_throws()
    {
        _index.Rebuild([Skill()]);
        Gen.String.Sample(
            query =>
            {
                _index.Search(query, null, 5);
                return true;
            },
            iter: 300, threads: 1);
    }

    [Theory]
    [InlineData("spma", "spam")]
    [InlineData("detecion", "detection")]
    public void Slips_are_corrected_and_said(string query, string meant)
    {
        _index.Rebuild([Skill(body: "Detection of spam.\n")]);
        var answer = _index.Search(new SearchQuery(query));
        Assert.Equal(TestSkill.Name, Assert.Single(answer.Hits).Skill);
        Assert.Equal([meant], answer.Corrections[query]);
    }

    [Theory]
    [InlineData("amfil")]
    [InlineData("spamfilter")]
    [InlineData("spamFilter")]
    [InlineData("spam-filter")]
    [InlineData("SPAM_FILTER")]
    [InlineData("spm filterr")]
    public void Parts_and_other_spellings_of_a_name_find_it(string query)
    {
        _index.Rebuild([Skill(), Skill(name: "invoices", body: "Nothing.\n")]);
        Assert.Equal(TestSkill.Name, _index.Search(query, null, 5)[0].Skill);
    }

    [Fact]
    public void An_exact_name_comes_first_whatever_else_matches()
    {
        _index.Rebuild([.. Enumerable.Range(0, 30).Select(number => Skill(name: $"spam{number}", body: "Spam spam spam.\n")), Skill(body: "Nothing.\n", name: "spam")]);
        var first = _index.Search("Spam", null, 5)[0];
        Assert.True(first.ExactName);
        Assert.Equal("spam", first.Skill);
    }

    [Theory]
    [InlineData("垃圾")]
    [InlineData("评论检测")]
    [InlineData("论")]
    [InlineData("测")]
    [InlineData("スパム")]
    public void Scripts_without_spaces_are_searched_by_pairs(string query)
    {
        _index.Rebuild([Skill(body: "用于垃圾评论检测。迷惑なスパムを検出します。\n"), Skill(name: "other", body: "Nothing.\n")]);
        Assert.Equal(TestSkill.Name, Assert.Single(_index.Search(query, null, 5)).Skill);
    }

    [Fact]
    public void A_hit_says_why()
    {
        _index.Rebuild([Skill("trigger_keywords: [ham]\nprimary_agent: gemma\n", "# Links\n\nOpen no links of strangers.\n")]);
        var hit = Assert.Single(_index.Search("link strangr finding", null, 5));
        Assert.Equal(["description: Finds", "headings: Links", "body: Links, strangers"], hit.Matches.Select(match => $"{match.Field}: {string.Join(", ", match.Words)}"));
        Assert.Equal("# [Links] Open no [links] of [strangers].", hit.Snippet);
        Assert.Equal(("gemma", false), (hit.Agent, hit.ExactName));
        Assert.Equal(["words", "title"], hit.Contributions.Select(contribution => contribution.Ranking));
        Assert.Equal(hit.Score, hit.Contributions.Sum(contribution => contribution.Share), 12);
    }

    [Fact]
    public void A_long_text_is_shown_where_most_words_are()
    {
        var filler = string.Concat(Enumerable.Repeat("Say nothing here about it. ", 100));
        _index.Rebuild([Skill(body: $"One invoice.\n{filler}\nThe invoice has a due date.\n{filler}")]);
        Assert.Equal("…about it. The [invoice] has a [due] [date]. Say nothing here about it. Say nothing here…", Assert.Single(_index.Search("invoice due date", null, 5)).Snippet);
    }

    [Fact]
    public void Only_skills_of_an_agent()
    {
        _index.Rebuild([Skill("primary_agent: gemma\nfallback_agent: qwen\nagents: [claude]\n"), Skill("primary_agent: gem\n", name: "other")]);
        Assert.Equal([TestSkill.Name], _index.Search(new SearchQuery("spam") { Agent = "gemma" }).Hits.Select(hit => hit.Skill));
        Assert.Single(_index.Search(new SearchQuery("spam") { Agent = "qwen" }).Hits);
        Assert.Single(_index.Search(new SearchQuery("spam_filter") { Agent = "claude" }).Hits);
        Assert.Empty(_index.Search(new SearchQuery("spam_filter") { Agent = "codex" }).Hits);
    }

    [Fact]
    public void Vectors_rank_by_meaning_beside_words()
    {
        _index.Rebuild([Skill(name: "spam") with { Digest = "a" }, Skill(name: "ham", body: "Pigs.\n") with { Digest = "b" }, Skill(name: "far", body: "Far.\n") with { Digest = "c" }]);
        _index.PutVectors("m", [("a", new float[] { 1, 0 }), ("b", new float[] { 0.6f, 0.8f }), ("c", new float[] { 0, -1 })]);
        var hits = _index.Search(new SearchQuery("zzz") { Vector = new QueryVector("m", new float[] { 0, 2 }) }).Hits;
        Assert.Equal(["ham"], hits.Select(hit => hit.Skill));
        Assert.Equal([new RankContribution("meaning", 1, 1.0 / (ReciprocalRank.Constant + 1))], hits[0].Contributions);
        Assert.Empty(_index.Search(new SearchQuery("zzz") { Vector = new QueryVector("other", new float[] { 0, 2 }) }).Hits);
        Assert.Empty(_index.Search(new SearchQuery("zzz") { Vector = new QueryVector("m", new float[] { 0, 2, 0 }) }).Hits);
        Assert.Equal((1, 3), (_index.WithoutVector("m", 5).Count + 1, _index.CountWithoutVector("other")));
    }

    [Fact]
    public void Vectors_outlive_a_rebuild_as_long_as_their_content_does()
    {
        _index.Rebuild([Skill() with { Digest = "a" }]);
        _index.PutVectors("m", [("a", new float[] { 1 })]);
        _index.Rebuild([Skill() with { Digest = "a" }]);
        Assert.Empty(_index.WithoutVector("m", 5));
        _index.Rebuild([Skill() with { Digest = "b" }]);
        _index.Rebuild([Skill() with { Digest = "a" }]);
        Assert.Equal("a", Assert.Single(_index.WithoutVector("m", 5)).Digest);
    }

    [Fact]
    public void A_damaged_file_is_given_up_said_and_built_anew()
    {
        _index.Rebuild([Skill()]);
        File.WriteAllText(_folder.At("modules/infrastructure/wre_core/skills/index/skills.db"), "nonsense, and more nonsense than a header holds");
        Assert.Empty(_index.Search("spam", null, 5));
        Assert.False(_index.IsComplete);
        Assert.Contains("damaged", _index.Problem, StringComparison.Ordinal);
        _index.Rebuild([Skill()]);
        Assert.True(_index.IsComplete);
        Assert.Single(_index.Search("spam", null, 5));
    }

    [Fact]
    public void A_page_that_is_damaged_in_the_middle_is_noticed_and_the_index_built_anew()
    {
        _index.Rebuild([.. Enumerable.Range(0, 40).Select(number => Skill(name: $"spam{number}"))]);
        var path = _folder.At("modules/infrastructure/wre_core/skills/index/skills.db");
        var bytes = File.ReadAllBytes(path);
        Array.Fill(bytes, (byte)0xEE, 4_096, bytes.Length - 4_096);
        File.WriteAllBytes(path, bytes);
        Assert.Empty(_index.Search("spam", null, 5));
        Assert.False(_index.IsComplete);
        _index.Update(TestSkill.Name, Skill());
        Assert.NotNull(_index.Find(TestSkill.Name));
        Assert.False(_index.IsComplete);
    }

    [Fact]
    public void A_file_of_another_version_is_built_anew()
    {
        _index.Rebuild([Skill()]);
        using (var connection = SqliteFile.Open(_folder.At("modules/infrastructure/wre_core/skills/index/skills.db"), "PRAGMA user_version = 999"))
        {
        }

        Assert.False(_index.IsComplete);
        _index.Rebuild([Skill()]);
        Assert.True(_index.IsComplete);
    }

    [Fact]
    public void A_full_disk_leaves_the_index_as_it_was()
    {
        _index.Rebuild([Skill()]);
        FaultInjection.Fault = "full:skills.db";
        var error = Assert.Throws<WreException>(() => _index.Update(TestSkill.Name, null));
        Assert.Contains("No space left", error.Message, StringComparison.Ordinal);
        Assert.Single(_index.Search("spam", null, 5));
    }

    [Fact]
    public void The_file_alone_answers_without_its_log_and_nothing_is_made_beside_it()
    {
        _index.Rebuild([Skill()]);
        var file = new IndexFile(new WorkspaceLayout { Root = _folder.Path });
        using (var connection = file.OpenAsItIs())
        {
            Assert.Single(new IndexSearch(connection, new SearchQuery("spam")).Run().Hits);
            Assert.Equal([file.Path], Directory.GetFiles(Path.GetDirectoryName(file.Path)!));
        }

        File.WriteAllText(file.Path, "nonsense, and more nonsense than a header holds");
        Assert.Throws<DamagedIndexException>(file.OpenAsItIs);
    }

    [Fact]
    public void A_change_that_fails_in_the_middle_changes_nothing()
    {
        _index.Rebuild([Skill()]);
        static IEnumerable<IndexedSkill> Broken(IndexedSkill first)
        {
            yield return first;
            throw new WreException("cannot go on");
        }

        Assert.Throws<WreException>(() => _index.Rebuild(Broken(Skill(name: "other"))));
        Assert.NotNull(_index.Find(TestSkill.Name));
        Assert.Null(_index.Find("other"));
    }

    [Fact]
    public void Two_at_once_both_get_in()
    {
        _index.Rebuild([]);
        var skills = Enumerable.Range(0, 24).Select(number => Skill(name: $"spam{number}")).ToList();
        Parallel.ForEach(skills, skill => new SkillIndex(new WorkspaceLayout { Root = _folder.Path }, TimeProvider.System).Update(skill.Skill, skill));
        Assert.Equal(24, _index.Entries().Count);
        Assert.Equal(24, _index.Search("spam", null, 100).Count);
    }

    [Fact]
    public void Any_changes_leave_the_same_answers_as_a_rebuild()
    {
        string[] bodies = ["Spam and links.\n", "Invoices of vendors.\n", "垃圾评论\n", "spamFilter invoices\n"];
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3].Select(number => bodies[number]), Gen.Bool).List[1, 12].Sample(
            changes =>
            {
                var present = new Dictionary<string, IndexedSkill>();
                _index.Rebuild([]);
                foreach (var (number, body, isThere) in changes)
                {
                    var name = $"skill{number}";
                    var skill = isThere ? Skill(name: name, body: body) : null;
                    _index.Update(name, skill);
                    present.Remove(name);
                    if (skill is not null)
                    {
                        present[name] = skill;
                    }
                }

                string[] queries = ["spam", "invoice", "评论", "skill", "filter links"];
                string[] Answers() => [.. queries.Select(query => string.Join(' ', _index.Search(query, null, 50).Select(hit => hit.Skill).Order(StringComparer.Ordinal)))];
                var incremental = Answers();
                _index.Rebuild(present.Values);
                Assert.Equal(Answers(), incremental);
            },
            iter: 25, threads: 1);
    }
}
