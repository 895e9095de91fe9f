using System.Text.Json;
using System.Text.Json.Serialization;

namespace WreSkills.Scoring;

/// <summary>Source-generated JSON of judges.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = false)]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(JudgeReply))]
[JsonSerializable(typeof(JudgeCertificate))]
internal sealed partial class ScoringJson : JsonSerializerContext;
