using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace WreSkills.Benchmarks;

/// <summary>How one run of one case went.</summary>
public sealed record BenchmarkCaseResult
{
    /// <summary>Id of the case.</summary>
    public required string Case { get; init; }

    /// <summary>Which of its trials, from 1.</summary>
    public int Trial { get; init; } = 1;

    /// <summary>Id of the execution.</summary>
    public required string ExecutionId { get; init; }

    /// <summary>Whether every check of the case held; a case that crashed, timed out or had nothing to check did not pass.</summary>
    public bool Passed { get; init; }

    /// <summary>Why it did not pass; null when it passed.</summary>
    public string? Reason { get; init; }

    /// <summary>What was decided.</summary>
    public string? Decision { get; init; }

    /// <summary>What should have been decided.</summary>
    public string? ExpectedDecision { get; init; }

    /// <summary>Whether the outcome was right, 0–1; null when it cannot be told.</summary>
    public double? OutcomeQuality { get; init; }

    /// <summary>Pattern fidelity, 0–1; null when no pattern applied.</summary>
    public double? PatternFidelity { get; init; }

    /// <summary>Names of the patterns missed.</summary>
    public IReadOnlyList<string> PatternsMissed { get; init => field = value ?? []; } = [];

    /// <summary>Names of the patterns that missing evidence or a judge's silence leaves open.</summary>
    public IReadOnlyList<string> PatternsInconclusive { get; init => field = value ?? []; } = [];

    /// <summary>The fidelity if every open pattern was missed, 0–1; null when no pattern applied.</summary>
    public double? FidelityLow { get; init; }

    /// <summary>The fidelity if every open pattern was followed, 0–1; null when no pattern applied.</summary>
    public double? FidelityHigh { get; init; }

    /// <summary>The kind of exception; null when the case ran.</summary>
    public string? ExceptionType { get; init; }

    /// <summary>The agent's log of a run that failed; empty otherwise.</summary>
    public string Log { get; init => field = value ?? ""; } = "";

    /// <summary>Milliseconds.</summary>
    public double ExecutionTimeMs { get; init; }

    /// <summary>Tokens; null when the agent does not count.</summary>
    public long? Tokens { get; init; }

    /// <summary>The case's part of the benchmark, such as <c>holdout</c>; null when it is not split.</summary>
    public string? Split { get; init; }

    /// <summary>How every pattern fared, the skill's first, then the case's own.</summary>
    public IReadOnlyList<PatternOutcome> Patterns { get; init => field = value ?? []; } = [];
}

/// <summary>How one pattern fared in one run.</summary>
public sealed record PatternOutcome
{
    /// <summary>The pattern's name.</summary>
    public required string Name { get; init; }

    /// <summary><c>followed</c>, <c>missed</c>, <c>inconclusive</c> or <c>not_applicable</c>.</summary>
    public required string Verdict { get; init; }

    /// <summary>The share that was followed when it is neither all nor nothing; null otherwise.</summary>
    public double? Share { get; init; }

    /// <summary>Index of the breadcrumb that decided, from 0, or null.</summary>
    public int? Breadcrumb { get; init; }

    /// <summary>Why, in words, or null.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether the case asks for it, not the skill.</summary>
    public bool OfCase { get; init; }
}

/// <summary>All trials of one case.</summary>
public sealed record BenchmarkCaseSummary
{
    /// <summary>The case.</summary>
    public required string Case { get; init; }

    /// <summary>The case's part of the benchmark, such as <c>holdout</c>; null when it is not split.</summary>
    public string? Split { get; init; }

    /// <summary>Runs.</summary>
    public int Trials { get; init; }

    /// <summary>Runs that passed.</summary>
    public int Passed { get; init; }

    /// <summary>
    /// Chance that k runs in a row pass, for k from 1 to the number of trials: C(passed, k) / C(trials, k), which is unbiased.
    /// </summary>
    public IReadOnlyList<double> PassPower { get; init => field = value ?? []; } = [];

    /// <summary>Mean pattern fidelity, 0–1, or null.</summary>
    public double? FidelityMean { get; init; }

    /// <summary>Standard deviation of the fidelity over the trials (of a sample, n − 1); null with less than two.</summary>
    public double? FidelitySpread { get; init; }

    /// <summary>Mean time in milliseconds.</summary>
    public double TimeMeanMs { get; init; }

    /// <summary>Standard deviation of the time; null with less than two trials.</summary>
    public double? TimeSpreadMs { get; init; }
}

/// <summary>A benchmark of one exact content: every case with its result, and the figures of policy 4.2.</summary>
public sealed record BenchmarkResult
{
    /// <summary>Id of the run.</summary>
    public required string RunId { get; init; }

