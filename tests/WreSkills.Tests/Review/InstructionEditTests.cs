using WreSkills.Review;

namespace WreSkills.Tests.Review;

public class InstructionEditTests
{
    private const string Text = "# Links\n\nLook at links.\nLook at caps.\n";

    [Fact]
    public void Every_edit_replaces_its_piece()
    {
        Assert.Equal("# Links\n\nLook at all links.\nAnd at caps.\n", Apply(Text, ("Look at caps.", "And at caps."), ("at links", "at all links")).Text);
    }

    [Fact]
    public void Line_endings_of_the_text_are_kept()
    {
        Assert.Equal("a\r\nb\r\nc\r\n", Apply("a\r\nb\r\n", ("a\nb", "a\nb\nc")).Text);
        Assert.Equal("a\nb\nc\n", Apply("a\nb\n", ("a\r\nb", "a\r\nb\r\nc")).Text);
    }

    [Theory]
    [InlineData("", "x", "names no text")]
    [InlineData("Look at words.", "x", "is not there: \"Look at words.\"")]
    [InlineData("Look at ", "x", "more than once")]
    [InlineData("3| Look at links.", "x", "is not there")]
    public void A_piece_that_is_not_there_exactly_once_is_refused(string old, string now, string expected)
    {
        var (text, problem) = Apply(Text, (old, now));
        Assert.Null(text);
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Overlapping_pieces_are_refused() => Assert.Contains("edit 2 overlaps another", Apply(Text, ("at links", "a"), ("links.\nLook", "b")).Problem, StringComparison.Ordinal);

    private static (string? Text, string? Problem) Apply(string text, params (string Old, string New)[] edits) =>
        (InstructionEdit.Apply(text, [.. edits.Select(edit => new InstructionEdit("SKILL.md", edit.Old, edit.New))], out var problem), problem);
}
