using System.Text.Json.Serialization;

namespace WreSkills.Policy;

/// <summary>What a gate or a trigger says. Only <see cref="Pass"/> lets a promotion through.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
public enum Verdict
{
    /// <summary>The condition holds on sufficient data.</summary>
    [JsonStringEnumMemberName("pass")]
    Pass,

    /// <summary>The condition is violated on sufficient data.</summary>
    [JsonStringEnumMemberName("fail")]
    Fail,

    /// <summary>There is data, but not enough to say.</summary>
    [JsonStringEnumMemberName("inconclusive")]
    Inconclusive,

    /// <summary>There is no data at all.</summary>
    [JsonStringEnumMemberName("no_data")]
    NoData,

    /// <summary>The check itself could not be carried out.</summary>
    [JsonStringEnumMemberName("error")]
    Error,
}
