using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

using WreSkills.Storage;
using WreSkills.Trust;

namespace WreSkills.Benchmarks.Speed;

/// <summary>The audit log: how fast it is verified and appended to, and that every one of many changes is found.</summary>
internal static class AuditSpeed
{
    private const int VerifyLines = 200_000;
    private const int LogLines = 10_000;
    private const int Mutations = 10_000;
    private const int Rounds = 7;

    public static int Run(string[] arguments)
    {
        if (arguments is ["tamper", var first, var count])
        {
            return Tamper(int.Parse(first, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture));
        }

        var folder = Directory.CreateTempSubdirectory("wre-audit-").FullName;
        try
        {
            Verify(folder);
            Append(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return Tamper(0, Mutations);
    }

    private static void Verify(string folder)
    {
        var path = Path.Combine(folder, "large.jsonl");
        File.WriteAllBytes(path, Bytes(Lines(VerifyLines)));
        var (seconds, processor) = (new double[Rounds], new double[Rounds]);
        for (var round = -1; round < Rounds; round++)
        {
            var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
            if (AuditVerifier.Verify(stream, []) is not { IsSound: true, Lines: VerifyLines })
            {
                throw new InvalidOperationException("the log is sound, or the figure would be another");
            }

            if (round >= 0)
            {
                seconds[round] = Stopwatch.GetElapsedTime(start).TotalSeconds;
                processor[round] = (Environment.CpuUsage.TotalTime - used).TotalSeconds;
            }
        }

        Array.Sort(seconds);
        Array.Sort(processor);
        Console.WriteLine($"verify {VerifyLines:N0} lines of {new FileInfo(path).Length / VerifyLines} bytes: median {seconds[Rounds / 2]:0.000} s ({VerifyLines / seconds[Rounds / 2]:N0} lines/s), best {seconds[0]:0.000} s ({VerifyLines / seconds[0]:N0} lines/s); processor time, which others on the machine do not lengthen: median {processor[Rounds / 2]:0.000} s ({VerifyLines / processor[Rounds / 2]:N0} lines/s), best {processor[0]:0.000} s");
    }

    private static void Append(string folder)
    {
        var layout = WorkspaceLayout.ForPreset("policy", folder);
        Directory.CreateDirectory(layout.CoreFolder);
        File.WriteAllBytes(layout.AuditFile, Bytes(Lines(LogLines)));
        var log = new AuditLog(layout);
        var (append, checkpoint, raw) = (new double[101], new double[101], new double[101]);
        for (var round = 0; round < append.Length; round++)
        {
            var operation = Guid.CreateVersion7().ToString();
            var start = Stopwatch.GetTimestamp();
            log.Append(operation, Entry(operation));
            append[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            start = Stopwatch.GetTimestamp();
            _ = log.CheckpointOf(operation);
            checkpoint[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            start = Stopwatch.GetTimestamp();
            DurableFile.Append(Path.Combine(folder, "raw"), Encoding.UTF8.GetBytes(Entry(operation).ToJsonString() + "\n"));
            raw[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        foreach (var (what, figures) in (ReadOnlySpan<(string, double[])>)[($"append one line to {LogLines:N0}, durable", append), ("checkpoint of that operation", checkpoint), ("for comparison: a durable append without a look at the file", raw)])
        {
            Array.Sort(figures);
            Console.WriteLine($"{what}: median {figures[figures.Length / 2]:0.00} ms, min {figures[0]:0.00} ms, max {figures[^1]:0.00} ms");
        }
    }

    // Every kind of change in turn, at places that the seed chooses; parts of the run can be had alone.
    private static int Tamper(int first, int mutations)
    {
        var lines = Lines(LogLines);
        var log = Bytes(lines);
        var known = new KnownCheckpoint("kept", Verified(log, []).Checkpoint.ToString());
        var (missed, byChain) = (0, 0);
        var start = Stopwatch.GetTimestamp();
        Parallel.For(first, first + mutations, number =>
        {
            var found = Verified(Change(lines, log, number % 5, new Random(number)), [known]);
            Interlocked.Add(ref missed, found.IsTampered ? 0 : 1);
            Interlocked.Add(ref byChain, found.BadLine is { Problem: not AuditProblem.TornTail } ? 1 : 0);
        });
        Console.WriteLine($"{mutations:N0} single changes from number {first:N0} of a log of {LogLines:N0} lines (flip a bit, delete, swap, insert a line, truncate): {mutations - missed:N0} found, {missed} missed; the first bad line named for {byChain:N0}, the others by the checkpoint alone; {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s");
        return missed == 0 ? 0 : 1;
    }

    private static byte[] Change(List<byte[]> lines, byte[] log, int kind, Random random)
    {
        var line = random.Next(lines.Count);
        var other = (line + 1 + random.Next(lines.Count - 1)) % lines.Count;
        switch (kind)
        {
            case 0:
                var flipped = (byte[])log.Clone();
                flipped[random.Next(log.Length)] ^= (byte)(1 << random.Next(8));
                return flipped;
            case 1:
                return Bytes(lines.Where((_, index) => index != line));
            case 2:
                return Bytes(lines.Select((bytes, index) => index == line ? lines[other] : index == other ? lines[line] : bytes));
            case 3:
                return Bytes(lines.Take(line).Append(random.Next(2) == 0 ? lines[other] : Encoding.UTF8.GetBytes(Entry("forged").ToJsonString())).Concat(lines.Skip(line)));
            default:
                return log[..random.Next(log.Length)];
        }
    }

    private static AuditVerification Verified(byte[] log, IReadOnlyList<KnownCheckpoint> known)
    {
        using var stream = new MemoryStream(log);
        return AuditVerifier.Verify(stream, known);
    }

    // Linked as docs/reference/audit.md says it.
    private static List<byte[]> Lines(int count)
    {
        var random = new Random(20261125);
        var id = new byte[16];
        var lines = new List<byte[]>(count);
        var previous = new byte[32];
        for (var number = 0; number < count; number++)
        {
            random.NextBytes(id);
            var line = new JsonObject { ["prev"] = Convert.ToHexStringLower(previous) };
            if (number == 0)
            {
                line["log"] = new Guid(id).ToString();
            }

            random.NextBytes(id);
            foreach (var (name, value) in Entry(new Guid(id).ToString()))
            {
                line[name] = value?.DeepClone();
            }

            var bytes = Encoding.UTF8.GetBytes(line.ToJsonString());
            SHA256.HashData(bytes, previous);
            lines.Add(bytes);
        }

        return lines;
    }

    private static JsonObject Entry(string operation) => new()
    {
        ["operation"] = operation,
        ["timestamp"] = "2026-11-25T10:00:00Z",
        ["event"] = "promotion",
        ["skill"] = "youtube_spam_detection",
        ["version"] = "1.0",
        ["digest"] = "2b682c10bb46cf199b597c4b1842a94893d7f7d55c4a1cb7761cd26fa02e9f09",
        ["from_state"] = "staged",
        ["to_state"] = "production",
        ["serial"] = 12,
        ["requested_by"] = "ada",
        ["approver"] = "0102",
        ["approval_ticket"] = "APPROVAL_20251020_001",
        ["ticket_sha256"] = "f05698911b96c0146e3dfe38397a8c56c49c385c0a8d4fc128bb915f2dcccacc",
    };

    private static byte[] Bytes(IEnumerable<byte[]> lines)
    {
        var all = lines.ToList();
        var bytes = new byte[all.Sum(line => line.Length + 1)];
        var end = 0;
        foreach (var line in all)
        {
            line.CopyTo(bytes, end);
            end += line.Length + 1;
            bytes[end - 1] = (byte)'\n';
        }

        return bytes;
    }
}