    /// <summary>The skill's name.</summary>
    public required string Skill { get; init; }

    /// <summary>Digest of the content that was run.</summary>
    public required string Digest { get; init; }

    /// <summary>Label that the content claims, or null.</summary>
    public string? Version { get; init; }

    /// <summary>State of the content.</summary>
    public required string State { get; init; }

    /// <summary>The agent that ran it.</summary>
    public required string Agent { get; init; }

    /// <summary>When it began, ISO 8601.</summary>
    public required string StartedAt { get; init; }

    /// <summary>How long it took, in seconds.</summary>
    public double DurationSeconds { get; init; }

    /// <summary>Who answered the questions of judge patterns; null when nobody was asked.</summary>
    public JudgeUse? Judge { get; init; }

    /// <summary>Runs of cases: cases times trials.</summary>
    public int Runs { get; init; }

    /// <summary>Runs that ended without exception.</summary>
    public int Executed { get; init; }

    /// <summary>Runs that passed.</summary>
    public int Passed { get; init; }

    /// <summary>Share of runs that passed, 0–1; null without runs.</summary>
    public double? TestPassRate { get; init; }

    /// <summary>Runs with a fidelity.</summary>
    public int FidelityCount { get; init; }

    /// <summary>Mean pattern fidelity, 0–1, or null.</summary>
    public double? PatternFidelity { get; init; }

    /// <summary>Mean fidelity if every open pattern was missed, 0–1; null when no pattern applied anywhere.</summary>
    public double? PatternFidelityLow { get; init; }

    /// <summary>Mean fidelity if every open pattern was followed, 0–1; null when no pattern applied anywhere.</summary>
    public double? PatternFidelityHigh { get; init; }

    /// <summary>Runs with a known outcome.</summary>
    public int OutcomeCount { get; init; }

    /// <summary>Share of right outcomes, 0–1, or null.</summary>
    public double? OutcomeQuality { get; init; }

    /// <summary>Negatives with a known outcome.</summary>
    public int Negatives { get; init; }

    /// <summary>Negatives that were flagged.</summary>
    public int FalsePositives { get; init; }

    /// <summary>False positives over negatives, 0–1, or null without negatives.</summary>
    public double? FalsePositiveRate { get; init; }

    /// <summary>Positives with a known outcome.</summary>
    public int Positives { get; init; }

    /// <summary>Positives that were missed.</summary>
    public int FalseNegatives { get; init; }

    /// <summary>Critical ones among them.</summary>
    public int CriticalFalseNegatives { get; init; }

    /// <summary>Mean time in milliseconds, or null.</summary>
    public double? ExecutionTimeMs { get; init; }

    /// <summary>Tokens of all runs; null when the agent does not count.</summary>
    public long? Tokens { get; init; }

    /// <summary>Mean over the cases of the chance that k runs in a row pass, for k from 1 to the fewest trials of any case.</summary>
    public IReadOnlyList<double> PassPower { get; init => field = value ?? []; } = [];

    /// <summary>Every case with all its trials, in order.</summary>
    public IReadOnlyList<BenchmarkCaseSummary> CaseSummaries { get; init => field = value ?? []; } = [];

    /// <summary>Every run in order.</summary>
    public IReadOnlyList<BenchmarkCaseResult> Cases { get; init => field = value ?? []; } = [];

    /// <summary>
    /// The result for whoever proposes changes: without the cases of the holdout, so that no proposal can be made to fit them. The
    /// figures over all runs stay what they are.
    /// </summary>
    public BenchmarkResult WithoutHoldout() => this with
    {
        Cases = [.. Cases.Where(item => item.Split != "holdout")],
        CaseSummaries = [.. CaseSummaries.Where(item => item.Split != "holdout")],
    };

    /// <summary>The result as JSON, in the shape of its file.</summary>
    public JsonNode ToJson() => JsonSerializer.SerializeToNode(this, BenchmarkJson.Readable.BenchmarkResult)!;
}

/// <summary>The part that a judge had in a benchmark.</summary>
public sealed record JudgeUse
{
    /// <summary>Models and settings.</summary>
    public required string Judge { get; init; }

    /// <summary>The model as its endpoint named it; null when it did not.</summary>
    public string? Model { get; init; }

    /// <summary>SHA-256 of the prompt.</summary>
    public required string Prompt { get; init; }

    /// <summary>Questions that were asked.</summary>
    public int Questions { get; init; }

    /// <summary>Why its answers may not decide a gate; null when a certificate says how well it agrees with people.</summary>
    public string? Uncertified { get; init; }
}

/// <summary>Source-generated JSON of benchmark results.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(BenchmarkResult))]
internal sealed partial class BenchmarkJson : JsonSerializerContext
{
    public static BenchmarkJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
