namespace WreSkills.EndToEnd.Cli;

/// <summary>Every command line of the policy's sections 2, 3, 5 and 9 with <c>wre</c> in place of the script, flags unchanged.</summary>
public sealed class PolicyCommandTests : IDisposable
{
    private readonly SpamWorkspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    [Trait("suite", "smoke")]
    public void Sections_2_and_9_promote_to_staged_and_to_production()
    {
        _workspace.Ok("bench", "--skill", SpamWorkspace.Skill);
        _workspace.Approve("APPROVAL_20251020_001", "prototype", "staged");
        _workspace.Ok("promote", "--skill", "youtube_spam_detection", "--from", "prototype", "--to", "staged", "--approver", "0102", "--approval-ticket", "APPROVAL_20251020_001");
        Assert.Equal("staged", _workspace.State);
        Assert.True(File.Exists(_workspace.PathOf(".claude/skills/youtube_spam_detection_staged/SKILL.md")));

        _workspace.Record(_workspace.Good(110, "staged"));
        _workspace.Ok("status", "--skill", "youtube_spam_detection", "--target-state", "production");
        _workspace.Approve("APPROVAL_20251020_002", "staged", "production");
        _workspace.Ok("promote", "--skill", "youtube_spam_detection", "--from", "staged", "--to", "production", "--approver", "0102", "--approval-ticket", "APPROVAL_20251020_002", "--production-readiness-checklist-complete");
        Assert.Equal("production", _workspace.State);
        Assert.True(File.Exists(_workspace.PathOf("modules/communication/livechat/skills/youtube_spam_detection/SKILL.md")));
        Assert.True(File.Exists(_workspace.PathOf("modules/communication/livechat/skills/youtube_spam_detection/versions/v1.0_baseline.md")));
        Assert.Single(Directory.GetDirectories(_workspace.PathOf(".claude/skills"), "youtube_spam_detection_staged_archive_*"));
        Assert.Contains("\"production_readiness_checklist_complete\":true", File.ReadAllText(_workspace.PathOf($"{SpamWorkspace.Core}/audit.jsonl")), StringComparison.Ordinal);
        Assert.Equal("production|1.0", _workspace.Sql("SELECT promotion_state, version FROM skills"));
        Assert.Equal(
            "prototype|staged|0102|APPROVAL_20251020_001\nstaged|production|0102|APPROVAL_20251020_002",
            _workspace.Sql("SELECT from_state, to_state, approver, approval_ticket FROM promotion_events ORDER BY timestamp"));
        _workspace.Ok("doctor");
    }

    [Fact]
    public void Section_3_automated_rollback_takes_reason_metric_and_timestamp()
    {
        _workspace.Stage();
        _workspace.Produce();
        _workspace.Ok(
            "rollback", "--skill", "youtube_spam_detection", "--from", "production", "--to", "staged", "--reason", "pattern_fidelity_drop_below_85",
            "--trigger-metric", "fidelity=0.83", "--timestamp", "2025-10-20T14:23:15Z");

        Assert.Equal("staged", _workspace.State);
        Assert.True(File.Exists(_workspace.PathOf("modules/communication/livechat/skills/youtube_spam_detection/versions/v1.0_failed_20251020T142315Z.md")));
        Assert.False(File.Exists(_workspace.PathOf("modules/communication/livechat/skills/youtube_spam_detection/SKILL.md")));
        Assert.Equal("production|staged|pattern_fidelity_drop_below_85|fidelity=0.83|2025-10-20T14:23:15Z", _workspace.Sql("SELECT from_state, to_state, trigger_reason, trigger_metric, timestamp FROM rollback_events"));
        Assert.Single(Directory.GetFiles(_workspace.PathOf($"{SpamWorkspace.Core}/outbox"), "*-rollback_alert.json"));
        Assert.Equal("staged", _workspace.Ok("load", "--skill", SpamWorkspace.Skill, "--output", "json").Json.GetProperty("state").GetString());
        _workspace.Ok("doctor");
    }

    [Fact]
    public void Section_9_manual_rollback_needs_the_approver()
    {
        _workspace.Stage();
        _workspace.Produce();
        string[] command = ["rollback", "--skill", "youtube_spam_detection", "--from", "production", "--to", "staged", "--reason", "manual_override"];

        Assert.Equal(1, _workspace.Wre(command).ExitCode);
        Assert.Equal(1, _workspace.Wre([.. command, "--approver", "102"]).ExitCode);
        Assert.Equal("production", _workspace.State);
        _workspace.Ok([.. command, "--approver", "0102"]);
        Assert.Equal("staged", _workspace.State);
    }

    [Fact]
    public void Section_5_ingest_and_reindex_take_the_policys_paths()
    {
        _workspace.Stage();
        var metrics = "modules/infrastructure/wre_core/recursive_improvement/metrics/";
        File.AppendAllText(_workspace.PathOf(metrics + "youtube_spam_detection_fidelity.json"), "{\"execution_id\":\"by-hand\",\"timestamp\":1761000000,\"pattern_fidelity\":{\"pattern_fidelity\":0.9,\"patterns_followed\":[\"a\"],\"patterns_missed\":[]}}\n");

        var ingest = _workspace.Ok("ingest", "--json-path", metrics, "--sqlite-db", "modules/infrastructure/wre_core/skills/skills_metrics.db", "--batch-size", "1000", "--output", "json").Json;
        Assert.Equal(1, ingest.GetProperty("lines").GetInt64());
        Assert.Equal("0.9|1|0", _workspace.Sql("SELECT pattern_fidelity, patterns_followed, patterns_missed FROM execution_metrics WHERE execution_id = 'by-hand'"));
        Assert.Equal(0, _workspace.Ok("ingest", "--output", "json").Json.GetProperty("lines").GetInt64());

        var reindex = _workspace.Ok("reindex", "--reindex-skills", "--skills-path", "modules/infrastructure/wre_core/skills/").Output;
        Assert.Contains("Skill descriptions added to the search: 1 of 1 skills.", reindex, StringComparison.Ordinal);
        _workspace.Ok("reindex", "--reindex-skills");
        Assert.Contains(SpamWorkspace.Skill, _workspace.Ok("search", "spam").Output, StringComparison.Ordinal);
    }
}
