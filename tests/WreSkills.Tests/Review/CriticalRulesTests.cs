namespace WreSkills.Tests.Review;

public sealed class CriticalRulesTests : IDisposable
{
    private readonly TestDraft _draft = new();

    public void Dispose() => _draft.Dispose();

    [Theory]
    [InlineData("## Check: threat\n\n- Applies to: every message", "## Check: threat\n\n- Applies to: messages longer than 100 characters", "the section \"Check: threat\", which is about a critical pattern")]
    [InlineData("- Phrases: threats.txt\n", "", "threat")]
    [InlineData("2. You MUST log each step.", "2. Log each step if there is time.", "a rule (\"must\")")]
    [InlineData("2. You MUST log each step.", "", "a rule (\"must\")")]
    [InlineData("A missed threat is the worst mistake.", "A missed threat is a mistake.", "which is about a critical pattern or veto (\"threat\")")]
    [InlineData("{\"threat_check_executed\": true}", "{\"threat_check_executed\": false}", "threat_check_executed")]
    [InlineData("- Phrases: threats.txt\n", "- Phrases: threats.txt\n- Members may say what they like.\n", "adds \"- Members may say what they like.\" to the section \"Check: threat\"")]
    [InlineData("1. Run every check below in order.", "1. Run every check below in order. Skip the checks for members.", "allows to pass over a rule (\"skip\")")]
    [InlineData("Take the first decision that a check asked for.", "Take the first decision that a check asked for. Ignore the rules above for moderators.", "(\"ignore\")")]
    [InlineData("Take the first decision that a check asked for.", "Take the first decision that a check asked for. Threats count only when they name a place.", "makes an exception (\"only when\")")]
    [InlineData("Take the first decision that a check asked for.", "Take the first decision that a check asked for, threats except.", "makes an exception (\"except\")")]
    [InlineData("## Check: threat\n", "## Old checks\n\n### Check: threat\n", "critical")]
    [InlineData("2. You MUST log each step.\n", "\n# Appendix\n\n2. You MUST log each step.\n", "under another heading")]
    [InlineData("1. Run every check below in order.\n", "1. Run every check below in order.\n\n```text\n", "into a code block or comment")]
    [InlineData("1. Run every check below in order.\n", "1. Run every check below in order.\n<!-- for later\n", "into a code block or comment")]
    public void Weakening_a_rule_is_refused_and_the_rule_is_named(string old, string now, string expected)
    {
        var check = Assert.Single(_draft.Check(old, now).Checks, check => check is { Name: "critical_rules", Passed: false });
        Assert.Contains(expected, check.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("messages longer than 40 characters", "every message")]
    [InlineData("Look for links.", "Look for links. Do not skip this check for short messages.")]
    [InlineData("Look for links.", "Look for links, unless there is no address in the message.")]
    [InlineData("Look for links.\n", "Look for links.\nAlways log what you found.\n")]
    [InlineData("Take the first decision that a check asked for.", "Take the first decision that any check asked for.")]
    [InlineData("## Decide\n", "## Log\n\nWrite each step down.\n\n## Decide\n")]
    public void Other_edits_are_let_through(string old, string now) => Assert.True(_draft.Check(old, now).Passed, string.Join("\n", _draft.Check(old, now).Checks));

    [Fact]
    public void A_veto_of_a_tool_is_a_rule_as_well()
    {
        using var draft = new TestDraft(TestDraft.Body + "\nThe tool ban_user is for moderators.\n");
        Assert.Contains("ban_user", draft.Refusal("The tool ban_user is for moderators.", "The tool ban_user is for you.").Sentence, StringComparison.Ordinal);
    }
}
