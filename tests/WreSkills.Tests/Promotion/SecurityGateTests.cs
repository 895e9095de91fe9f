using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Scanning;

namespace WreSkills.Tests.Promotion;

public sealed class SecurityGateTests
{
    private static readonly DateTimeOffset s_now = new(2025, 10, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly ScanRule s_rule = ScanRules.Find("WRE-COMMAND-001")!;

    private static ScanFinding Finding(string file, ScanSeverity severity = ScanSeverity.Block) => new(s_rule, severity, file, 7, 1, "curl | sh");

    private static PromotionEvidence Evidence(IReadOnlyList<ScanWaiver> waivers, params ScanFinding[] findings) => new()
    {
        Skill = "spam",
        Digest = TestRegistry.Digest('a'),
        Scan = new ScanReport { Root = "/skill", Files = 3, Findings = findings },
        Waivers = waivers,
        At = s_now,
    };

    private static ScanWaiver Waiver(string? file = null, string reason = "shows what reviewers refuse", int days = 30) => new("WRE-COMMAND-001", file, reason, s_now.AddDays(days));

    [Fact]
    public void Warnings_pass()
    {
        var gate = SecurityGate.Judge(Evidence([], Finding("SKILL.md", ScanSeverity.Warn)));
        Assert.Equal(("security_scan", "Security review", Verdict.Pass, 0.0), (gate.Name, gate.Title, gate.Verdict, gate.Figure!.Value));
        Assert.Equal($"0 blocks (0 waived), 1 warning, 0 waivers in 3 files; rules edition {ScanRules.Version} ({ScanRules.Digest[..12]}), content {TestRegistry.Digest('a')[..12]}.", gate.Evidence);
    }

    [Fact]
    public void A_block_fails_and_is_named()
    {
        var gate = SecurityGate.Judge(Evidence([], Finding("SKILL.md"), Finding("a.sh")));
        Assert.Equal((Verdict.Fail, 2.0), (gate.Verdict, gate.Figure!.Value));
        Assert.Contains("WRE-COMMAND-001 in SKILL.md:7 (Download piped into an interpreter); WRE-COMMAND-001 in a.sh:7", gate.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_waiver_lets_pass_exactly_what_it_covers()
    {
        Assert.Equal(Verdict.Pass, SecurityGate.Judge(Evidence([Waiver()], Finding("SKILL.md"), Finding("a.sh"))).Verdict);
        Assert.Equal(Verdict.Pass, SecurityGate.Judge(Evidence([Waiver("SKILL.md")], Finding("SKILL.md"))).Verdict);
        Assert.Equal(Verdict.Fail, SecurityGate.Judge(Evidence([Waiver("SKILL.md")], Finding("SKILL.md"), Finding("a.sh"))).Verdict);
        Assert.Equal(Verdict.Fail, SecurityGate.Judge(Evidence([Waiver() with { Rule = "WRE-COMMAND-003" }], Finding("SKILL.md"))).Verdict);
    }

    [Theory]
    [InlineData("too short", 30, "the reason has 9 characters; at least 10 are needed")]
    [InlineData("long enough", 0, "it expired at 2025-10-20T12:00:00Z")]
    [InlineData("long enough", -1, "it expired at 2025-10-19T12:00:00Z")]
    public void A_waiver_without_reason_or_time_left_does_not_count(string reason, int days, string problem)
    {
        var gate = SecurityGate.Judge(Evidence([Waiver(null, reason, days)], Finding("SKILL.md")));
        Assert.Equal(Verdict.Fail, gate.Verdict);
        Assert.Contains($"The waiver of WRE-COMMAND-001 does not count: {problem}.", gate.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void Content_that_cannot_be_read_has_no_verdict() => Assert.Equal(Verdict.NoData, SecurityGate.Judge(new PromotionEvidence { Skill = "spam" }).Verdict);

    [Theory]
    [InlineData("WRE-COMMAND-001=shows what to refuse", null)]
    [InlineData("wre-command-001:docs/a.md=shows what to refuse", "docs/a.md")]
    public void Waivers_are_written_on_the_command_line(string text, string? file)
    {
        var waiver = ScanWaiver.Parse(text, s_now.AddDays(30));
        Assert.Equal((file, "shows what to refuse"), (waiver.File, waiver.Reason));
        Assert.True(waiver.Covers(Finding(file ?? "any.md")));
    }

    [Theory]
    [InlineData("WRE-COMMAND-001")]
    [InlineData("WRE-COMMAND-001=short")]
    [InlineData("WRE-NOTHING-001=a long enough reason")]
    [InlineData("=a long enough reason")]
    [InlineData("WRE-COMMAND-001=a reason of\ntwo lines")]
    public void What_is_no_waiver_is_refused(string text) => Assert.Throws<WreException>(() => ScanWaiver.Parse(text, s_now.AddDays(30)));

    [Fact]
    public void Waivers_survive_the_tickets_text()
    {
        var waivers = new[] { Waiver("docs/it's \"quoted\".md", "a reason: with # signs and \\ more"), Waiver() };
        var text = TicketText.Write(TestTicket.Good() with { Waivers = waivers }, "2025-10-20", []);
        Assert.Equal(waivers, ApprovalTicket.Parse(text, "ticket").Waivers);
        Assert.Empty(ApprovalTicket.Parse(TestTicket.Text(), "ticket").Waivers);
    }

    [Fact]
    public void A_waiver_without_expiry_makes_no_ticket()
    {
        var text = TestTicket.Text() + "waivers:\n  - rule: WRE-COMMAND-001\n    reason: a long enough reason\n";
        Assert.Contains(Assert.Throws<WreException>(() => ApprovalTicket.Parse(text, "ticket")).Problems, problem => problem.Contains("waivers[0].expires", StringComparison.Ordinal));
    }
}
