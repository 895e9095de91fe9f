using System.Text.Json.Nodes;

using WreSkills.Monitoring;
using WreSkills.Registry;

namespace WreSkills.Tests.Hosting;

public sealed class AnomalyTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_flood_of_them_is_told_once_and_rolls_nothing_back()
    {
        await _test.ProduceAsync();
        _test.Record(Enumerable.Range(0, 40).Select(index => Line(450 + (index % 10 * 10))));
        var flood = _test.Record(Enumerable.Range(0, 30).Select(_ => Line(5_000_000)));
        Assert.All(flood.Executions, execution => Assert.Contains(execution.Anomalies, anomaly => anomaly.Kind == "tokens"));
        Assert.Null(flood.Skills[TestWorkspace.Skill].Rollback);
        Assert.Equal(PromotionState.Production, _test.Entry.PromotionState);
        var message = Assert.Single(_test.Workspace.Outbox.Pending(), message => message.Kind == "anomaly" && (string?)message.Body["anomaly"] == "tokens");
        Assert.Equal(30, (int?)message.Body["count"]);
        Assert.True(_test.Workspace.Anomalies.Read(TestWorkspace.Skill).Anomalies.Count >= 30);
    }

    [Fact]
    public async Task An_execution_that_is_recorded_twice_is_in_the_history_once()
    {
        await _test.ProduceAsync();
        var line = Line(500);
        var before = _test.Workspace.Anomalies.Read(TestWorkspace.Skill).History;
        _test.Record([line]);
        _test.Record([line.DeepClone().AsObject()]);
        Assert.Equal(Math.Min(before + 1, AnomalyDetector.Kept), _test.Workspace.Anomalies.Read(TestWorkspace.Skill).History);
    }

    private JsonObject Line(int tokens)
    {
        var line = _test.Good("allow");
        line["state"] = "production";
        line["tokens"] = tokens;
        return line;
    }
}
