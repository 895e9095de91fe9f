using WreSkills.Trust;

namespace WreSkills.Tests.Trust;

/// <summary>A log of 10,000 lines with its checkpoint, changed once in every way there is: every single change is found.</summary>
public class AuditTamperTests
{
    private const int Count = 10_000;
    private static readonly List<byte[]> s_lines = TestAuditLog.Lines(Count, seed: 20251020);
    private static readonly byte[] s_log = TestAuditLog.Bytes(s_lines);
    private static readonly KnownCheckpoint s_known = TestAuditLog.Known(s_lines, Count);

    [Theory]
    [InlineData("flip")]
    [InlineData("delete")]
    [InlineData("swap")]
    [InlineData("insert")]
    [InlineData("truncate")]
    public void Every_single_change_is_found(string kind)
    {
        Assert.True(TestAuditLog.Verify(s_log, s_known).IsSound);
        Parallel.For(0, 40, round =>
        {
            var random = new Random((round * 7919) + kind.Length);
            var changed = Change(kind, random);
            Assert.False(changed.AsSpan().SequenceEqual(s_log));
            Assert.True(TestAuditLog.Verify(changed, s_known).IsTampered, $"{kind}, round {round}, was not found");
        });
    }

    private static byte[] Change(string kind, Random random)
    {
        var (line, other) = (random.Next(Count), random.Next(Count - 1));
        other = other >= line ? other + 1 : other;
        switch (kind)
        {
            case "flip":
                var log = (byte[])s_log.Clone();
                log[random.Next(log.Length)] ^= (byte)(1 << random.Next(8));
                return log;
            case "delete":
                return TestAuditLog.Bytes(s_lines.Where((_, index) => index != line));
            case "swap":
                return TestAuditLog.Bytes(s_lines.Select((bytes, index) => index == line ? s_lines[other] : index == other ? s_lines[line] : bytes));
            case "insert":
                byte[] added = random.Next(3) switch { 0 => s_lines[other], 1 => [], _ => [(byte)'{', (byte)random.Next(256)] };
                return TestAuditLog.Bytes(s_lines.Take(line).Append(added).Concat(s_lines.Skip(line)));
            default:
                return s_log[..random.Next(s_log.Length)];
        }
    }
}
