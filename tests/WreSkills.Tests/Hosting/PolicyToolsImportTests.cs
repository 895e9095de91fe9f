using Microsoft.Data.Sqlite;

using WreSkills.Hosting;
using WreSkills.Metrics;
using WreSkills.Registry;

namespace WreSkills.Tests.Hosting;

public sealed class PolicyToolsImportTests : IDisposable
{
    private const string Core = "modules/infrastructure/wre_core/skills";
    private const string Metrics = "modules/infrastructure/wre_core/recursive_improvement/metrics";
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Fact]
    public void Registry_metrics_and_database_are_taken_over_and_nothing_of_theirs_changes()
    {
        Repository();
        var before = Theirs();
        var report = Import();
        using var workspace = Workspace.Open(_folder.Path);
        var registry = workspace.Registry.Load();
        Assert.Equal(
            "live production modules/chat/live/skills/live/ gemma, spam prototype .claude/skills/old/spam/ qwen, zed production modules/chat/live/skillz/zed/ unknown",
            string.Join(", ", registry.Skills.Select(skill => $"{skill.Key} {skill.Value.PromotionState.Text()} {skill.Value.Location} {skill.Value.PrimaryAgent}")));
        Assert.Equal(("2025-10-20T00:00:00Z", "CLASSIFICATION"), (registry.Require("live").CreatedAt, registry.Require("live").IntentType));
        Assert.True(registry.Require("live").Versions["1.0"].Adopted);
        Assert.Equal(3, workspace.Database.ExecutionCounts()["live"]);
        Assert.Contains("p-1", workspace.Database.EventIds("live"));
        Assert.Contains("r-1", workspace.Database.EventIds("live"));
        var lines = File.ReadAllLines(workspace.Metrics.FileOf("live", MetricKind.Fidelity));
        Assert.All(lines, line => Assert.Contains("\"source\":\"imported\"", line, StringComparison.Ordinal));
        Assert.Equal(before, Theirs());
        Assert.Empty(new WorkspaceDoctor(workspace).Check().SelectMany(invariant => invariant.Problems.Select(problem => $"{invariant.Name}: {problem}")));
        var left = string.Join('\n', report.NotTaken.Select(thing => $"{thing.Kind} {thing.Name}: {thing.Words}"));
        Assert.Contains("skill gone: its folder O:\\Foundups-Agent\\modules\\nowhere\\gone is not here", left, StringComparison.Ordinal);
        Assert.Contains("skill song: its location modules/chat/live/song.json is a file", left, StringComparison.Ordinal);
        Assert.Contains("leads out of the workspace", left, StringComparison.Ordinal);
        Assert.Contains("execution e-bad: pattern_fidelity", left, StringComparison.Ordinal);
        Assert.Contains("executions execution_metrics of nobody: there is no skill of this name here", left, StringComparison.Ordinal);
        Assert.Contains("table learning_events", left, StringComparison.Ordinal);
    }

    [Fact]
    public void Importing_again_takes_nothing()
    {
        Repository();
        Assert.NotEmpty(Import().Taken);
        var files = Ours();
        Assert.Empty(Import().Taken);
        Assert.Equal(files, Ours());
    }

    [Fact]
    public void A_dry_run_says_what_would_be_taken_and_writes_nothing()
    {
        Repository();
        var before = Shell.Run(_folder.Path, "find . -type f | sort | xargs sha256sum");
        using (var workspace = Workspace.Open(_folder.Path))
        {
            var report = PolicyToolsImport.Run(workspace, null, dryRun: true, "tester");
            Assert.Equal(["live", "spam", "zed"], report.Taken.Where(thing => thing.Kind == "skill").Select(thing => thing.Name).Order(StringComparer.Ordinal));
            Assert.Contains(report.Taken, thing => thing is { Kind: "executions", Count: > 0 });
        }

        Assert.Equal(before, Shell.Run(_folder.Path, "find . -type f -not -path '*/journal/*' | sort | xargs sha256sum"));
    }

    [Fact]
    public void Their_old_lists_become_lines()
    {
        Skill("modules/chat/live/skills/live");
        _folder.Write($"{Core}/skills_registry.json", "{\"version\": \"1.0\", \"skills\": {\"live\": {\"promotion_state\": \"production\", \"location\": \"modules/chat/live/skills/live/\"}}}");
        _folder.Write($"{Metrics}/live_fidelity.json", "[{\"execution_id\": \"a\", \"timestamp\": \"2025-10-20T10:00:00\", \"pattern_fidelity\": 0.9}, {\"execution_id\": \"b\", \"timestamp\": 1760954400, \"pattern_fidelity\": {\"pattern_fidelity\": 0.8, \"patterns_followed\": [\"x\"]}}]");
        var report = Import();
        Assert.Equal(2, report.Taken.Single(thing => thing.Kind == "executions").Count);
        using var workspace = Workspace.Open(_folder.Path);
        Assert.Equal(2, workspace.Database.ExecutionCounts()["live"]);
        Assert.Equal(2, File.ReadAllLines(_folder.At($"{Metrics}/live_fidelity.json")).Length);
        Assert.Empty(Import().Taken);
    }

    [Theory]
    [InlineData(@"O:\Foundups-Agent\modules\a\b", "modules/a/b")]
    [InlineData("/home/ada/Foundups-Agent/modules/a/b/", "modules/a/b")]
    [InlineData("modules/a/b/SKILL.md", "modules/a/b")]
    [InlineData(@"modules\a\b", "modules/a/b")]
    [InlineData("./modules/a/b", "modules/a/b")]
    [InlineData(@"O:\elsewhere\..\modules\a\b", null)]
    [InlineData("b", null)]
    [InlineData("", null)]
    public void Their_paths_are_found_here(string location, string? folder)
    {
        Skill("modules/a/b");
        Assert.Equal(folder, PolicyToolsRegistry.Locate(_folder.Path, location).Folder);
    }

    [Fact]
    public void A_folder_with_nothing_of_theirs_is_said_to_have_nothing()
    {
        using var workspace = Workspace.Open(_folder.Path);
        Assert.Throws<WreException>(() => PolicyToolsImport.Run(workspace, null, dryRun: false, "tester"));
        Assert.Throws<WreException>(() => PolicyToolsImport.Run(workspace, _folder.At("missing"), dryRun: false, "tester"));
    }

    private ImportReport Import()
    {
        WorkspaceInitializer.Run(_folder.Path, ExistingSkills.PresetFor(_folder.Path));
        PolicyToolsImport.SetAside(WorkspaceConfiguration.Load(_folder.Path).Layout);
        using var workspace = Workspace.Open(_folder.Path);
        return PolicyToolsImport.Run(workspace, null, dryRun: false, "tester");
    }

    private void Repository()
    {
        Skill("modules/chat/live/skills/live");
        Skill(".claude/skills/old/spam");
        _folder.Write("modules/chat/live/skillz/zed/SKILLz.md", TestSkill.Text(name: "zed"));
        _folder.Write("modules/chat/live/song.json", "{}");
        _folder.Write($"{Core}/skills_registry.json", """
            {"version": "1.0", "skills": {
              "live": {"skill_name": "live", "promotion_state": "production", "location": "modules/chat/live/skills/live/", "primary_agent": "gemma", "fallback_agent": null,
                "intent_type": "CLASSIFICATION", "module": "modules/chat/live", "created_at": "2025-10-20T00:00:00Z", "last_promoted": null}}}
            """);
        _folder.Write($"{Core}/skills_registry_v2.json", """
            {"version": "2.0", "total_skills": 5, "skills": [
              {"name": "spam_prototype", "location": "O:\\Foundups-Agent\\.claude\\skills\\old\\spam", "agents": ["qwen"], "version": 1.0, "promotion_state": "prototype"},
              {"name": "zed", "location": "O:\\Foundups-Agent\\modules\\chat\\live\\skillz\\zed", "agents": [], "promotion_state": "unknown"},
              {"name": "gone", "location": "O:\\Foundups-Agent\\modules\\nowhere\\gone", "promotion_state": "production"},
              {"name": "song", "location": "modules/chat/live/song.json", "promotion_state": "production"},
              {"name": "evil", "location": "../../etc", "promotion_state": "production"}]}
            """);
        _folder.Write($"{Metrics}/live_outcomes.json", "{\"execution_id\":\"e-1\",\"timestamp\":\"2025-10-20T10:00:00\",\"decision\":\"allow\",\"correct\":true}\n");
        Database(
            """
            CREATE TABLE skills (skill_id TEXT PRIMARY KEY, skill_name TEXT NOT NULL, promotion_state TEXT NOT NULL, primary_agent TEXT NOT NULL, intent_type TEXT NOT NULL, created_at TIMESTAMP, last_promoted_at TIMESTAMP, version TEXT);
            INSERT INTO skills VALUES ('live', 'live', 'production', 'gemma', 'CLASSIFICATION', NULL, NULL, '1.0');
            CREATE TABLE execution_metrics (execution_id TEXT PRIMARY KEY, skill_id TEXT NOT NULL, timestamp TIMESTAMP NOT NULL, pattern_fidelity REAL, outcome_quality REAL, execution_time_ms INTEGER, patterns_followed INTEGER, patterns_missed INTEGER, exception BOOLEAN);
            INSERT INTO execution_metrics VALUES ('e-1', 'live', '2025-10-20T10:00:00', 0.95, 1.0, 42, 19, 1, 0), ('e-2', 'live', '2025-10-20 11:00:00', 0.5, NULL, NULL, 1, 1, 1),
                ('e-bad', 'live', '2025-10-20T10:00:00', 1.5, NULL, NULL, NULL, NULL, NULL), ('e-x', 'nobody', '2025-10-20T10:00:00', 0.5, 1, 1, 1, 1, 0);
            CREATE TABLE promotion_events (event_id TEXT PRIMARY KEY, skill_id TEXT, from_state TEXT, to_state TEXT, approver TEXT, approval_ticket TEXT, timestamp TIMESTAMP, reason TEXT);
            INSERT INTO promotion_events VALUES ('p-1', 'live', 'prototype', 'staged', '0102', 'APPROVAL_20251020_001', '2025-10-20T10:00:00Z', NULL);
            CREATE TABLE rollback_events (event_id TEXT PRIMARY KEY, skill_id TEXT, from_state TEXT, to_state TEXT, trigger_reason TEXT, trigger_metric TEXT, timestamp TIMESTAMP);
            INSERT INTO rollback_events VALUES ('r-1', 'live', 'production', 'staged', 'pattern_fidelity', 'fidelity=0.8', '2025-10-20T12:00:00Z');
            """,
            $"{Core}/skills_metrics.db");
        Database(
            """
            CREATE TABLE skill_outcomes (execution_id TEXT PRIMARY KEY, skill_name TEXT NOT NULL, agent TEXT NOT NULL, timestamp TEXT NOT NULL, input_context TEXT NOT NULL, output_result TEXT NOT NULL, success INTEGER NOT NULL,
                pattern_fidelity REAL NOT NULL, outcome_quality REAL NOT NULL, execution_time_ms INTEGER NOT NULL, step_count INTEGER NOT NULL, failed_at_step INTEGER, notes TEXT);
            INSERT INTO skill_outcomes VALUES ('o-1', 'live', 'qwen', '2025-10-25T19:38:23.224007', '{}', '{}', 1, 0.92, 0.9, 1200, 4, NULL, NULL);
            CREATE TABLE learning_events (event_id TEXT PRIMARY KEY);
            """,
            "modules/infrastructure/wre_core/data/pattern_memory.db");
    }

    private void Database(string sql, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.At(path))!);
        using var connection = new SqliteConnection($"Data Source={_folder.At(path)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private void Skill(string path) => _folder.Write($"{path}/SKILL.md", TestSkill.Text(name: Path.GetFileName(path)));

    // By content: where their registry and database stood in the places of ours they have other names afterwards.
    private string Theirs() => Shell.Run(
        _folder.Path, $"find . -path './{Core}/store' -prune -o -type f \\( -name 'SKILL*.md' -o -name 'pattern_memory.db' -o -name 'skills_registry_v2.json' -o -name song.json \\) -exec sha256sum {{}} \\; | sort; cat {Core}/skills_registry*policy-tools.json {Core}/skills_registry.json 2>/dev/null | grep -c Windows || true");

    private string Ours() => Shell.Run(_folder.Path, $"sha256sum {Metrics}/*.json {Core}/skills_registry.json | sort");
}
