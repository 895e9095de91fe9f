using System.Diagnostics;
using System.Globalization;

namespace WreSkills.Benchmarks.Speed;

/// <summary>Times whole processes, from start to exit.</summary>
/// <param name="folder">Where they run.</param>
/// <param name="runs">Runs that count.</param>
/// <param name="warmups">Runs before them that do not.</param>
internal sealed class ProcessTimer(string folder, int runs, int warmups)
{
    /// <summary>Runs a program again and again and prints median, extremes and the ninth decile.</summary>
    /// <param name="what">What it is, for the line that is printed.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">What it reads in the run of a number, from 0 with the warm-ups; null for nothing.</param>
    public void Measure(string what, string program, string[] arguments, Func<int, string>? input = null)
    {
        var milliseconds = new double[runs];
        for (var run = 0; run < warmups + runs; run++)
        {
            var given = input?.Invoke(run) ?? "";
            var start = Stopwatch.GetTimestamp();
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            })!;
            Write(process.StandardInput, given);
            process.StandardOutput.BaseStream.CopyTo(Stream.Null);
            process.WaitForExit();
            var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{what} ended with {process.ExitCode}: {process.StandardError.ReadToEnd()}");
            }

            if (run >= warmups)
            {
                milliseconds[run - warmups] = took;
            }
        }

        Array.Sort(milliseconds);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{what,-38} median {milliseconds[runs / 2],7:0.0} ms  min {milliseconds[0],7:0.0} ms  p90 {milliseconds[runs * 9 / 10],7:0.0} ms  max {milliseconds[^1],7:0.0} ms"));
    }

    // A program that reads nothing may be gone already.
    private static void Write(StreamWriter writer, string text)
    {
        try
        {
            using (writer)
            {
                writer.Write(text);
            }
        }
        catch (IOException)
        {
        }
    }
}
