using System.Text.Json;
using System.Text.Json.Serialization;

namespace WreSkills.Review;

/// <summary>A step of an execution that a reading rests on.</summary>
/// <param name="ExecutionId">The execution.</param>
/// <param name="Step">Number of the breadcrumb, from 1.</param>
public sealed record BreadcrumbCitation(string ExecutionId, int Step);

/// <summary>Something that a model read out of an analysis; every reference in it was checked.</summary>
public sealed record AdvisorReading
{
    /// <summary>The weak pattern, cluster, suggestion or opportunity that it is about, such as <c>P1</c>; for a failure analysis, <c>failure</c>.</summary>
    public required string About { get; init; }

    /// <summary>The line of SKILL.md that it is about, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>What the model says, at most 600 characters.</summary>
    public required string Text { get; init; }

    /// <summary>What it would change, at most 600 characters; null when it says nothing about that.</summary>
    public string? Suggestion { get; init; }

    /// <summary>The steps that it rests on.</summary>
    public IReadOnlyList<BreadcrumbCitation> Breadcrumbs { get; init => field = value ?? []; } = [];
}

/// <summary>What a model made of an analysis. A failure of the model is a value here and nothing more.</summary>
public sealed record AdvisorAnswer
{
    /// <summary>No model is configured, so none was asked.</summary>
    public const string NotAsked = "not_asked";

    /// <summary>A model is to be asked, or was and has not answered yet.</summary>
    public const string Waiting = "waiting";

    /// <summary>A model answered.</summary>
    public const string Answered = "answered";

    /// <summary>A model was asked and nothing usable came back.</summary>
    public const string Failed = "failed";

    /// <summary><see cref="NotAsked"/>, <see cref="Waiting"/>, <see cref="Answered"/> or <see cref="Failed"/>.</summary>
    public string Status { get; init => field = value ?? NotAsked; } = NotAsked;

    /// <summary>The model, as <c>wre.yaml</c> names it; null when none was asked.</summary>
    public string? Model { get; init; }

    /// <summary>When it answered or failed, ISO 8601; null before.</summary>
    public string? At { get; init; }

    /// <summary>Why nothing usable came back; null when something did.</summary>
    public string? Failure { get; init; }

    /// <summary>What it said, checked.</summary>
    public IReadOnlyList<AdvisorReading> Readings { get; init => field = value ?? []; } = [];

    /// <summary>Names of the patterns whose misses it calls a fundamental problem of the instructions.</summary>
    public IReadOnlyList<string> Fundamental { get; init => field = value ?? []; } = [];

    /// <summary>How many readings were dropped because they failed a check.</summary>
    public int Dropped { get; init; }

    /// <summary>Which checks failed, each once.</summary>
    public IReadOnlyList<string> DroppedBecause { get; init => field = value ?? []; } = [];

    /// <summary>Where it comes from: <c>model NAME</c>, or <c>none</c>.</summary>
    public string Source => Model is null ? "none" : $"model {Model}";

    /// <summary>An answer as JSON.</summary>
    public static string Json(AdvisorAnswer answer) => JsonSerializer.Serialize(answer, ReviewJson.Default.AdvisorAnswer);

    /// <summary>How it stands, in one sentence.</summary>
    [JsonIgnore]
    public string Sentence => Status switch
    {
        NotAsked => "No model was asked; everything here comes from the data alone.",
        Waiting => $"{Model} was not heard yet; everything here comes from the data alone.",
        Failed => $"{Model} was asked and gave no usable answer: {Failure}. Everything here comes from the data alone.",
        _ => $"{Model} answered: {(Readings.Count == 1 ? "1 reading" : $"{Readings.Count} readings")}{(Dropped == 0 ? "" : $", {Dropped} dropped ({string.Join("; ", DroppedBecause)})")}. A model may be wrong; figures come from the data.",
    };
}
