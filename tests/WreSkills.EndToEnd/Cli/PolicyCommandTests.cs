namespace WreSkills.EndToEnd.Cli;

/// <summary>
/// Every command line of the policy's sections 2, 3, 5 and 9 as it stands there, with <c>wre</c> in place of the script and
/// flags unchanged, run by a shell from the root of a workspace under the default policy.
/// </summary>
public sealed class PolicyCommandTests : IDisposable
{
    private const string Skill = SpamWorkspace.Skill;
    private const string Module = "modules/communication/livechat";
    private const string Production = $"{Module}/skills/{Skill}";
    private const string Staged = $".claude/skills/{Skill}_staged";
    private const string Outbox = $"{SpamWorkspace.Core}/outbox";

    private const string PromoteToStaged = """
        python modules/infrastructure/wre_core/skills/promoter.py promote \
          --skill youtube_spam_detection \
          --from prototype \
          --to staged \
          --approver 0102 \
          --approval-ticket APPROVAL_20251020_001
        """;

    private const string PromoteToProduction = """
        python modules/infrastructure/wre_core/skills/promoter.py promote \
          --skill youtube_spam_detection \
          --from staged \
          --to production \
          --approver 0102 \
          --approval-ticket APPROVAL_20251020_002 \
          --production-readiness-checklist-complete
        """;

    private const string QuickPromoteToStaged = """
        python modules/infrastructure/wre_core/skills/promoter.py promote \
          --skill [skill_name] --from prototype --to staged \
          --approver 0102 --approval-ticket [ticket]
        """;

    private const string QuickPromoteToProduction = """
        python modules/infrastructure/wre_core/skills/promoter.py promote \
          --skill [skill_name] --from staged --to production \
          --approver 0102 --approval-ticket [ticket]
        """;

    private const string QuickStatus = """
        python modules/infrastructure/wre_core/skills/promoter.py status \
          --skill [skill_name] --target-state production
        """;

    private const string ManualRollback = """
        python modules/infrastructure/wre_core/skills/promoter.py rollback \
          --skill [skill_name] --from production --to staged \
          --reason "manual_override" --approver 0102
        """;

    private SpamWorkspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    [Trait("suite", "smoke")]
    public void Section_2_1_promotes_to_staged_with_all_six_actions()
    {
        _workspace.Ok("bench", "--skill", Skill);
        _workspace.Approve("APPROVAL_20251020_001", "prototype", "staged");

        var promoted = Run(PromoteToStaged);

        Assert.Equal(0, promoted.ExitCode);
        Assert.Equal("staged", _workspace.State);
        Assert.Equal(_workspace.Read($".claude/skills/{Skill}_prototype/SKILL.md"), _workspace.Read($"{Staged}/SKILL.md"));
        Assert.Contains("\"promotion_state\": \"staged\"", _workspace.Read($"{SpamWorkspace.Core}/skills_graph.json"), StringComparison.Ordinal);
        Assert.Equal("automatic", _workspace.Entry.GetProperty("scoring").GetString());
        Assert.Equal("staged|1.0|gemma|CLASSIFICATION", _workspace.Sql("SELECT promotion_state, version, primary_agent, intent_type FROM skills"));
        Assert.Equal("prototype|staged|0102|APPROVAL_20251020_001", _workspace.Sql("SELECT from_state, to_state, approver, approval_ticket FROM promotion_events"));
        Assert.Equal("staged", Found().GetProperty("state").GetString());
        Assert.Contains("\"schedule\": \"daily\"", Message("review_schedule"), StringComparison.Ordinal);
        _workspace.Ok("doctor");
    }

