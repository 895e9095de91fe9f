using System.Security.Cryptography;
using System.Text.Json;

using WreSkills.Storage;

namespace WreSkills.Scoring;

/// <summary>A share with its 95 % interval (Wilson 1927).</summary>
/// <param name="Hits">How many.</param>
/// <param name="Of">Of how many.</param>
public sealed record MeasuredShare(int Hits, int Of)
{
    private const double Z = 1.959963984540054;

    /// <summary>The share, 0–1; null of nothing.</summary>
    public double? Share => Of == 0 ? null : (double)Hits / Of;

    /// <summary>Lower end, 0–1.</summary>
    public double Low => Of == 0 ? 0 : Math.Max(0, Centre - Reach);

    /// <summary>Upper end, 0–1.</summary>
    public double High => Of == 0 ? 1 : Math.Min(1, Centre + Reach);

    private double Centre => ((double)Hits / Of + (Z * Z / (2 * Of))) / (1 + (Z * Z / Of));

    private double Reach => Z / (1 + (Z * Z / Of)) * Math.Sqrt(((double)Hits / Of * (1 - ((double)Hits / Of)) / Of) + (Z * Z / (4.0 * Of * Of)));
}

/// <summary>How well a judge agrees with people on one skill's questions: measured once, void when the judge or its prompt changes.</summary>
public sealed record JudgeCertificate
{
    /// <summary>Agreement below which a judge may not decide a gate.</summary>
    public const double MinimumKappa = 0.6;

    private const double Z = 1.959963984540054;

    /// <summary>The skill whose questions were labelled.</summary>
    public required string Skill { get; init; }

    /// <summary>Models and settings that answered.</summary>
    public required string Judge { get; init; }

    /// <summary>The model as its endpoint named it; null when it did not.</summary>
    public string? Model { get; init; }

    /// <summary>SHA-256 of the prompt.</summary>
    public required string Prompt { get; init; }

    /// <summary>SHA-256 of the file with the labels.</summary>
    public required string Labels { get; init; }

    /// <summary>When it was measured, ISO 8601.</summary>
    public required string CalibratedAt { get; init; }

    /// <summary>Labels that people gave.</summary>
    public int Labelled { get; init; }

    /// <summary>Labels on which the judge abstained or failed; they are in no other figure.</summary>
    public int Abstained { get; init; }

    /// <summary>Yes and yes.</summary>
    public int TruePositives { get; init; }

    /// <summary>People say no, the judge yes.</summary>
    public int FalsePositives { get; init; }

    /// <summary>No and no.</summary>
    public int TrueNegatives { get; init; }

    /// <summary>People say yes, the judge no.</summary>
    public int FalseNegatives { get; init; }

    /// <summary>Labels that the judge answered alike when it was asked again.</summary>
    public int RepeatedAlike { get; init; }

    /// <summary>Labels that were asked again.</summary>
    public int Repeated { get; init; }

    /// <summary>Cohen's kappa (1960): agreement beyond chance, at most 1; null when it is not defined (all in one class).</summary>
    public double? Kappa => Answered == 0 || Chance >= 1 ? null : (Observed - Chance) / (1 - Chance);

    /// <summary>Lower end of kappa's 95 % interval by its asymptotic standard error; null without kappa.</summary>
    public double? KappaLow => Kappa - KappaReach;

    /// <summary>Upper end of kappa's interval; null without kappa.</summary>
    public double? KappaHigh => Kappa + KappaReach is { } high ? Math.Min(1, high) : null;

    /// <summary>Of what people answered with yes, the share that the judge did.</summary>
    public MeasuredShare TruePositiveRate => new(TruePositives, TruePositives + FalseNegatives);

    /// <summary>Of what people answered with no, the share that the judge did.</summary>
    public MeasuredShare TrueNegativeRate => new(TrueNegatives, TrueNegatives + FalsePositives);

    /// <summary>Of what was asked twice, the share that was answered alike.</summary>
    public MeasuredShare RepeatAgreement => new(RepeatedAlike, Repeated);

    private int Answered => TruePositives + FalsePositives + TrueNegatives + FalseNegatives;

    private double Observed => (double)(TruePositives + TrueNegatives) / Answered;

    private double Chance =>
        (((double)(TruePositives + FalseNegatives) / Answered) * (TruePositives + FalsePositives) / Answered)
        + (((double)(TrueNegatives + FalsePositives) / Answered) * (TrueNegatives + FalseNegatives) / Answered);

    private double KappaReach => Z * Math.Sqrt(Observed * (1 - Observed) / (Answered * (1 - Chance) * (1 - Chance)));

    /// <summary>Why this certificate does not speak for a judge, or null when it does.</summary>
    /// <param name="judge">Models and settings in use.</param>
    /// <param name="model">The model as its endpoint named it; null when it is not known.</param>
    /// <param name="prompt">SHA-256 of the prompt in use.</param>
    public string? Problem(string judge, string? model, string prompt) =>
        Judge != judge ? $"it was measured for another judge ({Judge})"
        : Model is not null && model is not null && Model != model ? $"the endpoint now serves {model} instead of {Model}"
        : Prompt != prompt ? "the prompt has changed since"
        : Kappa is not { } kappa ? "the labels are all of one kind, so agreement cannot be told from chance"
        : kappa < MinimumKappa ? $"kappa is {kappa:0.00}, below {MinimumKappa:0.00}"
        : null;
}

/// <summary>The certificates: <c>judges/&lt;skill&gt;.json</c>, the latest per skill.</summary>
public sealed class JudgeCertificateStore(WorkspaceLayout layout)
{
    /// <summary>Keeps a certificate durably.</summary>
    public void Save(JudgeCertificate certificate) => DurableFile.Replace(FileOf(certificate.Skill), JsonSerializer.SerializeToUtf8Bytes(certificate, ScoringJson.Default.JudgeCertificate));

    /// <summary>The certificate of a skill, or null when none was measured.</summary>
    /// <exception cref="WreException">The file is damaged.</exception>
    public JudgeCertificate? Find(string skill)
    {
        var file = FileOf(skill);
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), ScoringJson.Default.JudgeCertificate);
        }
        catch (JsonException error)
        {
            throw new WreException($"The certificate {file} is damaged: {error.Message}", "run `wre judge calibrate` again", innerException: error);
        }
    }

    /// <summary>SHA-256 of labels.</summary>
    public static string Digest(ReadOnlySpan<byte> labels) => Convert.ToHexStringLower(SHA256.HashData(labels));

    private string FileOf(string skill) => Path.Combine(layout.JudgesFolder, skill + ".json");
}
