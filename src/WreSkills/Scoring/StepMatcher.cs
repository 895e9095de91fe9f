using WreSkills.Executions;
using WreSkills.Scanning;
using WreSkills.Skills;

namespace WreSkills.Scoring;

/// <summary>Whether a step of a run is the step that a pattern speaks of; pure.</summary>
internal static class StepMatcher
{
    public static Match Fit(StepPattern pattern, ExecutionStep step, BreadcrumbFacts facts)
    {
        if (step.Redacted)
        {
            return Match.Unknown;
        }

        if (pattern.Kind == StepKind.Fact)
        {
            return FactMatcher.Prove(pattern.Fact!, facts, step.Breadcrumb).Match;
        }

        if (!IsKind(pattern.Kind, step) || (pattern.Name is { } name && !name.Fits(step.Name, step.Kind == StepKind.Command)))
        {
            return Match.No;
        }

        if ((pattern.Ok is { } ok && ok == step.Failed) || (pattern.Role is { } role && role != step.Role))
        {
            return Match.No;
        }

        // A call whose arguments nobody wrote down may have had the right ones.
        var arguments = pattern.Arguments is null ? Match.Yes : step.Arguments is { } given ? ValueMatcher.Fit(pattern.Arguments, given, pattern.Ignore) : Match.Unknown;
        var result = pattern.Result is null ? Match.Yes : step.Result is { } back ? ValueMatcher.Fit(pattern.Result, back) : Match.Unknown;
        return arguments < result ? arguments : result;
    }

    /// <summary>Whether a step is of the kinds that some patterns speak of.</summary>
    public static bool InScope(ExecutionStep step, IReadOnlyList<StepPattern> patterns)
    {
        foreach (var pattern in patterns)
        {
            if (IsKind(pattern.Kind, step))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsKind(StepKind kind, ExecutionStep step) => kind == step.Kind || (kind == StepKind.Call && step.IsCall);
}

/// <summary>Whether a fact was stated as a pattern asks; pure.</summary>
internal static class FactMatcher
{
    /// <summary>Looks for the statement that proves a fact.</summary>
    /// <param name="rule">A condition or a fact rule.</param>
    /// <param name="facts">All facts.</param>
    /// <param name="breadcrumb">Only statements of this breadcrumb count; null for all.</param>
    /// <returns>The verdict with the proof, or else the last statement, or null when there is none.</returns>
    public static (Match Match, Fact? Statement) Prove(PatternRule rule, BreadcrumbFacts facts, int? breadcrumb = null)
    {
        var name = rule is ConditionRule named ? named.Condition.Fact : ((FactRule)rule).Fact;
        var best = (Match: Match.No, Statement: (Fact?)null);
        foreach (var fact in facts[name])
        {
            if (breadcrumb is { } only && fact.Breadcrumb != only)
            {
                continue;
            }

            var match = rule is ConditionRule condition ? Fit(condition.Condition, fact) : Fit((FactRule)rule, fact);
            if (match == Match.Yes)
            {
                return (match, fact);
            }

            best = match >= best.Match ? (match, fact) : best;
        }

        // What was taken out as a whole may have stated it.
        return best.Match == Match.No && breadcrumb is null && facts.Redacted is not null ? (Match.Unknown, best.Statement) : best;
    }

    private static Match Fit(PatternCondition condition, Fact fact) =>
        condition.Operator != PatternOperator.Present && Redaction.IsMarker(fact.Value) ? Match.Unknown
        : PatternMatcher.Holds(condition, fact.Value) ? Match.Yes
        : Redaction.HasMarker(fact.Value) ? Match.Unknown
        : Match.No;

    private static Match Fit(FactRule rule, Fact fact) => Redaction.IsMarker(fact.Value) && rule.Value is not AnyValue
        ? Match.Unknown
        : ValueMatcher.Fit(rule.Value, fact.Json ?? FactValue.Of(fact.Value));
}
