namespace WreSkills.Search;

/// <summary>A list of documents, best first, that takes part in a fusion.</summary>
/// <param name="Name">What ranked them, for people.</param>
/// <param name="Weight">How much it counts.</param>
/// <param name="Documents">The documents, best first, without repetitions.</param>
internal sealed record Ranking(string Name, double Weight, IReadOnlyList<long> Documents);

/// <summary>What one ranking gave a document.</summary>
/// <param name="Ranking">Its name: <c>words</c>, <c>title</c>, <c>name</c>, <c>letters</c> or <c>meaning</c>.</param>
/// <param name="Rank">The document's place in it, from 1.</param>
/// <param name="Share">What it added to the score.</param>
public sealed record RankContribution(string Ranking, int Rank, double Share);

/// <summary>
/// Fuses rankings by reciprocal rank (Cormack, Clarke and Büttcher, SIGIR 2009): a document scores the sum of weight / (60 + rank), so
/// scores of different scales never meet.
/// </summary>
internal static class ReciprocalRank
{
    /// <summary>The constant of the paper; it keeps the first place of one ranking from deciding alone.</summary>
    public const int Constant = 60;

    /// <summary>All documents of all rankings, best first; equal ones in the order of their ids.</summary>
    public static IReadOnlyList<(long Document, double Score, IReadOnlyList<RankContribution> Contributions)> Fuse(IReadOnlyList<Ranking> rankings)
    {
        var scores = new Dictionary<long, (double Score, List<RankContribution> Contributions)>();
        foreach (var ranking in rankings)
        {
            for (var index = 0; index < ranking.Documents.Count; index++)
            {
                var share = ranking.Weight / (Constant + index + 1);
                var (score, contributions) = scores.TryGetValue(ranking.Documents[index], out var known) ? known : (0, []);
                contributions.Add(new RankContribution(ranking.Name, index + 1, share));
                scores[ranking.Documents[index]] = (score + share, contributions);
            }
        }

        return [.. scores.OrderByDescending(entry => entry.Value.Score).ThenBy(entry => entry.Key)
            .Select(entry => (entry.Key, entry.Value.Score, (IReadOnlyList<RankContribution>)entry.Value.Contributions))];
    }
}
