using System.Text.Json.Serialization;

using WreSkills.Storage;

namespace WreSkills.Skills;

/// <summary>What a skill needs around it (policy 2.1 and 6): data stores, MCP endpoints, throttles and required context.</summary>
public sealed record SkillDependencies
{
    /// <summary>The four keys that make the section complete, each possibly an empty list.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["data_stores", "mcp_endpoints", "throttles", "required_context"];

    /// <summary>Names of data stores.</summary>
    public IReadOnlyList<string> DataStores { get; init; } = [];

    /// <summary>Names of MCP endpoints.</summary>
    public IReadOnlyList<string> McpEndpoints { get; init; } = [];

    /// <summary>Names of throttles.</summary>
    public IReadOnlyList<string> Throttles { get; init; } = [];

    /// <summary>Names of required context.</summary>
    public IReadOnlyList<string> RequiredContext { get; init; } = [];

    /// <summary>Names of other skills, under the key <c>skills</c>; not one of the four that complete the section.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Skills { get; init; } = [];

    /// <summary>The keys that the skill does not state; all four when it has no section at all.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> MissingKeys { get; init; } = Keys;

    /// <summary>All names, for search and graph.</summary>
    [JsonIgnore]
    public IEnumerable<(string Kind, string Name)> All =>
        [.. DataStores.Select(name => ("data_store", name)), .. McpEndpoints.Select(name => ("mcp_endpoint", name)),
         .. Throttles.Select(name => ("throttle", name)), .. RequiredContext.Select(name => ("context", name))];

    /// <summary>Names of what can be probed: data stores and MCP endpoints.</summary>
    [JsonIgnore]
    public IEnumerable<string> Probed => DataStores.Concat(McpEndpoints);

    /// <summary>Reads the section; <c>dependencies: none</c> states that there are none.</summary>
    internal static SkillDependencies Read(YamlNode? node, string file, FindingList findings)
    {
        if (node is YamlScalar { Text: "none" })
        {
            return new SkillDependencies { MissingKeys = [] };
        }

        if (node is not YamlMapping mapping)
        {
            if (node is not (null or YamlScalar { IsNull: true }))
            {
                findings.Warn("dependencies.shape", file, $"dependencies must be a mapping with {string.Join(", ", Keys)}, or 'none'", node.Line);
            }

            return new SkillDependencies();
        }

        return new SkillDependencies
        {
            DataStores = Names(mapping["data_stores"]),
            McpEndpoints = Names(mapping["mcp_endpoints"]),
            Throttles = Names(mapping["throttles"]),
            RequiredContext = Names(mapping["required_context"] ?? mapping["context"]),
            Skills = Names(mapping["skills"]),
            MissingKeys = [.. Keys.Where(key => mapping[key] is null && !(key == "required_context" && mapping["context"] is not null))],
        };
    }

    private static IReadOnlyList<string> Names(YamlNode? node) => node switch
    {
        YamlScalar { IsNull: false } scalar when scalar.Text != "none" => [scalar.Text],
        YamlSequence list => [.. list.Items.Select(Name).OfType<string>()],
        _ => [],
    };

    private static string? Name(YamlNode item) => item switch
    {
        YamlScalar { IsNull: false } scalar => scalar.Text,
        YamlMapping mapping => mapping.Text("name") ?? mapping.Text("endpoint_name") ?? mapping.Entries.Select(entry => entry.Key).FirstOrDefault(),
        _ => null,
    };
}
