using System.Text;

using CsCheck;

using WreSkills.Metrics;

namespace WreSkills.Tests.Metrics;

public class MetricsIngestorPropertyTests
{
    private static readonly string[] s_files = ["spam_fidelity.json", "spam_outcomes.json", "spam_performance.json"];

    // What one execution says, at most a line per file; values are dyadic, so that they survive any way of printing.
    private static readonly Gen<(int Id, int File, int Value)> s_line = Gen.Select(Gen.Int[0, 11], Gen.Int[0, 2], Gen.Int[0, 8]);

    // A step writes some bytes of what is left of a file, or ingests with some batch size.
    private static readonly Gen<(int Kind, int Size)[]> s_steps = Gen.Select(Gen.Int[0, 5], Gen.Int[1, 150]).Array[0, 40];

    [Fact]
    public void Any_splitting_interleaving_and_duplication_gives_the_database_of_one_clean_run() =>
        Gen.Select(s_line.Array[1, 30], s_line.Array[0, 10], s_steps, Gen.Bool).Sample(
            (lines, again, steps, crlf) =>
            {
                var unique = lines.DistinctBy(line => (line.Id, line.File)).ToList();
                var repeated = unique.Concat(again.Select(line => unique[line.Id % unique.Count])).ToList();
                using var clean = new MetricsFolder();
                foreach (var line in unique)
                {
                    clean.Append(s_files[line.File], Text(line, "\n"));
                }

                clean.Ingest();
                using var wild = new MetricsFolder();
                var left = s_files.Select((_, file) => Encoding.UTF8.GetBytes(string.Concat(repeated.Where(line => line.File == file).Select(line => Text(line, crlf ? "\r\n" : "\n"))))).ToArray();
                foreach (var (kind, size) in steps)
                {
                    if (kind < 3)
                    {
                        var count = Math.Min(size, left[kind].Length);
                        wild.AppendBytes(s_files[kind], left[kind].AsSpan(0, count));
                        left[kind] = left[kind][count..];
                    }
                    else if (kind < 5)
                    {
                        wild.Ingest(batchSize: 1 + (size % 4));
                    }
                    else if (File.Exists(wild.At(s_files[size % 3])) && Whole(wild.At(s_files[size % 3])))
                    {
                        Rotate(wild, s_files[size % 3]);
                    }
                }

                for (var file = 0; file < 3; file++)
                {
                    wild.AppendBytes(s_files[file], left[file]);
                }

                wild.Ingest(batchSize: 3);
                Assert.Equal(clean.Facts(), wild.Facts());
                Assert.Equal(["0"], wild.Rows("SELECT count(*) FROM malformed_lines"));
            },
            iter: 60);

    // A rotation happens between lines, never inside one.
    private static bool Whole(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return bytes.Length > 0 && bytes[^1] == (byte)'\n';
    }

    private static void Rotate(MetricsFolder folder, string file)
    {
        var number = 1;
        while (File.Exists(folder.At($"{file}.{number}")))
        {
            number++;
        }

        for (; number > 1; number--)
        {
            File.Move(folder.At($"{file}.{number - 1}"), folder.At($"{file}.{number}"));
        }

        File.Move(folder.At(file), folder.At(file + ".1"));
    }

    private static string Text((int Id, int File, int Value) line, string end)
    {
        var value = line.Value / 8.0;
        var place = $"\"execution_id\":\"e{line.Id}\",\"timestamp\":{1_760_000_000 + line.Id + (line.File * 1000)},\"version\":\"1.0\",\"state\":\"staged\",\"state_serial\":3";
        return line.File switch
        {
            0 => $"{{{place},\"pattern_fidelity\":{value},\"patterns_followed\":{line.Value},\"patterns_missed\":{8 - line.Value}}}{end}",
            1 => $"{{{place},\"outcome_quality\":{value},\"label\":\"{(line.Id % 2 == 0 ? "positive" : "negative")}\"}}{end}",
            _ => $"{{{place},\"execution_time_ms\":{value},\"exception\":{(line.Value > 6 ? "true" : "false")}}}{end}",
        };
    }
}
