using WreSkills.Registry;
using WreSkills.Review;

namespace WreSkills.Tests.Review;

public sealed class DraftChangeTests : IDisposable
{
    private readonly TestDraft _draft = new();

    public void Dispose() => _draft.Dispose();

    [Theory]
    [InlineData("1.1", "1.2")]
    [InlineData("1.9", "1.10")]
    [InlineData("1.2.3", "1.2.4")]
    [InlineData("2", "3")]
    [InlineData("beta", "beta")]
    [InlineData(null, null)]
    public void The_last_number_of_a_label_is_raised(string? stated, string? expected) => Assert.Equal(expected, DraftChange.NextLabel(stated, null));

    [Fact]
    public void A_label_that_a_version_has_is_passed_over()
    {
        var entry = new SkillEntry().With("1.2", Version()).With("1.3", Version());
        Assert.Equal("1.4", DraftChange.NextLabel("1.1", entry));
    }

    [Theory]
    [InlineData("---\nname: x\nversion: \"1.1\"\n---\nversion: \"1.1\"\n", "---\nname: x\nversion: \"1.2\"\n---\nversion: \"1.1\"\n")]
    [InlineData("---\r\nversion: '1.1'  # of today\r\n---\r\n", "---\r\nversion: '1.2'  # of today\r\n---\r\n")]
    [InlineData("---\nversion: 1.1\n---\n", "---\nversion: \"1.2\"\n---\n")]
    [InlineData("---\nmetadata:\n  version: 1.1\n---\n", "---\nmetadata:\n  version: 1.1\n---\n")]
    [InlineData("---\nversion: 1.11\n---\n", "---\nversion: 1.11\n---\n")]
    public void The_label_is_changed_where_it_stands_in_one_plain_line(string text, string expected) => Assert.Equal(expected, DraftChange.WithLabel(text, 4, "1.1", "1.2"));

    [Fact]
    public void The_latest_change_stands_first_and_each_once()
    {
        var (first, second) = (_draft.Propose("Look for links.", "Look for all links."), _draft.Propose("Look for links.", "Look for each link."));
        var text = DraftChange.WithEntry(null, first, "1.2", "2025-10-20T12:00:00Z", "0102");
        Assert.Equal($"# Changes\n\n## 1.2\n\n- 2025-10-20: instructions edited for `link_check_executed=true` (proposal {first.Id}, accepted by 0102).\n", text);
        var both = DraftChange.WithEntry(text, second, null, "2025-10-21T12:00:00Z", "0102");
        Assert.StartsWith("# Changes\n\n## 2025-10-21\n\n- ", both, StringComparison.Ordinal);
        Assert.True(both.IndexOf(second.Id, StringComparison.Ordinal) < both.IndexOf(first.Id, StringComparison.Ordinal));
        Assert.Equal(both, DraftChange.WithEntry(both, first, "1.2", "2025-10-22T12:00:00Z", "0102"));
        Assert.EndsWith("old text", DraftChange.WithEntry("old text", first, "1.2", "2025-10-20T12:00:00Z", "0102"), StringComparison.Ordinal);
    }

    private static VersionEntry Version() => TestRegistry.Version('a', PromotionState.Held);
}
