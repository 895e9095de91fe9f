using System.Text.Json;

using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Scoring;

/// <summary>Facts that were stated as text, as JSON.</summary>
internal static class FactValue
{
    /// <summary>Numbers, true and false are such, as in YAML; everything else is text.</summary>
    public static JsonElement Of(string text) => StepPatternReader.Json(new YamlScalar(text, false, 0));
}
