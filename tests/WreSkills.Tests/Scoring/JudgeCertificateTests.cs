using WreSkills.Scoring;
using WreSkills.Storage;

namespace WreSkills.Tests.Scoring;

public sealed class JudgeCertificateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // 20 5 / 10 15: observed .7, by chance .5 → .4; standard error √(.7 × .3 / (50 × .25)).
    [Theory]
    [InlineData(20, 5, 10, 15, 0.4, 0.1460, 0.6540)]
    [InlineData(45, 15, 25, 15, 0.1304, -0.0783, 0.3392)]
    [InlineData(25, 35, 5, 35, 0.2593, 0.0814, 0.4371)]
    [InlineData(10, 0, 0, 10, 1.0, 1.0, 1.0)]
    public void Kappa_is_agreement_beyond_chance(int truePositives, int falsePositives, int falseNegatives, int trueNegatives, double kappa, double low, double high)
    {
        var certificate = Certificate(truePositives, falsePositives, falseNegatives, trueNegatives);
        Assert.Equal((kappa, low, high), (Math.Round(certificate.Kappa!.Value, 4), Math.Round(certificate.KappaLow!.Value, 4), Math.Round(certificate.KappaHigh!.Value, 4)));
    }

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(10, 0, 0, 0)]
    [InlineData(0, 0, 0, 10)]
    public void Without_both_kinds_there_is_no_kappa_and_no_gate(int truePositives, int falsePositives, int falseNegatives, int trueNegatives)
    {
        var certificate = Certificate(truePositives, falsePositives, falseNegatives, trueNegatives);
        Assert.Null(certificate.Kappa);
        Assert.Contains("agreement cannot be told from chance", certificate.Problem("judge", "m", "p"), StringComparison.Ordinal);
    }

    // Wilson's interval of 8 of 10 is 0.4902–0.9433 in the literature.
    [Theory]
    [InlineData(8, 10, 0.8, 0.4902, 0.9433)]
    [InlineData(0, 10, 0.0, 0.0, 0.2775)]
    [InlineData(10, 10, 1.0, 0.7225, 1.0)]
    public void Rates_have_intervals(int hits, int of, double share, double low, double high)
    {
        var measured = new MeasuredShare(hits, of);
        Assert.Equal((share, low, high), (measured.Share!.Value, Math.Round(measured.Low, 4), Math.Round(measured.High, 4)));
        Assert.Equal((null, 0.0, 1.0), (new MeasuredShare(0, 0).Share, new MeasuredShare(0, 0).Low, new MeasuredShare(0, 0).High));
    }

    [Theory]
    [InlineData("judge", "m", "p", null)]
    [InlineData("judge", null, "p", null)]
    [InlineData("another", "m", "p", "another judge")]
    [InlineData("judge", "m2", "p", "now serves m2 instead of m")]
    [InlineData("judge", "m", "p2", "the prompt has changed")]
    public void A_change_voids_it(string judge, string? model, string prompt, string? problem) =>
        Assert.Contains(problem ?? "none", Certificate(10, 1, 1, 10).Problem(judge, model, prompt) ?? "none", StringComparison.Ordinal);

    [Fact]
    public void Too_little_agreement_is_said() => Assert.Equal("kappa is 0.40, below 0.60", Certificate(20, 5, 10, 15).Problem("judge", "m", "p"));

    [Fact]
    public void It_reads_back_as_it_was_and_damage_is_said()
    {
        var store = new JudgeCertificateStore(WorkspaceLayout.ForPreset("policy", _folder.Path));
        Assert.Null(store.Find("spam"));
        store.Save(Certificate(20, 5, 10, 15));
        Assert.Equal(Certificate(20, 5, 10, 15), store.Find("spam"));
        File.WriteAllText(Directory.GetFiles(_folder.Path, "spam.json", SearchOption.AllDirectories).Single(), "{");
        Assert.Contains("is damaged", Assert.Throws<WreException>(() => store.Find("spam")).Message, StringComparison.Ordinal);
    }

    private static JudgeCertificate Certificate(int truePositives, int falsePositives, int falseNegatives, int trueNegatives) => new()
    {
        Skill = "spam",
        Judge = "judge",
        Model = "m",
        Prompt = "p",
        Labels = "l",
        CalibratedAt = "2026-11-24T10:00:00Z",
        Labelled = truePositives + falsePositives + falseNegatives + trueNegatives,
        TruePositives = truePositives,
        FalsePositives = falsePositives,
        FalseNegatives = falseNegatives,
        TrueNegatives = trueNegatives,
    };
}
