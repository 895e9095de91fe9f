using System.Text.Json.Serialization;

using WreSkills.Monitoring;
using WreSkills.Storage;

namespace WreSkills.Review;

/// <summary>What the advisor found about one version of a skill (policy 5.3): what the data says, and what a model made of it where one was asked.</summary>
public sealed record SkillReview
{
    /// <summary>The skill's name.</summary>
    public required string Skill { get; init; }

    /// <summary>The version's label; null for a draft.</summary>
    public string? Version { get; init; }

    /// <summary>Digest of the content.</summary>
    public required string Digest { get; init; }

    /// <summary><c>prototype</c>, <c>staged</c> or <c>production</c>.</summary>
    public required string State { get; init; }

    /// <summary>Registry serial with which the version entered the state; 0 for a draft.</summary>
    public long StateSerial { get; init; }

    /// <summary>The span of time, such as <c>last_24_hours</c>.</summary>
    public required string Timeframe { get; init; }

    /// <summary>When it was made, ISO 8601.</summary>
    public required string At { get; init; }

    /// <summary>Why: <c>request</c> of somebody, or the policy's <c>schedule</c>.</summary>
    public string Trigger { get; init => field = value ?? "request"; } = "request";

    /// <summary>Executions that were looked at: those of the timeframe among the latest 2000.</summary>
    public int Executions { get; init; }

    /// <summary>Earlier executions of the same stay that they were compared with.</summary>
    public int ExecutionsBefore { get; init; }

    /// <summary>Executions left out because they may belong to holdout cases.</summary>
    public int HoldoutLeftOut { get; init; }

    /// <summary>Executions that were wrong, broke off or missed a pattern.</summary>
    public int Failing { get; init; }

    /// <summary>Where each part comes from: <c>data</c>, or <c>model NAME</c>.</summary>
    public IReadOnlyDictionary<string, string> Sources => new Dictionary<string, string>
    {
        ["patterns"] = "data",
        ["weak_patterns"] = "data",
        ["drift"] = "data",
        ["anomalies"] = "data",
        ["clusters"] = "data",
        ["cost"] = "data",
        ["comparison"] = "data",
        ["readiness"] = "data",
        ["performance_suggestions"] = "data",
        ["improvement_opportunities"] = "data",
        ["fundamental_issue"] = FundamentalIssue?.Source ?? "data",
        ["model"] = Model.Source,
    };

    /// <summary>Every pattern, the weak ones first.</summary>
    public IReadOnlyList<WeakPattern> Patterns { get; init => field = value ?? []; } = [];

    /// <summary>The patterns that are missed more often than the policy's gate leaves room for.</summary>
    public IReadOnlyList<WeakPattern> WeakPatterns => [.. Patterns.Where(pattern => pattern.IsWeak)];

    /// <summary>How each metric stands against the time before and the baseline.</summary>
    public IReadOnlyList<MetricDrift> Drift { get; init => field = value ?? []; } = [];

    /// <summary>What was odd among the executions, newest first, at most 20.</summary>
    public IReadOnlyList<Anomaly> Anomalies { get; init => field = value ?? []; } = [];

    /// <summary>Failing executions that look alike, the largest group first.</summary>
    public IReadOnlyList<FailureCluster> Clusters { get; init => field = value ?? []; } = [];

    /// <summary>Time and tokens.</summary>
    public IReadOnlyList<CostFigure> Cost { get; init => field = value ?? []; } = [];

    /// <summary>Against the prototype baseline; null when there is none.</summary>
    public BaselineComparison? Comparison { get; init; }

    /// <summary>Whether it is ready for the next promotion; null when it is in production.</summary>
    public ReadinessAssessment? Readiness { get; init; }

    /// <summary>What would make it faster or cheaper.</summary>
    public IReadOnlyList<PerformanceSuggestion> PerformanceSuggestions { get; init => field = value ?? []; } = [];

    /// <summary>What to improve, ranked, with the expected gain.</summary>
    public IReadOnlyList<ImprovementOpportunity> ImprovementOpportunities { get; init => field = value ?? []; } = [];

    /// <summary>A fundamental problem of the instructions; null when there is none.</summary>
    public FundamentalIssue? FundamentalIssue { get; init; }

    /// <summary>What the model made of it.</summary>
    public AdvisorAnswer Model { get; init => field = value ?? new(); } = new();

    /// <summary>Everything in a few words, for a message.</summary>
    public string Summary => $"{Headline}{(FundamentalIssue is { } issue ? $" Fundamental problem: {issue.Reason}" : "")} {(ImprovementOpportunities.Count > 0 ? ImprovementOpportunities[0].Sentence : "Nothing to improve was found.")}";

    /// <summary>How much of what was found.</summary>
    [JsonIgnore]
    public string Headline
    {
        get
        {
            var parts = new List<string> { Executions == 1 ? "1 execution" : $"{Executions} executions" };
            void Add(int count, string one, string many)
            {
                if (count > 0)
                {
                    parts.Add($"{count} {(count == 1 ? one : many)}");
                }
            }

            Add(Failing, "failing", "failing");
            Add(WeakPatterns.Count, "weak pattern", "weak patterns");
            Add(Drift.Count(metric => metric.Drifts), "metric drifts", "metrics drift");
            Add(Anomalies.Count, "anomaly", "anomalies");
            return string.Join(", ", parts) + ".";
        }
    }

    /// <summary>The id under which it is stored: the moment, as it stands in file names.</summary>
    [JsonIgnore]
    public string Name => Timestamp.TryParse(At, out var moment) ? Timestamp.ToFileName(moment) : At;
}

/// <summary>Source-generated JSON of reviews and failure analyses.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(SkillReview))]
[JsonSerializable(typeof(FailureAnalysis))]
[JsonSerializable(typeof(string))]
internal sealed partial class ReviewJson : JsonSerializerContext;
