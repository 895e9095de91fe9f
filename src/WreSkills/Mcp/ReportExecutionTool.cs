using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

using WreSkills.Executions;
using WreSkills.Hosting;
using WreSkills.Promotion;
using WreSkills.Registry;

namespace WreSkills.Mcp;

/// <summary><c>report_execution</c>: what became of a run, on the same way as <c>wre record</c>; it can cause a rollback and nothing else.</summary>
internal sealed class ReportExecutionTool(WorkspaceAccess access) : SkillTool(
    access, "report_execution", "Report an execution",
    "Reports one run of a skill after it ended: what was decided, whether it was right, the steps that were taken, time and errors. It is scored against the skill's expected patterns, and when too many go wrong the version is rolled back at once; "
        + "then load the skill again. Pass version, digest, state, state_serial and key as load_skill gave them. Reporting the same execution_id again is harmless, and adds what was not known before.",
    """
    {
      "type": "object",
      "description": "The execution record. Only skill is required; leave out what is not known. Other fields are kept.",
      "properties": {
        "skill": {"type": "string", "minLength": 1, "maxLength": 64, "description": "The skill's name."},
        "execution_id": {"type": "string", "minLength": 1, "maxLength": 200, "description": "Unique within the skill; made up when left out. Pass it to report a later verdict about the same run."},
        "timestamp": {"type": ["string", "number"], "description": "When it ran, ISO 8601 or Unix seconds. Default: now."},
        "version": {"type": ["string", "null"], "description": "Label of the version, from load_skill."},
        "digest": {"type": ["string", "null"], "description": "Digest of the version, from load_skill."},
        "state": {"type": ["string", "null"], "enum": ["prototype", "staged", "production", null], "description": "State of the version, from load_skill."},
        "state_serial": {"type": ["integer", "null"], "description": "From load_skill."},
        "key": {"type": ["string", "null"], "description": "The key with which it was loaded."},
        "agent": {"type": ["string", "null"], "description": "Name of the agent that ran it."},
        "model": {"type": ["string", "null"], "description": "The model behind the agent."},
        "breadcrumbs": {"type": ["array", "null"], "maxItems": 2000, "description": "The steps in order: objects, or texts such as links_checked=true."},
        "decision": {"description": "What was decided: a text, or any JSON."},
        "expected_decision": {"description": "What should have been decided, when it is known."},
        "label": {"type": ["string", "null"], "enum": ["positive", "negative", null], "description": "Whether there was something to find."},
        "correct": {"type": ["boolean", "null"], "description": "Whether the outcome was right."},
        "outcome_quality": {"type": ["number", "null"], "minimum": 0, "maximum": 1, "description": "How right it was, 0 to 1."},
        "critical": {"type": ["boolean", "null"], "description": "Whether a miss or an error here is critical."},
        "confidence": {"type": ["number", "null"], "minimum": 0, "maximum": 1, "description": "The agent's own confidence."},
        "execution_time_ms": {"type": ["number", "null"], "minimum": 0, "description": "Milliseconds it took."},
        "exception": {"type": ["boolean", "string", "null"], "description": "Whether it ended in an error, or the error's text."},
        "exception_type": {"type": ["string", "null"], "description": "Which error."},
        "memory_usage_mb": {"type": ["number", "null"], "minimum": 0, "description": "Peak memory."},
        "tokens": {"type": ["integer", "null"], "minimum": 0, "description": "Tokens used."}
      },
      "required": ["skill"]
    }
    """,
    """
    {
      "type": "object",
      "properties": {
        "execution_id": {"type": "string"},
        "skill": {"type": "string"},
        "version": {"type": ["string", "null"]},
        "state": {"type": ["string", "null"]},
        "recorded": {"type": "boolean", "description": "Whether it said something that was not known; false when everything was."},
        "scored": {"type": "boolean", "description": "Whether it was scored against expected patterns; prototypes are not at once."},
        "pattern_fidelity": {"type": ["number", "null"]},
        "patterns_missed": {"type": "array", "items": {"type": "string"}},
        "outcome_quality": {"type": ["number", "null"]},
        "note": {"type": ["string", "null"], "description": "Why it counts for no version although one might expect it."},
        "rollback": {
          "type": ["object", "null"],
          "description": "The rollback that this report caused; load the skill again then.",
          "properties": {"version": {"type": ["string", "null"]}, "from_state": {"type": "string"}, "to_state": {"type": "string"}, "reason": {"type": ["string", "null"]}, "serves": {"type": ["string", "null"]}}
        },
        "rollout": {
          "type": ["object", "null"],
          "description": "The rollout as it stands after this report; aborted means that the staged version serves nobody any more.",
          "properties": {"percent": {"type": "integer"}, "status": {"type": "string"}, "reason": {"type": ["string", "null"]}}
        }
      },
      "required": ["execution_id", "skill", "version", "state", "recorded", "scored", "pattern_fidelity", "patterns_missed", "outcome_quality", "note", "rollback", "rollout"]
    }
    """,
    readOnly: false)
{
    /// <summary>What stands in <c>source</c> of every record that came this way, whatever the client says.</summary>
    public const string Source = "mcp";

    private const int MostCharacters = 1_000_000;
    private const int MostBreadcrumbs = 2000;
    private const int MostClientCharacters = 100;
    private static readonly JsonSerializerOptions s_line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    protected override async Task<JsonObject> AnswerAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var json = Record(request.Params?.Arguments, Reporter(request.Server.ClientInfo));
        var (recorded, rollback, rollout) = await Access.WriteAsync(
            workspace =>
            {
                var record = ExecutionRecordReader.Read(json, "the report", null, () => Guid.CreateVersion7(workspace.Time.GetUtcNow()).ToString());
                var outcome = workspace.Recorder.Record([record]);
                workspace.Worker.Run();
                return (outcome.Executions[0], outcome.Skills.GetValueOrDefault(record.Skill)?.Rollback, workspace.Registry.Load().Find(record.Skill)?.Rollout);
            },
            cancellationToken).ConfigureAwait(false);
        if (rollback is not null && Access.Options.Log is { } log)
        {
            McpLog.RolledBack(log, rollback.Skill, rollback.Version, rollback.Reason);
        }

        return View(recorded, rollback, rollout);
    }

    private static JsonObject View(RecordedExecution recorded, Transition? rollback, RolloutEntry? rollout) => new()
    {
        ["execution_id"] = recorded.Record.ExecutionId,
        ["skill"] = recorded.Record.Skill,
        ["version"] = recorded.Record.Version,
        ["state"] = recorded.Record.State,
        ["recorded"] = !recorded.KnownAlready,
        ["scored"] = recorded.Score is not null,
        ["pattern_fidelity"] = recorded.Score?.PatternFidelity,
        ["patterns_missed"] = Texts(recorded.Score?.PatternsMissed.Select(proof => proof.Name) ?? []),
        ["outcome_quality"] = recorded.Record.OutcomeQuality,
        ["note"] = recorded.Note,
        ["rollback"] = rollback is null ? null : new JsonObject
        {
            ["version"] = rollback.Version,
            ["from_state"] = rollback.From.Text(),
            ["to_state"] = rollback.To.Text(),
            ["reason"] = rollback.Reason,
            ["serves"] = rollback.Serves,
        },
        ["rollout"] = rollout is null ? null : new JsonObject { ["percent"] = rollout.Percent, ["status"] = rollout.Status, ["reason"] = rollout.Reason },
    };

    // Where the evidence comes from is not the client's to say: people who sign a ticket see how much of it agents reported themselves.
    private static string Record(IDictionary<string, JsonElement>? arguments, string reporter)
    {
        var record = new JsonObject();
        foreach (var (name, value) in arguments ?? new Dictionary<string, JsonElement>())
        {
            record[name] = value.ValueKind == JsonValueKind.Null ? null : JsonNode.Parse(value.GetRawText());
        }

        record["source"] = Source;
        record["reported_by"] = reporter;
        var json = record.ToJsonString(s_line);
        return json.Length > MostCharacters ? throw new WreException($"The report has {json.Length:N0} characters; at most {MostCharacters:N0} are taken.", "shorten the breadcrumbs: the name of each step and what was found are enough")
            : record["breadcrumbs"] is JsonArray { Count: > MostBreadcrumbs } steps ? throw new WreException($"The report has {steps.Count:N0} breadcrumbs; at most {MostBreadcrumbs:N0} are taken.", "leave out steps that no expected pattern looks for")
            : json;
    }

    private static string Reporter(Implementation? client)
    {
        var name = client is null ? "an MCP client" : $"{client.Name} {client.Version}".Trim();
        return string.Concat(name.Where(character => !char.IsControl(character)).Take(MostClientCharacters));
    }
}
