namespace WreSkills.EndToEnd.Cli;

/// <summary><c>wre audit</c> on a workspace that went to production by the commands.</summary>
public sealed class AuditCommandTests : IDisposable
{
    private const string Log = $"{SpamWorkspace.Core}/audit.jsonl";
    private readonly SpamWorkspace _workspace = SpamWorkspace.Produced();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void Log_shows_when_what_who_and_the_ticket()
    {
        var lines = _workspace.Ok("audit", "log", "--skill", SpamWorkspace.Skill).Output.TrimEnd().Split('\n').Select(line => string.Join('|', line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))).ToList();
        Assert.Equal("when|what|skill|who|ticket", lines[0]);
        Assert.EndsWith($"|promotion → staged|{SpamWorkspace.Skill} 1.0|0102|APPROVAL_20251020_001", lines[1], StringComparison.Ordinal);
        Assert.EndsWith($"|promotion → production|{SpamWorkspace.Skill} 1.0|0102|APPROVAL_20251020_002", lines[2], StringComparison.Ordinal);
        Assert.Equal(2, _workspace.Ok("audit", "log", "--limit", "1").Output.TrimEnd().Split('\n').Length);
        Assert.Equal("The audit log has nothing about another.\n", _workspace.Ok("audit", "log", "--skill", "another").Output);
        Assert.Equal(2, _workspace.Wre("audit", "log", "--limit", "0").ExitCode);
    }

    [Fact]
    public void Verify_finds_an_edit_and_promote_refuses_while_a_rollback_goes_on()
    {
        Assert.Contains("4 agree", _workspace.Ok("audit", "verify").Output, StringComparison.Ordinal);
        _workspace.Write(Log, _workspace.Read(Log).Replace("\"approver\":\"0102\"", "\"approver\":\"0103\"", StringComparison.Ordinal));
        var verified = _workspace.Wre("audit", "verify");
        Assert.Equal(1, verified.ExitCode);
        Assert.StartsWith("The audit log was tampered with.\n", verified.Output, StringComparison.Ordinal);
        Assert.Contains("  - line 2: its prev does not match line 1", verified.Output, StringComparison.Ordinal);
        Assert.Contains("hint: ", verified.Output, StringComparison.Ordinal);
        var json = _workspace.Wre("audit", "verify", "--output", "json").Json;
        Assert.Equal((2, "prev_mismatch"), (json.GetProperty("bad_line").GetProperty("line").GetInt32(), json.GetProperty("bad_line").GetProperty("problem").GetString()));
        Assert.Equal(1, _workspace.Wre("doctor").ExitCode);

        _workspace.WriteDraft("1.1", "again");
        _workspace.Ok("bench", "--skill", SpamWorkspace.Skill);
        _workspace.Approve("AFTER", "prototype", "staged");
        var promoted = _workspace.Wre("promote", "--skill", SpamWorkspace.Skill, "--from", "prototype", "--to", "staged", "--approver", "0102", "--approval-ticket", "AFTER");
        Assert.Equal(1, promoted.ExitCode);
        Assert.Contains("`wre audit verify`", promoted.Output, StringComparison.Ordinal);
        _workspace.Ok("rollback", "--skill", SpamWorkspace.Skill, "--from", "production", "--to", "staged", "--reason", "test");
    }

    [Fact]
    public void A_checkpoint_that_was_kept_finds_a_log_that_is_cut_back()
    {
        _workspace.Write("kept.txt", _workspace.Ok("audit", "checkpoint").Output + "\n");
        Assert.Contains("5 agree", _workspace.Ok("audit", "verify", "--checkpoint", "kept.txt").Output, StringComparison.Ordinal);
        _workspace.Write(Log, _workspace.Read(Log).Split('\n')[0] + "\n");
        var verified = _workspace.Wre("audit", "verify", "--checkpoint", "kept.txt");
        Assert.Equal(1, verified.ExitCode);
        Assert.Contains("kept.txt knows the log with 2 lines: it has 1 now", verified.Output, StringComparison.Ordinal);
        Assert.Equal(2, _workspace.Wre("audit", "verify", "--checkpoint", "missing.txt").ExitCode);
        _workspace.Write("kept.txt", "nonsense");
        Assert.Equal(2, _workspace.Wre("audit", "verify", "--checkpoint", "kept.txt").ExitCode);
    }

    [Fact]
    public void A_proof_is_checked_without_log_and_workspace()
    {
        var operation = _workspace.Ok("audit", "log", "--output", "json").Json.GetProperty("entries")[0].GetProperty("operation").GetString()!;
        _workspace.Ok("audit", "prove", "--operation", operation, "--file", "proof.json");
        var elsewhere = Directory.CreateTempSubdirectory("wre-proof-").FullName;
        try
        {
            var proof = _workspace.Read("proof.json");
            File.WriteAllText(Path.Combine(elsewhere, "proof.json"), proof);
            Assert.Contains(operation, WreCommand.Run(elsewhere, null, "audit", "prove", "--check", "proof.json").Output, StringComparison.Ordinal);
            Assert.Equal(0, WreCommand.Run(elsewhere, proof, "audit", "prove", "--check", "-").ExitCode);
            var forged = WreCommand.Run(elsewhere, proof.Replace("0102", "0103", StringComparison.Ordinal), "audit", "prove", "--check", "-");
            Assert.Equal(1, forged.ExitCode);
            Assert.StartsWith("The proof does not hold", forged.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }

        Assert.Equal(2, _workspace.Wre("audit", "prove", "--operation", "unknown").ExitCode);
        Assert.Equal(2, _workspace.Wre("audit", "prove").ExitCode);
    }
}
