using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

using WreSkills.Trust;

namespace WreSkills.Tests.Trust;

/// <summary>Audit logs in memory: linked as the real ones are, without a disk.</summary>
internal static class TestAuditLog
{
    /// <summary>An entry without its links.</summary>
    public static JsonObject Entry(string operation, string reason = "test") => new()
    {
        ["operation"] = operation,
        ["timestamp"] = "2025-10-20T12:00:00Z",
        ["event"] = "rollback",
        ["skill"] = "spam",
        ["version"] = "1.0",
        ["reason"] = reason,
    };

    /// <summary>Lines without their line feeds.</summary>
    public static List<byte[]> Lines(int count, int seed = 1)
    {
        var random = new Random(seed);
        var chain = new AuditChain();
        var lines = new List<byte[]>(count);
        var id = new byte[16];
        for (var number = 0; number < count; number++)
        {
            random.NextBytes(id);
            var line = Encoding.UTF8.GetBytes(chain.Link(Entry(new Guid(id).ToString(), $"reason {number.ToString(CultureInfo.InvariantCulture)}")).ToJsonString());
            chain.Add(line, AuditLine.Read(line));
            lines.Add(line);
        }

        return lines;
    }

    public static byte[] Bytes(IEnumerable<byte[]> lines)
    {
        using var bytes = new MemoryStream();
        foreach (var line in lines)
        {
            bytes.Write(line);
            bytes.WriteByte((byte)'\n');
        }

        return bytes.ToArray();
    }

    /// <summary>The checkpoint of the first lines.</summary>
    public static KnownCheckpoint Known(IReadOnlyList<byte[]> lines, int size)
    {
        var leaves = lines.Take(size).Select(line => MerkleTree.Leaf(line)).ToList();
        return new KnownCheckpoint($"kept at {size}", Checkpoint.Of(size == 0 ? null : AuditLine.Read(lines[0]).Log, size, MerkleTree.Root(leaves, size)).ToString());
    }

    public static AuditVerification Verify(byte[] log, params IReadOnlyList<KnownCheckpoint> known)
    {
        using var stream = new MemoryStream(log);
        return AuditVerifier.Verify(stream, known);
    }

    public static AuditVerification Verify(string log, params IReadOnlyList<KnownCheckpoint> known) => Verify(Encoding.UTF8.GetBytes(log), known);
}
