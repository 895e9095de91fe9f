using WreSkills.Skills;

namespace WreSkills.Scoring;

/// <summary>Assesses the rules that speak of steps; pure. Notes which steps were expected, each by what it served.</summary>
internal sealed class StepRules(ExecutionEvidence evidence, BreadcrumbFacts facts)
{
    private readonly HashSet<int> _expected = [];
    private IReadOnlyList<ExecutionStep>? _steps;

    public IReadOnlyList<ExecutionStep> Steps => _steps ??= ExecutionStep.Read(evidence.Breadcrumbs);

    public IReadOnlySet<int> Expected => _expected;

    /// <summary>A step happened at least once; only one of its calls was expected.</summary>
    public Assessment Step(StepRule rule)
    {
        var (first, unknown) = (-1, -1);
        for (var index = 0; index < Steps.Count && first < 0; index++)
        {
            switch (Fit(rule.Step, index))
            {
                case Match.Yes: first = index; break;
                case Match.Unknown when unknown < 0: unknown = index; break;
                default: break;
            }
        }

        if (first >= 0 || unknown >= 0)
        {
            _expected.Add(first >= 0 ? first : unknown);
        }

        return first >= 0 ? At(Assessment.Of(true), first)
            : unknown >= 0 ? At(Assessment.Of(Match.Unknown), unknown) with { Reason = "missing or redacted evidence" }
            : Assessment.Of(false) with { Reason = Near(rule.Step) };
    }

    /// <summary>Weighted longest common subsequence.</summary>
    public Assessment Sequence(SequenceRule rule) => Align(rule.Expected, rule.Steps, rule.Exact, inOrder: true);

    /// <summary>Heaviest one-to-one matching.</summary>
    public Assessment Set(SetRule rule) => Align(rule.Expected, rule.Steps, rule.Exact, inOrder: false);

    /// <summary>How often a step happened.</summary>
    public Assessment Count(CountRule rule)
    {
        var (sure, possible) = (0, 0);
        for (var index = 0; index < Steps.Count; index++)
        {
            var fit = Fit(rule.Step, index);
            sure += fit == Match.Yes ? 1 : 0;
            possible += fit != Match.No ? 1 : 0;
            if (fit != Match.No && (rule.Max is null || possible <= rule.Max))
            {
                _expected.Add(index);
            }
        }

        bool Allowed(int count) => count >= rule.Min && (rule.Max is null || count <= rule.Max);
        var allowed = Enumerable.Range(sure, possible - sure + 1).Count(Allowed);
        return new Assessment(allowed == possible - sure + 1 ? 1 : 0, allowed > 0 ? 1 : 0)
        {
            Reason = sure == possible ? $"{sure} times" : $"{sure} to {possible} times: missing or redacted evidence",
        };
    }

    /// <summary>A step did not happen.</summary>
    public Assessment Forbid(ForbidRule rule) => Worst(index => Fit(rule.Step, index) switch { Match.Yes => Match.No, Match.No => Match.Yes, _ => Match.Unknown });

    /// <summary>Every call is on the list.</summary>
    public Assessment Only(OnlyRule rule) => Worst(index =>
    {
        var step = Steps[index];
        if (!step.IsCall)
        {
            return step.Redacted ? Match.Unknown : Match.Yes;
        }

        var best = Match.No;
        foreach (var allowed in rule.Allowed)
        {
            var fit = Fit(allowed, index);
            best = fit > best ? fit : best;
        }

        return best;
    });

