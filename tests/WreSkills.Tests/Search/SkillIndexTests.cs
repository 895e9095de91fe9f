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
}
