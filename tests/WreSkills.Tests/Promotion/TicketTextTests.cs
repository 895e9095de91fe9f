using CsCheck;

using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Tests.Promotion;

public class TicketTextTests
{
    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Set_keeps_the_comment_and_every_other_line(string newLine)
    {
        var text = TestTicket.Text().Replace("\n", newLine, StringComparison.Ordinal);
        var after = TicketText.Set(text, "test_coverage", "YES - fine");
        var (old, changed) = (text.Split(newLine), after.Split(newLine));
        Assert.Equal(old.Length, changed.Length);
        Assert.Equal(["  test_coverage: YES - fine    # YES or NO - Edge cases covered"], changed.Except(old));
    }

    [Fact]
    public void Set_keeps_every_other_byte_of_a_file_with_mixed_line_endings()
    {
        var text = TestTicket.Text().Replace("# Sign-off", "# Sign\u2028-off\u000C", StringComparison.Ordinal).Replace("author:\n", "author:\r\n", StringComparison.Ordinal);
        var line = text.Split('\n').First(line => line.StartsWith("approver:", StringComparison.Ordinal));
        Assert.Equal(text.Replace($"\n{line}\n", "\napprover: \"0102\"\n", StringComparison.Ordinal), TicketText.Set(text, "approver", "0102"));
    }

    [Fact]
    public void Set_replaces_a_block_of_notes_with_its_blank_lines()
    {
        var text = TestTicket.Text().Replace("notes:    # comments on the decision, concerns, or required changes\n", "notes: |\n  first\n\n  second\n\n", StringComparison.Ordinal);
        Assert.Equal("first\n\nsecond\n", ApprovalTicket.Parse(text, "t").Notes);
        var after = TicketText.Set(text, "notes", "third");
        Assert.Equal("third", ApprovalTicket.Parse(after, "t").Notes);
        Assert.Contains("\nnotes: third\n\n", after, StringComparison.Ordinal);
    }

    [Fact]
    public void Set_twice_takes_a_hash_inside_the_value_for_no_comment()
    {
        var once = TicketText.Set(TestTicket.Text(), "notes", "see issue #1 # 2");
        var twice = TicketText.Set(once, "notes", "done");
        Assert.Contains("\nnotes: done    # comments on the decision", twice, StringComparison.Ordinal);
        Assert.DoesNotContain("issue", twice, StringComparison.Ordinal);
    }

    [Fact]
    public void Set_of_a_line_that_was_removed_says_so() => Assert.Throws<WreException>(() => TicketText.Set("approver:\n", "notes", "x"));

    [Fact]
    public void Set_of_any_line_of_text_reads_back() =>
        Gen.Select(Gen.String[Gen.Char[' ', '~'], 1, 20], Gen.String[Gen.Char[' ', '~'], 1, 20]).Sample((first, second) =>
        {
            var text = TicketText.Set(TicketText.Set(TestTicket.Text(), "notes", first), "notes", second);
            return ApprovalTicket.Parse(text, "t").Notes == second && text.Contains("# comments on the decision", StringComparison.Ordinal);
        });

    [Theory]
    [InlineData("unheard_of", "x", "unheard_of is no field of this ticket")]
    [InlineData("production_readiness", "YES", "production_readiness is no field of this ticket")]
    [InlineData("notes", "two\nlines", "notes must be one line")]
    [InlineData("test_coverage", "maybe", "test_coverage is answered 'maybe'; it must begin with YES or NO")]
    [InlineData("approval_decision", "OK", "approval_decision is 'OK'; it must be one of APPROVED, REJECTED, NEEDS_ITERATION")]
    public void CheckAnswers_refuses(string key, string value, string problem) =>
        Assert.Equal([problem], Assert.Throws<WreException>(() => TicketText.CheckAnswers(TestTicket.Good(PromotionState.Staged), new Dictionary<string, string> { [key] = value })).Problems);
}
