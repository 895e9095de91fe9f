using System.Globalization;

namespace WreSkills.Monitoring;

/// <summary>
/// Compares an execution with the skill's own history by robust statistics, which a few odd executions among the history do not
/// move: median and median absolute deviation (Hampel 1974; limits after Iglewicz and Hoaglin 1993); pure.
/// </summary>
public static class AnomalyDetector
{
    /// <summary>Executions of the history that are kept.</summary>
    public const int Kept = 200;

    /// <summary>Fewer executions are no history.</summary>
    public const int Least = 30;

    /// <summary>Robust standard deviations from the median at which a figure is an anomaly.</summary>
    public const double Limit = 4.5;

    /// <summary>Names of tools that are looked at per execution.</summary>
    public const int MostTools = 50;

    // A pattern that was followed at least this often is part of what the skill usually does.
    private const double Usually = 0.95;
    private const double MadToDeviation = 1.4826;
    private const double MeanToDeviation = 1.253314;

    /// <summary>Compares.</summary>
    /// <param name="executionId">The execution.</param>
    /// <param name="at">When it ran, ISO 8601.</param>
    /// <param name="features">What it was like.</param>
    /// <param name="history">Earlier executions of the skill, oldest first; those of the same version are taken when they are enough.</param>
    public static IReadOnlyList<Anomaly> Detect(string executionId, string at, ExecutionFeatures features, IReadOnlyList<ExecutionFeatures> history)
    {
        var same = history.Where(one => one.Version == features.Version).ToList();
        var compared = same.Count >= Least ? same : history;
        var anomalies = new List<Anomaly>();
        void Add(string kind, double? figure, double? typical, int count, string sentence) =>
            anomalies.Add(new Anomaly { ExecutionId = executionId, At = at, Kind = kind, Figure = figure, Typical = typical, History = count, Sentence = sentence });

        // Times and tokens spread by factors, so their logarithms are compared; steps are small counts.
        Number("latency", "It took", "ms", features.TimeMs, compared.Select(one => one.TimeMs), Math.Log2);
        Number("tokens", "It used", "tokens", features.Tokens, compared.Select(one => (double?)one.Tokens), Math.Log2);
        Number("steps", "It made", "calls", features.Steps, compared.Select(one => (double?)one.Steps), value => 2 * Math.Sqrt(value + 0.375));
        Tools();
        Patterns();
        return anomalies;

        void Number(string kind, string said, string unit, double? figure, IEnumerable<double?> values, Func<double, double> scale)
        {
            var known = values.OfType<double>().ToList();
            if (figure is not { } value || known.Count < Least)
            {
                return;
            }

            var scaled = known.ConvertAll(one => scale(Math.Max(one, kind == "steps" ? 0 : 1)));
            var (centre, deviation) = Spread(scaled);
            var typical = Median(known);
            var distance = Math.Abs(scale(Math.Max(value, kind == "steps" ? 0 : 1)) - centre);

            // Of a figure that is always the same, anything else is news.
            if (deviation > 0 ? distance > Limit * deviation : distance > 1e-9)
            {
                Add(kind, value, typical, known.Count, $"{said} {Text(value)} {unit}; {Text(typical)} are usual ({known.Count} executions).");
            }
        }

        void Tools()
        {
            var calling = compared.Where(one => one.Steps is not null).ToList();
            if (calling.Count < Least)
            {
                return;
            }

            var known = calling.SelectMany(one => one.Tools).ToHashSet();
            foreach (var tool in features.Tools.Where(tool => !known.Contains(tool)))
            {
                Add("new_tool", null, null, calling.Count, $"It called {tool}, which none of {calling.Count} executions did.");
            }
        }

        void Patterns()
        {
            foreach (var pattern in features.Missed)
            {
                var (followed, missed) = (compared.Count(one => one.Followed.Contains(pattern)), compared.Count(one => one.Missed.Contains(pattern)));
                if (followed + missed >= Least && followed >= Usually * (followed + missed))
                {
                    Add("pattern_mix", 0, (double)followed / (followed + missed), followed + missed, $"It missed {pattern}, which {followed} of {followed + missed} executions followed.");
                }
            }
        }
    }

    /// <summary>Median and robust standard deviation.</summary>
    internal static (double Centre, double Deviation) Spread(IReadOnlyList<double> values)
    {
        var centre = Median(values);
        var distances = values.Select(value => Math.Abs(value - centre)).ToList();

        // When more than half of the values are the same, the median distance is 0 and the mean one speaks.
        return Median(distances) is var mad and > 0 ? (centre, mad * MadToDeviation) : (centre, distances.Average() * MeanToDeviation);
    }

    private static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }

    private static string Text(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
