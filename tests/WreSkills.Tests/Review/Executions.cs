using WreSkills.Metrics;
using WreSkills.Review;

namespace WreSkills.Tests.Review;

/// <summary>Executions for reviews, made by hand.</summary>
internal static class Executions
{
    private static readonly DateTimeOffset s_start = new(2025, 10, 20, 12, 0, 0, TimeSpan.Zero);

    public static ReviewedExecution Of(
        string id, IReadOnlyDictionary<string, double>? shares = null, double? fidelity = null, double? outcome = null, double? timeMs = null, bool? exception = null, long? tokens = null, string? model = null) =>
        new(new ExecutionFigures(id, fidelity, outcome, timeMs, exception, null, null, []) { Tokens = tokens, Model = model, Timestamp = s_start }, null) { Shares = shares ?? new Dictionary<string, double>() };

    public static Dictionary<string, double> Shares(params (string Name, double Share)[] shares) => shares.ToDictionary(share => share.Name, share => share.Share);
}
