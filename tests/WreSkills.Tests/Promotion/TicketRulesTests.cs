using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Tests.Promotion;

public class TicketRulesTests
{
    private static readonly PromotionPolicy s_policy = new() { Digest = "policy" };
    private static readonly PlannedPromotion s_planned = new("spam", PromotionState.Prototype, PromotionState.Staged, "1.0", TestRegistry.Digest('a'), "0102");

    private static IReadOnlyList<string> Refusals(ApprovalTicket ticket, PlannedPromotion? planned = null, PromotionPolicy? policy = null, string? evidence = "evidence", string? usedBy = null, DateTimeOffset? now = null) =>
        TicketRules.Refusals(ticket, evidence, planned ?? s_planned, policy ?? s_policy, usedBy, now ?? TestTicket.Expiry);

    [Theory]
    [InlineData(PromotionState.Staged)]
    [InlineData(PromotionState.Production)]
    public void Good_ticket_is_not_refused(PromotionState to)
    {
        var ticket = TestTicket.Good(to);
        Assert.Empty(Refusals(ticket, s_planned with { From = ticket.From, To = to }));
        Assert.Empty(Refusals(ticket, s_planned with { From = ticket.From, To = to, Approver = null }));
    }

    public static TheoryData<string, Func<ApprovalTicket, ApprovalTicket>> Flaws => new()
    {
        { "it is for the skill ham, not spam", ticket => ticket with { Skill = "ham" } },
        { "it is for staged → production, not prototype → staged", ticket => TestTicket.Good(PromotionState.Production) },
        { "it approves the content bbbbbbbbbbbb, but the content now is aaaaaaaaaaaa; the skill was edited after the ticket was made", ticket => ticket with { SkillDigest = TestRegistry.Digest('b') } },
        { "it approves the label 1.1, but the version would be called 1.0", ticket => ticket with { Version = "1.1" } },
        { "it was made under another policy; the thresholds have changed since", ticket => ticket with { PolicyDigest = "older" } },
        { "its evidence file APPROVAL_20251020_001.evidence.json is not the one it was made with", ticket => ticket with { EvidenceDigest = "other" } },
        { "approval_decision is open; only APPROVED promotes", ticket => ticket with { Decision = null } },
        { "approval_decision is approved; only APPROVED promotes", ticket => ticket with { Decision = "approved" } },
        { "approval_decision is NEEDS_ITERATION; only APPROVED promotes", ticket => ticket with { Decision = "NEEDS_ITERATION" } },
        { "test_coverage is not answered", ticket => With(ticket, "test_coverage", null) },
        { "test_coverage is answered NO", ticket => With(ticket, "test_coverage", "no, the edge cases are missing") },
        { "test_coverage is answered 'YESTERDAY', which is neither YES nor NO", ticket => With(ticket, "test_coverage", "YESTERDAY") },
        { "test_coverage is answered 'YES/NO', which is neither YES nor NO", ticket => With(ticket, "test_coverage", "YES/NO") },
        { "approver is open", ticket => ticket with { Approver = null } },
        { "signature is open; the approver puts their name there", ticket => ticket with { Signature = null } },
        { "it is signed by gemma, not by its approver 0102", ticket => ticket with { Signature = "gemma" } },
    };

    [Theory]
    [MemberData(nameof(Flaws), DisableDiscoveryEnumeration = true)]
    public void Single_flaw_is_the_single_reason(string reason, Func<ApprovalTicket, ApprovalTicket> flaw) => Assert.Equal([reason], Refusals(flaw(TestTicket.Good())));

    [Fact]
    public void Approver_of_the_command_must_be_the_tickets() =>
        Assert.Equal(["its approver is 0102, but the command says 0103"], Refusals(TestTicket.Good(), s_planned with { Approver = "0103" }));

    [Fact]
    public void Approver_must_be_listed_with_the_right_to_promote()
    {
        var policy = s_policy with { Approvers = [new Approver("0102", "x", [Approver.Override, Approver.Policy])] };
        Assert.Equal(["0102 is not listed under `approvers` in the policy with the right to promote"], Refusals(TestTicket.Good(), policy: policy));
    }

    [Fact]
    public void Missing_evidence_is_a_reason() => Assert.Equal(["its evidence file APPROVAL_20251020_001.evidence.json is missing"], Refusals(TestTicket.Good(), evidence: null));

    [Fact]
    public void Used_ticket_is_refused() => Assert.Equal(["it was used already: it brought spam 1.0 to staged; a ticket is good for one promotion"], Refusals(TestTicket.Good(), usedBy: "it brought spam 1.0 to staged"));

    [Fact]
    public void Ticket_is_good_to_the_very_end_and_no_longer() =>
        Assert.Equal(["it expired at 2025-11-03T14:23:15Z; `wre ticket new` makes a fresh one"], Refusals(TestTicket.Good(), now: TestTicket.Expiry.AddTicks(1)));

    [Theory]
    [InlineData(PromotionState.Staged, "wsp_50_approval, test_coverage, instruction_clarity, pattern_completeness, dependency_validation, security_review, performance_review")]
    [InlineData(
        PromotionState.Production,
        "wsp_50_approval, test_coverage, instruction_clarity, pattern_completeness, dependency_validation, security_review, performance_review, "
        + "production_readiness, integration_approval, capacity_planning, monitoring_approval, rollback_plan_tested, documentation_updated")]
    public void Every_answer_is_required(PromotionState to, string answers)
    {
        var ticket = TestTicket.Good(to) with { Answers = new Dictionary<string, string?>() };
        var refusals = Refusals(ticket, s_planned with { From = ticket.From, To = to }).Where(reason => reason.EndsWith(" is not answered", StringComparison.Ordinal));
        Assert.Equal(answers.Split(", ").Select(answer => $"{answer} is not answered"), refusals);
    }

    [Fact]
    public void All_flaws_are_listed_at_once() =>
        Assert.Equal(6, Refusals(TestTicket.Good() with { Skill = "ham", Decision = null, Signature = null, PolicyDigest = "older" }, usedBy: "x", evidence: null).Count);

    private static ApprovalTicket With(ApprovalTicket ticket, string key, string? answer) =>
        ticket with { Answers = ticket.Answers.ToDictionary(known => known.Key, known => known.Key == key ? answer : known.Value) };
}
