namespace WreSkills.Skills;

/// <summary>What must hold for an expected pattern to count as followed; <c>docs/reference/patterns.md</c> shows every kind.</summary>
public abstract record PatternRule
{
    /// <summary>The key under which the kind is written, such as <c>sequence</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>The rules inside this one.</summary>
    public virtual IReadOnlyList<PatternRule> Inner => [];

    /// <summary>The steps that this rule speaks of, without those of inner rules.</summary>
    public virtual IReadOnlyList<StepPattern> Steps => [];

    /// <summary>In a few words; the pattern's name when it was given none.</summary>
    public abstract string Describe();

    /// <summary>This rule and all inside it.</summary>
    internal IEnumerable<PatternRule> SelfAndInner() => Inner.SelectMany(rule => rule.SelfAndInner()).Prepend(this);
}

/// <summary>A comparison of a fact in its shortest form, <c>name=value</c>.</summary>
/// <param name="Condition">The comparison.</param>
public sealed record ConditionRule(PatternCondition Condition) : PatternRule
{
    /// <inheritdoc />
    public override string Kind => "fact";

    /// <inheritdoc />
    public override string Describe() => Condition.ToString();
}

/// <summary>A fact whose value is matched: one of a list, a range, a regular expression, a JSON Schema.</summary>
/// <param name="Fact">The fact's name.</param>
/// <param name="Value">What its value must be.</param>
public sealed record FactRule(string Fact, ValuePattern Value) : PatternRule
{
    /// <inheritdoc />
    public override string Kind => "fact";

    /// <inheritdoc />
    public override string Describe() => $"{Fact} {Value.Describe()}";
}

/// <summary>A step that must have happened at least once.</summary>
/// <param name="Step">The step.</param>
public sealed record StepRule(StepPattern Step) : PatternRule
{
    /// <inheritdoc />
    public override string Kind => "step";

    /// <inheritdoc />
    public override IReadOnlyList<StepPattern> Steps => [Step];

    /// <inheritdoc />
    public override string Describe() => Step.Describe();
}

/// <summary>A step of a list with its weight.</summary>
/// <param name="Step">The step.</param>
/// <param name="Weight">How much it counts, above 0. Default 1.</param>
public sealed record WeightedStep(StepPattern Step, double Weight);

/// <summary>Steps in an order: scored by the weighted longest common subsequence.</summary>
/// <param name="Expected">The steps in order.</param>
/// <param name="Exact">True when nothing else of the same kinds may stand between them.</param>
public sealed record SequenceRule(IReadOnlyList<WeightedStep> Expected, bool Exact) : PatternRule
{
    /// <inheritdoc />
    public override string Kind => "sequence";

    /// <inheritdoc />
    public override IReadOnlyList<StepPattern> Steps { get; } = [.. Expected.Select(item => item.Step)];

    /// <inheritdoc />
    public override string Describe() => (Exact ? "exactly " : "") + string.Join(" → ", Steps.Select(step => step.Describe()));
}

/// <summary>Steps in any order: scored by the heaviest matching in which each step of the run serves one expected step.</summary>
/// <param name="Expected">The steps.</param>
/// <param name="Exact">True when there may be no other step of the same kinds.</param>
public sealed record SetRule(IReadOnlyList<WeightedStep> Expected, bool Exact) : PatternRule
{
    /// <inheritdoc />
    public override string Kind => "set";

    /// <inheritdoc />
    public override IReadOnlyList<StepPattern> Steps { get; } = [.. Expected.Select(item => item.Step)];

    /// <inheritdoc />
    public override string Describe() => (Exact ? "exactly " : "") + "{" + string.Join(", ", Steps.Select(step => step.Describe())) + "}";
}

/// <summary>How often a step happens.</summary>
/// <param name="Step">The step.</param>
/// <param name="Min">At least. Default 0 when a maximum is given, else 1.</param>
/// <param name="Max">At most; null for no limit.</param>
public sealed record CountRule(StepPattern Step, int Min, int? Max) : PatternRule
{
    /// <inheritdoc />
    public override string Kind => "count";

    /// <inheritdoc />
    public override IReadOnlyList<StepPattern> Steps => [Step];

    /// <inheritdoc />
    public override string Describe() => $"{Step.Describe()} × {(Max == Min ? $"{Min}" : Max is { } max ? $"{Min}–{max}" : $"{Min} or more")}";
}

/// <summary>A step that must not happen; a critical one is a veto.</summary>
/// <param name="Step">The step.</param>
public sealed record ForbidRule(StepPattern Step) : PatternRule
{
    /// <inheritdoc />
    public override string Kind => "forbid";

    /// <inheritdoc />
    public override IReadOnlyList<StepPattern> Steps => [Step];

    /// <inheritdoc />
    public override string Describe() => $"never {Step.Describe()}";
}

