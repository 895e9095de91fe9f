using System.Runtime.InteropServices;

namespace WreSkills.Policy;

/// <summary>
/// A comparison of two arms that may be looked at after every execution (DESIGN section 6): each arm is pooled until both have
/// data, <c>D = mean A − mean B</c>, pools empty again, <c>W ← W (1 + c (D − δ)/(1 + δ))</c> for five bets c. B is worse than A
/// by more than δ once the mean W reaches 20; if it is not, that happens with a probability of at most 1/20. With the sign
/// swapped the same bets show that B is not worse by δ.
/// </summary>
/// <param name="margin">δ, 0 to 1.</param>
/// <param name="nonInferiority">False: show that B is worse. True: show that it is not.</param>
public sealed class VersionComparison(double margin, bool nonInferiority = false)
{
    /// <summary>Evidence at which it decides: 1/α for α = 0.05.</summary>
    public const double Limit = 20;

    private readonly Bets _bets = new([1 / 16.0, 1 / 8.0, 1 / 4.0, 1 / 2.0, 15 / 16.0]);
    private Pool _a;
    private Pool _b;

    /// <summary>Evidence for what is to be shown. 1 at the beginning.</summary>
    public double Evidence => _bets.Evidence;

    /// <summary>Pairs of pools that were compared.</summary>
    public int Blocks { get; private set; }

    /// <summary>True once the evidence has reached <see cref="Limit"/>; stays so.</summary>
    public bool Decided { get; private set; }

    /// <summary>Takes a value of arm A in, 0 to 1.</summary>
    public void ObserveA(double value) => Settle(ref _a, value);

    /// <summary>Takes a value of arm B in, 0 to 1.</summary>
    public void ObserveB(double value) => Settle(ref _b, value);

    /// <summary>Writes the state.</summary>
    public void Write(BinaryWriter writer)
    {
        _bets.Write(writer);
        foreach (var pool in (ReadOnlySpan<Pool>)[_a, _b])
        {
            writer.Write(pool.Sum);
            writer.Write(pool.Count);
        }

        writer.Write(Blocks);
        writer.Write(Decided);
    }

    /// <summary>Resumes a state.</summary>
    public void Read(BinaryReader reader)
    {
        _bets.Read(reader);
        _a = new Pool(reader.ReadDouble(), reader.ReadInt32());
        _b = new Pool(reader.ReadDouble(), reader.ReadInt32());
        Blocks = reader.ReadInt32();
        Decided = reader.ReadBoolean();
    }

    private void Settle(ref Pool pool, double value)
    {
        pool = new Pool(pool.Sum + value, pool.Count + 1);
        if (_a.Count == 0 || _b.Count == 0)
        {
            return;
        }

        var loss = ((_a.Sum / _a.Count) - (_b.Sum / _b.Count) - margin) / (1 + margin);
        _bets.Play(nonInferiority ? -loss : loss);
        (_a, _b) = (default, default);
        Blocks++;
        Decided |= Evidence >= Limit;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Pool(double Sum, int Count);
}
