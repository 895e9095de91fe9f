using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Registry;

/// <summary>A skill as the graph takes it in.</summary>
/// <param name="Skill">Its name.</param>
/// <param name="Entry">Its entry in the registry; an empty one for a draft.</param>
/// <param name="Dependencies">What its furthest live version depends on.</param>
/// <param name="References">The other skills that this version speaks of.</param>
public sealed record GraphSkill(string Skill, SkillEntry Entry, IReadOnlyList<(string Kind, string Name)> Dependencies, IReadOnlyList<SkillReference> References);

/// <summary>An edge of the graph, seen from one of its ends.</summary>
/// <param name="Type"><c>requires</c>, <c>uses</c>, or whatever a person wrote.</param>
/// <param name="Kind">Kind of the other end, such as <c>skill</c> or <c>data_store</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="FoundIn">Where a skill says so: <c>dependencies</c>, <c>patterns</c>, <c>link</c> or <c>text</c>; null for an edge written by hand.</param>
public sealed record GraphLink(string Type, string Kind, string Name, string? FoundIn);

/// <summary>
/// <c>skills_graph.json</c>: a node per skill (with <c>promotion_state</c>) and per thing it depends on, an edge per
/// dependency and per other skill that it uses. Rebuildable; nodes, edges and fields that are not ours survive.
/// </summary>
public sealed class SkillsGraph(WorkspaceLayout layout)
{
    private const string SkillPrefix = "skill:";

    private static readonly JsonSerializerOptions s_format = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a skill's node and edges as the registry has them now.</summary>
    /// <param name="skill">The skill's name.</param>
    /// <param name="entry">Its entry.</param>
    /// <param name="dependencies">What its furthest live version depends on.</param>
    /// <param name="references">The other skills that this version speaks of; null for none.</param>
    public void Update(string skill, SkillEntry entry, SkillDependencies dependencies, IReadOnlyList<SkillReference>? references = null) =>
        Update([new GraphSkill(skill, entry, [.. dependencies.All], references ?? [])]);

    /// <summary>
    /// Writes the nodes and edges of several skills at once. Mere words about a skill count only if the graph knows one of that name, among
    /// these or from before. The file stays untouched when nothing changes.
    /// </summary>
    /// <param name="skills">The skills.</param>
    /// <param name="gone">Names of drafts that are gone; what people wrote about them stays. Null for none.</param>
    public void Update(IReadOnlyCollection<GraphSkill> skills, IReadOnlyCollection<string>? gone = null)
    {
        var root = Read();
        var document = new GraphDocument(root);
        foreach (var skill in skills)
        {
            document.Put(skill);
        }

        foreach (var skill in skills)
        {
            document.PutEdges(skill);
        }

        foreach (var skill in gone ?? [])
        {
            document.Remove(skill);
        }

        document.Store();
        root["version"] ??= "1.0";
        var text = root.ToJsonString(s_format) + "\n";
        if (!File.Exists(layout.GraphFile) || File.ReadAllText(layout.GraphFile) != text)
        {
            DurableFile.Replace(layout.GraphFile, text);
        }
    }

    /// <summary>Deletes a file that nobody can read, so that it can be written anew; one that can be read may hold what people wrote, and stays.</summary>
    public void DeleteUnreadable()
    {
        try
        {
            Read();
        }
        catch (WreException)
        {
            DurableFile.Delete(layout.GraphFile);
        }
    }

    /// <summary>Takes a skill's node and the edges that begin at it out.</summary>
    public void Remove(string skill)
    {
        var root = Read();
        var (nodes, edges, id) = (List(root, "nodes"), List(root, "edges"), "skill:" + skill);
        var gone = nodes.Where(node => Text(node, "id") == id).Concat(edges.Where(edge => Text(edge, "from") == id)).ToList();
        if (gone.Count == 0)
        {
            return;
        }

        foreach (var item in gone)
        {
            _ = nodes.Remove(item) || edges.Remove(item);
        }

        DurableFile.Replace(layout.GraphFile, root.ToJsonString(s_format) + "\n");
    }

    /// <summary>State of a skill's node, or null when the graph does not know it; for checks.</summary>
    public string? StateOf(string skill) => List(Read(), "nodes").Where(node => Text(node, "id") == SkillPrefix + skill).Select(node => Text(node, "promotion_state")).FirstOrDefault();

    /// <summary>Numbers of nodes and edges.</summary>
    public (int Nodes, int Edges) Count()
    {
        var root = Read();
        return (List(root, "nodes").Count, List(root, "edges").Count);
    }

    /// <summary>What a skill depends on, by the edges that begin at it.</summary>
    public IReadOnlyList<GraphLink> DependsOn(string skill) => Links("from", "to", skill);

    /// <summary>What depends on a skill, by the edges that end at it.</summary>
    public IReadOnlyList<GraphLink> UsedBy(string skill) => Links("to", "from", skill);

    /// <summary>Names of the skills that use a skill, in alphabetical order.</summary>
    public IReadOnlyList<string> Dependents(string skill) =>
        [.. UsedBy(skill).Where(link => link.Kind == "skill" && link.Name != skill).Select(link => link.Name).Distinct().Order(StringComparer.Ordinal)];

