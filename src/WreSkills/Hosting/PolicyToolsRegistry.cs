using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Registry;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>A skill as the policy's Python tools know it.</summary>
/// <param name="Skill">Its name, without a state.</param>
/// <param name="State">Its state, or null when they do not know it.</param>
/// <param name="Location">Where they say it lies.</param>
/// <param name="Facts">What else they know.</param>
internal sealed record PolicyToolsSkill(string Skill, PromotionState? State, string Location, Promotion.KnownFacts Facts);

/// <summary>
/// Reads registries of the policy's Python tools: the shape of policy section 6, and that of their <c>skills_registry_v2.json</c>, which is
/// made from the file system: absolute Windows paths, versions as numbers, the state <c>unknown</c>, an object or a list of skills.
/// </summary>
internal static class PolicyToolsRegistry
{
    /// <summary>Reads a registry file.</summary>
    /// <exception cref="WreException">It is no such file.</exception>
    public static IReadOnlyList<PolicyToolsSkill> Read(string file)
    {
        try
        {
            var root = JsonNode.Parse(File.ReadAllBytes(file)) as JsonObject;
            return root?["skills"] switch
            {
                JsonObject skills => [.. skills.Where(skill => skill.Value is JsonObject).Select(skill => Skill(skill.Key, (JsonObject)skill.Value!))],
                JsonArray list => [.. list.OfType<JsonObject>().Select(skill => Skill(Text(skill, "skill_name", "name", "skill_id") ?? "", skill))],
                _ => throw new WreException($"{file} is no registry: it has no `skills`.", "name the file that the Python tools wrote"),
            };
        }
        catch (JsonException error)
        {
            throw new WreException($"{file} is not valid JSON: {error.Message}", "mend it first; nothing was taken from it", innerException: error);
        }
    }

    /// <summary>True when a registry was written by those tools, not by us: it has no serial number.</summary>
    public static bool IsTheirs(string file)
    {
        try
        {
            return File.Exists(file) && JsonNode.Parse(File.ReadAllBytes(file)) is JsonObject root && root["serial"] is null && root["skills"] is JsonObject or JsonArray;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>A skill from named fields, of a registry file or of a table.</summary>
    public static PolicyToolsSkill Skill(string name, JsonObject fields)
    {
        var module = Text(fields, "module")?.Replace('\\', '/').Trim('/');
        module = module?.StartsWith("modules/", StringComparison.Ordinal) == true ? module["modules/".Length..] : module;
        var agents = fields["agents"] switch
        {
            JsonArray list => list.Select(agent => agent is JsonValue value && value.TryGetValue<string>(out var text) ? text : null).OfType<string>().ToList(),
            JsonValue value when value.TryGetValue<string>(out var text) => [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
            _ => [],
        };
        return new PolicyToolsSkill(
            SkillName.WithoutState(name),
            PromotionStates.TryParse(Text(fields, "promotion_state", "state")?.ToLowerInvariant(), out var state) && state != PromotionState.Held ? state : null,
            Text(fields, "location", "skill_path", "path") ?? "",
            new Promotion.KnownFacts(
                Known(Text(fields, "primary_agent")) ?? agents.FirstOrDefault(), Known(Text(fields, "fallback_agent")) ?? agents.Skip(1).FirstOrDefault(), Known(Text(fields, "intent_type")),
                module is not null && SkillSettings.ModuleProblem(module) is null ? module : null,
                Moment(Text(fields, "created_at")), Moment(Text(fields, "last_promotion", "last_promoted", "last_promoted_at")), Moment(Text(fields, "last_rollback")),
                Text(fields, "version") is { } version && SkillSettings.VersionProblem(version) is null ? version : null));
    }

    /// <summary>
    /// Where a path of theirs is in this workspace: as it stands when it is relative, else by the longest end of it that is there, because
    /// an absolute path is that of the machine it was written on.
    /// </summary>
    /// <returns>The folder relative to the root, or null with the reason.</returns>
    public static (string? Folder, string Reason) Locate(string root, string location)
    {
        var path = location.Replace('\\', '/').TrimEnd('/');
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToList();
        if (parts.Count == 0 || parts.Contains(".."))
        {
            return (null, parts.Count == 0 ? "it names no folder" : $"its location {location} leads out of the workspace");
        }

        var absolute = path.StartsWith('/') || (parts[0].Length == 2 && parts[0][1] == ':' && char.IsAsciiLetter(parts[0][0]));
        for (var skip = absolute ? 1 : 0; skip < (absolute ? parts.Count : 1); skip++)
        {
            var relative = string.Join('/', parts.Skip(skip));
            var full = Path.Combine(root, relative);
            if (File.Exists(full) && parts[^1] is SkillFolder.SkillFileName or SkillFolder.LegacyFileName)
            {
                return (relative[..^(parts[^1].Length + 1)], "");
            }

            if (File.Exists(full))
            {
                return (null, $"its location {location} is a file, not a folder with a {SkillFolder.SkillFileName}");
            }

            if (Directory.Exists(full) && SkillFolder.SkillFileIn(full) is not null)
            {
                return (relative, "");
            }
        }

        return (null, $"its folder {location} is not here, or has no {SkillFolder.SkillFileName}");
    }

    private static string? Known(string? text) => string.IsNullOrWhiteSpace(text) || text is "unknown" or "null" ? null : text;

    private static string? Moment(string? text) => Timestamp.TryParse(text, out var moment) ? Timestamp.ToIso(moment) : null;

    private static string? Text(JsonObject fields, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (fields[name] is JsonValue value)
            {
                return value.TryGetValue<string>(out var text) ? text : value.GetValueKind() == JsonValueKind.Number ? value.ToJsonString() : null;
            }
        }

        return null;
    }
}
