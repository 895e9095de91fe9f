using System.Text.Json.Nodes;

using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

using WreSkills.Registry;
using WreSkills.Search;

namespace WreSkills.Mcp;

/// <summary><c>search_skills</c>: find skills by words.</summary>
internal sealed class SearchSkillsTool(WorkspaceAccess access) : SkillTool(
    access, "search_skills", "Search skills",
    "Finds skills by words in name, keywords, description and text; misspelt and incomplete words are found too. Best first.",
    """
    {
      "type": "object",
      "properties": {
        "query": {"type": "string", "minLength": 1, "maxLength": 512, "description": "Words that say what the skill should do."},
        "state": {"type": "string", "enum": ["prototype", "staged", "production"], "description": "Only skills in this state."},
        "agent": {"type": "string", "maxLength": 512, "description": "Only skills for this agent."},
        "limit": {"type": "integer", "minimum": 1, "maximum": 50, "default": 10, "description": "Most results."}
      },
      "required": ["query"],
      "additionalProperties": false
    }
    """,
    """
    {
      "type": "object",
      "properties": {
        "hits": {
          "type": "array",
          "items": {
            "type": "object",
            "properties": {
              "skill": {"type": "string"},
              "state": {"type": "string"},
              "version": {"type": "string"},
              "agent": {"type": "string"},
              "description": {"type": "string"},
              "snippet": {"type": "string", "description": "Where the words were found, in square brackets."},
              "score": {"type": "number", "description": "Larger is better; comparable within one answer only."}
            },
            "required": ["skill", "state", "version", "agent", "description", "snippet", "score"]
          }
        },
        "corrections": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}, "description": "Words that stand in no skill, with those that were looked for instead."},
        "warnings": {"type": "array", "items": {"type": "string"}}
      },
      "required": ["hits", "corrections", "warnings"]
    }
    """)
{
    protected override Task<JsonObject> AnswerAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var arguments = Arguments(request);
        var text = arguments.Required("query");
        var state = arguments.Choice("state", "prototype", "staged", "production");
        var agent = arguments.Text("agent");
        var limit = arguments.Whole("limit", 1, 50, 10);
        arguments.Check();
        var query = new SearchQuery(text) { State = PromotionStates.TryParse(state, out var wanted) ? wanted : null, Agent = agent, Top = limit * 2 };
        return Access.ReadAsync(
            async workspace =>
            {
                var (answer, warnings) = await workspace.SkillSearch.RunAsync(query, cancellationToken).ConfigureAwait(false);

                // The index also knows folders that are no skills of the registry, and nothing can be loaded of them.
                var registry = workspace.Registry.Load();
                return new JsonObject
                {
                    ["hits"] = List(answer.Hits.Where(hit => hit.Path.Length == 0 && registry.Find(hit.Skill) is { Retired: null }).Take(limit), hit => new JsonObject
                    {
                        ["skill"] = hit.Skill,
                        ["state"] = hit.State,
                        ["version"] = hit.Version,
                        ["agent"] = hit.Agent,
                        ["description"] = hit.Description,
                        ["snippet"] = hit.Snippet,
                        ["score"] = Math.Round(hit.Score, 6),
                    }),
                    ["corrections"] = new JsonObject(answer.Corrections.Select(correction => KeyValuePair.Create(correction.Key, (JsonNode?)Texts(correction.Value)))),
                    ["warnings"] = Texts(warnings),
                };
            },
            cancellationToken);
    }
}
