using System.Diagnostics;
using System.Globalization;

using WreSkills.Metrics;
using WreSkills.Monitoring;
using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Benchmarks.Speed;

/// <summary>
/// What the monitor and the gates ask, on the database that the ingestion's benchmark leaves: one rollback check (all windows
/// and triggers of a skill), and readiness with exact figures of the last 7 days. Argument: the folder of that benchmark.
/// </summary>
internal static class QuerySpeed
{
    private const int Skills = 50;
    private const int Rounds = 20_000;

    public static int Run(string[] arguments)
    {
        var folder = arguments.Length > 0 ? arguments[0] : Path.Combine(Path.GetTempPath(), "wre-bench-ingest");
        var file = Path.Combine(folder, "wre.db");
        if (!File.Exists(file))
        {
            Console.Error.WriteLine($"There is no {file}: run `ingest` first; it leaves its database there.");
            return 2;
        }

        // The data ends 13.9 days after it begins; seven days before its end lie inside it, in the middle of an hour.
        var clock = new FixedClock(new DateTimeOffset(2025, 10, 14, 21, 20, 0, TimeSpan.Zero));
        using var database = new MetricsDatabase(file, clock);

        // A guard that never confirms: whatever the drawn data look like, the whole history is taken in once.
        var policy = new PromotionPolicy { Guard = new GuardRules { Mode = GuardMode.Confirm, Limit = double.MaxValue } };
        var monitor = new SkillMonitor(database, new ReviewFlagStore(WorkspaceLayout.ForPreset("policy", folder)), clock);
        var gates = new PromotionPolicy().StagedToProduction;
        // As after every execution: what was kept is resumed, what arrived since is taken in (here nothing), the triggers are asked.
        for (var skill = 0; skill < Skills; skill++)
        {
            monitor.Keep(monitor.Evaluate(Name(skill), Entry, policy, PromotionState.Production)!, policy);
        }

        Measure("rollback check", skill => monitor.Evaluate(Name(skill), Entry, policy, PromotionState.Production)!.Triggers.Count);
        Measure("readiness window", skill => database.Window(Stay(skill), new WindowSizes(gates.Executions, gates.Executions, gates.NegativesWindow, gates.Executions, gates.Executions, gates.Executions)).Fidelity.Count);
        Measure("exact 7 days", skill => database.Summarize(Name(skill), "last_7_days")[0].Executions);
        Measure("readiness, both", skill =>
            database.Window(Stay(skill), new WindowSizes(gates.Executions, gates.Executions, gates.NegativesWindow, gates.Executions, gates.Executions, gates.Executions)).Fidelity.Count
            + database.Summarize(Name(skill), "last_7_days")[0].Executions);
        return 0;
    }

    private static void Measure(string what, Func<int, int> ask)
    {
        // The runtime compiles what is hot a second time in the background; that is not what is measured.
        for (var (round, warm) = (0, Stopwatch.StartNew()); warm.ElapsedMilliseconds < 2000; round++)
        {
            _ = ask(round % Skills);
        }

        var micros = new double[Rounds];
        var answer = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            answer = ask(round % Skills);
            micros[round] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        Array.Sort(micros);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-18} p50 {micros[Rounds / 2],7:0.0} µs  p99 {micros[Rounds * 99 / 100],7:0.0} µs  max {micros[^1],8:0.0} µs  (answer {answer:N0})"));
    }

    private static SkillEntry Entry { get; } = new SkillEntry().With("1.0", new VersionEntry
    {
        Digest = "",
        State = PromotionState.Production,
        StateSince = "2025-10-01T00:00:00Z",
        StateSerial = 7,
        Operation = "bench",
        Baseline = new BaselineEntry { ExecutionTimeMs = 50 },
    }).WithLive(PromotionState.Production, "1.0");

    private static StateStay Stay(int skill) => new(Name(skill), "1.0", "production", 7);

    private static string Name(int skill) => string.Create(CultureInfo.InvariantCulture, $"skill_{skill:00}");

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
