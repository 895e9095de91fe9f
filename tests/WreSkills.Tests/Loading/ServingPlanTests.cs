using WreSkills.Loading;
using WreSkills.Registry;

namespace WreSkills.Tests.Loading;

public class ServingPlanTests
{
    private static readonly PrototypeEntry s_draft = new() { Digest = TestRegistry.Digest('d'), BenchmarkedAt = TestRegistry.At };

    private static SkillEntry Rollout(SkillEntry entry, int percent) => entry with { Rollout = new RolloutEntry { Percent = percent, Since = TestRegistry.At } };

    [Fact]
    public void Production_is_the_baseline_and_the_candidate_takes_its_share()
    {
        var plan = ServingPlan.For(Rollout(TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Production, serial: 3)), ("1.1", TestRegistry.Version('b', PromotionState.Staged, serial: 5))), 10));
        Assert.Equal(new ServingArm("baseline", PromotionState.Production, "1.0", TestRegistry.Digest('a'), 3), plan.Baseline);
        Assert.Equal(new ServingArm("candidate", PromotionState.Staged, "1.1", TestRegistry.Digest('b'), 5), plan.Candidate);
        var candidates = Enumerable.Range(0, 10_000).Count(key => plan.Choose("spam", $"{key}") == plan.Candidate);
        Assert.InRange(candidates, 850, 1_150);
    }

    [Fact]
    public void Production_alone_serves_everybody()
    {
        var plan = ServingPlan.For(TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Production))) with { Prototype = s_draft });
        Assert.Equal((null, 0, "1.0"), (plan.Candidate, plan.Percent, plan.Choose("spam", "x")!.Version));
    }

    [Fact]
    public void First_candidate_shares_with_the_benchmarked_prototype()
    {
        var plan = ServingPlan.For(Rollout(TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Staged))), 10) with { Prototype = s_draft });
        Assert.Equal(new ServingArm("baseline", PromotionState.Prototype, null, TestRegistry.Digest('d'), 0), plan.Baseline);
    }

    [Fact]
    public void First_candidate_of_the_same_content_leaves_the_rest_without_the_skill()
    {
        var plan = ServingPlan.For(Rollout(TestRegistry.Entry(("1.0", TestRegistry.Version('d', PromotionState.Staged))), 10) with { Prototype = s_draft });
        Assert.Null(plan.Baseline);
        Assert.Contains(Enumerable.Range(0, 100), key => plan.Choose("spam", $"{key}") is null);
        Assert.Contains(Enumerable.Range(0, 100), key => plan.Choose("spam", $"{key}") == plan.Candidate);
    }

    [Fact]
    public void Unbenchmarked_prototype_serves_nobody() =>
        Assert.Null(ServingPlan.For(Rollout(TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Staged))), 10)).Baseline);

    [Fact]
    public void Benchmarked_prototype_alone_serves() =>
        Assert.Equal(PromotionState.Prototype, ServingPlan.For(new SkillEntry { Prototype = s_draft }).Choose("spam", "x")!.State);

    [Fact]
    public void Held_version_serves_nobody()
    {
        var plan = ServingPlan.For(TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Held) with { HeldAs = PromotionState.Staged })));
        Assert.Null(plan.Choose("spam", "x"));
    }

    [Fact]
    public void Candidate_without_rollout_gets_no_share() =>
        Assert.Null(ServingPlan.For(TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Staged)))).Choose("spam", "x"));
}
