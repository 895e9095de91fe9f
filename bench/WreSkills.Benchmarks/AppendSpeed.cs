using System.Diagnostics;
using System.Globalization;
using System.Text;

using WreSkills.Storage;

namespace WreSkills.Benchmarks.Speed;

/// <summary>
/// Durable appends of 300-byte lines against the disk's own rate of <c>write</c> and <c>fdatasync</c>, by one and eight writers; appends
/// without durability from one and eight processes; and killed writers. Arguments: the folder to work in; <c>--kills N</c> for the
/// killing alone (default 1,000).
/// </summary>
internal static class AppendSpeed
{
    private const int LineBytes = 300;
    private const int Flushes = 2000;
    private const int Lines = 400_000;
    private const int Writers = 8;
    private const int KilledLineBytes = 20 * 1024;
    private static readonly byte[] s_line = [.. Encoding.UTF8.GetBytes(new string('x', LineBytes - 1)), (byte)'\n'];

    public static int Run(string[] arguments)
    {
        if (arguments is ["child", var what, var target, .. var rest])
        {
            return Child(what, target, rest);
        }

        var folder = arguments is [var given, ..] && !given.StartsWith('-') ? given : Path.Combine(Path.GetTempPath(), "wre-bench-append");
        Directory.CreateDirectory(folder);
        var at = Array.IndexOf(arguments, "--kills");
        if (at >= 0)
        {
            return Kill(folder, int.Parse(arguments[at + 1], CultureInfo.InvariantCulture));
        }

        var raw = Best(() => Raw(Path.Combine(folder, "raw")));
        Print("write + fdatasync", raw, raw);
        Print("AppendLog, 1 writer", Best(() => Append(Path.Combine(folder, "one"), 1)), raw);
        Print("AppendLog, 8 threads", Best(() => Append(Path.Combine(folder, "threads"), Writers)), raw);
        Print("AppendLog, 8 processes", Best(() => Processes("durable", Path.Combine(folder, "processes"), Writers, Flushes)), raw);
        foreach (var count in (ReadOnlySpan<int>)[1, Writers])
        {
            var file = Path.Combine(folder, "fast");
            File.Delete(file);
            var rate = Processes("fast", file, count, Lines / count);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"without durability, {count} processes: {rate:N0} lines/s, {File.ReadLines(file).Count():N0} lines in the file"));
        }

        return 0;
    }

    private static double Best(Func<double> measure) => Enumerable.Range(0, 3).Max(_ => measure());

    private static void Print(string what, double rate, double raw) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-24} {rate,9:N0} lines/s  {rate / raw,6:0.00} × raw"));

    private static double Raw(string file)
    {
        File.Delete(file);
        using var handle = File.OpenHandle(file, FileMode.CreateNew, FileAccess.ReadWrite);
        var start = Stopwatch.GetTimestamp();
        for (var index = 0; index < Flushes; index++)
        {
            RandomAccess.Write(handle, s_line, (long)index * LineBytes);
            if (NativeFlush.FlushData(handle) != 0)
            {
                throw new IOException("fdatasync failed");
            }
        }

        return Flushes / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Append(string file, int threads)
    {
        File.Delete(file);
        using var log = new AppendLog(file);
        log.Append(s_line);
        var start = Stopwatch.GetTimestamp();
        var writers = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            for (var index = 0; index < Flushes; index++)
            {
                log.Append(s_line);
            }
        })).ToList();
        writers.ForEach(thread => thread.Start());
        writers.ForEach(thread => thread.Join());
        return threads * Flushes / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    // Each child says when it is ready and begins when it is told to.
    private static double Processes(string what, string file, int count, int lines)
    {
        File.Delete(file);
        var children = Enumerable.Range(0, count).Select(_ => Start(what, file, lines.ToString(CultureInfo.InvariantCulture))).ToList();
        children.ForEach(child => child.StandardOutput.ReadLine());
        var start = Stopwatch.GetTimestamp();
        children.ForEach(child => child.StandardInput.WriteLine());
        children.ForEach(child => child.WaitForExit());
        var rate = count * lines / Stopwatch.GetElapsedTime(start).TotalSeconds;
        children.ForEach(child => child.Dispose());
        return rate;
    }

    private static int Kill(string folder, int kills)
    {
        var file = Path.Combine(folder, "killed");
        File.Delete(file);
        var random = new Random(7);
        var acknowledged = new HashSet<string>();
        for (var kill = 0; kill < kills; kill++)
        {
            using var child = Start("acknowledge", file, kill.ToString(CultureInfo.InvariantCulture));
            child.StandardOutput.ReadLine();
            child.StandardInput.WriteLine();
            Thread.Sleep(random.Next(1, 12));
            child.Kill();
            while (child.StandardOutput.ReadLine() is { } id)
            {
                acknowledged.Add(id);
            }

            child.WaitForExit();
        }

        var torn = 0;
        var whole = new HashSet<string>();
        foreach (var line in File.ReadLines(file))
        {
            if (line.Length == KilledLineBytes - 1)
            {
                whole.Add(line[..line.IndexOf(' ', StringComparison.Ordinal)]);
            }
            else
            {
                torn++;
            }
        }

        // The last acknowledgement may itself be torn; it then is no acknowledgement.
        var lost = acknowledged.Where(id => id.EndsWith('.') && !whole.Contains(id)).ToList();
        Console.WriteLine($"{kills:N0} kills, {acknowledged.Count:N0} acknowledged lines of {KilledLineBytes:N0} bytes, {torn} torn lines, {lost.Count} acknowledged lines lost");
        return lost.Count == 0 && acknowledged.Count > kills ? 0 : 1;
    }

    private static Process Start(string what, string file, string argument) => Process.Start(
        new ProcessStartInfo(Environment.ProcessPath!, ["append", "child", what, file, argument]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;

    private static int Child(string what, string file, string[] rest)
    {
        using var log = new AppendLog(file, what == "fast" ? AppendDurability.None : AppendDurability.Flushed);
        Console.WriteLine("ready");
        Console.ReadLine();
        if (what == "acknowledge")
        {
            for (var index = 0; ; index++)
            {
                var id = $"{rest[0]}-{index}.";
                log.Append(Encoding.UTF8.GetBytes(id + " " + new string('y', KilledLineBytes - id.Length - 2) + "\n"));
                Console.WriteLine(id);
            }
        }

        var lines = int.Parse(rest[0], CultureInfo.InvariantCulture);
        for (var index = 0; index < lines; index++)
        {
            log.Append(s_line);
        }

        return 0;
    }
}
