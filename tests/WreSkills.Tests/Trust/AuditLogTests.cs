using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Tests.Trust;

public sealed class AuditLogTests : IDisposable
{
    private const string Zeros = "0000000000000000000000000000000000000000000000000000000000000000";
    private readonly TemporaryFolder _folder = new();
    private readonly WorkspaceLayout _layout;
    private readonly AuditLog _log;

    public AuditLogTests()
    {
        _layout = WorkspaceLayout.ForPreset("policy", _folder.Path);
        _log = new AuditLog(_layout);
    }

    private string Text => File.ReadAllText(_layout.AuditFile);

    private string[] Lines => Text.TrimEnd('\n').Split('\n');

    public void Dispose()
    {
        FaultInjection.Fault = null;
        _folder.Dispose();
    }

    [Fact]
    public void The_first_line_begins_with_zeros_and_the_log_and_each_other_with_the_hash_of_the_line_before()
    {
        Assert.True(Append("a"));
        Assert.True(Append("b"));
        Assert.True(Append("c"));
        var log = JsonDocument.Parse(Lines[0]).RootElement.GetProperty("log").GetString();
        Assert.StartsWith($$"""{"prev":"{{Zeros}}","log":"{{log}}","operation":"a",""", Lines[0], StringComparison.Ordinal);
        Assert.True(Guid.TryParseExact(log, "D", out _));
        Assert.StartsWith($$"""{"prev":"{{Sha256(Lines[0])}}","operation":"b",""", Lines[1], StringComparison.Ordinal);
        Assert.StartsWith($$"""{"prev":"{{Sha256(Lines[1])}}","operation":"c",""", Lines[2], StringComparison.Ordinal);
        var found = _log.Verify([]);
        Assert.True(found.IsSound);
        Assert.Equal((3, log), (found.Lines, found.Log));
    }

    [Fact]
    public void An_operation_stands_once()
    {
        Append("a");
        Append("b");
        var before = Text;
        Assert.False(Append("a"));
        Assert.False(Append("b"));
        Assert.Equal(before, Text);
    }

    [Fact]
    public void Links_are_not_for_callers()
    {
        var line = TestAuditLog.Entry("a");
        line["prev"] = Zeros;
        Assert.Throws<ArgumentException>(() => _log.Append("a", line));
        Assert.Throws<ArgumentException>(() => _log.Append("b", TestAuditLog.Entry("a")));
        Assert.Throws<ArgumentException>(() => _log.Append("", TestAuditLog.Entry("")));
    }

