using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Tests.Promotion;

public class ApprovalTicketTests
{
    private static ApprovalTicket Parse(Func<string, string> edit, PromotionState to = PromotionState.Staged) => ApprovalTicket.Parse(edit(TestTicket.Text(to)), "ticket.yaml");

    [Fact]
    public void Fresh_ticket_parses_with_everything_open()
    {
        var ticket = Parse(text => text, PromotionState.Production);
        Assert.Equal(("APPROVAL_20251020_001", "spam", PromotionState.Staged, PromotionState.Production, "1.0", TestTicket.Expiry), (ticket.Id, ticket.Skill, ticket.From, ticket.To, ticket.Version, ticket.ExpiresAt));
        Assert.Equal((null, null, null, null), (ticket.Approver, ticket.Decision, ticket.Signature, ticket.Timestamp));
        Assert.Equal(13, ticket.Answers.Count);
        Assert.All(ticket.Answers.Values, Assert.Null);
    }

    [Theory]
    [InlineData("approver:", "approver: 0102")]
    [InlineData("approver:", "approver: \"0102\"")]
    public void Approver_keeps_its_zero(string line, string edited) => Assert.Equal("0102", Parse(text => text.Replace($"\n{line}\n", $"\n{edited}\n", StringComparison.Ordinal)).Approver);

    [Fact]
    public void Yes_is_a_text() => Assert.Equal("YES - all 118 cases", Parse(text => text.Replace("  test_coverage:  ", "  test_coverage: YES - all 118 cases  ", StringComparison.Ordinal)).Answers["test_coverage"]);

    [Theory]
    [InlineData("prototype → staged")]
    [InlineData("prototype -> staged")]
    [InlineData("prototype->staged")]
    public void Arrow_may_be_written_either_way(string promotion) =>
        Assert.Equal((PromotionState.Prototype, PromotionState.Staged), Parse(text => text.Replace("prototype → staged", promotion, StringComparison.Ordinal)) is var ticket ? (ticket.From, ticket.To) : default);

    [Theory]
    [InlineData("YES", true)]
    [InlineData("yes", true)]
    [InlineData("Yes, all of them", true)]
    [InlineData("NO", false)]
    [InlineData("No - see notes", false)]
    [InlineData("Y", null)]
    [InlineData("true", null)]
    [InlineData("NOT YET", null)]
    [InlineData("[YES/NO]", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    [InlineData("YES not really", null)]
    [InlineData("YES (looked at all)", true)]
    [InlineData("NO: too slow", false)]
    public void IsYes_reads_the_first_word(string? answer, bool? yes) => Assert.Equal(yes, ApprovalTicket.IsYes(answer));

    [Fact]
    public void Everything_missing_is_listed()
    {
        var error = Assert.Throws<WreException>(() => ApprovalTicket.Parse("promotion: up\nexpires_at: never\nhuman_review: []\n", "ticket.yaml"));
        Assert.Equal(
            ["promotion is 'up'; it must be 'prototype → staged' or 'staged → production'", "approval_ticket is missing", "skill_name is missing", "binding.version is missing", "binding.skill_digest is missing", "binding.policy_digest is missing",
                "binding.evidence_digest is missing", "expires_at must be a time such as 2025-11-03T14:23:15Z", "human_review must be a mapping (key: value)"],
            error.Problems.Select(problem => problem[(problem.IndexOf(": ", StringComparison.Ordinal) + 2)..]).OrderBy(problem => problem.StartsWith("promotion", StringComparison.Ordinal) ? 0 : problem.EndsWith("is missing", StringComparison.Ordinal) ? 1 : 2));
    }

    [Fact]
    public void Answer_twice_is_a_finding() => Assert.Throws<WreException>(() => Parse(text => text + "approver: 0103\n"));
}
