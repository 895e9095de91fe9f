using System.Globalization;
using System.Text.Json.Nodes;

using WreSkills.Policy;
using WreSkills.Registry;

namespace WreSkills.Tests.Hosting;

/// <summary>What a decision is made on: a ticket comes filled in with the figures of the gates, and nothing that was written is left out of them.</summary>
public sealed class PromotionEvidenceTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_ticket_comes_filled_in_with_the_figures_of_the_gates()
    {
        await _test.StageAsync();
        _test.RecordGood(90);
        _test.Record(Enumerable.Range(0, 10).Select(index => _test.Line(
            ("decision", index < 4 ? "remove" : "allow"), ("expected_decision", "allow"), ("execution_time_ms", 50), ("exception", false), ("pattern_fidelity", 0.5))));
        var (ticket, readiness) = _test.Workspace.Issuer.Issue(TestWorkspace.Skill, PromotionState.Staged, PromotionState.Production, null, "author", null);
        var gates = readiness.Gates.ToDictionary(gate => gate.Name);
        Assert.Equal((0.95, 0.96), (Math.Round(gates["sustained_pattern_fidelity"].Figure!.Value, 9), Math.Round(gates["sustained_outcome_quality"].Figure!.Value, 9)));

        var lines = File.ReadAllLines(Path.Combine(_test.Workspace.Layout.TicketsFolder, ticket.Id + ".yaml")).Select(line => line.Trim()).ToList();
        string Figure(string name) => Assert.Single(lines, line => line.StartsWith(name + ": ", StringComparison.Ordinal))[(name.Length + 2)..].Split(' ')[0];
        Assert.Equal(("0.95", "0.96", "100"), (Figure("pattern_fidelity"), Figure("outcome_quality"), Figure("execution_count")));
        Assert.Equal(gates["test_pass_rate"].FigureText, Figure("test_pass_rate"));
        Assert.Equal((4.0 / 55).ToString("0.####", CultureInfo.InvariantCulture), Figure("false_positive_rate"));
        Assert.Equal("0", Figure("false_negative_count"));
        Assert.All((string[])["wsp_50_approval", "rollback_plan_tested", "approval_decision"], question => Assert.Contains(lines, line => line.StartsWith(question + ":", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_was_written_and_not_ingested_yet_is_ingested_before_the_decision()
    {
        var staged = await _test.StageAsync();
        var serial = _test.Entry.Live(PromotionState.Staged)!.Value.Version.StateSerial;
        File.AppendAllText(
            Path.Combine(_test.Workspace.Layout.MetricsFolder, $"{TestWorkspace.Skill}_fidelity.json"),
            string.Concat(Enumerable.Range(0, 100).Select(_ => new JsonObject
            {
                ["execution_id"] = Guid.NewGuid().ToString(),
                ["skill_name"] = TestWorkspace.Skill,
                ["timestamp"] = "2025-10-20T12:00:00Z",
                ["version"] = staged.Version,
                ["state"] = "staged",
                ["state_serial"] = serial,
                ["pattern_fidelity"] = 0.97,
            }.ToJsonString() + "\n")));
        Assert.Equal(0, _test.Workspace.Database.ExecutionCounts().GetValueOrDefault(TestWorkspace.Skill));

        var gates = _test.Workspace.Checker.Check(TestWorkspace.Skill, PromotionState.Staged, PromotionState.Production).Gates.ToDictionary(gate => gate.Name);
        Assert.Equal((Verdict.Pass, 0.97), (gates["sustained_pattern_fidelity"].Verdict, Math.Round(gates["sustained_pattern_fidelity"].Figure!.Value, 9)));
    }
}
