using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Executions;
using WreSkills.Scanning;
using WreSkills.Scoring;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>An execution with its score and its class; the score is null when there was nothing to score.</summary>
/// <param name="Record">The execution.</param>
/// <param name="Score">How it followed the expected patterns.</param>
/// <param name="Outcome">What it counts as.</param>
public sealed record ScoredExecution(ExecutionRecord Record, FidelityScore? Score, OutcomeClass Outcome);

/// <summary>What an execution counts as in the rates of policy 2.1.</summary>
/// <param name="Label">The true class; null when unknown.</param>
/// <param name="FalsePositive">A negative that was flagged; null when the class or outcome is unknown.</param>
/// <param name="FalseNegative">A positive that was missed; null when the class or outcome is unknown.</param>
/// <param name="CriticalFalseNegative">A missed positive that was critical.</param>
public sealed record OutcomeClass(CaseLabel? Label, bool? FalsePositive, bool? FalseNegative, bool CriticalFalseNegative)
{
    /// <summary>Classifies an execution.</summary>
    /// <param name="record">The execution.</param>
    /// <param name="settings">The skill's settings: its negative decisions tell a miss from a mix-up between positives.</param>
    public static OutcomeClass Of(ExecutionRecord record, SkillSettings settings)
    {
        bool? IsNegative(string? decision) => decision is null || settings.NegativeDecisions.Count == 0
            ? null
            : settings.NegativeDecisions.Any(negative => ExecutionRecordReader.SameDecision(negative, decision));

        var label = record.Label ?? IsNegative(record.ExpectedDecision) switch { true => CaseLabel.Negative, false => CaseLabel.Positive, null => null };
        if (label is null || record.OutcomeQuality is not { } outcome)
        {
            return new OutcomeClass(label, null, null, false);
        }

        var wrong = outcome < 0.5;
        // An execution that crashed decided nothing: it flagged no negative, and it missed every positive.
        var decidedNegative = record.Exception == true && record.Decision is null ? true : IsNegative(record.Decision);
        var falsePositive = label == CaseLabel.Negative && wrong && decidedNegative != true;
        var falseNegative = label == CaseLabel.Positive && wrong && decidedNegative != false;
        return new OutcomeClass(label, falsePositive, falseNegative, falseNegative && (record.Critical == true || settings.Critical));
    }
}

/// <summary>Writes the append-only metric files: one JSON object a line without secrets (policy 2.1), flushed before the call returns.</summary>
public sealed class MetricsLog(WorkspaceLayout layout, TimeProvider time)
{
    private static readonly JsonWriterOptions s_format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions s_nodeFormat = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Appends the lines of some executions of one skill: a file gets a line only for what is known.</summary>
    public void Append(string skill, IReadOnlyList<ScoredExecution> executions)
    {
        Append(skill, MetricKind.Fidelity, executions, WriteFidelity);
        Append(skill, MetricKind.Outcomes, executions, WriteOutcome);
        Append(skill, MetricKind.Performance, executions, WritePerformance);
    }

    /// <summary>Appends a promotion or rollback event unless the file has its <c>event_id</c> already.</summary>
    /// <returns>False when it was there.</returns>
    public bool AppendEvent(string skill, string eventId, JsonObject line) => IdempotentLog.Append(FileOf(skill, MetricKind.PromotionLog), "event_id", eventId, Redaction.JsonText(line.ToJsonString(s_nodeFormat), s_nodeFormat));

    /// <summary>Absolute path of a skill's metric file.</summary>
    public string FileOf(string skill, MetricKind kind) => Path.Combine(layout.MetricsFolder, MetricFiles.Name(skill, kind));

