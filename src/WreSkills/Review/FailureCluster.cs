using WreSkills.Scoring;

namespace WreSkills.Review;

/// <summary>Failing executions that look alike.</summary>
public sealed record FailureCluster
{
    /// <summary>Its id within the review, such as <c>C1</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What its executions have in common, in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>Its executions.</summary>
    public required int Size { get; init; }

    /// <summary>Its share of all failing executions, with the 95 % interval.</summary>
    public required MeasuredShare Share { get; init; }

    /// <summary>Executions in it whose outcome was wrong.</summary>
    public int Wrong { get; init; }

    /// <summary>What distinguishes it from all other executions, the clearest first, at most 6.</summary>
    public IReadOnlyList<DistinguishingFeature> Features { get; init => field = value ?? []; } = [];

    /// <summary>Ids of some of its executions, latest first, at most 5.</summary>
    public IReadOnlyList<string> Executions { get; init => field = value ?? []; } = [];
}

/// <summary>Something that executions of a cluster have more often than others.</summary>
/// <param name="Name"><c>missed</c>, <c>decision</c>, <c>exception</c>, <c>shape</c>, <c>class</c>, <c>label</c>, <c>model</c> or <c>agent</c>.</param>
/// <param name="Value">The value, shortened.</param>
/// <param name="Inside">How often it is in the cluster.</param>
/// <param name="Outside">How often it is in all other executions, good ones included.</param>
public sealed record DistinguishingFeature(string Name, string Value, MeasuredShare Inside, MeasuredShare Outside)
{
    /// <summary>Whether the intervals are apart, so that it is hardly chance.</summary>
    public bool IsClear => Inside.Low > Outside.High;
}
