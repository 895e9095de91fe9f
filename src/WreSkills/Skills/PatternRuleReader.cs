using System.Globalization;

using WreSkills.Storage;

namespace WreSkills.Skills;

/// <summary>Reads one rule of the pattern language; everything wrong with it is reported with its line, and then there is no rule.</summary>
/// <param name="report">Told the line and what is wrong there.</param>
internal sealed class PatternRuleReader(Action<int, string> report)
{
    /// <summary>The keys of which a rule has exactly one.</summary>
    public static readonly string[] Kinds = ["pattern", "step", "fact", "sequence", "set", "count", "forbid", "before", "within", "if", "any_of", "only", "budget", "judge"];

    private const int MaxDepth = 8;
    private const int MaxSteps = 100;
    private const int MaxQuestion = 1000;
    private readonly StepPatternReader _steps = new(report);

    /// <summary>Reads a rule: a text in the shortest form, or a mapping with the key of one kind.</summary>
    /// <param name="node">The rule.</param>
    /// <param name="depth">How many rules it stands in; at 0 other keys may stand beside the kind's.</param>
    public PatternRule? Read(YamlNode node, int depth)
    {
        if (depth > MaxDepth)
        {
            return Fail(node.Line, $"rules are nested deeper than {MaxDepth} levels");
        }

        if (node is YamlScalar { IsNull: false } text)
        {
            return Condition(text.Text, text.Line);
        }

        if (node is not YamlMapping mapping)
        {
            return Fail(node.Line, "a pattern is a text such as name=value, or a mapping with one of " + string.Join(", ", Kinds));
        }

        var kinds = mapping.Entries.Where(entry => Kinds.Contains(entry.Key)).ToList();
        if (kinds.Count != 1)
        {
            return Fail(mapping.Line, kinds.Count == 0
                ? $"no kind of pattern: one of {string.Join(", ", Kinds)} is needed{Near(mapping)}"
                : $"a pattern has one kind, here are {string.Join(" and ", kinds.Select(entry => entry.Key))}");
        }

        var (kind, value) = kinds[0];
        foreach (var (key, unknown) in mapping.Entries)
        {
            if (depth > 0 && key != kind && !(kind == "if" && key is ("then" or "else")))
            {
                return Fail(unknown.Line, $"'{key}' does not belong to a pattern of kind {kind}");
            }
        }

        return kind switch
        {
            "pattern" => value is YamlScalar condition ? Condition(condition.Text, condition.Line) : Fail(value.Line, "pattern must be a text such as name=value"),
            "step" => Step(value) is { } step ? new StepRule(step) : null,
            "fact" => _steps.Fact(value),
            "sequence" => List(value, kind, "order", "in_order", "exact") is var (items, exact) ? new SequenceRule(items, exact) : null,
            "set" => List(value, kind, "extra", "allowed", "forbidden") is var (items, exact) ? new SetRule(items, exact) : null,
            "count" => Count(value),
            "forbid" => Step(value) is { } step ? new ForbidRule(step) : null,
            "before" => Before(value),
            "within" => Within(value),
            "if" => If(mapping, depth),
            "any_of" => AnyOf(value, depth),
            "only" => Only(value),
            "budget" => Budget(value),
            _ => Judge(value),
        };
    }

    private ConditionRule? Condition(string text, int line)
    {
        if (PatternCondition.TryParse(text, out var condition, out var problem))
        {
            return new ConditionRule(condition!);
        }

        Fail(line, problem!);
        return null;
    }

    private StepPattern? Step(YamlNode node) => _steps.Read(node, "");

    // A list of steps, or a mapping with `steps` and how strictly it is meant.
    private (IReadOnlyList<WeightedStep> Items, bool Exact)? List(YamlNode node, string kind, string option, string lenient, string strict)
    {
        var exact = false;
        var list = node as YamlSequence;
        if (node is YamlMapping mapping)
        {
            list = mapping["steps"] as YamlSequence;
            var chosen = mapping.Text(option) ?? lenient;
            exact = chosen == strict;
            if (chosen != strict && chosen != lenient)
            {
                Fail(mapping.Line, $"{option} is '{chosen}'; it must be {lenient} or {strict}");
                return null;
            }

            if (!_steps.Known(mapping, "steps", option))
            {
                return null;
            }
        }

        if (list is not { Items.Count: > 0 and <= MaxSteps })
        {
            Fail(node.Line, $"{kind} needs a list of 1 to {MaxSteps} steps");
            return null;
        }

        var items = new List<WeightedStep>();
        foreach (var item in list.Items)
        {
            if (_steps.Read(item, "weight") is { } step && Weight(item) is { } weight)
            {
                items.Add(new WeightedStep(step, weight));
            }
        }

        return items.Count == list.Items.Count ? (items, exact) : null;
    }

    private double? Weight(YamlNode item)
    {
        if ((item as YamlMapping)?.Text("weight") is not { } text)
        {
            return 1;
        }

        if (Number(text) is { } weight and > 0 and <= 1000)
        {
            return weight;
        }

        Fail(item.Line, $"weight '{text}' must be a number above 0 and at most 1000");
        return null;
    }

