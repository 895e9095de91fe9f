using System.Text.Json.Nodes;

using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

using WreSkills.Hosting;
using WreSkills.Loading;
using WreSkills.Metrics;
using WreSkills.Monitoring;
using WreSkills.Policy;
using WreSkills.Registry;

namespace WreSkills.Mcp;

/// <summary><c>skill_status</c>: how a skill stands.</summary>
internal sealed class SkillStatusTool(WorkspaceAccess access) : SkillTool(
    access, "skill_status", "Status of a skill",
    "Tells how a skill stands: its live versions with their share of traffic, how well they do and on how much evidence, whether a circuit breaker is open, and which versions were rolled back and why.",
    """
    {
      "type": "object",
      "properties": {"skill": {"type": "string", "minLength": 1, "maxLength": 64, "description": "The skill's name."}},
      "required": ["skill"],
      "additionalProperties": false
    }
    """,
    """
    {
      "type": "object",
      "properties": {
        "skill": {"type": "string"},
        "serial": {"type": "integer", "description": "Serial number of the registry."},
        "state": {"type": "string", "description": "The furthest state that is live."},
        "retired": {"type": "boolean"},
        "last_promotion": {"type": ["string", "null"]},
        "last_rollback": {"type": ["string", "null"]},
        "rollout": {
          "type": ["object", "null"],
          "properties": {"percent": {"type": "integer"}, "status": {"type": "string"}, "reason": {"type": ["string", "null"]}, "labels": {"type": "array", "items": {"type": "string"}}}
        },
        "live": {
          "type": "array",
          "items": {
            "type": "object",
            "properties": {
              "version": {"type": "string"},
              "digest": {"type": ["string", "null"]},
              "state": {"type": "string"},
              "state_serial": {"type": "integer"},
              "percent": {"type": "integer", "description": "Share of keys that get it."},
              "executions": {"type": "integer", "description": "Since it entered this state."},
              "pattern_fidelity": {"$ref": "#/$defs/figure"},
              "outcome_quality": {"$ref": "#/$defs/figure"},
              "exceptions": {"type": "integer"},
              "sources": {"type": "object", "additionalProperties": {"type": "integer"}, "description": "Where the evidence comes from."},
              "firing": {"type": "array", "items": {"type": "string"}, "description": "Triggers that hold, in words."},
              "breaker": {"type": "string", "enum": ["closed", "open", "half_open"]}
            },
            "required": ["version", "digest", "state", "state_serial", "percent", "executions", "pattern_fidelity", "outcome_quality", "exceptions", "sources", "firing", "breaker"]
          }
        },
        "rolled_back": {
          "type": "array",
          "items": {"type": "object", "properties": {"version": {"type": "string"}, "digest": {"type": "string"}, "at": {"type": "string"}, "reason": {"type": "string"}, "reviewed": {"type": "boolean"}}, "required": ["version", "digest", "at", "reason", "reviewed"]}
        }
      },
      "required": ["skill", "serial", "state", "retired", "last_promotion", "last_rollback", "rollout", "live", "rolled_back"],
      "$defs": {
        "figure": {
          "type": "object",
          "description": "The mean and bounds that hold at every look at once, 0 to 1.",
          "properties": {"mean": {"type": ["number", "null"]}, "lower": {"type": "number"}, "upper": {"type": "number"}, "count": {"type": "integer"}},
          "required": ["mean", "lower", "upper", "count"]
        }
      }
    }
    """)
{
    protected override Task<JsonObject> AnswerAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var arguments = Arguments(request);
        var skill = arguments.Required("skill");
        arguments.Check();
        return Access.ReadAsync(workspace => Task.FromResult(View(workspace, skill)), cancellationToken);
    }

    private static JsonObject View(Workspace workspace, string skill)
    {
        var registry = workspace.Registry.Load();
        var entry = registry.Require(skill);
        var plan = ServingPlan.For(entry);
        var live = ((ReadOnlySpan<PromotionState>)[PromotionState.Production, PromotionState.Staged]).ToArray().Select(state => workspace.Monitor.Evaluate(skill, entry, workspace.Policy, state)).OfType<MonitorReport>();
        return new JsonObject
        {
            ["skill"] = skill,
            ["serial"] = registry.Serial,
            ["state"] = entry.PromotionState.Text(),
            ["retired"] = entry.Retired is not null,
            ["last_promotion"] = entry.LastPromotion,
            ["last_rollback"] = entry.LastRollback,
            ["rollout"] = entry.Rollout is not { } rollout ? null : new JsonObject { ["percent"] = rollout.Percent, ["status"] = rollout.Status, ["reason"] = rollout.Reason, ["labels"] = Texts(rollout.Labels ?? []) },
            ["live"] = List(live, report => Live(workspace, skill, plan, report)),
            ["rolled_back"] = List(entry.Versions.Where(version => version.Value is { State: PromotionState.Held, RolledBack: not null }), version => new JsonObject
            {
                ["version"] = version.Key,
                ["digest"] = version.Value.Digest,
                ["at"] = version.Value.RolledBack!.At,
                ["reason"] = version.Value.RolledBack.Reason,
                ["reviewed"] = version.Value.RolledBack.ReviewedBy is not null,
            }),
        };
    }

    private static JsonObject Live(Workspace workspace, string skill, ServingPlan plan, MonitorReport report)
    {
        var stay = report.Stay;
        return new JsonObject
        {
            ["version"] = stay.Version,
            ["digest"] = stay.Digest,
            ["state"] = stay.State,
            ["state_serial"] = stay.StateSerial,
            ["percent"] = stay.State == PromotionState.Staged.Text() ? plan.Percent : 100 - (plan.Labels.Count > 0 ? 0 : plan.Percent),
            ["executions"] = report.Executions,
            ["pattern_fidelity"] = Figure(report.State.Fidelity),
            ["outcome_quality"] = Figure(report.State.Outcome),
            ["exceptions"] = report.State.Exceptions,
            ["sources"] = new JsonObject(workspace.Database.Window(stay, new WindowSizes(1, 1, 1, 1, 1, 1)).Sources.Select(source => KeyValuePair.Create(source.Key, (JsonNode?)source.Value))),
            ["firing"] = Texts(report.Triggers.Concat(report.Guardrails).Where(trigger => trigger.Verdict == Verdict.Fail).Select(trigger => trigger.Sentence)),
            ["breaker"] = workspace.Breakers.Find(skill, stay.Version, stay.StateSerial).At(workspace.Time.GetUtcNow()) switch { BreakerState.Open => "open", BreakerState.HalfOpen => "half_open", _ => "closed" },
        };
    }

    private static JsonObject Figure(ConfidenceBound bound) => new() { ["mean"] = bound.Mean, ["lower"] = bound.Lower, ["upper"] = bound.Upper, ["count"] = bound.Count };
}
