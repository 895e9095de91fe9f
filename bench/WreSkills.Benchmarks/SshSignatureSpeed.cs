using System.Diagnostics;

using WreSkills.SshCases;
using WreSkills.Trust;

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

    // The whole check from the signature's text on. Processor time, because other work runs beside it.
    private static void Measure(string type, SshCase good)
    {
        var kept = AllowedSigners.Parse(good.Signers, "signers");
        var (median, min) = Median(() => Verify(good, kept));
        var (first, _) = Median(() => Verify(good, AllowedSigners.Parse(good.Signers, "signers")));
        Console.WriteLine($"verify {type}: median {median:0} µs, min {min:0} µs; with reading the list and the key's first use, median {first:0} µs of processor time");
    }

    private static void Verify(SshCase good, AllowedSigners signers)
    {
        if (!SignatureVerifier.Verify(good.Message, good.Armored, good.Namespace, signers, revoked: null, SshCase.At).IsGood)
        {
            throw new InvalidOperationException("a good signature counts, or the figure would be another");
        }
    }

    private static (double Median, double Min) Median(Action action)
    {
        var micros = new double[Rounds];
        for (var round = -3; round < Rounds; round++)
        {
            var start = Environment.CpuUsage.TotalTime;
            for (var index = 0; index < PerRound; index++)
            {
                action();
            }

            if (round >= 0)
            {
                micros[round] = (Environment.CpuUsage.TotalTime - start).TotalMicroseconds / PerRound;
            }
        }

        Array.Sort(micros);
        return (micros[Rounds / 2], micros[0]);
    }
}
