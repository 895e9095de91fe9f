using CsCheck;

using WreSkills.Search;

namespace WreSkills.Tests.Search;

public sealed class ReciprocalRankTests
{
    [Fact]
    public void Scores_are_sums_of_weights_over_sixty_plus_rank()
    {
        var fused = ReciprocalRank.Fuse([new Ranking("words", 1, [7, 8]), new Ranking("title", 2, [8])]);
        Assert.Equal([8L, 7L], fused.Select(entry => entry.Document));
        Assert.Equal((1.0 / 62) + (2.0 / 61), fused[0].Score, 15);
        Assert.Equal([new RankContribution("words", 2, 1.0 / 62), new RankContribution("title", 1, 2.0 / 61)], fused[0].Contributions);
        Assert.Equal(1.0 / 61, fused[1].Score, 15);
    }

    [Fact]
    public void Nothing_to_fuse_is_nothing() => Assert.Empty(ReciprocalRank.Fuse([]));

    [Fact]
    public void Fusion_is_that_of_brute_force_for_any_rankings()
    {
        var ranking = Gen.Select(Gen.Int[1, 4], Gen.Long[1, 30].Array[0, 20]).Select((weight, documents) => new Ranking($"w{weight}", weight / 2.0, [.. documents.Distinct()]));
        ranking.Array[0, 5].Sample(
            rankings =>
            {
                var expected = rankings.SelectMany(list => list.Documents).Distinct()
                    .Select(document => (document, Score: rankings.Sum(list => list.Documents.ToList().IndexOf(document) is var place and >= 0 ? list.Weight / (61 + place) : 0)))
                    .OrderByDescending(entry => Math.Round(entry.Score, 12)).ThenBy(entry => entry.document).ToList();
                var fused = ReciprocalRank.Fuse(rankings);
                Assert.Equal(expected.Count, fused.Count);
                Assert.All(expected, entry => Assert.Equal(entry.Score, fused.Single(other => other.Document == entry.document).Score, 12));
                Assert.All(fused, entry => Assert.Equal(entry.Score, entry.Contributions.Sum(contribution => contribution.Share), 12));
                Assert.True(fused.Zip(fused.Skip(1)).All(pair => pair.First.Score >= pair.Second.Score));
            },
            iter: 10_000);
    }
}
