using System.Text.Json.Nodes;

using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

using WreSkills.Hosting;
using WreSkills.Loading;

namespace WreSkills.Mcp;

/// <summary><c>read_skill_file</c>: a file of the version that was loaded.</summary>
internal sealed class ReadSkillFileTool(WorkspaceAccess access) : SkillTool(
    access, "read_skill_file", "Read a file of a skill",
    "Reads a file that belongs to a skill, such as a reference or a script, as text or base64. Pass the digest that load_skill gave: then it is the file of exactly the version that you loaded, whatever was promoted or rolled back since.",
    """
    {
      "type": "object",
      "properties": {
        "skill": {"type": "string", "minLength": 1, "maxLength": 64, "description": "The skill's name."},
        "path": {"type": "string", "minLength": 1, "maxLength": 1024, "description": "Path of the file as load_skill lists it, with forward slashes."},
        "digest": {"type": "string", "minLength": 64, "maxLength": 64, "description": "Digest of the version, as load_skill gave it."},
        "key": {"type": "string", "minLength": 1, "maxLength": 512, "description": "Instead of the digest: the key that load_skill was called with. Default: the version that this session loaded last."},
        "labels": {"type": "array", "items": {"type": "string", "maxLength": 512}, "maxItems": 16, "description": "With key: the labels that load_skill was called with."}
      },
      "required": ["skill", "path"],
      "additionalProperties": false
    }
    """,
    """
    {
      "type": "object",
      "properties": {
        "served": {"type": "boolean", "description": "False when no version serves the key."},
        "skill": {"type": "string"},
        "path": {"type": "string"},
        "version": {"type": ["string", "null"]},
        "digest": {"type": ["string", "null"], "description": "Digest of the version that the file belongs to."},
        "bytes": {"type": ["integer", "null"]},
        "text": {"type": ["string", "null"], "description": "The content; null when it is no text."},
        "base64": {"type": ["string", "null"], "description": "The content in base64 when it is no text."},
        "note": {"type": ["string", "null"]}
      },
      "required": ["served", "skill", "path", "version", "digest", "bytes", "text", "base64", "note"]
    }
    """)
{
    protected override Task<JsonObject> AnswerAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var arguments = Arguments(request);
        var (skill, path) = (arguments.Required("skill"), arguments.Required("path", 1024));
        var (digest, key) = (arguments.Text("digest"), arguments.Text("key"));
        var labels = arguments.Texts("labels", 16);
        arguments.Check();
        if (digest is not null && key is not null)
        {
            throw new WreException("Both digest and key are given.", "pass the digest that load_skill gave, and no key");
        }

        digest ??= Access.Loaded?.Find(skill, key);
        key ??= Access.Options.SessionKey;
        if (digest is null && key is null)
        {
            throw new WreException("A file of which version?", "pass the digest that load_skill gave");
        }

        return Access.ReadAsync(workspace => Task.FromResult(View(skill, path, Find(workspace, new LoadRequest { Skill = skill, Key = key, Labels = labels }, digest, path))), cancellationToken);
    }

    private static VersionFile? Find(Workspace workspace, LoadRequest request, string? digest, string path) =>
        digest is null ? SkillFileReader.OfRequest(workspace, request, path) : SkillFileReader.OfDigest(workspace, request.Skill, digest, path);

    private static JsonObject View(string skill, string path, VersionFile? file)
    {
        var text = file?.Text;
        return new JsonObject
        {
            ["served"] = file is not null,
            ["skill"] = skill,
            ["path"] = path,
            ["version"] = file?.Version,
            ["digest"] = file?.Digest,
            ["bytes"] = file?.Bytes.Length,
            ["text"] = text,
            ["base64"] = file is null || text is not null ? null : Convert.ToBase64String(file.Bytes.Span),
            ["note"] = file is null ? "no version of this skill serves this key; work without the skill"
                : file.Serves ? null : "this version was taken out of traffic since you loaded it; load the skill again before the next task",
        };
    }
}
