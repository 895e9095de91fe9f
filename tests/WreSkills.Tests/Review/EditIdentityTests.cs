using WreSkills.Review;

namespace WreSkills.Tests.Review;

public class EditIdentityTests
{
    private const string Text = "# Links\n- Applies to: messages longer than 40 characters\n- Limit: links > 0\n";
    private const string Wide = "# Links\n- Applies to: every message\n- Limit: links > 0\n";

    [Fact]
    public void The_same_words_are_the_same_edit_whatever_their_marks()
    {
        Assert.Equal(Identity(Text, Wide), Identity(Text, "# Links\n- **Applies to**:  Every message!\n- Limit: links > 0\n"));
        Assert.NotEqual(Identity(Text, Wide), Identity(Text, "# Links\n- Applies to: every short message\n- Limit: links > 0\n"));
    }

    [Fact]
    public void Another_figure_is_another_edit() => Assert.NotEqual(Identity(Text, Text.Replace("40", "4.0", StringComparison.Ordinal)), Identity(Text, Text.Replace("40", "400", StringComparison.Ordinal)));

    [Fact]
    public void Taking_back_an_edit_is_seen_in_whatever_else_changes()
    {
        var earlier = Diff(Text, Wide);
        Assert.True(EditIdentity.Reverts(Diff(Wide, Text), earlier));
        Assert.True(EditIdentity.Reverts(Diff(Wide, Text + "- Decision: spam\n"), earlier));
        Assert.False(EditIdentity.Reverts(earlier, earlier));
        Assert.False(EditIdentity.Reverts(Diff(Wide, Wide + "- Decision: spam\n"), earlier));
    }

    [Fact]
    public void Taking_back_an_insertion_is_seen()
    {
        var earlier = Diff(Text, Text + "Look twice.\n");
        Assert.True(EditIdentity.Reverts(Diff(Text + "Look twice.\n", Text), earlier));
        Assert.False(EditIdentity.Reverts(Diff(Text + "Look twice.\n", Text + "Look twice.\nLook thrice.\n"), earlier));
    }

    [Fact]
    public void A_line_that_only_moved_says_nothing_about_direction()
    {
        var moved = Diff("a line\nb line\nc line\n", "b line\nc line\na line\n");
        Assert.False(EditIdentity.Reverts(Diff("x line\ny line\n", "y line\nx line\n"), moved));
    }

    private static string Identity(string before, string after) => EditIdentity.Of(Diff(before, after));

    private static UnifiedDiff Diff(string before, string after) => UnifiedDiff.Between("SKILL.md", before, after)!;
}
