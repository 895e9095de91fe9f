using WreSkills.Metrics;
using WreSkills.Policy;

namespace WreSkills.Monitoring;

/// <summary>A rollback that a policy would have made.</summary>
/// <param name="Version">Label of the version; empty for a model.</param>
/// <param name="Execution">Execution of the stay or of the run at which it fired, from 1.</param>
/// <param name="Sequence">Arrival number at which it fired.</param>
/// <param name="Reason">Why.</param>
/// <param name="Metric">The figure.</param>
public sealed record SimulatedRollback(string Version, long Execution, long Sequence, string Reason, string Metric);

/// <summary>What a policy would have done.</summary>
public sealed record SimulationResult
{
    /// <summary>Executions replayed or drawn before any change.</summary>
    public long Executions { get; init; }

    /// <summary>Rollbacks among them.</summary>
    public long Rollbacks { get; init; }

    /// <summary>Reasons and how often.</summary>
    public IReadOnlyDictionary<string, int> Reasons { get; init; } = new Dictionary<string, int>();

    /// <summary>The first of them.</summary>
    public IReadOnlyList<SimulatedRollback> First { get; init; } = [];

    /// <summary>Executions from a change to the rollback, one a run, in ascending order; empty without a change.</summary>
    public IReadOnlyList<int> Delays { get; init; } = [];

    /// <summary>Runs in which the change was not found within the span.</summary>
    public int Missed { get; init; }

    /// <summary>Mean number of executions between rollbacks; null when there was none.</summary>
    public double? MeanBetween => Rollbacks == 0 ? null : (double)Executions / Rollbacks;

    /// <summary>95 % interval of the mean number of executions between rollbacks, rollbacks being a Poisson process; infinity where there was none.</summary>
    public (double Low, double High) Interval
    {
        get
        {
            // Byar's approximation of the exact Poisson limits (Rothman and Boice 1979).
            const double z = 1.959963984540054;
            double Limit(double count, double sign) => count <= 0 ? 0 : count * Math.Pow(1 - (1 / (9 * count)) + (sign * z / (3 * Math.Sqrt(count))), 3);
            return (Executions / Limit(Rollbacks + 1, 1), Rollbacks == 0 ? double.PositiveInfinity : Executions / Limit(Rollbacks, -1));
        }
    }

    /// <summary>The delay that a share of the runs does not exceed, runs that missed the change counting as endless; null when it is among those, or without runs.</summary>
    public int? Delay(double share)
    {
        var index = (int)Math.Ceiling(share * (Delays.Count + Missed)) - 1;
        return index >= 0 && index < Delays.Count ? Delays[index] : null;
    }
}

/// <summary>
/// Replays executions through the very triggers that watch a version, and counts what they would have done. As after a real rollback
/// the windows begin anew each time.
/// </summary>
public static class PolicySimulation
{
    private const int MostListed = 100;

