using System.Text.Json;

using WreSkills.Executions;
using WreSkills.Metrics;
using WreSkills.Registry;
using WreSkills.Scoring;
using WreSkills.Skills;

namespace WreSkills.Review;

/// <summary>What is reviewed: one content of a skill in one state, with its executions.</summary>
internal sealed record ReviewSubject
{
    /// <summary>How many of the latest executions a review looks at.</summary>
    public const int MostExecutions = 2000;

    public required string Skill { get; init; }

    public required PromotionState State { get; init; }

    /// <summary>The version's label; null for a draft.</summary>
    public string? Version { get; init; }

    public required string Digest { get; init; }

    public long StateSerial { get; init; }

    public required SkillFolder Folder { get; init; }

    /// <summary>What the registry knows of the version; null for a draft.</summary>
    public VersionEntry? Entry { get; init; }

    /// <summary>Oldest first; without those of holdout cases.</summary>
    public required IReadOnlyList<ReviewedExecution> Executions { get; init; }

    /// <summary>Executions that were left out because they may belong to holdout cases.</summary>
    public int Holdout { get; init; }

    /// <summary>
    /// Puts figures and records together. What a holdout case shows must not shape the instructions that are to be tested with it,
    /// so such executions are left out, and benchmark runs whose record is gone as well once there are such cases.
    /// </summary>
    public static (IReadOnlyList<ReviewedExecution> Executions, int Holdout) Load(
        string skill, IReadOnlyList<ExecutionFigures> newestFirst, ExecutionLog log, SkillFolder folder, IReadOnlySet<string> holdoutCases)
    {
        var scorer = new PatternScorer(folder.Patterns, folder.Settings.UnexpectedStepPenalty);
        var records = log.Find(skill, [.. newestFirst.Select(figures => figures.ExecutionId)]);
        var (executions, holdout) = (new List<ReviewedExecution>(newestFirst.Count), 0);
        foreach (var figures in newestFirst.Reverse())
        {
            var json = records.TryGetValue(figures.ExecutionId, out var element) ? element : default(JsonElement?);
            if (IsHoldout(json, figures, holdoutCases))
            {
                holdout++;
                continue;
            }

            executions.Add(ReviewedExecution.Of(figures, Read(json, skill), folder.Patterns, scorer));
        }

        return (executions, holdout);
    }

    private static bool IsHoldout(JsonElement? record, ExecutionFigures figures, IReadOnlySet<string> holdoutCases) =>
        record is { } known ? AdvisorTraces.IsHoldout(known, holdoutCases) : holdoutCases.Count > 0 && figures.Source == "benchmark";

    // A line that somebody edited by hand, or with text that is none, stands for nothing; the figures stand without it.
    private static ExecutionRecord? Read(JsonElement? json, string skill)
    {
        try
        {
            var record = json is { } known ? ExecutionRecordReader.Read(known.GetRawText(), "executions", skill, () => "") : null;
            _ = json?.GetRawText().Contains("\\ud", StringComparison.OrdinalIgnoreCase) == true ? record?.Json.ToJsonString() : null;
            return record;
        }
        catch (Exception error) when (error is WreException or InvalidOperationException)
        {
            return null;
        }
    }
}