    [Fact]
    public void A_torn_line_is_ended_and_the_next_vouches_for_it()
    {
        Append("a");
        var whole = Lines[0];
        File.AppendAllText(_layout.AuditFile, "{\"prev\":\"12");
        Assert.Equal((2, AuditProblem.TornTail), (_log.Verify([]).BadLine!.Line, _log.Verify([]).BadLine!.Problem));
        Assert.False(_log.Verify([]).IsTampered);
        Assert.Equal(1, _log.Checkpoint().Size);

        Append("b");
        Assert.Equal("{\"prev\":\"12", Lines[1]);
        Assert.StartsWith($$"""{"prev":"{{Sha256("{\"prev\":\"12")}}","torn":"{{Sha256(Sha256(whole) + "{\"prev\":\"12")}}","operation":"b",""", Lines[2], StringComparison.Ordinal);
        Append("c");
        var found = _log.Verify([]);
        Assert.True(found.IsSound);
        Assert.Equal((4, 1), (found.Lines, found.TornLines));
        Assert.Equal(["a", "b", "c"], _log.Lines().Select(line => line.GetProperty("operation").GetString()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void What_stands_around_torn_lines_cannot_be_changed_either(int changed)
    {
        Append("a");
        File.AppendAllText(_layout.AuditFile, "{\"torn one");
        // Its writer ended the torn line and died while it wrote its own.
        File.AppendAllText(_layout.AuditFile, "\n{\"torn two");
        Append("b");
        Append("c");
        Assert.True(_log.Verify([]).IsSound);
        Assert.Equal(2, _log.Verify([]).TornLines);
        var lines = Lines;
        lines[changed] = changed == 0 ? lines[0].Replace("\"test\"", "\"best\"", StringComparison.Ordinal) : lines[changed].Replace("torn", "born", StringComparison.Ordinal);
        var found = TestAuditLog.Verify(string.Join('\n', lines) + "\n");
        Assert.Equal((2, AuditProblem.NotJson), (found.BadLine!.Line, found.BadLine.Problem));
        Assert.True(TestAuditLog.Verify(string.Join('\n', lines.Where((_, index) => index != 1)) + "\n").IsTampered);
    }

    [Fact]
    public void A_log_that_begins_with_a_torn_line_is_named_by_its_first_whole_one()
    {
        _folder.Write(_layout.AuditFile, "{\"pre");
        Append("a");
        Append("b");
        var found = _log.Verify([]);
        Assert.True(found.IsSound);
        Assert.Equal(JsonDocument.Parse(Lines[1]).RootElement.GetProperty("log").GetString(), found.Log);
        Assert.Equal(Sha256(Zeros + "{\"pre"), JsonDocument.Parse(Lines[1]).RootElement.GetProperty("torn").GetString());
    }

    [Fact]
    public void A_whole_line_that_lacks_only_its_line_feed_counts_and_gets_it()
    {
        Append("a");
        Append("b");
        var before = Text;
        File.WriteAllText(_layout.AuditFile, before.TrimEnd('\n'));
        Assert.False(Append("b"));
        Assert.Equal(before, Text);
        File.WriteAllText(_layout.AuditFile, before.TrimEnd('\n'));
        Assert.True(Append("c"));
        Assert.StartsWith(before, Text, StringComparison.Ordinal);
        Assert.True(_log.Verify([]).IsSound);
    }

    [Fact]
    public void Carriage_returns_belong_to_their_line()
    {
        Append("a");
        File.WriteAllText(_layout.AuditFile, Text.Replace("\n", "\r\n", StringComparison.Ordinal));
        Append("b");
        Assert.Contains($"\"prev\":\"{Sha256(Lines[0])}\"", Lines[1], StringComparison.Ordinal);
        Assert.True(_log.Verify([]).IsSound);
        Append("c");
        File.WriteAllText(_layout.AuditFile, Text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal));
        var bad = _log.Verify([]).BadLine!;
        Assert.Equal((3, AuditProblem.PrevMismatch), (bad.Line, bad.Problem));
        Assert.Contains("autocrlf", bad.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failing_disk_leaves_neither_a_line_nor_a_gap()
    {
        Append("a");
        FaultInjection.Fault = "flush:audit.jsonl";
        Assert.Throws<WreException>(() => Append("b"));
        FaultInjection.Fault = null;
        Assert.True(Append("b"));
        Assert.True(_log.Verify([]).IsSound);
        Assert.Equal(2, Lines.Length);
    }

    [Fact]
    public void Two_writers_at_once_make_one_chain()
    {
        var written = 0;
        var writers = Enumerable.Range(0, 4).Select(writer => new Thread(() =>
        {
            var log = new AuditLog(_layout);
            for (var number = 0; number < 20; number++)
            {
                // Every operation has two writers.
                var operation = $"{writer / 2}-{number}";
                Interlocked.Add(ref written, log.Append(operation, TestAuditLog.Entry(operation)) ? 1 : 0);
            }
        })).ToList();
        writers.ForEach(writer => writer.Start());
        writers.ForEach(writer => writer.Join());
        Assert.Equal(40, written);
        var found = _log.Verify([]);
        Assert.True(found.IsSound);
        Assert.Equal(40, found.Lines);
    }

    [Fact]
    public void A_missing_log_is_the_empty_one()
    {
        Assert.Equal(Checkpoint.Of(null, 0, MerkleTree.EmptyRoot), _log.Checkpoint());
        Assert.Null(_log.CheckpointOf("a"));
        Assert.Null(_log.Prove("a"));
        Assert.True(_log.Verify([new KnownCheckpoint("t", _log.Checkpoint().ToString())]).IsSound);
    }

    [Fact]
    public void The_checkpoint_of_an_operation_is_that_of_the_log_when_it_was_written()
    {
        var kept = new List<Checkpoint>();
        foreach (var operation in (string[])["a", "b", "c", "d", "e"])
        {
            Append(operation);
            kept.Add(_log.Checkpoint());
        }

        Assert.Equal(kept, new[] { "a", "b", "c", "d", "e" }.Select(operation => _log.CheckpointOf(operation)!));
        var found = _log.Verify([.. kept.Select(checkpoint => new KnownCheckpoint("kept", checkpoint.ToString()))]);
        Assert.True(found.IsSound);
        Assert.Equal((5, 5), (found.Agreeing, found.AgreeingSize));
    }

    [Fact]
    public void A_proof_convinces_without_the_log_and_no_other_does()
    {
        foreach (var number in Enumerable.Range(0, 11))
        {
            Append($"op {number} é");
        }

        var proof = _log.Prove("op 6 é")!;
        Assert.Equal((6, Lines[6], _log.Checkpoint().ToString()), (proof.Index, proof.Line, proof.Checkpoint));
        var read = AuditProof.Parse(proof.ToJson().ToJsonString());
        Assert.Null(read.Problem());
        Assert.NotNull((read with { Line = read.Line.Replace("op 6", "op 7", StringComparison.Ordinal) }).Problem());
        Assert.NotNull((read with { Index = 7 }).Problem());
        Assert.NotNull((read with { Index = 11 }).Problem());
        Assert.NotNull((read with { Hashes = [.. read.Hashes.Skip(1)] }).Problem());
        Assert.NotNull((read with { Hashes = [.. read.Hashes.Select(hash => hash.ToUpperInvariant())] }).Problem());
        Assert.NotNull((read with { Checkpoint = read.Checkpoint.Replace("\n11\n", "\n6\n", StringComparison.Ordinal) }).Problem());
        Append("later");
        Assert.NotNull((read with { Checkpoint = _log.Checkpoint().ToString() }).Problem());
        Assert.Throws<WreException>(() => AuditProof.Parse("{}"));
        Assert.Throws<WreException>(() => AuditProof.Parse("""{"checkpoint":null,"index":0,"line":"","hashes":[]}"""));
        Assert.Throws<WreException>(() => AuditProof.Parse("nonsense"));
    }

    private bool Append(string operation) => _log.Append(operation, TestAuditLog.Entry(operation));

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
