using WreSkills.Executions;
using WreSkills.Scoring;
using WreSkills.Skills;

namespace WreSkills.Monitoring;

/// <summary>What an execution was like, as far as the detection of anomalies compares it with others.</summary>
public sealed record ExecutionFeatures
{
    /// <summary>Label of the version; empty when unknown.</summary>
    public string Version { get; init => field = value ?? ""; } = "";

    /// <summary>Milliseconds; null when unknown.</summary>
    public double? TimeMs { get; init; }

    /// <summary>Tokens; null when unknown.</summary>
    public long? Tokens { get; init; }

    /// <summary>Calls of tools, commands and skills; null when there are no breadcrumbs.</summary>
    public int? Steps { get; init; }

    /// <summary>Names of the tools, commands (their first word) and skills that were called, each once.</summary>
    public IReadOnlyList<string> Tools { get; init => field = value ?? []; } = [];

    /// <summary>Names of the patterns that were followed.</summary>
    public IReadOnlyList<string> Followed { get; init => field = value ?? []; } = [];

    /// <summary>Names of the patterns that were missed.</summary>
    public IReadOnlyList<string> Missed { get; init => field = value ?? []; } = [];

    /// <summary>The features of an execution.</summary>
    public static ExecutionFeatures Of(ExecutionRecord record, FidelityScore? score)
    {
        var calls = record.Breadcrumbs is { } breadcrumbs ? ExecutionStep.Read(breadcrumbs).Where(step => step.IsCall).ToList() : null;
        return new ExecutionFeatures
        {
            Version = record.Version ?? "",
            TimeMs = record.ExecutionTimeMs,
            Tokens = record.Tokens,
            Steps = calls?.Count,
            Tools = [.. (calls ?? []).Select(step => step.Kind == StepKind.Command ? step.Name.Split(' ', 2)[0] : step.Name).Distinct().Take(AnomalyDetector.MostTools)],
            Followed = [.. (score?.PatternsFollowed ?? []).Select(proof => proof.Name)],
            Missed = [.. (score?.PatternsMissed ?? []).Select(proof => proof.Name)],
        };
    }
}
