namespace WreSkills.EndToEnd.Cli;

/// <summary>A change of the policy by the commands, with a real SSH key and a real git, and what it does to the skills.</summary>
public sealed class PolicyChangeTests : IDisposable
{
    private const string Policy = $"{SpamWorkspace.Core}/policy.yaml";
    private const string Rendered = $"{SpamWorkspace.Core}/PROMOTION_ROLLBACK_POLICY.md";

    private SpamWorkspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    [Trait("suite", "smoke")]
    public void Numbers_change_through_the_process_and_show_in_gates_triggers_document_git_audit_and_history()
    {
        Use(SpamWorkspace.Produced());
        _workspace.Ok("init", "--preset", "policy", "--adopt", "none", "--no-enrol");
        Shell("git init -q . && git config user.email test@example.com && git config user.name Test && git config commit.gpgsign false && git add agent.sh");
        _workspace.Write("new.yaml", _workspace.Read(Policy)
            .Replace("    pattern_fidelity: 0.90          # at least\n    outcome_quality: 0.85           # at least\n    false_positive_rate: 0.05       # below\n    test", "    pattern_fidelity: 0.97          # at least\n    outcome_quality: 0.85           # at least\n    false_positive_rate: 0.05       # below\n    test", StringComparison.Ordinal)
            .Replace("    below: 0.85", "    below: 0.88", StringComparison.Ordinal));
        var diff = Wre(1, "policy", "diff", "new.yaml").Output;
        Assert.Equal(2, diff.Split("stricter").Length - 1);

        Assert.Contains("version 1.0 → 1.1", Wre(0, "policy", "propose", "--file", "new.yaml", "--rationale", "Ten executions at 86 % are too many").Output, StringComparison.Ordinal);
        Assert.Contains("nobody has approved it", Wre(1, "policy", "apply").Output, StringComparison.Ordinal);
        Assert.Contains("0 promotions would not have happened, 0 more rollbacks, 0 fewer", Wre(0, "policy", "analyze").Output, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed", Wre(0, "policy", "dry-run", "--skill", SpamWorkspace.Skill).Output, StringComparison.Ordinal);
        Wre(0, "policy", "approve", "--approver", "0102");
        var applied = Wre(0, "policy", "apply").Output;
        Assert.Contains("Version 1.1 of the policy is in force", applied, StringComparison.Ordinal);

        _workspace.WriteDraft("1.1", "again");
        Assert.Contains("≥ 0.97", Wre(1, "status", "--skill", SpamWorkspace.Skill, "--target-state", "staged").Output, StringComparison.Ordinal);
        Assert.Contains("- Pattern fidelity below 88 % (mean of 10 executions)", _workspace.Read(Rendered), StringComparison.Ordinal);
        Assert.Contains("Ten executions at 86 % are too many", Shell("git log -1 --format=%B"), StringComparison.Ordinal);
        Assert.DoesNotContain("agent.sh", Shell("git show --name-only --format= HEAD"), StringComparison.Ordinal);
        Assert.Contains($"{SpamWorkspace.Core}/policy.yaml", Shell("git show --name-only --format= HEAD"), StringComparison.Ordinal);
        Wre(0, "audit", "verify");
        var history = Wre(0, "policy", "history", "--output", "json").Json;
        Assert.Equal(["1.0", "1.1"], history.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("version").GetString()));
        Assert.Equal(Shell("git rev-parse HEAD").Trim(), history.GetProperty("entries")[1].GetProperty("commit").GetString());

        // A mean that the policy before would have let pass.
        var recorded = _workspace.Record(Enumerable.Range(0, 10).Select(_ => _workspace.Line("production", "allow", "allow", "\"pattern_fidelity\":0.86"))).Json;
        Assert.Contains("pattern_fidelity_drop_below_88", recorded.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("staged", _workspace.State);
        _workspace.Ok("doctor");
    }

    [Fact]
    public void A_signed_workspace_takes_signed_changes_only_and_promotes_under_no_other_policy()
    {
        _workspace.Ok("init", "--preset", "policy", "--adopt", "none", "--no-enrol");
        Directory.CreateDirectory(_workspace.PathOf("keys"));
        Wre(0, "approvers", "enrol", "--id", "0102", "--generate", _workspace.PathOf("keys/0102"));
        _workspace.Write("new.yaml", _workspace.Read(Policy).Replace("staged: daily", "staged: hourly", StringComparison.Ordinal));
        Wre(0, "policy", "propose", "--file", "new.yaml", "--rationale", "Look at staged skills more often");
        Wre(0, "policy", "analyze");
        Wre(0, "policy", "dry-run", "--skill", SpamWorkspace.Skill);
        Assert.Contains("it has 0 of 1 signatures that count", Wre(1, "policy", "approve", "--approver", "0102").Output, StringComparison.Ordinal);
        var agent = WreCommand.Shell(_workspace.Folder, "export WRE_AGENT=1; wre policy sign --key keys/0102");
        Assert.Equal(2, agent.ExitCode);
        Assert.Contains("agents never approve", agent.Error, StringComparison.Ordinal);
        Assert.Contains("agents never decide", WreCommand.Shell(_workspace.Folder, "export WRE_AGENT=1; wre policy approve --approver 0102").Error, StringComparison.Ordinal);
        Assert.Contains("is approved: 1 of 1 signatures", Wre(0, "policy", "sign", "--key", _workspace.PathOf("keys/0102")).Output, StringComparison.Ordinal);
        Assert.Contains("not committed: this is no git repository", Wre(0, "policy", "apply").Output, StringComparison.Ordinal);

        // Somebody edits the document: nothing is promoted, everything else says why, and the way back is named.
        File.AppendAllText(_workspace.PathOf(Policy), "# one more line\n");
        _workspace.Ok("bench", "--skill", SpamWorkspace.Skill);
        _workspace.Approve("TICKET_1", "prototype", "staged");
        Wre(0, "ticket", "sign", "--ticket", "TICKET_1", "--key", _workspace.PathOf("keys/0102"));
        string[] promote = ["promote", "--skill", SpamWorkspace.Skill, "--from", "prototype", "--to", "staged", "--approver", "0102", "--approval-ticket", "TICKET_1"];
        Assert.Contains("was changed outside of the process", Wre(1, promote).Output, StringComparison.Ordinal);
        Assert.Contains("was changed outside of the process", Wre(1, "policy", "history").Output, StringComparison.Ordinal);
        Assert.Contains("was changed outside of the process", Wre(1, "doctor").Output, StringComparison.Ordinal);
        Assert.Contains("warning: ", Wre(0, "status").Error, StringComparison.Ordinal);
        File.Copy(Directory.EnumerateFiles(_workspace.PathOf($"{SpamWorkspace.Core}/proposals/policy"), "policy.yaml", SearchOption.AllDirectories).Single(), _workspace.PathOf(Policy), overwrite: true);
        _workspace.Approve("TICKET_2", "prototype", "staged");
        Wre(0, "ticket", "sign", "--ticket", "TICKET_2", "--key", _workspace.PathOf("keys/0102"));
        Wre(0, [.. promote[..^1], "TICKET_2"]);
    }

    [Fact]
    public void A_proposal_that_may_not_be_is_refused_with_all_reasons()
    {
        _workspace.Write("bad.yaml", "gates:\n  prototype_to_staged:\n    pattern_fidelity: 90\n    outcome_qualty: 0.9\ntriggers:\n  outcome_quality: {below: 0.95}\n");
        var refused = Wre(1, "policy", "propose", "--file", "bad.yaml", "--rationale", "because I can");
        Assert.Contains("must lie between 0 and 1", refused.Output, StringComparison.Ordinal);
        Assert.Contains("did you mean 'outcome_quality'?", refused.Output, StringComparison.Ordinal);
        Assert.Contains("triggers.outcome_quality.below is 0.95, above", refused.Output, StringComparison.Ordinal);
        Assert.Contains("`wre policy show` lists the keys", refused.Output, StringComparison.Ordinal);
        Assert.Equal(2, Wre(2, "policy", "analyze").ExitCode);
    }

    /// <summary>A skill in production whose last executions a proposed policy would not have tolerated, a new draft and an enrolled key, for the examples of the reference.</summary>
    internal static void Prepare(SpamWorkspace workspace)
    {
        workspace.Ok("init", "--preset", "policy", "--adopt", "none", "--no-enrol");
        workspace.Record(Enumerable.Range(0, 10).Select(_ => workspace.Line("production", "allow", "allow", "\"pattern_fidelity\":0.86")));
        workspace.WriteDraft("1.1", "again");
        workspace.Ok("bench", "--skill", SpamWorkspace.Skill);
        Directory.CreateDirectory(workspace.PathOf("keys"));
        workspace.Ok("approvers", "enrol", "--id", "0102", "--generate", workspace.PathOf("keys/0102"));
        workspace.Write("new.yaml", workspace.Read(Policy).Replace("    below: 0.85", "    below: 0.88", StringComparison.Ordinal));
    }

    private string Shell(string script)
    {
        var result = WreCommand.Shell(_workspace.Folder, script);
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output;
    }

    private void Use(SpamWorkspace workspace)
    {
        _workspace.Dispose();
        _workspace = workspace;
    }

    private WreResult Wre(int exitCode, params IReadOnlyList<string> arguments)
    {
        var result = _workspace.Wre(arguments);
        Assert.True(result.ExitCode == exitCode, $"wre {string.Join(' ', arguments)} ended with {result.ExitCode}:\n{result.Output}{result.Error}");
        return result;
    }
}
