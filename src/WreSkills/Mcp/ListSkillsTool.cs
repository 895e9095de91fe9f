using System.Text.Json.Nodes;

using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

using WreSkills.Hosting;
using WreSkills.Loading;
using WreSkills.Registry;
using WreSkills.Skills;

namespace WreSkills.Mcp;

/// <summary><c>list_skills</c>: names, descriptions and states, in pages; no text of any skill.</summary>
internal sealed class ListSkillsTool(WorkspaceAccess access) : SkillTool(
    access, "list_skills", "List skills",
    "Lists the skills of the workspace by name, with description, state and live versions, but without their text. Use search_skills to find one by words, load_skill to read one.",
    """
    {
      "type": "object",
      "properties": {
        "agent": {"type": "string", "maxLength": 512, "description": "Only skills that this agent runs, first or as the one that takes over."},
        "intent": {"type": "string", "maxLength": 512, "description": "Only skills of this kind of task, such as CLASSIFICATION."},
        "state": {"type": "string", "enum": ["prototype", "staged", "production"], "description": "Only skills whose furthest live version is in this state."},
        "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 50, "description": "Most skills of this page."},
        "cursor": {"type": "string", "maxLength": 64, "description": "The next_cursor of the page before; leave it out for the first page."}
      },
      "additionalProperties": false
    }
    """,
    """
    {
      "type": "object",
      "properties": {
        "serial": {"type": "integer", "description": "Serial number of the registry; it grows with every promotion and rollback."},
        "skills": {
          "type": "array",
          "items": {
            "type": "object",
            "properties": {
              "skill": {"type": "string"},
              "description": {"type": "string"},
              "state": {"type": "string", "description": "The furthest state that is live."},
              "production": {"type": ["string", "null"], "description": "Label of the version in production."},
              "staged": {"type": ["string", "null"], "description": "Label of the staged version."},
              "rollout_percent": {"type": ["integer", "null"], "description": "Share of keys that get the staged version."},
              "agent": {"type": "string"},
              "intent": {"type": "string"}
            },
            "required": ["skill", "description", "state", "production", "staged", "rollout_percent", "agent", "intent"]
          }
        },
        "next_cursor": {"type": ["string", "null"], "description": "Pass it as cursor for the next page; null when this is the last one."}
      },
      "required": ["serial", "skills", "next_cursor"]
    }
    """)
{
    protected override Task<JsonObject> AnswerAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var arguments = Arguments(request);
        var (agent, intent) = (arguments.Text("agent"), arguments.Text("intent"));
        var state = arguments.Choice("state", "prototype", "staged", "production");
        var limit = arguments.Whole("limit", 1, 100, 50);
        var cursor = arguments.Text("cursor", SkillName.MaxLength);
        arguments.Check();
        bool Wanted(SkillEntry entry) => (state is null || entry.PromotionState.Text() == state)
            && (intent is null || Same(entry.IntentType, intent))
            && (agent is null || Same(entry.PrimaryAgent, agent) || Same(entry.FallbackAgent, agent));
        return Access.ReadAsync(
            workspace =>
            {
                var registry = workspace.Registry.Load();
                var page = SkillListing.Available(registry).Where(skill => Wanted(skill.Entry) && (cursor is null || string.CompareOrdinal(skill.Name, cursor) > 0)).Take(limit + 1).ToList();
                var buffer = new byte[16 * 1024];
                return Task.FromResult(new JsonObject
                {
                    ["serial"] = registry.Serial,
                    ["skills"] = List(page.Take(limit), skill => View(workspace, skill.Name, skill.Entry, buffer)),
                    ["next_cursor"] = page.Count > limit ? page[limit - 1].Name : null,
                });
            },
            cancellationToken);
    }

    private static bool Same(string? left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static JsonObject View(Workspace workspace, string name, SkillEntry entry, byte[] buffer) => new()
    {
        ["skill"] = name,
        ["description"] = SkillListing.Description(workspace, name, entry, buffer),
        ["state"] = entry.PromotionState.Text(),
        ["production"] = entry.Live(PromotionState.Production)?.Label,
        ["staged"] = entry.Live(PromotionState.Staged)?.Label,
        ["rollout_percent"] = entry.Rollout?.Percent,
        ["agent"] = entry.PrimaryAgent,
        ["intent"] = entry.IntentType,
    };
}