    private CountRule? Count(YamlNode node)
    {
        if (node is not YamlMapping mapping || mapping["step"] is not { } inner || !_steps.Known(mapping, "step", "min", "max"))
        {
            Fail(node.Line, "count needs a step and min, max or both");
            return null;
        }

        if (!Limit(mapping, "max", out int? max) || !Limit(mapping, "min", out int? min) || Step(inner) is not { } step)
        {
            return null;
        }

        if (max < min)
        {
            Fail(mapping.Line, $"max {max} is below min {min}");
            return null;
        }

        return new CountRule(step, min ?? (max is null ? 1 : 0), max);
    }

    private BeforeRule? Before(YamlNode node)
    {
        if (node is not YamlMapping mapping || mapping["first"] is not { } first || mapping["then"] is not { } then || !_steps.Known(mapping, "first", "then", "within"))
        {
            Fail(node.Line, "before needs first and then, and may have within");
            return null;
        }

        StepDistance? within = null;
        if (mapping["within"] is { } limit && (within = Distance(limit)) is null)
        {
            return null;
        }

        return Step(first) is { } earlier && Step(then) is { } later ? new BeforeRule(earlier, later, within) : null;
    }

    private WithinRule? Within(YamlNode node)
    {
        if (node is not YamlMapping mapping || mapping["step"] is not { } inner || !_steps.Known(mapping, "step", "after", "steps", "ms"))
        {
            Fail(node.Line, "within needs a step and steps, ms or both, and may have after");
            return null;
        }

        var after = mapping["after"] is { } anchor ? Step(anchor) : null;
        return Distance(mapping) is { } distance && Step(inner) is { } step && (mapping["after"] is null || after is not null) ? new WithinRule(step, after, distance) : null;
    }

    private StepDistance? Distance(YamlNode node)
    {
        if (node is YamlMapping mapping && Limit(mapping, "steps", out int? steps) && Limit(mapping, "ms", out double? ms))
        {
            if (steps > 0 || ms > 0)
            {
                return new StepDistance(steps, ms);
            }
        }

        Fail(node.Line, "a distance needs steps (from 1), ms (above 0) or both");
        return null;
    }

    private IfRule? If(YamlMapping mapping, int depth)
    {
        if (mapping["then"] is not { } then)
        {
            Fail(mapping.Line, "if needs a then beside it");
            return null;
        }

        var (condition, consequence) = (Read(mapping["if"]!, depth + 1), Read(then, depth + 1));
        var otherwise = mapping["else"] is { } node ? Read(node, depth + 1) : null;
        return condition is null || consequence is null || (mapping["else"] is not null && otherwise is null) ? null : new IfRule(condition, consequence, otherwise);
    }

    private AnyOfRule? AnyOf(YamlNode node, int depth)
    {
        if (node is not YamlSequence { Items.Count: >= 2 and <= MaxSteps } list)
        {
            Fail(node.Line, $"any_of needs a list of 2 to {MaxSteps} patterns");
            return null;
        }

        var rules = list.Items.Select(item => Read(item, depth + 1)).OfType<PatternRule>().ToList();
        return rules.Count == list.Items.Count ? new AnyOfRule(rules) : null;
    }

    private OnlyRule? Only(YamlNode node)
    {
        if (node is not YamlSequence { Items.Count: <= MaxSteps } list)
        {
            Fail(node.Line, $"only needs a list of at most {MaxSteps} steps");
            return null;
        }

        var allowed = list.Items.Select(Step).OfType<StepPattern>().ToList();
        if (allowed.Exists(step => step.Kind is StepKind.Fact or StepKind.Message))
        {
            Fail(node.Line, "only speaks of calls: tools, commands and skills");
            return null;
        }

        return allowed.Count == list.Items.Count ? new OnlyRule(allowed) : null;
    }

    private BudgetRule? Budget(YamlNode node)
    {
        if (node is not YamlMapping { Entries.Count: > 0 } mapping || !_steps.Known(mapping, "steps", "tokens", "time_ms", "retries"))
        {
            Fail(node.Line, "budget needs one or more of steps, tokens, time_ms and retries");
            return null;
        }

        return Limit(mapping, "steps", out int? steps) && Limit(mapping, "tokens", out long? tokens) && Limit(mapping, "time_ms", out double? time) && Limit(mapping, "retries", out int? retries)
            ? new BudgetRule(steps, tokens, time, retries)
            : null;
    }

    private JudgeRule? Judge(YamlNode node)
    {
        if (node is YamlScalar { IsNull: false, Text.Length: > 0 and <= MaxQuestion } question)
        {
            return new JudgeRule(question.Text.Trim());
        }

        Fail(node.Line, $"judge needs one yes/no question of at most {MaxQuestion} characters");
        return null;
    }

    private bool Limit<T>(YamlMapping mapping, string key, out T? value)
        where T : struct, System.Numerics.INumber<T>
    {
        value = null;
        if (mapping[key] is null)
        {
            return true;
        }

        if (T.TryParse(mapping.Text(key), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && T.IsFinite(number) && number >= T.Zero)
        {
            value = number;
            return true;
        }

        Fail(mapping[key]!.Line, $"{key} is '{mapping.Text(key)}'; it must be a number from 0");
        return false;
    }

    // `tool: x` at the top is a step whose `step:` was forgotten.
    private static string Near(YamlMapping mapping) =>
        mapping.Entries.FirstOrDefault(entry => StepPatternReader.Kinds.Contains(entry.Key)) is { Key: { } key } ? $"; did you mean `step: {{{key}: …}}`?" : "";

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;

    private PatternRule? Fail(int line, string problem)
    {
        report(line, problem);
        return null;
    }
}
