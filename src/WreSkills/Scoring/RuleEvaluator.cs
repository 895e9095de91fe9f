using WreSkills.Skills;

namespace WreSkills.Scoring;

/// <summary>Assesses the rules of the pattern language on one execution; pure. One instance per execution.</summary>
internal sealed class RuleEvaluator(ExecutionEvidence evidence, BreadcrumbFacts facts)
{
    private readonly StepRules _steps = new(evidence, facts);

    /// <summary>The steps that some pattern expected, by their index among the steps.</summary>
    public IReadOnlySet<int> Expected => _steps.Expected;

    /// <summary>All steps.</summary>
    public IReadOnlyList<ExecutionStep> Steps => _steps.Steps;

    public Assessment Assess(PatternRule rule) => rule switch
    {
        ConditionRule or FactRule => Fact(rule),
        IfRule branch => If(branch),
        AnyOfRule any => AnyOf(any),
        JudgeRule judge => Judge(judge),
        BudgetRule budget => Absence(_steps.Budget(budget)),
        ForbidRule forbid => Absence(_steps.Forbid(forbid)),
        OnlyRule only => Absence(_steps.Only(only)),
        CountRule count => count.Min == 0 ? Absence(_steps.Count(count)) : _steps.Count(count),
        StepRule step => _steps.Step(step),
        SequenceRule sequence => _steps.Sequence(sequence),
        SetRule set => _steps.Set(set),
        BeforeRule before => _steps.Before(before),
        WithinRule within => _steps.Within(within),
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule.Kind, "a kind of rule that nothing assesses"),
    };

    private Assessment Fact(PatternRule rule)
    {
        var (match, statement) = FactMatcher.Prove(rule, facts);
        return Assessment.Of(match) with
        {
            Breadcrumb = statement?.Breadcrumb ?? (match == Match.Unknown ? facts.Redacted : null),
            Value = statement?.Value,
            Reason = match == Match.Unknown ? "redacted" : null,
        };
    }

    // Who crashed has kept every prohibition; that is no merit.
    private Assessment Absence(Assessment assessment) =>
        evidence.Crashed && !assessment.NotApplicable && assessment.High > 0 ? Assessment.Of(false) with { Reason = "the run crashed" } : assessment;

    private Assessment If(IfRule rule)
    {
        var condition = Assess(rule.If);
        var holds = !condition.NotApplicable && condition.Low >= 1;
        var open = !condition.NotApplicable && !holds && condition.High >= 1;
        if (holds)
        {
            return Assess(rule.Then);
        }

        if (!open)
        {
            return rule.Else is null
                ? Assessment.Inapplicable($"not: {rule.If.Describe()}") with { Breadcrumb = condition.Breadcrumb, Value = condition.Value }
                : Assess(rule.Else);
        }

        var then = Assess(rule.Then);
        var other = rule.Else is null ? Assessment.Of(true) : Assess(rule.Else);
        return new Assessment(Math.Min(then.Low, other.Low), Math.Max(then.High, other.High))
        {
            AwaitsJudge = condition.AwaitsJudge,
            Reason = $"unknown whether {rule.If.Describe()}",
        };
    }

    private Assessment AnyOf(AnyOfRule rule)
    {
        var best = Assessment.Inapplicable();
        var (high, awaits) = (0.0, true);
        foreach (var inner in rule.Rules)
        {
            var one = Assess(inner);
            if (one.NotApplicable)
            {
                continue;
            }

            best = best.NotApplicable || one.Low > best.Low ? one : best;
            high = Math.Max(high, one.High);
            awaits &= !one.IsOpen || one.AwaitsJudge;
        }

        return best.NotApplicable ? best : best with { High = high, AwaitsJudge = best.Low < high && awaits };
    }

    private Assessment Judge(JudgeRule rule)
    {
        if (evidence.Crashed)
        {
            return Assessment.Of(false) with { Reason = "the run crashed" };
        }

        if (evidence.Judgements?.GetValueOrDefault(rule.Question) is not { } judgement)
        {
            return new Assessment(0, 1) { AwaitsJudge = true, Reason = "no judge was asked" };
        }

        var match = judgement.Answer switch { JudgeAnswer.Yes => Match.Yes, JudgeAnswer.No => Match.No, _ => Match.Unknown };
        return Assessment.Of(match) with
        {
            AwaitsJudge = match == Match.Unknown,
            Breadcrumb = judgement.Breadcrumbs.Count > 0 ? judgement.Breadcrumbs[0] : null,
            Reason = (match == Match.Unknown ? "the judge abstained: " : "the judge: ") + judgement.Reason,
        };
    }
}
