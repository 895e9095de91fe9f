namespace WreSkills.Metrics;

/// <summary>Identifies a version's stay in a state, to which windows belong.</summary>
/// <param name="Skill">The skill's name.</param>
/// <param name="Version">Label.</param>
/// <param name="State"><c>staged</c> or <c>production</c>.</param>
/// <param name="StateSerial">Registry serial with which it entered the state.</param>
/// <param name="Digest">Its content: executions of another one do not count, whatever else they claim; null when it is not known.</param>
public sealed record StateStay(string Skill, string Version, string State, long StateSerial, string? Digest = null)
{
    /// <summary>Where its evidence begins, when a change of agent or model made it begin anew; else at the beginning.</summary>
    public EvidenceStart Start { get; init; } = EvidenceStart.Beginning;
}

/// <summary>The first execution that counts, as arrival numbers: what is below them does not count.</summary>
/// <param name="Ordinal">Its position among the executions of its revision, from 1.</param>
/// <param name="Fidelity">Arrival of its fidelity.</param>
/// <param name="Outcome">Arrival of its outcome.</param>
/// <param name="Performance">Arrival of its time and exception.</param>
public sealed record EvidenceStart(long Ordinal, long Fidelity, long Outcome, long Performance)
{
    /// <summary>Everything counts.</summary>
    public static EvidenceStart Beginning { get; } = new(1, 0, 0, 0);
}

/// <summary>Who has run a version in a state.</summary>
/// <param name="Agent">Name of the agent; empty when unknown.</param>
/// <param name="Model">Name of the model; empty when unknown.</param>
/// <param name="Start">Its first execution.</param>
/// <param name="TimestampMs">When that was, Unix milliseconds.</param>
public sealed record StayRunner(string Agent, string Model, EvidenceStart Start, long TimestampMs);

/// <summary>What is known of a stay without looking at a single value.</summary>
/// <param name="Executions">Executions of the whole stay.</param>
/// <param name="Corrections">Values that changed after they had arrived.</param>
/// <param name="Runners">Who has run it, in order of the first execution.</param>
/// <param name="Arrived">The latest arrival that may belong to it.</param>
public sealed record StayCircumstances(long Executions, long Corrections, IReadOnlyList<StayRunner> Runners, long Arrived);

/// <summary>
/// The latest values of each metric of one version in one state, in order of arrival, oldest first. Benchmark runs are
/// not in it. Each metric counts for itself: a partial record counts once its value arrives.
/// </summary>
public sealed record EvidenceWindow
{
    /// <summary>Executions known of this stay.</summary>
    public int Executions { get; init; }

    /// <summary>Pattern fidelity, 0–1 each.</summary>
    public IReadOnlyList<double> Fidelity { get; init; } = [];

    /// <summary>Outcome quality, 0–1 each.</summary>
    public IReadOnlyList<double> Outcomes { get; init; } = [];

    /// <summary>The latest negatives: true is a false positive.</summary>
    public IReadOnlyList<bool> Negatives { get; init; } = [];

    /// <summary>Execution times in milliseconds.</summary>
    public IReadOnlyList<double> TimesMs { get; init; } = [];

    /// <summary>True is an exception.</summary>
    public IReadOnlyList<bool> Exceptions { get; init; } = [];

    /// <summary>False negatives among the latest outcomes of the window.</summary>
    public int FalseNegatives { get; init; }

    /// <summary>Critical false negatives among the latest outcomes of the window.</summary>
    public int CriticalFalseNegatives { get; init; }

    /// <summary>Critical failures in the window: critical false negatives, critical patterns missed, exceptions of critical executions.</summary>
    public int CriticalFailures { get; init; }

    /// <summary>Ids of the executions behind the critical false negatives, latest first, at most 10.</summary>
    public IReadOnlyList<string> CriticalFalseNegativeIds { get; init; } = [];

    /// <summary>Where the executions come from: <c>source by agent</c> → count.</summary>
    public IReadOnlyDictionary<string, int> Sources { get; init; } = new Dictionary<string, int>();
}

