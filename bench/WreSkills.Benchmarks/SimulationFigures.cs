using System.Globalization;

using WreSkills.Monitoring;
using WreSkills.Policy;

namespace WreSkills.Benchmarks.Speed;

/// <summary>
/// False alarms and delays of the rules on the modelled healthy skill of DESIGN section 6, by the same simulation as
/// <c>wre policy simulate</c>. Argument: millions of executions per policy and thread (default 10).
/// </summary>
internal static class SimulationFigures
{
    private const int Runs = 4000;

    public static int Run(string[] arguments)
    {
        var millions = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 10;
        var policy = new PromotionPolicy();
        (string Name, PromotionPolicy Policy, long Executions)[] policies =
        [
            ("literal, default policy", policy, 1_000_000),
            ("literal, exceptions without a minimum", policy with { Triggers = policy.Triggers with { ExceptionMinimum = 1 } }, 1_000_000),
            ("guard confirm, limit 1,000", policy with { Guard = new GuardRules { Mode = GuardMode.Confirm } }, millions * 1_000_000L),
        ];
        var threads = Environment.ProcessorCount;
        Console.WriteLine($"healthy skill, {threads} seeds each");
        foreach (var (name, one, executions) in policies)
        {
            var results = Enumerable.Range(1, threads).AsParallel().WithDegreeOfParallelism(threads).Select(seed => PolicySimulation.Run(one, new SkillModel(), executions, seed)).ToList();
            var all = new SimulationResult { Executions = results.Sum(result => result.Executions), Rollbacks = results.Sum(result => result.Rollbacks) };
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-40} {all.Executions,12:N0} executions  {all.Rollbacks,9:N0} rollbacks  one in {all.MeanBetween ?? double.NaN:N0} ({all.Interval.Low:N0} to {all.Interval.High:N0})"));
        }

        Console.WriteLine($"after 200 healthy executions, {Runs:N0} runs");
        foreach (var change in (string[])["fidelity=.75", "outcome=.6", "exceptions=.2", "false_positives=.3", "time=4", "fidelity=.75,outcome=.7"])
        {
            foreach (var (name, one, _) in policies.Where(item => item.Name != "literal, exceptions without a minimum"))
            {
                var result = PolicySimulation.Delays(one, new SkillModel(), SkillModel.Parse(change), 200, 1000, Runs, 1);
                Console.WriteLine($"{change,-26} {name,-28} median {result.Delay(0.5)?.ToString(CultureInfo.InvariantCulture) ?? "–",4}  90 % within {result.Delay(0.9)?.ToString(CultureInfo.InvariantCulture) ?? "–",4}  missed {result.Missed}");
            }
        }

        return 0;
    }
}
