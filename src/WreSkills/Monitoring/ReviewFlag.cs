using System.Text.Json;
using System.Text.Json.Serialization;

using WreSkills.Storage;

namespace WreSkills.Monitoring;

/// <summary>A fundamental problem of a staged version's instructions that a review found (policy 3.1).</summary>
public sealed record ReviewFlag
{
    /// <summary>The version's label.</summary>
    public required string Version { get; init; }

    /// <summary>Registry serial with which it was staged; a flag is about one stay.</summary>
    public required long StateSerial { get; init; }

    /// <summary>What is wrong.</summary>
    public required string Reason { get; init; }

    /// <summary>The advisor or person.</summary>
    public required string FlaggedBy { get; init; }

    /// <summary>When, ISO 8601.</summary>
    public required string At { get; init; }
}

/// <summary>The flags: one durable file per skill, <c>reports/flags/&lt;skill&gt;.json</c>, the latest flag.</summary>
public sealed class ReviewFlagStore(WorkspaceLayout layout)
{
    /// <summary>Flags a staged version; replaces an earlier flag.</summary>
    public void Put(string skill, ReviewFlag flag) =>
        DurableFile.Replace(FileOf(skill), JsonSerializer.SerializeToUtf8Bytes(flag, ReviewFlagJson.Default.ReviewFlag));

    /// <summary>The flag of a stay, or null.</summary>
    public ReviewFlag? Find(string skill, long stateSerial)
    {
        try
        {
            return File.Exists(FileOf(skill)) && JsonSerializer.Deserialize(File.ReadAllBytes(FileOf(skill)), ReviewFlagJson.Default.ReviewFlag) is { } flag && flag.StateSerial == stateSerial ? flag : null;
        }
        catch (JsonException)
        {
            // Written by hand and not readable; `wre doctor` is not needed for a flag that can be given again.
            return null;
        }
    }

    private string FileOf(string skill) => Path.Combine(layout.ReportsFolder, "flags", skill + ".json");
}

/// <summary>Source-generated JSON of flags.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ReviewFlag))]
internal sealed partial class ReviewFlagJson : JsonSerializerContext;