/// <summary>How many values of each metric a window holds.</summary>
/// <param name="Fidelity">Fidelity values.</param>
/// <param name="Outcomes">Outcomes, and the span of false negatives.</param>
/// <param name="Negatives">Negatives.</param>
/// <param name="Times">Execution times.</param>
/// <param name="Exceptions">Executions for the exception rate.</param>
/// <param name="Critical">Span of critical false negatives and critical failures, in executions.</param>
public sealed record WindowSizes(int Fidelity, int Outcomes, int Negatives, int Times, int Exceptions, int Critical)
{
    /// <summary>Whether it is asked where the executions come from. Default true.</summary>
    public bool Sources { get; init; } = true;

    /// <summary>The same windows, each longer by a number of arrivals.</summary>
    public WindowSizes Plus(int arrivals) => this with
    {
        Fidelity = Fidelity + arrivals,
        Outcomes = Outcomes + arrivals,
        Negatives = Negatives + arrivals,
        Times = Times + arrivals,
        Exceptions = Exceptions + arrivals,
    };
}

/// <summary>Aggregated figures of one version in one state.</summary>
public sealed record MetricsSummary
{
    /// <summary>Label; empty when the lines did not say it.</summary>
    public required string Version { get; init; }

    /// <summary>State; empty when the lines did not say it.</summary>
    public required string State { get; init; }

    /// <summary>Digest; empty when the lines did not say it.</summary>
    public required string Digest { get; init; }

    /// <summary>True for benchmark runs.</summary>
    public bool Benchmark { get; init; }

    /// <summary>Executions.</summary>
    public int Executions { get; init; }

    /// <summary>Executions with a fidelity.</summary>
    public int FidelityCount { get; init; }

    /// <summary>Mean pattern fidelity, 0–1, or null.</summary>
    public double? PatternFidelity { get; init; }

    /// <summary>Executions with a known outcome.</summary>
    public int OutcomeCount { get; init; }

    /// <summary>Mean outcome quality, 0–1, or null.</summary>
    public double? OutcomeQuality { get; init; }

    /// <summary>Negatives with a known outcome.</summary>
    public int Negatives { get; init; }

    /// <summary>False positives among them.</summary>
    public int FalsePositives { get; init; }

    /// <summary>False positives over negatives, 0–1, or null without negatives.</summary>
    public double? FalsePositiveRate { get; init; }

    /// <summary>Positives that were missed.</summary>
    public int FalseNegatives { get; init; }

    /// <summary>Critical ones among them.</summary>
    public int CriticalFalseNegatives { get; init; }

    /// <summary>Executions that ended in an exception.</summary>
    public int Exceptions { get; init; }

    /// <summary>Share of exceptions among executions that say it, 0–1, or null.</summary>
    public double? ExceptionRate { get; init; }

    /// <summary>Mean time in milliseconds, or null.</summary>
    public double? ExecutionTimeMs { get; init; }

    /// <summary>Tokens in total.</summary>
    public long Tokens { get; init; }

    /// <summary>First execution, ISO 8601, or null.</summary>
    public string? From { get; init; }

    /// <summary>Last execution, ISO 8601, or null.</summary>
    public string? To { get; init; }
}

/// <summary>One execution's figures, for reports.</summary>
public sealed record ExecutionFigures(string ExecutionId, double? PatternFidelity, double? OutcomeQuality, double? ExecutionTimeMs, bool? Exception, bool? FalsePositive, bool? FalseNegative, IReadOnlyList<string> PatternsMissed)
{
    /// <summary>When it happened.</summary>
    public DateTimeOffset Timestamp { get; init; }

    /// <summary>Who ran it; null when unknown.</summary>
    public string? Agent { get; init; }

    /// <summary>The model; null when unknown.</summary>
    public string? Model { get; init; }

    /// <summary>Where the record comes from; null when unknown.</summary>
    public string? Source { get; init; }

    /// <summary>True for a negative, false for a positive, null when the class is unknown.</summary>
    public bool? IsNegative { get; init; }

    /// <summary>Tokens; null when unknown.</summary>
    public long? Tokens { get; init; }

    /// <summary>How many patterns were followed; null when unknown.</summary>
    public int? FollowedCount { get; init; }

    /// <summary>How many patterns were missed; null when unknown. The names may be fewer: not every tool tells them.</summary>
    public int? MissedCount { get; init; }

    /// <summary>True when it was wrong, broke off, or missed a pattern.</summary>
    public bool IsBad => OutcomeQuality is < 0.5 || Exception == true || PatternFidelity is < 1;
}
