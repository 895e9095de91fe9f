using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Registry;

/// <summary>
/// <c>skills_graph.json</c>: a node per skill (with <c>promotion_state</c>) and per thing it depends on, an edge per
/// dependency. Rebuildable; nodes, edges and fields that are not ours survive.
/// </summary>
public sealed class SkillsGraph(WorkspaceLayout layout)
{
    private static readonly JsonSerializerOptions s_format = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a skill's node and edges as the registry has them now.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="entry">Its entry.</param>
    /// <param name="dependencies">What its furthest live version depends on.</param>
    public void Update(string skill, SkillEntry entry, SkillDependencies dependencies)
    {
        var root = Read();
        var nodes = List(root, "nodes");
        var edges = List(root, "edges");
        var id = "skill:" + skill;
        var node = Node(nodes, id, "skill");
        node["name"] = skill;
        node["promotion_state"] = entry.PromotionState.Text();
        node["version"] = entry.Live(entry.PromotionState)?.Label;
        node["primary_agent"] = entry.PrimaryAgent;
        node["intent_type"] = entry.IntentType;

        // An edge that still holds stays as it is, with the fields that others may have added.
        var wanted = dependencies.All.Distinct().ToDictionary(dependency => $"{dependency.Kind}:{dependency.Name}");
        foreach (var edge in edges.Where(edge => Text(edge, "from") == id && Text(edge, "type") == "requires").ToList())
        {
            if (!wanted.Remove(Text(edge, "to") ?? "", out var dependency))
            {
                edges.Remove(edge);
            }
            else
            {
                Node(nodes, $"{dependency.Kind}:{dependency.Name}", dependency.Kind)["name"] = dependency.Name;
            }
        }

        foreach (var (to, dependency) in wanted)
        {
            Node(nodes, to, dependency.Kind)["name"] = dependency.Name;
            edges.Add((JsonNode)new JsonObject { ["from"] = id, ["to"] = to, ["type"] = "requires" });
        }

        root["version"] ??= "1.0";
        DurableFile.Replace(layout.GraphFile, root.ToJsonString(s_format) + "\n");
    }

    /// <summary>State of a skill's node, or null when the graph does not know it; for checks.</summary>
    public string? StateOf(string skill) => List(Read(), "nodes").Where(node => Text(node, "id") == "skill:" + skill).Select(node => Text(node, "promotion_state")).FirstOrDefault();

    /// <summary>Numbers of nodes and edges.</summary>
    public (int Nodes, int Edges) Count()
    {
        var root = Read();
        return (List(root, "nodes").Count, List(root, "edges").Count);
    }

    private JsonObject Read()
    {
        if (!File.Exists(layout.GraphFile))
        {
            return [];
        }

        try
        {
            return JsonNode.Parse(File.ReadAllText(layout.GraphFile), documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) is JsonObject root
                && root["nodes"] is null or JsonArray && root["edges"] is null or JsonArray
                ? root
                : throw new WreException($"{layout.GraphFile} must be a JSON object with lists of nodes and edges.", "mend or delete it; `wre doctor --rebuild` writes it anew");
        }
        catch (JsonException error)
        {
            throw new WreException($"{layout.GraphFile} is not valid JSON: {error.Message}", "mend or delete it; `wre doctor --rebuild` writes it anew", innerException: error);
        }
    }

    private static JsonArray List(JsonObject root, string name)
    {
        if (root[name] is JsonArray list)
        {
            return list;
        }

        list = [];
        root[name] = list;
        return list;
    }

    private static JsonObject Node(JsonArray nodes, string id, string type)
    {
        if (nodes.FirstOrDefault(node => Text(node, "id") == id) is JsonObject known)
        {
            return known;
        }

        var node = new JsonObject { ["id"] = id, ["type"] = type };
        nodes.Add((JsonNode)node);
        return node;
    }

    private static string? Text(JsonNode? node, string name) => node is JsonObject item && item[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
