using WreSkills.Storage;

namespace WreSkills.Policy;

/// <summary>Bounds of the variations of a skill's instructions that reviews propose (policy 5.3).</summary>
public sealed record VariationRules
{
    /// <summary>Variations that a review of the schedule asks for, 0–10; 0 for none. Default 0: a person asks for them.</summary>
    public int Scheduled { get; init; }

    /// <summary>Most lines that a variation removes and adds. Default 20: more is a rewrite, which people do themselves.</summary>
    public int MostChangedLines { get; init; } = 20;

    /// <summary>Most characters that a variation adds. Default 2000.</summary>
    public int MostAddedCharacters { get; init; } = 2000;

    /// <summary>Chance at which equal texts may pass for an improvement, over all variations of one review together, 0–1. Default 0.05.</summary>
    public double Alpha { get; init; } = 0.05;

    /// <summary>Reads the section.</summary>
    internal static VariationRules Read(YamlSection section)
    {
        var fallback = new VariationRules();
        return new VariationRules
        {
            Scheduled = section.Whole("scheduled", fallback.Scheduled, 0, 10),
            MostChangedLines = section.Whole("most_changed_lines", fallback.MostChangedLines, 1, 1000),
            MostAddedCharacters = section.Whole("most_added_characters", fallback.MostAddedCharacters, 1, 100_000),
            Alpha = section.Number("alpha", fallback.Alpha, 0.0001, 0.5),
        };
    }
}
