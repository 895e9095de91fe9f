using System.Diagnostics;

using WreSkills.SshCases;

namespace WreSkills.Benchmarks.Speed;

/// <summary>Answers N cases as ssh-keygen does, and measures what one verification takes.</summary>
internal static class SshSignatureSpeed
{
    private const int Rounds = 21;
    private const int PerRound = 100;

    public static int Run(string[] arguments)
    {
        var count = arguments is [var first, ..] ? int.Parse(first) : 10_000;
        var seed = arguments is [_, var second, ..] ? int.Parse(second) : 1;
        if (SshKeygenOracle.Program is null)
        {
            Console.Error.WriteLine("ssh-keygen is not installed (Debian: openssh-client)");
            return 1;
        }

        var generator = new SshCaseGenerator(seed);
        var start = Stopwatch.GetTimestamp();
        var cases = generator.Generate(count).ToList();
        var agreement = SshAgreement.Compare(cases);
        Console.WriteLine($"{count:N0} cases, seed {seed}, {cases.Select(item => item.Mutation).Distinct().Count()} mutations, {SshKeygenOracle.Version()}, {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s");
        Console.WriteLine($"both accept {agreement.BothAccept:N0}, both refuse {agreement.BothRefuse:N0}, stricter on purpose {agreement.Stricter.Values.Sum():N0}, disagreements {agreement.Disagreements.Count:N0}");
        foreach (var (reason, number) in agreement.Stricter)
        {
            Console.WriteLine($"  stricter: {reason}: {number}");
        }

        foreach (var disagreement in agreement.Disagreements.Take(5))
        {
            Console.WriteLine(disagreement);
        }

        foreach (var type in generator.KeyTypes)
        {
            Measure(type, cases.First(item => item.KeyType == type && item.Mutation == "nothing"));
        }

        return agreement.Disagreements.Count == 0 ? 0 : 1;
    }

    // The whole check: text of the signature, text of a list of one signer, verification. Processor time, because other work runs beside it.
    private static void Measure(string type, SshCase good)
    {
        var micros = new double[Rounds];
        for (var round = -3; round < Rounds; round++)
        {
            var start = Environment.CpuUsage.TotalTime;
            for (var index = 0; index < PerRound; index++)
            {
                if (!SshAgreement.Ask(good))
                {
                    throw new InvalidOperationException("a good signature counts, or the figure would be another");
                }
            }

            if (round >= 0)
            {
                micros[round] = (Environment.CpuUsage.TotalTime - start).TotalMicroseconds / PerRound;
            }
        }

        Array.Sort(micros);
        Console.WriteLine($"verify {type}: median {micros[Rounds / 2]:0} µs, min {micros[0]:0} µs, max {micros[^1]:0} µs of processor time");
    }
}
