using System.Globalization;
using System.Text;

namespace WreSkills.Benchmarks.Speed;

/// <summary>Metric files of many skills, generated from a seed: per execution one line in each of the three files, random UUIDs as ids.</summary>
internal static class MetricsWorkload
{
    private const int Seed = 20251020;
    private static readonly DateTimeOffset s_start = new(2025, 10, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes the files.</summary>
    /// <param name="folder">Where to; made anew.</param>
    /// <param name="skills">Number of skills.</param>
    /// <param name="executions">Executions per skill.</param>
    /// <returns>Lines and bytes.</returns>
    public static (long Lines, long Bytes) Write(string folder, int skills, int executions)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        Parallel.For(0, skills, skill => Append(folder, skill, 0, executions));
        return (3L * skills * executions, new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length));
    }

    /// <summary>Appends executions to the files of one skill.</summary>
    public static void Append(string folder, int skill, int from, int count)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"skill_{skill:00}");
        var random = new Random(HashCode.Combine(Seed, skill, from));
        using var fidelity = Open(folder, name, "fidelity");
        using var outcomes = Open(folder, name, "outcomes");
        using var performance = Open(folder, name, "performance");
        Span<byte> id = stackalloc byte[16];
        for (var index = from; index < from + count; index++)
        {
            random.NextBytes(id);
            var moment = s_start.AddSeconds(index * 60.0 + random.NextDouble());
            var start = string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"execution_id":"{{new Guid(id)}}","timestamp":"{{moment:yyyy-MM-ddTHH:mm:ss.fffZ}}","skill_name":"{{name}}","version":"1.0","state":"production","state_serial":7,"source":"live","agent":"gemma" """);
            var missed = random.Next(5) == 0;
            var wrong = random.Next(12) == 0;
            fidelity.Write(start);
            fidelity.Write(missed
                ? ""","pattern_fidelity":0.8333333333333334,"patterns_followed":["caps_checked","rate_checked","links_counted"],"patterns_missed":["repetition_checked"],"critical_missed":false}"""
                : ""","pattern_fidelity":1,"patterns_followed":["caps_checked","rate_checked","links_counted","repetition_checked"],"patterns_missed":[],"critical_missed":false}""");
            fidelity.Write('\n');
            outcomes.Write(start);
            outcomes.Write(wrong
                ? ""","decision":"allow","expected_decision":"remove","correct":false,"outcome_quality":0,"label":"positive","false_positive":false,"false_negative":true,"critical":false,"critical_false_negative":false}"""
                : ""","decision":"allow","expected_decision":"allow","correct":true,"outcome_quality":1,"label":"negative","false_positive":false,"false_negative":false}""");
            outcomes.Write('\n');
            performance.Write(start);
            performance.Write(string.Create(CultureInfo.InvariantCulture, $$""","execution_time_ms":{{20 + (random.NextDouble() * 60):0.###}},"memory_usage_mb":{{random.Next(80, 120)}},"tokens":{{random.Next(200, 900)}},"exception":{{(random.Next(100) == 0 ? "true" : "false")}}}"""));
            performance.Write('\n');
        }
    }

    private static StreamWriter Open(string folder, string skill, string kind) =>
        new(Path.Combine(folder, $"{skill}_{kind}.json"), append: true, new UTF8Encoding(false), 1 << 16);
}
