using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Tests.Hosting;

/// <summary>When a promotion is refused although every gate passes.</summary>
public sealed class TicketTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    [Theory]
    [InlineData("approval_decision", "REJECTED", "approval_decision is REJECTED; only APPROVED promotes")]
    [InlineData("approval_decision", "NEEDS_ITERATION", "approval_decision is NEEDS_ITERATION; only APPROVED promotes")]
    [InlineData("security_review", "NO", "security_review is answered NO")]
    [InlineData("test_coverage", "NO - edge cases are missing", "test_coverage is answered NO")]
    [InlineData("signature", "somebody", "it is signed by somebody, not by its approver 0102")]
    public async Task A_ticket_with_a_wrong_answer_promotes_nothing(string key, string value, string reason)
    {
        await _test.BenchAsync();
        var outcome = _test.Promote(PromotionState.Staged, _test.Ticket(PromotionState.Staged, (key, value)));
        Assert.Equal($"ticket APPROVAL_20251020_001: {reason}", Assert.Single(outcome.Refusals));
        Assert.Null(outcome.Transition);
        Assert.Null(_test.Entry.Live(PromotionState.Staged));
    }

    [Fact]
    public async Task A_ticket_that_nobody_answered_lists_everything_that_is_open()
    {
        await _test.BenchAsync();
        var (ticket, _) = _test.Workspace.Issuer.Issue(TestWorkspace.Skill, PromotionState.Prototype, PromotionState.Staged, null, "author", null);
        var refusals = _test.Promote(PromotionState.Staged, ticket.Id).Refusals;
        Assert.Equal(9, refusals.Count);
        Assert.Contains("ticket APPROVAL_20251020_001: approval_decision is open; only APPROVED promotes", refusals);
        Assert.Contains("ticket APPROVAL_20251020_001: wsp_50_approval is not answered", refusals);
        Assert.Contains("ticket APPROVAL_20251020_001: approver is open", refusals);
    }

    [Fact]
    public async Task An_approver_who_is_not_listed_promotes_nothing()
    {
        await _test.BenchAsync();
        var ticket = _test.Ticket(PromotionState.Staged, ("approver", "mallory"), ("signature", "mallory"));
        var reason = Assert.Single(_test.Promote(PromotionState.Staged, ticket, approver: "mallory").Refusals);
        Assert.Equal("ticket APPROVAL_20251020_001: mallory is not listed under `approvers` in the policy with the right to promote", reason);
    }

    [Fact]
    public async Task An_approver_on_the_command_line_who_is_not_the_tickets_promotes_nothing()
    {
        await _test.BenchAsync();
        var reason = Assert.Single(_test.Promote(PromotionState.Staged, _test.Ticket(PromotionState.Staged), approver: "mallory").Refusals);
        Assert.Equal("ticket APPROVAL_20251020_001: its approver is 0102, but the command says mallory", reason);
    }

    [Fact]
    public async Task A_ticket_is_good_until_the_second_at_which_it_expires()
    {
        await _test.BenchAsync();
        var ticket = _test.Ticket(PromotionState.Staged);
        _test.Time.Advance(TimeSpan.FromDays(14));
        Assert.Empty(Refusals());
        _test.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.StartsWith("ticket APPROVAL_20251020_001: it expired at 2025-11-03T12:00:00Z", Assert.Single(Refusals()), StringComparison.Ordinal);

        IReadOnlyList<string> Refusals()
        {
            var readiness = _test.Workspace.Checker.Check(TestWorkspace.Skill, PromotionState.Prototype, PromotionState.Staged);
            return _test.Workspace.Promoter.Refusals(
                new PromotionRequest { Skill = TestWorkspace.Skill, From = PromotionState.Prototype, To = PromotionState.Staged, Approver = TestWorkspace.Approver, Ticket = ticket }, readiness).Reasons;
        }
    }

    [Fact]
    public async Task A_ticket_is_good_for_one_promotion()
    {
        await _test.BenchAsync();
        var ticket = _test.Ticket(PromotionState.Staged);
        TestWorkspace.Committed(_test.Promote(PromotionState.Staged, ticket));
        _test.RollBack(PromotionState.Staged);
        _test.Workspace.RollbackReviews.Record(TestWorkspace.Skill, TestWorkspace.Approver, "understood");
        var reason = Assert.Single(_test.Promote(PromotionState.Staged, ticket).Refusals);
        Assert.Equal("ticket APPROVAL_20251020_001: it was used already: it brought spam_check 1.0 to staged; a ticket is good for one promotion", reason);
    }

    [Fact]
    public async Task A_ticket_for_another_content_promotes_nothing()
    {
        await _test.BenchAsync();
        var ticket = _test.Ticket(PromotionState.Staged);
        _test.WriteSkill(body: "Edited after the ticket was signed.");
        await _test.BenchAsync();
        Assert.EndsWith("the skill was edited after the ticket was made", Assert.Single(_test.Promote(PromotionState.Staged, ticket).Refusals), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ticket_for_another_transition_promotes_nothing()
    {
        await _test.BenchAsync();
        var ticket = _test.Ticket(PromotionState.Staged);
        TestWorkspace.Committed(_test.Promote(PromotionState.Staged, ticket));
        _test.RecordGood(100);
        var refusals = _test.Promote(PromotionState.Production, ticket).Refusals;
        Assert.Contains("ticket APPROVAL_20251020_001: it is for prototype → staged, not staged → production", refusals);
    }

    [Fact]
    public async Task A_ticket_made_under_another_policy_promotes_nothing()
    {
        await _test.BenchAsync();
        var ticket = _test.Ticket(PromotionState.Staged);
        _test.Write("modules/infrastructure/wre_core/skills/policy.yaml", "version: \"1.1\"\n");
        _test.Reopen();
        Assert.EndsWith("it was made under another policy; the thresholds have changed since", Assert.Single(_test.Promote(PromotionState.Staged, ticket).Refusals), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ticket_whose_evidence_was_changed_promotes_nothing()
    {
        await _test.BenchAsync();
        var ticket = _test.Ticket(PromotionState.Staged);
        File.AppendAllText(Path.Combine(_test.Workspace.Layout.TicketsFolder, ticket + ".evidence.json"), " ");
        Assert.EndsWith("is not the one it was made with", Assert.Single(_test.Promote(PromotionState.Staged, ticket).Refusals), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_production_ticket_needs_all_thirteen_answers_whatever_the_checklist_flag_says()
    {
        await _test.StageAsync();
        _test.RecordGood(100);
        var ticket = _test.Ticket(PromotionState.Production, ("rollback_plan_tested", "NO"));
        Assert.Equal(13, ApprovalTicket.RequiredAnswers(PromotionState.Production).Count);
        var outcome = _test.Workspace.Promoter.Promote(new PromotionRequest
        {
            Skill = TestWorkspace.Skill,
            From = PromotionState.Staged,
            To = PromotionState.Production,
            Approver = TestWorkspace.Approver,
            Ticket = ticket,
            ChecklistComplete = true,
        });
        Assert.Equal("ticket APPROVAL_20251020_002: rollback_plan_tested is answered NO", Assert.Single(outcome.Refusals));
    }

    [Fact]
    public async Task A_missing_ticket_is_named()
    {
        await _test.BenchAsync();
        var error = Assert.Throws<WreException>(() => _test.Promote(PromotionState.Staged, "APPROVAL_20251020_777"));
        Assert.Equal("There is no ticket APPROVAL_20251020_777.", error.Message);
    }

    [Fact]
    public async Task Answers_that_do_not_fit_are_all_listed_and_nothing_is_written()
    {
        await _test.BenchAsync();
        var (ticket, _) = _test.Workspace.Issuer.Issue(TestWorkspace.Skill, PromotionState.Prototype, PromotionState.Staged, null, "author", null);
        var before = File.ReadAllText(_test.Workspace.Tickets.FileOf(ticket.Id));
        var answers = new Dictionary<string, string> { ["capacity_planning"] = "YES", ["test_coverage"] = "maybe", ["approval_decision"] = "approved" };
        var error = Assert.Throws<WreException>(() => _test.Workspace.Tickets.Answer(ticket.Id, answers));
        Assert.Equal(3, error.Problems.Count);
        Assert.Equal(before, File.ReadAllText(_test.Workspace.Tickets.FileOf(ticket.Id)));
    }

    [Theory]
    [InlineData(PromotionState.Prototype, PromotionState.Production, "is staged first")]
    [InlineData(PromotionState.Staged, PromotionState.Production, "promote the prototype to staged first")]
    [InlineData(PromotionState.Staged, PromotionState.Staged, "that is no change")]
    [InlineData(PromotionState.Production, PromotionState.Staged, "is a step back")]
    public async Task An_illegal_promotion_says_its_own_reason(PromotionState from, PromotionState to, string reason)
    {
        await _test.BenchAsync();
        var outcome = _test.Workspace.Promoter.Promote(new PromotionRequest { Skill = TestWorkspace.Skill, From = from, To = to, Approver = TestWorkspace.Approver, Ticket = "X" });
        Assert.Contains(reason, Assert.Single(outcome.Refusals), StringComparison.Ordinal);
        Assert.Empty(outcome.Readiness.Gates);
    }
}