/// <summary>How far two steps may lie apart; at least one limit is given.</summary>
/// <param name="Steps">In steps: 1 is the next one; null for no limit.</param>
/// <param name="Ms">In milliseconds by the steps' own times; null for no limit.</param>
public sealed record StepDistance(int? Steps, double? Ms)
{
    /// <summary>Such as <c>within 3 steps</c>.</summary>
    public string Describe() => "within " + string.Join(" and ", new[] { Steps is { } steps ? $"{steps} steps" : null, Ms is { } ms ? $"{ms:0.###} ms" : null }.OfType<string>());
}

/// <summary>Every <c>then</c> has a <c>first</c> before it; not applicable without a <c>then</c>.</summary>
/// <param name="First">The earlier step.</param>
/// <param name="Then">The later step.</param>
/// <param name="Within">How far back the earlier one may lie; null for anywhere before.</param>
public sealed record BeforeRule(StepPattern First, StepPattern Then, StepDistance? Within) : PatternRule
{
    /// <inheritdoc />
    public override string Kind => "before";

    /// <inheritdoc />
    public override IReadOnlyList<StepPattern> Steps => [First, Then];

    /// <inheritdoc />
    public override string Describe() => $"{First.Describe()} before {Then.Describe()}{(Within is null ? "" : " " + Within.Describe())}";
}

/// <summary>A step happens early: within a distance of the run's beginning, or of every <c>after</c> (not applicable without one).</summary>
/// <param name="Step">The step.</param>
/// <param name="After">What it answers; null for the run's beginning.</param>
/// <param name="Distance">How far away it may be.</param>
public sealed record WithinRule(StepPattern Step, StepPattern? After, StepDistance Distance) : PatternRule
{
    /// <inheritdoc />
    public override string Kind => "within";

    /// <inheritdoc />
    public override IReadOnlyList<StepPattern> Steps => After is null ? [Step] : [Step, After];

    /// <inheritdoc />
    public override string Describe() => $"{Step.Describe()} {Distance.Describe()}{(After is null ? "" : $" after {After.Describe()}")}";
}

/// <summary>When <c>if</c> holds, <c>then</c> must; otherwise <c>else</c> must, or the pattern does not apply.</summary>
/// <param name="If">The condition.</param>
/// <param name="Then">What must hold if it does.</param>
/// <param name="Else">What must hold if it does not; null for nothing.</param>
public sealed record IfRule(PatternRule If, PatternRule Then, PatternRule? Else) : PatternRule
{
    /// <inheritdoc />
    public override string Kind => "if";

    /// <inheritdoc />
    public override IReadOnlyList<PatternRule> Inner => Else is null ? [If, Then] : [If, Then, Else];

    /// <inheritdoc />
    public override string Describe() => $"if {If.Describe()} then {Then.Describe()}{(Else is null ? "" : $" else {Else.Describe()}")}";
}

/// <summary>At least one of several rules holds; the best one is the score.</summary>
/// <param name="Rules">The alternatives.</param>
public sealed record AnyOfRule(IReadOnlyList<PatternRule> Rules) : PatternRule
{
    /// <inheritdoc />
    public override string Kind => "any_of";

    /// <inheritdoc />
    public override IReadOnlyList<PatternRule> Inner => Rules;

    /// <inheritdoc />
    public override string Describe() => string.Join(" or ", Rules.Select(rule => rule.Describe()));
}

/// <summary>No call of a tool, command or skill outside an allow-list.</summary>
/// <param name="Allowed">The allow-list.</param>
public sealed record OnlyRule(IReadOnlyList<StepPattern> Allowed) : PatternRule
{
    /// <inheritdoc />
    public override string Kind => "only";

    /// <inheritdoc />
    public override IReadOnlyList<StepPattern> Steps => Allowed;

    /// <inheritdoc />
    public override string Describe() => "only " + (Allowed.Count == 0 ? "nothing" : string.Join(", ", Allowed.Select(step => step.Describe())));
}

/// <summary>Limits that the whole run keeps; at least one is given.</summary>
/// <param name="MaxSteps">Calls of tools, commands and skills.</param>
/// <param name="MaxTokens">Tokens, in and out.</param>
/// <param name="MaxTimeMs">Milliseconds.</param>
/// <param name="MaxRetries">Calls that repeat a call that had just failed.</param>
public sealed record BudgetRule(int? MaxSteps, long? MaxTokens, double? MaxTimeMs, int? MaxRetries) : PatternRule
{
    /// <inheritdoc />
    public override string Kind => "budget";

    /// <inheritdoc />
    public override string Describe() => "at most " + string.Join(", ", new[]
    {
        MaxSteps is { } steps ? $"{steps} steps" : null,
        MaxTokens is { } tokens ? $"{tokens} tokens" : null,
        MaxTimeMs is { } time ? $"{time:0.###} ms" : null,
        MaxRetries is { } retries ? $"{retries} retries" : null,
    }.OfType<string>());
}

/// <summary>A question that a model answers with yes or no; open until a judge was asked.</summary>
/// <param name="Question">The question; yes is followed.</param>
public sealed record JudgeRule(string Question) : PatternRule
{
    /// <inheritdoc />
    public override string Kind => "judge";

    /// <inheritdoc />
    public override string Describe() => Question;
}