    /// <summary>Draws executions of a model.</summary>
    /// <param name="policy">The rules.</param>
    /// <param name="model">The skill.</param>
    /// <param name="executions">How many.</param>
    /// <param name="seed">The same seed gives the same executions.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static SimulationResult Run(PromotionPolicy policy, SkillModel model, long executions, int seed, CancellationToken cancellationToken = default)
    {
        var random = new Random(seed);
        var tally = new Tally(policy, SkillModel.BaselineTimeMs);
        var drawn = new List<Observation>(5);
        for (long execution = 1; execution <= executions; execution++)
        {
            if ((execution & 0xFFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            model.Draw(random, execution, drawn);
            foreach (var observation in drawn)
            {
                if (tally.Observe(observation, "", execution))
                {
                    break;
                }
            }
        }

        return tally.Result(executions);
    }

    /// <summary>Measures how long a change takes to be found: healthy executions first, then changed ones until the rollback.</summary>
    /// <param name="policy">The rules.</param>
    /// <param name="before">The skill before the change.</param>
    /// <param name="after">The skill after it.</param>
    /// <param name="healthy">Executions before the change.</param>
    /// <param name="most">Executions after it at most.</param>
    /// <param name="runs">How often.</param>
    /// <param name="seed">The same seed gives the same executions.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static SimulationResult Delays(PromotionPolicy policy, SkillModel before, SkillModel after, int healthy, int most, int runs, int seed, CancellationToken cancellationToken = default)
    {
        var delays = new List<int>();
        var reasons = new Dictionary<string, int>();
        var missed = 0;
        var drawn = new List<Observation>(5);
        for (var run = 0; run < runs; run++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var random = new Random(seed + run);
            var tally = new Tally(policy, SkillModel.BaselineTimeMs);
            for (var execution = 1; execution <= healthy; execution++)
            {
                // A false alarm before the change begins the windows anew, like every rollback.
                before.Draw(random, execution, drawn);
                _ = drawn.Exists(observation => tally.Observe(observation, "", execution));
            }

            tally = tally.Next();
            int? found = null;
            for (var execution = 1; execution <= most && found is null; execution++)
            {
                after.Draw(random, healthy + execution, drawn);
                found = drawn.Exists(observation => tally.Observe(observation, "", execution)) ? execution : null;
            }

            missed += found is null ? 1 : 0;
            if (found is { } delay)
            {
                delays.Add(delay);
                var reason = tally.Result(0).Reasons.Keys.First();
                reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
            }
        }

        delays.Sort();
        return new SimulationResult { Delays = delays, Missed = missed, Reasons = reasons };
    }

    /// <summary>Replays what was recorded of stays in production.</summary>
    /// <param name="policy">The rules.</param>
    /// <param name="database">The recorded history.</param>
    /// <param name="stays">The stays with the mean time frozen at promotion.</param>
    public static SimulationResult Replay(PromotionPolicy policy, MetricsDatabase database, IEnumerable<(StateStay Stay, double? BaselineTimeMs)> stays)
    {
        Tally? tally = null;
        var executions = 0L;
        var arrivals = new List<Observation>();
        foreach (var (stay, baseline) in stays)
        {
            tally = tally?.Next(baseline) ?? new Tally(policy, baseline);
            var skip = 0L;
            var counts = new long[Enum.GetValues<ObservedMetric>().Length];
            for (var position = 0L; position < long.MaxValue;)
            {
                position = database.ReadArrivals(stay, position, arrivals);
                foreach (var observation in arrivals)
                {
                    counts[(int)observation.Metric]++;
                    if (observation.Sequence != skip && tally.Observe(observation, stay.Version, counts.Max()))
                    {
                        skip = observation.Sequence;
                    }
                }
            }

            executions += database.ExecutionsOf(stay);
        }

        return tally?.Result(executions) ?? new SimulationResult();
    }

    /// <summary>The state of a version under watch, and what became of it.</summary>
    private sealed class Tally(PromotionPolicy policy, double? baselineTimeMs)
    {
        private readonly Dictionary<string, int> _reasons = [];
        private readonly List<SimulatedRollback> _first = [];
        private WatchState _state = new(policy, baselineTimeMs);
        private long _rollbacks;

        public bool Observe(Observation observation, string version, long execution)
        {
            _state.Observe(observation);
            if (_state.Acting() == TriggerSet.None)
            {
                return false;
            }

            var fired = RollbackTrigger.Evaluate(_state, policy).First(trigger => trigger is { Verdict: Verdict.Fail, Action: TriggerAction.Rollback, IsConfirmed: true });
            _rollbacks++;
            _reasons[fired.Reason] = _reasons.GetValueOrDefault(fired.Reason) + 1;
            if (_first.Count < MostListed)
            {
                _first.Add(new SimulatedRollback(version, execution, observation.Sequence, fired.Reason, fired.Metric));
            }

            _state = new WatchState(policy, baselineTimeMs);
            return true;
        }

        /// <summary>The same state with nothing counted yet.</summary>
        public Tally Next() => new(policy, baselineTimeMs) { _state = _state };

        /// <summary>The same counts with a new state, for another stay.</summary>
        public Tally Next(double? otherBaselineTimeMs)
        {
            var next = new Tally(policy, otherBaselineTimeMs) { _rollbacks = _rollbacks };
            next._first.AddRange(_first);
            foreach (var (reason, count) in _reasons)
            {
                next._reasons[reason] = count;
            }

            return next;
        }

        public SimulationResult Result(long executions) => new() { Executions = executions, Rollbacks = _rollbacks, Reasons = _reasons, First = _first };
    }
}
