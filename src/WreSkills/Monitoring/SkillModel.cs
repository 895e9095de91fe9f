using System.Globalization;

using WreSkills.Metrics;

namespace WreSkills.Monitoring;

/// <summary>
/// A modelled skill whose executions can be drawn (DESIGN section 6): a number of patterns drawn evenly, followed with a probability that
/// differs from execution to execution (beta-binomial), independent outcomes, exceptions and false positives, log-normal times.
/// The defaults are the healthy skill that the policy's rules were measured with.
/// </summary>
public sealed record SkillModel
{
    /// <summary>Mean share of patterns followed, 0–1. Default 0.94.</summary>
    public double Fidelity { get; init; } = 0.94;

    /// <summary>Correlation of the patterns within an execution, 0 (independent) to below 1. Default 0.15.</summary>
    public double Correlation { get; init; } = 0.15;

    /// <summary>Fewest patterns of an execution. Default 5.</summary>
    public int FewestPatterns { get; init; } = 5;

    /// <summary>Most patterns of an execution. Default 12.</summary>
    public int MostPatterns { get; init; } = 12;

    /// <summary>Share of correct outcomes, 0–1. Default 0.92.</summary>
    public double Outcome { get; init; } = 0.92;

    /// <summary>Share of exceptions, 0–1. Default 0.01.</summary>
    public double Exceptions { get; init; } = 0.01;

    /// <summary>Share of negatives, 0–1. Default 0.5.</summary>
    public double Negatives { get; init; } = 0.5;

    /// <summary>Share of false positives among negatives, 0–1. Default 0.02.</summary>
    public double FalsePositives { get; init; } = 0.02;

    /// <summary>Mean time as a multiple of the baseline. Default 1.</summary>
    public double Time { get; init; } = 1;

    /// <summary>σ of the logarithm of the time. Default 0.5.</summary>
    public double TimeSpread { get; init; } = 0.5;

    /// <summary>The baseline's mean time in the model, milliseconds.</summary>
    public const double BaselineTimeMs = 100;

    /// <summary>Names of what <see cref="Parse"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = ["fidelity", "correlation", "patterns", "outcome", "exceptions", "negatives", "false_positives", "time", "time_spread"];

    /// <summary>Changes a model by a text such as <c>fidelity=.94,outcome=.92,patterns=5-12</c>.</summary>
    /// <exception cref="WreException">A name is unknown or a value out of range; everything wrong is listed.</exception>
    public static SkillModel Parse(string text, SkillModel? from = null)
    {
        var model = from ?? new SkillModel();
        var problems = new List<string>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (name, value) = part.Split('=', 2) is [var left, var right] ? (left.Trim(), right.Trim()) : (part, "");
            model = model.With(name, value, problems);
        }

        return problems.Count == 0 ? model : throw new WreException("The model cannot be used.", $"name=value pairs of {string.Join(", ", Names)}; for example fidelity=.94,outcome=.92,patterns=5-12", problems);
    }

    /// <summary>Draws one execution.</summary>
    /// <param name="random">Source of randomness; the same seed gives the same executions.</param>
    /// <param name="sequence">Arrival number.</param>
    /// <param name="into">Takes the values in order of arrival; emptied first.</param>
    public void Draw(Random random, long sequence, ICollection<Observation> into)
    {
        into.Clear();
        var patterns = random.Next(FewestPatterns, MostPatterns + 1);
        var probability = Correlation <= 0 || Fidelity is <= 0 or >= 1 ? Fidelity : Beta(random, Fidelity * (1 - Correlation) / Correlation, (1 - Fidelity) * (1 - Correlation) / Correlation);
        var followed = 0;
        for (var pattern = 0; pattern < patterns; pattern++)
        {
            followed += random.NextDouble() < probability ? 1 : 0;
        }

        into.Add(new Observation(sequence, ObservedMetric.Fidelity, (double)followed / patterns));
        into.Add(new Observation(sequence, ObservedMetric.Outcome, random.NextDouble() < Outcome ? 1 : 0));
        if (random.NextDouble() < Negatives)
        {
            into.Add(new Observation(sequence, ObservedMetric.Negative, random.NextDouble() < FalsePositives ? 1 : 0));
        }

        into.Add(new Observation(sequence, ObservedMetric.Time, BaselineTimeMs * Time * Math.Exp((TimeSpread * Normal(random)) - (TimeSpread * TimeSpread / 2))));
        into.Add(new Observation(sequence, ObservedMetric.Exception, random.NextDouble() < Exceptions ? 1 : 0));
    }

    private SkillModel With(string name, string value, List<string> problems)
    {
        if (name == "patterns")
        {
            var ends = value.Split('-');
            if (ends.Length is 1 or 2 && int.TryParse(ends[0], CultureInfo.InvariantCulture, out var fewest) && int.TryParse(ends[^1], CultureInfo.InvariantCulture, out var most) && fewest >= 1 && most >= fewest && most <= 1000)
            {
                return this with { FewestPatterns = fewest, MostPatterns = most };
            }

            problems.Add($"patterns={value}: must be a number or a range such as 5-12");
            return this;
        }

        if (!Names.Contains(name))
        {
            problems.Add($"{name}: is no property of the model");
            return this;
        }

        var limit = name is "time" or "time_spread" ? 100.0 : name == "correlation" ? 0.99 : 1.0;
        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !(number >= 0 && number <= limit))
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"{name}={value}: must be a number from 0 to {limit}"));
            return this;
        }

        return name switch
        {
            "fidelity" => this with { Fidelity = number },
            "correlation" => this with { Correlation = number },
            "outcome" => this with { Outcome = number },
            "exceptions" => this with { Exceptions = number },
            "negatives" => this with { Negatives = number },
            "false_positives" => this with { FalsePositives = number },
            "time" => this with { Time = number },
            _ => this with { TimeSpread = number },
        };
    }

    private static double Beta(Random random, double a, double b)
    {
        var (left, right) = (Gamma(random, a), Gamma(random, b));
        return left + right > 0 ? left / (left + right) : a / (a + b);
    }

    // Marsaglia and Tsang (2000); shapes below 1 by their note on boosting.
    private static double Gamma(Random random, double shape)
    {
        if (shape < 1)
        {
            return Gamma(random, shape + 1) * Math.Pow(1 - random.NextDouble(), 1 / shape);
        }

        var d = shape - (1.0 / 3);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = Normal(random);
            var v = 1 + (c * x);
            if (v <= 0)
            {
                continue;
            }

            v = v * v * v;
            if (Math.Log(1 - random.NextDouble()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }

    // Box and Muller (1958).
    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
