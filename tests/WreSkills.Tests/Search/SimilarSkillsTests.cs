using WreSkills.Registry;
using WreSkills.Search;
using WreSkills.Storage;

namespace WreSkills.Tests.Search;

public sealed class SimilarSkillsTests : IDisposable
{
    private const string Body = "# Refunds\n\nAsk for the order number first and check the date of purchase.\nGoods that were used are not taken back, unless they are defective.\n";

    private readonly TemporaryFolder _folder = new();
    private readonly SkillIndex _index;

    public SimilarSkillsTests() => _index = new SkillIndex(new WorkspaceLayout { Root = _folder.Path }, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    private IndexedSkill Skill(string name, string body, string path = "") =>
        new(name, PromotionState.Staged, "1.0", TestSkill.Read(_folder, ("SKILL.md", TestSkill.Text("", body, name)))) { Path = path };

    [Fact]
    public void The_same_text_has_similarity_one_and_a_passage_with_lines_of_both()
    {
        _index.Rebuild([Skill("returns", "Preface.\n" + Body), Skill("other", "Water the plants in the evening.\n")]);
        var nearest = Assert.Single(_index.Similar(new SimilarText("", Body, 10), 1));
        Assert.Equal(("returns", "staged", "1.0"), (nearest.Skill, nearest.State, nearest.Version));
        Assert.InRange(nearest.Similarity, 0.9, 1);
        var passage = Assert.Single(nearest.Passages);
        Assert.Equal((10, 6, 25), (passage.Line, passage.OtherLine, passage.Words));
        Assert.StartsWith("Refunds Ask for the order number", passage.Text, StringComparison.Ordinal);
        Assert.EndsWith("they are defective", passage.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_identical_skill_has_exactly_one_and_an_unrelated_one_next_to_nothing()
    {
        _index.Rebuild([Skill("returns", Body), Skill("plants", "Water tomatoes daily; prune roses yearly.\n")]);
        var folder = Skill("refunds", Body).Folder;
        var similar = _index.Similar(new SimilarText(folder.Settings.Description, folder.Document!.Body, folder.Document.BodyLine), 5);
        Assert.Equal(1, similar[0].Similarity, 9);
        Assert.Equal(1, similar[0].Copied, 9);
        Assert.All(similar.Skip(1), other => Assert.InRange(other.Similarity, 0, 0.25));
    }

    [Fact]
    public void A_copied_paragraph_is_found_in_a_long_text_of_another_subject()
    {
        var plants = string.Join(' ', Enumerable.Range(0, 400).Select(number => $"leaf{number} root{number * 7}"));
        _index.Rebuild([Skill("plants", $"{plants}\n\n{Body}"), .. Enumerable.Range(0, 60).Select(number => Skill($"refund{number}", $"Refund orders, dates and purchases kindly {number}.\n"))]);
        var nearest = _index.Similar(new SimilarText("", Body, 1), 100).Single(similar => similar.Skill == "plants");
        Assert.Equal(25, nearest.Passages[0].Words);
        Assert.Equal(7, nearest.Passages[0].OtherLine);
    }

    [Fact]
    public void The_same_words_in_another_order_are_like_it_without_being_copied()
    {
        _index.Rebuild([Skill("returns", "Defective goods are taken back; used goods never. Check the purchase date and order number.\n"), Skill("plants", "Water tomatoes daily.\n")]);
        var nearest = _index.Similar(new SimilarText("", Body, 1), 2)[0];
        Assert.Equal("returns", nearest.Skill);
        Assert.Equal(0, nearest.Copied);
        Assert.InRange(nearest.Words, 0.3, 0.99);
        Assert.Empty(nearest.Passages);
    }

    [Fact]
    public void A_skill_is_not_compared_with_itself_but_with_its_copy_elsewhere()
    {
        _index.Rebuild([Skill("returns", Body), Skill("returns", Body, "vendor/returns")]);
        Assert.Equal(["vendor/returns"], _index.Similar(new SimilarText("", Body, 1), 5, "returns").Select(similar => similar.Path));
        Assert.Equal([""], _index.Similar(new SimilarText("", Body, 1), 5, "returns", "vendor/returns").Select(similar => similar.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("one")]
    [InlineData("\0 \uD800 ")]
    public void Any_text_can_be_compared(string text)
    {
        _index.Rebuild([Skill("returns", Body), Skill("empty", "")]);
        Assert.All(_index.Similar(new SimilarText("", text, 1), 5), similar => Assert.InRange(similar.Similarity, 0, 1));
    }

    [Fact]
    public void Without_an_index_nothing_is_similar() => Assert.Empty(_index.Similar(new SimilarText("", Body, 1), 5));
}
