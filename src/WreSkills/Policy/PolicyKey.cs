using System.Globalization;

namespace WreSkills.Policy;

/// <summary>What a change of a policy does to those whom it rules.</summary>
public enum PolicyEffect
{
    /// <summary>Neither: it may help or hinder.</summary>
    Neutral,

    /// <summary>Promotions get harder, rollbacks come sooner, or fewer people may decide.</summary>
    Stricter,

    /// <summary>The opposite.</summary>
    Looser,
}

/// <summary>A key of <c>policy.yaml</c>.</summary>
public sealed record PolicyKey
{
    private readonly Func<PromotionPolicy, string> _read;
    private readonly Func<string, double?> _rank;

    internal PolicyKey(string name, string meaning, string stricter, Func<PromotionPolicy, string> read, Func<string, double?> rank) =>
        (Name, Meaning, Stricter, _read, _rank) = (name, meaning, stricter, read, rank);

    /// <summary>Its path in the document, such as <c>triggers.pattern_fidelity.below</c>.</summary>
    public string Name { get; }

    /// <summary>What it means, as a clause.</summary>
    public string Meaning { get; }

    /// <summary>Which values are stricter: <c>higher</c>, <c>lower</c>, words from the loosest to the strictest, or empty for none.</summary>
    public string Stricter { get; }

    /// <summary>True when values can be compared by strictness, so that the key can be locked.</summary>
    public bool IsRanked => Stricter.Length > 0;

    /// <summary>Its value without a document.</summary>
    public string Default => Text(new PromotionPolicy());

    /// <summary>Its value in a policy, as the document writes it.</summary>
    public string Text(PromotionPolicy policy) => _read(policy);

    /// <summary>How strict a value is, larger meaning stricter; null when the text is no value of this key.</summary>
    public double? Rank(string text) => _rank(text);

    /// <summary>What it does to go from one value to another.</summary>
    public PolicyEffect Compare(string before, string after) => !IsRanked || Rank(before) is not { } old || Rank(after) is not { } now || old.Equals(now) ? PolicyEffect.Neutral
        : now > old ? PolicyEffect.Stricter : PolicyEffect.Looser;

    internal static PolicyKey Higher(string name, Func<PromotionPolicy, double> read, string meaning) => new(name, meaning, "higher", policy => Number(read(policy)), Parse);

    internal static PolicyKey Lower(string name, Func<PromotionPolicy, double> read, string meaning) => new(name, meaning, "lower", policy => Number(read(policy)), text => -Parse(text));

    internal static PolicyKey Plain(string name, Func<PromotionPolicy, double> read, string meaning) => new(name, meaning, "", policy => Number(read(policy)), Parse);

    /// <param name="name">Its path.</param>
    /// <param name="read">Its value.</param>
    /// <param name="words">The values, from the loosest to the strictest.</param>
    /// <param name="meaning">What it means.</param>
    internal static PolicyKey Words(string name, Func<PromotionPolicy, string> read, string words, string meaning)
    {
        var order = words.Split(" < ");
        return new PolicyKey(name, meaning, words, read, text => Array.IndexOf(order, text) is >= 0 and var index ? index : null);
    }

    internal static PolicyKey Written(string name, Func<PromotionPolicy, string> read, string meaning) => new(name, meaning, "", read, _ => null);

    internal static string Number(double value) => value.ToString("0.##########", CultureInfo.InvariantCulture);

    private static double? Parse(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;
}
