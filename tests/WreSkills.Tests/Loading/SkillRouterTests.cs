using CsCheck;

using WreSkills.Loading;
using WreSkills.Policy;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Tests.Loading;

public class SkillRouterTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    private static readonly BreakerRules s_rules = new() { TrialPercent = 30 };

    private static RegistryDocument Registry(int percent, IReadOnlyList<string>? labels = null) => new RegistryDocument().With("spam", TestRegistry.Entry(
        ("0.9", TestRegistry.Version('c', PromotionState.Held, serial: 2)), ("1.0", TestRegistry.Version('a', PromotionState.Production, "0.9", 5)), ("1.1", TestRegistry.Version('b', PromotionState.Staged, serial: 7)))
        with
    { Rollout = new RolloutEntry { Percent = percent, Since = TestRegistry.At, Labels = labels } });

    private static SkillRouter Router(int percent, IReadOnlyList<string>? labels = null, params CircuitBreaker[] breakers) => new(Registry(percent, labels), _ => breakers, s_rules);

    // The rule in words: the plan's choice; where its breaker does not admit the key, the version before it.
    private static ServingArm? Expected(ServingPlan plan, string key, string[] labels, CircuitBreaker[] breakers)
    {
        bool Admits(ServingArm arm) => (breakers.FirstOrDefault(breaker => breaker.StateSerial == arm.StateSerial)?.Admits("spam", key, s_rules, s_now)) != false;
        var arm = plan.Choose("spam", key, labels);
        arm = arm == plan.Candidate && arm is not null && !Admits(arm) ? plan.Baseline : arm;
        return arm is not null && arm == plan.Baseline && !Admits(arm) ? plan.Fallback : arm;
    }

    private static readonly Gen<CircuitBreaker> s_breakers = Gen.Select(Pick.From(5L, 7L), Gen.Int[-100, 100], Gen.Int[0, 3], Gen.Bool).Select((serial, seconds, failures, isOpen) => new CircuitBreaker
    {
        StateSerial = serial,
        Failures = failures,
        OpenSeconds = isOpen ? 60 : 0,
        OpenUntil = isOpen ? Timestamp.ToIso(s_now.AddSeconds(seconds)) : null,
    });

    [Fact]
    public void Decision_is_the_plans_choice_past_the_breakers() =>
        Gen.Select(Gen.Int[0, 100], Gen.String, Pick.From<string[]?>(null, [], ["low-risk", "canary"]), Pick.From<string[]>([], ["low-risk"], ["other", "canary"], ["none"]), s_breakers.Array[0, 2])
            .Sample((percent, key, wanted, labels, breakers) =>
                Router(percent, wanted, breakers).Decide("spam", key, labels, s_now) == Expected(ServingPlan.For(Registry(percent, wanted).Require("spam")), key, labels, breakers), iter: 20_000);

    [Fact]
    public void Decision_allocates_nothing()
    {
        var opened = new CircuitBreaker { StateSerial = 7, OpenSeconds = 60, OpenUntil = Timestamp.ToIso(s_now.AddSeconds(-1)) };
        var router = Router(50, ["low-risk"], opened);
        string[] labels = ["other", "low-risk"];
        var keys = Enumerable.Range(0, 1000).Select(index => $"stream-{index}").Append(new string('ü', 300)).ToArray();
        var candidates = Decide();
        Assert.InRange(candidates, 100, 200); // half of the keys, and 30 % of those

        var before = GC.GetAllocatedBytesForCurrentThread();
        var again = Decide();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(candidates, again);

        int Decide()
        {
            var count = 0;
            foreach (var key in keys)
            {
                count += router.Decide("spam", key, labels, s_now)!.Arm == "candidate" ? 1 : 0;
            }

            return count;
        }
    }

    [Fact]
    public void Bucket_allocates_nothing()
    {
        string[] keys = ["a", new string('x', 5000), "ä😀"];
        var sum = keys.Sum(key => TrafficSplit.Bucket("spam", key));
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var key in keys)
        {
            sum -= TrafficSplit.Bucket("spam", key);
        }

        Assert.Equal((0, 0L), (sum, GC.GetAllocatedBytesForCurrentThread() - before));
    }

    [Fact]
    public void Larger_share_keeps_every_key_that_had_the_candidate()
    {
        var keys = Enumerable.Range(0, 2000).Select(index => $"k{index}").ToList();
        var served = new HashSet<string>();
        for (var percent = 0; percent <= 100; percent++)
        {
            var router = Router(percent);
            var now = keys.Where(key => router.Decide("spam", key, [], s_now)!.Arm == "candidate").ToHashSet();
            Assert.Superset(served, now);
            served = now;
        }

        Assert.Equal(keys.Count, served.Count);
    }

    [Fact]
    public void Skill_that_is_not_registered_is_a_message() => Assert.Contains("does not know", Assert.Throws<WreException>(() => Router(10).Decide("spam2", "k", [], s_now)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("spam", 300)]
    [InlineData("s", 0)]
    [InlineData("spam", 170)]
    public void Long_keys_fall_into_the_same_bucket_as_their_bytes(string skill, int length)
    {
        var key = new string('€', length);
        var hash = TrafficSplit.Hash(System.Text.Encoding.UTF8.GetBytes($"{skill}:{key}"));
        var bucket = (int)(((ulong)hash * TrafficSplit.Buckets) >> 32);
        Assert.Equal(bucket, TrafficSplit.Bucket(skill, key));
        for (var percent = 0; percent <= 100; percent++)
        {
            Assert.Equal(bucket < percent * 1000, TrafficSplit.IsBelow(System.Text.Encoding.UTF8.GetBytes(skill + ":"), key, percent));
        }
    }
}
