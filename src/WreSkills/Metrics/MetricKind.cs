namespace WreSkills.Metrics;

/// <summary>The four append-only files per skill (policy 5.2).</summary>
public enum MetricKind
{
    /// <summary><c>&lt;skill&gt;_fidelity.json</c>: pattern fidelity scores.</summary>
    Fidelity,

    /// <summary><c>&lt;skill&gt;_outcomes.json</c>: decisions and whether they were right.</summary>
    Outcomes,

    /// <summary><c>&lt;skill&gt;_performance.json</c>: time, resources, exceptions.</summary>
    Performance,

    /// <summary><c>&lt;skill&gt;_promotion_log.json</c>: promotions and rollbacks.</summary>
    PromotionLog,
}

/// <summary>Names of the metric files.</summary>
public static class MetricFiles
{
    /// <summary>The file's name for a skill, such as <c>youtube_spam_detection_fidelity.json</c>.</summary>
    public static string Name(string skill, MetricKind kind) => $"{skill}_{Suffix(kind)}.json";

    /// <summary>
    /// Recognises a metric file, also one that a log rotation renamed (<c>x_fidelity.json.1</c>, <c>x_fidelity.json-20251020</c>).
    /// </summary>
    public static bool TryParse(string fileName, out string skill, out MetricKind kind)
    {
        var json = fileName.IndexOf(".json", StringComparison.Ordinal);
        var rest = json < 0 ? "" : fileName[(json + 5)..];
        if (json > 0 && (rest.Length == 0 || (rest[0] is '.' or '-' && rest.Skip(1).All(c => char.IsAsciiDigit(c) || c is '-' or '.' or 'T' or 'Z'))))
        {
            var stem = fileName[..json];
            foreach (var candidate in Enum.GetValues<MetricKind>())
            {
                var suffix = "_" + Suffix(candidate);
                if (stem.EndsWith(suffix, StringComparison.Ordinal) && stem.Length > suffix.Length)
                {
                    skill = stem[..^suffix.Length];
                    kind = candidate;
                    return true;
                }
            }
        }

        (skill, kind) = ("", default);
        return false;
    }

    /// <summary>A text by which the files of a rotation sort oldest first: <c>.2</c> before <c>.1</c>, <c>-20251020</c> before <c>-20251021</c>, the file itself last.</summary>
    public static string RotationOrder(string fileName)
    {
        const int newestNumber = 9_999_999;
        var rest = fileName[(fileName.IndexOf(".json", StringComparison.Ordinal) + 5)..];
        return rest.Length == 0 ? "2"
            : int.TryParse(rest.AsSpan(1), out var number) && number <= newestNumber ? $"1{newestNumber - number:0000000}"
            : "0" + rest;
    }

    private static string Suffix(MetricKind kind) => kind switch
    {
        MetricKind.Fidelity => "fidelity",
        MetricKind.Outcomes => "outcomes",
        MetricKind.Performance => "performance",
        _ => "promotion_log",
    };
}
