namespace WreSkills.Policy;

/// <summary>
/// A gate that may be looked at after every execution (DESIGN section 6): for x in [0, 1] and a gate g,
/// <c>W ← W (1 + c (x/g − 1))</c> for five bets c, W from 1. If the mean of x is at most g, the mean of W ever reaches 20 with a
/// probability of at most 1/20 (Ville's inequality; betting as in Waudby-Smith and Ramdas 2024).
/// </summary>
/// <param name="gate">g, above 0 and at most 1.</param>
public sealed class AnytimeGate(double gate)
{
    /// <summary>Evidence at which it passes: 1/α for α = 0.05.</summary>
    public const double Limit = 20;

    private readonly Bets _bets = new([1 / 8.0, 1 / 4.0, 1 / 2.0, 3 / 4.0, 15 / 16.0]);

    /// <summary>Mean of the bets. 1 at the beginning.</summary>
    public double Evidence => _bets.Evidence;

    /// <summary>True once the evidence has reached <see cref="Limit"/>; stays so.</summary>
    public bool Passed { get; private set; }

    /// <summary>Takes one value in.</summary>
    /// <param name="value">0 to 1.</param>
    public void Observe(double value)
    {
        _bets.Play((value / gate) - 1);
        Passed |= Evidence >= Limit;
    }

    /// <summary>Writes the state.</summary>
    public void Write(BinaryWriter writer)
    {
        _bets.Write(writer);
        writer.Write(Passed);
    }

    /// <summary>Resumes a state.</summary>
    public void Read(BinaryReader reader)
    {
        _bets.Read(reader);
        Passed = reader.ReadBoolean();
    }
}

/// <summary>Five bets at a time on the same payoff.</summary>
internal sealed class Bets(double[] stakes)
{
    private const double Ceiling = 1e300;
    private readonly double[] _wealth = [1, 1, 1, 1, 1];

    public double Evidence => (_wealth[0] + _wealth[1] + _wealth[2] + _wealth[3] + _wealth[4]) / 5;

    /// <summary>Multiplies each wealth by 1 + stake × payoff; a payoff is never below −1.</summary>
    public void Play(double payoff)
    {
        for (var bet = 0; bet < stakes.Length; bet++)
        {
            _wealth[bet] = Math.Min(_wealth[bet] * (1 + (stakes[bet] * payoff)), Ceiling);
        }
    }

    public void Write(BinaryWriter writer)
    {
        foreach (var wealth in _wealth)
        {
            writer.Write(wealth);
        }
    }

    public void Read(BinaryReader reader)
    {
        for (var bet = 0; bet < _wealth.Length; bet++)
        {
            _wealth[bet] = reader.ReadDouble();
        }
    }
}
