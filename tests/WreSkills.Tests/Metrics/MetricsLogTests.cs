using System.Text.Json.Nodes;

using WreSkills.Executions;
using WreSkills.Metrics;
using WreSkills.Scoring;
using WreSkills.Storage;
using WreSkills.Tests.Hosting;

namespace WreSkills.Tests.Metrics;

public sealed class MetricsLogTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public void The_ingestor_reads_back_what_the_log_wrote()
    {
        var record = ExecutionRecordReader.Read(
            """
            {"execution_id":"größe \"1\"","skill":"spam_check","version":"1.0","digest":"d","state":"staged","state_serial":3,"timestamp":"2025-10-20T10:00:00.125Z","source":"live","agent":"gemma","model":"m",
             "decision":"allow","expected_decision":"remove","critical":true,"execution_time_ms":12.5,"memory_usage_mb":2.5,"tokens":9,"exception":false,"breadcrumbs":[]}
            """, "test", null, () => "id");
        var score = new FidelityScore { PatternFidelity = 0.5, PatternsFollowed = [new("a", 0, "1")], PatternsMissed = [new("b\nc", null, null)], PatternsNotApplicable = [], CriticalMissed = true };
        _test.Workspace.Metrics.Append(TestWorkspace.Skill, [new ScoredExecution(record, score, OutcomeClass.Of(record, new() { NegativeDecisions = ["allow"] }))]);
        Assert.Equal((3L, 0L), (_test.Workspace.Ingestor.Run().Lines, _test.Workspace.Database.Health().Malformed));
        using var connection = SqliteFile.Open(_test.Workspace.Layout.MetricsDatabase, "");
        using var command = connection.Prepare("""
            SELECT execution || '|' || version || '|' || digest || '|' || state || '|' || state_serial || '|' || timestamp_ms || '|' || source || '|' || agent || '|' || model || '|' || fidelity || '|' || followed || '|' || missed
                || '|' || critical_missed || '|' || outcome || '|' || label || '|' || false_positive || '|' || false_negative || '|' || critical || '|' || critical_false_negative
                || '|' || time_ms || '|' || exception || '|' || memory_mb || '|' || tokens FROM execution_facts JOIN revisions USING (revision_key)
            """);
        Assert.Equal("größe \"1\"|1.0|d|staged|3|1760954400125|live|gemma|m|0.5|1|1|1|0.0|1|0|1|1|1|12.5|0|2.5|9", command.ExecuteScalar());
    }

    [Fact]
    public void A_file_gets_a_line_only_for_what_is_known()
    {
        var record = ExecutionRecordReader.Read("""{"skill":"spam_check","execution_time_ms":5}""", "test", null, () => "id");
        _test.Workspace.Metrics.Append(TestWorkspace.Skill, [new ScoredExecution(record, null, new OutcomeClass(null, null, null, false))]);
        Assert.Equal(
            ["""{"execution_id":"id","timestamp":"2025-10-20T12:00:00Z","skill_name":"spam_check","execution_time_ms":5}"""],
            File.ReadAllLines(_test.Workspace.Metrics.FileOf(TestWorkspace.Skill, MetricKind.Performance)));
        Assert.False(File.Exists(_test.Workspace.Metrics.FileOf(TestWorkspace.Skill, MetricKind.Fidelity)));
        Assert.False(File.Exists(_test.Workspace.Metrics.FileOf(TestWorkspace.Skill, MetricKind.Outcomes)));
    }

    [Fact]
    public void An_event_stands_once_however_often_it_is_written()
    {
        Assert.True(_test.Workspace.Metrics.AppendEvent(TestWorkspace.Skill, "e1", new JsonObject { ["event_id"] = "e1" }));
        Assert.False(_test.Workspace.Metrics.AppendEvent(TestWorkspace.Skill, "e1", new JsonObject { ["event_id"] = "e1" }));
        Assert.Single(File.ReadAllLines(_test.Workspace.Metrics.FileOf(TestWorkspace.Skill, MetricKind.PromotionLog)));
    }
}
