namespace WreSkills.Tests.Search;

public sealed class SearchQualityTests(ITestOutputHelper output)
{
    [Fact]
    public void Labelled_queries_are_answered_as_well_as_measured_and_much_better_than_by_plain_full_text_search()
    {
        using var set = new QualitySet(RepositoryRoot.Find());
        var ranks = set.Queries.Select(query => (Query: query, Ours: set.Ours(query), Plain: set.Plain(query))).ToList();
        foreach (var (query, ours, _) in ranks.Where(rank => rank.Ours != 1))
        {
            output.WriteLine($"{(query.IsTuning ? "tune" : "test")} {query.Kind}: '{query.Text}' finds {query.Skill} at {(ours == 0 ? "no place" : ours)}");
        }

        Quality Half(bool tuning, bool ours) => Quality.Of([.. ranks.Where(rank => rank.Query.IsTuning == tuning).Select(rank => ours ? rank.Ours : rank.Plain)]);
        var (tune, test, plain) = (Half(true, true), Half(false, true), Half(false, false));
        output.WriteLine($"tune {tune}");
        output.WriteLine($"test {test}");
        output.WriteLine($"plain {plain}");
        Assert.True(set.Queries.Count >= 300);
        Assert.True(set.Skills >= 70);
        Assert.All([tune, test], half =>
        {
            Assert.True(half.Recall1 >= 0.83, $"{half}");
            Assert.True(half.Recall5 >= 0.87, $"{half}");
            Assert.True(half.ReciprocalRank >= 0.85, $"{half}");
        });

        // Paraphrases and questions may have no word in common with their skill; all others have.
        Assert.All(ranks.Where(rank => rank.Query.Kind is not ("paraphrase" or "question")).GroupBy(rank => rank.Query.Kind), kind =>
            Assert.True(Quality.Of([.. kind.Select(rank => rank.Ours)]).Recall1 >= 0.97, kind.Key));
        Assert.True(test.Recall1 > plain.Recall1 + 0.1, $"{test} against {plain}");
    }
}