    [Fact]
    [Trait("suite", "smoke")]
    public void Section_2_2_promotes_to_production_with_all_eight_actions()
    {
        Use(SpamWorkspace.Staged());
        _workspace.Record(_workspace.Good(110, "staged"));
        _workspace.Approve("APPROVAL_20251020_002", "staged", "production");
        var archived = _workspace.Read($"{Staged}/SKILL.md");

        var promoted = Run(PromoteToProduction);

        Assert.Equal(0, promoted.ExitCode);
        Assert.Equal("production", _workspace.State);
        Assert.Equal(archived, _workspace.Read($"{Production}/SKILL.md"));
        Assert.Equal(archived, _workspace.Read($"{Production}/versions/v1.0_baseline.md"));
        Assert.Contains("\"promotion_state\": \"production\"", _workspace.Read($"{SpamWorkspace.Core}/skills_graph.json"), StringComparison.Ordinal);
        var loaded = _workspace.Ok("load", "--skill", Skill, "--output", "json").Json;
        Assert.Equal(("production", "1.0"), (loaded.GetProperty("state").GetString(), loaded.GetProperty("version").GetString()));
        Assert.Equal("alerting", _workspace.Entry.GetProperty("monitoring").GetString());
        Assert.Contains("a rollback alerts you", Message("monitoring_enabled"), StringComparison.Ordinal);
        Assert.Equal("production", Found().GetProperty("state").GetString());
        Assert.False(Directory.Exists(_workspace.PathOf(Staged)));
        var archive = Assert.Single(Directory.GetDirectories(_workspace.PathOf(".claude/skills"), $"{Skill}_staged_archive_*"));
        Assert.Equal(archived, File.ReadAllText(Path.Combine(archive, "SKILL.md")));
        Assert.Matches(@"_staged_archive_\d{8}T\d{6}Z$", archive);
        Assert.Contains($"[`{Skill}`](skills/{Skill}/SKILL.md)", _workspace.Read($"{Module}/README.md"), StringComparison.Ordinal);
        Assert.Contains($"wre load --skill {Skill}", _workspace.Read($"{Module}/INTERFACE.md"), StringComparison.Ordinal);
        Assert.Contains("\"production_readiness_checklist_complete\":true", _workspace.Read($"{SpamWorkspace.Core}/audit.jsonl"), StringComparison.Ordinal);
        _workspace.Ok("doctor");
    }

    [Fact]
    public void Section_3_2_rolls_back_with_reason_metric_and_timestamp()
    {
        Use(SpamWorkspace.Produced());

        var rolledBack = Run("""
            # Triggered by monitoring system
            python modules/infrastructure/wre_core/skills/promoter.py rollback \
              --skill youtube_spam_detection \
              --from production \
              --to staged \
              --reason "pattern_fidelity_drop_below_85" \
              --trigger-metric "fidelity=0.83" \
              --timestamp "2025-10-20T14:23:15Z"
            """);

        Assert.Equal(0, rolledBack.ExitCode);
        Assert.Equal("staged", _workspace.State);
        Assert.Equal("staged", _workspace.Ok("load", "--skill", Skill, "--output", "json").Json.GetProperty("state").GetString());
        Assert.Contains("pattern_fidelity_drop_below_85", Message("rollback_alert"), StringComparison.Ordinal);
        Assert.Equal(_workspace.Read($"{Staged}/SKILL.md"), _workspace.Read($"{Production}/versions/v1.0_failed_20251020T142315Z.md"));
        Assert.False(File.Exists(_workspace.PathOf($"{Production}/SKILL.md")));
        Assert.Equal("staged", Found().GetProperty("state").GetString());
        Assert.Contains("pattern_fidelity_drop_below_85", _workspace.Ok("report", "show", "--skill", Skill).Output, StringComparison.Ordinal);
        Assert.Equal(
            "production|staged|pattern_fidelity_drop_below_85|fidelity=0.83|2025-10-20T14:23:15Z",
            _workspace.Sql("SELECT from_state, to_state, trigger_reason, trigger_metric, timestamp FROM rollback_events"));
        Assert.Equal(
            "alert|1\narchive|1\nfailure_analysis|1\nhuman_review|0\nreindex|1",
            _workspace.Sql("SELECT action, done_at IS NOT NULL FROM rollback_deadlines ORDER BY action"));
        _workspace.Ok("doctor");
    }

