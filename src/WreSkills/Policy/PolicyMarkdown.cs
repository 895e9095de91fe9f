using System.Globalization;
using System.Text;

namespace WreSkills.Policy;

/// <summary>The policy as a document for people, in the structure of the written one, with the numbers in force; pure.</summary>
public static class PolicyMarkdown
{
    /// <summary>The first line: what does not begin with it was written by somebody and is never overwritten.</summary>
    public const string Marker = "<!-- Rendered from policy.yaml by `wre policy render`; change the policy, not this file. -->";

    /// <summary>Renders a policy. The same policy gives the same bytes.</summary>
    public static string Render(PromotionPolicy policy)
    {
        var text = new StringBuilder();
        Head(policy, text);
        Criteria(policy, text);
        Rollbacks(policy, text);
        SignOff(policy, text);
        Automation(policy, text);
        Change(policy, text);
        text.Append($"""

            ---

            **Policy digest**: `{policy.Digest}`
            **Last updated**: {policy.LastUpdated}
            **Next review**: {policy.NextReview}
            **Contact**: {policy.Authority}

            """.ReplaceLineEndings("\n"));
        return text.ToString();
    }

    private static void Head(PromotionPolicy policy, StringBuilder text) => text.Append($"""
        {Marker}

        # WRE Skills Promotion & Rollback Policy

        **Version**: {policy.Version}
        **Date**: {policy.LastUpdated}
        **Authority**: {policy.Authority}

        ## 1. Skill Lifecycle States

        `prototype → staged → production`. A prototype is tried by hand, a staged version takes a share of traffic with metrics and safety
        nets, a version in production is watched on every execution and rolled back by itself.

        """.ReplaceLineEndings("\n"));

    private static void Criteria(PromotionPolicy policy, StringBuilder text)
    {
        var (draft, staged) = (policy.PrototypeToStaged, policy.StagedToProduction);
        text.Append($"""

            ## 2. Promotion Criteria

            ### 2.1 Prototype → Staged

            - Pattern fidelity ≥ {Share(draft.PatternFidelity)} across all benchmark test cases
            - Outcome quality ≥ {Share(draft.OutcomeQuality)} (correct decisions)
            - Critical false negatives: at most {draft.CriticalFalseNegatives}
            - False positive rate < {Share(draft.FalsePositiveRate)}
            - Benchmark runs passed ≥ {Share(draft.TestPassRate)}, all of them executed
            - A sign-off by {People(policy.Tickets.ApprovalsToStaged)}

            ### 2.2 Staged → Production

            - At least {Whole(staged.Executions)} executions since staging
            - Sustained pattern fidelity ≥ {Share(staged.PatternFidelity)} over {Whole(staged.Executions)} executions
            - Sustained outcome quality ≥ {Share(staged.OutcomeQuality)} over {Whole(staged.Executions)} executions
            - No regression: at most {Share(staged.RegressionTolerance)} below the prototype baseline
            - No critical failure in the past {Whole(staged.Executions)} executions
            - False positive rate < {Share(staged.FalsePositiveRate)} over the last {Whole(staged.NegativesWindow)} negatives, at least {Whole(staged.NegativesMinimum)}
            - Consistent adherence: every run of {Whole(staged.ConsistencyWindow)} executions has a mean fidelity ≥ {Share(staged.ConsistencyFloor)}
            - Benchmark runs passed ≥ {Share(staged.TestPassRate)}
            - Average execution time below the skill's own limit
            - A sign-off by {People(policy.Tickets.ApprovalsToProduction)}

            """.ReplaceLineEndings("\n"));
    }