    /// <summary>The run stayed within its limits.</summary>
    public Assessment Budget(BudgetRule rule)
    {
        var calls = Steps.Count(step => step.IsCall);
        (string Name, double? Used, double? Limit)[] limits =
        [
            ("steps", calls, rule.MaxSteps),
            ("tokens", evidence.Tokens, rule.MaxTokens),
            ("ms", evidence.TimeMs, rule.MaxTimeMs),
            ("retries", rule.MaxRetries is null ? null : evidence.Retries ?? Retries(), rule.MaxRetries),
        ];
        var worst = Match.Yes;
        var reasons = new List<string>();
        foreach (var (name, used, limit) in limits)
        {
            if (limit is not { } most)
            {
                continue;
            }

            var match = used is null ? Match.Unknown : used <= most ? Match.Yes : Match.No;
            worst = match < worst ? match : worst;
            reasons.Add(used is null ? $"{name} unknown" : $"{used:0.###} of {most:0.###} {name}");
        }

        return Assessment.Of(worst) with { Reason = string.Join(", ", reasons) };
    }

    /// <summary>Every later step has an earlier one before it.</summary>
    public Assessment Before(BeforeRule rule) =>
        Answered(rule.Then, (then, first) => first < then ? Fit(rule.First, first) : Match.No, rule.Within, "nothing before it", $"no {rule.Then.Describe()}");

    /// <summary>A step comes soon after the beginning, or after each occurrence of another.</summary>
    public Assessment Within(WithinRule rule)
    {
        if (rule.After is { } after)
        {
            return Answered(after, (anchor, step) => step > anchor ? Fit(rule.Step, step) : Match.No, rule.Distance, "not answered in time", $"no {after.Describe()}");
        }

        var best = Match.No;
        var found = -1;
        for (var index = 0; index < Steps.Count && best != Match.Yes; index++)
        {
            var fit = Fit(rule.Step, index);
            var near = fit == Match.No ? Match.No : Near(rule.Distance, -1, index);
            var match = fit < near ? fit : near;
            (best, found) = match > best ? (match, index) : (best, found);
        }

        Note(found);
        return At(Assessment.Of(best), found) with { Reason = best == Match.No ? Near(rule.Step) : best == Match.Unknown ? "missing or redacted evidence" : null };
    }

    private Assessment Align(IReadOnlyList<WeightedStep> expected, IReadOnlyList<StepPattern> patterns, bool exact, bool inOrder)
    {
        var fits = new Match[expected.Count * Steps.Count];
        var unknown = false;
        for (var i = 0; i < expected.Count; i++)
        {
            for (var j = 0; j < Steps.Count; j++)
            {
                var fit = Fit(expected[i].Step, j);
                fits[(i * Steps.Count) + j] = fit;
                unknown |= fit == Match.Unknown;
            }
        }

        var weights = new double[expected.Count];
        var total = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            total += weights[i] = expected[i].Weight;
        }

        AlignedSteps Lay(Match least) => inOrder
            ? Alignment.InOrder(weights, Steps.Count, (i, j) => fits[(i * Steps.Count) + j] >= least)
            : Alignment.AnyOrder(weights, Steps.Count, (i, j) => fits[(i * Steps.Count) + j] >= least);

        var low = Lay(Match.Yes);
        var high = unknown ? Lay(Match.Unknown) : low;

        // Each step of the same kinds that serves nothing counts like a missed one of weight 1. A redacted one that serves
        // nothing need not be of these kinds.
        var scope = exact ? Enumerable.Range(0, Steps.Count).Where(index => StepMatcher.InScope(Steps[index], patterns)).ToList() : [];
        double Share(AlignedSteps aligned) => aligned.Weight / (total + scope.Count(index => !aligned.Partners.Contains(index)));
        foreach (var partner in high.Partners)
        {
            Note(partner);
        }

