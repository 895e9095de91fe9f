using System.Text.Json.Nodes;

using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

using WreSkills.Loading;
using WreSkills.Registry;

namespace WreSkills.Mcp;

/// <summary><c>load_skill</c>: the version that serves a key, as the agent gets to read it.</summary>
internal sealed class LoadSkillTool(WorkspaceAccess access) : SkillTool(
    access, "load_skill", "Load a skill",
    "Loads the version of a skill that serves this request and returns its text. Keep version, digest, state, state_serial and key of the answer: report_execution wants them back, and read_skill_file reads files of exactly this version by its digest. "
        + "That no version serves a key (served: false) is a normal answer: work without the skill, and report nothing.",
    """
    {
      "type": "object",
      "properties": {
        "skill": {"type": "string", "minLength": 1, "maxLength": 64, "description": "The skill's name, as list_skills says it."},
        "key": {"type": "string", "minLength": 1, "maxLength": 512, "description": "What identifies the request, such as a stream, user or conversation; the same key always gets the same arm of a rollout. Default: the key of this session, or a fresh one where the server has no sessions."},
        "agent": {"type": "string", "maxLength": 512, "description": "The agent that will read the text; parts for other agents are left out. Default: all parts."},
        "labels": {"type": "array", "items": {"type": "string", "maxLength": 512}, "maxItems": 16, "description": "Labels of the request, such as low-risk; a canary may be limited to some."},
        "level": {"type": "string", "enum": ["metadata", "body", "document"], "default": "document", "description": "How much: description and list of files, the instructions, or the whole SKILL.md."},
        "context": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 16384}, "maxProperties": 32, "description": "Required context that the request brings, by name."}
      },
      "required": ["skill"],
      "additionalProperties": false
    }
    """,
    """
    {
      "type": "object",
      "properties": {
        "served": {"type": "boolean", "description": "False when no version serves this key, or when something that the skill depends on is missing; then work without the skill."},
        "skill": {"type": "string"},
        "key": {"type": ["string", "null"]},
        "version": {"type": ["string", "null"], "description": "Label of the version; null for a prototype."},
        "digest": {"type": ["string", "null"], "description": "SHA-256 of its content."},
        "arm": {"type": ["string", "null"], "description": "baseline, candidate or fallback."},
        "state": {"type": ["string", "null"]},
        "state_serial": {"type": ["integer", "null"]},
        "description": {"type": ["string", "null"]},
        "text": {"type": ["string", "null"]},
        "sections_dropped": {"type": "integer", "description": "Parts for other agents that were left out."},
        "files": {"type": "array", "items": {"type": "object", "properties": {"path": {"type": "string"}, "bytes": {"type": "integer"}}, "required": ["path", "bytes"]}},
        "refused": {
          "type": "array",
          "description": "What keeps the skill from being handed out.",
          "items": {"type": "object", "properties": {"kind": {"type": "string"}, "name": {"type": "string"}, "reason": {"type": "string"}, "hint": {"type": "string"}}, "required": ["kind", "name", "reason", "hint"]}
        },
        "note": {"type": ["string", "null"]}
      },
      "required": ["served", "skill", "key", "version", "digest", "arm", "state", "state_serial", "description", "text", "sections_dropped", "files", "refused", "note"]
    }
    """)
{
    protected override Task<JsonObject> AnswerAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var arguments = Arguments(request);
        var load = new LoadRequest
        {
            Skill = arguments.Required("skill"),
            Key = arguments.Text("key") ?? Access.Options.SessionKey ?? Guid.NewGuid().ToString(),
            Agent = arguments.Text("agent"),
            Labels = arguments.Texts("labels", 16),
            Level = arguments.Choice("level", "metadata", "body", "document") switch { "metadata" => DisclosureLevel.Metadata, "body" => DisclosureLevel.Body, _ => DisclosureLevel.Document },
            Context = arguments.Map("context", 32, 16 * 1024),
        };
        arguments.Check();
        return Access.ReadAsync(
            async workspace =>
            {
                var text = await workspace.Reader.ReadAsync(load, cancellationToken).ConfigureAwait(false);
                if (text is { IsRefused: false })
                {
                    Access.Loaded?.Note(text.Skill, text.Key, text.Digest);
                }

                return View(load, text);
            },
            cancellationToken);
    }

    private static JsonObject View(LoadRequest load, SkillText? text) => new()
    {
        ["served"] = text is { IsRefused: false },
        ["skill"] = load.Skill,
        ["key"] = load.Key,
        ["version"] = text?.Version,
        ["digest"] = text?.Digest,
        ["arm"] = text?.Arm,
        ["state"] = text?.State.Text(),
        ["state_serial"] = text?.StateSerial,
        ["description"] = text?.Description,
        ["text"] = text?.Text,
        ["sections_dropped"] = text?.SectionsDropped ?? 0,
        ["files"] = List(text?.Files ?? [], file => new JsonObject { ["path"] = file.Path, ["bytes"] = file.Length }),
        ["refused"] = List(text?.Refused ?? [], refusal => new JsonObject { ["kind"] = refusal.Kind, ["name"] = refusal.Name, ["reason"] = refusal.Reason, ["hint"] = refusal.Hint }),
        ["note"] = text is null ? "no version of this skill serves this key; work without the skill" : text.IsRefused ? "something that this skill depends on is missing; work without the skill" : null,
    };
}