    private static void Rollbacks(PromotionPolicy policy, StringBuilder text)
    {
        var (triggers, demotion, rollback) = (policy.Triggers, policy.Demotion, policy.Rollback);
        text.Append($"""

            ## 3. Rollback Policy

            ### 3.1 Rollback Triggers

            **Production → Staged**:

            - Pattern fidelity below {Share(triggers.PatternFidelityBelow)} (mean of {Whole(triggers.PatternFidelityWindow)} executions){Does(triggers.ActionOf("pattern_fidelity"))}
            - Outcome quality below {Share(triggers.OutcomeQualityBelow)} (mean of {Whole(triggers.OutcomeQualityWindow)} executions){Does(triggers.ActionOf("outcome_quality"))}
            - Critical false negative: {(triggers.CriticalFalseNegative ? "one is enough" : "not looked at")}{Does(triggers.ActionOf("critical_false_negative"))}
            - False positive rate above {Share(triggers.FalsePositiveRateAbove)} (last {Whole(triggers.FalsePositiveWindow)} negatives, at least {Whole(triggers.FalsePositiveMinimum)}){Does(triggers.ActionOf("false_positive_rate"))}
            - Execution time above {Number(triggers.ExecutionTimeTimesBaseline)} × the baseline (mean of {Whole(triggers.ExecutionTimeWindow)} executions){Does(triggers.ActionOf("execution_time"))}
            - Exception rate above {Share(triggers.ExceptionRateAbove)} (last {Whole(triggers.ExceptionWindow)} executions, at least {Whole(triggers.ExceptionMinimum)}){Does(triggers.ActionOf("exception_rate"))}
            - Dependency failure: {triggers.DependencyFailure.Probes} failed probes within {Number(triggers.DependencyFailure.WithinSeconds)} s{Does(triggers.ActionOf("dependency_failure"))}
            - Guard: {(policy.Guard.Mode == GuardMode.Confirm ? $"triggers over a window wait for evidence of {Number(policy.Guard.Limit)}" : "shown only")}

            **Staged → Prototype**:

            - {Whole(demotion.MilestoneExecutions)} executions not reached within {demotion.MilestoneDays} days{Does(demotion.ActionOf("milestone"))}
            - Pattern fidelity never achieves {Share(demotion.FidelityReaches)} over {Whole(demotion.FidelityWindow)} executions{Does(demotion.ActionOf("pattern_fidelity"))}
            - Evidence of being worse than the baseline by more than {Share(demotion.RegressionMargin)}{Does(demotion.ActionOf("regression"))}
            - A review flags fundamental instruction issues{Does(demotion.ActionOf("review_flag"))}

            ### 3.2 Rollback Procedure

            1. **Immediate**: the loader serves the previous version{(rollback.ServeStagedCopy ? ", else the staged copy" : ", else none")}
            2. **Within {Span(rollback.AlertMinutes)}**: alert
            3. **Within {Span(rollback.ArchiveMinutes)}**: the failed version is archived
            4. **Within {Span(rollback.ReindexMinutes)}**: re-index
            5. **Within {Span(rollback.FailureAnalysisMinutes)}**: failure analysis
            6. **Within {Span(rollback.HumanReviewMinutes)}**: a person reviews it

            A version rolled back is promoted again after {Span(rollback.CooldownMinutes)} at the earliest, and has to be mended after {rollback.MostRollbacks} rollbacks.

            ### 3.3 Rollback Prevention

            - Gradual rollout: {string.Join(" → ", policy.Rollout.Steps.Select(step => $"{step.Percent} %"))}, {(policy.Rollout.Automatic ? "advancing by itself" : "advanced by a person")}
            - Circuit breaker: {(policy.Breaker.Failures == 0 ? "off" : $"opens after {policy.Breaker.Failures} exceptions in a row")}

            """.ReplaceLineEndings("\n"));
    }

    private static void SignOff(PromotionPolicy policy, StringBuilder text)
    {
        text.Append("\n## 4. Sign-Off Authority\n\n| id | name | may |\n|---|---|---|\n");
        foreach (var approver in policy.Approvers)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Cell(approver.Id)} | {Cell(approver.Name)} | {string.Join(", ", approver.May)} |\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"\nA ticket is good for {policy.Tickets.ValidDays} days. Agents never approve. Separation of duties: {policy.Tickets.Separation.ToString().ToLowerInvariant()}.\n");
    }

    private static void Automation(PromotionPolicy policy, StringBuilder text) => text.Append($"""

        ## 5. Automation

        - Reviews by the advisor: staged {policy.StagedReview}, production {policy.ProductionReview}
        - Ingestion hourly and before every decision; an alert when it is more than {Span(policy.IngestionLagMinutes)} behind

        """.ReplaceLineEndings("\n"));

    private static void Change(PromotionPolicy policy, StringBuilder text)
    {
        text.Append($"""

            ## 8. Policy Change Process

            1. `wre policy propose --file FILE --rationale TEXT`
            2. `wre policy analyze`: the impact on existing skills
            3. `wre policy dry-run --skill NAME`
            4. `wre policy approve`, signed by {People(policy.Changes.Approvals)} with the right `policy`
            5. `wre policy apply`: document, version, audit log, notifications, re-index and commit

            A review is due {(policy.Changes.ReviewAfterPromotions == 0 ? "when somebody asks for it" : $"after {policy.Changes.ReviewAfterPromotions} skills promoted to production")}.

            """.ReplaceLineEndings("\n"));
        if (policy.Locked.Count > 0)
        {
            text.Append("\nNo later policy may be weaker than:\n\n");
            foreach (var (key, value) in policy.Locked)
            {
                text.Append(CultureInfo.InvariantCulture, $"- `{key}`: {value}\n");
            }
        }
    }

    private static string Does(TriggerAction action) => action switch { TriggerAction.Pause => ": pauses the rollout", TriggerAction.Alert => ": alerts only", TriggerAction.Off => ": off", _ => "" };

    private static string Share(double value) => string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.######} %");

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Whole(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string People(int count) => count == 1 ? "one person" : string.Create(CultureInfo.InvariantCulture, $"{count} people");

    private static string Span(int minutes) => minutes == 1440 ? "24 hours" : minutes >= 60 && minutes % 60 == 0 ? $"{minutes / 60} hour{(minutes == 60 ? "" : "s")}" : $"{minutes} minute{(minutes == 1 ? "" : "s")}";

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
