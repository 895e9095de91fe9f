using System.Text.Json;

using WreSkills.Skills;

namespace WreSkills.Scoring;

/// <summary>
/// Scores executions against expected patterns; pure, and safe to share between threads. Fidelity is the weighted score over
/// the applicable patterns; a model is never asked here, its answers come with the evidence.
/// </summary>
public sealed class PatternScorer
{
    private readonly IReadOnlyList<ExpectedPattern> _patterns;
    private readonly double _penalty;
    private readonly HashSet<string> _facts = [];

    /// <summary>Prepares a list of patterns.</summary>
    /// <param name="patterns">The patterns.</param>
    /// <param name="unexpectedStepPenalty">What each call that no pattern expected takes off the fidelity, 0–1. Default 0.</param>
    public PatternScorer(IReadOnlyList<ExpectedPattern> patterns, double unexpectedStepPenalty = 0)
    {
        _patterns = patterns;
        _penalty = unexpectedStepPenalty;
        foreach (var rule in patterns.SelectMany(pattern => new[] { pattern.Rule, pattern.When }).OfType<PatternRule>().SelectMany(rule => rule.SelfAndInner()))
        {
            foreach (var named in rule.Steps.Select(step => step.Fact).Prepend(rule))
            {
                _ = named switch
                {
                    ConditionRule condition => _facts.Add(condition.Condition.Fact),
                    FactRule fact => _facts.Add(fact.Fact),
                    _ => false,
                };
            }
        }
    }

    /// <summary>Scores breadcrumbs of which nothing else is known.</summary>
    public static FidelityScore Score(IReadOnlyList<ExpectedPattern> patterns, IReadOnlyList<JsonElement> breadcrumbs) =>
        new PatternScorer(patterns).Score(new ExecutionEvidence { Breadcrumbs = breadcrumbs });

    /// <summary>Scores one execution.</summary>
    public FidelityScore Score(ExecutionEvidence evidence)
    {
        var facts = new BreadcrumbFacts(evidence.Breadcrumbs, _facts);
        var evaluator = new RuleEvaluator(evidence, facts);
        var sums = new Sums();
        foreach (var pattern in _patterns)
        {
            sums.Add(pattern, Assess(pattern, evaluator));
        }

        return sums.Score(_penalty > 0 ? Unexpected(evaluator) : [], _penalty);
    }

    private static Assessment Assess(ExpectedPattern pattern, RuleEvaluator evaluator)
    {
        if (pattern.When is null)
        {
            return evaluator.Assess(pattern.Rule);
        }

        var when = evaluator.Assess(pattern.When);
        if (when.NotApplicable || when.High < 1)
        {
            return Assessment.Inapplicable() with { Breadcrumb = when.Breadcrumb, Value = when.Value };
        }

        var assessment = evaluator.Assess(pattern.Rule);
        return when.Low >= 1 || assessment.NotApplicable
            ? assessment
            : new Assessment(0, 1) { AwaitsJudge = when.AwaitsJudge, Reason = $"unknown whether {pattern.When.Describe()}" };
    }

    private static List<UnexpectedStep> Unexpected(RuleEvaluator evaluator) =>
        [.. evaluator.Steps.Index().Where(step => step.Item.IsCall && !evaluator.Expected.Contains(step.Index)).Select(step => new UnexpectedStep(step.Item.Breadcrumb, step.Item.Name))];

    private sealed class Sums
    {
        private readonly List<PatternProof> _followed = [];
        private readonly List<PatternProof> _missed = [];
        private List<PatternProof>? _notApplicable;
        private List<PatternProof>? _open;
        private double _possible;
        private double _decided;
        private double _gained;
        private double _low;
        private double _high;
        private double _lost;
        private bool _critical;
        private bool _vetoed;

        public void Add(ExpectedPattern pattern, Assessment assessment)
        {
            var proof = new PatternProof(pattern.Name, assessment.Breadcrumb, assessment.Value) { Reason = assessment.Reason };
            if (assessment.NotApplicable)
            {
                (_notApplicable ??= []).Add(proof);
                return;
            }

            _possible += pattern.Weight;
            _low += pattern.Weight * assessment.Low;
            _high += pattern.Weight * assessment.High;
            if (assessment.IsOpen)
            {
                _lost += assessment.AwaitsJudge ? 0 : pattern.Weight * (assessment.High - assessment.Low);
                (_open ??= []).Add(proof);
                return;
            }

            _decided += pattern.Weight;
            _gained += pattern.Weight * assessment.Low;
            if (assessment.Low >= 1)
            {
                _followed.Add(proof);
                return;
            }

            _critical |= pattern.Critical;
            _vetoed |= pattern is { Critical: true, Rule: ForbidRule or OnlyRule };
            _missed.Add(assessment.Low > 0 ? proof with { Share = assessment.Low } : proof);
        }

        public FidelityScore Score(IReadOnlyList<UnexpectedStep> unexpected, double penalty)
        {
            double? Share(double gained, double possible) => possible <= 0 ? null : _vetoed ? 0 : Math.Max(0, (gained / possible) - (penalty * unexpected.Count));
            return new FidelityScore
            {
                // A critical failure must reach the windows, whatever else is open: it counts with what is certain.
                PatternFidelity = _vetoed ? 0
                    : _possible <= 0 || _lost / _possible <= FidelityScore.MaxOpen ? Share(_gained, _decided)
                    : _critical ? Share(_low, _possible)
                    : null,
                FidelityLow = Share(_low, _possible),
                FidelityHigh = Share(_high, _possible),
                PatternsFollowed = _followed,
                PatternsMissed = _missed,
                PatternsNotApplicable = _notApplicable ?? (IReadOnlyList<PatternProof>)[],
                PatternsInconclusive = _open ?? (IReadOnlyList<PatternProof>)[],
                UnexpectedSteps = unexpected,
                CriticalMissed = _critical,
                Vetoed = _vetoed,
            };
        }
    }
}
