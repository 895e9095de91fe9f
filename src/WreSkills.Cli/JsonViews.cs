using System.Text.Json.Nodes;

using WreSkills.Hosting;
using WreSkills.Metrics;
using WreSkills.Monitoring;
using WreSkills.Policy;
using WreSkills.Promotion;
using WreSkills.Registry;
using WreSkills.Scoring;
using WreSkills.Skills;

namespace WreSkills.Cli;

/// <summary>The JSON contract of the answers; docs/reference/json.md shows each with an example.</summary>
internal static class JsonViews
{
    public static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Pass => "pass",
        Verdict.Fail => "fail",
        Verdict.Inconclusive => "inconclusive",
        Verdict.NoData => "no_data",
        _ => "error",
    };

    public static JsonObject Gate(GateResult gate) => new()
    {
        ["name"] = gate.Name,
        ["title"] = gate.Title,
        ["verdict"] = Word(gate.Verdict),
        ["figure"] = gate.Figure,
        ["requirement"] = gate.Requirement,
        ["evidence"] = gate.Evidence,
    };

    public static JsonObject NearestSkill(NearestSkill nearest) => new()
    {
        ["skill"] = nearest.Skill,
        ["state"] = nearest.State,
        ["similarity"] = nearest.Similarity,
        ["passages"] = JsonOutput.List(nearest.Passages, passage => new JsonObject { ["text"] = passage.Text, ["line"] = passage.Line, ["other_line"] = passage.OtherLine }),
    };

    public static JsonObject Readiness(PromotionReadiness readiness) => new()
    {
        ["skill"] = readiness.Skill,
        ["from_state"] = readiness.From.Text(),
        ["target_state"] = readiness.To.Text(),
        ["version"] = readiness.Version,
        ["digest"] = readiness.Digest.Length == 0 ? null : readiness.Digest,
        ["ready"] = readiness.Ready,
        ["refusal"] = readiness.Refusal,
        ["gates"] = JsonOutput.List(readiness.Gates, Gate),
    };

    public static JsonObject Transition(Transition transition) => new()
    {
        ["operation"] = transition.Operation,
        ["event"] = transition.Kind,
        ["skill"] = transition.Skill,
        ["version"] = transition.Version,
        ["digest"] = transition.Digest,
        ["from_state"] = transition.From.Text(),
        ["to_state"] = transition.To.Text(),
        ["timestamp"] = transition.At,
        ["approver"] = transition.Approver,
        ["approval_ticket"] = transition.Ticket,
        ["signed_by"] = transition.SignedBy is { } people ? JsonOutput.Texts(people) : null,
        ["break_glass"] = transition.BreakGlass,
        ["reason"] = transition.Reason,
        ["trigger_metric"] = transition.TriggerMetric,
        ["serves"] = transition.Serves,
        ["serial"] = transition.ExpectedSerial + 1,
    };

    public static JsonObject Summary(MetricsSummary summary) => new()
    {
        ["version"] = summary.Version,
        ["state"] = summary.State,
        ["digest"] = summary.Digest,
        ["benchmark"] = summary.Benchmark,
        ["executions"] = summary.Executions,
        ["fidelity_count"] = summary.FidelityCount,
        ["pattern_fidelity"] = summary.PatternFidelity,
        ["outcome_count"] = summary.OutcomeCount,
        ["outcome_quality"] = summary.OutcomeQuality,
        ["negatives"] = summary.Negatives,
        ["false_positives"] = summary.FalsePositives,
        ["false_positive_rate"] = summary.FalsePositiveRate,
        ["false_negatives"] = summary.FalseNegatives,
        ["critical_false_negatives"] = summary.CriticalFalseNegatives,
        ["exceptions"] = summary.Exceptions,
        ["exception_rate"] = summary.ExceptionRate,
        ["execution_time_ms"] = summary.ExecutionTimeMs,
        ["tokens"] = summary.Tokens,
        ["from"] = summary.From,
        ["to"] = summary.To,
    };

    public static JsonObject Trigger(TriggerResult trigger) => new()
    {
        ["name"] = trigger.Name,
        ["verdict"] = Word(trigger.Verdict),
        ["figure"] = trigger.Figure,
        ["threshold"] = trigger.Threshold,
        ["window"] = trigger.Window,
        ["sentence"] = trigger.Sentence,
    };

    public static JsonObject Proof(PatternProof proof) => new()
    {
        ["name"] = proof.Name,
        ["breadcrumb"] = proof.Breadcrumb,
        ["value"] = proof.Value,
        ["share"] = proof.Share,
        ["reason"] = proof.Reason,
    };

    public static JsonObject? Score(FidelityScore? score) => score is null ? null : new JsonObject
    {
        ["pattern_fidelity"] = score.PatternFidelity,
        ["fidelity_low"] = score.FidelityLow,
        ["fidelity_high"] = score.FidelityHigh,
        ["patterns_followed"] = JsonOutput.List(score.PatternsFollowed, Proof),
        ["patterns_missed"] = JsonOutput.List(score.PatternsMissed, Proof),
        ["patterns_not_applicable"] = JsonOutput.List(score.PatternsNotApplicable, Proof),
        ["patterns_inconclusive"] = JsonOutput.List(score.PatternsInconclusive, Proof),
        ["unexpected_steps"] = JsonOutput.List(score.UnexpectedSteps, step => new JsonObject { ["breadcrumb"] = step.Breadcrumb, ["name"] = step.Name }),
        ["critical_missed"] = score.CriticalMissed,
        ["vetoed"] = score.Vetoed,
    };

    public static JsonObject Anomaly(Anomaly anomaly) => new()
    {
        ["execution_id"] = anomaly.ExecutionId,
        ["at"] = anomaly.At,
        ["kind"] = anomaly.Kind,
        ["figure"] = anomaly.Figure,
        ["typical"] = anomaly.Typical,
        ["history"] = anomaly.History,
        ["sentence"] = anomaly.Sentence,
    };

    public static JsonObject Recorded(RecordedExecution execution) => new()
    {
        ["execution_id"] = execution.Record.ExecutionId,
        ["skill"] = execution.Record.Skill,
        ["version"] = execution.Record.Version,
        ["state"] = execution.Record.State,
        ["decision"] = execution.Record.Decision,
        ["outcome_quality"] = execution.Record.OutcomeQuality,
        ["false_positive"] = execution.Outcome.FalsePositive,
        ["false_negative"] = execution.Outcome.FalseNegative,
        ["critical_false_negative"] = execution.Outcome.CriticalFalseNegative,
        ["exception"] = execution.Record.Exception,
        ["known_already"] = execution.KnownAlready,
        ["note"] = execution.Note,
        ["anomalies"] = JsonOutput.List(execution.Anomalies, Anomaly),
        ["score"] = Score(execution.Score),
    };

    public static JsonObject Watched(string skill, MonitoredSkill watched) => new()
    {
        ["skill"] = skill,
        ["version"] = watched.Report?.Stay.Version,
        ["triggers"] = JsonOutput.List(watched.Report?.Triggers ?? [], Trigger),
        ["rollback"] = watched.Rollback is { } rollback ? Transition(rollback) : null,
    };

    public static JsonObject Ticket(ApprovalTicket ticket) => new()
    {
        ["approval_ticket"] = ticket.Id,
        ["skill"] = ticket.Skill,
        ["from_state"] = ticket.From.Text(),
        ["to_state"] = ticket.To.Text(),
        ["version"] = ticket.Version,
        ["skill_digest"] = ticket.SkillDigest,
        ["policy_digest"] = ticket.PolicyDigest,
        ["evidence_digest"] = ticket.EvidenceDigest,
        ["author"] = ticket.Author,
        ["audit_checkpoint"] = ticket.AuditCheckpoint,
        ["requester"] = ticket.Requester,
        ["requester_key"] = ticket.RequesterKey,
        ["break_glass"] = ticket.BreakGlass,
        ["approver"] = ticket.Approver,
        ["expires_at"] = Storage.Timestamp.ToIso(ticket.ExpiresAt),
        ["waivers"] = JsonOutput.List(ticket.Waivers, waiver => new JsonObject { ["rule"] = waiver.Rule, ["file"] = waiver.File, ["reason"] = waiver.Reason, ["expires"] = Storage.Timestamp.ToIso(waiver.Expires) }),
        ["answers"] = new JsonObject(ApprovalTicket.RequiredAnswers(ticket.To).Select(answer => KeyValuePair.Create(answer.Key, (JsonNode?)ticket.Answers.GetValueOrDefault(answer.Key)))),
        ["approval_decision"] = ticket.Decision,
        ["notes"] = ticket.Notes,
        ["signature"] = ticket.Signature,
        ["timestamp"] = ticket.Timestamp,
    };

    public static JsonObject Finding(SkillFinding finding) => new()
    {
        ["code"] = finding.Code,
        ["severity"] = finding.Severity == FindingSeverity.Error ? "error" : "warning",
        ["file"] = finding.File,
        ["line"] = finding.Line,
        ["message"] = finding.Message,
    };
}
