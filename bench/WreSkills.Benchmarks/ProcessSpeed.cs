using System.Diagnostics;
using System.Globalization;

namespace WreSkills.Benchmarks.Speed;

/// <summary>
/// Whole processes of an executable, from start to exit: <c>--version</c>, one durable <c>record</c>, an <c>ingest</c> that finds nothing
/// new. Arguments: the native <c>wre</c>, and a workspace with the skill <c>youtube_spam_detection</c> (a copy of <c>examples/livechat</c>).
/// </summary>
internal static class ProcessSpeed
{
    private const int Runs = 60;

    public static int Run(string[] arguments)
    {
        if (arguments is not [var executable, var workspace, .. var rest])
        {
            Console.Error.WriteLine("usage: … processes PATH-OF-WRE WORKSPACE [METRICS DATABASE]");
            return 2;
        }

        var record = Path.Combine(workspace, "record.json");
        File.WriteAllText(record, """{"skill":"youtube_spam_detection","breadcrumbs":["caps_check_executed=true","repetition_check_executed=true"],"decision":"allow","execution_time_ms":31}""");
        Measure("/bin/true", "/bin/true", workspace, []);
        Measure("wre --version", executable, workspace, ["--version"]);
        Measure("wre record", executable, workspace, ["record", record]);
        if (rest is [var metrics, var database])
        {
            Measure("wre ingest, nothing new", executable, workspace, ["ingest", "--json-path", metrics, "--sqlite-db", database]);
        }

        return 0;
    }

    private static void Measure(string what, string executable, string workspace, string[] arguments)
    {
        var milliseconds = new double[Runs];
        for (var run = -5; run < Runs; run++)
        {
            var start = Stopwatch.GetTimestamp();
            using var process = Process.Start(new ProcessStartInfo(executable, arguments) { WorkingDirectory = workspace, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{what} ended with {process.ExitCode}: {process.StandardError.ReadToEnd()}");
            }

            if (run >= 0)
            {
                milliseconds[run] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }

        Array.Sort(milliseconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-24} median {milliseconds[Runs / 2],6:0.0} ms  min {milliseconds[0],6:0.0} ms  p90 {milliseconds[Runs * 9 / 10],6:0.0} ms"));
    }
}
