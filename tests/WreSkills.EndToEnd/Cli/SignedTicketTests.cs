namespace WreSkills.EndToEnd.Cli;

/// <summary>Enrolling, signing, verifying and promoting by the built executable, with a real SSH key.</summary>
public sealed class SignedTicketTests
{
    private const string Ticket = "APPROVAL_20251020_001";

    [Fact]
    public void A_signed_ticket_promotes_and_an_unsigned_one_says_how_to_sign()
    {
        using var workspace = new SpamWorkspace();
        Enrol(workspace);
        Answered(workspace);
        var refused = Wre(workspace, 1, "promote", "--skill", SpamWorkspace.Skill, "--from", "prototype", "--to", "staged", "--approver", "0102", "--approval-ticket", Ticket);
        Assert.Contains($"it has 0 of 1 signatures that count; `wre ticket sign --ticket {Ticket}` signs it", refused.Output, StringComparison.Ordinal);
        Assert.Contains("Not approved.", Wre(workspace, 1, "ticket", "verify", "--ticket", Ticket).Output, StringComparison.Ordinal);

        Assert.Contains("Approved: 1 of 1 signatures.", Wre(workspace, 0, "ticket", "sign", "--ticket", Ticket, "--key", workspace.PathOf("keys/0102")).Output, StringComparison.Ordinal);
        var promoted = Wre(workspace, 0, "promote", "--skill", SpamWorkspace.Skill, "--from", "prototype", "--to", "staged", "--approver", "0102", "--approval-ticket", Ticket);
        Assert.Contains($"0102 with {Ticket}, signed by 0102", promoted.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_pinned_in_the_users_configuration_is_not_replaced_by_a_new_root_of_the_workspace()
    {
        using var workspace = new SpamWorkspace();
        Enrol(workspace);
        Answered(workspace);
        var home = workspace.PathOf("home");
        var pinned = WreCommand.Shell(workspace.Folder, $"export XDG_CONFIG_HOME='{home}'; wre approvers pin");
        Assert.Equal((0, ""), (pinned.ExitCode, pinned.Error));

        // Somebody throws the root away and enrols a key of their own.
        Directory.Delete(workspace.PathOf("modules/infrastructure/wre_core/skills/trust"), recursive: true);
        Wre(workspace, 0, "approvers", "enrol", "--id", "0102", "--generate", workspace.PathOf("keys/other"));
        Wre(workspace, 0, "ticket", "sign", "--ticket", Ticket, "--key", workspace.PathOf("keys/other"));
        var promote = $"wre promote --skill {SpamWorkspace.Skill} --from prototype --to staged --approver 0102 --approval-ticket {Ticket}";
        var refused = WreCommand.Shell(workspace.Folder, $"export XDG_CONFIG_HOME='{home}'; {promote}");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("it has 0 of 1 signatures that count", refused.Output, StringComparison.Ordinal);
        Assert.Equal(0, WreCommand.Shell(workspace.Folder, promote).ExitCode);
        var load = WreCommand.Shell(workspace.Folder, $"export XDG_CONFIG_HOME='{home}'; wre load --skill {SpamWorkspace.Skill} --state staged");
        Assert.Equal(2, load.ExitCode);
        Assert.Contains("is not handed out: ticket", load.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Agents_shells_sign_nothing()
    {
        using var workspace = new SpamWorkspace();
        Enrol(workspace);
        Answered(workspace);
        var refused = WreCommand.Shell(workspace.Folder, $"export WRE_AGENT=1; wre ticket sign --ticket {Ticket} --key keys/0102");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("agents never approve", refused.Error, StringComparison.Ordinal);
    }

    /// <summary>A workspace with an enrolled key and a signed ticket, for the examples of the reference.</summary>
    internal static void Prepare(SpamWorkspace workspace)
    {
        Enrol(workspace);
        Answered(workspace);
        Wre(workspace, 0, "ticket", "sign", "--ticket", Ticket, "--key", workspace.PathOf("keys/0102"));
    }

    private static void Enrol(SpamWorkspace workspace)
    {
        Directory.CreateDirectory(workspace.PathOf("keys"));
        Wre(workspace, 0, "approvers", "enrol", "--id", "0102", "--generate", workspace.PathOf("keys/0102"));
    }

    private static void Answered(SpamWorkspace workspace)
    {
        Wre(workspace, 0, "bench", "--skill", SpamWorkspace.Skill);
        Wre(workspace, 0, "ticket", "new", "--skill", SpamWorkspace.Skill, "--from", "prototype", "--to", "staged", "--ticket", Ticket);
        string[] questions = ["wsp_50_approval", "test_coverage", "instruction_clarity", "pattern_completeness", "dependency_validation", "security_review", "performance_review"];
        Wre(workspace, 0, ["ticket", "answer", "--ticket", Ticket, "--approver", "0102", .. questions.SelectMany(question => (string[])["--set", question + "=YES"]), "--set", "approval_decision=APPROVED"]);
    }

    private static WreResult Wre(SpamWorkspace workspace, int exitCode, params string[] arguments)
    {
        var result = WreCommand.Run(workspace.Folder, null, arguments);
        Assert.True(result.ExitCode == exitCode, $"wre {string.Join(' ', arguments)} ended with {result.ExitCode}:\n{result.Output}{result.Error}");
        return result;
    }
}
