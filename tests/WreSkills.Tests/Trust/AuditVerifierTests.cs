using System.Text;

using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Tests.Trust;

public class AuditVerifierTests
{
    private static readonly List<byte[]> s_lines = TestAuditLog.Lines(12);

    private static string Line(int number) => Encoding.UTF8.GetString(s_lines[number - 1]);

    [Fact]
    public void A_sound_log_extends_all_its_checkpoints()
    {
        var found = TestAuditLog.Verify(TestAuditLog.Bytes(s_lines), [.. Enumerable.Range(0, 13).Select(size => TestAuditLog.Known(s_lines, size))]);
        Assert.True(found.IsSound);
        Assert.Equal((12, 13, 12), (found.Lines, found.Agreeing, found.AgreeingSize));
        Assert.Equal(TestAuditLog.Known(s_lines, 12).Text, found.Checkpoint.ToString());
    }

    [Fact]
    public void An_edited_line_is_found_at_the_next()
    {
        var bad = BadLine((7, Line(7).Replace("reason 6", "reason 9", StringComparison.Ordinal)));
        Assert.Equal((8, AuditProblem.PrevMismatch), (bad.Line, bad.Problem));
        Assert.StartsWith("line 8: its prev does not match line 7", bad.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_is_no_json_any_more_is_named()
    {
        var bad = BadLine((7, Line(7)[..^1]));
        Assert.Equal((7, AuditProblem.NotJson), (bad.Line, bad.Problem));
        Assert.Equal((7, AuditProblem.NotJson), (BadLine((7, "")).Line, BadLine((7, "")).Problem));
    }

    [Fact]
    public void A_line_without_its_link_is_named()
    {
        var bad = BadLine((7, """{"operation":"by hand"}"""));
        Assert.Equal((7, AuditProblem.MissingPrev), (bad.Line, bad.Problem));
        bad = BadLine((7, "{ " + Line(7)[1..]));
        Assert.Equal((7, AuditProblem.MissingPrev), (bad.Line, bad.Problem));
    }

    [Fact]
    public void A_log_without_its_beginning_is_found()
    {
        var bad = TestAuditLog.Verify(TestAuditLog.Bytes(s_lines.Skip(1))).BadLine!;
        Assert.Equal((1, AuditProblem.PrevMismatch), (bad.Line, bad.Problem));
    }

    [Fact]
    public void A_chained_line_that_is_no_entry_of_its_own_is_named()
    {
        var chain = new AuditChain();
        var lines = new List<byte[]>();
        void Add(string operation, string? log = null)
        {
            var entry = chain.Link(TestAuditLog.Entry(operation));
            if (operation.Length == 0)
            {
                entry.Remove("operation");
            }

            if (log is not null)
            {
                entry["log"] = log;
            }

            var line = Encoding.UTF8.GetBytes(entry.ToJsonString());
            chain.Add(line, AuditLine.Read(line));
            lines.Add(line);
        }

        AuditBadLine? Bad() => TestAuditLog.Verify(TestAuditLog.Bytes(lines)).BadLine;
        Add("a");
        Add("b");
        Assert.Null(Bad());
        Add("a");
        Assert.Equal((3, AuditProblem.DuplicateOperation), (Bad()!.Line, Bad()!.Problem));
        lines.RemoveAt(2);
        chain = new AuditChain();
        lines.ForEach(line => chain.Add(line, AuditLine.Read(line)));
        Add("c", log: Guid.Empty.ToString());
        Assert.Equal((3, AuditProblem.LogName), (Bad()!.Line, Bad()!.Problem));
        chain = new AuditChain();
        lines.Clear();
        Add("a");
        Add("");
        Assert.Equal((2, AuditProblem.MissingOperation), (Bad()!.Line, Bad()!.Problem));
        chain = new AuditChain();
        lines.Clear();
        Add("a", log: "mine");
        Assert.Equal((1, AuditProblem.LogName), (Bad()!.Line, Bad()!.Problem));
    }

    [Fact]
    public void A_line_longer_than_any_of_ours_is_named_in_bounded_memory()
    {
        var found = TestAuditLog.Verify([.. TestAuditLog.Bytes(s_lines.Take(2)), .. new byte[LineScanner.MaxLine + 2], (byte)'\n']);
        Assert.Equal((3, AuditProblem.TooLong), (found.BadLine!.Line, found.BadLine.Problem));
    }

    [Fact]
    public void A_log_that_lost_its_end_contradicts_the_checkpoint()
    {
        var found = TestAuditLog.Verify(TestAuditLog.Bytes(s_lines.Take(9)), TestAuditLog.Known(s_lines, 4), TestAuditLog.Known(s_lines, 10));
        Assert.Null(found.BadLine);
        Assert.True(found.IsTampered);
        var failure = Assert.Single(found.Failures);
        Assert.Equal(("kept at 10", 10), (failure.Where, failure.Size));
        Assert.Equal("kept at 10 knows the log with 10 lines: it has 9 now: lines are missing at its end", failure.Sentence);
        Assert.Equal((1, 4), (found.Agreeing, found.AgreeingSize));
    }

    [Fact]
    public void A_log_that_was_written_anew_contradicts_the_checkpoint()
    {
        // The chain of a forger is as good as ours; only what was kept elsewhere tells them apart.
        var forged = TestAuditLog.Lines(12, seed: 2);
        Assert.True(TestAuditLog.Verify(TestAuditLog.Bytes(forged)).IsSound);
        Assert.Contains("begun anew", Assert.Single(TestAuditLog.Verify(TestAuditLog.Bytes(forged), TestAuditLog.Known(s_lines, 5)).Failures).Sentence, StringComparison.Ordinal);
        Assert.Contains("no such log any more", Assert.Single(TestAuditLog.Verify("", TestAuditLog.Known(s_lines, 5)).Failures).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_that_was_written_anew_from_some_line_on_contradicts_later_checkpoints_only()
    {
        var chain = new AuditChain();
        var lines = s_lines.Take(5).ToList();
        lines.ForEach(line => chain.Add(line, AuditLine.Read(line)));
        for (var number = 5; number < 12; number++)
        {
            var line = Encoding.UTF8.GetBytes(chain.Link(TestAuditLog.Entry($"forged {number}")).ToJsonString());
            chain.Add(line, AuditLine.Read(line));
            lines.Add(line);
        }

        Assert.True(TestAuditLog.Verify(TestAuditLog.Bytes(lines), TestAuditLog.Known(s_lines, 5)).IsSound);
        var failure = Assert.Single(TestAuditLog.Verify(TestAuditLog.Bytes(lines), TestAuditLog.Known(s_lines, 9), TestAuditLog.Known(s_lines, 5)).Failures);
        Assert.Equal("kept at 9 knows the log with 9 lines: something among the first 9 lines was changed, behind line 5", failure.Sentence);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_read_is_a_failure()
    {
        var found = TestAuditLog.Verify(TestAuditLog.Bytes(s_lines), new KnownCheckpoint("tickets/A.yaml", "rubbish"));
        Assert.Equal("the checkpoint in tickets/A.yaml is none: it needs at least three lines, each ended by a line feed", Assert.Single(found.Failures).Sentence);
    }

    private static AuditBadLine BadLine((int Number, string Text) changed) =>
        TestAuditLog.Verify(TestAuditLog.Bytes(s_lines.Select((line, index) => index == changed.Number - 1 ? Encoding.UTF8.GetBytes(changed.Text) : line))).BadLine!;
}
