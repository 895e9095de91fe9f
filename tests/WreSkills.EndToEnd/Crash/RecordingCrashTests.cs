using System.Globalization;

namespace WreSkills.EndToEnd.Crash;

/// <summary>Kills recording and ingestion; doing them again must give what an undisturbed run gives.</summary>
public sealed class RecordingCrashTests(ITestOutputHelper output)
{
    private const int Rounds = 12;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private const string Rows = "SELECT * FROM execution_metrics ORDER BY execution_id";

    /// <summary>Crash points on the way of an execution record.</summary>
    internal static IReadOnlyList<string> Points { get; } = ["executions-kept", "metrics-written", "metrics-ingested"];

    [Fact]
    public void Recording_again_after_a_kill_gives_the_rows_of_a_clean_run()
    {
        const int seed = 20251020;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var lines = TemporaryWorkspace.Executions("many", 250);
        using var clean = Templates.Staged();
        clean.Record(lines);
        var expected = clean.Query(Rows);
        Assert.Equal(250 + 6 + 8, expected.Count(character => character == '\n'));

        var killed = 0;
        for (var round = 0; round < Rounds; round++)
        {
            using var workspace = Templates.Staged();
            using (var process = WreProcess.Start(workspace.Root, ["record", "-"], stdin: lines))
            {
                // Killed at a random moment after the first bytes are written, found by the growth of the files.
                var files = (string[])[$"{TemporaryWorkspace.Core}/executions/{TemporaryWorkspace.Skill}/2025-10-20.jsonl", Metric("fidelity"), Metric("outcomes"), Metric("performance"), $"{TemporaryWorkspace.Core}/skills_metrics.db-wal"];
                var file = new FileInfo(workspace.PathOf(files[random.Next(files.Length)]));
                var length = file.Exists ? file.Length : 0;
                SpinWait.SpinUntil(() =>
                {
                    file.Refresh();
                    return process.HasExited || (file.Exists && file.Length > length);
                }, s_patience);
                Thread.SpinWait(random.Next(2_000_000));
                killed += process.Kill().ExitCode == WreResult.Killed ? 1 : 0;
            }

            workspace.Record(lines);
            Assert.True(expected == workspace.Query(Rows), $"seed {seed}, round {round}");
            var again = workspace.Record(lines);
            Assert.Contains("\"recorded\": 0", again.StdOut, StringComparison.Ordinal);
            workspace.AssertHealthy($"seed {seed}, round {round}");
        }

        output.WriteLine($"{killed} of {Rounds} were killed at work");
        Assert.True(killed > Rounds / 2);
    }

    [Fact]
    public void Ingesting_again_after_a_kill_gives_the_rows_of_a_clean_run()
    {
        const int seed = 7;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var lines = string.Concat(Enumerable.Range(1, 8_000).Select(number => string.Create(CultureInfo.InvariantCulture, $"{{\"execution_id\":\"x-{number:000000}\",\"timestamp\":\"2025-10-20T12:00:00Z\",\"pattern_fidelity\":0.9{number % 10}}}\n")));
        using var template = Templates.Staged();
        File.AppendAllText(template.PathOf(Metric("fidelity")), lines);
        using var clean = template.Copy();
        clean.Must("ingest");
        var expected = clean.Query(Rows);

        var killed = 0;
        for (var round = 0; round < Rounds; round++)
        {
            using var workspace = template.Copy();
            using (var process = WreProcess.Start(workspace.Root, ["ingest", "--batch-size", "200"]))
            {
                var file = new FileInfo(workspace.PathOf($"{TemporaryWorkspace.Core}/skills_metrics.db-wal"));
                var size = random.Next(500_000);
                SpinWait.SpinUntil(() =>
                {
                    file.Refresh();
                    return process.HasExited || (file.Exists && file.Length > size);
                }, s_patience);
                killed += process.Kill().ExitCode == WreResult.Killed ? 1 : 0;
            }

            workspace.Must("ingest");
            Assert.True(expected == workspace.Query(Rows), $"seed {seed}, round {round}");
            Assert.Contains("\"lines\": 0", workspace.Must("ingest", "--output", "json").StdOut, StringComparison.Ordinal);
        }

        output.WriteLine($"{killed} of {Rounds} were killed at work");
        Assert.True(killed > Rounds / 2);
    }

    [Theory]
    [InlineData("executions-kept")]
    [InlineData("metrics-written")]
    [InlineData("metrics-ingested")]
    public void A_critical_miss_that_was_recorded_by_a_killed_process_still_rolls_back(string point)
    {
        using var workspace = Templates.Produced();
        var miss = TemporaryWorkspace.Executions("miss", 1, (_, line) =>
        {
            line["decision"] = "allow";
            line["expected_decision"] = "remove";
            line["critical"] = true;
        });
        var crash = WreProcess.Run(workspace.Root, ["record", "-"], new Dictionary<string, string> { ["WRE_CRASH_AT"] = point }, miss);
        Assert.True(crash.ExitCode == WreResult.Killed, crash.ToString());
        Assert.Equal("1.0", workspace.Active("production"));
        workspace.Record(miss);
        Assert.Null(workspace.Active("production"));
        workspace.AssertHealthy(point);
    }

    [Fact]
    public void What_another_command_ingests_is_judged_by_the_next_recording()
    {
        using var workspace = Templates.Produced();
        var bad = string.Concat(Enumerable.Range(1, 10).Select(number => $"{{\"execution_id\":\"bad-{number}\",\"timestamp\":\"2099-01-01T12:00:00Z\",\"version\":\"1.0\",\"state\":\"production\",\"pattern_fidelity\":0.5}}\n"))
            + string.Concat(Enumerable.Range(1, 10).Select(number => $"{{\"execution_id\":\"good-{number}\",\"timestamp\":\"2099-01-01T12:00:00Z\",\"version\":\"1.0\",\"state\":\"production\",\"pattern_fidelity\":1.0}}\n"));
        File.AppendAllText(workspace.PathOf(Metric("fidelity")), bad);

        // `status` ingests, but judges nobody; the ten bad executions must not be forgotten behind the ten good ones.
        workspace.Run("status", "--skill", TemporaryWorkspace.Skill);
        Assert.Equal("1.0", workspace.Active("production"));
        workspace.Must("ingest");
        Assert.Null(workspace.Active("production"));
        workspace.AssertHealthy("a late judgement");
    }

    private static string Metric(string kind) => $"{TemporaryWorkspace.Metrics}/{TemporaryWorkspace.Skill}_{kind}.json";
}