    private void Append(string skill, MetricKind kind, IReadOnlyList<ScoredExecution> executions, Func<Utf8JsonWriter, ScoredExecution, bool> write)
    {
        using var lines = new MemoryStream();
        foreach (var execution in executions)
        {
            using var line = new MemoryStream();
            using (var json = new Utf8JsonWriter(line, s_format))
            {
                json.WriteStartObject();
                WritePlace(json, execution.Record);
                if (!write(json, execution))
                {
                    continue;
                }

                json.WriteEndObject();
            }

            lines.Write(Redaction.JsonText(line.GetBuffer().AsSpan(0, (int)line.Length), s_nodeFormat));
            lines.WriteByte((byte)'\n');
        }

        if (lines.Length > 0)
        {
            DurableFile.Append(FileOf(skill, kind), lines.GetBuffer().AsSpan(0, (int)lines.Length));
        }
    }

    private void WritePlace(Utf8JsonWriter json, ExecutionRecord record)
    {
        json.WriteString("execution_id", record.ExecutionId);
        json.WriteString("timestamp", Timestamp.ToIso(record.Timestamp ?? time.GetUtcNow()));
        json.WriteString("skill_name", record.Skill);
        Text(json, "version", record.Version);
        Text(json, "digest", record.Digest);
        Text(json, "state", record.State);
        if (record.StateSerial is { } serial)
        {
            json.WriteNumber("state_serial", serial);
        }

        Text(json, "source", record.Source);
        Text(json, "agent", record.Agent);
        Text(json, "model", record.Model);
    }

    private static bool WriteFidelity(Utf8JsonWriter json, ScoredExecution execution)
    {
        if (execution.Score is not { PatternFidelity: { } fidelity } score)
        {
            return false;
        }

        json.WriteNumber("pattern_fidelity", fidelity);
        if (execution.Record.Breadcrumbs is not null)
        {
            Names(json, "patterns_followed", score.PatternsFollowed);
            Names(json, "patterns_missed", score.PatternsMissed);
            Names(json, "patterns_not_applicable", score.PatternsNotApplicable);
            if (score.PatternsInconclusive.Count > 0)
            {
                Names(json, "patterns_inconclusive", score.PatternsInconclusive);
            }

            json.WriteBoolean("critical_missed", score.CriticalMissed);
        }

        return true;
    }

    private static bool WriteOutcome(Utf8JsonWriter json, ScoredExecution execution)
    {
        var record = execution.Record;
        if (record.OutcomeQuality is not { } outcome && record.Decision is null)
        {
            return false;
        }

        Text(json, "decision", record.Decision);
        Text(json, "expected_decision", record.ExpectedDecision);
        if (record.OutcomeQuality is { } known)
        {
            json.WriteBoolean("correct", known >= 0.5);
            json.WriteNumber("outcome_quality", known);
        }

        Text(json, "label", execution.Outcome.Label switch { CaseLabel.Positive => "positive", CaseLabel.Negative => "negative", _ => null });
        Flag(json, "false_positive", execution.Outcome.FalsePositive);
        Flag(json, "false_negative", execution.Outcome.FalseNegative);
        Flag(json, "critical", record.Critical);
        if (execution.Outcome.CriticalFalseNegative)
        {
            json.WriteBoolean("critical_false_negative", true);
        }

        Number(json, "confidence", record.Confidence);
        return true;
    }

    private static bool WritePerformance(Utf8JsonWriter json, ScoredExecution execution)
    {
        var record = execution.Record;
        if (record.ExecutionTimeMs is null && record.Exception is null && record.MemoryUsageMb is null && record.Tokens is null)
        {
            return false;
        }

        Number(json, "execution_time_ms", record.ExecutionTimeMs);
        Number(json, "memory_usage_mb", record.MemoryUsageMb);
        if (record.Tokens is { } tokens)
        {
            json.WriteNumber("tokens", tokens);
        }

        Flag(json, "exception", record.Exception);
        Text(json, "exception_type", record.ExceptionType);
        Flag(json, "critical", record.Critical);
        return true;
    }

    private static void Names(Utf8JsonWriter json, string name, IReadOnlyList<PatternProof> proofs)
    {
        json.WriteStartArray(name);
        foreach (var proof in proofs)
        {
            json.WriteStringValue(proof.Name);
        }

        json.WriteEndArray();
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void Flag(Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } flag)
        {
            json.WriteBoolean(name, flag);
        }
    }
}
