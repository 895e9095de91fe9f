using System.Text.Json.Nodes;

using WreSkills.Hosting;
using WreSkills.Metrics;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Tests.Hosting;

/// <summary>Where the audit log's checkpoints go, and what a log that was changed stops.</summary>
public sealed class AuditChainTests : IDisposable
{
    private readonly TestWorkspace _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task Promotion_log_and_messages_carry_the_checkpoint_of_their_operation()
    {
        await _test.ProduceAsync();
        var operation = _test.RollBack(PromotionState.Production, approver: TestWorkspace.Approver).Transition!.Operation;
        var expected = _test.Workspace.Audit.CheckpointOf(operation)!.ToString();
        Assert.Equal(_test.Workspace.Audit.Checkpoint().ToString(), expected);
        var line = IdempotentLog.Lines(_test.Workspace.Metrics.FileOf(TestWorkspace.Skill, MetricKind.PromotionLog)).Last();
        Assert.Equal(expected, line.GetProperty("checkpoint").GetString());
        var messages = _test.Workspace.Outbox.Each().Where(message => (string?)message.Body["operation"] == operation).ToList();
        Assert.Equal(["reindex_requested", "rollback_alert"], messages.Select(message => message.Kind).Order(StringComparer.Ordinal));
        Assert.All(messages, message => Assert.Equal(expected, (string?)message.Body["checkpoint"]));
    }

    [Fact]
    public async Task A_ticket_carries_the_checkpoint_of_its_issue()
    {
        await _test.BenchAsync();
        var first = _test.Ticket(PromotionState.Staged);
        Assert.Equal("wre-skills/empty\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", _test.Workspace.Tickets.Open(first).Ticket.AuditCheckpoint);
        TestWorkspace.Committed(_test.Promote(PromotionState.Staged, first));
        _test.RecordGood(100);
        var second = _test.Ticket(PromotionState.Production);
        Assert.Equal(_test.Workspace.Audit.Checkpoint().ToString(), _test.Workspace.Tickets.Open(second).Ticket.AuditCheckpoint);
        TestWorkspace.Committed(_test.Promote(PromotionState.Production, second));
        var found = _test.Workspace.Inspection.Run();
        Assert.True(found.IsSound);
        // Two tickets and two lines of the promotion log.
        Assert.Equal((2, 4, 2), (found.Lines, found.Agreeing, found.AgreeingSize));
    }

    [Fact]
    public async Task A_ticket_whose_line_endings_were_converted_still_tells_the_checkpoint()
    {
        await _test.StageAsync();
        var path = _test.Workspace.Tickets.FileOf(_test.Workspace.Tickets.List()[0]);
        File.WriteAllText(path, File.ReadAllText(path).Replace("\n", "\r\n", StringComparison.Ordinal));
        Assert.Equal((2, true), (_test.Workspace.Inspection.Run().Agreeing, _test.Workspace.Inspection.Run().IsSound));
    }

    [Fact]
    public async Task Nothing_is_promoted_on_a_log_that_was_changed_and_rollbacks_go_on()
    {
        await _test.StageAsync();
        _test.RecordGood(100);
        var ticket = _test.Ticket(PromotionState.Production);
        var (audit, sound) = (_test.Workspace.Layout.AuditFile, File.ReadAllText(_test.Workspace.Layout.AuditFile));
        File.WriteAllText(audit, sound.Replace("\"approver\":\"0102\"", "\"approver\":\"0103\"", StringComparison.Ordinal));
        var refusal = Assert.Single(_test.Promote(PromotionState.Production, ticket).Refusals);
        Assert.Contains("knows the log with 1 lines: something among the first 1 lines was changed", refusal, StringComparison.Ordinal);
        Assert.EndsWith("`wre audit verify` shows everything", refusal, StringComparison.Ordinal);
        Assert.NotEmpty(Chain().Problems);

        File.WriteAllText(audit, sound);
        Assert.Empty(Chain().Problems);
        TestWorkspace.Committed(_test.Promote(PromotionState.Production, ticket));
        File.WriteAllText(audit, File.ReadAllText(audit).Replace("\"event\":\"promotion\"", "\"event\":\"Promotion\"", StringComparison.Ordinal));
        Assert.NotNull(_test.RollBack(PromotionState.Production).Transition);
        Assert.Equal(3, _test.Workspace.Audit.Lines().Count);
    }

    [Fact]
    public async Task An_unfinished_last_line_stops_nobody_and_the_next_entry_ends_it()
    {
        await _test.BenchAsync();
        var (first, second) = (_test.Ticket(PromotionState.Staged), _test.Ticket(PromotionState.Staged));
        TestWorkspace.Committed(_test.Promote(PromotionState.Staged, first));
        _test.RollBack(PromotionState.Staged);
        _test.Workspace.RollbackReviews.Record(TestWorkspace.Skill, TestWorkspace.Approver, "understood");
        File.AppendAllText(_test.Workspace.Layout.AuditFile, "{\"prev\":\"0");
        Assert.Single(Chain().Problems);
        TestWorkspace.Committed(_test.Promote(PromotionState.Staged, second));
        Assert.True(_test.Workspace.Inspection.Run().IsSound);
        Assert.Equal(1, _test.Workspace.Inspection.Run().TornLines);
    }

    [Fact]
    public async Task A_checkpoint_of_a_webhook_finds_what_the_workspace_itself_cannot_know()
    {
        await _test.StageAsync();
        var kept = new KnownCheckpoint("the webhook", (string)_test.Workspace.Outbox.Each().First().Body["checkpoint"]!);
        Assert.True(_test.Workspace.Inspection.Run(kept).IsSound);

        // Whoever can write the whole folder can rewrite all of it.
        var line = JsonNode.Parse(File.ReadAllText(_test.Workspace.Layout.AuditFile))!.AsObject();
        foreach (var link in (string[])["prev", "log"])
        {
            line.Remove(link);
        }

        line["approver"] = "0103";
        File.Delete(_test.Workspace.Layout.AuditFile);
        _test.Workspace.Audit.Append((string)line["operation"]!, line);
        File.Delete(_test.Workspace.Metrics.FileOf(TestWorkspace.Skill, MetricKind.PromotionLog));
        Assert.True(_test.Workspace.Inspection.Run().IsSound);
        Assert.Equal("the webhook", Assert.Single(_test.Workspace.Inspection.Run(kept).Failures).Where);
    }

    private Invariant Chain() => new WorkspaceDoctor(_test.Workspace).Check().Single(invariant => invariant.Name == "audit_chain");
}
