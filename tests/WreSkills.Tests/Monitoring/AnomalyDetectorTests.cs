using WreSkills.Monitoring;
using WreSkills.Storage;

namespace WreSkills.Tests.Monitoring;

public sealed class AnomalyDetectorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Median_and_deviation_are_not_moved_by_a_few_odd_ones()
    {
        // Median 3; distances 2 1 0 1 97 → median 1.
        Assert.Equal((3.0, 1.4826), AnomalyDetector.Spread([1, 2, 3, 4, 100]));

        // Three of five the same: the mean distance 0.4 speaks.
        var (centre, deviation) = AnomalyDetector.Spread([3, 3, 3, 4, 4]);
        Assert.Equal((3.0, 0.5013), (centre, Math.Round(deviation, 4)));
    }

    [Theory]
    [InlineData(100, null)]
    [InlineData(220, null)]
    [InlineData(2000, "It took 2000 ms; 92.5 are usual (40 executions).")]
    [InlineData(3, "It took 3 ms; 92.5 are usual (40 executions).")]
    public void A_time_far_from_the_usual_is_unusual(double timeMs, string? sentence)
    {
        var anomalies = Detect(new ExecutionFeatures { TimeMs = timeMs }, [.. Enumerable.Range(0, 40).Select(index => new ExecutionFeatures { TimeMs = 80 + (index * 25 % 50) })]);
        Assert.Equal(sentence, anomalies.SingleOrDefault()?.Sentence);
    }

    [Fact]
    public void Tokens_calls_tools_and_patterns_are_compared()
    {
        var usual = new ExecutionFeatures { Tokens = 500, Steps = 4, Tools = ["search", "read"], Followed = ["a", "b"], Missed = ["c"] };
        var history = Enumerable.Range(0, 60).Select(index => usual with { Tokens = 450 + (index % 10 * 10), Steps = 3 + (index % 3) }).ToList();
        Assert.Empty(Detect(usual, history));
        var odd = Detect(usual with { Tokens = 90_000, Steps = 80, Tools = ["search", "shred"], Followed = ["b"], Missed = ["a", "c"] }, history);
        Assert.Equal(["tokens", "steps", "new_tool", "pattern_mix"], odd.Select(anomaly => anomaly.Kind));
        Assert.Equal("It called shred, which none of 60 executions did.", odd[2].Sentence);
        Assert.Equal("It missed a, which 60 of 60 executions followed.", odd[3].Sentence);
    }

    [Fact]
    public void Of_what_is_always_the_same_anything_else_is_unusual()
    {
        var history = Enumerable.Repeat(new ExecutionFeatures { Steps = 3 }, 40).ToList();
        Assert.Empty(Detect(new ExecutionFeatures { Steps = 3 }, history));
        Assert.Equal("steps", Assert.Single(Detect(new ExecutionFeatures { Steps = 4 }, history)).Kind);
    }

    [Fact]
    public void Too_little_history_says_nothing()
    {
        var history = Enumerable.Repeat(new ExecutionFeatures { TimeMs = 10, Steps = 1, Tools = ["a"], Followed = ["p"] }, AnomalyDetector.Least - 1).ToList();
        Assert.Empty(Detect(new ExecutionFeatures { TimeMs = 1e9, Steps = 99, Tools = ["z"], Missed = ["p"] }, history));
    }

    [Fact]
    public void A_version_is_compared_with_itself_once_it_has_a_history()
    {
        var old = Enumerable.Repeat(new ExecutionFeatures { Version = "1.0", Steps = 3 }, 100);
        var own = Enumerable.Repeat(new ExecutionFeatures { Version = "1.1", Steps = 9 }, AnomalyDetector.Least);
        Assert.Single(Detect(new ExecutionFeatures { Version = "1.1", Steps = 9 }, [.. old]));
        Assert.Empty(Detect(new ExecutionFeatures { Version = "1.1", Steps = 9 }, [.. old, .. own]));
    }

    [Fact]
    public void A_healthy_skill_is_rarely_unusual()
    {
        // Log-normal times (σ .5) and tokens (σ .3), Poisson calls (mean 6): what nobody would call odd.
        const int executions = 20_000;
        var random = new Random(11);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        int Poisson(double mean)
        {
            var (count, product) = (0, random.NextDouble());
            for (; product > Math.Exp(-mean); count++)
            {
                product *= random.NextDouble();
            }

            return count;
        }

        var history = new List<ExecutionFeatures>();
        var odd = 0;
        for (var index = 0; index < executions; index++)
        {
            var features = new ExecutionFeatures { TimeMs = 100 * Math.Exp(0.5 * Normal()), Tokens = (long)(600 * Math.Exp(0.3 * Normal())), Steps = Poisson(6) };
            odd += Detect(features, history).Count;
            history.Add(features);
            if (history.Count > AnomalyDetector.Kept)
            {
                history.RemoveAt(0);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{odd} of {executions}");
        Assert.InRange(odd, 0, executions / 500);
    }

    [Fact]
    public void The_store_is_bounded_and_a_damaged_file_begins_anew()
    {
        var store = new AnomalyStore(WorkspaceLayout.ForPreset("policy", _folder.Path));
        store.Add("spam", [.. Enumerable.Range(0, 1000).Select(index => ($"e{index}", "2026-11-24T10:00:00Z", new ExecutionFeatures { Steps = index < 100 ? 3 : 1000 + (index * 37) }, index < 100))]);
        var (anomalies, history) = store.Read("spam");
        Assert.Equal((100, 500, "e999"), (history, anomalies.Count, anomalies[0].ExecutionId));
        File.WriteAllText(Directory.GetFiles(_folder.Path, "spam.json", SearchOption.AllDirectories).Single(), "{\"torn");
        Assert.Equal(0, store.Read("spam").History);
        Assert.Empty(store.Add("spam", [("e", "2026-11-24T10:00:00Z", new ExecutionFeatures(), true)]));
    }

    private static IReadOnlyList<Anomaly> Detect(ExecutionFeatures features, IReadOnlyList<ExecutionFeatures> history) => AnomalyDetector.Detect("e", "2026-11-24T10:00:00Z", features, history);
}
