using System.Diagnostics;

using WreSkills.Loading;
using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Benchmarks.Speed;

/// <summary>Which version serves a key: time and memory of a decision, and how evenly and steadily a million keys are split.</summary>
internal static class RoutingSpeed
{
    private const int Rounds = 21;
    private const int Keys = 1_000_000;
    private static readonly DateTimeOffset s_now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    public static int Run(string[] arguments)
    {
        var keys = Enumerable.Range(0, Keys).Select(index => $"stream-{index}").ToArray();
        Measure("split, breakers closed", Router(25), keys);
        Measure("split, candidate's breaker half-open", Router(25, new CircuitBreaker { StateSerial = 7, OpenSeconds = 60, OpenUntil = Timestamp.ToIso(s_now.AddSeconds(-1)) }), keys);
        Spread(keys);
        return Steady(keys) ? 0 : 1;
    }

    private static SkillRouter Router(int percent, params CircuitBreaker[] breakers)
    {
        VersionEntry Version(char digest, PromotionState state, long serial) => new() { Digest = new string(digest, 64), State = state, StateSince = "2026-11-25T10:00:00Z", StateSerial = serial, Operation = "op" };
        var registry = new RegistryDocument();
        for (var skill = 0; skill <= 500; skill++)
        {
            registry = registry.With($"skill_{skill}", Entry());
        }

        return new SkillRouter(registry, _ => breakers, new BreakerRules());

        SkillEntry Entry() => new SkillEntry { Rollout = new RolloutEntry { Percent = percent, Since = "2026-11-25T10:00:00Z" } }
            .With("1.0", Version('a', PromotionState.Production, 5)).With("1.1", Version('b', PromotionState.Staged, 7))
            .WithLive(PromotionState.Production, "1.0").WithLive(PromotionState.Staged, "1.1");
    }

    // Lookup of the skill, split and breaker, as a host asks that keeps the router.
    private static void Measure(string what, SkillRouter router, string[] keys)
    {
        var nanoseconds = new double[Rounds];
        var candidates = 0;
        long bytes = 0;
        for (var round = -3; round < Rounds; round++)
        {
            var (before, start) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            foreach (var key in keys)
            {
                candidates += router.Decide("skill_500", key, [], s_now)!.Arm == "candidate" ? 1 : 0;
            }

            if (round >= 0)
            {
                nanoseconds[round] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / keys.Length;
                bytes += GC.GetAllocatedBytesForCurrentThread() - before;
            }
        }

        Array.Sort(nanoseconds);
        Console.WriteLine($"{what}: median {nanoseconds[Rounds / 2]:0.0} ns, min {nanoseconds[0]:0.0}, max {nanoseconds[^1]:0.0}; {bytes} bytes allocated; {(double)candidates / (Rounds + 3) / keys.Length:0.000 %} candidates");
    }

    private static void Spread(string[] keys)
    {
        const int cells = 1000;
        var counts = new int[cells];
        foreach (var key in keys)
        {
            counts[TrafficSplit.Bucket("skill_500", key) / (TrafficSplit.Buckets / cells)]++;
        }

        var expected = (double)keys.Length / cells;
        var chiSquare = counts.Sum(count => (count - expected) * (count - expected) / expected);
        Console.WriteLine($"{keys.Length:N0} keys in {cells} cells: chi-square {chiSquare:0.0} at {cells - 1} degrees of freedom, {(chiSquare - (cells - 1)) / Math.Sqrt(2.0 * (cells - 1)):+0.00;-0.00} standard deviations from its mean");
    }

    // Every key gets the candidate from one percentage on, and the same answer when it is asked for again.
    private static bool Steady(string[] keys)
    {
        var since = new int[keys.Length];
        var broken = 0;
        for (var percent = 0; percent <= 100; percent++)
        {
            for (var index = 0; index < keys.Length; index++)
            {
                var isCandidate = TrafficSplit.IsCandidate("skill_500", keys[index], percent);
                broken += since[index] > 0 && !isCandidate ? 1 : 0;
                since[index] = isCandidate && since[index] == 0 ? percent : since[index];
            }
        }

        for (var index = 0; index < keys.Length; index++)
        {
            broken += TrafficSplit.IsCandidate("skill_500", keys[index], since[index]) && !TrafficSplit.IsCandidate("skill_500", keys[index], since[index] - 1) ? 0 : 1;
        }

        Console.WriteLine($"{keys.Length:N0} keys at 0 to 100 %: {broken} lost the candidate as its share grew, or changed sides when asked again");
        return broken == 0;
    }
}
