using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Scanning;

namespace WreSkills.Benchmarks.Speed;

/// <summary>Scans 12,000 generated files of 60 MB on one core, and redacts records of 2 KB.</summary>
internal static class ScanSpeed
{
    private const int Files = 12_000;
    private const int FileBytes = 5_000;
    private const int Rounds = 21;
    private const int PerRound = 5_000;

    private static readonly string[] s_lines =
    [
        "## Step {0}", "", "Read the file `src/module_{0}.py` and list what changed since the last release.", "- Ask the person before anything is deleted; show the list first.", "```bash", "git diff --stat HEAD~{0}",
        "python scripts/report.py --month {0} > out/report_{0}.json", "curl -sS -H \"Authorization: Bearer $TOKEN\" https://api.example.com/v1/items/{0} | jq '.name'", "```", "| month | value | change |", "| {0} | 1,204 | +3 % |",
        "The table has a row per region; totals stand below, percentages with one decimal.", "Use the style guide: headings in sentence case, links with titles, no raw HTML.", "    return [row for row in rows if row.total > {0}]", "const limit = Number(process.env.LIMIT ?? {0});",
        "See https://docs.example.com/guide/{0}#options for the options of the command.", "中文说明：请按照用户的要求生成第 {0} 份报告。", "Die Auswertung {0} enthält Umlaute, Gedankenstriche – und „Zitate“.", "sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f0{0}",
    ];

    public static int Run(string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("wre-scan-bench-").FullName;
        try
        {
            var bytes = Write(folder);
            if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
            {
                Process.GetCurrentProcess().ProcessorAffinity = 1;
            }

            foreach (var round in (string[])["first", "second", "third"])
            {
                var (start, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
                var report = new SkillScanner().Scan(folder);
                var (wall, used) = (Stopwatch.GetElapsedTime(start), Environment.CpuUsage.TotalTime - cpu);
                Console.WriteLine($"scan, {round} time: {report.Files:N0} files, {bytes / 1e6:0.0} MB, {report.Blocks} blocks, {report.Warnings} warnings: {wall.TotalSeconds:0.0} s, {used.TotalSeconds:0.0} s of one core, {bytes / 1e6 / used.TotalSeconds:0.0} MB/s");
            }

            using var process = Process.GetCurrentProcess();
            Console.WriteLine($"scan, peak memory: {process.PeakWorkingSet64 / (1 << 20)} MiB");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Redact("no keyword", Record("looked at the capital letters of the message"));
        Redact("three keywords, no secret", Record("looked at the capital letters of the message", ("tokens", 812), ("note", "the password rule and the api_key rule were passed")));
        Redact("one secret", Record("looked at the capital letters of the message", ("note", $"pushed with xoxb-{new string('4', 3)}182736455-918273645566-{string.Concat("aB3dE6gH9jK2", "mN5pQ8rS1tU4")}")));
        return 0;
    }

    private static long Write(string folder)
    {
        var random = new Random(20251020);
        var bytes = 0L;
        for (var file = 0; file < Files; file++)
        {
            var text = new StringBuilder();
            var isSkill = file % 4 == 0;
            var path = Path.Combine(folder, $"skill-{file / 4}", isSkill ? "SKILL.md" : file % 4 == 1 ? "reference.md" : file % 4 == 2 ? "scripts/run.py" : "assets/data.json");
            if (isSkill)
            {
                text.Append($"---\nname: skill-{file / 4}\ndescription: Writes reports. Use it when a person asks for one.\n---\n# Reports\n\nRun `scripts/run.py`.\n\n");
            }

            while (text.Length < FileBytes - 80)
            {
                text.AppendFormat(System.Globalization.CultureInfo.InvariantCulture, s_lines[random.Next(s_lines.Length)], random.Next(1000)).Append('\n');
            }

            var content = Encoding.UTF8.GetBytes(text.ToString());
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
            bytes += content.Length;
        }

        return bytes;
    }

    private static string Record(string note, params (string Name, JsonNode Value)[] more)
    {
        var breadcrumbs = new JsonArray([.. Enumerable.Range(0, 21).Select(index => new JsonObject { ["step"] = $"check_{index}", ["value"] = true, ["note"] = note })]);
        var record = new JsonObject { ["execution_id"] = "stream-7-201", ["skill"] = "spam_check", ["version"] = "1.0", ["decision"] = "allow", ["execution_time_ms"] = 41, ["breadcrumbs"] = breadcrumbs };
        foreach (var (name, value) in more)
        {
            record[name] = value;
        }

        return record.ToJsonString();
    }

    private static void Redact(string what, string record)
    {
        var format = new JsonSerializerOptions();
        var micros = new double[Rounds];
        for (var round = -3; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var index = 0; index < PerRound; index++)
            {
                _ = Redaction.JsonText(record, format);
            }

            if (round >= 0)
            {
                micros[round] = Stopwatch.GetElapsedTime(start).TotalMicroseconds / PerRound;
            }
        }

        Array.Sort(micros);
        Console.WriteLine($"redaction, {what}, {record.Length:N0} characters: median {micros[Rounds / 2]:0.0} µs, min {micros[0]:0.0} µs, max {micros[^1]:0.0} µs");
    }
}