        var share = Share(low);
        var missed = Array.FindIndex(low.Partners, partner => partner < 0);
        return new Assessment(share, Math.Max(share, Share(high)))
        {
            Breadcrumb = share >= 1 ? Steps[low.Partners.Max()].Breadcrumb : null,
            Reason = share >= 1 ? null
                : missed < 0 ? $"all {expected.Count} steps, and {scope.Count - low.Count} more"
                : $"{low.Count} of {expected.Count} steps, without {expected[missed].Step.Describe()}{(exact && scope.Count > low.Count ? $", and {scope.Count - low.Count} more" : "")}",
        };
    }

    // Every anchor needs an answer near enough. Low: every anchor that may be one, answered for sure; high: the other way round.
    private Assessment Answered(StepPattern anchor, Func<int, int, Match> answers, StepDistance? within, string failure, string absent)
    {
        var (worstLow, worstHigh, sure, possible, breaker) = (Match.Yes, Match.Yes, false, false, -1);
        for (var index = 0; index < Steps.Count; index++)
        {
            var fit = Fit(anchor, index);
            if (fit == Match.No)
            {
                continue;
            }

            possible = true;
            sure |= fit == Match.Yes;
            var best = Match.No;
            var partner = -1;
            for (var other = 0; other < Steps.Count && best != Match.Yes; other++)
            {
                var match = answers(index, other);
                var near = match == Match.No || within is null ? match : Near(within, Math.Min(index, other), Math.Max(index, other));
                var both = match < near ? match : near;
                (best, partner) = both > best ? (both, other) : (best, partner);
            }

            Note(index);
            Note(partner);
            breaker = best == Match.Yes || breaker >= 0 ? breaker : index;
            worstLow = best < worstLow ? best : worstLow;
            worstHigh = fit == Match.Yes && best < worstHigh ? best : worstHigh;
        }

        if (!possible)
        {
            return Assessment.Inapplicable(absent);
        }

        return At(new Assessment(worstLow == Match.Yes && sure ? 1 : 0, worstHigh == Match.No ? 0 : 1), breaker) with
        {
            Reason = worstHigh == Match.No ? failure : worstLow != Match.Yes || !sure ? "missing or redacted evidence" : null,
        };
    }

    private Assessment Worst(Func<int, Match> judge)
    {
        var (worst, at) = (Match.Yes, -1);
        for (var index = 0; index < Steps.Count && worst != Match.No; index++)
        {
            var match = judge(index);
            (worst, at) = match < worst ? (match, index) : (worst, at);
        }

        return At(Assessment.Of(worst), at) with { Reason = worst == Match.Unknown ? "missing or redacted evidence" : null };
    }

    private Match Near(StepDistance distance, int from, int to)
    {
        if (distance.Steps is { } steps && to - from > steps)
        {
            return Match.No;
        }

        if (distance.Ms is not { } ms)
        {
            return Match.Yes;
        }

        return Steps[Math.Max(from, 0)].TimeMs is { } start && Steps[to].TimeMs is { } end ? end - start <= ms ? Match.Yes : Match.No : Match.Unknown;
    }

    // A call that follows directly on a failed call of the same tool.
    private int Retries()
    {
        var (count, previous) = (0, (ExecutionStep?)null);
        foreach (var step in Steps)
        {
            if (step.IsCall)
            {
                count += previous is { Failed: true } && previous.Kind == step.Kind && previous.Name == step.Name ? 1 : 0;
                previous = step;
            }
        }

        return count;
    }

    private Match Fit(StepPattern pattern, int index) => StepMatcher.Fit(pattern, Steps[index], facts);

    private void Note(int index)
    {
        if (index >= 0)
        {
            _expected.Add(index);
        }
    }

    private Assessment At(Assessment assessment, int index) => index < 0
        ? assessment
        : assessment with { Breadcrumb = Steps[index].Breadcrumb, Value = Steps[index].Name.Length > 0 ? Steps[index].Name : null };

    // What came closest: the right call with other arguments says more than "nothing".
    private string? Near(StepPattern pattern)
    {
        if (pattern.Kind == StepKind.Fact)
        {
            return null;
        }

        var bare = pattern with { Arguments = null, Result = null, Ok = null };
        var close = Enumerable.Range(0, Steps.Count).FirstOrDefault(index => Fit(bare, index) == Match.Yes, -1);
        return close < 0 ? "it did not happen" : $"breadcrumb {Steps[close].Breadcrumb} comes close: {Steps[close].Name}({Shorten(Steps[close].Arguments?.GetRawText())})";
    }

    private static string Shorten(string? text) => text is null ? "" : text.Length <= 120 ? text : text[..119] + "…";
}
