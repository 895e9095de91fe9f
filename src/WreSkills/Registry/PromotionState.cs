using System.Text.Json.Serialization;

namespace WreSkills.Registry;

/// <summary>The states of a version (policy 1), and <see cref="Held"/> for one that is out of traffic.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PromotionState>))]
public enum PromotionState
{
    /// <summary>A mutable draft in its folder.</summary>
    [JsonStringEnumMemberName("prototype")]
    Prototype,

    /// <summary>Live testing beside the baseline.</summary>
    [JsonStringEnumMemberName("staged")]
    Staged,

    /// <summary>Serves everybody.</summary>
    [JsonStringEnumMemberName("production")]
    Production,

    /// <summary>Kept in the store, out of traffic: superseded, rolled back or demoted.</summary>
    [JsonStringEnumMemberName("held")]
    Held,
}

/// <summary>The spelling of states in files, flags and messages.</summary>
public static class PromotionStates
{
    /// <summary>The lower-case name.</summary>
    public static string Text(this PromotionState state) => state switch
    {
        PromotionState.Prototype => "prototype",
        PromotionState.Staged => "staged",
        PromotionState.Production => "production",
        _ => "held",
    };

    /// <summary>Reads a lower-case name.</summary>
    public static bool TryParse(string? text, out PromotionState state)
    {
        (var known, state) = text switch
        {
            "prototype" => (true, PromotionState.Prototype),
            "staged" => (true, PromotionState.Staged),
            "production" => (true, PromotionState.Production),
            "held" => (true, PromotionState.Held),
            _ => (false, default),
        };
        return known;
    }
}
