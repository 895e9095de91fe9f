using System.Text.Json;

using WreSkills.Policy;

namespace WreSkills.Tests.Policy;

/// <summary>The shared vectors: rationals in, doubles out, equal within a relative 1e-9.</summary>
public class StatisticsVectorTests
{
    private const double Tolerance = 1e-9;

    [Fact]
    public void Rollback_evidence_of_one_metric_matches()
    {
        foreach (var vector in Vectors("guard"))
        {
            var name = Name(vector);
            var limits = new GuardLimits { Time = Rational(vector.GetProperty("nu0")), TimeCap = Rational(vector.GetProperty("cap")) };
            var evidence = new RollbackEvidence();
            var expected = Doubles(vector.GetProperty("V"));
            int? alarm = null;
            var bad = Rationals(vector.GetProperty("bad"));
            for (var index = 0; index < bad.Count; index++)
            {
                evidence.Observe(GuardedMetric.Time, bad[index], limits);
                Close(name, expected[index], evidence.Of(GuardedMetric.Time));
                alarm ??= evidence.Of(GuardedMetric.Time) >= vector.GetProperty("threshold").GetDouble() ? index + 1 : null;
            }

            Assert.Equal(Whole(vector.GetProperty("alarm_at")), alarm);
            Assert.True(bad.Count > 0, name);
        }
    }

    [Fact]
    public void Rollback_evidence_of_all_metrics_matches_and_resumes_from_any_execution()
    {
        foreach (var vector in Vectors("bundle"))
        {
            var expected = Doubles(vector.GetProperty("E"));
            var (fidelity, outcome, exceptions) = (Rationals(vector.GetProperty("fidelity_bad")), Rationals(vector.GetProperty("outcome_bad")), Rationals(vector.GetProperty("exception")));
            var (positives, times) = (Rationals(vector.GetProperty("false_positive")), Rationals(vector.GetProperty("latency_ratio")));
            var negative = vector.GetProperty("negative").EnumerateArray().Select(flag => flag.GetInt32() == 1).ToList();
            var limits = new GuardLimits();
            var evidence = new RollbackEvidence();
            int? alarm = null;
            for (var index = 0; index < expected.Count; index++)
            {
                evidence.Observe(GuardedMetric.Fidelity, fidelity[index], limits);
                evidence.Observe(GuardedMetric.Outcome, outcome[index], limits);
                if (negative[index])
                {
                    evidence.Observe(GuardedMetric.FalsePositive, positives[index], limits);
                }

                evidence.Observe(GuardedMetric.Exception, exceptions[index], limits);
                evidence.Observe(GuardedMetric.Time, times[index], limits);
                Close(Name(vector), expected[index], evidence.Evidence);
                alarm ??= evidence.Evidence >= vector.GetProperty("M").GetDouble() ? index + 1 : null;

                using var stream = new MemoryStream();
                evidence.Write(new BinaryWriter(stream));
                var before = evidence.Evidence;
                evidence = new RollbackEvidence();
                evidence.Read(new BinaryReader(new MemoryStream(stream.ToArray())));
                Assert.Equal(before, evidence.Evidence);
            }

            Assert.Equal(Whole(vector.GetProperty("alarm_at")), alarm);
        }
    }

    [Fact]
    public void Anytime_gates_match()
    {
        foreach (var vector in Vectors("gate"))
        {
            var gate = new AnytimeGate(Rational(vector.GetProperty("g")));
            var expected = Doubles(vector.GetProperty("E"));
            var values = Rationals(vector.GetProperty("good"));
            int? passed = null;
            for (var index = 0; index < values.Count; index++)
            {
                gate.Observe(values[index]);
                Close(Name(vector), expected[index], gate.Evidence);
                passed ??= gate.Passed ? index + 1 : null;
            }

            Assert.Equal(Whole(vector.GetProperty("pass_at_alpha_0.05")), passed);
        }
    }

    [Fact]
    public void Comparisons_of_versions_match()
    {
        foreach (var vector in Vectors("ab"))
        {
            var comparison = new VersionComparison(Rational(vector.GetProperty("delta")), vector.GetProperty("direction").GetString() == "noninferior");
            var expected = Doubles(vector.GetProperty("E"));
            int? decided = null;
            foreach (var (index, step) in vector.GetProperty("events").EnumerateArray().Index())
            {
                if (step[0].GetString() == "A")
                {
                    comparison.ObserveA(Rational(step[1]));
                }
                else
                {
                    comparison.ObserveB(Rational(step[1]));
                }

                Close(Name(vector), expected[index], comparison.Evidence);
                decided ??= comparison.Decided ? index + 1 : null;
            }

            Assert.Equal(vector.GetProperty("blocks").GetInt32(), comparison.Blocks);
            Assert.Equal(Whole(vector.GetProperty("decide_at_alpha_0.05")), decided);
        }
    }

    [Fact]
    public void Confidence_bounds_match()
    {
        foreach (var vector in Vectors("display_bound"))
        {
            var bound = new ConfidenceBound();
            foreach (var value in Rationals(vector.GetProperty("good")))
            {
                bound.Observe(value);
            }

            Close(Name(vector), vector.GetProperty("lower").GetDouble(), bound.Lower);
            Close(Name(vector), vector.GetProperty("upper").GetDouble(), bound.Upper);
        }
    }

    [Theory]
    [InlineData(50, 50, 0.5, 1.0)]
    // (60 − 50)²/50 × 2 = 4; the probability of a chi-square of one degree of freedom above 4 is 0.0455.
    [InlineData(60, 40, 0.5, 0.0455002638963584)]
    // (8 − 20)²/20 + (192 − 180)²/180 = 8.
    [InlineData(8, 192, 0.1, 0.00467773498104727)]
    public void Sample_ratios_have_the_probability_of_the_chi_square(long candidate, long baseline, double share, double expected) =>
        Assert.Equal(expected, SampleRatio.Probability(candidate, baseline, share)!.Value, 1e-6);

    private static IEnumerable<JsonElement> Vectors(string name)
    {
        var path = Path.Combine(RepositoryRoot.Find(), "..", "shared", "vectors", "statistics.json");
        Assert.SkipUnless(File.Exists(path), $"the shared test vectors are not here: {path}");
        var vectors = JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty(name).EnumerateArray().ToList();
        Assert.NotEmpty(vectors);
        return vectors;
    }

    private static string Name(JsonElement vector) => vector.GetProperty("name").GetString()!;

    private static double Rational(JsonElement value) => (double)value[0].GetInt64() / value[1].GetInt64();

    private static List<double> Rationals(JsonElement values) => [.. values.EnumerateArray().Select(Rational)];

    private static List<double> Doubles(JsonElement values) => [.. values.EnumerateArray().Select(value => value.GetDouble())];

    private static int? Whole(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.GetInt32();

    private static void Close(string name, double expected, double actual) =>
        Assert.True(Math.Abs(expected - actual) <= Tolerance * Math.Max(Math.Abs(expected), 1e-300), $"{name}: {actual:R} is not {expected:R}");
}