    [Fact]
    public void Section_9_promotes_checks_readiness_and_rolls_back_by_hand()
    {
        _workspace.Ok("bench", "--skill", Skill);
        _workspace.Approve("TICKET_1", "prototype", "staged");
        Assert.Equal(0, Run(QuickPromoteToStaged, "TICKET_1").ExitCode);
        Assert.Equal(1, Run(QuickStatus).ExitCode);
        _workspace.Record(_workspace.Good(100, "staged"));
        Assert.Equal(0, Run(QuickStatus).ExitCode);
        _workspace.Approve("TICKET_2", "staged", "production");
        Assert.Equal(0, Run(QuickPromoteToProduction, "TICKET_2").ExitCode);
        Assert.Equal("production", _workspace.State);

        Assert.Equal(0, Run(ManualRollback).ExitCode);

        Assert.Equal("staged", _workspace.State);
        Assert.Equal("manual_override", _workspace.Sql("SELECT trigger_reason FROM rollback_events"));
        Assert.Contains("\"approver\":\"0102\"", _workspace.Read($"{SpamWorkspace.Core}/audit.jsonl").TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
        _workspace.Ok("doctor");
    }

    [Theory]
    [InlineData(" --approver 0102")]
    [InlineData("0102", "102")]
    public void Section_9_manual_rollback_needs_a_listed_approver(string part, string instead = "")
    {
        Use(SpamWorkspace.Produced());
        var (registry, audit) = (_workspace.Registry, _workspace.Read($"{SpamWorkspace.Core}/audit.jsonl"));

        var refused = Run(ManualRollback.Replace(part, instead, StringComparison.Ordinal));

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("Not rolled back", refused.Output, StringComparison.Ordinal);
        Assert.Equal((registry, audit), (_workspace.Registry, _workspace.Read($"{SpamWorkspace.Core}/audit.jsonl")));
    }

    [Fact]
    public void Section_5_1_reindexes()
    {
        Use(SpamWorkspace.Staged());
        File.Delete(_workspace.PathOf($"{SpamWorkspace.Core}/index/skills.db"));

        var reindexed = Run("python holo_index.py --reindex-skills --skills-path modules/infrastructure/wre_core/skills/");

        Assert.Equal(0, reindexed.ExitCode);
        Assert.Contains("Skills graph parsed and indexed: 1 nodes", reindexed.Output, StringComparison.Ordinal);
        Assert.Contains("Skill descriptions added to the search: 1 of 1 skills.", reindexed.Output, StringComparison.Ordinal);
        Assert.Contains("Dependencies mapped: 0.", reindexed.Output, StringComparison.Ordinal);
        Assert.Equal(Skill, Found().GetProperty("skill").GetString());
        Assert.Equal(0, Run("python holo_index.py --reindex-skills").ExitCode);
    }

    [Theory]
    [InlineData("""
        python modules/infrastructure/wre_core/skills/metrics_ingest.py \
          --json-path modules/infrastructure/wre_core/recursive_improvement/metrics/ \
          --sqlite-db modules/infrastructure/wre_core/skills/skills_metrics.db \
          --batch-size 1000
        """)]
    [InlineData("python modules/infrastructure/wre_core/skills/metrics_ingest.py")]
    public void Section_5_4_and_9_ingest(string command)
    {
        Use(SpamWorkspace.Staged());
        File.AppendAllText(
            _workspace.PathOf("modules/infrastructure/wre_core/recursive_improvement/metrics/youtube_spam_detection_fidelity.json"),
            """{"execution_id":"by-hand","timestamp":1761000000,"pattern_fidelity":{"pattern_fidelity":0.9,"patterns_followed":["a"],"patterns_missed":[]}}""" + "\n");

        var first = Run(command);
        var again = Run(command);

        Assert.Equal((0, 0), (first.ExitCode, again.ExitCode));
        Assert.StartsWith("1 new line of 4 files", first.Output, StringComparison.Ordinal);
        Assert.StartsWith("0 new lines of", again.Output, StringComparison.Ordinal);
        Assert.Equal("0.9|1|0", _workspace.Sql("SELECT pattern_fidelity, patterns_followed, patterns_missed FROM execution_metrics WHERE execution_id = 'by-hand'"));
    }

    [Fact]
    public void The_tables_of_section_5_4_have_exactly_the_policys_columns()
    {
        Use(SpamWorkspace.Staged());
        string Columns(string table) => _workspace.Sql($"SELECT group_concat(name, ' ') FROM pragma_table_info('{table}')");

        Assert.Equal("skill_id skill_name promotion_state primary_agent intent_type created_at last_promoted_at version", Columns("skills"));
        Assert.Equal("execution_id skill_id timestamp pattern_fidelity outcome_quality execution_time_ms patterns_followed patterns_missed exception", Columns("execution_metrics"));
        Assert.Equal("event_id skill_id from_state to_state approver approval_ticket timestamp reason", Columns("promotion_events"));
        Assert.Equal("event_id skill_id from_state to_state trigger_reason trigger_metric timestamp", Columns("rollback_events"));
    }

    private void Use(SpamWorkspace workspace)
    {
        _workspace.Dispose();
        _workspace = workspace;
    }

    private WreResult Run(string command, string ticket = "") => WreCommand.Shell(_workspace.Folder, command
        .Replace("python modules/infrastructure/wre_core/skills/promoter.py", "wre", StringComparison.Ordinal)
        .Replace("python modules/infrastructure/wre_core/skills/metrics_ingest.py", "wre ingest", StringComparison.Ordinal)
        .Replace("python holo_index.py", "wre reindex", StringComparison.Ordinal)
        .Replace("[skill_name]", Skill, StringComparison.Ordinal)
        .Replace("[ticket]", ticket, StringComparison.Ordinal));

    private System.Text.Json.JsonElement Found() => Assert.Single(_workspace.Ok("search", "spam chat", "--output", "json").Json.GetProperty("hits").EnumerateArray());

    // The latest message of a kind.
    private string Message(string kind) => File.ReadAllText(Directory.GetFiles(_workspace.PathOf(Outbox), $"*-{kind}.json").Order(StringComparer.Ordinal).Last());
}
