using System.Diagnostics;
using System.Globalization;

using WreSkills.Metrics;

namespace WreSkills.Benchmarks.Speed;

/// <summary>
/// Ingestion against the yardstick, alternating in one run, each in a process of its own so that the peak memory is its own.
/// Arguments: the folder to work in (default a temporary one), executions per skill (default 20,000), rounds (default 3).
/// </summary>
internal static class IngestSpeed
{
    private const int Skills = 50;

    public static int Run(string[] arguments)
    {
        if (arguments is ["child", var what, var files, var file])
        {
            return Child(what, files, file);
        }

        var folder = arguments.Length > 0 ? arguments[0] : Path.Combine(Path.GetTempPath(), "wre-bench-ingest");
        var executions = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 20_000;
        var rounds = arguments.Length > 2 ? int.Parse(arguments[2], CultureInfo.InvariantCulture) : 3;
        var metrics = Path.Combine(folder, "metrics");
        var (lines, bytes) = MetricsWorkload.Write(metrics, Skills, executions);
        Console.WriteLine($"{Skills} skills × {executions:N0} executions × 3 files: {lines:N0} lines, {bytes / 1e6:N0} MB");
        var times = new Dictionary<string, List<double>> { ["yardstick"] = [], ["wre"] = [] };
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var (candidate, seconds) in times)
            {
                var database = Path.Combine(folder, candidate + ".db");
                Delete(database);
                seconds.Add(Measure(candidate, metrics, database, lines));
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ratio of the best: {times["wre"].Min() / times["yardstick"].Min():0.00}; of the medians: {Median(times["wre"]) / Median(times["yardstick"]):0.00}"));
        var kept = Path.Combine(folder, "wre.db");
        Measure("wre", metrics, kept, 0, "nothing new");
        for (var skill = 0; skill < Skills; skill++)
        {
            MetricsWorkload.Append(metrics, skill, executions, executions / 100);
        }

        Measure("wre", metrics, kept, 3L * Skills * (executions / 100), "1 % new lines");
        return 0;
    }

    private static double Measure(string what, string metrics, string database, long expected, string? note = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["ingest", "child", what, metrics, database]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd().Trim().Split('\n')[^1];
        process.WaitForExit();
        var parts = output.Split(' ');
        var seconds = double.Parse(parts[0], CultureInfo.InvariantCulture);
        if (process.ExitCode != 0 || long.Parse(parts[1], CultureInfo.InvariantCulture) != expected)
        {
            throw new InvalidOperationException($"{what} took over {parts[1]} lines instead of {expected}");
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{note ?? what,-14} {seconds,8:0.000} s  {expected / Math.Max(seconds, 1e-9),12:N0} lines/s  peak {parts[2]} MiB"));
        return seconds;
    }

    private static int Child(string what, string metrics, string database)
    {
        var start = Stopwatch.GetTimestamp();
        var lines = what == "yardstick" ? IngestYardstick.Run(metrics, database) : new MetricsIngestor(metrics, database, TimeProvider.System).Run().Lines;
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var peak = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0000} {lines} {long.Parse(peak, CultureInfo.InvariantCulture) / 1024}"));
        return 0;
    }

    private static void Delete(string database)
    {
        foreach (var suffix in (string[])["", "-wal", "-shm", ".lock"])
        {
            File.Delete(database + suffix);
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
