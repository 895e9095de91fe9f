namespace WreSkills.Policy;

/// <summary>What is wrong with a policy although every single value is in range; pure, and lists everything.</summary>
public static class PolicyConsistency
{
    /// <summary>Values that contradict each other.</summary>
    public static IReadOnlyList<string> Contradictions(PromotionPolicy policy)
    {
        var found = new List<string>();
        Thresholds(policy, found);
        Windows(policy, found);
        People(policy, found);
        foreach (var (name, value) in policy.Locked)
        {
            var key = PolicyKeys.Find(name)!;
            if (key.Compare(value, key.Text(policy)) == PolicyEffect.Looser)
            {
                found.Add($"{name} is {key.Text(policy)}, weaker than the {value} that the document itself locks");
            }
        }

        return found;
    }

    /// <summary>Values that are weaker than a minimum.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="minimum">Key → value that it may not be weaker than.</param>
    /// <param name="source">Where the minimum stands, in words.</param>
    public static IReadOnlyList<string> Weaker(PromotionPolicy policy, IReadOnlyDictionary<string, string> minimum, string source)
    {
        var found = new List<string>();
        foreach (var (name, value) in minimum.OrderBy(item => item.Key, StringComparer.Ordinal))
        {
            if (PolicyKeys.Find(name) is { } key && key.Compare(value, key.Text(policy)) == PolicyEffect.Looser)
            {
                found.Add($"{name} is {key.Text(policy)}, weaker than {value}, which {source} locks");
            }
        }

        return found;
    }

    // A version that was let through has to be able to stay: what rolls back lies on the far side of what promotes.
    private static void Thresholds(PromotionPolicy policy, List<string> found)
    {
        foreach (var (trigger, gate) in ((string, string)[])
            [
                ("triggers.pattern_fidelity.below", "gates.prototype_to_staged.pattern_fidelity"),
                ("triggers.pattern_fidelity.below", "gates.staged_to_production.pattern_fidelity"),
                ("triggers.outcome_quality.below", "gates.prototype_to_staged.outcome_quality"),
                ("triggers.outcome_quality.below", "gates.staged_to_production.outcome_quality"),
            ])
        {
            Above(policy, trigger, gate, "a version that may be promoted would be rolled back", found);
        }

        foreach (var gate in (string[])["gates.prototype_to_staged.false_positive_rate", "gates.staged_to_production.false_positive_rate"])
        {
            Above(policy, gate, "triggers.false_positive_rate.above", "a version that may be promoted would be rolled back", found);
        }

        Above(policy, "demotion.pattern_fidelity.reaches", "gates.staged_to_production.pattern_fidelity", "a version that may be promoted would be demoted", found);
        Above(policy, "gates.staged_to_production.consistency_floor", "gates.staged_to_production.pattern_fidelity", "no run of executions may lie below a floor above the mean", found);
    }

    private static void Windows(PromotionPolicy policy, List<string> found)
    {
        const string never = "so it could never be judged";
        Above(policy, "gates.staged_to_production.negatives_minimum", "gates.staged_to_production.negatives_window", never, found);
        Above(policy, "gates.staged_to_production.consistency_window", "gates.staged_to_production.executions", never, found);
        Above(policy, "triggers.false_positive_rate.minimum", "triggers.false_positive_rate.window", never, found);
        Above(policy, "triggers.exception_rate.minimum", "triggers.exception_rate.window", never, found);
        Above(policy, "demotion.pattern_fidelity.window", "demotion.milestone.executions", never, found);
        Above(policy, "rollback.failure_analysis_minutes", "rollback.human_review_minutes", "the analysis would come after its review", found);
        Above(policy, "skill_limits.skill_file_bytes", "skill_limits.file_bytes", "SKILL.md is one of the files", found);
    }

    private static void Above(PromotionPolicy policy, string lower, string upper, string why, List<string> found)
    {
        var (left, right) = (PolicyKeys.Find(lower)!.Text(policy), PolicyKeys.Find(upper)!.Text(policy));
        if (double.Parse(left, System.Globalization.CultureInfo.InvariantCulture) > double.Parse(right, System.Globalization.CultureInfo.InvariantCulture))
        {
            found.Add($"{lower} is {left}, above {upper}, which is {right}: {why}");
        }
    }

    private static void People(PromotionPolicy policy, List<string> found)
    {
        int Count(string right) => policy.Approvers.Count(approver => approver.May.Contains(right));
        foreach (var (right, key, needed) in ((string, string, int)[])
            [
                (Approver.Promote, "tickets.approvals.prototype_to_staged", policy.Tickets.ApprovalsToStaged),
                (Approver.Promote, "tickets.approvals.staged_to_production", policy.Tickets.ApprovalsToProduction),
                (Approver.Policy, "changes.approvals", policy.Changes.Approvals),
            ])
        {
            if (Count(right) < needed)
            {
                found.Add($"{key} is {needed}, but {Count(right)} of the approvers may `{right}`");
            }
        }
    }
}
