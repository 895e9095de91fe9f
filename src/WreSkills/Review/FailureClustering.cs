using System.Globalization;

using WreSkills.Scoring;

namespace WreSkills.Review;

/// <summary>
/// Groups failing executions that look alike; pure, and the same for the same executions. Executions with the very same traits are one
/// to begin with; the most frequent lead, and others join the first leader that they share at least three fifths of their weighted traits with.
/// </summary>
internal static class FailureClustering
{
    private const double Alike = 0.6;
    private const int MostClusters = 12;
    private const int MostFeatures = 6;
    private const int MostExamples = 5;

    private sealed record Group(IReadOnlySet<(string Name, string Value)> Traits, List<(ReviewedExecution Execution, IReadOnlySet<(string Name, string Value)> Traits)> Members);

    /// <summary>The clusters, largest first, at most 12.</summary>
    /// <param name="executions">All executions of the timeframe, good ones too, oldest first.</param>
    public static IReadOnlyList<FailureCluster> Of(IReadOnlyList<ReviewedExecution> executions)
    {
        var all = executions.Select(execution => (Execution: execution, Traits: ExecutionTraits.Of(execution))).ToList();
        var failing = all.Where(item => item.Execution.IsBad).ToList();
        var alike = failing.GroupBy(item => Key(item.Traits)).OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal);
        var groups = new List<Group>();
        foreach (var same in alike)
        {
            var traits = same.First().Traits;
            var leader = groups.Find(group => Similarity(group.Traits, traits) >= Alike);
            if (leader is null)
            {
                groups.Add(new Group(traits, [.. same]));
            }
            else
            {
                leader.Members.AddRange(same);
            }
        }

        return
        [
            .. groups.OrderByDescending(group => group.Members.Count).ThenBy(group => Key(group.Traits), StringComparer.Ordinal).Take(MostClusters)
                .Select((group, index) => Cluster(group, index + 1, failing.Count, all)),
        ];
    }

    /// <summary>Weighted share of the traits of either that both have, 0–1 (Jaccard 1901, weighted).</summary>
    public static double Similarity(IReadOnlySet<(string Name, string Value)> left, IReadOnlySet<(string Name, string Value)> right)
    {
        var (both, either) = (0.0, 0.0);
        foreach (var trait in left)
        {
            either += ExecutionTraits.Weight(trait.Name);
            both += right.Contains(trait) ? ExecutionTraits.Weight(trait.Name) : 0;
        }

        either += right.Where(trait => !left.Contains(trait)).Sum(trait => ExecutionTraits.Weight(trait.Name));
        return either == 0 ? 1 : both / either;
    }

    private static FailureCluster Cluster(Group group, int number, int failing, List<(ReviewedExecution Execution, IReadOnlySet<(string Name, string Value)> Traits)> all)
    {
        var members = group.Members.Select(member => member.Execution).ToHashSet();
        var others = all.Where(item => !members.Contains(item.Execution)).ToList();
        var features = group.Members.SelectMany(member => member.Traits).Distinct()
            .Select(trait => new DistinguishingFeature(
                trait.Name, trait.Value,
                new MeasuredShare(group.Members.Count(member => member.Traits.Contains(trait)), group.Members.Count),
                new MeasuredShare(others.Count(item => item.Traits.Contains(trait)), others.Count)))
            .Where(feature => feature.Inside.Share > (feature.Outside.Share ?? 0))
            .OrderByDescending(feature => feature.Inside.Share - (feature.Outside.Share ?? 0)).ThenByDescending(feature => ExecutionTraits.Weight(feature.Name))
            .ThenBy(feature => feature.Name, StringComparer.Ordinal).ThenBy(feature => feature.Value, StringComparer.Ordinal).Take(MostFeatures).ToList();
        return new FailureCluster
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"C{number}"),
            Title = Title(group),
            Size = group.Members.Count,
            Share = new MeasuredShare(group.Members.Count, failing),
            Wrong = group.Members.Count(member => member.Execution.Figures.OutcomeQuality is < 0.5),
            Features = features,
            Executions = [.. all.Where(item => members.Contains(item.Execution)).Select(item => item.Execution.Id).Reverse().Take(MostExamples)],
        };
    }

    // What most of its executions did wrong; where it happened stands among the features.
    private static string Title(Group group)
    {
        var common = group.Members.SelectMany(member => member.Traits).Where(trait => trait.Name is "exception" or "decision" or "missed")
            .CountBy(trait => trait).Where(trait => 2 * trait.Value > group.Members.Count)
            .Select(trait => trait.Key).OrderBy(trait => trait.Name, StringComparer.Ordinal).ThenBy(trait => trait.Value, StringComparer.Ordinal).ToList();
        string? Part(string name, string words)
        {
            var values = common.Where(trait => trait.Name == name).Select(trait => trait.Value).ToList();
            return values.Count == 0 ? null : words + string.Join(", ", values.Take(3)) + (values.Count > 3 ? $" and {values.Count - 3} more" : "");
        }

        var parts = new[] { Part("exception", "exception "), Part("decision", "decided "), Part("missed", "missed ") }.OfType<string>().ToList();
        return parts.Count == 0 ? "failures of different kinds" : string.Join("; ", parts);
    }

    private static string Key(IReadOnlySet<(string Name, string Value)> traits) => string.Join('\n', traits.Select(trait => $"{trait.Name}\t{trait.Value}").Order(StringComparer.Ordinal));
}