    private IReadOnlyList<GraphLink> Links(string mine, string other, string skill) =>
    [
        .. List(Read(), "edges").Where(edge => Text(edge, mine) == SkillPrefix + skill && Text(edge, other) is { Length: > 0 })
            .Select(edge => (Edge: edge, End: Text(edge, other)!.Split(':', 2)))
            .Select(item => new GraphLink(Text(item.Edge, "type") ?? "", item.End.Length == 2 ? item.End[0] : "", item.End[^1], Text(item.Edge, GraphDocument.FoundIn)))
            .OrderBy(link => link.Kind, StringComparer.Ordinal).ThenBy(link => link.Name, StringComparer.Ordinal).ThenBy(link => link.Type, StringComparer.Ordinal),
    ];

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

    private static JsonArray List(JsonObject root, string name) => root[name] as JsonArray ?? [];

    private static string? Text(JsonNode? node, string name) => node is JsonObject item && item[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>The document while it is changed: nodes by id and edges by their beginning, so that ten thousand skills take no longer than ten thousand steps.</summary>
    private sealed class GraphDocument
    {
        /// <summary>The field that marks an edge to another skill as ours.</summary>
        public const string FoundIn = "found_in";

        private static readonly string[] s_nodeFields = ["id", "type", "name", "promotion_state", "version", "primary_agent", "intent_type"];

        private readonly JsonArray _nodes;
        private readonly JsonObject _root;
        private readonly Dictionary<string, JsonObject> _byId = [];
        private readonly List<JsonNode?> _edges = [];
        private readonly Dictionary<string, List<int>> _edgesFrom = [];
        private readonly HashSet<int> _removed = [];

        public GraphDocument(JsonObject root)
        {
            _root = root;
            _nodes = root["nodes"] as JsonArray ?? [];
            root["nodes"] ??= _nodes;
            foreach (var node in _nodes)
            {
                if (Text(node, "id") is { } id)
                {
                    _byId.TryAdd(id, (JsonObject)node!);
                }
            }

            foreach (var edge in root["edges"] as JsonArray ?? [])
            {
                Add(edge);
            }
        }

        public void Put(GraphSkill skill)
        {
            var node = Node(SkillPrefix + skill.Skill, "skill");
            node["name"] = skill.Skill;
            node["promotion_state"] = skill.Entry.PromotionState.Text();
            node["version"] = skill.Entry.Live(skill.Entry.PromotionState)?.Label;
            node["primary_agent"] = skill.Entry.PrimaryAgent;
            node["intent_type"] = skill.Entry.IntentType;
        }

        public void PutEdges(GraphSkill skill)
        {
            var id = SkillPrefix + skill.Skill;

            // An edge that still holds stays as it is, with the fields that others may have added.
            var wanted = skill.Dependencies.Distinct().ToDictionary(dependency => $"{dependency.Kind}:{dependency.Name}");
            var used = skill.References.Where(reference => reference.IsCertain || _byId.ContainsKey(SkillPrefix + reference.Skill)).ToDictionary(reference => SkillPrefix + reference.Skill);
            foreach (var index in _edgesFrom.GetValueOrDefault(id) ?? [])
            {
                var (edge, to) = (_edges[index], Text(_edges[index], "to") ?? "");
                switch (Text(edge, "type"))
                {
                    case "requires" when wanted.Remove(to, out var dependency):
                        Node(to, dependency.Kind)["name"] = dependency.Name;
                        break;
                    case "uses" when used.Remove(to, out var reference):
                        // Written by hand it stays written by hand.
                        if (Text(edge, FoundIn) is not null)
                        {
                            edge![FoundIn] = reference.FoundIn;
                        }

                        break;
                    case "requires":
                    case "uses" when Text(edge, FoundIn) is not null:
                        _removed.Add(index);
                        break;
                }
            }

            foreach (var (to, dependency) in wanted)
            {
                Node(to, dependency.Kind)["name"] = dependency.Name;
                Add(new JsonObject { ["from"] = id, ["to"] = to, ["type"] = "requires" });
            }

            foreach (var (to, reference) in used)
            {
                Node(to, "skill")["name"] = reference.Skill;
                Add(new JsonObject { ["from"] = id, ["to"] = to, ["type"] = "uses", [FoundIn] = reference.FoundIn });
            }
        }

        public void Remove(string skill)
        {
            PutEdges(new GraphSkill(skill, new SkillEntry(), [], []));
            var id = SkillPrefix + skill;
            var isNamed = _edges.Where((_, index) => !_removed.Contains(index)).Any(edge => Text(edge, "from") == id || Text(edge, "to") == id);
            if (!isNamed && _byId.TryGetValue(id, out var node) && node.All(field => s_nodeFields.Contains(field.Key)))
            {
                _byId.Remove(id);
                _nodes.Remove(node);
            }
        }

        public void Store()
        {
            var kept = _edges.Where((_, index) => !_removed.Contains(index)).ToList();
            (_root["edges"] as JsonArray)?.Clear();
            _root["edges"] = new JsonArray([.. kept]);
        }

        private void Add(JsonNode? edge)
        {
            if (Text(edge, "from") is { } from)
            {
                if (!_edgesFrom.TryGetValue(from, out var list))
                {
                    _edgesFrom[from] = list = [];
                }

                list.Add(_edges.Count);
            }

            _edges.Add(edge);
        }

        private JsonObject Node(string id, string type)
        {
            if (!_byId.TryGetValue(id, out var node))
            {
                node = new JsonObject { ["id"] = id, ["type"] = type };
                _byId[id] = node;
                _nodes.Add((JsonNode)node);
            }

            return node;
        }
    }
}
