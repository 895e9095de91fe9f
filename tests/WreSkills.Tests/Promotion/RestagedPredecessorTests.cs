using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Storage;

namespace WreSkills.Tests.Promotion;

public class RestagedPredecessorTests
{
    [Fact]
    public void RollBack_to_a_predecessor_that_was_staged_again_leaves_it_in_production_only()
    {
        var entry = new SkillEntry { Module = "demo/mod", Rollout = new RolloutEntry { Percent = 10, Since = "2026-01-03T00:00:00Z" } }
            .With("1.0", Version('a', PromotionState.Staged))
            .With("1.1", Version('b', PromotionState.Production) with { Predecessor = "1.0" })
            .WithLive(PromotionState.Staged, "1.0")
            .WithLive(PromotionState.Production, "1.1");
        var frame = new Transition
        {
            Operation = "op",
            Kind = "rollback",
            Skill = "s",
            Version = "1.1",
            Digest = new string('b', 64),
            From = PromotionState.Production,
            To = PromotionState.Staged,
            At = "2026-01-04T00:00:00Z",
            ExpectedSerial = 7,
            Reason = "test",
        };

        var planned = TransitionPlanner.RollBack(frame, entry, WorkspaceLayout.ForPreset("policy", "/w"), new PromotionPolicy(), _ => true);

        Assert.Equal("1.0", planned.Entry.Live(PromotionState.Production)?.Label);
        Assert.Null(planned.Entry.Live(PromotionState.Staged));
        Assert.Null(planned.Entry.Rollout);
        Assert.Equal(PromotionState.Held, planned.Entry.Versions["1.1"].State);
        Assert.Equal(8, planned.Entry.Versions["1.0"].StateSerial);
    }

    private static VersionEntry Version(char digest, PromotionState state) => new()
    {
        Digest = new string(digest, 64),
        State = state,
        StateSince = "2026-01-02T00:00:00Z",
        StateSerial = 3,
        Operation = "earlier",
    };
}
