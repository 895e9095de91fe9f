using WreSkills.Registry;

namespace WreSkills.Tests.Registry;

public class TransitionRulesTests
{
    private static readonly SkillEntry s_staged = TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Staged)));
    private static readonly SkillEntry s_production = TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Production)));
    private static readonly PromotionState[] s_states = [PromotionState.Prototype, PromotionState.Staged, PromotionState.Production, PromotionState.Held];

    [Fact]
    public void Legal_transitions_are_these_four_only()
    {
        var both = TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Production)), ("1.1", TestRegistry.Version('b', PromotionState.Staged)));
        var legal = new List<string>();
        foreach (var (source, target) in s_states.SelectMany(source => s_states.Select(target => (source, target))))
        {
            // A prototype can be staged only while nothing is staged.
            if (Promote(source == PromotionState.Prototype ? s_production : both, source, target) is null)
            {
                legal.Add($"promote {source.Text()} {target.Text()}");
            }

            if (RollBack(both, source, target) is null)
            {
                legal.Add($"rollback {source.Text()} {target.Text()}");
            }
        }

        Assert.Equal(["promote prototype staged", "promote staged production", "rollback production staged", "rollback staged prototype"], legal.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_illegal_transition_has_its_own_message()
    {
        var held = TestRegistry.Entry(("1.0", TestRegistry.Version('a', PromotionState.Held) with { HeldAs = PromotionState.Staged }));
        var messages = s_states.SelectMany(from => s_states.SelectMany(to => new[] { Promote(new SkillEntry(), from, to), RollBack(new SkillEntry(), from, to) }))
            .Append(Promote(s_staged, PromotionState.Prototype, PromotionState.Staged))
            .Append(Promote(held, PromotionState.Staged, PromotionState.Production))
            .OfType<string>().ToList();
        Assert.Equal(33, messages.Count);
        Assert.Equal(messages.Count, messages.Distinct().Count());
        Assert.All(messages, message => Assert.EndsWith(".", message, StringComparison.Ordinal));
    }

    [Fact]
    public void Suggested_command_is_one_that_can_be_legal()
    {
        Assert.DoesNotContain("wre rollback", Promote(s_production, PromotionState.Production, PromotionState.Held), StringComparison.Ordinal);
        Assert.Contains("wre rollback --skill spam --from production --to staged", Promote(s_production, PromotionState.Production, PromotionState.Staged), StringComparison.Ordinal);
        Assert.Contains("wre promote --skill spam --from staged --to production", RollBack(s_staged, PromotionState.Staged, PromotionState.Production), StringComparison.Ordinal);
    }

    [Fact]
    public void Unregistered_skill_may_be_staged_and_nothing_else()
    {
        Assert.Null(TransitionRules.RefusePromotion("spam", null, PromotionState.Prototype, PromotionState.Staged));
        Assert.NotNull(TransitionRules.RefusePromotion("spam", null, PromotionState.Staged, PromotionState.Production));
        Assert.NotNull(TransitionRules.RefuseRollback("spam", null, PromotionState.Production, PromotionState.Staged));
    }

    private static string? Promote(SkillEntry entry, PromotionState from, PromotionState to) => TransitionRules.RefusePromotion("spam", entry, from, to);

    private static string? RollBack(SkillEntry entry, PromotionState from, PromotionState to) => TransitionRules.RefuseRollback("spam", entry, from, to);
}
